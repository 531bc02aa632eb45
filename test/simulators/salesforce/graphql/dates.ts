import { GraphQLEnumType, GraphQLInputObjectType, GraphQLInt } from 'graphql';
import { scalars } from './scalars.ts';

/** Calendar days as whole days since 1970; `end` is the first day after. */
type DaySpan = { start: number; end: number };

/** Input of one operand of DateOperators and DateTimeOperators: exactly one of the three. */
export type DateOperand = {
  value?: string | null;
  literal?: string | null;
  range?: Record<string, number | null> | null;
};

const dayMs = 86_400_000;

/** Day number of `2026-11-21`. */
export function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

/** Day number of an instant on the calendar of a time zone. */
export function dayInZone(instant: Date, timeZone: string): number {
  return dayOf(new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(instant));
}

type Unit = 'days' | 'weeks' | 'months' | 'quarters' | 'years';

/** First day of the unit that is `shift` units after the one of `day`; weeks start on Sunday as in en-US. */
function startOf(unit: Unit, day: number, shift: number): number {
  if (unit === 'days') return day + shift;
  // 1970-01-01, day 0, was a Thursday.
  if (unit === 'weeks') return day - ((((day + 4) % 7) + 7) % 7) + 7 * shift;
  const date = new Date(day * dayMs);
  const months = unit === 'months' ? 1 : unit === 'quarters' ? 3 : 12;
  const month = Math.floor(date.getUTCMonth() / months) * months + months * shift;
  return Date.UTC(date.getUTCFullYear(), month, 1) / dayMs;
}

const span = (unit: Unit, day: number, from: number, to: number): DaySpan => ({
  start: startOf(unit, day, from),
  end: startOf(unit, day, to),
});

// Fiscal periods are calendar periods: the org's fiscal year starts in January.
const literals: Record<string, (today: number) => DaySpan> = {
  TODAY: (today) => span('days', today, 0, 1),
  YESTERDAY: (today) => span('days', today, -1, 0),
  TOMORROW: (today) => span('days', today, 1, 2),
  LAST_90_DAYS: (today) => span('days', today, -90, 1),
  NEXT_90_DAYS: (today) => span('days', today, 1, 91),
};
for (const [word, unit] of [
  ['WEEK', 'weeks'],
  ['MONTH', 'months'],
  ['QUARTER', 'quarters'],
  ['YEAR', 'years'],
  ['FISCAL_QUARTER', 'quarters'],
  ['FISCAL_YEAR', 'years'],
] as const) {
  literals[`LAST_${word}`] = (today) => span(unit, today, -1, 0);
  literals[`THIS_${word}`] = (today) => span(unit, today, 0, 1);
  literals[`NEXT_${word}`] = (today) => span(unit, today, 1, 2);
}

const ranges: Record<string, (today: number, n: number) => DaySpan> = {
  last_n_days: (today, n) => span('days', today, -n, 1),
  next_n_days: (today, n) => span('days', today, 1, n + 1),
  n_days_ago: (today, n) => span('days', today, -n, 1 - n),
};
for (const [word, unit] of [
  ['weeks', 'weeks'],
  ['months', 'months'],
  ['quarters', 'quarters'],
  ['years', 'years'],
  ['fiscal_quarters', 'quarters'],
  ['fiscal_years', 'years'],
] as const) {
  ranges[`last_n_${word}`] = (today, n) => span(unit, today, -n, 0);
  ranges[`next_n_${word}`] = (today, n) => span(unit, today, 1, n + 1);
  ranges[`n_${word}_ago`] = (today, n) => span(unit, today, -n, 1 - n);
}

/**
 * Days that a literal or a range covers (SOQL docs, "Date Formats and Date Literals"); null for a plain value.
 * Throws when the operand has not exactly one of value, literal and range.
 */
export function spanOf(operand: DateOperand, today: number): DaySpan | null {
  const range = Object.entries(operand.range ?? {}).filter(([, n]) => n !== null);
  const given = [operand.value !== undefined, operand.literal != null, range.length > 0].filter(Boolean).length;
  if (given !== 1 || range.length > 1) throw new Error('A date filter takes exactly one of value, literal and range.');
  if (operand.literal != null) return literals[operand.literal]!(today);
  const [name, n] = range[0] ?? [];
  return name === undefined ? null : ranges[name]!(today, n!);
}

const dateLiteral = new GraphQLEnumType({
  name: 'DateLiteral',
  values: Object.fromEntries(Object.keys(literals).map((name) => [name, {}])),
});
const dateRange = new GraphQLInputObjectType({
  name: 'DateRange',
  fields: Object.fromEntries(Object.keys(ranges).map((name) => [name, { type: GraphQLInt }])),
});

export const dateInput = new GraphQLInputObjectType({
  name: 'DateInput',
  fields: { value: { type: scalars.Date }, literal: { type: dateLiteral }, range: { type: dateRange } },
});
export const dateTimeInput = new GraphQLInputObjectType({
  name: 'DateTimeInput',
  fields: { value: { type: scalars.DateTime }, literal: { type: dateLiteral }, range: { type: dateRange } },
});
