import * as z from 'zod';
import { currencyField, dateField } from '../protocol/parse.ts';
import type { ChargeModel } from './model.ts';

const text = z.string().optional();
const flag = z.boolean().optional();
const count = z.number().int().positive().optional();

export const productSchema = z.strictObject({
  Name: z.string().min(1).max(100),
  EffectiveStartDate: dateField,
  EffectiveEndDate: dateField,
  SKU: z.string().max(50).optional(),
  ProductNumber: z.string().max(100).optional(),
  Category: z.enum(['Base Products', 'Add On Services', 'Miscellaneous Products']).optional(),
  Description: z.string().max(500).optional(),
  AllowFeatureChanges: flag,
});

export const ratePlanSchema = z.strictObject({
  Name: z.string().min(1).max(255),
  ProductId: z.string(),
  ActiveCurrencies: z.array(currencyField).optional(),
  Description: z.string().max(500).optional(),
  EffectiveStartDate: dateField.optional(),
  EffectiveEndDate: dateField.optional(),
  Grade: z.number().optional(),
  ProductRatePlanNumber: z.string().max(100).optional(),
});

const tierSchema = z.strictObject({
  Currency: currencyField,
  Price: z.number().optional(),
  StartingUnit: z.number().min(0).optional(),
  EndingUnit: z.number().optional(),
  PriceFormat: z.enum(['Flat Fee', 'Per Unit']).optional(),
  IsOveragePrice: flag,
  DiscountPercentage: z.number().min(0).max(100).optional(),
  DiscountAmount: z.number().min(0).optional(),
});

export type TierRow = z.output<typeof tierSchema>;

/** Only the price of a tier row can be changed by itself (Zuora docs, "Update a product rate plan charge tier"). */
export const tierChangeSchema = z.strictObject({ Price: z.number() });

/** Charge models by their name in the catalog; null for those that Zuora has and this simulator has not. */
export const models: Record<string, ChargeModel | null> = {
  'Flat Fee Pricing': 'FlatFee',
  'Per Unit Pricing': 'PerUnit',
  'Tiered Pricing': 'Tiered',
  'Volume Pricing': 'Volume',
  'Overage Pricing': 'Overage',
  'Tiered with Overage Pricing': 'TieredwithOverage',
  'Discount-Percentage': 'DiscountPercentage',
  'Discount-Fixed Amount': 'DiscountFixedAmount',
  'Delivery Pricing': null,
  MultiAttributePricing: null,
  PreratedPerUnit: null,
  PreratedPricing: null,
  HighWatermarkVolumePricing: null,
  HighWatermarkTieredPricing: null,
};

export const chargeSchema = z.strictObject({
  Name: z.string().min(1).max(100),
  ProductRatePlanId: z.string(),
  ProductRatePlanChargeNumber: text,
  ChargeModel: z.enum(Object.keys(models) as [string, ...string[]]),
  ChargeType: z.enum(['OneTime', 'Recurring', 'Usage']),
  BillCycleType: z.enum([
    'DefaultFromCustomer',
    'SpecificDayofMonth',
    'SubscriptionStartDay',
    'ChargeTriggerDay',
    'SpecificDayofWeek',
  ]),
  BillCycleDay: z.number().int().min(1).max(31).optional(),
  WeeklyBillCycleDay: z.enum(['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']).optional(),
  BillingPeriod: z
    .enum([
      'Month',
      'Quarter',
      'Semi-Annual',
      'Annual',
      'Eighteen Months',
      'Two Years',
      'Three Years',
      'Five Years',
      'Specific Months',
      'Subscription Term',
      'Week',
      'Specific Weeks',
      'Specific Days',
    ])
    .optional(),
  BillingPeriodAlignment: z.enum(['AlignToCharge', 'AlignToSubscriptionStart', 'AlignToTermStart']).optional(),
  SpecificBillingPeriod: count,
  BillingTiming: z.enum(['In Advance', 'In Arrears']).optional(),
  ListPriceBase: z.enum(['Per Billing Period', 'Per Month', 'Per Week', 'Per Year', 'Per Specific Months']).optional(),
  SpecificListPriceBase: count,
  TriggerEvent: z.enum(['ContractEffective', 'ServiceActivation', 'CustomerAcceptance']),
  EndDateCondition: z.enum(['SubscriptionEnd', 'FixedPeriod']).optional(),
  UpToPeriods: count,
  UpToPeriodsType: z.enum(['Billing Periods', 'Days', 'Weeks', 'Months', 'Years']).optional(),
  UOM: text,
  DefaultQuantity: z.number().min(0).optional(),
  IncludedUnits: z.number().min(0).optional(),
  Description: z.string().max(500).optional(),
  ApplyDiscountTo: z.number().int().min(1).max(7).or(z.string()).optional(),
  DiscountLevel: z.enum(['rateplan', 'subscription', 'account']).optional(),
  UseDiscountSpecificAccountingCode: z.boolean(),
  PriceChangeOption: z.enum(['NoChange', 'SpecificPercentageValue', 'UseLatestProductCatalogPricing']).optional(),
  PriceIncreasePercentage: z.number().min(-100).optional(),
  ProductRatePlanChargeTierData: z.strictObject({ ProductRatePlanChargeTier: z.array(tierSchema).min(1) }),
  RatingGroup: z
    .enum(['ByBillingPeriod', 'ByUsageStartDate', 'ByUsageRecord', 'ByUsageUpload', 'ByGroupId'])
    .optional(),
  Taxable: flag,
  TaxCode: text,
  TaxMode: z.enum(['TaxExclusive', 'TaxInclusive']).optional(),
  RevRecCode: z.string().max(70).optional(),
  RevRecTriggerCondition: z
    .enum(['ContractEffectiveDate', 'ServiceActivationDate', 'CustomerAcceptanceDate'])
    .optional(),
  RevenueRecognitionRuleName: z.string().optional(),
});

export type CatalogCharge = z.output<typeof chargeSchema>;

/** Fields of a charge that Zuora has for features to be switched on, and this simulator has not. */
export const unsupportedChargeFields = [
  'ChargeModelConfiguration',
  'DeliverySchedule',
  'DrawdownRate',
  'IsPrepaid',
  'IsRollover',
  'IsStackedDiscount',
  'NumberOfPeriod',
  'PrepaidQuantity',
  'SmoothingModel',
  'UseTenantDefaultForPriceChange',
  'applyToBillingPeriodPartially',
];
