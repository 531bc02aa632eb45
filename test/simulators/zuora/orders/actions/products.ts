import { addDays } from '../../dates.ts';
import { spansBetween } from '../../billing/periods.ts';
import { category, resource } from '../../protocol/errors.ts';
import { customFields } from '../../protocol/parse.ts';
import type { RatePlan, Segment, SubscriptionVersion } from '../../subscriptions/model.ts';
import type { Tenant } from '../../tenant.ts';
import { applyPricing } from '../pricing.ts';
import type { Booking } from '../booking.ts';
import { refuse } from '../refuse.ts';
import type { ActionOf } from '../schema/actions.ts';
import type { ChargeUpdate, PlanReference } from '../schema/plan.ts';
import { endOf, sellPlan, catalogPlan } from '../sell.ts';
import { endSegments, splitSegment } from '../segments.ts';
import type { Triggers } from '../triggers.ts';

/** Changes may not lie outside the term, nor before the last resumption (Zuora docs, "Subscriptions resumption"). */
function checkDay(subscription: SubscriptionVersion, day: string): void {
  const { subscriptionStartDate: start, subscriptionEndDate: end } = subscription;
  if (day < start || (end !== null && day > end))
    return refuse(category.rule, `${day} is outside the term of the subscription.`);
  const resumed = subscription.suspensions.at(-1)?.to ?? null;
  if (resumed !== null && day < resumed)
    return refuse(category.rule, `${day} is before ${resumed}, the day of the last resumption.`);
}

/** The plan that an action names; ids of earlier versions hold as well (Zuora docs, "Create an order"). */
function findPlan(tenant: Tenant, subscription: SubscriptionVersion, reference: PlanReference): RatePlan {
  const matches = (plan: RatePlan): boolean => {
    const product = tenant.by('productRatePlans', 'id', plan.productRatePlanId)[0];
    return Object.entries(reference).every(([key, value]) => {
      if (value === undefined) return true;
      if (key === 'ratePlanId') return plan.id === value || plan.formerIds.includes(value);
      if (key === 'productRatePlanNumber') return product?.productRatePlanNumber === value;
      if (key === 'externalCatalogPlanId') return product?.externallyManagedPlanIds.includes(value) ?? false;
      return plan[key as 'subscriptionRatePlanNumber' | 'uniqueToken' | 'productRatePlanId'] === value;
    });
  };
  const named = Object.values(reference).find((value) => value !== undefined);
  if (named === undefined) return refuse(category.missingField, 'Missing required value: ratePlanId.');
  const found = subscription.ratePlans.filter(matches);
  const sold = found.filter((plan) => plan.lastChangeType !== 'Remove');
  if (sold.length > 1) return refuse(category.rule, `Several rate plans answer to ${named}: give ratePlanId.`);
  return sold[0] ?? found[0] ?? refuse(category.badValue, `The rate plan ${named} is invalid.`);
}

export function addProduct(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: ActionOf<'AddProduct'>,
  triggers: Triggers,
  orderDate: string,
): void {
  checkDay(subscription, triggers.ContractEffective);
  const plan = sellPlan(tenant, action.addProduct, subscription, triggers, orderDate);
  plan.lastChangeType = 'Add';
  subscription.ratePlans.push(plan);
}

/** Day of an update: the action's own, or the charge's trigger, as the update or the charge says. */
function updateDay(segment: Segment, update: ChargeUpdate, triggers: Triggers): string {
  const event = update.effectiveDate?.triggerEvent ?? segment.triggerEvent;
  if (event !== 'SpecificDate') return triggers[event] ?? triggers.ContractEffective;
  if (update.effectiveDate?.triggerEvent !== 'SpecificDate') return triggers.ContractEffective;
  return (
    update.effectiveDate.specificTriggerDate ??
    refuse(category.missingField, 'Missing required value: specificTriggerDate.')
  );
}

export function updateProduct(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: ActionOf<'UpdateProduct'>,
  triggers: Triggers,
  orderDate: string,
): void {
  const { chargeUpdates = [], specificUpdateDate, customFields: custom, ...reference } = action.updateProduct;
  const plan = findPlan(tenant, subscription, reference);
  if (plan.lastChangeType === 'Remove')
    return refuse(category.rule, `Rate plan ${plan.subscriptionRatePlanNumber} is removed.`);
  for (const update of chargeUpdates) {
    const { chargeNumber, uniqueToken } = update;
    const first = plan.segments.find(
      (one) => one.number === chargeNumber || (uniqueToken !== undefined && one.uniqueToken === uniqueToken),
    );
    if (!first) return refuse(category.badValue, `The charge number ${chargeNumber ?? uniqueToken} is invalid.`);
    const day = specificUpdateDate ?? updateDay(first, update, triggers);
    checkDay(subscription, day);
    const change = (segment: Segment) => {
      if (update.pricing) applyPricing(tenant, segment, update.pricing);
      if (update.description !== undefined) segment.description = update.description;
      if (update.billing?.billingPeriodAlignment)
        segment.billingPeriodAlignment = update.billing.billingPeriodAlignment;
      Object.assign(
        segment.customFields,
        customFields(update.customFields ?? {}, tenant.customFields.ratePlanCharge, resource.order),
      );
    };
    splitSegment(tenant, plan, first.number, day, change, { orderDate, ahead: specificUpdateDate !== undefined });
  }
  Object.assign(plan.customFields, customFields(custom ?? {}, tenant.customFields.ratePlan, resource.order));
  plan.lastChangeType = 'Update';
}

function remove(subscription: SubscriptionVersion, plan: RatePlan, day: string, orderDate: string): void {
  checkDay(subscription, day);
  const left = plan.segments.some((one) => one.effectiveEndDate === null || one.effectiveEndDate > day);
  if (plan.lastChangeType === 'Remove' && !left)
    return refuse(category.rule, `Rate plan ${plan.subscriptionRatePlanNumber} is removed.`);
  endSegments(plan, day, orderDate);
  plan.lastChangeType = 'Remove';
}

/** Removes a plan; one whose removal is booked for later may be removed before that. */
export function removeProduct(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: ActionOf<'RemoveProduct'>,
  triggers: Triggers,
  orderDate: string,
): void {
  remove(subscription, findPlan(tenant, subscription, action.removeProduct), triggers.ContractEffective, orderDate);
}

type SubType = NonNullable<ActionOf<'ChangePlan'>['changePlan']['subType']>;

/** By the grades of both plans; plans of one product stand for Zuora's grading catalog groups. */
function subTypeOf(tenant: Tenant, old: RatePlan, body: ActionOf<'ChangePlan'>['changePlan']): SubType {
  if (body.subType) return body.subType;
  const from = tenant.by('productRatePlans', 'id', old.productRatePlanId)[0]!;
  const to = catalogPlan(tenant, body.newProductRatePlan);
  if (from.productId !== to.productId || from.grade === null || to.grade === null) return 'PlanChanged';
  return to.grade > from.grade ? 'Upgrade' : to.grade < from.grade ? 'Downgrade' : 'Crossgrade';
}

/** End of the billing period of a plan in which a day lies: what is billed, else by the periods of its charges. */
function billingPeriodEnd(
  subscription: SubscriptionVersion,
  plan: RatePlan,
  day: string,
  billCycleDay: number,
): string {
  const recurring = plan.segments.filter((one) => one.type === 'Recurring');
  const billed = recurring.flatMap((one) => (one.chargedThroughDate === null ? [] : [one.chargedThroughDate])).sort();
  if (billed.length > 0 && billed.at(-1)! > day) return billed.at(-1)!;
  const horizon = subscription.subscriptionEndDate ?? addDays(day, 5 * 366);
  const ends = recurring.flatMap((one) =>
    spansBetween(one, subscription, billCycleDay, one.effectiveStartDate, horizon)
      .filter((span) => span.start <= day && day < span.end)
      .map((span) => span.end),
  );
  return ends.sort().at(-1) ?? day;
}

/** Exchanges a plan for another of the catalog. */
export function changePlan(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: ActionOf<'ChangePlan'>,
  triggers: Triggers,
  { orderDate, billCycleDays }: Booking,
): void {
  const { newProductRatePlan, subType: _subType, effectivePolicy, resetBcd, ...reference } = action.changePlan;
  if (Object.values(reference).filter((value) => value !== undefined).length !== 1)
    return refuse(category.badValue, 'Give exactly one of the fields that name the rate plan to remove.');
  const old = findPlan(tenant, subscription, reference);
  const subType = subTypeOf(tenant, old, action.changePlan);
  const policy =
    effectivePolicy ??
    (subType === 'Upgrade'
      ? 'EffectiveImmediately'
      : subType === 'Downgrade'
        ? 'EffectiveEndOfBillingPeriod'
        : 'SpecificDate');
  const given = (action.triggerDates ?? []).some((one) => one.triggerDate != null);
  const account = tenant.account(subscription.invoiceOwnerAccountId);
  const dayOf = (): string => {
    if (policy === 'EffectiveImmediately') return given ? triggers.ContractEffective : tenant.today();
    if (policy === 'SpecificDate')
      return given
        ? triggers.ContractEffective
        : refuse(category.missingField, 'Missing required value: triggerDates.');
    if (given) return refuse(category.rule, 'Trigger dates cannot be set with EffectiveEndOfBillingPeriod.');
    return billingPeriodEnd(subscription, old, tenant.today(), account.billCycleDay);
  };
  const day = dayOf();
  const dates = { ContractEffective: day, ServiceActivation: day, CustomerAcceptance: day };
  remove(subscription, old, day, orderDate);
  const plan = sellPlan(tenant, newProductRatePlan, subscription, dates, orderDate);
  plan.lastChangeType = 'Add';
  subscription.ratePlans.push(plan);
  if (resetBcd) billCycleDays.set(account.id, Number(day.slice(8, 10)));
}

/** Gives charges that waited for a trigger date the dates they were waiting for. */
export function startPending(subscription: SubscriptionVersion, plan: RatePlan, triggers: Triggers): void {
  for (const segment of plan.segments) {
    const date = segment.triggerEvent === 'SpecificDate' ? segment.triggerDate : triggers[segment.triggerEvent];
    if (!segment.pending || date === null) continue;
    Object.assign(segment, { pending: false, effectiveStartDate: date, billingAnchor: date });
    segment.effectiveEndDate = endOf(segment, subscription);
  }
}
