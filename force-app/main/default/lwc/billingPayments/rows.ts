import type { Link, Row, Status } from 'c/billingRows';
import { amountOf, linkOf, numberOf, sourceOf, statusOf, textOf } from 'c/billingRows';
import type { Choice } from 'c/pagedList';
import { fill, formatInstant, formatMoney, join } from 'c/textUtils';
import * as labels from './labels';
import { STATES } from './states';

export type PaymentRow = {
  readonly key: string;
  readonly link: Link;
  readonly source: string;
  readonly when: string;
  readonly method: string | null;
  readonly amount: string;
  readonly status: Status | null;
  /** Why it failed and what helps; how its dispute stands; why it was refunded. */
  readonly reason: string | null;
  readonly code: string;
};

const STATUS_FIELDS = ['Status__c', 'Decline_Reason__c', 'Decline_Code__c', 'Dispute_Status__c', 'Refund_Reason__c'];

/** Columns that the user may read something of. */
export type Shows = { readonly when: boolean; readonly amount: boolean; readonly status: boolean };

export function showsOf(fields: ReadonlySet<string>): Shows {
  return {
    when: fields.has('Paid_At__c') || fields.has('Method__c'),
    amount: fields.has('Amount__c'),
    status: STATUS_FIELDS.some((field) => fields.has(field)),
  };
}

/** Those that still stand, the newest first. @param accountId of one billing account; empty for all */
export function chosenBy(accountId: string): Choice {
  const where = { Status__c: { ne: 'Removed' }, ...(accountId ? { Billing_Account__c: { eq: accountId } } : {}) };
  return { where, orderBy: { Paid_At__c: { order: 'DESC', nulls: 'LAST' }, Name: { order: 'DESC' } } };
}

export function paymentRows(rows: readonly Row[], timeZone: string): PaymentRow[] {
  return rows.map((row) => {
    const number = textOf(row, 'Number__c') ?? row.Id;
    const code = textOf(row, 'Decline_Code__c');
    const reasons = [textOf(row, 'Decline_Reason__c'), ...refundOf(row, timeZone), ...disputeOf(row, timeZone)];
    return {
      key: row.Id,
      link: linkOf(row, number),
      source: sourceOf(row),
      when: formatInstant(textOf(row, 'Paid_At__c'), timeZone),
      method: textOf(row, 'Method__c'),
      amount: amountOf(row, 'Amount__c'),
      status: statusOf(textOf(row, 'Status__c'), STATES),
      reason: reasons.filter(Boolean).join(' ') || null,
      code: code ? fill(labels.code, code) : '',
    };
  });
}

function refundOf(row: Row, timeZone: string): string[] {
  const refunded = numberOf(row, 'Refunded__c') ?? 0;
  const amount = formatMoney(refunded, textOf(row, 'Currency_Code__c'));
  const when = formatInstant(textOf(row, 'Refunded_At__c'), timeZone);
  const back = refunded === 0 ? '' : when ? fill(labels.refundedOn, amount, when) : fill(labels.refunded, amount);
  return [back, textOf(row, 'Refund_Reason__c') ?? ''];
}

function disputeOf(row: Row, timeZone: string): string[] {
  const status = textOf(row, 'Dispute_Status__c');
  if (!status) {
    return [];
  }
  const amount = formatMoney(numberOf(row, 'Disputed_Amount__c') || null, textOf(row, 'Currency_Code__c'));
  const due = formatInstant(textOf(row, 'Dispute_Due__c'), timeZone);
  const said = join([amount, status, textOf(row, 'Dispute_Reason__c')]);
  return [fill(labels.disputed, said), due ? fill(labels.disputeDue, due) : ''];
}
