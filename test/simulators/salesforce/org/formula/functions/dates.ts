import { toDateTime } from '../../values.ts';
import { count, need, strict, type FormulaType, type Typed } from '../typed.ts';
import type { FieldValue } from '../../types.ts';
import type { FormulaFunction } from './logic.ts';

export const DAY_MS = 86_400_000;
export const dayOf = (date: FieldValue): number => Date.parse(`${String(date)}T00:00:00Z`) / DAY_MS;
export const dateOfDay = (days: number): string => new Date(Math.floor(days) * DAY_MS).toISOString().slice(0, 10);
export const instantOf = (value: FieldValue): number => Date.parse(String(value).replace('+0000', 'Z'));
export const dateTimeOf = (ms: number): string => toDateTime(new Date(Math.floor(ms / 1000) * 1000));

function dated(
  types: readonly FormulaType[],
  type: FormulaType,
  work: (values: FieldValue[]) => FieldValue,
): FormulaFunction {
  return (args, name) => {
    count(args, name, types.length);
    args.forEach((arg, at) => need(arg, name, types[at]!));
    return { type, evaluate: strict(args, work) };
  };
}

function calendarDate(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const right = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return right ? date.toISOString().slice(0, 10) : null;
}

/** The last day of a month stays the last day. */
function addMonths(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const lastOf = (at: number): number => new Date(Date.UTC(year, at, 0)).getUTCDate();
  const target = month + Math.trunc(months);
  const wanted = day === lastOf(month) ? lastOf(target) : Math.min(day, lastOf(target));
  return new Date(Date.UTC(year, target - 1, wanted)).toISOString().slice(0, 10);
}

const part = (from: number, to: number): FormulaFunction =>
  dated(['date'], 'number', ([date]) => Number(String(date).slice(from, to)));

const either =
  (type: 'date' | 'datetime', convert: (value: string) => FieldValue): FormulaFunction =>
  (args: Typed[], name) => {
    count(args, name, 1);
    need(args[0]!, name, 'text', 'date', 'datetime');
    return { type, evaluate: strict(args, ([value]) => convert(String(value))) };
  };

/** Date and time functions; the org's time zone is UTC. */
export const DATES: Readonly<Record<string, FormulaFunction>> = {
  TODAY: (args, name) => {
    count(args, name, 0);
    return { type: 'date', evaluate: ({ today }) => today };
  },
  NOW: (args, name) => {
    count(args, name, 0);
    return { type: 'datetime', evaluate: ({ now }) => now };
  },
  DATE: dated(['number', 'number', 'number'], 'date', ([year, month, day]) =>
    calendarDate(Number(year), Number(month), Number(day)),
  ),
  YEAR: part(0, 4),
  MONTH: part(5, 7),
  DAY: part(8, 10),
  /** 1 is Sunday. */
  WEEKDAY: dated(['date'], 'number', ([date]) => ((((dayOf(date!) + 4) % 7) + 7) % 7) + 1),
  ADDMONTHS: (args, name) => {
    count(args, name, 2);
    need(args[0]!, name, 'date', 'datetime');
    need(args[1]!, name, 'number');
    return {
      type: args[0]!.type,
      evaluate: strict(args, ([value, months]) => {
        const text = String(value);
        return addMonths(text.slice(0, 10), Number(months)) + text.slice(10);
      }),
    };
  },
  DATEVALUE: either('date', (text) => (/^\d{4}-\d{2}-\d{2}/.test(text) ? text.slice(0, 10) : null)),
  DATETIMEVALUE: either('datetime', (text) => {
    const time = Date.parse(
      text.length === 10 ? `${text}T00:00:00Z` : text.replace(' ', 'T').replace(/(\+0000|Z)?$/, 'Z'),
    );
    return Number.isNaN(time) ? null : dateTimeOf(time);
  }),
};
