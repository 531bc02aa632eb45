import rangeLabel from '@salesforce/label/c.Billing_Range';
import { fill } from 'c/textUtils';

/** The age of what is younger than a minute. */
export const JUST_NOW = 'just now';

const DAY_MS = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const AGES: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

function dayNumber(date: string | null | undefined): number | null {
  if (!date || !/^\d{4}-\d{2}-\d{2}$/.test(date)) {
    return null;
  }
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) ? null : Math.round(ms / DAY_MS);
}

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

/** Says how long ago an instant was: "2 minutes ago", "just now"; a moment ahead of our clock counts as now. */
export function ago(instant: string | null | undefined, now: Date): string {
  const then = Date.parse(instant ?? '');
  if (Number.isNaN(then)) {
    return '';
  }
  const seconds = Math.floor((now.getTime() - then) / 1000);
  const unit = AGES.find(([, size]) => seconds >= size);
  return unit ? relative(-Math.floor(seconds / unit[1]), unit[0], 'always') : JUST_NOW;
}

/** Says how far a calendar date is from today: "in 72 days", "tomorrow", "today", "3 days ago". */
export function fromToday(date: string | null | undefined, now: Date, timeZone: string): string {
  const day = dayNumber(date);
  const today = dayNumber(isoDateOf(now, timeZone));
  return day === null || today === null ? '' : relative(day - today, 'day', 'auto');
}

/** The calendar date (`YYYY-MM-DD`) of an instant in a time zone. */
export function isoDateOf(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  );
}

function relative(value: number, unit: Intl.RelativeTimeFormatUnit, numeric: 'always' | 'auto'): string {
  return new Intl.RelativeTimeFormat('en', { numeric }).format(value, unit);
}
