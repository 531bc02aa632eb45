import { itemLines } from '../invoices/lines.ts';
import type { Invoice, InvoiceLine, Subscription, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { billSubscription } from './billing.ts';
import { update } from './changes.ts';
import { isMetered, itemsOf } from './items.ts';
import { periodEnd, periodOf, setPeriod, wholePeriod } from './periods.ts';
import type { Period } from './periods.ts';

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
