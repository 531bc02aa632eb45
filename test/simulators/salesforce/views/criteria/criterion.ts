import type { Field, FieldValue } from '../../org/types.ts';
import { daysOf } from './relativeDates.ts';

export const OPERATORS = [
  ...(['equals', 'notEqual', 'lessThan', 'greaterThan', 'lessOrEqual', 'greaterOrEqual'] as const),
  ...(['contains', 'notContain', 'startsWith', 'includes', 'excludes'] as const),
] as const;
export type Operator = (typeof OPERATORS)[number];
/** Asked with the value and the name that is shown for it, which differ for references. */
export type Test = (value: FieldValue, name: string | null, now: Date) => boolean;

const ORDERED: readonly Operator[] = ['lessThan', 'greaterThan', 'lessOrEqual', 'greaterOrEqual'];
const NUMBERS: readonly Field['type'][] = ['double', 'int', 'percent', 'currency'];
const isDate = ({ type }: Pick<Field, 'type'>): boolean => type === 'date' || type === 'datetime';

/** Values apart at commas, those in quotes as they are; one empty value stands for an empty field. */
export function valuesOf(text: string): string[] {
  const found = text.match(/"(?:[^"]|"")*"|[^,]+/g) ?? [];
  const values = found.map((value) => value.trim().replace(/^"(.*)"$/s, '$1'));
  return values.length === 0 ? [''] : values;
}

/** Operators that make no sense for a type are refused, as the editor of filters never offers them. */
function checkOperator({ type }: Pick<Field, 'type'>, operator: Operator): void {
  const multi = operator === 'includes' || operator === 'excludes';
  const textual = operator === 'contains' || operator === 'notContain' || operator === 'startsWith';
  const number = NUMBERS.includes(type) || isDate({ type });
  if (
    (multi && type !== 'multipicklist') ||
    (textual && (number || type === 'boolean')) ||
    (ORDERED.includes(operator) && type === 'boolean')
  )
    throw new Error(`the operator ${operator} does not fit a field of type ${type}`);
}

function ordering(operator: Operator): (a: number | string, b: number | string) => boolean {
  switch (operator) {
    case 'lessThan':
      return (a, b) => a < b;
    case 'lessOrEqual':
      return (a, b) => a <= b;
    case 'greaterThan':
      return (a, b) => a > b;
    case 'greaterOrEqual':
      return (a, b) => a >= b;
    default:
      return (a, b) => a === b;
  }
}

function numberTest(operator: Operator, text: string): Test {
  if (text === '') return (value) => value === null;
  const wanted = Number(text.replace(/^[A-Z]{3}\s?|[$,%]/g, ''));
  if (!Number.isFinite(wanted)) throw new Error(`the filter value ${text} is no number`);
  const holds = ordering(operator);
  return (value) => value !== null && holds(Number(value), wanted);
}

function dateTest(operator: Operator, text: string): Test {
  if (text === '') return (value) => value === null;
  if (!daysOf(text, new Date(0))) throw new Error(`the filter value ${text} is no date that the simulated org knows`);
  return (value, _name, now) => {
    if (value === null) return false;
    const { from, to } = daysOf(text, now)!;
    const at = String(value).slice(0, 10);
    if (operator === 'lessThan') return at < from;
    if (operator === 'lessOrEqual') return at < to;
    if (operator === 'greaterThan') return at >= to;
    if (operator === 'greaterOrEqual') return at >= from;
    return at >= from && at < to;
  };
}

function booleanTest(text: string): Test {
  if (!/^(?:0|1|true|false)$/i.test(text)) throw new Error(`the filter value ${text} is neither true nor false`);
  const wanted = /^(?:1|true)$/i.test(text);
  return (value) => value === wanted;
}

function textTest(field: Pick<Field, 'type'>, operator: Operator, text: string): Test {
  const wanted = text.toLowerCase();
  const shown = (value: FieldValue, name: string | null): string =>
    (field.type === 'reference' ? (name ?? '') : String(value ?? '')).toLowerCase();
  const isId = (value: FieldValue): boolean =>
    ['id', 'reference'].includes(field.type) && text.length >= 15 && String(value).startsWith(text.slice(0, 15));
  switch (operator) {
    case 'contains':
    case 'notContain':
      return (value, name) => shown(value, name).includes(wanted);
    case 'startsWith':
      return (value, name) => shown(value, name).startsWith(wanted);
    case 'includes':
    case 'excludes':
      return (value) =>
        String(value ?? '')
          .toLowerCase()
          .split(';')
          .includes(wanted);
    case 'equals':
    case 'notEqual':
      return (value, name) => (value === null ? wanted === '' : shown(value, name) === wanted || isId(value));
    default:
      return (value, name) => value !== null && ordering(operator)(shown(value, name), wanted);
  }
}

function testOf(field: Pick<Field, 'type'>, operator: Operator, text: string): Test {
  if (NUMBERS.includes(field.type)) return numberTest(operator, text);
  if (isDate(field)) return dateTest(operator, text);
  if (field.type === 'boolean') return booleanTest(text);
  return textTest(field, operator, text);
}

/** Negated operators hold where the plain one does not, so for empty fields too. */
const NEGATED: readonly Operator[] = ['notEqual', 'notContain', 'excludes'];

/**
 * One condition of a list view or report; commas separate values of which one must fit (of a negation: none).
 * @throws Error that says what is wrong with operator or value
 */
export function criterion(field: Pick<Field, 'type'>, operatorName: string, text: string): Test {
  const operator = OPERATORS.find((one) => one === operatorName);
  if (!operator) throw new Error(`the operator ${operatorName} is not supported by the simulated org`);
  checkOperator(field, operator);
  const values = valuesOf(text);
  if (values.length > 1 && ORDERED.includes(operator)) throw new Error(`${operator} takes one value`);
  const tests = values.map((value) => testOf(field, operator, value));
  const some: Test = (value, name, now) => tests.some((test) => test(value, name, now));
  return NEGATED.includes(operator) ? (value, name, now) => !some(value, name, now) : some;
}
