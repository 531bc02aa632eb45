import { ago, JUST_NOW } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { textOf } from 'c/graphqlRows';
import { fill, join } from 'c/textUtils';
import * as labels from './labels';

/** Says up to when each billing system has been looked at; of Salesforce itself nothing, since no figure is from there. */
export function freshnessOf(connections: readonly Row[], now: Date): string {
  const billing = connections.filter((row) => textOf(row, 'Source__c') !== 'Salesforce');
  return join(billing.map((row) => stampOf(row, billing.length === 1, now)));
}

function stampOf(row: Row, single: boolean, now: Date): string {
  if (!('Checked_Through__c' in row)) {
    return '';
  }
  const source = textOf(row, 'Source__c') ?? '';
  const age = ago(textOf(row, 'Checked_Through__c'), now);
  if (!age) {
    return fill(labels.never, source).trim();
  }
  if (age === JUST_NOW) {
    return single || !source ? labels.checkedNow : fill(labels.checkedNowSource, source);
  }
  return single || !source ? fill(labels.checked, age) : fill(labels.checkedSource, source, age);
}
