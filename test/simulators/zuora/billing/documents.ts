import { emit } from '../callouts/emit.ts';
import { addDays } from '../dates.ts';
import { exact, money, sum } from '../decimal.ts';
import type { Account } from '../model.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { CreditMemo, DebitMemo, Invoice, InvoiceItem } from './model.ts';

type NewDocument = {
  account: Account;
  currency: string;
  items: InvoiceItem[];
  targetDate?: string | null | undefined;
  comment?: string | null | undefined;
  billRunId?: string | null | undefined;
  reasonCode?: string | null | undefined;
};

const termDays: Record<string, number> = { 'Net 15': 15, 'Net 30': 30, 'Net 45': 45, 'Net 60': 60, 'Net 90': 90 };

/** Due date of a document by a payment term such as `Net 30`. */
const dueDateOf = (date: string, paymentTerm: string): string => addDays(date, termDays[paymentTerm] ?? 0);

type MemoOptions = {
  autoApplyUponPosting?: boolean | undefined;
  excludeFromAutoApplyRules?: boolean | undefined;
  referredInvoiceId?: string | undefined;
  sourceId?: string | undefined;
};

/** What invoices and memos begin with: a draft with the sums of its items. */
function draft(tenant: Tenant, given: NewDocument) {
  const { account, currency, items } = given;
  const charges = sum(items.map((one) => exact(one.chargeAmount)));
  const taxes = sum(items.flatMap((one) => one.taxItems).map((one) => exact(one.taxAmount)));
  const at = tenant.now();
  return {
    id: tenant.newId(),
    accountId: account.id,
    currency,
    amount: money(charges.add(taxes), currency),
    taxAmount: money(taxes, currency),
    status: 'Draft' as const,
    targetDate: given.targetDate ?? null,
    comment: given.comment ?? null,
    billRunId: given.billRunId ?? null,
    reasonCode: given.reasonCode ?? null,
    transferredToAccounting: 'No',
    items,
    createdDate: at,
    updatedDate: at,
  };
}

export function newInvoice(
  tenant: Tenant,
  given: NewDocument &
    Pick<Invoice, 'invoiceDate' | 'source' | 'sourceType'> &
    Partial<Pick<Invoice, 'invoiceNumber' | 'dueDate' | 'autoPay'>>,
): Invoice {
  const base = draft(tenant, given);
  const invoice: Invoice = {
    ...base,
    invoiceNumber: given.invoiceNumber ?? tenant.number('INV'),
    balance: base.amount,
    paymentAmount: 0,
    creditMemoAmount: 0,
    invoiceDate: given.invoiceDate,
    dueDate: given.dueDate ?? dueDateOf(given.invoiceDate, given.account.paymentTerm),
    postedDate: null,
    source: given.source,
    sourceType: given.sourceType,
    autoPay: given.autoPay ?? given.account.autoPay,
    reversed: false,
    lastEmailSentDate: null,
    files: [],
  };
  tenant.data.invoices.push(invoice);
  tenant.touch();
  return invoice;
}

/** Reason codes that a new tenant has, beside those that an administrator adds. */
const defaultReason = { credit: 'Unsatisfactory service', debit: 'Charge Dispute' };

export function newCreditMemo(
  tenant: Tenant,
  given: NewDocument & Pick<CreditMemo, 'creditMemoDate' | 'source' | 'sourceType'> & MemoOptions,
): CreditMemo {
  const memo: CreditMemo = {
    ...draft(tenant, given),
    number: tenant.number('CM'),
    reasonCode: given.reasonCode ?? defaultReason.credit,
    creditMemoDate: given.creditMemoDate,
    postedOn: null,
    cancelledOn: null,
    appliedAmount: 0,
    refundAmount: 0,
    applications: [],
    autoApplyUponPosting: given.autoApplyUponPosting ?? false,
    excludeFromAutoApplyRules: given.excludeFromAutoApplyRules ?? false,
    referredInvoiceId: given.referredInvoiceId ?? null,
    source: given.source,
    sourceId: given.sourceId ?? given.billRunId ?? null,
    sourceType: given.sourceType,
    reversed: false,
  };
  tenant.data.creditMemos.push(memo);
  tenant.touch();
  emit(tenant, 'CreditMemoCreated', given.account, { creditMemoId: memo.id, creditMemoNumber: memo.number });
  return memo;
}

export function newDebitMemo(
  tenant: Tenant,
  given: NewDocument &
    Pick<DebitMemo, 'debitMemoDate' | 'sourceType'> &
    Partial<Pick<DebitMemo, 'dueDate' | 'autoPay' | 'referredInvoiceId' | 'referredCreditMemoId'>>,
): DebitMemo {
  const base = draft(tenant, given);
  const memo: DebitMemo = {
    ...base,
    number: tenant.number('DM'),
    reasonCode: given.reasonCode ?? defaultReason.debit,
    debitMemoDate: given.debitMemoDate,
    dueDate: given.dueDate ?? dueDateOf(given.debitMemoDate, given.account.paymentTerm),
    postedOn: null,
    cancelledOn: null,
    balance: base.amount,
    autoPay: given.autoPay ?? given.account.autoPay,
    referredInvoiceId: given.referredInvoiceId ?? null,
    referredCreditMemoId: given.referredCreditMemoId ?? null,
    sourceType: given.sourceType,
  };
  tenant.data.debitMemos.push(memo);
  tenant.touch();
  emit(tenant, 'DebitMemoCreated', given.account, { debitMemoId: memo.id, debitMemoNumber: memo.number });
  return memo;
}

const drafts = (status: string, what: string, act: string, of: number): void => {
  if (status !== 'Draft') throw new ZuoraError(category.rule, `Only ${what} with Draft status can be ${act}.`, of);
};

export function postCreditMemo(tenant: Tenant, memo: CreditMemo): void {
  drafts(memo.status, 'credit memos', 'posted', resource.creditMemo);
  Object.assign(memo, { status: 'Posted', postedOn: tenant.now(), updatedDate: tenant.now() });
  tenant.touch();
  const account = tenant.account(memo.accountId);
  emit(tenant, 'CreditMemoPosted', account, { creditMemoId: memo.id, creditMemoNumber: memo.number });
}

export function postDebitMemo(tenant: Tenant, memo: DebitMemo): void {
  drafts(memo.status, 'debit memos', 'posted', resource.debitMemo);
  Object.assign(memo, { status: 'Posted', postedOn: tenant.now(), updatedDate: tenant.now() });
  tenant.touch();
  const account = tenant.account(memo.accountId);
  emit(tenant, 'DebitMemoPosted', account, { debitMemoId: memo.id, debitMemoNumber: memo.number });
}

/** Cancels a draft memo; @throws ZuoraError rule for any other */
export function cancelMemo(tenant: Tenant, memo: CreditMemo | DebitMemo): void {
  const credit = 'creditMemoDate' in memo;
  drafts(
    memo.status,
    credit ? 'credit memos' : 'debit memos',
    'cancelled',
    credit ? resource.creditMemo : resource.debitMemo,
  );
  Object.assign(memo, { status: 'Canceled', cancelledOn: tenant.now(), updatedDate: tenant.now() });
  tenant.touch();
}

/** Makes a posted memo a draft again; @throws ZuoraError rule once money moved on it */
export function unpostMemo(tenant: Tenant, memo: CreditMemo | DebitMemo): void {
  const of = 'creditMemoDate' in memo ? resource.creditMemo : resource.debitMemo;
  const moved =
    'creditMemoDate' in memo ? memo.appliedAmount !== 0 || memo.refundAmount !== 0 : memo.balance !== memo.amount;
  if (memo.status !== 'Posted' || moved)
    throw new ZuoraError(
      category.rule,
      `${memo.number} cannot be unposted: it is not posted, or applied or refunded.`,
      of,
    );
  Object.assign(memo, { status: 'Draft', postedOn: null, updatedDate: tenant.now() });
  tenant.touch();
}
