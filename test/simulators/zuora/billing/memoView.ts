import { exact, money, sum } from '../decimal.ts';
import type { Tenant } from '../tenant.ts';
import { unappliedOf } from './amounts.ts';
import type { CreditMemo, DebitMemo, InvoiceItem, TaxItem } from './model.ts';

const dateTime = (tenant: Tenant, at: number | null) => (at === null ? null : tenant.dateTime(at));

/** What credit and debit memos have in common. */
function shared(tenant: Tenant, memo: CreditMemo | DebitMemo): Record<string, unknown> {
  const account = tenant.account(memo.accountId);
  return {
    id: memo.id,
    number: memo.number,
    accountId: account.id,
    accountNumber: account.accountNumber,
    amount: memo.amount,
    billToContactId: account.billToId,
    billToContactSnapshotId: null,
    cancelledById: memo.cancelledOn === null ? null : tenant.userId,
    cancelledOn: dateTime(tenant, memo.cancelledOn),
    comment: memo.comment,
    createdById: tenant.userId,
    createdDate: tenant.dateTime(memo.createdDate),
    currency: memo.currency,
    einvoiceErrorCode: null,
    einvoiceErrorMessage: null,
    einvoiceFileId: null,
    einvoiceStatus: null,
    excludeItemBillingFromRevenueAccounting: false,
    latestPDFFileId: null,
    organizationLabel: null,
    postedById: memo.postedOn === null ? null : tenant.userId,
    postedOn: dateTime(tenant, memo.postedOn),
    reasonCode: memo.reasonCode,
    referredInvoiceId: memo.referredInvoiceId,
    sequenceSetId: null,
    sourceType: memo.sourceType,
    status: memo.status,
    targetDate: memo.targetDate,
    taxAmount: memo.taxAmount,
    taxMessage: null,
    taxStatus: null,
    totalTaxExemptAmount: 0,
    transferredToAccounting: memo.transferredToAccounting,
    updatedById: tenant.userId,
    updatedDate: tenant.dateTime(memo.updatedDate),
  };
}

/** A credit memo; it has no `balance`, what is left of it is `unappliedAmount`. */
export const creditMemoView = (tenant: Tenant, memo: CreditMemo): Record<string, unknown> => ({
  ...shared(tenant, memo),
  appliedAmount: memo.appliedAmount,
  autoApplyUponPosting: memo.autoApplyUponPosting,
  creditMemoDate: memo.creditMemoDate,
  excludeFromAutoApplyRules: memo.excludeFromAutoApplyRules,
  refundAmount: memo.refundAmount,
  reversed: memo.reversed,
  source: memo.source,
  sourceId: memo.sourceId,
  unappliedAmount: money(unappliedOf(memo), memo.currency),
});

export const debitMemoView = (tenant: Tenant, memo: DebitMemo): Record<string, unknown> => ({
  ...shared(tenant, memo),
  autoPay: memo.autoPay,
  balance: memo.balance,
  beAppliedAmount: money(exact(memo.amount).sub(exact(memo.balance)), memo.currency),
  debitMemoDate: memo.debitMemoDate,
  dueDate: memo.dueDate,
  paymentTerm: tenant.account(memo.accountId).paymentTerm,
  referredCreditMemoId: memo.referredCreditMemoId,
});

/** A taxation item of any document. */
export const taxItemView = (one: TaxItem): Record<string, unknown> => ({
  id: one.id,
  name: one.name,
  taxAmount: one.taxAmount,
  taxCode: one.taxCode,
  taxCodeDescription: one.taxCodeDescription,
  taxDate: one.taxDate,
  taxMode: one.taxMode,
  taxRate: one.taxRate,
  taxRateDescription: one.taxRateDescription,
  taxRateType: one.taxRateType,
  exemptAmount: one.exemptAmount,
  jurisdiction: one.jurisdiction,
  locationCode: one.locationCode,
});

/** An item of a memo; up to version 256 its text is `comment`, from 257 on `description`. */
export function memoItemView(
  tenant: Tenant,
  memo: CreditMemo | DebitMemo,
  item: InvoiceItem,
  asDescription: boolean,
): Record<string, unknown> {
  const credit = 'creditMemoDate' in memo;
  const taxes = sum(item.taxItems.map((one) => exact(one.taxAmount)));
  const invoiceItem = memo.sourceType === 'Invoice';
  return {
    id: item.id,
    amount: money(exact(item.chargeAmount).add(taxes), memo.currency),
    amountWithoutTax: item.chargeAmount,
    ...(credit
      ? {
          appliedAmount: null,
          refundAmount: null,
          unappliedAmount: null,
          creditFromItemId: invoiceItem ? item.sourceItemId : null,
          creditFromItemSource: invoiceItem ? 'InvoiceItem' : null,
          creditTaxItems: [],
        }
      : { balance: null, beAppliedAmount: null, taxItems: [] }),
    appliedToItemId: item.appliedToItemId,
    [asDescription ? 'description' : 'comment']: item.description,
    createdById: tenant.userId,
    createdDate: tenant.dateTime(memo.createdDate),
    excludeItemBillingFromRevenueAccounting: false,
    financeInformation: null,
    processingType: item.processingType,
    quantity: item.quantity,
    serviceEndDate: item.serviceEndDate,
    serviceStartDate: item.serviceStartDate,
    sku: item.sku,
    skuName: item.productName ?? item.chargeName,
    soldToContactId: null,
    soldToContactSnapshotId: null,
    sourceItemId: item.sourceItemId ?? item.chargeId,
    sourceItemType: invoiceItem
      ? 'InvoiceDetail'
      : item.subscriptionId === null
        ? 'ProductRatePlanCharge'
        : 'SubscriptionComponent',
    subscriptionId: item.subscriptionId,
    taxMode: null,
    taxationItems: { data: item.taxItems.map(taxItemView) },
    unitOfMeasure: item.uom,
    unitPrice: item.unitPrice,
    updatedById: tenant.userId,
    updatedDate: tenant.dateTime(memo.updatedDate),
  };
}
