import { stackedBar } from 'c/chartMath';
import type { Row } from 'c/graphqlRows';
import { numberOf, textOf } from 'c/graphqlRows';
import { formatMoney } from 'c/moneyUtils';
import { fill } from 'c/textUtils';
import * as labels from './labels';

type Part = {
  readonly key: string;
  readonly label: string;
  readonly amount: string;
  readonly color: string;
  readonly x: number;
  readonly width: number;
  /** The older, the taller: ages are told apart without their colors too. */
  readonly height: number;
  readonly y: number;
};
/** The outstanding amount of one currency by age. */
export type Ages = { readonly key: string; readonly heading: string; readonly parts: readonly Part[] };

const AGES = [
  ['Not_Due__c', labels.notDue, 'var(--slds-g-color-info-1, #0b5cab)'],
  ['Days_1_30__c', labels.upTo30, 'var(--slds-g-color-border-warning-1, #ca8501)'],
  ['Days_31_60__c', labels.upTo60, 'var(--slds-g-color-palette-hot-orange-50, #d83a00)'],
  ['Days_61_90__c', labels.upTo90, 'var(--slds-g-color-error-1, #b60554)'],
  ['Over_90_Days__c', labels.over90, 'var(--slds-g-color-on-error-2, #5f0a2c)'],
] as const;

/** Height of the bar, and of its lowest part, as `viewBox` counts. */
const FULL = 4;
const LOWEST = 1.2;

/** Fields without which there is nothing to draw. */
export const AGE_FIELDS = AGES.map(([field]) => field);

/** A bar for each currency in which something is to be paid; only ages in which there is something are named. */
export function agesOf(balances: readonly Row[]): Ages[] {
  return balances.flatMap((row) => {
    const known = AGES.filter(([field]) => numberOf(row, field) !== null);
    const amounts = known.map(([field]) => numberOf(row, field) ?? 0);
    if (!amounts.some((amount) => amount > 0)) {
      return [];
    }
    const currency = textOf(row, 'Currency_Code__c');
    const segments = stackedBar(amounts);
    const parts = known.flatMap(([field, label, color], index) => {
      const { x = 0, width = 0 } = segments[index] ?? {};
      const amount = formatMoney(amounts[index], currency);
      const height = LOWEST + ((FULL - LOWEST) * AGE_FIELDS.indexOf(field)) / (AGE_FIELDS.length - 1);
      return width > 0 ? [{ key: field, label, amount, color, x, width, height, y: FULL - height }] : [];
    });
    return [{ key: row.Id, heading: fill(labels.agesOf, currency ?? '').trim(), parts }];
  });
}
