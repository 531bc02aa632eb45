import { approved, declined, declineOf, type Decline } from './declines.ts';
import { rounded } from '../catalog/pricing.ts';
import type {
  BalanceTransaction,
  Charge,
  Invoice,
  InvoicePayment,
  PaymentIntent,
  PaymentMethod,
} from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** The payment of a finalized invoice: an intent, and the InvoicePayment that joins it to the invoice. */
export function openPayment(world: World, invoice: Invoice): void {
  const id = world.id('pi');
  const intent: PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: invoice.amount_due,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${world.id('s', 25).slice(2)}`,
    confirmation_method: 'automatic',
    created: world.now(),
    currency: invoice.currency,
    customer: invoice.customer,
    customer_account: null,
    description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : `Payment for Invoice`,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
  world.insert('paymentIntents', intent, 'payment_intent.created');
  const payment: InvoicePayment = {
    id: world.id('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: world.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  world.insert('invoicePayments', payment);
  world.state.paymentOf[invoice.id] = payment.id;
}

export function paymentOf(world: World, invoice: Invoice): InvoicePayment | undefined {
  return world.find('invoicePayments', world.state.paymentOf[invoice.id]);
}

export type Attempt = { declined: Decline | null; charge: Charge; intent: PaymentIntent };

/** Charges a payment method for an open payment; the charge and the intent report the outcome. */
export function charge(world: World, payment: InvoicePayment, method: PaymentMethod): Attempt {
  const intent = world.get('paymentIntents', payment.payment.payment_intent as string);
  const code = world.state.declines[method.id];
  const decline = code === undefined ? null : (declineOf(code) ?? null);
  const row = chargeOf(world, intent, method, decline);
  world.insert('charges', row);
  if (decline) {
    world.emit('charge.failed', row);
    world.change(intent, null, (one) => {
      one.latest_charge = row.id;
      one.payment_method = null;
      one.status = 'requires_payment_method';
      one.last_payment_error = {
        type: 'card_error',
        code: decline.code,
        ...(decline.declineCode === null ? {} : { decline_code: decline.declineCode }),
        message: decline.message,
        charge: row.id,
        payment_method: method,
      };
    });
    world.emit('payment_intent.payment_failed', intent);
    return { declined: decline, charge: row, intent };
  }
  row.balance_transaction = settle(world, row).id;
  world.emit('charge.succeeded', row);
  world.change(intent, null, (one) => {
    one.latest_charge = row.id;
    one.payment_method = method.id;
    one.status = 'succeeded';
    one.amount_received = one.amount;
    one.last_payment_error = null;
  });
  world.emit('payment_intent.succeeded', intent);
  return { declined: null, charge: row, intent };
}

function chargeOf(world: World, intent: PaymentIntent, method: PaymentMethod, decline: Decline | null): Charge {
  const card = method.card;
  const customer = world.find('customers', intent.customer);
  return {
    id: world.id('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: decline ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: structuredClone(method.billing_details),
    calculated_statement_descriptor: null,
    captured: !decline,
    created: world.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: decline ? declined(decline) : approved,
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      type: 'card',
      card: {
        amount_authorized: decline ? null : intent.amount,
        authorization_code: null,
        brand: card?.brand ?? null,
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
        country: card?.country ?? null,
        electronic_commerce_indicator: null,
        exp_month: card?.exp_month ?? 12,
        exp_year: card?.exp_year ?? 2030,
        fingerprint: card?.fingerprint ?? null,
        funding: card?.funding ?? null,
        installments: null,
        last4: card?.last4 ?? null,
        mandate: null,
        network: card?.brand ?? null,
        network_token: null,
        network_transaction_id: null,
        regulated_status: null,
        three_d_secure: null,
        transaction_link_id: null,
        wallet: null,
      },
    },
    receipt_email: customer?.email ?? null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: decline ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

/** The fee is the 2.9 % of Stripe's standard pricing without its fixed part, which differs by currency. */
function settle(world: World, row: Charge): BalanceTransaction {
  const fee = rounded(BigInt(row.amount) * 29n, 1000n);
  return world.insert('balanceTransactions', {
    id: world.id('txn'),
    object: 'balance_transaction',
    amount: row.amount,
    available_on: row.created + 2 * 86_400,
    balance_type: 'payments',
    created: row.created,
    currency: row.currency,
    description: row.description,
    exchange_rate: null,
    fee,
    fee_details: [
      {
        amount: fee,
        application: null,
        currency: row.currency,
        description: 'Stripe processing fees',
        type: 'stripe_fee',
      },
    ],
    net: row.amount - fee,
    reporting_category: 'charge',
    source: row.id,
    status: 'pending',
    type: 'charge',
  });
}

/** The InvoicePayment and its intent end without money. */
export function cancelPayment(world: World, invoice: Invoice): void {
  const payment = paymentOf(world, invoice);
  if (payment?.status !== 'open') return;
  const intent = world.find('paymentIntents', payment.payment.payment_intent as string);
  if (intent) {
    world.change(intent, null, (one) => {
      one.status = 'canceled';
      one.canceled_at = world.now();
      one.cancellation_reason = 'void_invoice';
    });
    world.emit('payment_intent.canceled', intent);
  }
  world.change(payment, null, (one) => {
    one.status = 'canceled';
    one.status_transitions.canceled_at = world.now();
  });
}
