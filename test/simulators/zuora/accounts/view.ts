import Fraction from 'fraction.js';
import { exact, money, sum } from '../decimal.ts';
import { unappliedOf } from '../billing/amounts.ts';
import type { Account } from '../model.ts';
import { accountMrr, measuredAt } from '../metrics/account.ts';
import type { Tenant } from '../tenant.ts';
import { contactView } from './contact.ts';

/** Money that an account owes and is owed in one currency, exact. */
export function balancesOf(tenant: Tenant, account: Account, currency: string) {
  const own = <T extends { currency: string }>(rows: readonly T[]) => rows.filter((one) => one.currency === currency);
  const posted = <T extends { status: string; currency: string }>(rows: readonly T[]) =>
    own(rows).filter((one) => one.status === 'Posted');
  const totalInvoiceBalance = sum(
    posted(tenant.by('invoices', 'accountId', account.id)).map((one) => exact(one.balance)),
  );
  const totalDebitMemoBalance = sum(
    posted(tenant.by('debitMemos', 'accountId', account.id)).map((one) => exact(one.balance)),
  );
  const unappliedPaymentAmount = sum(
    own(tenant.by('payments', 'accountId', account.id)).map((one) => unappliedOf(one)),
  );
  const unappliedCreditMemoAmount = sum(
    posted(tenant.by('creditMemos', 'accountId', account.id)).map((one) => unappliedOf(one)),
  );
  const balance = totalInvoiceBalance
    .add(totalDebitMemoBalance)
    .sub(unappliedPaymentAmount)
    .sub(unappliedCreditMemoAmount);
  const round = (value: Fraction) => money(value, currency);
  return {
    balance: round(balance),
    totalInvoiceBalance: round(totalInvoiceBalance),
    totalDebitMemoBalance: round(totalDebitMemoBalance),
    unappliedPaymentAmount: round(unappliedPaymentAmount),
    unappliedCreditMemoAmount: round(unappliedCreditMemoAmount),
  };
}

/** `GET /v1/accounts/{key}`; custom fields stand in `basicInfo` beside the standard ones. */
export function accountView(tenant: Tenant, account: Account): Record<string, unknown> {
  const metricsOf = (currency: string) => ({
    currency,
    ...balancesOf(tenant, account, currency),
    creditBalance: 0,
    reservedPaymentAmount: 0,
    contractedMrr: accountMrr(tenant, account, currency),
  });
  const profile = tenant.data.communicationProfiles.find((one) => one.id === account.communicationProfileId);
  return {
    basicInfo: {
      id: account.id,
      name: account.name,
      accountNumber: account.accountNumber,
      notes: account.notes,
      status: account.status,
      crmId: account.crmId,
      batch: account.batch,
      invoiceTemplateId: account.invoiceTemplateId,
      communicationProfileId: account.communicationProfileId,
      profileNumber: profile?.profileNumber ?? null,
      purchaseOrderNumber: account.purchaseOrderNumber,
      customerServiceRepName: account.customerServiceRepName,
      parentId: account.parentId,
      salesRep: account.salesRep,
      sequenceSetId: account.sequenceSetId,
      partnerAccount: account.partnerAccount,
      organizationLabel: null,
      lastMetricsUpdate: tenant.dateTime(measuredAt(tenant)).replace(' ', 'T'),
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
    metrics: metricsOf(account.currency),
    metricsData: currenciesOf(tenant, account).map(metricsOf),
    billToContact: contactView(tenant.contact(account.billToId)),
    soldToContact: contactView(tenant.contact(account.soldToId)),
    shipToContact: account.shipToId === null ? null : contactView(tenant.contact(account.shipToId)),
    taxInfo: account.taxInfo,
    success: true,
  };
}

/** The account's own currency, then those of its subscriptions and documents. */
function currenciesOf(tenant: Tenant, account: Account): string[] {
  const subscriptions = tenant.by('subscriptions', 'accountId', account.id);
  const invoices = tenant.by('invoices', 'accountId', account.id);
  return [...new Set([account.currency, ...[...subscriptions, ...invoices].map((one) => one.currency)])];
}
