import type { Row } from 'c/billingRows';
import { amountOf, numberOf, standingOf, textOf } from 'c/billingRows';
import { fill } from 'c/textUtils';
import * as labels from './labels';

type Part = {
  readonly key: string;
  readonly label: string;
  readonly amount: string;
  /** Its share of all that is to be paid, in percent. */
  readonly share: number;
  readonly className: string;
};
/** The outstanding amount of one currency by age. */
export type Ages = { readonly key: string; readonly heading: string; readonly parts: readonly Part[] };

const AGES = [
  ['Not_Due__c', labels.notDue],
  ['Days_1_30__c', labels.upTo30],
  ['Days_31_60__c', labels.upTo60],
  ['Days_61_90__c', labels.upTo90],
  ['Over_90_Days__c', labels.over90],
] as const;

/**
 * A bar for each age in which something is to be paid, by currency, since amounts of two are never added.
 *
 * @returns null for who may not see any
 */
export function agesOf(data: unknown): Ages[] | null {
  const known = standingOf(data, 'Billing_Balance__c').filter((row) => AGES.some(([field]) => field in row));
  return known.length > 0 ? known.map(ageOf).filter(({ parts }) => parts.length > 0) : null;
}

function ageOf(row: Row): Ages {
  const owed = (field: string) => Math.max(numberOf(row, field) ?? 0, 0);
  const whole = AGES.reduce((sum, [field]) => sum + owed(field), 0);
  const parts = AGES.filter(([field]) => owed(field) > 0).map(([key, label]) => ({
    key,
    label,
    amount: amountOf(row, key),
    // At least so long that it is seen.
    share: Math.max(Math.round((owed(key) / whole) * 100), 1),
    className: key === 'Not_Due__c' ? 'accent' : 'bad',
  }));
  return { key: row.Id, heading: fill(labels.agesOf, textOf(row, 'Currency_Code__c') ?? '').trim(), parts };
}
