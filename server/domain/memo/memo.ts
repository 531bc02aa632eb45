import type { Source } from '../billingAccount/billingAccount.ts';
import type { Invoice } from '../invoice/invoice.ts';
import type { Money } from '../money/money.ts';
import type { CalendarDate } from '../time/calendarDate.ts';

/** State of a memo; a word of a billing system that is not among these stands as it came. */
export const MEMO_STATUSES = ['Draft', 'Posted', 'Void'] as const;
export type MemoStatus = (typeof MEMO_STATUSES)[number] | (string & {});

/** A credit memo or debit memo of Zuora, or a credit note of Stripe. */
export type Memo = {
  kind: 'memo';
  /** `<connection>:creditmemo:<number>`, `<connection>:debitmemo:<number>` or `<connection>:creditnote:<id>` */
  key: string;
  connection: string;
  source: Source;
  billingAccountKey: string;
  number: string;
  /** A credit takes off what the customer owes, a debit adds to it. */
  type: 'Credit' | 'Debit';
  status: MemoStatus;
  /** With tax; never below zero. Of a posted memo the sum of the next three, which are zero for every other. */
  amount: Money;
  /** Of a credit what was set against invoices or given to the customer otherwise; of a debit what was paid or credited. */
  applied: Money;
  /** Of a credit what was paid back. */
  refunded: Money;
  /** Of a credit what can still be used, of a debit what is still to be paid. */
  balance: Money;
  /** Reason code, as the billing system has it. */
  reason: string | null;
  comment: string | null;
  /** Day on which it takes effect. */
  on: CalendarDate | null;
  dueOn: CalendarDate | null;
  /** Id in the billing system of the invoice that it corrects; null when it names none. */
  invoiceId: string | null;
  sourceUrl: string;
};

/** @returns the invoice that a memo corrects, as far as it is known */
export function invoiceOfMemo(memo: Memo, invoices: readonly Invoice[]): Invoice | null {
  if (memo.invoiceId === null) return null;
  return invoices.find(({ id, connection }) => id === memo.invoiceId && connection === memo.connection) ?? null;
}

/** @returns whether it asks for money that is still to be paid */
export function isOwed({ type, status, balance }: Memo): boolean {
  return type === 'Debit' && status === 'Posted' && balance.minor > 0;
}
