import type Fraction from 'fraction.js';
import { exact } from '../money/decimal.ts';
import { addDays, daysBetween, type CalendarDate } from '../time/calendarDate.ts';
import { isCurrent, type Usage } from './usage.ts';

/** How the pace of a period compares with that of the one before; the words of the picklist in Salesforce. */
export const USAGE_TRENDS = ['Rising', 'Steady', 'Falling'] as const;
export type UsageTrend = (typeof USAGE_TRENDS)[number];

/** A trend is told once so many hundredths of a period are over: a few days say nothing. */
const TREND_FROM_PERCENT = 25;
/** A pace that is so many hundredths away from the one before has risen or fallen. */
const TREND_PERCENT = 25;

/** Days of a period that have come, this one with them. */
const elapsed = (usage: Usage, day: CalendarDate): number => daysBetween(usage.periodStartsOn, day) + 1;
const lengthOf = (usage: Usage): number => daysBetween(usage.periodStartsOn, usage.periodEndsOn);

/** First day on which enough of a period is over to speak of its trend. */
function trendFrom(usage: Usage): CalendarDate {
  return addDays(usage.periodStartsOn, Math.ceil((lengthOf(usage) * TREND_FROM_PERCENT) / 100) - 1);
}

/** @returns the period of the same meter that ended where this one begins */
export function periodBefore(usage: Usage, all: readonly Usage[]): Usage | null {
  return (
    all.find(
      (other) =>
        other.meter === usage.meter &&
        other.billingAccountKey === usage.billingAccountKey &&
        other.subscriptionKey === usage.subscriptionKey &&
        other.periodEndsOn === usage.periodStartsOn,
    ) ?? null
  );
}

/**
 * @param before the period before
 * @returns how many units a day are used, against how many were; null while that is not known: the period is over, or has
 * just begun, or the one before is not known or was not used
 */
export function trendOf(usage: Usage, before: Usage | null, day: CalendarDate): UsageTrend | null {
  if (before === null || !isCurrent(usage, day) || day < trendFrom(usage) || !exact(before.quantity).gt(0)) return null;
  const pace = exact(usage.quantity).div(elapsed(usage, day));
  const change: Fraction = pace.mul(lengthOf(before)).div(exact(before.quantity)).mul(100).sub(100);
  if (change.gte(TREND_PERCENT)) return 'Rising';
  return change.lte(-TREND_PERCENT) ? 'Falling' : 'Steady';
}

/**
 * When the limit is reached if the rest of the period goes on as it began (linear).
 * @returns null when it is not reached within the period, has been reached already, or there is none
 */
export function limitReachedOn(usage: Usage, day: CalendarDate): CalendarDate | null {
  if (usage.limit === null || !isCurrent(usage, day)) return null;
  const [quantity, limit] = [exact(usage.quantity), exact(usage.limit)];
  if (!quantity.gt(0) || quantity.gte(limit)) return null;
  const days = Number(limit.mul(elapsed(usage, day)).div(quantity).ceil(0).valueOf());
  const reached = addDays(usage.periodStartsOn, Math.min(days, lengthOf(usage) + 1) - 1);
  return reached < usage.periodEndsOn ? reached : null;
}

/**
 * @returns the next day on which trend or forecast may be another one with the same quantity: any day, since a quantity that
 * does not grow is a slower pace; null when they stay
 */
export function forecastChangesOn(usage: Usage, before: Usage | null, day: CalendarDate): CalendarDate | null {
  if (!isCurrent(usage, day)) return null;
  if (limitReachedOn(usage, day) !== null) return addDays(day, 1);
  if (before === null || !exact(before.quantity).gt(0)) return null;
  return day < trendFrom(usage) ? trendFrom(usage) : trendOf(usage, before, day) === 'Falling' ? null : addDays(day, 1);
}
