import { periodOf } from '../../soql/dateLiterals.ts';

/** First day and the day after the last, `2026-11-01`. */
export type Days = { from: string; to: string };

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** `LAST 30 DAYS`, `NEXT N MONTHS:2`, `5 DAYS AGO` and `THIS MONTH` as date literals of SOQL. */
export function dateLiteral(text: string): string {
  const words = text
    .trim()
    .toUpperCase()
    .replace(/[\s_]+/g, '_');
  const [, way, count, unit] = /^(LAST|NEXT)_(\d+)_(DAY|WEEK|MONTH|QUARTER|YEAR)S?$/.exec(words) ?? [];
  if (way !== undefined && words !== 'LAST_90_DAYS' && words !== 'NEXT_90_DAYS') return `${way}_N_${unit}S:${count}`;
  const [, ago, unitAgo] = /^(\d+)_(DAY|WEEK|MONTH|QUARTER|YEAR)S?_AGO$/.exec(words) ?? [];
  return ago === undefined ? words : `N_${unitAgo}S_AGO:${ago}`;
}

/** A relative date; the others are days of the calendar. */
export const isRelative = (text: string): boolean => calendarDay(text.trim()) === null;

function calendarDay(text: string): string | null {
  const [, month, date, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? [];
  const written = year === undefined ? text : `${year}-${month!.padStart(2, '0')}-${date!.padStart(2, '0')}`;
  const at = new Date(`${written}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(written) && !Number.isNaN(at.getTime()) && day(at) === written ? written : null;
}

/**
 * The days that a filter value stands for: `2026-11-21`, `11/21/2026`, or a relative date (help, "Relative Date Values").
 * @returns null for what is neither, and for fiscal periods
 */
export function daysOf(text: string, now: Date): Days | null {
  const date = calendarDay(text.trim());
  if (date !== null) return { from: date, to: day(new Date(Date.parse(date) + 86_400_000)) };
  const period = periodOf(dateLiteral(text), now);
  return period && { from: day(period.from), to: day(period.to) };
}
