import Fraction from 'fraction.js';
import { addDays, addMonths, daysBetween } from '../dates.ts';
import type { Segment, SubscriptionVersion } from '../model.ts';
import { billingPeriodLength, type PeriodLength } from '../subscriptions/metrics.ts';

/** Days from `start` up to, without, `end`; `share` is how much of a full billing period they are. */
export type Span = { start: string; end: string; share: Fraction };

const step = (from: string, length: PeriodLength, count: number): string =>
  'months' in length ? addMonths(from, length.months * count) : addDays(from, length.days * count);

/** First date on or after `date` that falls on a bill cycle day. */
function nextCycleDay(date: string, billCycleDay: number): string {
  for (let month = 0; ; month++) {
    const first = addMonths(`${date.slice(0, 7)}-01`, month);
    const last = daysBetween(first, addMonths(first, 1));
    const day = addDays(first, Math.min(billCycleDay, last) - 1);
    if (day >= date) return day;
  }
}

/**
 * Cuts a stretch of time into the billing periods of a charge. Periods are counted from the start of the charge, or
 * from the account's bill cycle day with a stub before it; what does not fill a period is a share by actual days.
 */
export function spansBetween(
  segment: Segment,
  subscription: SubscriptionVersion,
  billCycleDay: number,
  from: string,
  to: string,
): Span[] {
  const length = billingPeriodLength(segment, subscription);
  const monthly = 'months' in length;
  const origin =
    monthly && segment.billingDay === 'DefaultFromCustomer' && billCycleDay > 0
      ? nextCycleDay(segment.billingAnchor, billCycleDay)
      : segment.billingAnchor;
  const spans: Span[] = [];
  for (let count = origin > segment.billingAnchor ? -1 : 0; step(origin, length, count) < to; count++) {
    const [periodStart, periodEnd] = [step(origin, length, count), step(origin, length, count + 1)];
    const start = periodStart > from ? periodStart : from;
    const end = periodEnd < to ? periodEnd : to;
    if (start >= end) continue;
    spans.push({ start, end, share: new Fraction(daysBetween(start, end), daysBetween(periodStart, periodEnd)) });
  }
  return spans;
}
