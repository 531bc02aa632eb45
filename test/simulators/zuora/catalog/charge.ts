import { category, notSimulated, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { ChargeModel, PeriodsType, ProductCharge, ProductPrice, Tier } from './model.ts';
import { models, type CatalogCharge, type TierRow } from './schema.ts';

/** ApplyDiscountTo is a sum of bits in the catalog: one-time 1, recurring 2, usage 4 (Zuora docs, CRUD charge). */
export const discountScopes = [
  '',
  'ONETIME',
  'RECURRING',
  'ONETIMERECURRING',
  'USAGE',
  'ONETIMEUSAGE',
  'RECURRINGUSAGE',
  'ONETIMERECURRINGUSAGE',
];

const missing = (field: string): never => {
  throw new ZuoraError(category.missingField, `Missing required value: ${field}.`);
};

const rule = (message: string): never => {
  throw new ZuoraError(category.rule, message);
};

/** Rows that make up the price of a model, out of those of one currency: tiers in order, the overage row last. */
function priceRows(rows: readonly TierRow[], model: ChargeModel): { tiers: TierRow[]; overage: TierRow | undefined } {
  const overage = rows.find((row) => row.IsOveragePrice) ?? (model === 'Overage' ? rows[0] : undefined);
  return { tiers: rows.filter((row) => row !== overage), overage };
}

function pricesOf(tenant: Tenant, rows: readonly TierRow[], model: ChargeModel): ProductPrice[] {
  return [...new Set(rows.map((row) => row.Currency))].map((currency): ProductPrice => {
    const { tiers, overage } = priceRows(
      rows.filter((row) => row.Currency === currency),
      model,
    );
    const first = tiers[0];
    const tiered = ['Tiered', 'Volume', 'TieredwithOverage'].includes(model);
    return {
      currency,
      rowIds: [...tiers, ...(overage ? [overage] : [])].map(() => tenant.newId()),
      price: model === 'FlatFee' || model === 'PerUnit' ? (first?.Price ?? missing('Price')) : null,
      tiers: tiered ? tiersOf(tiers) : null,
      overagePrice: ['Overage', 'TieredwithOverage'].includes(model)
        ? (overage?.Price ?? missing(overage ? 'Price' : 'IsOveragePrice'))
        : null,
      discountPercentage:
        model === 'DiscountPercentage' ? (first?.DiscountPercentage ?? missing('DiscountPercentage')) : null,
      discountAmount: model === 'DiscountFixedAmount' ? (first?.DiscountAmount ?? missing('DiscountAmount')) : null,
    };
  });
}

function tiersOf(rows: readonly TierRow[]): Tier[] {
  return rows.map((row, index) => {
    const last = index === rows.length - 1;
    if (row.EndingUnit === undefined && !last) return missing('EndingUnit');
    const starting = row.StartingUnit ?? missing('StartingUnit');
    if (row.EndingUnit !== undefined && row.EndingUnit < starting) return rule('EndingUnit is below StartingUnit.');
    if (index > 0 && starting <= rows[index - 1]!.StartingUnit!) return rule('Tiers must follow each other.');
    return {
      tier: index + 1,
      startingUnit: starting,
      endingUnit: row.EndingUnit ?? null,
      price: row.Price ?? missing('Price'),
      priceFormat: row.PriceFormat === 'Flat Fee' ? 'FlatFee' : 'PerUnit',
    };
  });
}

/** Required combinations of fields (Zuora docs, "Create a product rate plan charge"). */
function check(body: CatalogCharge, model: ChargeModel): void {
  const usage = body.ChargeType === 'Usage';
  const discount = model === 'DiscountPercentage' || model === 'DiscountFixedAmount';
  if (['Overage', 'TieredwithOverage'].includes(model) && !usage)
    rule(`${body.ChargeModel} is for usage charges only.`);
  if (discount && usage) rule(`${body.ChargeModel} is not for usage charges.`);
  if (body.ChargeType !== 'OneTime' && !body.BillingPeriod) missing('BillingPeriod');
  if (body.BillingPeriod?.startsWith('Specific') && !body.SpecificBillingPeriod) missing('SpecificBillingPeriod');
  if (body.ListPriceBase === 'Per Specific Months' && !body.SpecificListPriceBase) missing('SpecificListPriceBase');
  if (body.BillCycleType === 'SpecificDayofMonth' && !body.BillCycleDay) missing('BillCycleDay');
  if (body.BillCycleType === 'SpecificDayofWeek' && !body.WeeklyBillCycleDay) missing('WeeklyBillCycleDay');
  if (body.EndDateCondition === 'FixedPeriod' && !(body.UpToPeriods && body.UpToPeriodsType))
    missing('UpToPeriods and UpToPeriodsType');
  if (!discount && model !== 'FlatFee' && !body.UOM) missing('UOM');
  if (body.PriceChangeOption === 'SpecificPercentageValue' && body.PriceIncreasePercentage === undefined)
    missing('PriceIncreasePercentage');
}

/** A charge as the catalog keeps it, in the spelling of the Orders API, without what only the row has. */
export function chargeOf(
  tenant: Tenant,
  body: CatalogCharge,
): Omit<ProductCharge, 'id' | 'number' | 'customFields' | 'createdDate' | 'updatedDate'> {
  const model = models[body.ChargeModel];
  if (!model) return notSimulated(tenant.ctx.calls, `charge model ${body.ChargeModel}`);
  check(body, model);
  const discount = model === 'DiscountPercentage' || model === 'DiscountFixedAmount';
  const usage = body.ChargeType === 'Usage';
  const recurring = body.ChargeType === 'Recurring' && !discount;
  return {
    productRatePlanId: body.ProductRatePlanId,
    name: body.Name,
    type: body.ChargeType,
    model,
    uom: body.UOM ?? null,
    quantity: usage || discount ? null : model === 'FlatFee' ? 1 : (body.DefaultQuantity ?? 1),
    includedUnits: model === 'Overage' ? (body.IncludedUnits ?? 0) : null,
    billingPeriod: body.BillingPeriod?.replaceAll(/[ -]/g, '_') ?? null,
    specificBillingPeriod: body.SpecificBillingPeriod ?? null,
    billingPeriodAlignment: body.BillingPeriodAlignment ?? 'AlignToCharge',
    listPriceBase: recurring ? (body.ListPriceBase ?? 'Per Billing Period').replaceAll(' ', '_') : null,
    specificListPriceBase: body.SpecificListPriceBase ?? null,
    billingTiming: recurring ? (body.BillingTiming === 'In Arrears' ? 'IN_ARREARS' : 'IN_ADVANCE') : null,
    billingDay: body.BillCycleType,
    billCycleDay: body.BillCycleDay ?? null,
    weeklyBillCycleDay: body.WeeklyBillCycleDay ?? null,
    ratingGroup: usage ? (body.RatingGroup ?? 'ByBillingPeriod') : null,
    triggerEvent: body.TriggerEvent,
    endDateCondition: body.EndDateCondition === 'FixedPeriod' ? 'Fixed_Period' : 'Subscription_End',
    upToPeriods: body.UpToPeriods ?? null,
    upToPeriodsType: (body.UpToPeriodsType?.replace(' ', '_') as PeriodsType | undefined) ?? null,
    priceChangeOption: body.PriceChangeOption ?? 'NoChange',
    priceIncreasePercentage: body.PriceIncreasePercentage ?? null,
    applyDiscountTo: discount
      ? (discountScopes[Number(body.ApplyDiscountTo)] ?? String(body.ApplyDiscountTo ?? 'RECURRING'))
      : null,
    discountLevel: discount ? (body.DiscountLevel ?? 'rateplan') : null,
    revRecCode: body.RevRecCode ?? null,
    revRecTriggerCondition: body.RevRecTriggerCondition ?? null,
    revenueRecognitionRuleName: body.RevenueRecognitionRuleName ?? null,
    taxable: body.Taxable ?? false,
    taxCode: body.TaxCode ?? null,
    taxMode: body.TaxMode ?? null,
    description: body.Description ?? '',
    useDiscountSpecificAccountingCode: body.UseDiscountSpecificAccountingCode,
    prices: pricesOf(tenant, body.ProductRatePlanChargeTierData.ProductRatePlanChargeTier, model),
  };
}
