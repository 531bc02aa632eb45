import type { Tenant } from '../tenant.ts';
import { discountScopes } from './charge.ts';
import type { Product, ProductCharge, ProductPrice, ProductRatePlan } from './model.ts';
import { models, type TierRow } from './schema.ts';

/** CRUD reads leave out what is null. */
export const withoutNulls = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

const stamps = (tenant: Tenant, row: { createdDate: number; updatedDate: number }) => ({
  CreatedById: tenant.userId,
  CreatedDate: tenant.offsetDateTime(row.createdDate),
  UpdatedById: tenant.userId,
  UpdatedDate: tenant.offsetDateTime(row.updatedDate),
});

export const productFields = (tenant: Tenant, product: Product): Record<string, unknown> => ({
  Id: product.id,
  Name: product.name,
  SKU: product.sku,
  ProductNumber: product.productNumber,
  Category: product.category,
  Description: product.description,
  EffectiveStartDate: product.effectiveStartDate,
  EffectiveEndDate: product.effectiveEndDate,
  AllowFeatureChanges: false,
  ...product.customFields,
  ...stamps(tenant, product),
});

export const ratePlanFields = (tenant: Tenant, plan: ProductRatePlan): Record<string, unknown> => ({
  Id: plan.id,
  ProductId: plan.productId,
  Name: plan.name,
  ProductRatePlanNumber: plan.productRatePlanNumber,
  Description: plan.description,
  EffectiveStartDate: plan.effectiveStartDate,
  EffectiveEndDate: plan.effectiveEndDate,
  ActiveCurrencies: plan.activeCurrencies,
  Grade: plan.grade,
  ...plan.customFields,
  ...stamps(tenant, plan),
});

/** Back to the spelling of the catalog: `Semi_Annual` is `Semi-Annual`, everything else has blanks. */
const spelled = (value: string | null): string | null =>
  value === 'Semi_Annual' ? 'Semi-Annual' : (value?.replaceAll('_', ' ') ?? null);

const modelName = (charge: ProductCharge): string =>
  Object.entries(models).find(([, model]) => model === charge.model)![0];

const timings = { IN_ADVANCE: 'In Advance', IN_ARREARS: 'In Arrears' };

/** Fields of a charge that POST and PUT take, without the tier data. */
export const chargeFields = (charge: ProductCharge): Record<string, unknown> => ({
  Name: charge.name,
  ProductRatePlanId: charge.productRatePlanId,
  ProductRatePlanChargeNumber: charge.number,
  ChargeModel: modelName(charge),
  ChargeType: charge.type,
  BillCycleType: charge.billingDay,
  BillCycleDay: charge.billCycleDay,
  WeeklyBillCycleDay: charge.weeklyBillCycleDay,
  BillingPeriod: spelled(charge.billingPeriod),
  BillingPeriodAlignment: charge.billingPeriodAlignment,
  SpecificBillingPeriod: charge.specificBillingPeriod,
  BillingTiming: charge.billingTiming && timings[charge.billingTiming],
  ListPriceBase: spelled(charge.listPriceBase),
  SpecificListPriceBase: charge.specificListPriceBase,
  TriggerEvent: charge.triggerEvent,
  EndDateCondition: charge.endDateCondition.replace('_', ''),
  UpToPeriods: charge.upToPeriods,
  UpToPeriodsType: spelled(charge.upToPeriodsType),
  UOM: charge.uom,
  DefaultQuantity: charge.quantity,
  IncludedUnits: charge.includedUnits,
  Description: charge.description,
  ApplyDiscountTo: charge.applyDiscountTo && discountScopes.indexOf(charge.applyDiscountTo),
  DiscountLevel: charge.discountLevel,
  UseDiscountSpecificAccountingCode: charge.useDiscountSpecificAccountingCode,
  PriceChangeOption: charge.priceChangeOption,
  PriceIncreasePercentage: charge.priceIncreasePercentage,
  RatingGroup: charge.ratingGroup,
  Taxable: charge.taxable,
  TaxCode: charge.taxCode,
  TaxMode: charge.taxMode,
  RevRecCode: charge.revRecCode,
  RevRecTriggerCondition: charge.revRecTriggerCondition,
  RevenueRecognitionRuleName: charge.revenueRecognitionRuleName,
});

export const chargeView = (tenant: Tenant, charge: ProductCharge): Record<string, unknown> => ({
  Id: charge.id,
  ...chargeFields(charge),
  ...charge.customFields,
  ...stamps(tenant, charge),
});

/** The rows of one currency as POST takes them, in the order of `rowIds`. */
export function rowsOf(price: ProductPrice): TierRow[] {
  const { currency: Currency } = price;
  const format = { FlatFee: 'Flat Fee', PerUnit: 'Per Unit' } as const;
  const tiers = (price.tiers ?? []).map((tier): TierRow => ({
    Currency,
    StartingUnit: tier.startingUnit,
    EndingUnit: tier.endingUnit ?? undefined,
    Price: tier.price,
    PriceFormat: format[tier.priceFormat],
  }));
  const plain: TierRow = {
    Currency,
    Price: price.price ?? undefined,
    DiscountPercentage: price.discountPercentage ?? undefined,
    DiscountAmount: price.discountAmount ?? undefined,
  };
  const hasPlain = price.tiers === null && (price.overagePrice === null || price.price !== null);
  const overage: TierRow[] =
    price.overagePrice === null ? [] : [{ Currency, Price: price.overagePrice, IsOveragePrice: true }];
  return [...tiers, ...(hasPlain ? [plain] : []), ...overage];
}

/** One tier row as GET /v1/object/product-rate-plan-charge-tier/{id} answers it. */
export function tierView(
  tenant: Tenant,
  charge: ProductCharge,
  price: ProductPrice,
  id: string,
): Record<string, unknown> {
  const index = price.rowIds.indexOf(id);
  const row = rowsOf(price)[index]!;
  return {
    Id: id,
    Tier: index + 1,
    ProductRatePlanChargeId: charge.id,
    ...row,
    ...stamps(tenant, charge),
  };
}
