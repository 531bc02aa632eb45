import Fraction from 'fraction.js';
import { Fault } from '../fault.ts';

declare const calendarDateBrand: unique symbol;
/** A day without time or zone, `YYYY-MM-DD`. Dates compare as text. */
export type CalendarDate = string & { readonly [calendarDateBrand]: true };

const DAY_MS = 86_400_000;

/** @throws Fault of kind invalid when the text is no day of the calendar */
export function calendarDate(text: string): CalendarDate {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) {
    throw new Fault({
      code: 'date_invalid',
      kind: 'invalid',
      publicText: 'A date is not a day of the calendar.',
      context: { text: text.slice(0, 40) },
    });
  }
  return text as CalendarDate;
}

function fromUtc(ms: number): CalendarDate {
  return new Date(ms).toISOString().slice(0, 10) as CalendarDate;
}

function utcOf(date: CalendarDate): number {
  return Date.parse(`${date}T00:00:00Z`);
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return fromUtc(utcOf(date) + days * DAY_MS);
}

/** Adds calendar months; a day that the target month lacks becomes its last day (31 Jan + 1 = 28 or 29 Feb). */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const first = Date.UTC(year, month - 1 + months, 1);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return fromUtc(first + (Math.min(day, last) - 1) * DAY_MS);
}

/** @returns the first day of the month of a day */
export function firstOfMonth(date: CalendarDate): CalendarDate {
  return `${date.slice(0, 8)}01` as CalendarDate;
}

export function firstOfNextMonth(date: CalendarDate): CalendarDate {
  return addMonths(firstOfMonth(date), 1);
}

/** @returns whole days from `from` to `to`; negative when `to` is earlier */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Math.round((utcOf(to) - utcOf(from)) / DAY_MS);
}

/**
 * @returns the exact length of [from, to) in months: each calendar month counts by the share of its days that is covered,
 * so that the parts of a split period sum to the whole (Zuora docs, "How TCV is calculated")
 */
export function calendarMonths(from: CalendarDate, to: CalendarDate): Fraction {
  let months = new Fraction(0);
  let day = from;
  while (day < to) {
    const first = firstOfMonth(day);
    const next = addMonths(first, 1);
    const end = next < to ? next : to;
    months = months.add(new Fraction(daysBetween(day, end), daysBetween(first, next)));
    day = next;
  }
  return months;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @returns the day for people, such as `3 Nov 2026` */
export function dayInWords(date: CalendarDate): string {
  const [year, month = 1, day] = date.split('-').map(Number);
  return `${day} ${MONTHS[month - 1] ?? ''} ${year}`;
}

export function earliest(dates: readonly (CalendarDate | null)[]): CalendarDate | null {
  return dates.reduce<CalendarDate | null>(
    (min, date) => (date !== null && (min === null || date < min) ? date : min),
    null,
  );
}

export function latest(dates: readonly (CalendarDate | null)[]): CalendarDate | null {
  return dates.reduce<CalendarDate | null>(
    (max, date) => (date !== null && (max === null || date > max) ? date : max),
    null,
  );
}
