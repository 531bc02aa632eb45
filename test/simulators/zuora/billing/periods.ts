import Fraction from 'fraction.js';
import { addDays, addMonths, daysBetween } from '../dates.ts';
import type { Segment, SubscriptionVersion } from '../model.ts';
import { billingPeriodLength, type PeriodLength } from '../metrics/length.ts';

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

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** First date on or after `date` that is a given day of the week. */
function nextWeekday(date: string, name: string): string {
  const ahead = weekdays.indexOf(name) - new Date(`${date}T00:00:00Z`).getUTCDay();
  return addDays(date, (ahead + 7) % 7);
}

/** Day on which a full billing period of a charge starts, by its bill cycle type and alignment. */
function originOf(segment: Segment, subscription: SubscriptionVersion, billCycleDay: number, monthly: boolean): string {
  const from = {
    AlignToCharge: segment.billingAnchor,
    AlignToSubscriptionStart: subscription.subscriptionStartDate,
    AlignToTermStart: subscription.termStartDate,
  }[segment.billingPeriodAlignment];
  if (segment.billingDay === 'SpecificDayofWeek')
    return monthly ? from : nextWeekday(from, segment.weeklyBillCycleDay!);
  const day = {
    DefaultFromCustomer: billCycleDay,
    SpecificDayofMonth: segment.billCycleDay ?? 0,
    SubscriptionStartDay: Number(subscription.subscriptionStartDate.slice(8, 10)),
  }[segment.billingDay];
  return monthly && day !== undefined && day > 0 ? nextCycleDay(from, day) : from;
}

/**
 * Cuts a stretch of time into the billing periods of a charge. Periods are counted from the start of the charge, the
 * subscription or the term, or from the bill cycle day after it; what does not fill a period is a share by actual days.
 */
export function spansBetween(
  segment: Segment,
  subscription: SubscriptionVersion,
  billCycleDay: number,
  from: string,
  to: string,
): Span[] {
  const length = billingPeriodLength(segment, subscription);
  const origin = originOf(segment, subscription, billCycleDay, 'months' in length);
  const spans: Span[] = [];
  let count = 0;
  while (step(origin, length, count) > from) count--;
  for (; step(origin, length, count) < to; count++) {
    const [periodStart, periodEnd] = [step(origin, length, count), step(origin, length, count + 1)];
    const start = periodStart > from ? periodStart : from;
    const end = periodEnd < to ? periodEnd : to;
    if (start >= end) continue;
    spans.push({ start, end, share: new Fraction(daysBetween(start, end), daysBetween(periodStart, periodEnd)) });
  }
  return spans;
}
