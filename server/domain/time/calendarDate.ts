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

/** @returns year, month from 1, day of the month */
function partsOf(date: CalendarDate): [year: number, month: number, day: number] {
  return [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8))];
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Adds calendar months; a day that the target month lacks becomes its last day (31 Jan + 1 = 28 or 29 Feb). */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  const [year, month, day] = partsOf(date);
  const first = Date.UTC(year, month - 1 + months, 1);
  return fromUtc(first + (Math.min(day, daysIn(year, month + months)) - 1) * DAY_MS);
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

/** Months from an anchor to a day: whole ones, and days of one that has begun. */
function monthsSince(anchor: CalendarDate, day: CalendarDate): Fraction {
  const [[fromYear, fromMonth, fromDay], [year, month, on]] = [partsOf(anchor), partsOf(day)];
  const isMonthEnd = fromDay === daysIn(fromYear, fromMonth);
  /** The day of a month on which another month is full. */
  const fullOn = (offset: number): number => {
    const last = daysIn(year, month + offset);
    return isMonthEnd || fromDay > last ? last : fromDay;
  };
  const whole = (year - fromYear) * 12 + month - fromMonth;
  const first = on >= fullOn(0) ? 0 : -1;
  const length = daysIn(year, month + first) - fullOn(first) + fullOn(first + 1);
  const begun = on - fullOn(first) - (first === 0 ? 0 : -daysIn(year, month - 1));
  return begun === 0 ? new Fraction(whole + first) : new Fraction(begun, length).add(whole + first);
}

/**
 * @param anchor day from which months are counted; each is full on the same day of the month, or on its last day where the
 * anchor is the last day of a month or the month lacks the day
 * @returns the exact length of [from, to) in months: whole months, and of one that is not full the share of its days, so that
 * the parts of a split period sum to the whole; 0 when it is empty (Zuora docs, "How TCV is calculated"; Zuora community,
 * "TCV calculation")
 */
export function monthsBetween(from: CalendarDate, to: CalendarDate, anchor = from): Fraction {
  if (to <= from) return new Fraction(0);
  const length = monthsSince(anchor, to);
  return from === anchor ? length : length.sub(monthsSince(anchor, from));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @returns the day for people, such as `3 Nov 2026` */
export function dayInWords(date: CalendarDate): string {
  const [year, month, day] = partsOf(date);
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
