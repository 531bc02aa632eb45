import type { Known, Link, Row, Status } from 'c/billingRows';
import { amountOf, booleanOf, chip, linkOf, sourceOf, statusOf, SUBSCRIPTION_STATES, textOf } from 'c/billingRows';
import { fill, formatDate, formatPeriod, join } from 'c/textUtils';
import * as labels from './labels';

export type SubscriptionRow = {
  readonly key: string;
  readonly link: Link;
  readonly plan: string | null;
  readonly source: string;
  readonly term: string;
  readonly period: string;
  readonly termNote: string;
  readonly mrr: string;
  readonly opened: boolean;
  readonly expanded: string;
  readonly toggleLabel: string;
  readonly chargesKey: string;
  readonly ofCharges: { readonly subscription: Row };
  readonly chips: readonly Status[];
  /** Not over yet: shown however many rows there are. */
  readonly live: boolean;
};

/** Live subscriptions come before those that are over, those that need action before both. */
const ORDER = ['Past Due', 'Unpaid', 'Suspended', 'Active', 'Trialing', 'Pending', 'Paused', 'Incomplete', 'Draft'];

/** @param opened keys of the rows whose charges are shown */
export function subscriptionRows(rows: readonly Row[], opened: ReadonlySet<string>): SubscriptionRow[] {
  return [...rows].sort(byNeed).map((row) => {
    const number = textOf(row, 'Number__c') ?? textOf(row, 'Plan__c') ?? row.Id;
    return {
      key: row.Id,
      link: linkOf(row, number),
      plan: textOf(row, 'Plan__c'),
      source: sourceOf(row),
      term: termOf(row),
      period: periodOf(row),
      termNote: termNoteOf(row),
      mrr: amountOf(row, 'MRR__c'),
      opened: opened.has(row.Id),
      expanded: String(opened.has(row.Id)),
      toggleLabel: fill(labels.showCharges, number),
      chargesKey: `${row.Id}-charges`,
      ofCharges: { subscription: row },
      chips: chipsOf(row),
      live: !isOver(row),
    };
  });
}

/** Where each subscription is found in its billing system, and what it brings in a year. */
export function knownByNumber(rows: readonly Row[]): Map<string, Known> {
  return new Map(
    rows.flatMap((row): [string, Known][] => {
      const number = textOf(row, 'Number__c');
      const arr = amountOf(row, 'ARR__c', true);
      return number ? [[number, { link: linkOf(row, number), arr }]] : [];
    }),
  );
}

function byNeed(a: Row, b: Row): number {
  const rank = (row: Row) => {
    const index = ORDER.indexOf(textOf(row, 'Status__c') ?? '');
    return index < 0 ? ORDER.length : index;
  };
  return rank(a) - rank(b) || (textOf(a, 'Number__c') ?? '').localeCompare(textOf(b, 'Number__c') ?? '');
}

function termOf(row: Row): string {
  return isEvergreen(row) ? labels.evergreen : datesOf(row);
}

/** The billing period that runs now, for a subscription that has no term. */
function periodOf(row: Row): string {
  const known = textOf(row, 'Term_Start_Date__c') && textOf(row, 'Term_End_Date__c');
  return isEvergreen(row) && known && !isOver(row) ? datesOf(row) : '';
}

function isEvergreen(row: Row): boolean {
  return textOf(row, 'Term_Type__c') === 'Evergreen';
}

function datesOf(row: Row): string {
  return formatPeriod(textOf(row, 'Term_Start_Date__c'), textOf(row, 'Term_End_Date__c'));
}

function termNoteOf(row: Row): string {
  const renewal = formatDate(textOf(row, 'Next_Renewal_Date__c'));
  const ends = booleanOf(row, 'Auto_Renew__c') === false && textOf(row, 'Term_Type__c') === 'Termed';
  return join([textOf(row, 'Billing_Interval__c'), renewal ? fill(labels.renews, renewal) : ends ? labels.endsOn : '']);
}

function chipsOf(row: Row): Status[] {
  const status = statusOf(textOf(row, 'Status__c'), SUBSCRIPTION_STATES);
  const trialing = textOf(row, 'Status__c') === 'Trialing';
  const trialEnd = trialing ? formatDate(textOf(row, 'Trial_End_Date__c')) : '';
  const cancelOn = isOver(row) ? '' : formatDate(textOf(row, 'Cancel_On__c'));
  const pending = isOver(row) ? null : textOf(row, 'Pending_Change__c');
  return [
    ...(trialEnd ? [chip(fill(labels.inTrialUntil, trialEnd), 'info')] : status ? [status] : []),
    ...(cancelOn ? [chip(fill(labels.canceledOn, cancelOn), 'warn')] : []),
    ...(pending && !cancelOn ? [chip(pending, 'info')] : []),
  ];
}

function isOver(row: Row): boolean {
  return ['Canceled', 'Expired'].includes(textOf(row, 'Status__c') ?? '');
}
