import { invoicesOf, stopCollecting, voidInvoice } from '../invoices/invoiceLife.ts';
import type { Subscription } from '../protocol/wire.ts';
import { scheduleEnds } from '../schedules/scheduleLife.ts';
import type { World } from '../world.ts';
import { billSubscription, hasPending, issue } from './billing.ts';
import { update } from './changes.ts';
import { itemsOf, showItems } from './items.ts';
import { creditUnused } from './prorations.ts';
import { usageLines } from './usage.ts';

/** The first invoice can be paid for 23 hours (Stripe docs, "Subscription statuses"). */
export const incompleteSeconds = 23 * 3_600;

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

export function expireIncomplete(world: World, subscription: Subscription): void {
  const invoice = world.find('invoices', subscription.latest_invoice);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
  update(world, subscription, (one) => {
    one.status = 'incomplete_expired';
    one.ended_at = world.now();
  });
}

/** Ends a subscription because somebody wants it: with a credit for unused time and a last invoice if asked for. */
export function cancelBy(
  world: World,
  subscription: Subscription,
  how: { prorate?: boolean; invoice_now?: boolean },
): void {
  const now = world.now();
  if (how.prorate) for (const item of itemsOf(world, subscription)) creditUnused(world, subscription, item, now);
  const usage = how.invoice_now ? usageLines(world, subscription, now) : [];
  cancelNow(world, subscription, 'cancellation_requested');
  if (how.invoice_now && (usage.length > 0 || hasPending(world, subscription)))
    issue(world, billSubscription(world, subscription, 'subscription_update', usage, { start: now, end: now }));
}
