import { keyOf } from '../../domain/billingAccount/key.ts';
import type { Memo, MemoStatus } from '../../domain/memo/memo.ts';
import { fromMajor, zero, type Money } from '../../domain/money/money.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import type { ZuoraContext } from './context.ts';
import type { ZuoraCreditMemo, ZuoraDebitMemo } from './schema.ts';

/** Zuora docs, "List credit memos"; what is being made or cancelled is a draft until it is done. */
const STATUS: Readonly<Record<string, MemoStatus>> = {
  Draft: 'Draft',
  PendingForTax: 'Draft',
  Generating: 'Draft',
  CancelInProgress: 'Draft',
  Posted: 'Posted',
  Canceled: 'Void',
  Error: 'Void',
};

/** @param status a word that is not known stands as it came */
export function memoStatusOf(status: string): MemoStatus {
  return STATUS[status] ?? status;
}

function dateOf(text: string | null): CalendarDate | null {
  return text === null ? null : calendarDate(text.slice(0, 10));
}

/** @param kind of its key */
function memoOf(
  memo: ZuoraCreditMemo | ZuoraDebitMemo,
  kind: 'creditmemo' | 'debitmemo',
  currency: string,
  context: ZuoraContext,
) {
  return {
    kind: 'memo' as const,
    key: keyOf(context.connection, kind, memo.number),
    connection: context.connection,
    source: 'Zuora' as const,
    billingAccountKey: keyOf(context.connection, 'account', memo.accountId),
    number: memo.number,
    status: memoStatusOf(memo.status),
    amount: fromMajor(memo.amount, currency),
    reason: memo.reasonCode,
    comment: memo.comment,
    invoiceId: memo.referredInvoiceId,
    // The address of a memo's own page is not documented; the account has it among its documents.
    sourceUrl: context.links.account(memo.accountId),
  };
}

/** What of a memo counts once it is posted, and not before or after. */
function ifPosted({ status }: { status: MemoStatus }, currency: string): (major: string) => Money {
  return (major) => (status === 'Posted' ? fromMajor(major, currency) : zero(currency));
}

/** @param currency of the account, for tenants in which memos name none */
export function fromZuoraCreditMemo(memo: ZuoraCreditMemo, currency: string, context: ZuoraContext): Memo {
  const code = (memo.currency ?? currency).toUpperCase();
  const common = memoOf(memo, 'creditmemo', code, context);
  const counted = ifPosted(common, code);
  return {
    ...common,
    type: 'Credit',
    applied: counted(memo.appliedAmount),
    refunded: counted(memo.refundAmount),
    balance: counted(memo.unappliedAmount),
    on: dateOf(memo.creditMemoDate),
    dueOn: null,
  };
}

/** @param currency of the account, for tenants in which memos name none */
export function fromZuoraDebitMemo(memo: ZuoraDebitMemo, currency: string, context: ZuoraContext): Memo {
  const code = (memo.currency ?? currency).toUpperCase();
  const common = memoOf(memo, 'debitmemo', code, context);
  const counted = ifPosted(common, code);
  return {
    ...common,
    type: 'Debit',
    applied: counted(memo.beAppliedAmount),
    refunded: zero(code),
    balance: counted(memo.balance),
    on: dateOf(memo.debitMemoDate),
    dueOn: common.status === 'Draft' ? null : dateOf(memo.dueDate),
  };
}
