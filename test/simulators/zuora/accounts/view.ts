import Fraction from 'fraction.js';
import { exact, metric, money, sum } from '../decimal.ts';
import { contactFields, type Account, type Contact } from '../model.ts';
import { contractedMrr } from '../subscriptions/metrics.ts';
import { statusOn } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';

const contactView = (contact: Contact): Record<string, unknown> => ({
  id: contact.id,
  ...Object.fromEntries(contactFields.map((name) => [name, contact[name]])),
  postalCode: contact.zipCode,
  contactDescription: null,
});

/** Money that an account owes and is owed, exact, in its own currency. */
export function balancesOf(tenant: Tenant, account: Account) {
  const own = <T extends { accountId: string }>(rows: readonly T[]) =>
    rows.filter((one) => one.accountId === account.id);
  const invoices = own(tenant.data.invoices).filter((one) => one.status === 'Posted');
  const totalInvoiceBalance = sum(invoices.map((one) => exact(one.balance)));
  const unappliedPaymentAmount = sum(
    own(tenant.data.payments)
      .filter((one) => one.status === 'Processed')
      .map((one) => exact(one.amount).sub(exact(one.appliedAmount))),
  );
  const unappliedCreditMemoAmount = sum(own(tenant.data.creditMemos).map((one) => exact(one.amount)));
  const balance = totalInvoiceBalance.sub(unappliedPaymentAmount).sub(unappliedCreditMemoAmount);
  const round = (value: Fraction) => money(value, account.currency);
  return {
    balance: round(balance),
    totalInvoiceBalance: round(totalInvoiceBalance),
    unappliedPaymentAmount: round(unappliedPaymentAmount),
    unappliedCreditMemoAmount: round(unappliedCreditMemoAmount),
  };
}

/** Contracted MRR of an account's subscriptions in one currency; future changes count, cancelled ones do not. */
export function accountMrr(tenant: Tenant, account: Account, currency: string): number {
  const today = tenant.today();
  return metric(
    sum(
      tenant
        .latest()
        .filter((one) => one.accountId === account.id && one.currency === currency && statusOn(one, today) === 'Active')
        .map(contractedMrr),
    ),
  );
}

/** `GET /v1/accounts/{key}`; custom fields stand in `basicInfo` beside the standard ones. */
export function accountView(tenant: Tenant, account: Account): Record<string, unknown> {
  const balances = balancesOf(tenant, account);
  const perCurrency = { ...balances, totalDebitMemoBalance: 0, reservedPaymentAmount: 0 };
  return {
    basicInfo: {
      id: account.id,
      name: account.name,
      accountNumber: account.accountNumber,
      notes: account.notes,
      status: account.status,
      crmId: account.crmId,
      batch: account.batch,
      invoiceTemplateId: null,
      communicationProfileId: account.communicationProfileId,
      profileNumber: account.communicationProfileId === null ? null : 'CP-00000001',
      purchaseOrderNumber: account.purchaseOrderNumber,
      customerServiceRepName: null,
      parentId: account.parentId,
      salesRep: account.salesRep,
      sequenceSetId: null,
      partnerAccount: false,
      organizationLabel: null,
      lastMetricsUpdate: tenant.dateTime(tenant.now()).replace(' ', 'T'),
      ...Object.fromEntries(tenant.customFields.account.map((name) => [name, account.customFields[name] ?? null])),
    },
    billingAndPayment: {
      autoPay: account.autoPay,
      billCycleDay: account.billCycleDay,
      currency: account.currency,
      defaultPaymentMethodId: account.defaultPaymentMethodId,
      paymentGateway: account.paymentGateway,
      paymentTerm: account.paymentTerm,
      invoiceDeliveryPrefsEmail: account.invoiceDeliveryPrefsEmail,
      invoiceDeliveryPrefsPrint: account.invoiceDeliveryPrefsPrint,
      additionalEmailAddresses: account.additionalEmailAddresses,
    },
    metrics: {
      currency: account.currency,
      ...balances,
      creditBalance: 0,
      totalDebitMemoBalance: 0,
      reservedPaymentAmount: 0,
      contractedMrr: accountMrr(tenant, account, account.currency),
    },
    metricsData: [
      { currency: account.currency, ...perCurrency, contractedMrr: accountMrr(tenant, account, account.currency) },
    ],
    billToContact: contactView(account.billTo),
    soldToContact: contactView(account.soldTo),
    taxInfo: null,
    success: true,
  };
}
