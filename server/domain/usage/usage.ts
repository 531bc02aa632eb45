import Fraction from 'fraction.js';
import type { Source } from '../billingAccount/billingAccount.ts';
import { exact, grouped, toDecimal, type Decimal } from '../money/decimal.ts';
import type { CalendarDate } from '../time/calendarDate.ts';

/** What was used of one meter in one period of a subscription. */
export type Usage = {
  kind: 'usage';
  key: string;
  connection: string;
  source: Source;
  billingAccountKey: string;
  subscriptionKey: string | null;
  meter: string;
  unit: string | null;
  currency: string | null;
  quantity: Decimal;
  /** Units that are not in it, because nobody here knows whether they count, and the words of their states; absent where there are none. */
  leftOut?: { quantity: Decimal; states: readonly string[] };
  /** What the price includes; null when there is no limit. */
  limit: Decimal | null;
  periodStartsOn: CalendarDate;
  /** First day after the period. */
  periodEndsOn: CalendarDate;
  sourceUrl: string;
};

/** @returns the quantity as a percentage of the limit with one decimal; null when there is no limit above zero */
export function percentUsed(usage: Usage): Decimal | null {
  if (usage.limit === null || !exact(usage.limit).gt(0)) return null;
  return toDecimal(exact(usage.quantity).mul(new Fraction(100)).div(exact(usage.limit)), 1);
}

export function isCurrent(usage: Usage, day: CalendarDate): boolean {
  return usage.periodStartsOn <= day && day < usage.periodEndsOn;
}

/** @returns whether more was used than is included, in the period that runs on a day */
export function isOverLimit(usage: Usage, day: CalendarDate): boolean {
  return isCurrent(usage, day) && usage.limit !== null && exact(usage.quantity).gt(exact(usage.limit));
}

/** @returns what the quantity does not contain, and why; null when that is nothing */
export function leftOutInWords({ leftOut, unit }: Usage): string | null {
  if (leftOut === undefined) return null;
  const units = unit === null ? '' : ` ${unit}`;
  return `${grouped(leftOut.quantity)}${units} in the state ${leftOut.states.join(', ')}, which is not known here.`;
}
