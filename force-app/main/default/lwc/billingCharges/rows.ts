import type { Row, Status } from 'c/billingRows';
import { numberOf, statusOf, textOf } from 'c/billingRows';
import { fill, formatDate, formatMoney, formatNumber, formatPeriod, join } from 'c/textUtils';
import * as labels from './labels';
import { STATES } from './states';

export type ChargeRow = {
  readonly key: string;
  readonly name: string;
  /** How the price comes about, such as "60 Each × $ 150.00 a month · Per Unit". */
  readonly price: string;
  readonly terms: string;
  readonly mrr: string;
  /** How its part of MRR comes about, a step a line, or why it adds nothing. */
  readonly reason: string | null;
  /** Only for a charge that is not in force now. */
  readonly status: Status | null;
};

const ORDER = ['Current', 'Future', 'Ended'];

/** Charges to show: those in force first, then what is to come, then what was. */
export function chargeRows(rows: readonly Row[]): ChargeRow[] {
  const place = (row: Row) => ORDER.indexOf(textOf(row, 'Status__c') ?? '');
  const start = (row: Row) => textOf(row, 'Start_Date__c') ?? '';
  return [...rows]
    .sort((a, b) => place(a) - place(b) || start(a).localeCompare(start(b)))
    .map((row) => {
      const currency = textOf(row, 'Currency_Code__c');
      const status = textOf(row, 'Status__c');
      return {
        key: row.Id,
        name: textOf(row, 'Name') ?? textOf(row, 'Plan__c') ?? row.Id,
        price: join([priceOf(row, currency), textOf(row, 'Model__c'), textOf(row, 'Kind__c')]),
        terms: join([tiersOf(row), textOf(row, 'Discounts__c'), includedOf(row), periodOf(row), trialOf(row)]),
        mrr: formatMoney(numberOf(row, 'MRR__c'), currency),
        reason: textOf(row, 'MRR_Reason__c'),
        status: status === 'Current' ? null : statusOf(status, STATES),
      };
    });
}

/** The last change of a subscription, with its day; empty where none is known. */
export function lastChangeOf(subscription: Row | undefined): string {
  const change = textOf(subscription, 'Last_Change__c');
  const day = formatDate(textOf(subscription, 'Last_Change_On__c'));
  return change ? fill(labels.lastChange, [day, change].filter(Boolean).join(': ')) : '';
}

function priceOf(row: Row, currency: string | null): string {
  const price = formatMoney(numberOf(row, 'Price__c'), currency);
  const quantity = numberOf(row, 'Quantity__c') ?? 0;
  const units = quantity > 0 ? [formatNumber(quantity), textOf(row, 'Unit__c')].filter(Boolean).join(' ') : '';
  const times = [units, price].filter(Boolean).join(' × ');
  return [times, price && textOf(row, 'Price_Period__c')].filter(Boolean).join(' ');
}

function tiersOf(row: Row): string {
  return (textOf(row, 'Tiers__c') ?? '').split('\n').join('; ');
}

function includedOf(row: Row): string {
  const units = numberOf(row, 'Included_Units__c');
  return units === null ? '' : fill(labels.included, formatNumber(units));
}

function periodOf(row: Row): string {
  const [start, end] = [textOf(row, 'Start_Date__c'), textOf(row, 'End_Date__c')];
  return end ? formatPeriod(start, end) : start ? fill(labels.since, formatDate(start)) : '';
}

function trialOf(row: Row): string {
  const end = formatDate(textOf(row, 'Trial_End_Date__c'));
  return end && fill(labels.trialUntil, end);
}
