import type { FieldFunctionExpression, FunctionExp } from '@jetstreamapp/soql-parser-js';
import { number, standardField } from '../org/schema/fields.ts';
import type { Field, FieldValue, SObject, SRecord } from '../org/types.ts';
import { displayValue } from '../uiapi/display.ts';
import { malformed, queryFault } from './fault.ts';
import { resolve, valueAt, type FieldPath, type QueryContext } from './names.ts';

/** A field, or a function of one, that a query filters, sorts, groups or shows. */
export type Term = {
  /** Says of what type the value is; of a function, a field that only says that. */
  field: Field;
  path: FieldPath;
  /** Name of the function in capitals; null for a plain field. */
  fn: string | null;
  valueOf(record: SRecord): FieldValue;
};
type Call = FunctionExp | FieldFunctionExpression;

const DAY_MS = 86_400_000;
const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;

/** Functions of dates (SOQL and SOSL Reference, "Date Functions"); years of the org begin in January, its time is UTC. */
const DATE_FUNCTIONS: Readonly<Record<string, (date: Date) => number>> = {
  CALENDAR_YEAR: (date) => date.getUTCFullYear(),
  CALENDAR_QUARTER: (date) => Math.floor(date.getUTCMonth() / 3) + 1,
  CALENDAR_MONTH: (date) => date.getUTCMonth() + 1,
  DAY_IN_MONTH: (date) => date.getUTCDate(),
  DAY_IN_WEEK: (date) => date.getUTCDay() + 1,
  DAY_IN_YEAR: dayOfYear,
  WEEK_IN_MONTH: (date) => Math.floor((date.getUTCDate() - 1) / 7) + 1,
  WEEK_IN_YEAR: (date) => Math.floor((dayOfYear(date) - 1) / 7) + 1,
  HOUR_IN_DAY: (date) => date.getUTCHours(),
};
const OF_TIMES_ONLY = ['HOUR_IN_DAY', 'DAY_ONLY'];
const NOT_SIMULATED = [
  'FISCAL_YEAR',
  'FISCAL_QUARTER',
  'FISCAL_MONTH',
  'CONVERTCURRENCY',
  'CONVERTTIMEZONE',
  'DISTANCE',
  'GEOLOCATION',
];

export const isDateFunction = (name: string): boolean =>
  name.toUpperCase() === 'DAY_ONLY' || DATE_FUNCTIONS[name.toUpperCase()] !== undefined;

const dateOf = (value: FieldValue): Date =>
  new Date(String(value).length === 10 ? `${String(value)}T00:00:00Z` : String(value).replace('+0000', 'Z'));

/** `toLabel` gives what a picklist shows; the org has one language. */
function labelOf(field: Field, value: FieldValue): FieldValue {
  if (value === null || !field.picklist) return value;
  const labels = field.picklist.labels ?? {};
  return String(value)
    .split(field.type === 'multipicklist' ? ';' : '\0')
    .map((one) => labels[one] ?? one)
    .join(';');
}

export function formatted(field: Field, value: FieldValue): FieldValue {
  return value === null ? null : (displayValue(field, value, 'UTC') ?? String(value));
}

export function fieldTerm(context: QueryContext, object: SObject, name: string, alias?: string): Term {
  const path = resolve(context, object, name, alias);
  return { field: path.field, path, fn: null, valueOf: (record) => valueAt(context, path, record) };
}

/**
 * A function of one field, in WHERE, GROUP BY, ORDER BY or SELECT.
 * @throws RequestFault for functions that are not there, or not of such a field
 */
export function functionTerm(context: QueryContext, object: SObject, call: Call, alias?: string): Term {
  const fn = (call.functionName ?? '').toUpperCase();
  const [parameter, ...others] = call.parameters ?? [];
  const shown = call.rawValue ?? fn;
  const inner = typeof parameter === 'object' ? (parameter.functionName ?? '').toUpperCase() : '';
  if (NOT_SIMULATED.includes(fn) || NOT_SIMULATED.includes(inner)) throw context.unsupported(`SOQL function ${shown}`);
  if (typeof parameter !== 'string' || others.length > 0)
    throw malformed(context.text, call.functionName ?? '', `unexpected token: '${call.functionName ?? ''}'`);
  const base = fieldTerm(context, object, parameter, alias);
  const type = base.field.type;
  const wrap = (field: Field, work: (value: NonNullable<FieldValue>) => FieldValue): Term => ({
    ...base,
    field,
    fn,
    valueOf: (record) => {
      const value = base.valueOf(record);
      return value === null ? null : work(value);
    },
  });
  const { name, label } = base.field;
  if (fn === 'TOLABEL') return wrap(base.field, (value) => labelOf(base.field, value));
  if (fn === 'FORMAT') return wrap(standardField(name, label, 'string'), (value) => formatted(base.field, value));
  const wrongType = (): Error =>
    queryFault('INVALID_FIELD', context.text, parameter, `The function ${fn} cannot be used with the field ${name}`);
  if (isDateFunction(fn)) {
    if (type !== 'datetime' && (type !== 'date' || OF_TIMES_ONLY.includes(fn))) throw wrongType();
    if (fn === 'DAY_ONLY') return wrap(standardField(name, label, 'date'), (value) => String(value).slice(0, 10));
    return wrap(number(name, label, 9, 0), (value) => DATE_FUNCTIONS[fn]!(dateOf(value)));
  }
  throw malformed(context.text, call.functionName ?? '', `unexpected token: '${call.functionName ?? ''}'`);
}

/** The same field or function of the same records. */
export const sameTerm = (a: Term, b: Term): boolean =>
  a.fn === b.fn &&
  a.path.field === b.path.field &&
  a.path.parents.length === b.path.parents.length &&
  a.path.parents.every(({ field }, at) => field === b.path.parents[at]!.field);
