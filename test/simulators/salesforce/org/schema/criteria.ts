import type { Field, FieldValue } from '../types.ts';
import type { Element, MetadataFile } from './metadata.ts';

type Comparison = (value: FieldValue, wanted: FieldValue) => boolean;
type Some = string | number | boolean;

const ordered =
  (test: (a: Some, b: Some) => boolean): Comparison =>
  (value, wanted) =>
    value !== null && wanted !== null && test(value, wanted);
const textual =
  (test: (a: string, b: string) => boolean): Comparison =>
  (value, wanted) =>
    value !== null && wanted !== null && test(String(value).toLowerCase(), String(wanted).toLowerCase());
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  equals: (value, wanted) => value === wanted,
  notEqual: (value, wanted) => value !== wanted,
  lessThan: ordered((a, b) => a < b),
  lessOrEqual: ordered((a, b) => a <= b),
  greaterThan: ordered((a, b) => a > b),
  greaterOrEqual: ordered((a, b) => a >= b),
  contains: textual((a, b) => a.includes(b)),
  notContain: (value, wanted) => !textual((a, b) => a.includes(b))(value, wanted),
  startsWith: textual((a, b) => a.startsWith(b)),
};
/** With several values, none of them may hold. */
const NEGATIVE = ['notEqual', 'notContain'];

function wantedValue(file: MetadataFile, field: Field, text: string): FieldValue {
  switch (field.type) {
    case 'boolean':
      return /^(true|1)$/i.test(text);
    case 'double':
    case 'int':
    case 'percent':
    case 'currency':
      if (text !== '' && !Number.isFinite(Number(text))) throw file.fault(`filter value ${text} is no number`);
      return text === '' ? null : Number(text);
    case 'date':
      if (text !== '' && !/^\d{4}-\d{2}-\d{2}$/.test(text)) throw file.fault(`filter value ${text} is not supported`);
      return text === '' ? null : text;
    case 'datetime':
    case 'time':
    case 'textarea':
    case 'multipicklist':
      throw file.fault(`a filter on ${field.name} is not supported`);
    default:
      return text === '' ? null : text;
  }
}

/**
 * One `{field, operation, value}` of a roll-up summary or sharing rule; commas separate values of which one must hold.
 * @throws Error that names the file
 */
export function criterion(file: MetadataFile, item: Element, field: Field): (value: FieldValue) => boolean {
  file.allow(item, ['field', 'operation', 'value']);
  const name = file.need(item, 'operation');
  const compare = COMPARISONS[name];
  if (!compare) throw file.fault(`filter operation ${name} is not supported`);
  const wanted = (file.text(item, 'value') ?? '').split(',').map((text) => wantedValue(file, field, text.trim()));
  return NEGATIVE.includes(name)
    ? (value) => wanted.every((one) => compare(value, one))
    : (value) => wanted.some((one) => compare(value, one));
}
