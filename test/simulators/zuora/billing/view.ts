import { exact, money, sum } from '../decimal.ts';
import type { Invoice, InvoiceItem } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import { creditedOf } from './memos.ts';
import { taxItemView } from './memoView.ts';

const taxOf = (item: InvoiceItem): number => Number(sum(item.taxItems.map((one) => exact(one.taxAmount))).toString());

/** `GET /v1/invoices/{key}`, without `success`. */
export function invoiceView(tenant: Tenant, invoice: Invoice): Record<string, unknown> {
  const account = tenant.account(invoice.accountId);
  const discounts = invoice.items.filter((item) => item.processingType === 'Discount');
  const has = (type: string) => invoice.items.some((item) => item.chargeType === type);
  return {
    id: invoice.id,
    invoiceNumber: invoice.invoiceNumber,
    accountId: invoice.accountId,
    amount: invoice.amount,
    amountWithoutTax: money(exact(invoice.amount).sub(exact(invoice.taxAmount)), invoice.currency),
    discount: money(sum(discounts.map((item) => exact(item.chargeAmount).neg())), invoice.currency),
    invoiceDate: invoice.invoiceDate,
    dueDate: invoice.dueDate,
    autoPay: invoice.autoPay,
    comments: invoice.comment,
    status: invoice.status,
    transferredToAccounting: invoice.transferredToAccounting,
    sourceType: invoice.sourceType,
    sequenceSetId: null,
    adjustmentAmount: 0,
    balance: invoice.balance,
    billToContactId: account.billToId,
    billToContactSnapshotId: null,
    soldToContactId: account.soldToId,
    soldToContactSnapshotId: null,
    createdById: tenant.userId,
    createdDate: tenant.dateTime(invoice.createdDate),
    creditBalanceAdjustmentAmount: 0,
    creditMemoAmount: invoice.creditMemoAmount,
    currency: invoice.currency,
    einvoiceStatus: null,
    includesOneTime: has('OneTime'),
    includesRecurring: has('Recurring'),
    includesUsage: has('Usage'),
    lastEmailSentDate: invoice.lastEmailSentDate === null ? null : tenant.dateTime(invoice.lastEmailSentDate),
    organizationLabel: null,
    paymentAmount: invoice.paymentAmount,
    paymentTerm: account.paymentTerm,
    postedBy: invoice.postedDate === null ? null : tenant.userId,
    postedDate: invoice.postedDate,
    refundAmount: 0,
    source: invoice.source,
    sourceId: null,
    targetDate: invoice.targetDate,
    taxAmount: invoice.taxAmount,
    taxExemptAmount: 0,
    taxMessage: null,
    taxStatus: null,
    templateId: null,
    updatedById: tenant.userId,
    updatedDate: tenant.dateTime(invoice.updatedDate),
    billRunId: invoice.billRunId,
    reversed: invoice.reversed,
    ...Object.fromEntries(tenant.customFields.invoice.map((name) => [name, invoice.customFields?.[name] ?? null])),
  };
}

/** An item as `GET /v1/invoices/{key}/items` answers it; service dates are inclusive. */
export function invoiceItemView(tenant: Tenant, invoice: Invoice, item: InvoiceItem): Record<string, unknown> {
  return {
    id: item.id,
    subscriptionName: item.subscriptionNumber,
    subscriptionId: item.subscriptionId,
    serviceStartDate: item.serviceStartDate,
    serviceEndDate: item.serviceEndDate,
    balance: null,
    availableToCreditAmount: money(exact(item.chargeAmount).sub(exact(creditedOf(tenant, item))), invoice.currency),
    bookingReference: null,
    chargeAmount: item.chargeAmount,
    chargeDescription: null,
    chargeName: item.chargeName,
    chargeDate: tenant.dateTime(invoice.createdDate),
    chargeType: item.chargeType,
    processingType: item.processingType,
    chargeId: item.chargeId,
    description: item.description,
    productName: item.productName,
    productRatePlanChargeId: item.productRatePlanChargeId,
    sku: item.sku,
    sourceItemType: item.subscriptionId === null ? 'InvoiceDetail' : 'SubscriptionComponent',
    quantity: item.quantity,
    taxAmount: taxOf(item),
    taxCode: item.taxItems[0]?.taxCode ?? null,
    taxMode: item.taxItems[0]?.taxMode ?? null,
    unitOfMeasure: item.uom,
    unitPrice: item.unitPrice,
    appliedToItemId: item.appliedToItemId,
    accountingCode: null,
    deferredRevenueAccountingCode: null,
    recognizedRevenueAccountingCode: null,
    revRecCode: null,
    revRecTriggerCondition: null,
    revenueRecognitionRuleName: null,
    purchaseOrderNumber: null,
    soldToContactId: null,
    soldToContactSnapshotId: null,
    invoiceScheduleId: null,
    invoiceScheduleItemId: null,
    numberOfDeliveries: null,
    taxationItems: { data: item.taxItems.map(taxItemView) },
  };
}

/** An invoice of the older list `GET /v1/transactions/invoices/accounts/{key}`, items inside. */
export function listedInvoice(tenant: Tenant, invoice: Invoice): Record<string, unknown> {
  const account = tenant.account(invoice.accountId);
  return {
    id: invoice.id,
    accountId: account.id,
    accountNumber: account.accountNumber,
    accountName: account.name,
    invoiceDate: invoice.invoiceDate,
    invoiceNumber: invoice.invoiceNumber,
    dueDate: invoice.dueDate,
    invoiceTargetDate: invoice.targetDate,
    amount: invoice.amount,
    balance: invoice.balance,
    creditBalanceAdjustmentAmount: 0,
    createdBy: tenant.userId,
    status: invoice.status,
    body: null,
    reversed: invoice.reversed,
    invoiceItems: invoice.items.map((item) => ({
      id: item.id,
      subscriptionName: item.subscriptionNumber,
      subscriptionId: item.subscriptionId,
      serviceStartDate: item.serviceStartDate,
      serviceEndDate: item.serviceEndDate,
      chargeAmount: item.chargeAmount,
      chargeDescription: null,
      chargeName: item.chargeName,
      chargeId: item.chargeId,
      productName: item.productName,
      quantity: item.quantity,
      taxAmount: taxOf(item),
      unitOfMeasure: item.uom,
      chargeDate: tenant.dateTime(invoice.createdDate),
      chargeType: item.chargeType,
      processingType: item.processingType,
      appliedToItemId: item.appliedToItemId,
    })),
    invoiceFiles: [],
  };
}
