import rangeLabel from '@salesforce/label/c.Billing_Range';
import { dayNumber, formatDate, writeDay } from 'c/dateUtils';
import { fill } from 'c/textUtils';

/** Writes the day before an exclusive end, which is how billing systems give the end of a term. */
export function formatLastDay(exclusiveEnd: string | null | undefined): string {
  const day = dayNumber(exclusiveEnd);
  return writeDay(day === null ? null : day - 1);
}

/** Writes a period with an exclusive end, such as "12 Nov – 11 Dec 2026"; what is known of it when that is not both. */
export function formatPeriod(start: string | null | undefined, exclusiveEnd: string | null | undefined): string {
  const first = formatDate(start);
  const last = formatLastDay(exclusiveEnd);
  const sameYear = first.slice(-5) === last.slice(-5);
  return first && last ? fill(rangeLabel, sameYear ? first.slice(0, -5) : first, last) : first || last;
}
