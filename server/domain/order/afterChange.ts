import { mrrOf } from '../metrics/mrr.ts';
import { exact, toDecimal } from '../money/decimal.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { addDays, latest, type CalendarDate } from '../time/calendarDate.ts';
import type { Order, OrderAction, OrderMetrics } from './order.ts';

/** @returns the day on which all of an order has taken effect */
export function doneOn({ actions }: { actions: readonly OrderAction[] }): CalendarDate {
  return latest(actions.map(({ startsOn }) => startsOn))!;
}

/** MRR of a subscription on a day or on the last one of its term, and what of it is there without the order. */
function mrrBefore(subscription: Subscription, day: CalendarDate) {
  // Of what has no end it is that of the period.
  const termEndsOn = subscription.termType === 'Evergreen' ? null : subscription.termEndsOn;
  if (termEndsOn === null || day < termEndsOn) {
    const was = mrrOf(subscription, day).exact;
    return { was, rest: was };
  }
  return { was: mrrOf(subscription, addDays(termEndsOn, -1)).exact, rest: exact('0') };
}

/**
 * What an order comes to for subscriptions that were there before: their MRR once all of the order has taken effect, and by how
 * much that differs from what it was, on that day or on the last one of the term. A cancellation takes all of it.
 * @param added MRR that the billing system says the order adds on the day
 */
export function afterChange(added: OrderMetrics, order: Order, before: readonly Subscription[]): OrderMetrics {
  const day = doneOn(order);
  const all = before.map((one) => mrrBefore(one, day));
  const was = all.reduce((sum, one) => sum.add(one.was), exact('0'));
  const rest = all.reduce((sum, one) => sum.add(one.rest), exact('0'));
  const isCanceled = order.actions.some(({ type }) => type === 'CancelSubscription');
  const mrr = isCanceled ? exact('0') : rest.add(exact(added.mrrChange));
  return { ...added, mrr: toDecimal(mrr, 18), mrrChange: toDecimal(mrr.sub(was), 18) };
}
