import { voidInvoice } from '../invoices/invoiceLife.ts';
import { itemLines } from '../invoices/lines.ts';
import { invalid } from '../protocol/errors.ts';
import type { Invoice, Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { billSubscription, hasPending, issue } from './billing.ts';
import { update } from './changes.ts';
import { isMetered, itemsOf } from './items.ts';
import { snapshot } from './pendingUpdates.ts';
import { restartPeriods, setPeriod, wholePeriod } from './periods.ts';
import { chargeRest, creditUnused } from './prorations.ts';
import type { PauseParams, ResumeParams } from './subscriptionParams.ts';
import { markPaused } from './trials.ts';
import { keepForLater, usageLines } from './usage.ts';

/** The invoice of a resumption can be paid for 23 hours (Stripe API reference, "Resume a subscription"). */
const resumeSeconds = 23 * 3_600;

/** Stops service and billing (endive): unused time is credited, usage so far is billed. */
export function pauseSubscription(world: World, subscription: Subscription, params: PauseParams): Subscription {
  if (subscription.billing_mode.type !== 'flexible')
    throw invalid('Only subscriptions with `billing_mode=flexible` can be paused.');
  if (subscription.schedule !== null)
    throw invalid('Subscriptions that are managed by a subscription schedule cannot be paused.');
  if (!['active', 'trialing', 'past_due'].includes(subscription.status))
    throw invalid(`You cannot pause a subscription with status \`${subscription.status}\`.`);
  const now = world.now();
  const unused = params.bill_for?.unused_time_from?.type ?? 'now';
  if (unused !== 'none')
    for (const item of itemsOf(world, subscription))
      creditUnused(world, subscription, item, unused === 'now' ? now : item.current_period_start);
  const used = params.bill_for?.outstanding_usage_through?.type ?? 'now';
  const usage = used === 'now' ? usageLines(world, subscription, now) : [];
  const bills = params.invoicing_behavior === 'invoice';
  if (!bills) for (const line of usage) keepForLater(world, snapshot(world, subscription), line);
  markPaused(world, subscription, 'pause_requested');
  if (bills && (usage.length > 0 || hasPending(world, subscription))) {
    const invoice = billSubscription(world, subscription, 'subscription_update', usage, { start: now, end: now });
    update(world, subscription, (one) => (one.latest_invoice = invoice.id));
    issue(world, invoice);
  }
  return subscription;
}

/** Takes service up again, at once or when the invoice for it is paid. */
export function resumeSubscription(world: World, subscription: Subscription, params: ResumeParams): Subscription {
  if (subscription.status !== 'paused')
    throw invalid('You can only resume a subscription that is paused.', undefined, 'resource_missing');
  const open = world.find('invoices', world.state.resuming[subscription.id]);
  if (open?.status === 'open') voidInvoice(world, open);
  const waits = params.payment_behavior === 'resume_on_payment_success';
  const unchanged = params.billing_cycle_anchor?.type === 'unchanged';
  if (!waits) markResumed(world, subscription);
  const invoice = unchanged ? continuePeriods(world, subscription, params) : beginPeriods(world, subscription);
  if (waits && invoice) {
    world.state.resuming[subscription.id] = invoice.id;
    world.at(world.now() + resumeSeconds, 'resume_expires', subscription.id);
  } else if (waits) markResumed(world, subscription);
  if (invoice) issue(world, invoice);
  return subscription;
}

function beginPeriods(world: World, subscription: Subscription): Invoice {
  const now = world.now();
  let invoice: Invoice | undefined;
  update(world, subscription, (one) => {
    restartPeriods(world, one, now);
    const lines = itemsOf(world, one)
      .filter((item) => !isMetered(item))
      .flatMap((item) => itemLines(world, item, one.customer, { start: now, end: item.current_period_end }));
    invoice = billSubscription(world, one, 'subscription_update', lines, { start: now, end: now });
    one.latest_invoice = invoice.id;
  });
  return invoice!;
}

function continuePeriods(world: World, subscription: Subscription, params: ResumeParams): Invoice | null {
  const now = world.now();
  const at = params.proration_date ?? now;
  update(world, subscription, (one) => {
    for (const item of itemsOf(world, one)) setPeriod(item, wholePeriod(item, one.billing_cycle_anchor, now));
  });
  const behavior = params.proration_behavior ?? 'create_prorations';
  if (behavior !== 'none')
    for (const item of itemsOf(world, subscription)) {
      const whole = { start: item.current_period_start, end: item.current_period_end };
      chargeRest(world, subscription, item, at, whole);
    }
  if (behavior !== 'always_invoice' || !hasPending(world, subscription)) return null;
  const invoice = billSubscription(world, subscription, 'subscription_update', [], { start: now, end: now });
  update(world, subscription, (one) => (one.latest_invoice = invoice.id));
  return invoice;
}

export function markResumed(world: World, subscription: Subscription): void {
  delete world.state.resuming[subscription.id];
  world.change(subscription, null, (one) => {
    one.status = 'active';
    delete one.status_details;
  });
  world.emit('customer.subscription.resumed', subscription);
}

/** A resumption that nobody paid for: its invoice is void, the subscription stays paused. */
export function expireResumption(world: World, id: string): void {
  const invoice = world.find('invoices', world.state.resuming[id]);
  delete world.state.resuming[id];
  if (invoice?.status === 'open') voidInvoice(world, invoice);
}
