import type { Field, FieldValue, SObject, SRecord } from '../org/types.ts';
import { dayInZone, dayOf, spanOf, type DateOperand } from './dates.ts';
import type { Context } from './context.ts';

/** A coerced `<Object>_Filter`: operators by field, nested filters by relationship, and/or/not. */
export type Filter = Record<string, unknown>;
type Operators = Record<string, unknown>;
type Test = (value: FieldValue) => boolean;

const like = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replace(/\\?[\s\S]/g, (part) =>
      part === '%' ? '[\\s\\S]*' : part === '_' ? '[\\s\\S]' : part.slice(-1).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
    )}$`,
    'i',
  );

/** Comparable form of a stored value: ids by their first 15 characters, text in lower case, instants as ms. */
function comparable(field: Field, value: FieldValue): string | number | boolean | null {
  if (field.type === 'boolean') return value === true;
  if (value === null) return null;
  if (field.type === 'id' || field.type === 'reference') return String(value).slice(0, 15);
  if (field.type === 'datetime') return Date.parse(String(value));
  if (field.type === 'date') return dayOf(String(value));
  if (typeof value === 'string') return field.caseSensitive ? value : value.toLowerCase();
  return value;
}

/** Negative, zero or positive, as a sort function gives it; both sides comparable and not null. */
export function compare(a: string | number | boolean, b: string | number | boolean): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparison(operator: string, difference: (value: FieldValue) => number | null): Test {
  return (value) => {
    const found = difference(value);
    switch (operator) {
      case 'eq':
        return found === 0;
      case 'ne':
        return found !== 0;
      case 'lt':
        return found !== null && found < 0;
      case 'lte':
        return found !== null && found <= 0;
      case 'gt':
        return found !== null && found > 0;
      default:
        return found !== null && found >= 0;
    }
  };
}

type Difference = (value: FieldValue) => number | null;

/** Difference of stored values to one operand: 0 is equal, null is not comparable (one side is empty). */
function differenceTo(field: Field, operand: unknown, context: Context): Difference {
  const dated = field.type === 'date' || field.type === 'datetime';
  const span = dated && operand !== null ? spanOf(operand as DateOperand, today(context)) : null;
  if (span !== null)
    return (value) => {
      if (value === null) return null;
      const day = field.type === 'date' ? dayOf(String(value)) : dayInZone(new Date(String(value)), context.timeZone);
      return day < span.start ? -1 : day >= span.end ? 1 : 0;
    };
  const plain = dated && operand !== null ? ((operand as DateOperand).value ?? null) : (operand as FieldValue);
  if (plain === null) return (value) => (value === null ? 0 : null);
  const right = comparable(field, plain)!;
  return (value) => {
    const left = comparable(field, value);
    return left === null ? null : compare(left, right);
  };
}

const today = (context: Context) => dayInZone(context.now, context.timeZone);

function testOf(field: Field, operator: string, operand: unknown, context: Context): Test {
  if (operator === 'like') {
    const pattern = like(String(operand ?? ''));
    return (value) => typeof value === 'string' && pattern.test(value);
  }
  if (operator === 'in' || operator === 'nin') {
    const differences = ((operand ?? []) as unknown[]).map((one) => differenceTo(field, one, context));
    const isIn: Test = (value) => differences.some((difference) => difference(value) === 0);
    return operator === 'in' ? isIn : (value) => !isIn(value);
  }
  return comparison(operator, differenceTo(field, operand, context));
}

function fieldTest(field: Field, operators: Operators, context: Context): Test {
  const tests = Object.entries(operators).map(([operator, operand]) => testOf(field, operator, operand, context));
  return (value) => tests.every((test) => test(value));
}

/**
 * Compiles a filter to a predicate on records; null stands for an absent parent, whose fields are all empty.
 * Several operators on a field, and several fields, are joined by and (GraphQL docs, "Field Operators").
 */
export function compileFilter(object: SObject, filter: Filter, context: Context): (record: SRecord | null) => boolean {
  const { org, access } = context;
  const tests = Object.entries(filter).flatMap(([key, given]): ((record: SRecord | null) => boolean)[] => {
    if (given === null || given === undefined) return [];
    if (key === 'and' || key === 'or') {
      const parts = (given as Filter[])
        .filter((part) => part !== null)
        .map((part) => compileFilter(object, part, context));
      if (parts.length === 0) return [];
      return [(record) => (key === 'and' ? parts.every((part) => part(record)) : parts.some((part) => part(record)))];
    }
    if (key === 'not') {
      const part = compileFilter(object, given as Filter, context);
      return [(record) => !part(record)];
    }
    const field = object.fields.get(key);
    if (field) {
      const test = fieldTest(field, given as Operators, context);
      return [(record) => test(record === null ? null : org.value(object, record, field, access.userId))];
    }
    return [parentTest(object, key, given as Filter, context)];
  });
  return (record) => tests.every((test) => test(record));
}

/** Filter on a parent; on a parent of several kinds the filter has one more level, the name of the kind. */
function parentTest(object: SObject, relationship: string, filter: Filter, context: Context) {
  const { org } = context;
  const field = [...object.fields.values()].find((one) => one.reference?.relationshipName === relationship)!;
  const kinds: [string, Filter][] =
    field.reference!.to.length > 1
      ? (Object.entries(filter) as [string, Filter][])
      : [[field.reference!.to[0]!, filter]];
  const tests = kinds.map(([name, part]) => {
    const parent = org.object(name)!;
    return { name, test: compileFilter(parent, part, context) };
  });
  return (record: SRecord | null): boolean => {
    const id = record === null ? null : org.value(object, record, field);
    return tests.every(({ name, test }) => test(typeof id === 'string' ? org.get(name, id) : null));
  };
}
