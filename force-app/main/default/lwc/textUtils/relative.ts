import lang from '@salesforce/i18n/lang';
import { dayNumber } from './dayNumber';

/** The age of what is younger than a minute, such as "now". */
export const JUST_NOW = relative(0, 'second', 'auto');

const AGES: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** Says how long ago an instant was: "2 minutes ago", "now"; a moment ahead of our clock counts as now. */
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
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(instant);
}

function relative(value: number, unit: Intl.RelativeTimeFormatUnit, numeric: 'always' | 'auto'): string {
  return new Intl.RelativeTimeFormat(lang, { numeric }).format(value, unit);
}
