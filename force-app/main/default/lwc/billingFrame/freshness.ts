import type { Row } from 'c/billingRows';
import { textOf } from 'c/billingRows';
import { ago, fill, join, JUST_NOW } from 'c/textUtils';
import * as labels from './labels';

/** Says up to when each billing system has been looked at; of Salesforce itself nothing, since no figure is from there. */
export function freshnessOf(connections: readonly Row[], now: Date): string {
  return join(connections.map((row) => (textOf(row, 'Source__c') === 'Salesforce' ? '' : stampOf(row, now))));
}

function stampOf(row: Row, now: Date): string {
  if (!('Checked_Through__c' in row)) {
    return '';
  }
  const age = ago(textOf(row, 'Checked_Through__c'), now);
  const label = age === JUST_NOW ? labels.checkedNow : age ? labels.checked : labels.never;
  return fill(label, textOf(row, 'Source__c') ?? '', age).trim();
}
