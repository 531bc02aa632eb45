import { instantOf } from '../queries/compare.ts';
import type { Tenant } from '../tenant.ts';
import type { QueryObject, Rec } from './define.ts';
import { refuse } from './refuse.ts';

const isInstant = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value);

/** Negative, zero or positive; instants by time, numbers by size, text by letters without case. */
function compareTo(tenant: Tenant, value: unknown, text: string): number {
  if (typeof value === 'number') {
    const wanted = text.trim() === '' ? NaN : Number(text);
    return Number.isNaN(wanted) ? refuse(`'${text}' is not a number.`) : value - wanted;
  }
  if (isInstant(value)) return Date.parse(value) - instantOf(tenant, text);
  const [a, b] = [String(value).toLowerCase(), text.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True for a field that a filter or a sort on an object may name, in any case; custom fields count as indexed. */
export const canFilter = (tenant: Tenant | null, object: QueryObject, name: string): boolean =>
  object.filterable.some((one) => one.toLowerCase() === name.toLowerCase()) ||
  (/__c$/i.test(name) && (tenant === null || object.fields(tenant).has(name.toLowerCase())));

/** `<field>.<OP>:<value>`; several are joined by AND (Zuora docs, "Expand, filter, fields, and sort"). */
export function filterOf(tenant: Tenant, object: QueryObject, text: string): (record: Rec) => boolean {
  const match = /^([\w]+)\.(EQ|NE|LT|GT|LE|GE|SW|IN):(.*)$/is.exec(text);
  if (!match) return refuse(`The filter '${text}' is not valid.`);
  const [, name, operatorText, value] = match as unknown as [string, string, string, string];
  if (!canFilter(tenant, object, name)) return refuse(`Field '${name}' cannot be filtered on.`);
  const field = object.fields(tenant).get(name.toLowerCase());
  if (!field) return refuse(`Field '${name}' cannot be filtered on.`);
  const operator = operatorText.toUpperCase();
  const values = operator === 'IN' ? value.replace(/^\[|\]$/g, '').split(',') : [value];
  if (/date$/i.test(name) && value !== 'null')
    for (const one of values) if (Number.isNaN(instantOf(tenant, one))) refuse(`'${one}' is not a date.`);
  const matches = (actual: unknown, wanted: string) => actual !== null && compareTo(tenant, actual, wanted) === 0;
  if (value === 'null') return (record) => (operator === 'NE') === (field.of(record) !== null);
  if (operator === 'IN') return (record) => values.some((one) => matches(field.of(record), one));
  if (operator === 'EQ') return (record) => matches(field.of(record), value);
  if (operator === 'NE') return (record) => !matches(field.of(record), value);
  if (operator === 'SW') {
    const start = value.toLowerCase();
    return (record) => {
      const actual = field.of(record);
      return typeof actual === 'string' && actual.toLowerCase().startsWith(start);
    };
  }
  const holds = {
    LT: (n: number) => n < 0,
    GT: (n: number) => n > 0,
    LE: (n: number) => n <= 0,
    GE: (n: number) => n >= 0,
  };
  const test = holds[operator as keyof typeof holds];

  return (record) => {
    const actual = field.of(record);
    return actual !== null && test(compareTo(tenant, actual, value));
  };
}
