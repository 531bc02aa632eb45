import express, { type Request } from 'express';
import type * as z from 'zod';
import { parseCrud } from '../protocol/crud.ts';
import { category, notFound, notSimulated, ZuoraError } from '../protocol/errors.ts';
import { parse, splitCustomFields } from '../protocol/parse.ts';
import { UnrecognisedFields } from '../protocol/unrecognised.ts';
import type { Tenant } from '../tenant.ts';
import { chargeOf } from './charge.ts';
import { chargeFields, chargeView, productFields, ratePlanFields, rowsOf, tierView, withoutNulls } from './crudView.ts';
import type { Product, ProductCharge, ProductPrice, ProductRatePlan } from './model.ts';
import { chargeSchema, productSchema, ratePlanSchema, tierChangeSchema, unsupportedChargeFields } from './schema.ts';

const refuse = (message: string, kind: number = category.badValue): never => {
  throw new ZuoraError(kind, message);
};

const checkDates = (start: string, end: string): void => {
  if (end <= start) refuse('EffectiveEndDate must be after EffectiveStartDate.', category.rule);
};

/**
 * Splits a body of the CRUD family into fields and custom fields. Those that the object has not got are ignored, unless
 * the call says `rejectUnknownFields=true`.
 */
function split<S extends z.ZodObject>(req: Request, schema: S, defined: readonly string[]) {
  const entries = Object.entries((req.body ?? {}) as object);
  const known = entries.filter(([name]) => name in schema.shape || defined.includes(name));
  if (known.length < entries.length && req.query['rejectUnknownFields'] === 'true') throw new UnrecognisedFields();
  return splitCustomFields(Object.fromEntries(known), defined);
}

/** True for plans that a subscription has or had. */
function isSold(tenant: Tenant, plans: readonly ProductRatePlan[]): boolean {
  const ids = new Set(plans.map((one) => one.id));
  return tenant.data.subscriptions.some((one) => one.ratePlans.some((plan) => ids.has(plan.productRatePlanId)));
}

/** `/v1/object/product*`: the catalog is made in this order: product, rate plan, charge. */
export function catalogCrudRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  productRoutes(router, tenant);
  ratePlanRoutes(router, tenant);
  chargeRoutes(router, tenant);
  tierRoutes(router, tenant);
  return router;
}

/** Fields of a PUT over those that the row has; fields that are not sent stay. */
function merged<S extends z.ZodObject>(schema: S, now: Record<string, unknown>, body: unknown): z.output<S> {
  parse(schema.partial(), body);
  const known = Object.keys(schema.shape);
  const current = Object.entries(withoutNulls(now)).filter(([key]) => known.includes(key));
  return parse(schema, { ...Object.fromEntries(current), ...(body as object) });
}

function productRoutes(router: express.Router, tenant: Tenant): void {
  const defined = tenant.customFields.product;
  const find = (req: Request): Product => tenant.one('products', String(req.params['id']));
  const set = (body: z.output<typeof productSchema>, row: Product | undefined) => {
    checkDates(body.EffectiveStartDate, body.EffectiveEndDate);
    const taken = tenant.data.products.find((one) => one !== row && one.sku === body.SKU);
    if (taken) refuse(`A product with the SKU ${body.SKU} already exists.`);
    return {
      name: body.Name,
      sku: body.SKU ?? row?.sku ?? tenant.number('SKU-'),
      productNumber: body.ProductNumber ?? row?.productNumber ?? tenant.number('PC-'),
      category: body.Category ?? null,
      description: body.Description ?? null,
      effectiveStartDate: body.EffectiveStartDate,
      effectiveEndDate: body.EffectiveEndDate,
      updatedDate: tenant.now(),
    };
  };
  router.post('/v1/object/product', (req, res) => {
    const { standard, custom } = split(req, productSchema, defined);
    const fields = set(parse(productSchema, standard), undefined);
    const id = tenant.newId();
    tenant.data.products.push({ id, ...fields, customFields: custom, createdDate: tenant.now() });
    tenant.touch();
    res.json({ Success: true, Id: id });
  });
  router.get('/v1/object/product/:id', (req, res) => void res.json(withoutNulls(productFields(tenant, find(req)))));
  router.put('/v1/object/product/:id', (req, res) => {
    const product = find(req);
    const { standard, custom } = split(req, productSchema, defined);
    Object.assign(product, set(merged(productSchema, productFields(tenant, product), standard), product));
    Object.assign(product.customFields, custom);
    tenant.touch();
    res.json({ Success: true, Id: product.id });
  });
  router.delete('/v1/object/product/:id', (req, res) => {
    const product = find(req);
    const plans = tenant.by('productRatePlans', 'productId', product.id);
    if (isSold(tenant, plans)) refuse('The product is used by a subscription.', category.rule);
    for (const plan of [...plans]) deletePlan(tenant, plan);
    tenant.data.products.splice(tenant.data.products.indexOf(product), 1);
    tenant.touch();
    res.json({ id: product.id, success: true });
  });
}

function deletePlan(tenant: Tenant, plan: ProductRatePlan): void {
  const { data } = tenant;
  for (const charge of [...tenant.by('productCharges', 'productRatePlanId', plan.id)])
    data.productCharges.splice(data.productCharges.indexOf(charge), 1);
  data.productRatePlans.splice(data.productRatePlans.indexOf(plan), 1);
}

function ratePlanRoutes(router: express.Router, tenant: Tenant): void {
  const find = (req: Request): ProductRatePlan => tenant.one('productRatePlans', String(req.params['id']));
  const defined = tenant.customFields.productRatePlan;
  const set = (body: z.output<typeof ratePlanSchema>, row: ProductRatePlan | undefined) => {
    const product = tenant.by('products', 'id', body.ProductId)[0];
    if (!product) return refuse(`The ProductId ${body.ProductId} is invalid.`);
    const effectiveStartDate = body.EffectiveStartDate ?? product.effectiveStartDate;
    const effectiveEndDate = body.EffectiveEndDate ?? product.effectiveEndDate;
    checkDates(effectiveStartDate, effectiveEndDate);
    return {
      productId: product.id,
      name: body.Name,
      productRatePlanNumber: body.ProductRatePlanNumber ?? row?.productRatePlanNumber ?? tenant.number('PRP-'),
      description: body.Description ?? null,
      effectiveStartDate,
      effectiveEndDate,
      activeCurrencies: body.ActiveCurrencies ?? row?.activeCurrencies ?? [],
      grade: body.Grade ?? null,
      updatedDate: tenant.now(),
    };
  };
  router.post('/v1/object/product-rate-plan', (req, res) => {
    const { standard, custom } = split(req, ratePlanSchema, defined);
    const fields = set(parse(ratePlanSchema, standard), undefined);
    const id = tenant.newId();
    tenant.data.productRatePlans.push({
      id,
      ...fields,
      externallyManagedPlanIds: [],
      customFields: custom,
      createdDate: tenant.now(),
    });
    tenant.touch();
    res.json({ Success: true, Id: id });
  });
  router.get(
    '/v1/object/product-rate-plan/:id',
    (req, res) => void res.json(withoutNulls(ratePlanFields(tenant, find(req)))),
  );
  router.put('/v1/object/product-rate-plan/:id', (req, res) => {
    const plan = find(req);
    const { standard, custom } = split(req, ratePlanSchema, defined);
    Object.assign(plan, set(merged(ratePlanSchema, ratePlanFields(tenant, plan), standard), plan));
    Object.assign(plan.customFields, custom);
    tenant.touch();
    res.json({ Success: true, Id: plan.id });
  });
  router.delete('/v1/object/product-rate-plan/:id', (req, res) => {
    const plan = find(req);
    if (isSold(tenant, [plan])) refuse('The rate plan is used by a subscription.', category.rule);
    deletePlan(tenant, plan);
    tenant.touch();
    res.json({ id: plan.id, success: true });
  });
}

function chargeRoutes(router: express.Router, tenant: Tenant): void {
  const find = (req: Request): ProductCharge => tenant.one('productCharges', String(req.params['id']));
  const defined = tenant.customFields.productRatePlanCharge;
  const splitCharge = (req: Request) => {
    const given = Object.keys((req.body ?? {}) as object);
    const unsupported = given.find((key) => unsupportedChargeFields.includes(key));
    if (unsupported) notSimulated(tenant.ctx.calls, `catalog: ${unsupported} of a charge`);
    return split(req, chargeSchema, defined);
  };
  const addCurrencies = (charge: Pick<ProductCharge, 'productRatePlanId' | 'prices'>) => {
    const plan = tenant.by('productRatePlans', 'id', charge.productRatePlanId)[0];
    if (!plan) return refuse(`The ProductRatePlanId ${charge.productRatePlanId} is invalid.`);
    plan.activeCurrencies = [...new Set([...plan.activeCurrencies, ...charge.prices.map((one) => one.currency)])];
  };
  router.post('/v1/object/product-rate-plan-charge', (req, res) => {
    const { standard, custom } = splitCharge(req);
    const body = parse(chargeSchema, standard);
    const charge = chargeOf(tenant, body);
    addCurrencies(charge);
    const number = body.ProductRatePlanChargeNumber ?? tenant.number('PRPC-');
    const at = tenant.now();
    const id = tenant.newId();
    tenant.data.productCharges.push({ id, number, ...charge, customFields: custom, createdDate: at, updatedDate: at });
    tenant.touch();
    res.json({ Success: true, Id: id });
  });
  router.get(
    '/v1/object/product-rate-plan-charge/:id',
    (req, res) => void res.json(withoutNulls(chargeView(tenant, find(req)))),
  );
  router.put('/v1/object/product-rate-plan-charge/:id', (req, res) => {
    const charge = find(req);
    const { standard, custom } = splitCharge(req);
    const tiers = { ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: charge.prices.flatMap(rowsOf) } };
    const next = chargeOf(tenant, merged(chargeSchema, { ...chargeFields(charge), ...tiers }, standard));
    const repriced = 'ProductRatePlanChargeTierData' in standard;
    Object.assign(charge, next, { prices: repriced ? next.prices : charge.prices, updatedDate: tenant.now() });
    Object.assign(charge.customFields, custom);
    addCurrencies(charge);
    tenant.touch();
    res.json({ Success: true, Id: charge.id });
  });
  router.delete('/v1/object/product-rate-plan-charge/:id', (req, res) => {
    const charge = find(req);
    const plan = tenant.by('productRatePlans', 'id', charge.productRatePlanId);
    if (isSold(tenant, plan)) refuse('The charge is used by a subscription.', category.rule);
    tenant.data.productCharges.splice(tenant.data.productCharges.indexOf(charge), 1);
    tenant.touch();
    res.json({ id: charge.id, success: true });
  });
}

function tierRoutes(router: express.Router, tenant: Tenant): void {
  const find = (id: string): { charge: ProductCharge; price: ProductPrice } => {
    for (const charge of tenant.data.productCharges)
      for (const price of charge.prices) if (price.rowIds.includes(id)) return { charge, price };
    throw notFound(id);
  };
  router.get('/v1/object/product-rate-plan-charge-tier/:id', (req, res) => {
    const { charge, price } = find(req.params.id);
    res.json(withoutNulls(tierView(tenant, charge, price, req.params.id)));
  });
  router.put('/v1/object/product-rate-plan-charge-tier/:id', (req, res) => {
    const { charge, price } = find(req.params.id);
    const { Price } = parseCrud(tierChangeSchema, req);
    const tier = price.tiers?.[price.rowIds.indexOf(req.params.id)];
    if (tier) tier.price = Price;
    else if (price.overagePrice !== null) price.overagePrice = Price;
    else if (price.price !== null) price.price = Price;
    else refuse('The tier of a discount has no price.', category.rule);
    charge.updatedDate = tenant.now();
    tenant.touch();
    res.json({ Success: true, Id: req.params.id });
  });
}
