import { formatDate, formatInstant } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { numberOf, textOf } from 'c/graphqlRows';
import { formatMoney } from 'c/moneyUtils';
import type { Link } from 'c/sourceUtils';
import { linkOf, sourceOf } from 'c/sourceUtils';
import type { Status } from 'c/statusUtils';
import { chip, statusOf } from 'c/statusUtils';
import { fill } from 'c/textUtils';
import { labels } from './labels';

export type InvoiceRow = {
  readonly key: string;
  readonly link: Link;
  readonly source: string;
  readonly due: string;
  readonly dated: string;
  readonly overdue: string;
  readonly amount: string;
  /** What is left to pay, when that is not all of it. */
  readonly left: string;
  readonly status: Status | null;
  readonly attempts: string;
  readonly nextAttempt: string;
  /** Still to be paid: shown however many rows there are. */
  readonly open: boolean;
};

/** Fields without which the panel would say nothing. */
export const FIELDS = ['Number__c', 'Status__c', 'Due_Date__c', 'Days_Overdue__c', 'Balance__c', 'Amount__c'];

/** Rows to show: the longest overdue first, then those due soonest, then the newest. */
export function invoiceRows(rows: readonly Row[], timeZone: string): InvoiceRow[] {
  return [...rows].sort(byUrgency).map((row) => rowOf(row, timeZone));
}

function rowOf(row: Row, timeZone: string): InvoiceRow {
  const number = textOf(row, 'Number__c') ?? row.Id;
  const currency = textOf(row, 'Currency_Code__c');
  const balance = numberOf(row, 'Balance__c');
  const amount = numberOf(row, 'Amount__c');
  const days = numberOf(row, 'Days_Overdue__c') ?? 0;
  const count = isOpen(row) ? (numberOf(row, 'Attempt_Count__c') ?? 0) : 0;
  const next = isOpen(row) ? formatInstant(textOf(row, 'Next_Attempt__c'), timeZone) : '';
  const due = formatDate(textOf(row, 'Due_Date__c'));
  const invoiceDate = formatDate(textOf(row, 'Invoice_Date__c'));
  return {
    key: row.Id,
    link: linkOf(row, number),
    source: sourceOf(row),
    due,
    dated: invoiceDate && invoiceDate !== due ? fill(labels.dated, invoiceDate) : '',
    overdue: days > 0 ? (days === 1 ? labels.oneDayOverdue : fill(labels.daysOverdue, days)) : '',
    amount: formatMoney(amount, currency),
    left:
      balance !== null && balance !== 0 && balance !== amount ? fill(labels.left, formatMoney(balance, currency)) : '',
    status: days > 0 ? chip(labels.overdue, 'bad') : statusOf(textOf(row, 'Status__c')),
    attempts: count > 0 ? (count === 1 ? labels.oneAttempt : fill(labels.attempts, count)) : '',
    nextAttempt: next ? fill(labels.nextAttempt, next) : '',
    open: isOpen(row),
  };
}

function isOpen(row: Row): boolean {
  return textOf(row, 'Status__c') === 'Open';
}

function byUrgency(a: Row, b: Row): number {
  const overdue = (numberOf(b, 'Days_Overdue__c') ?? 0) - (numberOf(a, 'Days_Overdue__c') ?? 0);
  const open = Number(isOpen(b)) - Number(isOpen(a));
  const text = (row: Row, field: string) => textOf(row, field) ?? '';
  const date = isOpen(a)
    ? text(a, 'Due_Date__c').localeCompare(text(b, 'Due_Date__c'))
    : text(b, 'Invoice_Date__c').localeCompare(text(a, 'Invoice_Date__c'));
  return overdue || open || date || text(b, 'Number__c').localeCompare(text(a, 'Number__c'));
}
