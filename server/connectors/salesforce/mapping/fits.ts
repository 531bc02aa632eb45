import { exponentOf } from '../../../domain/money/currency.ts';
import type { SourceType } from './accountSources.ts';
import type { DescribedField } from './describe.ts';

/** What a source gives, as far as it matters whether a field can take it. */
export type Given = {
  type: SourceType | 'instant' | 'number';
  /** Digits after the point, of numbers. */
  scale: number;
  /** The only texts there are; null where it can be any. */
  values: readonly string[] | null;
};

const NUMBERS = ['double', 'currency', 'percent', 'int'];
const TYPES: Readonly<Record<Given['type'], readonly string[]>> = {
  text: ['string', 'textarea', 'picklist', 'combobox'],
  email: ['string', 'textarea', 'email'],
  amount: ['double', 'currency'],
  number: ['double', 'percent'],
  count: NUMBERS,
  date: ['date'],
  instant: ['datetime'],
  boolean: ['boolean'],
};
const WORDS: Readonly<Record<Given['type'], string>> = {
  text: 'a text',
  email: 'an email address',
  amount: 'an amount',
  number: 'a number',
  count: 'a whole number',
  date: 'a date',
  instant: 'a date and time',
  boolean: 'true or false',
};

/** Digits after the point of amounts in whatever currency. */
export const AMOUNT_SCALE = 3;

/** @returns why nothing can be written to a field, in plain words; null when something can */
export function unwritable(field: DescribedField): string | null {
  if (field.calculated) return 'it is a formula or a roll-up, which nobody can write';
  if (!field.createable || !field.updateable)
    return 'the integration user may not edit it: grant Edit on it in a permission set of that user';
  return null;
}

/**
 * Whether every value of a source fits a field, but for numbers that are too large, which Salesforce refuses row by row.
 * Nothing is ever rounded to fit.
 * @param currency the one currency that the field is in
 * @returns why not, in plain words; null when it fits
 */
export function misfit(given: Given, field: DescribedField, currency: string | null): string | null {
  const why = unwritable(field);
  if (why !== null) return why;
  if (!TYPES[given.type].includes(field.type))
    return `it is of type ${field.type}, and the source gives ${WORDS[given.type]}, for which it would be ${TYPES[given.type].join(' or ')}`;
  if (NUMBERS.includes(field.type)) {
    if (given.type === 'amount' && field.type === 'currency' && currency === null)
      return 'it is of type currency, which would print the currency of the org beside any amount: name the one currency that it is for ("currency": "EUR")';
    const scale = given.type === 'amount' && currency !== null ? exponentOf(currency) : given.scale;
    if (field.scale < scale)
      return `it keeps ${field.scale} digits after the point, and the source gives ${scale}${given.type === 'amount' && currency === null ? ' (some currencies have that many; "currency": "EUR" takes amounts of one alone)' : ''}`;
  }
  if (field.type === 'picklist' && field.restrictedPicklist) {
    const there = new Set((field.picklistValues ?? []).filter(({ active }) => active).map(({ value }) => value));
    if (given.values === null) return 'it is a picklist that takes no other values, and the source gives any text';
    const missing = given.values.filter((value) => !there.has(value));
    if (missing.length > 0) return `it is a picklist that takes no other values, and lacks ${missing.join(', ')}`;
  }
  return null;
}
