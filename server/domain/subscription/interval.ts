import { addDays, addMonths, type CalendarDate } from '../time/calendarDate.ts';
import type { Interval } from './charge.ts';
import { chargesOn, type Subscription } from './subscription.ts';

const SINGLE: Readonly<Record<string, string>> = {
  '1 day': 'Daily',
  '1 week': 'Weekly',
  '1 month': 'Monthly',
  '3 month': 'Quarterly',
  '6 month': 'Semi-annual',
  '12 month': 'Annual',
  '1 year': 'Annual',
};

/** @returns how often, in words, such as `Monthly` or `Every 2 years`; a word that is not known here as it came */
export function intervalInWords(interval: Interval): string {
  if (interval.word !== undefined) return interval.word;
  if (interval.unit === 'term') return 'Once a term';
  return SINGLE[`${interval.count} ${interval.unit}`] ?? `Every ${interval.count} ${interval.unit}s`;
}

/** @returns what a price buys, such as `a month`, `a year` or `for 2 weeks` */
export function periodInWords(interval: Interval): string {
  if (interval.word !== undefined) return interval.word;
  if (interval.unit === 'term') return 'a term';
  return interval.count === 1 ? `a ${interval.unit}` : `for ${interval.count} ${interval.unit}s`;
}

/** @returns first day after an interval that begins on a day; null of a term and of others whose length the interval does not say */
export function afterInterval(day: CalendarDate, { unit, count, word }: Interval): CalendarDate | null {
  if (unit === 'term' || word !== undefined) return null;
  if (unit === 'day' || unit === 'week') return addDays(day, unit === 'week' ? 7 * count : count);
  return addMonths(day, unit === 'year' ? 12 * count : count);
}

/** @returns how often the recurring charges in force are billed, in words; null when none is */
export function billingIntervalOf(subscription: Subscription, day: CalendarDate): string | null {
  const recurring = chargesOn(subscription, day).filter(
    (charge) => charge.kind === 'recurring' && charge.model !== 'discount',
  );
  const charges = recurring.length > 0 ? recurring : subscription.charges.filter((charge) => charge.kind !== 'oneTime');
  const words = [...new Set(charges.map((charge) => intervalInWords(charge.billingInterval)))];
  return words.length === 0 ? null : words.join(', ');
}
