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
/** Fields of what is sold alone: an update has none of them (Zuora API, `PricingUpdate`). */
const base = {
  listPriceBase: z.enum(['Per_Billing_Period', 'Per_Month', 'Per_Week', 'Per_Year', 'Per_Specific_Months']).optional(),
  specificListPriceBase: z.number().int().positive().optional(),
};
const rating = {
  ratingGroup: z
    .enum(['ByBillingPeriod', 'ByUsageStartDate', 'ByUsageRecord', 'ByUsageUpload', 'ByGroupId'])
    .optional(),
};
const amount = { discountAmount: z.number().min(0).optional() };

const oneTime = {
  oneTimeFlatFee: z.strictObject({ listPrice: z.number() }).optional(),
  oneTimePerUnit: z.strictObject({ listPrice, quantity }).optional(),
  oneTimeTiered: z.strictObject({ quantity, tiers }).optional(),
  oneTimeVolume: z.strictObject({ quantity, tiers }).optional(),
};

const recurring = { quantity, ...change };

const others = {
  recurringFlatFee: z.strictObject({ listPrice, ...change }),
  recurringPerUnit: z.strictObject({ listPrice, ...recurring }),
  recurringTiered: z.strictObject({ tiers, ...recurring }),
  recurringVolume: z.strictObject({ tiers, ...recurring }),
  usageFlatFee: z.strictObject({ listPrice, ...change }),
  usagePerUnit: z.strictObject({ listPrice, ...change }),
  usageTiered: z.strictObject({ tiers, ...change }),
  usageVolume: z.strictObject({ tiers, ...change }),
  usageOverage: z.strictObject({
    includedUnits: z.number().min(0).optional(),
    overagePrice: z.number().optional(),
    ...change,
  }),
  usageTieredWithOverage: z.strictObject({ tiers, overagePrice: z.number().optional(), ...change }),
  discount: z.strictObject({
    discountPercentage: z.number().min(0).max(100).optional(),
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
  }),
};

/** `pricing` of a charge that is sold: keys by type and model of the charge that they fit. */
export const pricingSchema = z
  .strictObject({
    ...others,
    recurringFlatFee: others.recurringFlatFee.extend(base),
    recurringPerUnit: others.recurringPerUnit.extend(base),
    recurringTiered: others.recurringTiered.extend(base),
    recurringVolume: others.recurringVolume.extend(base),
    usagePerUnit: others.usagePerUnit.extend(rating),
    usageTiered: others.usageTiered.extend(rating),
    usageVolume: others.usageVolume.extend(rating),
    discount: others.discount.extend(amount),
  })
  .partial()
  .extend(oneTime);

/** `pricing` of UpdateProduct: a one-time charge cannot be priced again, and no amount that is taken off. */
export const pricingUpdateSchema = z.strictObject(others).partial();

export type Pricing = z.output<typeof pricingSchema>;
