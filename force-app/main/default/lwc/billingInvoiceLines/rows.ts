import type { Link, Row, Status } from 'c/billingRows';
import { linkOf, numberOf, standing, statusOf, textOf } from 'c/billingRows';
import { INVOICE_STATES } from 'c/invoiceStates';
import { fill, formatDate, formatMoney, formatNumber, formatPeriod, join } from 'c/textUtils';
import * as labels from './labels';

export type LineRow = {
  readonly key: string;
  readonly name: string;
  readonly about: string;
  readonly amount: string;
  /** Tax on top of the amount. */
  readonly tax: string;
};
export type MemoRow = {
  readonly key: string;
  readonly kind: string;
  readonly link: Link;
  readonly about: string;
  readonly amount: string;
  readonly status: Status | null;
};

/** Lines to show, by the period that they bill. */
export function lineRows(rows: readonly Row[]): LineRow[] {
  const start = (row: Row) => textOf(row, 'Period_Start__c') ?? '';
  return [...rows]
    .sort((a, b) => start(a).localeCompare(start(b)))
    .map((row) => {
      const currency = textOf(row, 'Currency_Code__c');
      const money = (field: string) => formatMoney(numberOf(row, field), currency);
      const kind = textOf(row, 'Kind__c');
      const tax = numberOf(row, 'Tax__c') ?? 0;
      const discount = numberOf(row, 'Discount__c') ?? 0;
      return {
        key: row.Id,
        name: textOf(row, 'Description__c') ?? kind ?? row.Id,
        about: join([
          kind === 'Charge' ? '' : kind,
          unitsOf(row, currency),
          formatPeriod(textOf(row, 'Period_Start__c'), textOf(row, 'Period_End__c')),
          discount === 0 ? '' : fill(labels.discount, money('Discount__c')),
        ]),
        amount: money('Amount__c'),
        tax: tax === 0 ? '' : fill(labels.tax, money('Tax__c')),
      };
    });
}

function unitsOf(row: Row, currency: string | null): string {
  const quantity = numberOf(row, 'Quantity__c');
  const price = formatMoney(numberOf(row, 'Unit_Price__c'), currency);
  return quantity === null ? '' : [formatNumber(quantity), price].filter(Boolean).join(' × ');
}

export function memoRows(rows: readonly Row[]): MemoRow[] {
  return standing(rows).map((row) => {
    const currency = textOf(row, 'Currency_Code__c');
    const status = textOf(row, 'Status__c');
    return {
      key: row.Id,
      kind: textOf(row, 'Kind__c') === 'Debit' ? labels.debitMemo : labels.creditMemo,
      link: linkOf(row, textOf(row, 'Number__c') ?? row.Id),
      about: join([formatDate(textOf(row, 'Memo_Date__c')), textOf(row, 'Reason__c'), textOf(row, 'Comment__c')]),
      amount: formatMoney(numberOf(row, 'Amount__c'), currency),
      status: status === 'Posted' ? null : statusOf(status, INVOICE_STATES),
    };
  });
}
