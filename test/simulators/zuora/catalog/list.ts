import express from 'express';
import * as z from 'zod';
import { notFound } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { Tenant } from '../tenant.ts';
import type { Product, ProductRatePlan } from './model.ts';
import { planHead, plansOf, productChargeView, productView } from './view.ts';

/** Reads of the catalog; rate plans are inline before version 230 and an address from then on. */
export function catalogListRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const view = (product: Product, asUrl: boolean) =>
    productView(product, asUrl ? `${origin()}/v1/products/${product.id}/product-rate-plans` : plansOf(tenant, product));
  const find = (key: string): Product => {
    const found = tenant.data.products.find((one) => [one.id, one.productNumber, one.sku].includes(key));
    if (!found) throw notFound(key);
    return found;
  };
  const external = (id: string): ProductRatePlan[] =>
    tenant.data.productRatePlans.filter((one) => one.externallyManagedPlanIds.includes(id));

  router.get('/v1/catalog/products', (req, res) => {
    onlyQuery(req, pageParameters);
    const { rows, ...next } = page(req, origin(), tenant.data.products.toReversed(), 10);
    const { ratePlansAsUrl } = versionsOfRequest(req);
    res.json({ products: rows.map((one) => view(one, ratePlansAsUrl)), ...next, success: true });
  });
  router.get('/v1/catalog/products/:key', (req, res) => {
    onlyQuery(req, []);
    res.json({ ...view(find(req.params.key), versionsOfRequest(req).ratePlansAsUrl), success: true });
  });
  router.get('/v1/products/:key/product-rate-plans', (req, res) => {
    onlyQuery(req, pageParameters);
    const { rows, ...next } = page(req, origin(), plansOf(tenant, find(req.params.key)));
    res.json({ productRatePlans: rows, ...next, success: true });
  });
  router.get('/v1/product-rate-plans/:key', (req, res) => {
    onlyQuery(req, []);
    const { key } = req.params;
    const plan =
      tenant.by('productRatePlans', 'id', key)[0] ??
      tenant.by('productRatePlans', 'productRatePlanNumber', key)[0] ??
      external(key)[0];
    if (!plan) throw notFound(key);
    res.json({ ...planHead(tenant, plan), success: true });
  });
  router.get('/v1/product-rate-plans/external-id/:id', (req, res) => {
    onlyQuery(req, []);
    const plans = external(req.params.id);
    if (plans.length === 0) throw notFound(req.params.id);
    res.json({ productRatePlans: plans.map((plan) => planHead(tenant, plan)), success: true });
  });
  router.get('/v1/product-rate-plan-charges/:key', (req, res) => {
    onlyQuery(req, []);
    res.json({ ...productChargeView(tenant.one('productCharges', req.params.key, 'number')), success: true });
  });
  return router;
}

const externalIdsSchema = z.strictObject({ ratePlan: z.string(), ids: z.array(z.string()) });

/** External ids of rate plans, which people map on a settings page that has no API. */
export function catalogSwitchRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.post('/__sim/catalog/external-ids', (req, res) => {
    const { ratePlan, ids } = parse(externalIdsSchema, req.body);
    const plan = tenant.one('productRatePlans', ratePlan, 'productRatePlanNumber');
    plan.externallyManagedPlanIds = ids;
    tenant.touch();
    res.json({ ratePlan: plan.id, ids });
  });
  return router;
}
