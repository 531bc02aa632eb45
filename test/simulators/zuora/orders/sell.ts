import type { PeriodsType, ProductCharge, ProductRatePlan } from '../catalog/model.ts';
import { addDays, addMonths, addPeriod, earlier } from '../dates.ts';
import { billingPeriodLength } from '../metrics/length.ts';
import { category } from '../protocol/errors.ts';
import { customFields } from '../protocol/parse.ts';
import { resource } from '../protocol/errors.ts';
import type { PeriodType, RatePlan, Segment, SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { applyPricing } from './pricing.ts';
import { refuse } from './refuse.ts';
import type { ChargeOverride, PlanRequest } from './schema/plan.ts';
import type { Triggers } from './triggers.ts';

const countTypes: Record<Exclude<PeriodsType, 'Billing_Periods'>, PeriodType> = {
  Days: 'Day',
  Weeks: 'Week',
  Months: 'Month',
  Years: 'Year',
};

/** Last day, exclusive, of a charge that starts with a segment; never after the subscription. */
export function endOf(segment: Segment, subscription: SubscriptionVersion): string | null {
  const end = subscription.subscriptionEndDate;
  const start = segment.effectiveStartDate;
  if (segment.endDateCondition === 'Specific_End_Date') return earlier(segment.specificEndDate, end);
  if (segment.endDateCondition === 'Subscription_End') return end;
  const { upToPeriods, upToPeriodsType } = segment;
  if (upToPeriodsType !== 'Billing_Periods')
    return earlier(addPeriod(start, upToPeriods!, countTypes[upToPeriodsType!]), end);
  const length = billingPeriodLength(segment, subscription);
  return earlier(
    'months' in length ? addMonths(start, length.months * upToPeriods!) : addDays(start, length.days * upToPeriods!),
    end,
  );
}

function checkConditions(segment: Segment): void {
  if (segment.endDateCondition === 'Fixed_Period' && (segment.upToPeriods === null || segment.upToPeriodsType === null))
    return refuse(category.missingField, 'Missing required value: upToPeriods and upToPeriodsType.');
  if (segment.endDateCondition === 'Specific_End_Date' && segment.specificEndDate === null)
    return refuse(category.missingField, 'Missing required value: specificEndDate.');
  if (segment.billingDay === 'SpecificDayofMonth' && segment.billCycleDay === null)
    return refuse(category.missingField, 'Missing required value: billCycleDay.');
  if (segment.billingDay === 'SpecificDayofWeek' && segment.weeklyBillCycleDay === null)
    return refuse(category.missingField, 'Missing required value: weeklyBillCycleDay.');
  if (segment.triggerEvent === 'SpecificDate' && segment.triggerDate === null)
    return refuse(category.missingField, 'Missing required value: specificTriggerDate.');
}

/** Fields of an override that a segment takes over as they are. */
const taken = [
  'description',
  'revRecCode',
  'revRecTriggerCondition',
  'revenueRecognitionRuleName',
  'taxCode',
  'taxMode',
] as const;

function newSegment(
  tenant: Tenant,
  product: ProductCharge,
  override: ChargeOverride | undefined,
  subscription: SubscriptionVersion,
  triggers: Triggers,
  orderDate: string,
): Segment {
  const found = product.prices.find((one) => one.currency === subscription.currency);
  if (!found) return refuse(category.rule, `Charge ${product.name} has no price in ${subscription.currency}.`);
  const { currency: _currency, rowIds: _rowIds, ...price } = structuredClone(found);
  const {
    prices: _prices,
    productRatePlanId: _plan,
    id: productRatePlanChargeId,
    number: _number,
    useDiscountSpecificAccountingCode: _code,
    customFields: _custom,
    createdDate: _created,
    updatedDate: _updated,
    ...terms
  } = product;
  const { endDate, billing, startDate } = override ?? {};
  const { billCycleType, ...billingFields } = billing ?? {};
  const id = tenant.newId();
  const triggerEvent = startDate?.triggerEvent ?? terms.triggerEvent;
  const triggerDate = startDate?.specificTriggerDate ?? null;
  const start = triggerEvent === 'SpecificDate' ? triggerDate : triggers[triggerEvent];
  const segment: Segment = {
    ...terms,
    ...price,
    id,
    originalChargeId: id,
    productRatePlanChargeId,
    number: override?.chargeNumber ?? tenant.number('C-'),
    uniqueToken: override?.uniqueToken ?? null,
    segment: 1,
    version: 1,
    triggerEvent,
    triggerDate,
    pending: start === null,
    effectiveStartDate: start ?? triggers.ContractEffective,
    effectiveEndDate: null,
    specificEndDate: null,
    billingAnchor: start ?? triggers.ContractEffective,
    chargedThroughDate: null,
    originalOrderDate: orderDate,
    amendedByOrderOn: null,
    dmrc: 0,
    dtcv: 0,
    customFields: customFields(override?.customFields ?? {}, tenant.customFields.ratePlanCharge, resource.order),
  };
  Object.assign(segment, billingFields, endDate);
  if (billCycleType !== undefined) segment.billingDay = billCycleType;
  for (const field of taken) if (override?.[field] !== undefined) Object.assign(segment, { [field]: override[field] });
  if (override?.pricing) applyPricing(tenant, segment, override.pricing);
  checkConditions(segment);
  segment.effectiveEndDate = endOf(segment, subscription);
  if (segment.effectiveEndDate !== null && segment.effectiveEndDate < segment.effectiveStartDate)
    return refuse(
      category.rule,
      `Charge ${product.name} would start on ${segment.effectiveStartDate}, after the end of the subscription.`,
    );
  return segment;
}

/** The plan of the catalog that a request names, by exactly one of its keys. */
export function catalogPlan(tenant: Tenant, request: PlanRequest): ProductRatePlan {
  const { productRatePlanId: id, productRatePlanNumber: number, externalCatalogPlanId: external } = request;
  const keys = [id, number, external].filter((key) => key !== undefined);
  if (keys.length !== 1)
    return refuse(
      keys.length === 0 ? category.missingField : category.badValue,
      'Give one of productRatePlanId, productRatePlanNumber and externalCatalogPlanId.',
    );
  const found = tenant.data.productRatePlans.filter((one) =>
    id !== undefined
      ? one.id === id
      : number !== undefined
        ? one.productRatePlanNumber === number
        : one.externallyManagedPlanIds.includes(external!),
  );
  if (found.length !== 1) return refuse(category.badValue, `The product rate plan ${keys[0]} is invalid.`);
  return found[0]!;
}

/** Sells a rate plan of the catalog in a subscription: every charge of the plan, with overrides. */
export function sellPlan(
  tenant: Tenant,
  request: PlanRequest,
  subscription: SubscriptionVersion,
  triggers: Triggers,
  orderDate: string,
): RatePlan {
  const plan = catalogPlan(tenant, request);
  const start = triggers.ContractEffective;
  if (start < plan.effectiveStartDate || start >= plan.effectiveEndDate)
    return refuse(category.rule, `The product rate plan ${plan.name} is not effective on ${start}.`);
  const charges = tenant.by('productCharges', 'productRatePlanId', plan.id);
  const overrides = new Map<ProductCharge, ChargeOverride>();
  for (const override of request.chargeOverrides ?? []) {
    const { productRatePlanChargeId: id, productRatePlanChargeNumber: number } = override;
    const charge = charges.find((one) => one.id === id || one.number === number);
    if (!charge) return refuse(category.badValue, `The productRatePlanChargeId ${id ?? number} is invalid.`);
    overrides.set(charge, override);
  }
  const used = subscription.ratePlans.flatMap((one) => one.segments.map((segment) => segment.number));
  for (const { chargeNumber } of overrides.values())
    if (chargeNumber !== undefined && used.includes(chargeNumber))
      return refuse(category.rule, `The charge number ${chargeNumber} already exists.`);
  return {
    id: tenant.newId(),
    formerIds: [],
    subscriptionRatePlanNumber: tenant.number('SRP-'),
    productRatePlanId: plan.id,
    name: request.ratePlanName ?? plan.name,
    lastChangeType: null,
    uniqueToken: request.uniqueToken ?? null,
    externallyManagedPlanId: request.externallyManagedPlanId ?? request.externalCatalogPlanId ?? null,
    customFields: customFields(request.customFields ?? {}, tenant.customFields.ratePlan, resource.order),
    segments: charges.map((charge) =>
      newSegment(tenant, charge, overrides.get(charge), subscription, triggers, orderDate),
    ),
  };
}
