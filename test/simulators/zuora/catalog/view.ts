import { scaleOf } from '../decimal.ts';
import type { Tenant } from '../tenant.ts';
import type { Product, ProductCharge, ProductPrice, ProductRatePlan } from './model.ts';

const amount = (value: number | null, currency: string): string =>
  `${currency}${(value ?? 0).toFixed(scaleOf(currency))}`;

function summary(charge: ProductCharge, price: ProductPrice): string {
  const per = charge.uom ? ` / ${charge.uom}` : '';
  if (price.discountPercentage !== null) return `${price.discountPercentage}% discount`;
  if (price.discountAmount !== null) return `${amount(price.discountAmount, price.currency)} discount`;
  if (price.tiers)
    return price.tiers
      .map((tier) => `${tier.startingUnit} to ${tier.endingUnit ?? '--'}: ${amount(tier.price, price.currency)}${per}`)
      .join('; ');
  if (price.overagePrice !== null)
    return `${charge.includedUnits} ${charge.uom} then ${amount(price.overagePrice, price.currency)}${per}`;
  return `${amount(price.price, price.currency)}${charge.model === 'FlatFee' ? '' : per}`;
}

/** A charge of the catalog as the v1 API shows it, in the spelling of orders. */
export function productChargeView(charge: ProductCharge): Record<string, unknown> {
  return {
    id: charge.id,
    name: charge.name,
    productRatePlanChargeNumber: charge.number,
    type: charge.type,
    model: charge.model,
    uom: charge.uom,
    pricingSummary: charge.prices.map((price) => summary(charge, price)),
    pricing: charge.prices.map((price) => ({
      currency: price.currency,
      price: price.price,
      tiers: price.tiers,
      includedUnits: charge.includedUnits,
      overagePrice: price.overagePrice,
      discountPercentage: price.discountPercentage,
      discountAmount: price.discountAmount,
    })),
    defaultQuantity: charge.quantity,
    applyDiscountTo: charge.applyDiscountTo,
    discountLevel: charge.discountLevel,
    discountClass: null,
    productDiscountApplyDetails: [],
    endDateCondition: charge.endDateCondition,
    upToPeriods: charge.upToPeriods,
    upToPeriodsType: charge.upToPeriodsType,
    billingDay: charge.billingDay,
    billCycleDay: charge.billCycleDay,
    weeklyBillCycleDay: charge.weeklyBillCycleDay,
    listPriceBase: charge.listPriceBase,
    specificListPriceBase: charge.specificListPriceBase,
    billingTiming: charge.billingTiming,
    billingPeriod: charge.billingPeriod,
    billingPeriodAlignment: charge.billingPeriodAlignment,
    specificBillingPeriod: charge.specificBillingPeriod,
    ratingGroup: charge.ratingGroup,
    smoothingModel: null,
    numberOfPeriod: null,
    overageCalculationOption: charge.model === 'Overage' ? 'PerBillingPeriod' : null,
    overageUnusedUnitsCreditOption: charge.model === 'Overage' ? 'NoCredit' : null,
    usageRecordRatingOption: charge.type === 'Usage' ? 'EndOfBillingPeriod' : null,
    priceChangeOption: charge.priceChangeOption,
    priceIncreasePercentage: charge.priceIncreasePercentage,
    useTenantDefaultForPriceChange: false,
    taxable: charge.taxable,
    taxCode: charge.taxCode,
    taxMode: charge.taxMode,
    triggerEvent: charge.triggerEvent,
    description: charge.description,
    revRecCode: charge.revRecCode,
    revRecTriggerCondition: charge.revRecTriggerCondition,
    revenueRecognitionRuleName: charge.revenueRecognitionRuleName,
    useDiscountSpecificAccountingCode: charge.useDiscountSpecificAccountingCode,
    financeInformation: null,
    ...charge.customFields,
  };
}

const statusOf = (plan: ProductRatePlan, today: string): string =>
  today < plan.effectiveStartDate ? 'NotStarted' : today < plan.effectiveEndDate ? 'Active' : 'Expired';

/** A rate plan without its charges. */
export const planHead = (tenant: Tenant, plan: ProductRatePlan): Record<string, unknown> => ({
  id: plan.id,
  name: plan.name,
  description: plan.description,
  status: statusOf(plan, tenant.today()),
  effectiveStartDate: plan.effectiveStartDate,
  effectiveEndDate: plan.effectiveEndDate,
  grade: plan.grade,
  productRatePlanNumber: plan.productRatePlanNumber,
  externallyManagedPlanIds: plan.externallyManagedPlanIds,
  ...plan.customFields,
});

/** At most this many rate plans and charges of a product are shown. */
const most = 300;

/** Rate plans of a product with their charges. */
export function plansOf(tenant: Tenant, product: Product): Record<string, unknown>[] {
  return tenant
    .by('productRatePlans', 'productId', product.id)
    .slice(0, most)
    .map((plan) => ({
      ...planHead(tenant, plan),
      productRatePlanCharges: tenant
        .by('productCharges', 'productRatePlanId', plan.id)
        .slice(0, most)
        .map(productChargeView),
    }));
}

/** @param plans rate plans inline, or the address that has them */
export const productView = (product: Product, plans: unknown): Record<string, unknown> => ({
  id: product.id,
  sku: product.sku,
  productNumber: product.productNumber,
  name: product.name,
  description: product.description,
  category: product.category,
  effectiveStartDate: product.effectiveStartDate,
  effectiveEndDate: product.effectiveEndDate,
  allowFeatureChanges: false,
  tags: null,
  productFeatures: [],
  ...product.customFields,
  productRatePlans: plans,
});
