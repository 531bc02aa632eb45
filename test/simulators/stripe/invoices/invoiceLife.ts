import { applyBalance, subscriptionOf, total } from './invoiceTotals.ts';
import { moveBalance } from '../customers/balance.ts';
import type { Decline } from '../payments/declines.ts';
import { inline } from '../protocol/lists.ts';
import type { Attempt } from '../payments/intents.ts';
import { cancelPayment, charge, openPayment, paymentOf } from '../payments/payments.ts';
import type { Customer, Invoice, InvoiceLine, PaymentMethod, Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const daySeconds = 86_400;

/** Days between the tries of a failed payment; Stripe's smart retries are not published. */
const retryAfterDays = [3, 5, 7] as const;

/** A subscription invoice stays a draft for about an hour (Stripe docs, "Subscription invoices"). */
const draftSeconds = 3_600;

export type InvoiceStart = {
  customer: Customer;
  subscription: Subscription | null;
  reason: NonNullable<Invoice['billing_reason']>;
  currency: string;
  lines: readonly InvoiceLine[];
  period: { start: number; end: number };
  collection: Invoice['collection_method'];
  daysUntilDue: number | null;
  autoAdvance: boolean;
  /** Sets what was asked for before anybody hears of the invoice. */
  assign?: (invoice: Invoice) => void;
};

export function draftInvoice(world: World, start: InvoiceStart): Invoice {
  const { customer, subscription } = start;
  const now = world.now();
  const invoice: Invoice = {
    id: world.id('in'),
    object: 'invoice',
    account_country: 'US',
    account_name: 'Billing 360 test account',
    account_tax_ids: null,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: start.autoAdvance,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: start.autoAdvance ? now + draftSeconds : null,
    billing_reason: start.reason,
    collection_method: start.collection,
    created: now,
    currency: start.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: customer.tax_exempt ?? null,
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: structuredClone(subscription?.default_tax_rates ?? []),
    description: null,
    discounts: [],
    due_date: start.daysUntilDue === null ? null : now + start.daysUntilDue * daySeconds,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: inline('', []),
    livemode: false,
    metadata: {},
    next_payment_attempt: start.collection === 'charge_automatically' && start.autoAdvance ? now + draftSeconds : null,
    number: null,
    on_behalf_of: null,
    parent: subscription
      ? {
          quote_details: null,
          subscription_details: { metadata: { ...subscription.metadata }, subscription: subscription.id },
          type: 'subscription_details',
        }
      : null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: start.period.end,
    period_start: start.period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: customer.test_clock ?? null,
    total: 0,
    total_discount_amounts: [],
    total_excluding_tax: 0,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
  world.state.lines[invoice.id] = start.lines.map((line) => ({ ...line, invoice: invoice.id }));
  start.assign?.(invoice);
  total(world, invoice);
  customer.currency ??= start.currency;
  if (subscription) (world.state.invoicesOf[subscription.id] ??= []).push(invoice.id);
  return world.insert('invoices', invoice, 'invoice.created');
}

export function invoicesOf(world: World, subscription: Subscription): Invoice[] {
  return (world.state.invoicesOf[subscription.id] ?? []).flatMap((id) => world.find('invoices', id) ?? []);
}

/**
 * Draft → open: it gets its number and its payment.
 * @param nextAttempt when its payment is tried by itself; null for never
 */
export function finalize(world: World, invoice: Invoice, nextAttempt: number | null): void {
  const customer = world.get('customers', invoice.customer ?? '');
  world.change(invoice, null, (one) => {
    const sequence = customer.next_invoice_sequence ?? 1;
    customer.next_invoice_sequence = sequence + 1;
    one.number = `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`;
    one.status = 'open';
    one.status_transitions.finalized_at = world.now();
    one.effective_at = world.now();
    one.automatically_finalizes_at = null;
    one.next_payment_attempt = one.collection_method === 'charge_automatically' ? nextAttempt : null;
    const key = `test_${one.id.slice(3)}`;
    one.hosted_invoice_url = `${world.url}/i/acct_sim/${key}`;
    one.invoice_pdf = `${world.url}/i/acct_sim/${key}?pdf`;
    applyBalance(world, one, customer);
  });
  for (const { discount: id } of invoice.total_discount_amounts ?? [])
    if (world.find('coupons', world.find('discounts', id)?.source.coupon)?.duration === 'once')
      world.state.done[`discounted:${id}`] = true;
  world.emit('invoice.finalized', invoice);
  if (invoice.amount_due > 0) openPayment(world, invoice);
  if (invoice.collection_method === 'send_invoice' && invoice.auto_advance) world.emit('invoice.sent', invoice);
  if (invoice.amount_due === 0) markPaid(world, invoice);
}

/** The method that pays an invoice: its own, its subscription's, then its customer's. */
export function methodFor(world: World, invoice: Invoice): PaymentMethod | undefined {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  const customer = world.find('customers', invoice.customer);
  return world.find(
    'paymentMethods',
    invoice.default_payment_method ??
      subscription?.default_payment_method ??
      customer?.invoice_settings.default_payment_method,
  );
}

export type Collected =
  | { paid: true }
  | {
      paid: false;
      decline: Decline | null;
      chargeId: string | null;
      /** The bank has yet to answer, or the holder of the card to prove who they are. */
      pending?: 'processing' | 'requires_action';
    };

/**
 * Tries to take the money for an open invoice and reports the outcome on it. The subscription is told by the caller.
 * @param retries whether a failure is tried again by itself (not for the first invoice of a subscription)
 */
export function collect(
  world: World,
  invoice: Invoice,
  method: PaymentMethod | undefined,
  retries: boolean,
): Collected {
  const payment = paymentOf(world, invoice);
  if (!payment || invoice.amount_remaining === 0) {
    markPaid(world, invoice);
    return { paid: true };
  }
  const offSession = invoice.billing_reason !== 'subscription_create';
  const tried = method ? charge(world, payment, method, offSession) : null;
  return settleAttempt(world, invoice, tried, { retries, counts: true });
}

/**
 * Reports how a try to pay went on its invoice.
 * @param how whether a failure is tried again by itself, and whether this is a try of its own
 */
export function settleAttempt(
  world: World,
  invoice: Invoice,
  tried: Attempt | null,
  how: { retries: boolean; counts: boolean },
): Collected {
  const count = invoice.attempt_count + (how.counts ? 1 : 0);
  const payment = paymentOf(world, invoice);
  if (tried?.status === 'succeeded') {
    if (payment)
      world.change(payment, null, (one) => {
        one.status = 'paid';
        one.amount_paid = one.amount_requested;
        one.status_transitions.paid_at = world.now();
      });
    world.change(invoice, null, (one) => (one.attempt_count = count));
    markPaid(world, invoice);
    if (payment) world.emit('invoice_payment.paid', payment);
    return { paid: true };
  }
  const pending = tried?.status === 'processing' || tried?.status === 'requires_action' ? tried.status : undefined;
  const waits = how.retries && invoice.auto_advance && pending !== 'processing';
  const wait = waits ? retryAfterDays[count - 1] : undefined;
  world.change(invoice, 'invoice.updated', (one) => {
    one.attempted = true;
    one.attempt_count = count;
    one.next_payment_attempt = wait === undefined ? null : world.now() + wait * daySeconds;
  });
  if (pending === 'processing') return { paid: false, decline: null, chargeId: tried?.charge?.id ?? null, pending };
  if (pending) world.emit('invoice.payment_action_required', invoice);
  world.emit('invoice.payment_failed', invoice);
  setDelinquent(world, invoice, true);
  return {
    paid: false,
    decline: tried?.status === 'declined' ? tried.decline : null,
    chargeId: tried?.charge?.id ?? null,
    ...(pending ? { pending } : {}),
  };
}

function setDelinquent(world: World, invoice: Invoice, delinquent: boolean): void {
  const customer = world.find('customers', invoice.customer);
  if (customer) world.change(customer, 'customer.updated', (one) => (one.delinquent = delinquent));
}

/** Open → paid. Out of band there is no charge and no `invoice.payment_succeeded`. */
export function markPaid(world: World, invoice: Invoice, outOfBand = false): void {
  if (outOfBand) cancelPayment(world, invoice);
  world.change(invoice, 'invoice.updated', (one) => {
    one.status = 'paid';
    one.attempted = true;
    one.next_payment_attempt = null;
    one.automatically_finalizes_at = null;
    one.amount_paid = one.amount_due;
    if (outOfBand) one.amount_paid_off_stripe = one.amount_due;
    one.amount_remaining = 0;
    one.status_transitions.paid_at = world.now();
  });
  world.emit('invoice.paid', invoice);
  if (!outOfBand) world.emit('invoice.payment_succeeded', invoice);
  if (world.find('customers', invoice.customer)?.delinquent) setDelinquent(world, invoice, false);
}

/** What is not paid stays as it is; nothing happens to it by itself any more. */
export function stopCollecting(invoice: Invoice): void {
  invoice.auto_advance = false;
  invoice.automatically_finalizes_at = null;
  invoice.next_payment_attempt = null;
}

export function voidInvoice(world: World, invoice: Invoice): void {
  cancelPayment(world, invoice);
  const customer = world.find('customers', invoice.customer);
  const applied = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  if (customer && applied !== 0)
    moveBalance(world, customer, {
      amount: -applied,
      type: 'unapplied_from_invoice',
      invoice: invoice.id,
      currency: invoice.currency,
    });
  world.change(invoice, 'invoice.updated', (one) => {
    one.status = 'void';
    one.next_payment_attempt = null;
    one.status_transitions.voided_at = world.now();
  });
  world.emit('invoice.voided', invoice);
}

export function markUncollectible(world: World, invoice: Invoice): void {
  world.change(invoice, 'invoice.updated', (one) => {
    one.status = 'uncollectible';
    one.next_payment_attempt = null;
    one.status_transitions.marked_uncollectible_at = world.now();
  });
  world.emit('invoice.marked_uncollectible', invoice);
}
