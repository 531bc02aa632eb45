import type { Charge, PaymentIntent, PaymentMethod } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { book, feeOf } from './balance.ts';
import { approved, blocked, declined, type Decline } from './declines.ts';
import { behaviour } from './methods.ts';

const availableAfterSeconds = 2 * 86_400;

export type ChargeStart = {
  intent: PaymentIntent;
  method: PaymentMethod;
  decline: Decline | null;
  status: 'succeeded' | 'failed' | 'pending';
  captured: boolean;
};

function methodDetails(start: ChargeStart, threeDSecure: boolean): Charge['payment_method_details'] {
  const { method, intent, decline } = start;
  if (method.us_bank_account) {
    const { account_holder_type, account_type, bank_name, fingerprint, last4, routing_number } = method.us_bank_account;
    return {
      type: 'us_bank_account',
      us_bank_account: {
        account_holder_type,
        account_type,
        bank_name,
        fingerprint,
        last4,
        payment_reference: null,
        routing_number,
      },
    };
  }
  if (method.sepa_debit) {
    const { bank_code, branch_code, country, fingerprint, last4 } = method.sepa_debit;
    return { type: 'sepa_debit', sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate: null } };
  }
  const card = method.card;
  return {
    type: 'card',
    card: {
      amount_authorized: decline ? null : intent.amount,
      authorization_code: null,
      brand: card?.brand ?? null,
      ...(start.captured || decline ? {} : { capture_before: 0 }),
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: card?.checks?.cvc_check ?? null,
      },
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
      network_token: { used: false },
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: threeDSecure
        ? {
            authentication_flow: 'challenge',
            electronic_commerce_indicator: '05',
            exemption_indicator: null,
            result: 'authenticated',
            result_reason: null,
            transaction_id: null,
            version: '2.2.0',
          }
        : null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

/** One try to move money for an intent. The caller reports it as an event. */
export function addCharge(world: World, start: ChargeStart): Charge {
  const { intent, method, decline, status, captured } = start;
  const { blocked: isBlocked, risk } = behaviour(world, method);
  const customer = world.find('customers', intent.customer);
  const id = world.id(method.type === 'card' ? 'ch' : 'py');
  const details = methodDetails(start, world.state.done[`authenticated:${intent.id}`] ?? false);
  if (details?.card && !captured && !decline) details.card.capture_before = world.now() + captureSeconds;
  const row: Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: status === 'succeeded' && captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: structuredClone(method.billing_details),
    calculated_statement_descriptor: 'BILLING 360',
    captured: status !== 'failed' && captured,
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
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: decline
      ? isBlocked
        ? blocked
        : declined(decline)
      : { ...approved, ...(risk ? { risk_level: risk } : {}) },
    paid: status === 'succeeded',
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: details,
    receipt_email: intent.receipt_email ?? customer?.email ?? null,
    receipt_number: null,
    receipt_url: status === 'succeeded' ? `${world.url}/receipts/${id}` : null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status,
    transfer_data: null,
    transfer_group: null,
  };
  world.insert('charges', row);
  if (status === 'succeeded' && captured) settle(world, row, method);
  return row;
}

/** An authorised card can be captured for 7 days (Stripe docs, "Place a hold on a payment method"). */
export const captureSeconds = 7 * 86_400;

/** Books the captured amount on the balance. */
export function settle(world: World, row: Charge, method: PaymentMethod | undefined): void {
  const atOnce = method !== undefined && behaviour(world, method).available;
  row.balance_transaction = book(world, {
    amount: row.amount_captured,
    currency: row.currency,
    description: row.description,
    fee: feeOf(row.amount_captured),
    source: row.id,
    type: row.id.startsWith('py_') ? 'payment' : 'charge',
    reporting_category: 'charge',
    wait: atOnce ? 0 : availableAfterSeconds,
  }).id;
}
