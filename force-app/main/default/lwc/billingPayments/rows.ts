import { formatInstant } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { numberOf, textOf } from 'c/graphqlRows';
import { formatMoney } from 'c/moneyUtils';
import type { Link } from 'c/sourceUtils';
import { linkOf, sourceOf } from 'c/sourceUtils';
import type { Status } from 'c/statusUtils';
import { statusOf } from 'c/statusUtils';
import { fill } from 'c/textUtils';
import { labels } from './labels';

export type PaymentRow = {
  readonly key: string;
  readonly link: Link;
  readonly source: string;
  readonly when: string;
  readonly method: string | null;
  readonly amount: string;
  readonly status: Status | null;
  /** Why it failed and what helps. */
  readonly reason: string | null;
  readonly code: string;
};

/** Fields without which the panel would say nothing. */
export const FIELDS = [
  'Number__c',
  'Status__c',
  'Amount__c',
  'Paid_At__c',
  'Method__c',
  'Decline_Reason__c',
  'Decline_Code__c',
];

/** Rows to show, the newest first. */
export function paymentRows(rows: readonly Row[], timeZone: string): PaymentRow[] {
  return [...rows].sort(byTime).map((row) => {
    const number = textOf(row, 'Number__c') ?? row.Id;
    const code = textOf(row, 'Decline_Code__c');
    return {
      key: row.Id,
      link: linkOf(row, number),
      source: sourceOf(row),
      when: formatInstant(textOf(row, 'Paid_At__c'), timeZone),
      method: textOf(row, 'Method__c'),
      amount: formatMoney(numberOf(row, 'Amount__c'), textOf(row, 'Currency_Code__c')),
      status: statusOf(textOf(row, 'Status__c')),
      reason: textOf(row, 'Decline_Reason__c'),
      code: code ? fill(labels.code, code) : '',
    };
  });
}

function byTime(a: Row, b: Row): number {
  const time = (row: Row) => Date.parse(textOf(row, 'Paid_At__c') ?? '') || 0;
  return time(b) - time(a);
}
