import rangeLabel from '@salesforce/label/c.Billing_Range';
import { fill } from 'c/textUtils';
import { DAY_MS, dayNumber } from './dayNumber';

export { ago, fromToday, isoDateOf, JUST_NOW } from './relative';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function writeDay(day: number | null): string {
  const date = new Date((day ?? 0) * DAY_MS);
  return day === null ? '' : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** Writes a calendar date (`YYYY-MM-DD`) as "1 Feb 2027"; empty for what is no date. */
export function formatDate(date: string | null | undefined): string {
  return writeDay(dayNumber(date));
}

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

/** Writes an instant (ISO 8601) as "24 Nov 2026, 09:00" in a time zone. */
export function formatInstant(instant: string | null | undefined, timeZone: string): string {
  const date = new Date(instant ?? '');
  if (Number.isNaN(date.getTime())) {
    return '';
  }
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  const month = MONTHS[Number(part('month')) - 1];
  return `${Number(part('day'))} ${month} ${part('year')}, ${part('hour')}:${part('minute')}`;
}

/** Writes the time of day of an instant as "09:00" in a time zone. */
export function formatTime(instant: Date, timeZone: string): string {
  return formatInstant(instant.toISOString(), timeZone).slice(-5);
}

/** Writes the month of a calendar date as "Feb 2027"; empty for what is no date. */
export function formatMonth(date: string | null | undefined): string {
  return formatDate(date).replace(/^\d+ /, '');
}
