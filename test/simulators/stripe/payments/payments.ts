import type { Invoice, InvoicePayment, PaymentIntent, PaymentMethod } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { attempt, blankIntent, cancelIntent, type Attempt } from './intents.ts';

/** The payment of a finalized invoice: an intent, and the InvoicePayment that joins it to the invoice. */
export function openPayment(world: World, invoice: Invoice): void {
  const first = invoice.billing_reason === 'subscription_create';
  const intent = blankIntent(world, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: first ? 'Subscription creation' : `Payment for Invoice`,
    setup_future_usage: invoice.parent?.subscription_details ? 'off_session' : null,
  });
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
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  world.insert('invoicePayments', payment);
  world.state.paymentOf[invoice.id] = payment.id;
}

export function paymentOf(world: World, invoice: Invoice): InvoicePayment | undefined {
  return world.find('invoicePayments', world.state.paymentOf[invoice.id]);
}

/** The open invoice that an intent pays. */
export function invoicePaidBy(world: World, intent: PaymentIntent): Invoice | undefined {
  const payment = world.all('invoicePayments').findLast((one) => one.payment.payment_intent === intent.id);
  const invoice = world.find('invoices', payment?.invoice);
  return invoice?.status === 'open' ? invoice : undefined;
}

/** Charges a payment method for an open payment; an authentication that is missing can be made up for on the invoice's page. */
export function charge(world: World, payment: InvoicePayment, method: PaymentMethod, offSession: boolean): Attempt {
  const intent = world.get('paymentIntents', payment.payment.payment_intent as string);
  return attempt(world, intent, method, { offSession, askHolder: true });
}

/** What of an open invoice is still to be paid has changed: its payment asks for that much. */
export function resizePayment(world: World, invoice: Invoice): void {
  const payment = paymentOf(world, invoice);
  if (payment?.status !== 'open') return;
  payment.amount_requested = invoice.amount_remaining;
  const intent = world.find('paymentIntents', payment.payment.payment_intent as string);
  if (intent) intent.amount = invoice.amount_remaining;
  world.store.touch();
}

/** The InvoicePayment and its intent end without money. */
export function cancelPayment(world: World, invoice: Invoice): void {
  const payment = paymentOf(world, invoice);
  if (payment?.status !== 'open') return;
  const intent = world.find('paymentIntents', payment.payment.payment_intent as string);
  if (intent) cancelIntent(world, intent, 'void_invoice');
  world.change(payment, null, (one) => {
    one.status = 'canceled';
    one.status_transitions.canceled_at = world.now();
  });
}
