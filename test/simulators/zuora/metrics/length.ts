import Fraction from 'fraction.js';
import { addDays, addMonths, daysBetween } from '../dates.ts';
import type { Segment, SubscriptionVersion } from '../subscriptions/model.ts';

const monthsIn: Record<string, number> = {
  Month: 1,
  Quarter: 3,
  Semi_Annual: 6,
  Annual: 12,
  Eighteen_Months: 18,
  Two_Years: 24,
  Three_Years: 36,
  Five_Years: 60,
};

/** Length of a billing period: whole months, or days for the week-based ones. */
export type PeriodLength = { months: number } | { days: number };

export function billingPeriodLength(segment: Segment, subscription: SubscriptionVersion): PeriodLength {
  const count = segment.specificBillingPeriod ?? 1;
  switch (segment.billingPeriod) {
    case 'Specific_Months':
      return { months: count };
    case 'Week':
      return { days: 7 };
    case 'Specific_Weeks':
      return { days: 7 * count };
    case 'Specific_Days':
      return { days: count };
    case 'Subscription_Term':
      return termLength(subscription);
    default:
      return { months: monthsIn[segment.billingPeriod ?? 'Month'] ?? 1 };
  }
}

function termLength(subscription: SubscriptionVersion): PeriodLength {
  const count = subscription.currentTerm ?? 1;
  switch (subscription.currentTermPeriodType) {
    case 'Week':
      return { days: 7 * count };
    case 'Day':
      return { days: count };
    case 'Year':
      return { months: 12 * count };
    default:
      return { months: count };
  }
}

export function priceBaseLength(segment: Segment, subscription: SubscriptionVersion): PeriodLength {
  switch (segment.listPriceBase) {
    case 'Per_Month':
      return { months: 1 };
    case 'Per_Year':
      return { months: 12 };
    case 'Per_Week':
      return { days: 7 };
    case 'Per_Specific_Months':
      return { months: segment.specificListPriceBase ?? 1 };
    default:
      return billingPeriodLength(segment, subscription);
  }
}

/** How much of a month a period is; a month counts 30 days where the period is counted in days. */
export const inMonths = (length: PeriodLength): Fraction =>
  'months' in length ? new Fraction(length.months) : new Fraction(length.days, 30);

/** The day on which so many months from a date are full; from the end of a month it is the end of one. */
function fullAfter(from: string, months: number): string {
  const isMonthEnd = addDays(from, 1).endsWith('-01');
  return isMonthEnd ? addDays(addMonths(addDays(from, 1), months), -1) : addMonths(from, months);
}

/**
 * Whole months from a date, and the rest by actual days of the month it lies in (Zuora docs, "How TCV is calculated"; Zuora
 * community, "TCV calculation").
 */
export function monthsBetween(from: string, to: string): Fraction {
  if (to <= from) return new Fraction(0);
  const [fromYear, fromMonth, toYear, toMonth] = [from, to].flatMap((day) => day.split('-').slice(0, 2).map(Number));
  let whole = (toYear! - fromYear!) * 12 + toMonth! - fromMonth!;
  while (fullAfter(from, whole) > to) whole--;
  const start = fullAfter(from, whole);
  return new Fraction(daysBetween(start, to), daysBetween(start, fullAfter(from, whole + 1))).add(whole);
}
