import { ago, JUST_NOW } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { textOf } from 'c/graphqlRows';
import { isOfBilling, isStale } from 'c/panelState';
import { fill, join } from 'c/textUtils';
import * as labels from './labels';

const TROUBLES: readonly (string | null)[] = ['Delayed', 'Paused', 'Broken'];

/** Connections for which figures may be out of date. */
export function troubled(connections: readonly Row[], now: Date): Row[] {
  return connections.filter((row) => TROUBLES.includes(textOf(row, 'State__c')) || isStale(row, now));
}

/** Says up to when each billing system has been looked at. */
export function freshnessOf(connections: readonly Row[], now: Date): string {
  const billing = connections.filter(isOfBilling);
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
