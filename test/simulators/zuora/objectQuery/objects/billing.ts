import { unappliedOf } from '../../billing/amounts.ts';
import type { Application, BillRun, CreditMemo, DebitMemo, Invoice, InvoiceItem } from '../../billing/model.ts';
import { isoSeconds } from '../../dates.ts';
import { exact, money, sum } from '../../decimal.ts';
import type { Tenant } from '../../tenant.ts';
import { define } from '../define.ts';
import { stamps, stampsOf } from '../stamps.ts';

const account = {
  object: 'accounts',
  of: (one: { accountId: string }, tenant: Tenant) => tenant.account(one.accountId),
};

const withoutTax = (one: { amount: number; taxAmount: number; currency: string }): number =>
  money(exact(one.amount).sub(exact(one.taxAmount)), one.currency);

type Item<D> = { document: D; item: InvoiceItem };

/** Items of a kind of document, the same objects while nothing changes. */
const itemsOf = <D extends { id: string; items: InvoiceItem[] }>(
  tenant: Tenant,
  name: string,
  documents: readonly D[],
): Map<string, Item<D>[]> =>
  tenant.derived(name, () =>
    Map.groupBy(
      documents.flatMap((document) => document.items.map((item) => ({ document, item }))),
      (one) => one.document.id,
    ),
  );

const invoiceItemsOf = (tenant: Tenant) => itemsOf(tenant, 'invoiceItems', tenant.data.invoices);
const creditItemsOf = (tenant: Tenant) => itemsOf(tenant, 'creditMemoItems', tenant.data.creditMemos);
const debitItemsOf = (tenant: Tenant) => itemsOf(tenant, 'debitMemoItems', tenant.data.debitMemos);

export const invoices = define<Invoice>({
  name: 'Invoice',
  keys: ['invoiceNumber'],
  filterable: [
    'invoiceNumber',
    'accountId',
    'status',
    'balance',
    'amount',
    'dueDate',
    'invoiceDate',
    'postedDate',
    'currency',
    'targetDate',
  ],
  records: (tenant) => tenant.data.invoices,
  fields: {
    id: (one) => one.id,
    invoiceNumber: (one) => one.invoiceNumber,
    accountId: (one) => one.accountId,
    amount: (one) => one.amount,
    amountWithoutTax: withoutTax,
    balance: (one) => one.balance,
    paymentAmount: (one) => one.paymentAmount,
    taxAmount: (one) => one.taxAmount,
    creditMemoAmount: (one) => one.creditMemoAmount,
    refundAmount: () => 0,
    currency: (one) => one.currency,
    status: (one) => one.status,
    invoiceDate: (one) => one.invoiceDate,
    dueDate: (one) => one.dueDate,
    targetDate: (one) => one.targetDate,
    postedDate: (one) => one.postedDate,
    source: (one) => one.source,
    sourceType: (one) => one.sourceType,
    comments: (one) => one.comment,
    autoPay: (one) => one.autoPay,
    reversed: (one) => one.reversed,
    ...stamps,
  },
  custom: { names: (tenant) => tenant.customFields.invoice, of: (one) => one.customFields ?? {} },
  one: { account },
  many: {
    invoiceItems: { object: 'invoice-items', of: (one, tenant) => invoiceItemsOf(tenant).get(one.id) ?? [] },
    paymentParts: { object: 'payment-parts', of: (one, tenant) => partsOn(tenant, 'payments').get(one.id) ?? [] },
    creditMemoParts: {
      object: 'credit-memo-parts',
      of: (one, tenant) => partsOn(tenant, 'creditMemos').get(one.id) ?? [],
    },
  },
});

const itemFields = <D extends Invoice | CreditMemo | DebitMemo>() => ({
  id: ({ item }: Item<D>) => item.id,
  accountId: ({ document }: Item<D>) => document.accountId,
  subscriptionId: ({ item }: Item<D>) => item.subscriptionId,
  ratePlanChargeId: ({ item }: Item<D>) => item.chargeId,
  processingType: ({ item }: Item<D>) => item.processingType,
  quantity: ({ item }: Item<D>) => item.quantity,
  unitPrice: ({ item }: Item<D>) => item.unitPrice,
  uOM: ({ item }: Item<D>) => item.uom,
  sKU: ({ item }: Item<D>) => item.sku,
  serviceStartDate: ({ item }: Item<D>) => item.serviceStartDate,
  serviceEndDate: ({ item }: Item<D>) => item.serviceEndDate,
  appliedToItemId: ({ item }: Item<D>) => item.appliedToItemId,
  taxAmount: ({ item }: Item<D>) => money(sum(item.taxItems.map((tax) => exact(tax.taxAmount))), 'USD'),
  ...stampsOf<Item<D>>(({ document }) => document),
});

export const invoiceItems = define<Item<Invoice>>({
  name: 'InvoiceItem',
  filterable: ['invoiceId', 'subscriptionId', 'ratePlanChargeId', 'serviceStartDate', 'serviceEndDate', 'chargeAmount'],
  records: (tenant) => tenant.derived('invoiceItemList', () => [...invoiceItemsOf(tenant).values()].flat()),
  fields: {
    ...itemFields<Invoice>(),
    invoiceId: ({ document }) => document.id,
    chargeName: ({ item }) => item.chargeName,
    chargeAmount: ({ item }) => item.chargeAmount,
    chargeDate: ({ document }) => isoSeconds(document.createdDate),
    productName: ({ item }) => item.productName,
  },
  one: { invoice: { object: 'invoices', of: ({ document }) => document } },
});

export const creditMemos = define<CreditMemo>({
  name: 'CreditMemo',
  zoql: false,
  keys: ['memoNumber'],
  filterable: ['memoNumber', 'accountId', 'status', 'totalAmount', 'balance', 'memoDate', 'invoiceId', 'currency'],
  records: (tenant) => tenant.data.creditMemos,
  fields: {
    id: (one) => one.id,
    memoNumber: (one) => one.number,
    accountId: (one) => one.accountId,
    invoiceId: (one) => one.referredInvoiceId,
    currency: (one) => one.currency,
    status: (one) => one.status,
    totalAmount: (one) => one.amount,
    totalAmountWithoutTax: withoutTax,
    taxAmount: (one) => one.taxAmount,
    appliedAmount: (one) => one.appliedAmount,
    refundAmount: (one) => one.refundAmount,
    balance: (one) => money(unappliedOf(one), one.currency),
    memoDate: (one) => one.creditMemoDate,
    targetDate: (one) => one.targetDate,
    postedOn: (one) => (one.postedOn === null ? null : isoSeconds(one.postedOn)),
    reasonCode: (one) => one.reasonCode,
    comments: (one) => one.comment,
    source: (one) => one.source,
    sourceType: (one) => one.sourceType,
    reversed: (one) => one.reversed,
    ...stamps,
  },
  one: { account },
  many: {
    creditMemoItems: { object: 'credit-memo-items', of: (one, tenant) => creditItemsOf(tenant).get(one.id) ?? [] },
  },
});

export const creditMemoItems = define<Item<CreditMemo>>({
  name: 'CreditMemoItem',
  zoql: false,
  filterable: ['creditMemoId', 'subscriptionId'],
  records: (tenant) => tenant.derived('creditMemoItemList', () => [...creditItemsOf(tenant).values()].flat()),
  fields: {
    ...itemFields<CreditMemo>(),
    creditMemoId: ({ document }) => document.id,
    sKUName: ({ item }) => item.chargeName,
    amount: ({ item }) => item.chargeAmount,
  },
  one: { creditMemo: { object: 'credit-memos', of: ({ document }) => document } },
});

export const debitMemos = define<DebitMemo>({
  name: 'DebitMemo',
  zoql: false,
  keys: ['memoNumber'],
  filterable: [
    'memoNumber',
    'accountId',
    'status',
    'totalAmount',
    'balance',
    'memoDate',
    'dueDate',
    'invoiceId',
    'currency',
  ],
  records: (tenant) => tenant.data.debitMemos,
  fields: {
    id: (one) => one.id,
    memoNumber: (one) => one.number,
    accountId: (one) => one.accountId,
    invoiceId: (one) => one.referredInvoiceId,
    currency: (one) => one.currency,
    status: (one) => one.status,
    totalAmount: (one) => one.amount,
    totalAmountWithoutTax: withoutTax,
    taxAmount: (one) => one.taxAmount,
    balance: (one) => one.balance,
    memoDate: (one) => one.debitMemoDate,
    dueDate: (one) => one.dueDate,
    targetDate: (one) => one.targetDate,
    postedOn: (one) => (one.postedOn === null ? null : isoSeconds(one.postedOn)),
    reasonCode: (one) => one.reasonCode,
    comments: (one) => one.comment,
    sourceType: (one) => one.sourceType,
    ...stamps,
  },
  one: { account },
  many: {
    debitMemoItems: { object: 'debit-memo-items', of: (one, tenant) => debitItemsOf(tenant).get(one.id) ?? [] },
  },
});

export const debitMemoItems = define<Item<DebitMemo>>({
  name: 'DebitMemoItem',
  zoql: false,
  filterable: ['debitMemoId', 'subscriptionId'],
  records: (tenant) => tenant.derived('debitMemoItemList', () => [...debitItemsOf(tenant).values()].flat()),
  fields: {
    ...itemFields<DebitMemo>(),
    debitMemoId: ({ document }) => document.id,
    sKUName: ({ item }) => item.chargeName,
    amount: ({ item }) => item.chargeAmount,
  },
  one: { debitMemo: { object: 'debit-memos', of: ({ document }) => document } },
});

export const billRuns = define<BillRun>({
  name: 'BillingRun',
  keys: ['billRunNumber'],
  filterable: ['billRunNumber', 'status', 'targetDate', 'invoiceDate'],
  records: (tenant) => tenant.data.billRuns,
  fields: {
    id: (one) => one.id,
    billRunNumber: (one) => one.billRunNumber,
    name: (one) => one.name,
    status: (one) => one.status,
    invoiceDate: (one) => one.invoiceDate,
    targetDate: (one) => one.targetDate,
    ...stamps,
  },
});

type Part = { part: Application; sourceId: string };

/** Parts of payments or of credit memos by the document that they are applied to. */
const partsOn = (tenant: Tenant, table: 'payments' | 'creditMemos'): Map<string, Part[]> =>
  tenant.derived(`${table}.parts`, () =>
    Map.groupBy(
      (tenant.data[table] as { id: string; applications: Application[] }[]).flatMap((one) =>
        one.applications.map((part) => ({ part, sourceId: one.id })),
      ),
      (one) => one.part.documentId,
    ),
  );

const partObject = (name: string, table: 'payments' | 'creditMemos', sourceField: string) =>
  define<Part>({
    name,
    zoql: false,
    filterable: [sourceField, 'invoiceId', 'debitMemoId'],
    records: (tenant) => tenant.derived(`${table}.partList`, () => [...partsOn(tenant, table).values()].flat()),
    fields: {
      id: ({ part }) => part.id,
      [sourceField]: ({ sourceId }: Part) => sourceId,
      invoiceId: ({ part }) => (part.documentType === 'Invoice' ? part.documentId : null),
      debitMemoId: ({ part }) => (part.documentType === 'DebitMemo' ? part.documentId : null),
      amount: ({ part }) => part.amount,
      ...stampsOf<Part>(({ part }) => part),
    },
  });

export const paymentParts = partObject('PaymentPart', 'payments', 'paymentId');
export const creditMemoParts = partObject('CreditMemoPart', 'creditMemos', 'creditMemoId');
