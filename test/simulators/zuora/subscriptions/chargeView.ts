import { metric } from '../decimal.ts';
import type { Tenant } from '../tenant.ts';
import { mrrOf, tcvOf } from '../metrics/contract.ts';
import type { Segment, SubscriptionVersion } from './model.ts';

function pricingSummary(segment: Segment, currency: string): string {
  const per = segment.uom ? ` per ${segment.uom}` : '';
  const tiers = () =>
    (segment.tiers ?? [])
      .map((tier) => `${tier.startingUnit} to ${tier.endingUnit ?? 'unlimited'}: ${currency}${tier.price}`)
      .join('; ');
  switch (segment.model) {
    case 'FlatFee':
      return `${currency}${segment.price}`;
    case 'PerUnit':
      return `${currency}${segment.price}${per}`;
    case 'DiscountPercentage':
      return `${segment.discountPercentage}% discount`;
    case 'DiscountFixedAmount':
      return `${currency}${segment.discountAmount} discount`;
    case 'Overage':
      return `${segment.includedUnits} ${segment.uom} included, then ${currency}${segment.overagePrice}${per}`;
    case 'TieredwithOverage':
      return `${tiers()}; then ${currency}${segment.overagePrice}${per}`;
    default:
      return tiers();
  }
}

/** Billing day with the day that it names, such as `SpecificDayofMonth/15`. */
function billingDay(segment: Segment): string {
  const day = segment.billingDay === 'SpecificDayofMonth' ? segment.billCycleDay : segment.weeklyBillCycleDay;
  return segment.billingDay.startsWith('SpecificDay') ? `${segment.billingDay}/${day}` : segment.billingDay;
}

/** A segment of a charge; one that waits for its trigger date has neither dates nor amounts. */
export function chargeView(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  segment: Segment,
): Record<string, unknown> {
  const tcv = segment.pending ? null : tcvOf(segment, subscription);
  const mrr = segment.pending ? null : mrrOf(segment, subscription);
  const { chargedThroughDate: through, effectiveEndDate: end } = segment;
  const usage = segment.type === 'Usage';
  const overage = segment.model === 'Overage';
  return {
    id: segment.id,
    originalChargeId: segment.originalChargeId,
    productRatePlanChargeId: segment.productRatePlanChargeId,
    number: segment.number,
    name: segment.name,
    productRatePlanChargeNumber: tenant.by('productCharges', 'id', segment.productRatePlanChargeId)[0]?.number ?? null,
    type: segment.type,
    model: segment.model,
    uom: segment.uom,
    version: segment.version,
    subscriptionChargeDeliverySchedule: null,
    numberOfDeliveries: null,
    priceChangeOption: segment.priceChangeOption,
    priceIncreasePercentage: segment.priceIncreasePercentage,
    currency: subscription.currency,
    chargeModelConfiguration: null,
    inputArgumentId: null,
    includedUnits: segment.includedUnits,
    overagePrice: segment.overagePrice,
    applyDiscountTo: segment.applyDiscountTo,
    discountLevel: segment.discountLevel,
    discountClass: null,
    billingDay: billingDay(segment),
    listPriceBase: segment.listPriceBase,
    specificListPriceBase: segment.specificListPriceBase,
    billingPeriod: segment.billingPeriod,
    specificBillingPeriod: segment.specificBillingPeriod,
    billingTiming: segment.billingTiming,
    ratingGroup: segment.ratingGroup,
    billingPeriodAlignment: segment.billingPeriodAlignment,
    quantity: segment.quantity,
    prorationOption: null,
    isStackedDiscount: false,
    reflectDiscountInNetAmount: false,
    smoothingModel: null,
    numberOfPeriods: null,
    overageCalculationOption: overage ? 'PerBillingPeriod' : null,
    overageUnusedUnitsCreditOption: overage ? 'NoCredit' : null,
    unusedUnitsCreditRates: null,
    usageRecordRatingOption: usage ? 'EndOfBillingPeriod' : null,
    segment: segment.segment,
    effectiveStartDate: segment.pending ? null : segment.effectiveStartDate,
    effectiveEndDate: segment.pending ? null : end,
    processedThroughDate: through,
    chargedThroughDate: through,
    done: through !== null && (segment.type === 'OneTime' || (end !== null && through >= end)),
    triggerDate: segment.triggerDate,
    triggerEvent: segment.triggerEvent,
    endDateCondition: segment.endDateCondition,
    upToPeriodsType: segment.upToPeriodsType,
    upToPeriods: segment.upToPeriods,
    specificEndDate: segment.specificEndDate,
    mrr: mrr === null ? null : metric(mrr),
    dmrc: segment.pending ? null : segment.dmrc,
    tcv: tcv === null ? null : metric(tcv),
    dtcv: segment.pending ? null : segment.dtcv,
    originalOrderDate: segment.originalOrderDate,
    amendedByOrderOn: segment.amendedByOrderOn,
    description: segment.description,
    salesPrice: null,
    tiers: segment.tiers,
    discountApplyDetails: null,
    pricingSummary: pricingSummary(segment, subscription.currency),
    price: segment.price,
    discountAmount: segment.discountAmount,
    discountPercentage: segment.discountPercentage,
    ...Object.fromEntries(tenant.customFields.ratePlanCharge.map((name) => [name, segment.customFields[name] ?? null])),
  };
}
