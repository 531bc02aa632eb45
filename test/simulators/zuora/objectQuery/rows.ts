import { accountMrr, balancesOf } from '../accounts/view.ts';
import { isoSeconds } from '../dates.ts';
import { metric } from '../decimal.ts';
import { contractedMrr } from '../subscriptions/metrics.ts';
import { statusOn } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';

export type Row = Record<string, unknown> & { id: string; updatedDate: string };

const stamps = (tenant: Tenant, row: { createdDate: number; updatedDate: number }) => ({
  createdById: tenant.userId,
  createdDate: isoSeconds(row.createdDate),
  updatedById: tenant.userId,
  updatedDate: isoSeconds(row.updatedDate),
});

export type QueryObject = {
  singular: string;
  /** Fields by which `/{key}` finds an object. */
  keys: readonly string[];
  /** Fields that filters and sorts may name, beside ids, stamps and the account's indexed custom fields. */
  filterable: readonly string[];
  rows(tenant: Tenant): Row[];
};

const always = ['id', 'createddate', 'updateddate', 'createdbyid', 'updatedbyid'];

/** True for a field that a filter or a sort on an object may name, in any case. */
export function canFilter(tenant: Tenant, object: QueryObject, name: string): boolean {
  const custom = object.singular === 'account' ? tenant.customFields.account : [];
  return [...always, ...object.filterable, ...custom].some((one) => one.toLowerCase() === name.toLowerCase());
}

/**
 * Objects of Object Query by path, in camelCase as the vendor's SDK names their fields (`ExpandedAccount`,
 * `ExpandedSubscription` …). Subscriptions come in every version; a sweep filters or keeps the highest.
 */
export const objects: Record<string, QueryObject> = {
  accounts: {
    singular: 'account',
    keys: ['id', 'accountNumber'],
    filterable: ['accountNumber', 'name', 'status', 'currency', 'crmId', 'batch', 'parentId', 'balance', 'autoPay'],
    rows: (tenant) =>
      tenant.data.accounts.map((one) => ({
        id: one.id,
        accountNumber: one.accountNumber,
        name: one.name,
        status: one.status,
        currency: one.currency,
        crmId: one.crmId,
        batch: one.batch,
        parentId: one.parentId,
        notes: one.notes,
        billCycleDay: one.billCycleDay,
        autoPay: one.autoPay,
        paymentTerm: one.paymentTerm,
        defaultPaymentMethodId: one.defaultPaymentMethodId,
        billToId: one.billTo.id,
        soldToId: one.soldTo.id,
        communicationProfileId: one.communicationProfileId,
        // Worked out only for rows that are looked at: a sweep skips most.
        get balance() {
          return balancesOf(tenant, one).balance;
        },
        get totalInvoiceBalance() {
          return balancesOf(tenant, one).totalInvoiceBalance;
        },
        get mrr() {
          return accountMrr(tenant, one, one.currency);
        },
        ...Object.fromEntries(tenant.customFields.account.map((name) => [name, one.customFields[name] ?? null])),
        ...stamps(tenant, one),
      })),
  },
  subscriptions: {
    singular: 'subscription',
    keys: ['id', 'name'],
    filterable: [
      'name',
      'accountId',
      'invoiceOwnerId',
      'status',
      'version',
      'isLatestVersion',
      'termType',
      'termEndDate',
      'autoRenew',
    ],
    rows: (tenant) => {
      const latest = new Set(tenant.latest().map((one) => one.id));
      const today = tenant.today();
      return tenant.data.subscriptions.map((one) => ({
        id: one.id,
        name: one.number,
        version: one.version,
        isLatestVersion: latest.has(one.id),
        status: statusOn(one, today),
        accountId: one.accountId,
        invoiceOwnerId: one.invoiceOwnerAccountId,
        currency: one.currency,
        get cmrr() {
          return metric(contractedMrr(one));
        },
        autoRenew: one.autoRenew,
        cancelledDate: one.cancelledFrom,
        cancelReason: one.cancelReason,
        contractEffectiveDate: one.contractEffectiveDate,
        serviceActivationDate: one.serviceActivationDate,
        contractAcceptanceDate: one.customerAcceptanceDate,
        subscriptionStartDate: one.subscriptionStartDate,
        subscriptionEndDate: one.subscriptionEndDate,
        termType: one.termType,
        termStartDate: one.termStartDate,
        termEndDate: one.termEndDate,
        initialTerm: one.initialTerm,
        initialTermPeriodType: one.initialTermPeriodType,
        currentTerm: one.currentTerm,
        currentTermPeriodType: one.currentTermPeriodType,
        renewalTerm: one.renewalTerm,
        renewalTermPeriodType: one.renewalTermPeriodType,
        renewalSetting: one.renewalSetting,
        notes: one.notes,
        ...Object.fromEntries(tenant.customFields.subscription.map((name) => [name, one.customFields[name] ?? null])),
        ...stamps(tenant, one),
      }));
    },
  },
  invoices: {
    singular: 'invoice',
    keys: ['id', 'invoiceNumber'],
    filterable: ['invoiceNumber', 'accountId', 'status', 'balance', 'amount', 'dueDate', 'invoiceDate', 'postedDate'],
    rows: (tenant) =>
      tenant.data.invoices.map((one) => ({
        id: one.id,
        invoiceNumber: one.invoiceNumber,
        accountId: one.accountId,
        amount: one.amount,
        amountWithoutTax: one.amount,
        balance: one.balance,
        paymentAmount: one.paymentAmount,
        taxAmount: 0,
        creditMemoAmount: 0,
        refundAmount: 0,
        currency: one.currency,
        status: one.status,
        invoiceDate: one.invoiceDate,
        dueDate: one.dueDate,
        targetDate: one.targetDate,
        postedDate: one.postedDate,
        source: one.source,
        ...stamps(tenant, one),
      })),
  },
  'invoice-items': {
    singular: 'invoiceItem',
    keys: ['id'],
    filterable: ['invoiceId', 'subscriptionId', 'serviceStartDate', 'serviceEndDate'],
    rows: (tenant) =>
      tenant.data.invoices.flatMap((invoice) =>
        invoice.items.map((one) => ({
          id: one.id,
          invoiceId: invoice.id,
          accountId: invoice.accountId,
          subscriptionId: one.subscriptionId,
          ratePlanChargeId: one.chargeId,
          chargeName: one.chargeName,
          chargeAmount: one.chargeAmount,
          processingType: one.processingType,
          quantity: one.quantity,
          unitPrice: one.unitPrice,
          uOM: one.uom,
          serviceStartDate: one.serviceStartDate,
          serviceEndDate: one.serviceEndDate,
          ...stamps(tenant, invoice),
        })),
      ),
  },
  payments: {
    singular: 'payment',
    keys: ['id', 'paymentNumber'],
    filterable: ['paymentNumber', 'accountId', 'status', 'type', 'amount', 'effectiveDate'],
    rows: (tenant) =>
      tenant.data.payments.map((one) => ({
        id: one.id,
        paymentNumber: one.number,
        accountId: one.accountId,
        amount: one.amount,
        appliedAmount: one.appliedAmount,
        currency: one.currency,
        effectiveDate: one.effectiveDate,
        status: one.status,
        type: one.type,
        gatewayResponse: one.gatewayResponse,
        gatewayResponseCode: one.gatewayResponseCode,
        paymentMethodId: one.paymentMethodId,
        referenceId: one.referenceId,
        comment: one.comment,
        ...stamps(tenant, one),
      })),
  },
  usages: {
    singular: 'usage',
    keys: ['id'],
    filterable: ['accountId', 'accountNumber', 'startDateTime', 'submissionDateTime', 'rbeStatus', 'uOM'],
    rows: (tenant) =>
      tenant.data.usages.map((one) => ({
        id: one.id,
        accountId: one.accountId,
        accountNumber: tenant.account(one.accountId).accountNumber,
        quantity: one.quantity,
        uOM: one.uom,
        startDateTime: one.startDateTime,
        endDateTime: one.endDateTime,
        submissionDateTime: isoSeconds(one.submissionDateTime),
        rbeStatus: one.status,
        sourceType: 'API',
        description: one.description,
        subscriptionId: one.subscriptionNumber === null ? null : tenant.subscription(one.subscriptionNumber).id,
        ...stamps(tenant, one),
      })),
  },
};

/** Objects that Object Query has and this simulator has not. */
export const otherObjects = [
  'amendments',
  'contacts',
  'credit-memos',
  'debit-memos',
  'order-actions',
  'order-line-items',
  'orders',
  'payment-methods',
  'products',
  'rate-plan-charge-tiers',
  'rate-plan-charges',
  'rate-plans',
  'refunds',
];
