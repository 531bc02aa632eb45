import type { Account } from '../model.ts';
import { soldIn } from '../metrics/discounts.ts';
import type { Tenant } from '../tenant.ts';
import { dueItems } from './billRun.ts';
import type { InvoiceItem } from './model.ts';

export type PreviewRequest = {
  targetDate: string;
  /** Comma separated. */
  chargeTypeToExclude?: string | undefined;
  includingDraftItems?: boolean | undefined;
  includingEvergreenSubscription?: boolean | undefined;
};

const draftItems = (documents: readonly { status: string; items: InvoiceItem[] }[]): InvoiceItem[] =>
  documents.filter((one) => one.status === 'Draft').flatMap((one) => one.items);

/** `POST /v1/operations/billing-preview`: what a bill run up to the target date would bill, without making anything. */
export function billingPreview(tenant: Tenant, account: Account, request: PreviewRequest): Record<string, unknown> {
  const copies = tenant
    .latest()
    .filter((one) => one.invoiceOwnerAccountId === account.id)
    .filter((one) => request.includingEvergreenSubscription !== false || one.termType !== 'EVERGREEN')
    .map((one) => structuredClone(one))
    .flatMap(soldIn);
  const groups = dueItems(tenant, account, copies, {
    targetDate: request.targetDate,
    chargeTypeToExclude: request.chargeTypeToExclude?.split(',') ?? [],
  });
  const drafts = request.includingDraftItems ?? true;
  const due = groups.flatMap((one) => one.items);
  const invoiced = drafts ? draftItems(tenant.by('invoices', 'accountId', account.id)) : [];
  const credited = drafts ? draftItems(tenant.by('creditMemos', 'accountId', account.id)) : [];
  const charged = [...invoiced, ...due.filter((item) => item.chargeAmount >= 0 || item.processingType === 'Discount')];
  const given = due.filter((item) => item.chargeAmount < 0 && item.processingType !== 'Discount');
  const shared = (item: InvoiceItem) => ({
    id: item.id,
    subscriptionId: item.subscriptionId,
    subscriptionNumber: item.subscriptionNumber,
    serviceStartDate: item.serviceStartDate,
    serviceEndDate: item.serviceEndDate,
    chargeDate: tenant.dateTime(tenant.now()),
    chargeNumber: item.chargeNumber,
    chargeType: item.chargeType,
    processingType: item.processingType,
    appliedToItemId: item.appliedToItemId,
    quantity: String(item.quantity),
    unitOfMeasure: item.uom,
    numberOfDeliveries: null,
  });
  const memo = (item: InvoiceItem, amount: number) => ({
    ...shared(item),
    amount,
    amountWithoutTax: amount,
    ratePlanChargeId: item.chargeId,
    sku: item.sku,
    skuName: item.productName,
    comment: null,
  });
  return {
    accountId: account.id,
    invoiceItems: charged.map((item) => ({
      ...shared(item),
      subscriptionName: item.subscriptionNumber,
      chargeAmount: String(item.chargeAmount),
      taxAmount: '0',
      chargeId: item.chargeId,
      chargeName: item.chargeName,
      chargeDescription: null,
      productName: item.productName,
    })),
    creditMemoItems: [
      ...credited.map((item) => memo(item, item.chargeAmount)),
      ...given.map((item) => memo(item, -item.chargeAmount)),
    ],
    success: true,
  };
}
