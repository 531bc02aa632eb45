import express from 'express';
import type { Product, ProductCharge, ProductRatePlan } from '../model.ts';
import { notFound } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { Tenant } from '../tenant.ts';

function chargeView(charge: ProductCharge): Record<string, unknown> {
  return {
    id: charge.id,
    name: charge.name,
    productRatePlanChargeNumber: charge.number,
    type: charge.type,
    model: charge.model,
    uom: charge.uom,
    defaultQuantity: charge.quantity,
    billingPeriod: charge.billingPeriod,
    specificBillingPeriod: charge.specificBillingPeriod,
    listPriceBase: charge.listPriceBase,
    specificListPriceBase: charge.specificListPriceBase,
    billingTiming: charge.billingTiming,
    billingDay: charge.billingDay,
    triggerEvent: charge.triggerEvent,
    applyDiscountTo: charge.applyDiscountTo,
    discountLevel: charge.discountLevel,
    description: charge.description,
    pricing: charge.prices.map((price) => ({
      currency: price.currency,
      price: price.price,
      tiers: price.tiers,
      includedUnits: charge.includedUnits,
      overagePrice: price.overagePrice,
      discountPercentage: price.discountPercentage,
      discountAmount: null,
    })),
  };
}

function ratePlanView(tenant: Tenant, plan: ProductRatePlan, today: string): Record<string, unknown> {
  return {
    id: plan.id,
    name: plan.name,
    description: plan.description,
    productRatePlanNumber: plan.productRatePlanNumber,
    effectiveStartDate: plan.effectiveStartDate,
    effectiveEndDate: plan.effectiveEndDate,
    status: plan.effectiveStartDate <= today && today < plan.effectiveEndDate ? 'Active' : 'Expired',
    externallyManagedPlanIds: [],
    productRatePlanCharges: tenant.data.productCharges
      .filter((one) => one.productRatePlanId === plan.id)
      .map(chargeView),
  };
}

/** `/v1/catalog/products`, newest first, ten on a page; rate plans inline before version 230, an address from then on. */
export function catalogListRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const plansOf = (product: Product) =>
    tenant.data.productRatePlans
      .filter((one) => one.productId === product.id)
      .map((one) => ratePlanView(tenant, one, tenant.today()));
  const view = (product: Product, asUrl: boolean) => ({
    id: product.id,
    sku: product.sku,
    productNumber: product.productNumber,
    name: product.name,
    description: product.description,
    category: product.category,
    effectiveStartDate: product.effectiveStartDate,
    effectiveEndDate: product.effectiveEndDate,
    productFeatures: [],
    productRatePlans: asUrl ? `${origin()}/v1/products/${product.id}/product-rate-plans` : plansOf(product),
  });
  const find = (key: string): Product => {
    const found = tenant.data.products.find((one) => [one.id, one.productNumber, one.sku].includes(key));
    if (!found) throw notFound(key);
    return found;
  };
  router.get('/v1/catalog/products', (req, res) => {
    onlyQuery(req, pageParameters);
    const { rows, ...next } = page(req, origin(), tenant.data.products.toReversed(), 10);
    const { ratePlansAsUrl } = versionsOfRequest(req);
    res.json({ products: rows.map((one) => view(one, ratePlansAsUrl)), ...next, success: true });
  });
  router.get('/v1/catalog/products/:key', (req, res) => {
    res.json({ ...view(find(req.params.key), versionsOfRequest(req).ratePlansAsUrl), success: true });
  });
  router.get('/v1/products/:key/product-rate-plans', (req, res) => {
    onlyQuery(req, pageParameters);
    const { rows, ...next } = page(req, origin(), plansOf(find(req.params.key)));
    res.json({ productRatePlans: rows, ...next, success: true });
  });
  return router;
}
