import { addPeriod, earlier } from '../dates.ts';
import type {
  ChargeTerms,
  PeriodType,
  ProductCharge,
  RatePlan,
  Segment,
  SubscriptionVersion,
  TriggerEvent,
} from '../model.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { ChargeOverride, PlanRequest, Pricing } from './schema.ts';

/** Dates of an order action by trigger event. */
export type Triggers = Record<TriggerEvent, string>;

const refuse = (kind: number, message: string): never => {
  throw new ZuoraError(kind, message, resource.order);
};

/** Key of the `pricing` object that fits a charge. */
function pricingKey(terms: ChargeTerms): keyof Pricing {
  if (terms.model === 'DiscountPercentage') return 'discount';
  const type = { OneTime: 'oneTime', Recurring: 'recurring', Usage: 'usage' }[terms.type];
  return `${type}${terms.model}` as keyof Pricing;
}

/** Applies `pricing` of an override or an update to a segment; exactly the fitting key may be there. */
export function applyPricing(segment: Segment, pricing: Pricing): void {
  const key = pricingKey(segment);
  const given = Object.keys(pricing);
  if (given.length !== 1 || given[0] !== key)
    return refuse(category.rule, `pricing.${given.join(', ')} does not fit charge ${segment.number}: it takes ${key}.`);
  const value = pricing[key] as Record<string, unknown>;
  const { listPrice, tiers, ...fields } = value;
  if (listPrice !== undefined) segment.price = listPrice as number;
  if (tiers !== undefined)
    segment.tiers = (tiers as NonNullable<Segment['tiers']>).map((tier) => ({
      ...tier,
      endingUnit: tier.endingUnit ?? null,
    }));
  Object.assign(segment, fields);
}

const countTypes: Record<string, PeriodType> = { Days: 'Day', Weeks: 'Week', Months: 'Month', Years: 'Year' };

function endOf(segment: Segment, subscription: SubscriptionVersion): string | null {
  const end = subscription.subscriptionEndDate;
  if (segment.endDateCondition === 'Specific_End_Date') return earlier(segment.specificEndDate, end);
  if (segment.endDateCondition === 'Fixed_Period')
    return earlier(
      addPeriod(segment.effectiveStartDate, segment.upToPeriods!, countTypes[segment.upToPeriodsType!]!),
      end,
    );
  return end;
}

function newSegment(
  tenant: Tenant,
  product: ProductCharge,
  override: ChargeOverride | undefined,
  subscription: SubscriptionVersion,
  triggers: Triggers,
  orderDate: string,
): Segment {
  const { prices, productRatePlanId: _plan, id: productRatePlanChargeId, number: _number, ...terms } = product;
  const price = prices.find((one) => one.currency === subscription.currency);
  if (!price) return refuse(category.rule, `Charge ${product.name} has no price in ${subscription.currency}.`);
  const start = triggers[terms.triggerEvent];
  const id = tenant.newId();
  const number = override?.chargeNumber ?? tenant.number('C-');
  const { currency: _currency, ...priceFields } = price;
  const { endDate, billing } = override ?? {};
  const { billCycleType, ...billingFields } = billing ?? {};
  const segment: Segment = {
    ...terms,
    ...structuredClone(priceFields),
    id,
    originalChargeId: id,
    productRatePlanChargeId,
    number,
    segment: 1,
    version: 1,
    effectiveStartDate: start,
    effectiveEndDate: null,
    endDateCondition: endDate?.endDateCondition ?? 'Subscription_End',
    upToPeriods: endDate?.upToPeriods ?? null,
    upToPeriodsType: endDate?.upToPeriodsType ?? null,
    specificEndDate: endDate?.specificEndDate ?? null,
    billingAnchor: start,
    chargedThroughDate: null,
    originalOrderDate: orderDate,
    amendedByOrderOn: null,
    customFields: {},
  };
  Object.assign(segment, billingFields);
  if (billCycleType !== undefined) segment.billingDay = billCycleType;
  if (override?.description !== undefined) segment.description = override.description;
  if (override?.pricing) applyPricing(segment, override.pricing);
  if (segment.endDateCondition === 'Fixed_Period' && (segment.upToPeriods === null || segment.upToPeriodsType === null))
    return refuse(category.missingField, 'Missing required value: upToPeriods and upToPeriodsType.');
  if (segment.endDateCondition === 'Specific_End_Date' && segment.specificEndDate === null)
    return refuse(category.missingField, 'Missing required value: specificEndDate.');
  segment.effectiveEndDate = endOf(segment, subscription);
  if (segment.effectiveEndDate !== null && segment.effectiveEndDate <= start)
    return refuse(category.rule, `Charge ${product.name} would start on ${start}, after the end of the subscription.`);
  return segment;
}

/** Sells a rate plan of the catalog in a subscription: every charge of the plan, with overrides. */
export function sellPlan(
  tenant: Tenant,
  request: PlanRequest,
  subscription: SubscriptionVersion,
  triggers: Triggers,
  orderDate: string,
): RatePlan {
  const plan = tenant.data.productRatePlans.find(
    (one) => one.id === request.productRatePlanId || one.productRatePlanNumber === request.productRatePlanNumber,
  );
  if (!plan)
    return refuse(
      category.badValue,
      `The product rate plan ${request.productRatePlanId ?? request.productRatePlanNumber} is invalid.`,
    );
  const start = triggers.ContractEffective;
  if (start < plan.effectiveStartDate || start >= plan.effectiveEndDate)
    return refuse(category.rule, `The product rate plan ${plan.name} is not effective on ${start}.`);
  const charges = tenant.data.productCharges.filter((one) => one.productRatePlanId === plan.id);
  for (const { productRatePlanChargeId } of request.chargeOverrides ?? [])
    if (!charges.some((one) => one.id === productRatePlanChargeId))
      return refuse(category.badValue, `The productRatePlanChargeId ${productRatePlanChargeId} is invalid.`);
  return {
    id: tenant.newId(),
    subscriptionRatePlanNumber: tenant.number('SRP-'),
    productRatePlanId: plan.id,
    lastChangeType: null,
    uniqueToken: request.uniqueToken ?? null,
    segments: charges.map((charge) =>
      newSegment(
        tenant,
        charge,
        request.chargeOverrides?.find((one) => one.productRatePlanChargeId === charge.id),
        subscription,
        triggers,
        orderDate,
      ),
    ),
  };
}

/** Changes a charge from a day on: the segment that covers it ends there and a next one begins. */
export function splitSegment(
  tenant: Tenant,
  plan: RatePlan,
  chargeNumber: string,
  day: string,
  pricing: Pricing,
  orderDate: string,
): void {
  const own = plan.segments.filter((one) => one.number === chargeNumber);
  if (own.length === 0) return refuse(category.badValue, `The charge number ${chargeNumber} is invalid.`);
  if (own.some((one) => one.effectiveStartDate > day)) {
    tenant.ctx.calls.refuse('UpdateProduct before a future segment');
    return refuse(category.rule, `Charge ${chargeNumber} has a later change already; update it after that date.`);
  }
  const current = own.at(-1)!;
  if (current.effectiveEndDate !== null && day >= current.effectiveEndDate)
    return refuse(category.rule, `Charge ${chargeNumber} has ended before ${day}.`);
  if (current.effectiveStartDate === day && current.chargedThroughDate === null) {
    applyPricing(current, pricing);
    current.version++;
    current.amendedByOrderOn = orderDate;
    return;
  }
  const next: Segment = {
    ...structuredClone(current),
    id: tenant.newId(),
    segment: current.segment + 1,
    version: current.version + 1,
    effectiveStartDate: day,
    chargedThroughDate: null,
    originalOrderDate: orderDate,
  };
  applyPricing(next, pricing);
  current.effectiveEndDate = day;
  current.amendedByOrderOn = orderDate;
  plan.segments.splice(plan.segments.indexOf(current) + 1, 0, next);
}

/** Ends everything at a day: segments that cross it are cut, later ones go or, once billed, shrink to nothing. */
export function endSegments(plan: RatePlan, day: string, orderDate: string): void {
  plan.segments = plan.segments.filter(
    (one) => one.segment === 1 || one.effectiveStartDate < day || one.chargedThroughDate !== null,
  );
  for (const segment of plan.segments) {
    if (segment.effectiveEndDate !== null && segment.effectiveEndDate <= day) continue;
    segment.effectiveEndDate = segment.effectiveStartDate > day ? segment.effectiveStartDate : day;
    segment.amendedByOrderOn = orderDate;
  }
}

/** Moves the end of charges that run to the end of the subscription when that end moves. */
export function moveEnd(subscription: SubscriptionVersion, from: string | null, to: string | null): void {
  for (const plan of subscription.ratePlans) {
    if (plan.lastChangeType === 'Remove') continue;
    for (const segment of plan.segments)
      if (segment.endDateCondition === 'Subscription_End' && segment.effectiveEndDate === from)
        segment.effectiveEndDate = to;
  }
}
