import express from 'express';
import * as z from 'zod';
import type { ChargeModel, ProductCharge, ProductPrice, Tier } from '../model.ts';
import { category, notFound, ZuoraError } from '../protocol/errors.ts';
import { dateField, parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';

const productSchema = z.strictObject({
  Name: z.string().min(1).max(100),
  EffectiveStartDate: dateField,
  EffectiveEndDate: dateField,
  SKU: z.string().optional(),
  ProductNumber: z.string().optional(),
  Category: z.string().optional(),
  Description: z.string().optional(),
  AllowFeatureChanges: z.boolean().optional(),
});

const ratePlanSchema = z.strictObject({
  Name: z.string().min(1).max(255),
  ProductId: z.string(),
  ActiveCurrencies: z.array(z.string().length(3)).optional(),
  Description: z.string().optional(),
  EffectiveStartDate: dateField.optional(),
  EffectiveEndDate: dateField.optional(),
  Grade: z.number().optional(),
  ProductRatePlanNumber: z.string().optional(),
});

const tierSchema = z.strictObject({
  Currency: z.string().length(3),
  Price: z.number().optional(),
  StartingUnit: z.number().optional(),
  EndingUnit: z.number().optional(),
  PriceFormat: z.enum(['Flat Fee', 'Per Unit']).optional(),
  IsOveragePrice: z.boolean().optional(),
  DiscountPercentage: z.number().optional(),
  DiscountAmount: z.number().optional(),
});

/** Charge models by their name in the catalog; null for those that Zuora has and this simulator has not. */
const models: Record<string, ChargeModel | null> = {
  'Flat Fee Pricing': 'FlatFee',
  'Per Unit Pricing': 'PerUnit',
  'Tiered Pricing': 'Tiered',
  'Volume Pricing': 'Volume',
  'Overage Pricing': 'Overage',
  'Discount-Percentage': 'DiscountPercentage',
  'Discount-Fixed Amount': null,
  'Tiered with Overage Pricing': null,
  'Delivery Pricing': null,
  MultiAttributePricing: null,
  PreratedPerUnit: null,
  PreratedPricing: null,
  HighWatermarkVolumePricing: null,
  HighWatermarkTieredPricing: null,
};

const chargeSchema = z.strictObject({
  Name: z.string().min(1).max(100),
  ProductRatePlanId: z.string(),
  ProductRatePlanChargeNumber: z.string().optional(),
  ChargeModel: z.enum(Object.keys(models) as [string, ...string[]]),
  ChargeType: z.enum(['OneTime', 'Recurring', 'Usage']),
  BillCycleType: z.enum(['DefaultFromCustomer', 'ChargeTriggerDay']),
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
  SpecificBillingPeriod: z.number().int().positive().optional(),
  BillingTiming: z.enum(['In Advance', 'In Arrears']).optional(),
  ListPriceBase: z.enum(['Per Billing Period', 'Per Month', 'Per Week', 'Per Year', 'Per Specific Months']).optional(),
  SpecificListPriceBase: z.number().int().positive().optional(),
  TriggerEvent: z.enum(['ContractEffective', 'ServiceActivation', 'CustomerAcceptance']),
  UOM: z.string().optional(),
  DefaultQuantity: z.number().optional(),
  IncludedUnits: z.number().min(0).optional(),
  Description: z.string().optional(),
  ApplyDiscountTo: z.number().int().min(1).max(7).or(z.string()).optional(),
  DiscountLevel: z.enum(['rateplan', 'subscription', 'account']).optional(),
  UseDiscountSpecificAccountingCode: z.boolean(),
  ProductRatePlanChargeTierData: z.strictObject({ ProductRatePlanChargeTier: z.array(tierSchema).min(1) }),
  RatingGroup: z.enum(['ByBillingPeriod']).optional(),
  Taxable: z.literal(false).optional(),
  RevRecCode: z.string().optional(),
  RevRecTriggerCondition: z.string().optional(),
  RevenueRecognitionRuleName: z.string().optional(),
});

type CatalogCharge = z.output<typeof chargeSchema>;

/** ApplyDiscountTo is a sum of bits in the catalog: one-time 1, recurring 2, usage 4 (Zuora docs, CRUD charge). */
const discountScopes = [
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

function pricesOf(body: CatalogCharge, model: ChargeModel): ProductPrice[] {
  const rows = body.ProductRatePlanChargeTierData.ProductRatePlanChargeTier;
  return [...new Set(rows.map((row) => row.Currency))].map((currency): ProductPrice => {
    const own = rows.filter((row) => row.Currency === currency);
    const first = own[0]!;
    const price = { currency, price: null, tiers: null, overagePrice: null, discountPercentage: null };
    if (model === 'DiscountPercentage')
      return { ...price, discountPercentage: first.DiscountPercentage ?? missing('DiscountPercentage') };
    if (model === 'Overage') {
      const overage = own.find((row) => row.IsOveragePrice) ?? first;
      return { ...price, overagePrice: overage.Price ?? missing('Price') };
    }
    if (model === 'FlatFee' || model === 'PerUnit') return { ...price, price: first.Price ?? missing('Price') };
    return { ...price, tiers: tiersOf(own) };
  });
}

function tiersOf(rows: readonly z.output<typeof tierSchema>[]): Tier[] {
  return rows.map((row, index) => ({
    tier: index + 1,
    startingUnit: row.StartingUnit ?? missing('StartingUnit'),
    endingUnit: row.EndingUnit ?? null,
    price: row.Price ?? missing('Price'),
    priceFormat: row.PriceFormat === 'Flat Fee' ? 'FlatFee' : 'PerUnit',
  }));
}

function productCharge(tenant: Tenant, body: CatalogCharge): ProductCharge {
  const model = models[body.ChargeModel];
  if (!model) {
    tenant.ctx.calls.refuse(`charge model ${body.ChargeModel}`);
    throw new ZuoraError(category.rule, `Charge model ${body.ChargeModel} is not enabled for this tenant.`);
  }
  const isUsage = body.ChargeType === 'Usage';
  if ((model === 'Overage') !== (isUsage && model === 'Overage'))
    throw new ZuoraError(category.rule, 'Overage Pricing is for usage charges only.');
  if (body.ChargeType !== 'OneTime' && !body.BillingPeriod) missing('BillingPeriod');
  if (body.BillingPeriod?.startsWith('Specific') && !body.SpecificBillingPeriod) missing('SpecificBillingPeriod');
  if (body.ListPriceBase === 'Per Specific Months' && !body.SpecificListPriceBase) missing('SpecificListPriceBase');
  if (['PerUnit', 'Tiered', 'Volume', 'Overage'].includes(model) && !body.UOM) missing('UOM');
  const recurring = body.ChargeType === 'Recurring' && model !== 'DiscountPercentage';
  return {
    id: tenant.newId(),
    productRatePlanId: body.ProductRatePlanId,
    number: body.ProductRatePlanChargeNumber ?? tenant.number('PRPC-'),
    name: body.Name,
    type: body.ChargeType,
    model,
    uom: body.UOM ?? null,
    quantity: isUsage || model === 'DiscountPercentage' ? null : model === 'FlatFee' ? 1 : (body.DefaultQuantity ?? 1),
    includedUnits: model === 'Overage' ? (body.IncludedUnits ?? 0) : null,
    billingPeriod: body.BillingPeriod?.replaceAll(/[ -]/g, '_') ?? null,
    specificBillingPeriod: body.SpecificBillingPeriod ?? null,
    listPriceBase: recurring ? (body.ListPriceBase ?? 'Per Billing Period').replaceAll(' ', '_') : null,
    specificListPriceBase: body.SpecificListPriceBase ?? null,
    billingTiming: recurring ? (body.BillingTiming === 'In Arrears' ? 'IN_ARREARS' : 'IN_ADVANCE') : null,
    billingDay: body.BillCycleType,
    triggerEvent: body.TriggerEvent,
    applyDiscountTo:
      model === 'DiscountPercentage'
        ? (discountScopes[Number(body.ApplyDiscountTo)] ?? String(body.ApplyDiscountTo ?? 'RECURRING'))
        : null,
    discountLevel: model === 'DiscountPercentage' ? (body.DiscountLevel ?? 'rateplan') : null,
    description: body.Description ?? '',
    prices: pricesOf(body, model),
  };
}

/** `/v1/object/product*`: the catalog is made in this order: product, rate plan, charge. */
export function catalogCrudRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.post('/v1/object/product', (req, res) => {
    const body = parse(productSchema, req.body);
    const at = tenant.now();
    const id = tenant.newId();
    tenant.data.products.push({
      id,
      name: body.Name,
      sku: body.SKU ?? tenant.number('SKU-'),
      productNumber: body.ProductNumber ?? tenant.number('PC-'),
      category: body.Category ?? null,
      description: body.Description ?? null,
      effectiveStartDate: body.EffectiveStartDate,
      effectiveEndDate: body.EffectiveEndDate,
      createdDate: at,
      updatedDate: at,
    });
    tenant.touch();
    res.json({ Success: true, Id: id });
  });
  router.post('/v1/object/product-rate-plan', (req, res) => {
    const body = parse(ratePlanSchema, req.body);
    const product = tenant.data.products.find((one) => one.id === body.ProductId);
    if (!product) throw new ZuoraError(category.badValue, `The ProductId ${body.ProductId} is invalid.`);
    const id = tenant.newId();
    tenant.data.productRatePlans.push({
      id,
      productId: product.id,
      name: body.Name,
      productRatePlanNumber: body.ProductRatePlanNumber ?? tenant.number('PRP-'),
      description: body.Description ?? null,
      effectiveStartDate: body.EffectiveStartDate ?? product.effectiveStartDate,
      effectiveEndDate: body.EffectiveEndDate ?? product.effectiveEndDate,
      activeCurrencies: body.ActiveCurrencies ?? [],
    });
    tenant.touch();
    res.json({ Success: true, Id: id });
  });
  router.post('/v1/object/product-rate-plan-charge', (req, res) => {
    const body = parse(chargeSchema, req.body);
    const plan = tenant.data.productRatePlans.find((one) => one.id === body.ProductRatePlanId);
    if (!plan) throw new ZuoraError(category.badValue, `The ProductRatePlanId ${body.ProductRatePlanId} is invalid.`);
    const charge = productCharge(tenant, body);
    tenant.data.productCharges.push(charge);
    plan.activeCurrencies = [...new Set([...plan.activeCurrencies, ...charge.prices.map((one) => one.currency)])];
    tenant.touch();
    res.json({ Success: true, Id: charge.id });
  });
  router.get('/v1/object/product/:id', (req, res) => {
    const product = tenant.data.products.find((one) => one.id === req.params.id);
    if (!product) throw notFound(req.params.id);
    res.json({
      Id: product.id,
      Name: product.name,
      SKU: product.sku,
      EffectiveStartDate: product.effectiveStartDate,
      EffectiveEndDate: product.effectiveEndDate,
    });
  });
  return router;
}
