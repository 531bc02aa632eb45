import { addPeriod } from '../dates.ts';
import type { Account, PeriodType, RatePlan, SubscriptionVersion } from '../model.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { statusOn } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';
import type { ActionOf, OrderAction, PlanReference } from './schema.ts';
import { endSegments, moveEnd, sellPlan, splitSegment, type Triggers } from './segments.ts';

const refuse = (kind: number, message: string): never => {
  throw new ZuoraError(kind, message, resource.order);
};

/** Trigger dates of an action; a tenant that does not ask for activation and acceptance takes the contract date. */
export function triggersOf(action: OrderAction, orderDate: string): Triggers {
  const given = Object.fromEntries((action.triggerDates ?? []).map((one) => [one.name, one.triggerDate]));
  const contract = given['ContractEffective'] ?? orderDate;
  const service = given['ServiceActivation'] ?? contract;
  return {
    ContractEffective: contract,
    ServiceActivation: service,
    CustomerAcceptance: given['CustomerAcceptance'] ?? service,
  };
}

type Term = {
  termType: 'TERMED' | 'EVERGREEN';
  period?: number | undefined;
  periodType?: PeriodType | undefined;
  startDate?: string | undefined;
  endDate?: string | undefined;
};

function termEnd(term: Term, start: string): string | null {
  if (term.termType === 'EVERGREEN') return null;
  if (term.endDate !== undefined) return term.endDate;
  if (term.period === undefined) return refuse(category.missingField, 'Missing required value: period.');
  return addPeriod(start, term.period, term.periodType ?? 'Month');
}

/** First version of a subscription, as CreateSubscription makes it. */
export function createSubscription(
  tenant: Tenant,
  account: Account,
  action: ActionOf<'CreateSubscription'>,
  given: { number: string | undefined; orderDate: string; orderNumber: string },
): SubscriptionVersion {
  const body = action.createSubscription;
  const number = body.subscriptionNumber ?? given.number ?? tenant.number('A-S');
  if (tenant.data.subscriptions.some((one) => one.number === number))
    return refuse(category.rule, `The subscription number ${number} already exists.`);
  if (body.currency !== undefined && body.currency !== account.currency) {
    tenant.ctx.calls.refuse('orders: subscription currency other than the account currency');
    return refuse(category.rule, 'Multiple Currencies is not enabled for this tenant.');
  }
  const owner = body.subscriptionOwnerAccountNumber ? tenant.account(body.subscriptionOwnerAccountNumber) : account;
  const triggers = triggersOf(action, given.orderDate);
  const { initialTerm, renewalTerms, renewalSetting, autoRenew } = body.terms;
  const start = initialTerm.startDate ?? triggers.ContractEffective;
  const end = termEnd(initialTerm, start);
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
    orderNumber: given.orderNumber,
    currency: account.currency,
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
    lastBookingDate: given.orderDate,
    notes: body.notes ?? null,
    paymentTerm: body.paymentTerm ?? null,
    invoiceSeparately: body.invoiceSeparately ?? false,
    quote: {},
    customFields: {},
    ratePlans: [],
    createdDate: at,
    updatedDate: at,
  };
  for (const plan of body.subscribeToRatePlans)
    subscription.ratePlans.push(sellPlan(tenant, plan, subscription, triggers, given.orderDate));
  return subscription;
}

function findPlan(tenant: Tenant, subscription: SubscriptionVersion, reference: PlanReference): RatePlan {
  const byProductNumber = (plan: RatePlan) =>
    tenant.data.productRatePlans.find((one) => one.id === plan.productRatePlanId)?.productRatePlanNumber;
  const found = subscription.ratePlans.find(
    (plan) =>
      plan.id === reference.ratePlanId ||
      plan.subscriptionRatePlanNumber === reference.subscriptionRatePlanNumber ||
      (reference.uniqueToken !== undefined && plan.uniqueToken === reference.uniqueToken) ||
      (reference.productRatePlanNumber !== undefined && byProductNumber(plan) === reference.productRatePlanNumber),
  );
  if (!found || found.lastChangeType === 'Remove')
    return refuse(category.badValue, `The rate plan ${Object.values(reference)[0] ?? ''} is invalid.`);
  return found;
}

function cancelDate(
  subscription: SubscriptionVersion,
  body: ActionOf<'CancelSubscription'>['cancelSubscription'],
): string {
  switch (body.cancellationPolicy) {
    case 'EndOfCurrentTerm':
      return subscription.termEndDate ?? refuse(category.rule, 'An evergreen subscription has no end of term.');
    case 'SpecificDate':
      return (
        body.cancellationEffectiveDate ??
        refuse(category.missingField, 'Missing required value: cancellationEffectiveDate.')
      );
    case 'EndOfLastInvoicePeriod': {
      const through = subscription.ratePlans
        .flatMap((plan) => plan.segments)
        .filter((one) => one.type === 'Recurring' && one.chargedThroughDate !== null)
        .map((one) => one.chargedThroughDate!);
      return through.length > 0 ? through.sort().at(-1)! : subscription.subscriptionStartDate;
    }
  }
}

/** Applies one action to the version that an order is building; CreateSubscription is not among them. */
export function applyAction(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: OrderAction,
  orderDate: string,
): void {
  if (
    subscription.cancelledFrom !== null &&
    (statusOn(subscription, tenant.today()) === 'Cancelled' || action.type !== 'TermsAndConditions')
  )
    throw ZuoraError.of(58730020, `Subscription ${subscription.number} is cancelled and cannot be changed.`);
  const triggers = triggersOf(action, orderDate);
  const day = triggers.ContractEffective;
  switch (action.type) {
    case 'CreateSubscription':
      return refuse(category.rule, 'CreateSubscription must be the first action of its subscription.');
    case 'AddProduct': {
      if (
        day < subscription.subscriptionStartDate ||
        (subscription.subscriptionEndDate !== null && day >= subscription.subscriptionEndDate)
      )
        return refuse(category.rule, `${day} is outside the term of the subscription.`);
      const plan = sellPlan(tenant, action.addProduct, subscription, triggers, orderDate);
      plan.lastChangeType = 'Add';
      subscription.ratePlans.push(plan);
      return;
    }
    case 'UpdateProduct': {
      const { chargeUpdates, specificUpdateDate, ...reference } = action.updateProduct;
      const plan = findPlan(tenant, subscription, reference);
      for (const update of chargeUpdates)
        splitSegment(tenant, plan, update.chargeNumber, specificUpdateDate ?? day, update.pricing, orderDate);
      plan.lastChangeType = 'Update';
      return;
    }
    case 'RemoveProduct': {
      const plan = findPlan(tenant, subscription, action.removeProduct);
      endSegments(plan, day, orderDate);
      plan.lastChangeType = 'Remove';
      return;
    }
    case 'RenewSubscription':
      return renew(subscription);
    case 'TermsAndConditions':
      return changeTerms(subscription, action.termsAndConditions);
    case 'CancelSubscription': {
      const from = cancelDate(subscription, action.cancelSubscription);
      if (
        from < subscription.subscriptionStartDate ||
        (subscription.termEndDate !== null && from > subscription.termEndDate)
      )
        return refuse(category.rule, `The cancellation date ${from} is outside the term of the subscription.`);
      for (const plan of subscription.ratePlans) endSegments(plan, from, orderDate);
      subscription.cancelledFrom = from;
      subscription.cancelReason = action.changeReason ?? null;
      subscription.subscriptionEndDate = from;
      subscription.termEndDate = from;
      return;
    }
  }
}

function renew(subscription: SubscriptionVersion): void {
  const { termEndDate: end } = subscription;
  if (end === null) return refuse(category.rule, 'An evergreen subscription cannot be renewed.');
  const evergreen = subscription.renewalSetting === 'RENEW_TO_EVERGREEN';
  const next = evergreen
    ? null
    : addPeriod(end, subscription.renewalTerm ?? 12, subscription.renewalTermPeriodType ?? 'Month');
  moveEnd(subscription, end, next);
  Object.assign(subscription, {
    termType: evergreen ? 'EVERGREEN' : 'TERMED',
    termStartDate: end,
    termEndDate: next,
    subscriptionEndDate: next,
    currentTerm: evergreen ? null : subscription.renewalTerm,
    currentTermPeriodType: evergreen ? null : subscription.renewalTermPeriodType,
    autoRenew: !evergreen && subscription.autoRenew,
  });
}

function changeTerms(
  subscription: SubscriptionVersion,
  body: ActionOf<'TermsAndConditions'>['termsAndConditions'],
): void {
  const { lastTerm, renewalTerms, autoRenew, renewalSetting } = body;
  if (autoRenew !== undefined) subscription.autoRenew = autoRenew;
  if (renewalSetting !== undefined) subscription.renewalSetting = renewalSetting;
  const renewal = renewalTerms?.[0];
  if (renewal) {
    subscription.renewalTerm = renewal.period;
    subscription.renewalTermPeriodType = renewal.periodType;
  }
  if (!lastTerm) return;
  if (subscription.cancelledFrom !== null)
    throw ZuoraError.of(58730020, `Subscription ${subscription.number} is cancelled and cannot be changed.`);
  const start = lastTerm.startDate ?? subscription.termStartDate;
  const end = termEnd(lastTerm, start);
  if (end !== null && end <= start) return refuse(category.rule, 'The term would end before it starts.');
  moveEnd(subscription, subscription.termEndDate, end);
  Object.assign(subscription, {
    termType: lastTerm.termType,
    termStartDate: start,
    termEndDate: end,
    subscriptionEndDate: end,
    currentTerm: end === null ? null : (lastTerm.period ?? subscription.currentTerm),
    currentTermPeriodType: end === null ? null : (lastTerm.periodType ?? subscription.currentTermPeriodType),
  });
}
