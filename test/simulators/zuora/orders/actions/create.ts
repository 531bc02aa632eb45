import { createAccount } from '../../accounts/write.ts';
import type { Account } from '../../model.ts';
import { category, resource } from '../../protocol/errors.ts';
import { customFields } from '../../protocol/parse.ts';
import type { SubscriptionVersion } from '../../subscriptions/model.ts';
import type { Tenant } from '../../tenant.ts';
import type { Booking } from '../booking.ts';
import { refuse } from '../refuse.ts';
import type { ActionOf } from '../schema/actions.ts';
import type { OrderRequest } from '../schema/order.ts';
import { sellPlan } from '../sell.ts';
import { triggersOf } from '../triggers.ts';
import { changeAttributes, termEnd } from './terms.ts';

/** Makes the account that an order carries. */
export function accountFrom(tenant: Tenant, request: NonNullable<OrderRequest['newAccount']>): Account {
  const { customFields: custom, ...body } = request;
  return createAccount(tenant, body, customFields(custom ?? {}, tenant.customFields.account, resource.order));
}

function currencyOf(tenant: Tenant, account: Account, currency: string | undefined): string {
  if (currency === undefined || currency === account.currency) return account.currency;
  if (!tenant.options.multipleCurrencies)
    return refuse(category.rule, 'Multiple Currencies is not enabled for this tenant.');
  return currency;
}

function ownerOf(
  tenant: Tenant,
  account: Account,
  body: ActionOf<'CreateSubscription'>['createSubscription'],
): Account {
  const { subscriptionOwnerAccountNumber: number, newSubscriptionOwnerAccount: fresh } = body;
  if (number !== undefined && fresh)
    return refuse(
      category.badValue,
      'subscriptionOwnerAccountNumber and newSubscriptionOwnerAccount exclude each other.',
    );
  if (fresh) return accountFrom(tenant, fresh);
  if (number === undefined) return account;
  return (
    tenant.by('accounts', 'accountNumber', number)[0] ??
    refuse(category.badValue, `The account number ${number} is invalid.`)
  );
}

/** First version of a subscription, as CreateSubscription makes it. */
export function createSubscription(
  tenant: Tenant,
  account: Account,
  action: ActionOf<'CreateSubscription'>,
  number: string,
  { orderDate, orderNumber }: Booking,
): SubscriptionVersion {
  const body = action.createSubscription;
  if (tenant.by('subscriptions', 'number', number).length > 0)
    return refuse(category.rule, `The subscription number ${number} already exists.`);
  const owner = ownerOf(tenant, account, body);
  const triggers = triggersOf(tenant, action, orderDate);
  const { initialTerm, renewalTerms, renewalSetting, autoRenew } = body.terms;
  const start = initialTerm.startDate ?? triggers.ContractEffective;
  const end = termEnd(initialTerm, start);
  if (end !== null && end < start) return refuse(category.rule, 'The term would end before it starts.');
  const termed = initialTerm.termType === 'TERMED';
  const period = termed ? (initialTerm.period ?? null) : null;
  const periodType = termed ? (initialTerm.periodType ?? 'Month') : null;
  const renewal = renewalTerms?.[0];
  const at = tenant.now();
  const subscription: SubscriptionVersion = {
    id: tenant.newId(),
    number,
    version: 1,
    accountId: owner.id,
    invoiceOwnerAccountId: account.id,
    orderNumber,
    currency: currencyOf(tenant, account, body.currency),
    termType: initialTerm.termType,
    contractEffectiveDate: triggers.ContractEffective,
    serviceActivationDate: triggers.ServiceActivation,
    customerAcceptanceDate: triggers.CustomerAcceptance,
    subscriptionStartDate: start,
    subscriptionEndDate: end,
    termStartDate: start,
    termEndDate: end,
    initialTerm: period,
    initialTermPeriodType: periodType,
    currentTerm: period,
    currentTermPeriodType: periodType,
    renewalTerm: renewal?.period ?? period,
    renewalTermPeriodType: renewal?.periodType ?? periodType,
    renewalSetting: termed ? (renewalSetting ?? 'RENEW_WITH_SPECIFIC_TERM') : null,
    autoRenew: termed && (autoRenew ?? false),
    cancelledFrom: null,
    cancelReason: null,
    suspensions: [],
    beforeSuspension: null,
    ramp: null,
    lastBookingDate: orderDate,
    notes: body.notes ?? null,
    paymentTerm: null,
    billToContactId: null,
    soldToContactId: null,
    invoiceTemplateId: null,
    sequenceSetId: null,
    externallyManagedBy: null,
    invoiceSeparately: body.invoiceSeparately ?? false,
    quote: {},
    customFields: {},
    ratePlans: [],
    createdDate: at,
    updatedDate: at,
  };
  const { billToContactId, soldToContactId, invoiceTemplateId, paymentTerm, sequenceSetId } = body;
  changeAttributes(tenant, subscription, {
    billToContactId,
    soldToContactId,
    invoiceTemplateId,
    paymentTerm,
    sequenceSetId,
  });
  for (const plan of body.subscribeToRatePlans ?? [])
    subscription.ratePlans.push(sellPlan(tenant, plan, subscription, triggers, orderDate));
  return subscription;
}
