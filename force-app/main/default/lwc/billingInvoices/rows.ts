import type { Link, Row, Status } from 'c/billingRows';
import { chip, linkOf, numberOf, sourceOf, statusOf, textOf } from 'c/billingRows';
import { INVOICE_STATES } from 'c/invoiceStates';
import { fill, formatDate, formatInstant, formatMoney } from 'c/textUtils';
import * as labels from './labels';
import { pdfLabelOf } from './pdf';

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
  /** Empty where there is no PDF that the user may have. */
  readonly pdfLabel: string;
  readonly opened: boolean;
  readonly expanded: string;
  readonly toggleLabel: string;
  readonly linesKey: string;
};

/** Columns that the user may read something of. */
export type Shows = { readonly due: boolean; readonly balance: boolean; readonly status: boolean };

export function showsOf(fields: ReadonlySet<string>): Shows {
  return {
    due: fields.has('Due_Date__c') || fields.has('Days_Overdue__c'),
    balance: fields.has('Balance__c') || fields.has('Amount__c'),
    status: fields.has('Status__c'),
  };
}

/** @param opened keys of the rows whose lines are shown */
export function invoiceRows(rows: readonly Row[], timeZone: string, opened: ReadonlySet<string>): InvoiceRow[] {
  return rows.map((row) => rowOf(row, timeZone, opened.has(row.Id)));
}

function rowOf(row: Row, timeZone: string, opened: boolean): InvoiceRow {
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
    status: days > 0 ? chip(labels.overdue, 'bad') : statusOf(textOf(row, 'Status__c'), INVOICE_STATES),
    attempts: count > 0 ? (count === 1 ? labels.oneAttempt : fill(labels.attempts, count)) : '',
    nextAttempt: next ? fill(labels.nextAttempt, next) : '',
    pdfLabel: pdfLabelOf(row, number),
    opened,
    expanded: String(opened),
    toggleLabel: fill(labels.showLines, number),
    linesKey: `${row.Id}-lines`,
  };
}

function isOpen(row: Row): boolean {
  return textOf(row, 'Status__c') === 'Open';
}
