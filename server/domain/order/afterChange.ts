import { mrrOf } from '../metrics/mrr.ts';
import { exact, toDecimal } from '../money/decimal.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { addDays, latest, type CalendarDate } from '../time/calendarDate.ts';
import type { Order, OrderAction, OrderMetrics } from './order.ts';

/** @returns the day on which all of an order has taken effect */
export function doneOn({ actions }: { actions: readonly OrderAction[] }): CalendarDate {
  return latest(actions.map(({ startsOn }) => startsOn))!;
}

/**
 * What an order comes to for a subscription that was there before: its MRR once all of the order has taken effect, and by how
 * much that differs from what it was, on that day or on the last one of its term. A cancellation takes all of it.
 * @param added MRR that the billing system says the order adds on the day
 */
export function afterChange(added: OrderMetrics, order: Order, before: Subscription): OrderMetrics {
  const { termEndsOn } = before;
  const day = doneOn(order);
  const isPast = termEndsOn !== null && day >= termEndsOn;
  const was = mrrOf(before, isPast ? addDays(termEndsOn, -1) : day).exact;
  const isCanceled = order.actions.some(({ type }) => type === 'CancelSubscription');
  const rest = isPast ? exact('0') : was;
  const mrr = isCanceled ? exact('0') : rest.add(exact(added.mrrChange));
  return { ...added, mrr: toDecimal(mrr, 18), mrrChange: toDecimal(mrr.sub(was), 18) };
}
