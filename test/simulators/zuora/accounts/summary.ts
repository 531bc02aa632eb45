import { exact, money, sum } from '../decimal.ts';
import { measuredAt } from '../metrics/account.ts';
import { statusOn } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';
import { contactView } from './contact.ts';
import type { Account } from './model.ts';
import { balancesOf } from './view.ts';

/** How many of each an account summary shows at the most (Zuora docs, "Retrieve an account summary"). */
const shown = 6;

/** `GET /v1/accounts/{key}/summary`: what an account has lately, and only the six newest subscriptions. */
export function accountSummary(tenant: Tenant, account: Account, excludeUsage: boolean): Record<string, unknown> {
  const today = tenant.today();
  const newest = <T extends { createdDate: number }>(rows: readonly T[]) => rows.toReversed().slice(0, shown);
  const invoices = newest(tenant.by('invoices', 'accountId', account.id).filter((one) => one.status === 'Posted'));
  const payments = newest(tenant.by('payments', 'accountId', account.id));
  const lastPayment = payments.find((one) => one.status === 'Processed');
  const method = tenant.data.paymentMethods.find((one) => one.id === account.defaultPaymentMethodId);
  const subscriptions = newest(tenant.latest().filter((one) => one.accountId === account.id));
  return {
    basicInfo: {
      id: account.id,
      name: account.name,
      accountNumber: account.accountNumber,
      status: account.status,
      balance: balancesOf(tenant, account, account.currency).balance,
      batch: account.batch,
      currency: account.currency,
      billCycleDay: account.billCycleDay,
      autoPay: account.autoPay,
      additionalEmailAddresses: account.additionalEmailAddresses,
      invoiceDeliveryPrefsEmail: account.invoiceDeliveryPrefsEmail,
      invoiceDeliveryPrefsPrint: account.invoiceDeliveryPrefsPrint,
      purchaseOrderNumber: account.purchaseOrderNumber,
      partnerAccount: account.partnerAccount,
      organizationLabel: null,
      tags: null,
      lastInvoiceDate: invoices[0]?.invoiceDate ?? null,
      lastPaymentDate: lastPayment?.effectiveDate ?? null,
      lastPaymentAmount: lastPayment?.amount ?? null,
      lastMetricsUpdate: tenant.dateTime(measuredAt(tenant)).replace(' ', 'T'),
      defaultPaymentMethod: method
        ? {
            id: method.id,
            paymentMethodType: method.type,
            creditCardNumber: method.cardNumber,
            creditCardType: method.cardType,
            creditCardExpirationMonth: method.expirationMonth,
            creditCardExpirationYear: method.expirationYear,
          }
        : null,
      ...Object.fromEntries(tenant.customFields.account.map((name) => [name, account.customFields[name] ?? null])),
    },
    billToContact: contactView(tenant.contact(account.billToId)),
    soldToContact: contactView(tenant.contact(account.soldToId)),
    taxInfo: account.taxInfo,
    subscriptions: subscriptions.map((one) => ({
      id: one.id,
      subscriptionNumber: one.number,
      subscriptionStartDate: one.subscriptionStartDate,
      termType: one.termType,
      termStartDate: one.termStartDate,
      termEndDate: one.termEndDate,
      initialTerm: one.initialTerm,
      renewalTerm: one.renewalTerm,
      autoRenew: one.autoRenew,
      status: statusOn(one, today),
      ...one.quote,
      ratePlans: one.ratePlans
        .filter((plan) => plan.lastChangeType !== 'Remove')
        .map((plan) => {
          const ratePlan = tenant.data.productRatePlans.find((found) => found.id === plan.productRatePlanId);
          const product = tenant.data.products.find((found) => found.id === ratePlan?.productId);
          return {
            productId: product?.id ?? null,
            productName: product?.name ?? null,
            productSku: product?.sku ?? null,
            productRatePlanId: plan.productRatePlanId,
            ratePlanName: ratePlan?.name ?? null,
          };
        }),
    })),
    invoices: invoices.map((one) => ({
      id: one.id,
      invoiceNumber: one.invoiceNumber,
      invoiceDate: one.invoiceDate,
      dueDate: one.dueDate,
      amount: one.amount,
      balance: one.balance,
      status: one.status,
    })),
    payments: payments.map((one) => ({
      id: one.id,
      paymentNumber: one.number,
      paymentType: one.type,
      effectiveDate: one.effectiveDate,
      status: one.status,
      paidInvoices: one.applications
        .filter((part) => part.documentType === 'Invoice')
        .map((part) => ({
          invoiceId: part.documentId,
          invoiceNumber: tenant.one('invoices', part.documentId).invoiceNumber,
          appliedPaymentAmount: part.amount,
        })),
    })),
    usage: excludeUsage ? [] : usageByMonth(tenant, account),
    success: true,
  };
}

/** Usage of an account by month and unit, newest month first. */
function usageByMonth(tenant: Tenant, account: Account): Record<string, unknown>[] {
  const groups = Map.groupBy(
    tenant.by('usages', 'accountId', account.id),
    (one) => `${one.day.slice(0, 7)}-01 ${one.uom}`,
  );
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .slice(0, shown)
    .map(([, found]) => ({
      quantity: String(money(sum(found.map((one) => exact(one.quantity))), 'USD')),
      startDate: `${found[0]!.day.slice(0, 7)}-01`,
      unitOfMeasure: found[0]!.uom,
    }));
}
