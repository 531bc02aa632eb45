import brokenLabel from '@salesforce/label/c.Billing_Connection_Broken';
import brokenShortLabel from '@salesforce/label/c.Billing_Connection_Broken_Short';
import checkedNowLabel from '@salesforce/label/c.Billing_Checked_Now';
import checkedNowSourceLabel from '@salesforce/label/c.Billing_Checked_Now_Source';
import checkedLabel from '@salesforce/label/c.Billing_Checked_Through';
import checkedSourceLabel from '@salesforce/label/c.Billing_Checked_Through_Source';
import delayedLabel from '@salesforce/label/c.Billing_Connection_Delayed';
import delayedShortLabel from '@salesforce/label/c.Billing_Connection_Delayed_Short';
import neverLabel from '@salesforce/label/c.Billing_Checked_Never';
import { ago, JUST_NOW } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { textOf } from 'c/graphqlRows';
import { fill, join } from 'c/textUtils';

export type Trouble = { readonly key: string; readonly text: string; readonly className: string };
export type Freshness = { readonly stamp: string; readonly troubles: readonly Trouble[] };

const STATES = new Map([
  ['Delayed', { label: delayedLabel, short: delayedShortLabel, className: 'trouble trouble_warn' }],
  ['Paused', { label: delayedLabel, short: delayedShortLabel, className: 'trouble trouble_warn' }],
  ['Broken', { label: brokenLabel, short: brokenShortLabel, className: 'trouble trouble_bad' }],
]);

/**
 * Says up to when each connection has been looked at, and what is wrong with those that are late.
 *
 * @param compact gives the age of the one looked at longest ago alone, and trouble in few words
 */
export function freshnessOf(connections: readonly Row[], now: Date, compact: boolean): Freshness {
  // What Salesforce itself lacks is trouble alone: the billing systems say how old the figures are.
  const billing = connections.filter((row) => textOf(row, 'Source__c') !== 'Salesforce');
  const stamped = compact ? oldestOf(billing) : billing;
  const single = stamped.length === 1;
  const stamp = join(stamped.map((row) => stampOf(row, single, now)));
  const troubles = connections.flatMap((row) => {
    const state = STATES.get(textOf(row, 'State__c') ?? '');
    const text = state && (compact ? troubleText(state.short, row) : advisedText(state.label, row));
    return state && text ? [{ key: row.Id, text, className: state.className }] : [];
  });
  return { stamp, troubles };
}

function stampOf(row: Row, single: boolean, now: Date): string {
  if (!('Checked_Through__c' in row)) {
    return '';
  }
  const source = textOf(row, 'Source__c') ?? '';
  const age = ago(textOf(row, 'Checked_Through__c'), now);
  if (!age) {
    return fill(neverLabel, source).trim();
  }
  if (age === JUST_NOW) {
    return single || !source ? checkedNowLabel : fill(checkedNowSourceLabel, source);
  }
  return single || !source ? fill(checkedLabel, age) : fill(checkedSourceLabel, source, age);
}

function oldestOf(connections: readonly Row[]): Row[] {
  const checked = (row: Row) => Date.parse(textOf(row, 'Checked_Through__c') ?? '') || 0;
  return [...connections].sort((a, b) => checked(a) - checked(b)).slice(0, 1);
}

function troubleText(label: string, row: Row): string {
  return fill(label, textOf(row, 'Source__c') ?? '').trim();
}

function advisedText(label: string, row: Row): string {
  return [troubleText(label, row), textOf(row, 'Message__c')].filter(Boolean).join(' ');
}
