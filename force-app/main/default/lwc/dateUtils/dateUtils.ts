import { DAY_MS, dayNumber } from './dayNumber';
import { isoDateOf } from './relative';

export { dayNumber } from './dayNumber';
export { ago, fromToday, isoDateOf, JUST_NOW } from './relative';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Writes a day since 1970. */
export function writeDay(day: number | null): string {
  const date = new Date((day ?? 0) * DAY_MS);
  return day === null ? '' : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** Writes a calendar date (`YYYY-MM-DD`) as "1 Feb 2027"; empty for what is no date. */
export function formatDate(date: string | null | undefined): string {
  return writeDay(dayNumber(date));
}

/** Writes an instant (ISO 8601) as "24 Nov 2026, 09:00" in a time zone. */
export function formatInstant(instant: string | null | undefined, timeZone: string): string {
  const date = new Date(instant ?? '');
  if (Number.isNaN(date.getTime())) {
    return '';
  }
  return `${formatDate(isoDateOf(date, timeZone))}, ${formatTime(date, timeZone)}`;
}

/** Writes the time of day of an instant as "09:00" in a time zone. */
export function formatTime(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(instant);
}

/** Writes the month of a calendar date as "Feb 2027"; empty for what is no date. */
export function formatMonth(date: string | null | undefined): string {
  return formatDate(date).replace(/^\d+ /, '');
}
