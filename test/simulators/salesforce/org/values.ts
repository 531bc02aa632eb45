import { RequestFault, RowFault } from './errors.ts';
import { normalizeId } from './ids.ts';
import type { Field, FieldValue } from './types.ts';

/** Date and time as Salesforce prints it, `2026-11-21T06:34:57.000+0000`. */
export const toDateTime = (date: Date): string => date.toISOString().replace('Z', '+0000');

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;

function isCalendarDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return DATE.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The parser of Salesforce refuses the whole request when a value has another JSON type than its field. */
function wrongType(field: Field, value: unknown): RequestFault {
  const token =
    typeof value === 'string'
      ? 'VALUE_STRING'
      : typeof value === 'boolean'
        ? 'VALUE_TRUE'
        : typeof value === 'number'
          ? 'VALUE_NUMBER_FLOAT'
          : 'START_OBJECT';
  const shown = typeof value === 'object' ? '' : ` value ${String(value)}`;
  const type = field.type === 'double' || field.type === 'currency' || field.type === 'percent' ? 'double' : field.type;
  return new RequestFault(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${type} from ${token}${shown} or request may be missing a required field (${field.name})`,
  );
}

/** Half away from zero to the decimals of the field, as Salesforce rounds what an API sends. */
function round(value: number, scale: number): number {
  if (String(value).includes('e')) return Number(value.toFixed(scale));
  const shifted = Number(`${Math.abs(value)}e${scale}`);
  return Math.sign(value) * Number(`${Math.round(shifted)}e-${scale}`);
}

function toNumber(field: Field, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(field, value);
  if (field.type === 'int' && !Number.isInteger(value)) throw wrongType(field, value);
  const end = 10 ** ((field.precision ?? 18) - (field.scale ?? 0));
  const rounded = Math.abs(value) < end ? round(value, field.scale ?? 0) || 0 : end;
  if (Math.abs(rounded) >= end)
    throw new RowFault(
      'NUMBER_OUTSIDE_VALID_RANGE',
      `${field.label}: value outside of valid range on numeric field: ${value}`,
      [field.name],
    );
  return rounded;
}

function toText(field: Field, value: unknown): string | null {
  if (typeof value !== 'string') throw wrongType(field, value);
  const text = value.trim();
  if (text === '') return null;
  if (field.length !== undefined && text.length > field.length)
    throw new RowFault(
      'STRING_TOO_LONG',
      `${field.label}: data value too large: ${text} (max length=${field.length})`,
      [field.name],
    );
  if (field.type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text))
    throw new RowFault('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${text}`, [field.name]);
  if (field.type === 'multipicklist') return chosen(field, text);
  if (field.picklist?.restricted && !field.picklist.values.includes(text)) throw badValue(field, text);
  return text;
}

const badValue = (field: Field, value: string): RowFault =>
  new RowFault(
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    `${field.label}: bad value for restricted picklist field: ${value}`,
    [field.name],
  );

/** `a;b`, each value once and in the order of the picklist. */
function chosen(field: Field, text: string): string | null {
  const known = field.picklist?.values ?? [];
  const values = [...new Set(text.split(';').map((value) => value.trim()))].filter((value) => value !== '');
  const unknown = values.filter((value) => !known.includes(value));
  if (field.picklist?.restricted && unknown.length > 0) throw badValue(field, unknown[0]!);
  const sorted = [...known.filter((value) => values.includes(value)), ...unknown];
  return sorted.length === 0 ? null : sorted.join(';');
}

/** `10:30:00.000Z`; the zone may be left out. */
function toTime(field: Field, value: unknown): string {
  const match =
    typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,3})?)?Z?$/.exec(value) : null;
  if (!match) throw wrongType(field, value);
  const [, hours, minutes, seconds = '00', fraction = '.000'] = match;
  return `${hours}:${minutes}:${seconds}${fraction.padEnd(4, '0')}Z`;
}

/**
 * Brings a JSON value into the form that is stored: dates and times in UTC to the second, numbers rounded to the scale,
 * ids with 18 characters, empty text as null.
 * @throws RequestFault when the JSON type is wrong; RowFault when the value is
 */
export function coerce(field: Field, value: unknown): FieldValue {
  if (value === null || value === undefined) return field.type === 'boolean' ? wrongBoolean(field) : null;
  switch (field.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(field, value);
      return value;
    case 'int':
    case 'double':
    case 'percent':
    case 'currency':
      return toNumber(field, value);
    case 'date':
      if (typeof value !== 'string' || !isCalendarDate(value)) throw wrongType(field, value);
      return value;
    case 'datetime': {
      const date = typeof value === 'string' ? DATE_TIME.exec(value)?.[1] : undefined;
      if (date === undefined || !isCalendarDate(date)) throw wrongType(field, value);
      const time = Date.parse(String(value).replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
      if (Number.isNaN(time)) throw wrongType(field, value);
      return toDateTime(new Date(Math.floor(time / 1000) * 1000));
    }
    case 'time':
      return value === '' ? null : toTime(field, value);
    case 'id':
    case 'reference': {
      if (typeof value !== 'string') throw wrongType(field, value);
      if (value === '') return null;
      const id = normalizeId(value);
      if (id === null)
        throw new RowFault('MALFORMED_ID', `${field.label}: id value of incorrect type: ${value}`, [field.name]);
      return id;
    }
    default:
      return toText(field, value);
  }
}

function wrongBoolean(field: Field): never {
  throw new RowFault('INVALID_TYPE_ON_FIELD_IN_RECORD', `${field.label}: value not of required type: null`, [
    field.name,
  ]);
}
