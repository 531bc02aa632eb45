import dayPattern from '@salesforce/label/c.Billing_Date_Day';
import lang from '@salesforce/i18n/lang';
import monthPattern from '@salesforce/label/c.Billing_Date_Month';
import pattern from '@salesforce/label/c.Billing_Date';
import rangePattern from '@salesforce/label/c.Billing_Range';
import { DAY_MS, dayNumber } from './dayNumber';
import { isoDateOf } from './relative';
import { fill } from './words';

type Written = string | null | undefined;

const MONTH = new Intl.DateTimeFormat(lang, { month: 'short', timeZone: 'UTC' });

/** @param day since 1970; null for none, which is written as nothing */
function write(day: number | null, as = pattern): string {
  if (day === null) return '';
  const date = new Date(day * DAY_MS);
  return fill(as, date.getUTCDate(), MONTH.format(date), date.getUTCFullYear());
}

/** Writes a calendar date (`YYYY-MM-DD`) as "1 Feb 2027"; empty for what is no date. */
export function formatDate(date: Written): string {
  return write(dayNumber(date));
}

/** Writes the month of a calendar date as "Feb 2027"; empty for what is no date. */
export function formatMonth(date: Written): string {
  return write(dayNumber(date), monthPattern);
}

/** Writes the day before an exclusive end, which is how billing systems give the end of a term. */
export function formatLastDay(exclusiveEnd: Written): string {
  return write(lastDay(exclusiveEnd));
}

/** Writes a period with an exclusive end, such as "12 Nov – 11 Dec 2026"; what is known of it when that is not both. */
export function formatPeriod(start: Written, exclusiveEnd: Written): string {
  const [first, last] = [dayNumber(start), lastDay(exclusiveEnd)];
  if (first === null || last === null) return write(first ?? last);
  const [year, sameYear] = [first, last].map((day) => new Date(day * DAY_MS).getUTCFullYear());
  return fill(rangePattern, write(first, year === sameYear ? dayPattern : pattern), write(last));
}

function lastDay(exclusiveEnd: Written): number | null {
  const day = dayNumber(exclusiveEnd);
  return day === null ? null : day - 1;
}

/** Writes the day of an instant (ISO 8601) in a time zone, as a date is written; empty for what is none. */
export function formatDayOf(instant: Written, timeZone: string): string {
  return isInstant(instant) ? formatDate(isoDateOf(new Date(instant), timeZone)) : '';
}

/** Writes an instant (ISO 8601) as "24 Nov 2026, 09:00" in a time zone; empty for what is none. */
export function formatInstant(instant: Written, timeZone: string): string {
  return isInstant(instant) ? `${formatDayOf(instant, timeZone)}, ${formatTime(new Date(instant), timeZone)}` : '';
}

function isInstant(text: Written): text is string {
  return !Number.isNaN(Date.parse(text ?? ''));
}

/** Writes the time of day of an instant as "09:00" in a time zone. */
export function formatTime(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(instant);
}
