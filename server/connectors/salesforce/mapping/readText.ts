import { exact, toDecimal } from '../../../domain/money/decimal.ts';
import { calendarDate } from '../../../domain/time/calendarDate.ts';
import { instant } from '../../../domain/time/instant.ts';
import type { TextReading } from '../../../workflows/ports/orgMapping.ts';
import type { OrgValue } from '../../../workflows/ports/orgRows.ts';
import { text as cut } from '../rows/fields.ts';
import type { DescribedField } from './describe.ts';
import { unwritable } from './fits.ts';

const AS: Readonly<Record<string, TextReading['as']>> = {
  string: 'text',
  textarea: 'text',
  picklist: 'text',
  combobox: 'text',
  email: 'whole text',
  url: 'whole text',
  phone: 'whole text',
  double: 'number',
  percent: 'number',
  int: 'number',
  date: 'date',
  datetime: 'instant',
  boolean: 'boolean',
};
/** Digits of a whole number that a field of type int takes. */
const INT_DIGITS = 8;
/** Digits that a number of JSON keeps exactly. */
const EXACT_DIGITS = 15;

/** @returns how texts of billing are written to a field, or why they cannot be */
export function readingFor(field: DescribedField): { reading: TextReading } | { why: string } {
  const why = unwritable(field);
  if (why !== null) return { why };
  const as = AS[field.type];
  if (as === undefined)
    return {
      why: `it is of type ${field.type}, and metadata and custom fields go to texts, picklists, numbers, dates, times and checkboxes`,
    };
  const isFixed = field.type === 'picklist' && field.restrictedPicklist;
  return {
    reading: {
      as,
      digits: field.type === 'int' ? INT_DIGITS : Math.max(0, field.precision - field.scale),
      scale: field.scale,
      values: isFixed ? (field.picklistValues ?? []).filter(({ active }) => active).map(({ value }) => value) : null,
      isEmail: field.type === 'email',
    },
  };
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Years that Salesforce takes in dates (Salesforce docs, "Field types"). */
const isInRange = (day: string): boolean => day >= '1700-01-01' && day <= '4000-12-31';

function readNumber(text: string, { digits, scale }: TextReading): number | string {
  const parts = /^[+-]?(\d+)(?:\.(\d+))?$/.exec(text);
  if (parts === null) return 'is no number';
  const whole = parts[1]!.replace(/^0+/, '');
  const fraction = (parts[2] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return `has more than ${scale} digits after the point`;
  if (whole.length > digits || whole.length + fraction.length > EXACT_DIGITS) return 'is too large';
  return Number(toDecimal(exact(text.replace(/^\+/, '')), scale));
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * Reads a text of billing as the value of a field.
 * @param length longest text of the field; null where it takes no text
 * @returns the value, and why the text does not fit (`is no number`); of a text that does not fit the field is empty, a
 * checkbox is not set. Only texts are cut, with a mark; numbers are never rounded
 */
export function readText(
  text: string | null,
  reading: TextReading,
  length: number | null,
): { value: OrgValue; misfit: string | null } {
  const empty = reading.as === 'boolean' ? false : null;
  const fits = (value: OrgValue) => ({ value, misfit: null });
  const not = (misfit: string) => ({ value: empty, misfit });
  if (text === null) return fits(empty);
  switch (reading.as) {
    case 'text':
      if (reading.values !== null && !reading.values.includes(text)) return not('is no value of the picklist');
      return fits(cut(text, length ?? undefined));
    case 'whole text':
      if (reading.isEmail && !ADDRESS.test(text)) return not('is no email address');
      return text.length > (length ?? 255) ? not('is too long') : fits(text);
    case 'number': {
      const read = readNumber(text, reading);
      return typeof read === 'string' ? not(read) : fits(read);
    }
    case 'date': {
      const day = orNull(() => calendarDate(text));
      return day === null || !isInRange(day) ? not('is no date (YYYY-MM-DD)') : fits(day);
    }
    case 'instant': {
      const at = MOMENT.test(text) ? orNull(() => instant(text)) : null;
      return at === null || !isInRange(at) ? not('is no time with its offset (2026-11-21T09:00:00Z)') : fits(at);
    }
    case 'boolean': {
      const known = BOOLEANS.get(text.toLowerCase());
      return known === undefined ? not('is neither true nor false') : fits(known);
    }
  }
}
