import { invalid, StripeRefusal } from '../protocol/errors.ts';
import {
  collect,
  draftInvoice,
  finalize,
  invoicesOf,
  methodFor,
  stopCollecting,
  voidInvoice,
  markUncollectible,
  type Collected,
} from '../invoices/invoiceLife.ts';
import { linesOf, subscriptionOf, total } from '../invoices/invoiceTotals.ts';
import { isMetered, itemsOf, showItems } from './items.ts';
import { invoiceItemLine, itemLines, takePending } from '../invoices/lines.ts';
import { markResumed } from './pause.ts';
import { applyHeld, dropHeld, failHeld, isHeld } from './pendingUpdates.ts';
import { periodEnd, periodOf, setPeriod, wholePeriod, type Period } from './periods.ts';
import { scheduleEnds } from '../schedules/scheduleLife.ts';
import type { Invoice, InvoiceLine, Subscription, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const daySeconds = 86_400;

/** The first invoice can be paid for 23 hours (Stripe docs, "Subscription statuses"). */
export const incompleteSeconds = 23 * 3_600;
export const trialWarningSeconds = 3 * daySeconds;

/** What is done once for each end that a trial is given. */
export const trialWarning = (one: Subscription): string => `trial_will_end:${one.id}:${one.trial_end}`;

export const isOver = (subscription: Subscription): boolean =>
  subscription.status === 'canceled' || subscription.status === 'incomplete_expired';

/** Changes a subscription and its items and reports it as `customer.subscription.updated`, or not at all. */
export function update(
  world: World,
  subscription: Subscription,
  change: (one: Subscription) => void,
  event: 'customer.subscription.updated' | null = 'customer.subscription.updated',
): Subscription {
  const items = structuredClone(itemsOf(world, subscription));
  try {
    return world.change(subscription, event, (one) => {
      change(one);
      showItems(world, one);
    });
  } catch (error) {
    world.state.items[subscription.id] = items;
    throw error;
  }
}

/** Whether something waits for the next invoice of a subscription. */
export const hasPending = (world: World, subscription: Subscription): boolean =>
  takePending(world, null, subscription.customer, subscription.id).length > 0;

/** Makes an invoice of a subscription from lines and from what waits for its next invoice. */
export function billSubscription(
  world: World,
  subscription: Subscription,
  reason: NonNullable<Invoice['billing_reason']>,
  lines: readonly InvoiceLine[],
  period: { start: number; end: number },
): Invoice {
  const pending = takePending(world, null, subscription.customer, subscription.id);
  const paused = subscription.pause_collection?.behavior === 'keep_as_draft';
  const invoice = draftInvoice(world, {
    customer: world.get('customers', subscription.customer),
    subscription,
    reason,
    currency: subscription.currency,
    lines: [...pending.map((item) => invoiceItemLine(world, item)), ...lines],
    period,
    collection: subscription.collection_method,
    daysUntilDue: subscription.collection_method === 'send_invoice' ? (subscription.days_until_due ?? 0) : null,
    autoAdvance: !paused && subscription.status !== 'unpaid',
  });
  for (const item of pending) world.change(item, null, (one) => (one.invoice = invoice.id));
  return invoice;
}

/** Usage of the period that was reported while its invoice was a draft still goes onto it. */
function refreshUsage(world: World, subscription: Subscription, invoice: Invoice): void {
  const ofItem = (line: InvoiceLine) => line.parent?.subscription_item_details?.subscription_item;
  const lines = linesOf(world, invoice);
  for (const item of itemsOf(world, subscription).filter(isMetered)) {
    const stale = lines.filter((line) => ofItem(line) === item.id);
    if (!stale[0]) continue;
    const fresh = itemLines(world, item, subscription.customer, stale[0].period);
    if (sumOf(fresh) === sumOf(stale)) continue;
    world.change(invoice, 'invoice.updated', (one) => {
      lines.splice(lines.indexOf(stale[0]!), stale.length, ...fresh.map((line) => ({ ...line, invoice: one.id })));
      total(world, one);
    });
  }
}

const sumOf = (lines: readonly InvoiceLine[]): number => lines.reduce((sum, line) => sum + line.amount, 0);

/** Draft → open, and the money is asked for; the subscription's status follows the outcome. */
export function issue(world: World, invoice: Invoice): Collected | null {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  if (subscription && invoice.status === 'draft') refreshUsage(world, subscription, invoice);
  finalize(world, invoice, world.now());
  const behavior = subscription?.pause_collection?.behavior;
  if (invoice.status === 'open' && behavior === 'void') voidInvoice(world, invoice);
  else if (invoice.status === 'open' && behavior === 'mark_uncollectible') markUncollectible(world, invoice);
  else if (invoice.status === 'open' && invoice.collection_method === 'charge_automatically')
    return payNow(world, invoice);
  if (invoice.status === 'paid') paymentSucceeded(world, invoice);
  return null;
}

/** One try to collect an open invoice; its subscription follows. */
export function payNow(world: World, invoice: Invoice, method = methodFor(world, invoice)): Collected {
  const retries = invoice.billing_reason !== 'subscription_create' && !isHeld(world, invoice);
  const outcome = collect(world, invoice, method, retries);
  afterPayment(world, invoice, outcome);
  return outcome;
}

/** The subscription follows its invoice; a debit that the bank has yet to answer counts as paid for now. */
export function afterPayment(world: World, invoice: Invoice, outcome: Collected): void {
  if (outcome.paid || outcome.pending === 'processing') paymentSucceeded(world, invoice);
  else paymentFailed(world, invoice);
}

export function paymentSucceeded(world: World, invoice: Invoice): void {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  if (subscription && isHeld(world, invoice)) {
    if (invoice.status === 'void') dropHeld(world, subscription);
    else applyHeld(world, subscription);
  }
  if (
    subscription?.status === 'paused' &&
    world.state.resuming[subscription.id] === invoice.id &&
    invoice.status === 'paid'
  )
    markResumed(world, subscription);
  if (!subscription || !['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) return;
  const owing = invoicesOf(world, subscription).some(
    (one) => one.id !== invoice.id && one.status === 'open' && isLate(world, one),
  );
  if (!owing) update(world, subscription, (one) => (one.status = 'active'));
}

const isLate = (world: World, invoice: Invoice): boolean =>
  invoice.attempted || (invoice.due_date !== null && invoice.due_date <= world.now());

function paymentFailed(world: World, invoice: Invoice): void {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  if (subscription && isHeld(world, invoice)) return failHeld(world, subscription, invoice);
  if (!subscription || ['incomplete', 'paused'].includes(subscription.status) || isOver(subscription)) return;
  if (subscription.status === 'active' || subscription.status === 'trialing')
    update(world, subscription, (one) => (one.status = 'past_due'));
  if (invoice.next_payment_attempt !== null || invoice.attempt_count < 4) return;
  const { afterRetries } = world.state;
  if (afterRetries === 'canceled') cancelNow(world, subscription, 'payment_failed');
  else if (afterRetries === 'unpaid') update(world, subscription, (one) => (one.status = 'unpaid'));
}

/** @throws 402 or 400 when `act`, which is tried without any effect, ends in a payment that fails */
export function refuseFailure(world: World, act: () => Collected | null): void {
  const outcome = world.rehearse(act);
  if (outcome && !outcome.paid && outcome.pending !== 'processing') throw cardError({ ...outcome, chargeId: null });
}

/** Usage of the metered items since their periods began, as lines. */
export function usageLines(world: World, subscription: Subscription, until: number): InvoiceLine[] {
  return itemsOf(world, subscription)
    .filter((item) => isMetered(item) && item.current_period_start < until)
    .flatMap((item) => itemLines(world, item, subscription.customer, { start: item.current_period_start, end: until }));
}

/** The planned end: what was used until then, and what waits for an invoice, is billed at last. */
export function cancelAsPlanned(world: World, subscription: Subscription): void {
  const now = world.now();
  const lines = usageLines(world, subscription, now);
  const start = Math.min(...itemsOf(world, subscription).map((item) => item.current_period_start));
  cancelNow(world, subscription, 'cancellation_requested');
  if (lines.every((line) => line.amount === 0) && !hasPending(world, subscription)) return;
  const invoice = billSubscription(world, subscription, 'subscription_cycle', lines, { start, end: now });
  world.change(subscription, null, (one) => (one.latest_invoice = invoice.id));
}

/** Ends a subscription now: `customer.subscription.deleted` with status canceled. */
export function cancelNow(
  world: World,
  subscription: Subscription,
  reason: NonNullable<NonNullable<Subscription['cancellation_details']>['reason']>,
): Subscription {
  world.change(subscription, null, (one) => {
    one.canceled_at ??= world.now();
    one.ended_at = world.now();
    one.status = 'canceled';
    one.cancellation_details = {
      comment: null,
      feedback: null,
      feedback_option: null,
      ...one.cancellation_details,
      reason: one.cancellation_details?.reason ?? reason,
    };
    showItems(world, one);
  });
  for (const invoice of invoicesOf(world, subscription))
    if (invoice.status === 'open' || invoice.status === 'draft')
      world.change(invoice, 'invoice.updated', stopCollecting);
  world.emit('customer.subscription.deleted', subscription);
  scheduleEnds(world, subscription);
  return subscription;
}

/** What the period that begins costs: licensed items in advance, metered ones for the period that has ended. */
function renewalLines(
  world: World,
  subscription: Subscription,
  due: readonly SubscriptionItem[],
  ended: Map<string, Period>,
): InvoiceLine[] {
  return due.flatMap((item) => {
    const next = { start: item.current_period_start, end: item.current_period_end };
    if (isMetered(item)) return itemLines(world, item, subscription.customer, ended.get(item.id) ?? next);
    const of =
      next.end === subscription.cancel_at ? wholePeriod(item, subscription.billing_cycle_anchor, next.start) : next;
    return itemLines(world, item, subscription.customer, next, { of });
  });
}

/**
 * Starts the next period of the items that are due, and drafts its invoice.
 * @param at the boundary; the anchor moves with it when it is not where the period was to end
 */
export function renew(world: World, subscription: Subscription, at: number): Invoice {
  const items = itemsOf(world, subscription);
  const onTime = periodEnd(world, subscription) <= at;
  const due = onTime ? items.filter((item) => item.current_period_end <= at) : items;
  const ended = new Map(
    due.map((item) => [item.id, { start: item.current_period_start, end: Math.min(at, item.current_period_end) }]),
  );
  const span = [...ended.values()];
  let invoice: Invoice | undefined;
  update(world, subscription, (one) => {
    const keeps = one.status === 'trialing' && one.trial_settings?.end_behavior.billing_cycle_anchor === 'unchanged';
    if (!onTime || (one.status === 'trialing' && !keeps)) one.billing_cycle_anchor = at;
    if (one.status === 'trialing') one.status = 'active';
    for (const item of due) {
      const start = onTime ? item.current_period_end : at;
      const period = periodOf(item, one.billing_cycle_anchor, start);
      const last = one.cancel_at !== null && one.cancel_at > period.start ? one.cancel_at : period.end;
      setPeriod(item, { start: period.start, end: Math.min(period.end, last) });
    }
    invoice = billSubscription(world, one, 'subscription_cycle', renewalLines(world, one, due, ended), {
      start: Math.min(...span.map((period) => period.start)),
      end: Math.max(...span.map((period) => period.end)),
    });
    one.latest_invoice = invoice.id;
  });
  return invoice!;
}

/** The trial ends by its clock: it turns into a paid period, or ends as its settings say without a way to pay. */
export function endTrial(world: World, subscription: Subscription): void {
  const customer = world.get('customers', subscription.customer);
  const payable =
    subscription.collection_method === 'send_invoice' ||
    (subscription.default_payment_method ?? customer.invoice_settings.default_payment_method) !== null;
  const without = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (!payable && without === 'cancel') cancelNow(world, subscription, 'cancellation_requested');
  else if (!payable && without === 'pause') {
    markPaused(world, subscription, 'trial_end_without_payment_method');
  } else renew(world, subscription, world.now());
}

/** Service stops: `customer.subscription.paused`, and nothing else tells it. */
export function markPaused(world: World, subscription: Subscription, why: string): void {
  world.change(subscription, null, (one) => {
    one.status = 'paused';
    one.status_details = {
      paused: { transitioned_at: world.now(), type: 'subscription', subscription: { type: why } },
    };
  });
  world.emit('customer.subscription.paused', subscription);
}

export function expireIncomplete(world: World, subscription: Subscription): void {
  const invoice = world.find('invoices', subscription.latest_invoice);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
  update(world, subscription, (one) => {
    one.status = 'incomplete_expired';
    one.ended_at = world.now();
  });
}

/** 402 as a payment by the API answers it. */
export function cardError(outcome: Collected & { paid: false }): StripeRefusal {
  if (outcome.pending === 'requires_action')
    return new StripeRefusal(402, {
      type: 'card_error',
      code: 'invoice_payment_intent_requires_action',
      message:
        'This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.',
    });
  if (!outcome.decline)
    return invalid(
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
      undefined,
      'resource_missing',
    );
  return new StripeRefusal(402, {
    type: 'card_error',
    code: outcome.decline.code,
    message: outcome.decline.message,
    ...(outcome.decline.declineCode === null ? {} : { decline_code: outcome.decline.declineCode }),
    ...(outcome.chargeId === null ? {} : { charge: outcome.chargeId }),
  });
}
