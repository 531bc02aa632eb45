import * as z from 'zod';

const tier = z.strictObject({
  tier: z.number().int().positive(),
  startingUnit: z.number(),
  endingUnit: z.number().nullable().optional(),
  price: z.number(),
  priceFormat: z.enum(['FlatFee', 'PerUnit']),
});

const tiers = z.array(tier).min(1).optional();
const listPrice = z.number().optional();
const quantity = z.number().min(0).optional();
const change = {
  priceChangeOption: z.enum(['NoChange', 'SpecificPercentageValue', 'UseLatestProductCatalogPricing']).optional(),
  priceIncreasePercentage: z.number().min(-100).optional(),
};
const base = {
  listPriceBase: z.enum(['Per_Billing_Period', 'Per_Month', 'Per_Week', 'Per_Year', 'Per_Specific_Months']).optional(),
  specificListPriceBase: z.number().int().positive().optional(),
  ...change,
};
const rating = {
  ratingGroup: z
    .enum(['ByBillingPeriod', 'ByUsageStartDate', 'ByUsageRecord', 'ByUsageUpload', 'ByGroupId'])
    .optional(),
  ...change,
};

const oneTime = {
  oneTimeFlatFee: z.strictObject({ listPrice: z.number() }).optional(),
  oneTimePerUnit: z.strictObject({ listPrice, quantity }).optional(),
  oneTimeTiered: z.strictObject({ quantity, tiers }).optional(),
  oneTimeVolume: z.strictObject({ quantity, tiers }).optional(),
};

const others = {
  recurringFlatFee: z.strictObject({ listPrice, ...base }).optional(),
  recurringPerUnit: z.strictObject({ listPrice, quantity, ...base }).optional(),
  recurringTiered: z.strictObject({ quantity, tiers, ...base }).optional(),
  recurringVolume: z.strictObject({ quantity, tiers, ...base }).optional(),
  usageFlatFee: z.strictObject({ listPrice, ...change }).optional(),
  usagePerUnit: z.strictObject({ listPrice, ...rating }).optional(),
  usageTiered: z.strictObject({ tiers, ...rating }).optional(),
  usageVolume: z.strictObject({ tiers, ...rating }).optional(),
  usageOverage: z
    .strictObject({ includedUnits: z.number().min(0).optional(), overagePrice: z.number().optional(), ...change })
    .optional(),
  usageTieredWithOverage: z.strictObject({ tiers, overagePrice: z.number().optional(), ...change }).optional(),
  discount: z
    .strictObject({
      discountPercentage: z.number().min(0).max(100).optional(),
      discountAmount: z.number().min(0).optional(),
      applyDiscountTo: z
        .enum([
          'ONETIME',
          'RECURRING',
          'USAGE',
          'ONETIMERECURRING',
          'ONETIMEUSAGE',
          'RECURRINGUSAGE',
          'ONETIMERECURRINGUSAGE',
        ])
        .optional(),
      discountLevel: z.enum(['rateplan', 'subscription', 'account']).optional(),
      priceChangeOption: z.enum(['NoChange', 'UseLatestProductCatalogPricing']).optional(),
    })
    .optional(),
};

/** `pricing` of a charge that is sold: keys by type and model of the charge that they fit. */
export const pricingSchema = z.strictObject({ ...oneTime, ...others });

/** `pricing` of UpdateProduct: a one-time charge cannot be priced again. */
export const pricingUpdateSchema = z.strictObject(others);

export type Pricing = z.output<typeof pricingSchema>;
