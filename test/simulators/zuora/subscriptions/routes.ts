import express, { type Request } from 'express';
import type * as z from 'zod';
import { isDate } from '../dates.ts';
import type { Account } from '../model.ts';
import { subscriptionFieldsSchema } from '../orders/schema/changes.ts';
import { category, notFound, resource, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { customFields, parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import type { SubscriptionVersion } from './model.ts';
import { contractMetrics, detailedMetrics, subscriptionView, type ChargeDetail, type ViewOptions } from './view.ts';

const detailParameters = ['charge-detail', 'as-of-date', 'exclude-rate-plans-with-no-charges'] as const;
const metricParameters = ['getDetailedMetrics', 'asOfDay'] as const;
const ownerParameters = ['getInvoiceOwnerDetails', 'getSubscriptionOwnerDetails'] as const;

const bad = (name: string, value: unknown): never => {
  throw new ZuoraError(category.badValue, `'${name}' value is not valid: ${String(value)}.`);
};

function detailOf(req: Request): ChargeDetail {
  const kind = req.query['charge-detail'] ?? 'last-segment';
  if (kind === 'last-segment' || kind === 'current-segment' || kind === 'all-segments') return { kind };
  const asOf = req.query['as-of-date'];
  if (kind === 'specific-segment' && typeof asOf === 'string' && isDate(asOf)) return { kind, asOf };
  return bad('charge-detail', kind);
}

function dayOf(tenant: Tenant, req: Request): string {
  const day = req.query['asOfDay'] ?? tenant.today();
  return typeof day === 'string' && isDate(day) ? day : bad('asOfDay', day);
}

const optionsOf = (tenant: Tenant, req: Request): ViewOptions => ({
  detail: detailOf(req),
  withoutEmptyPlans: req.query['exclude-rate-plans-with-no-charges'] === 'true',
  metricsOf: req.query['getDetailedMetrics'] === 'true' ? dayOf(tenant, req) : undefined,
});

const accountDetails = (account: Account) => ({
  accountId: account.id,
  accountNumber: account.accountNumber,
  accountName: account.name,
});

/** Reads of subscriptions and their custom fields; everything else goes through orders. */
export function subscriptionRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const versionOf = (key: string, version: string): SubscriptionVersion => {
    const { number } = tenant.subscription(key);
    const found = tenant.by('subscriptions', 'number', number).find((one) => String(one.version) === version);
    if (!found) throw notFound(version);
    return found;
  };
  router.get('/v1/subscriptions/subscription-metrics', (req, res) => {
    onlyQuery(req, ['subscriptionNumbers[]', 'subscriptionNumbers', 'asOfDay']);
    const given = req.query['subscriptionNumbers[]'] ?? req.query['subscriptionNumbers'];
    const numbers = Array.isArray(given) ? given.map(String) : given === undefined ? [] : [String(given)];
    if (numbers.length === 0)
      throw new ZuoraError(category.missingParameter, "Missing required parameter 'subscriptionNumbers[]'.");
    const day = dayOf(tenant, req);
    const subscriptionMetrics = numbers.map((subscriptionNumber) => {
      const subscription = tenant.subscription(subscriptionNumber);
      return { subscriptionNumber, ...contractMetrics(subscription), ...detailedMetrics(subscription, day) };
    });
    res.json({ subscriptionMetrics, success: true });
  });
  router.get('/v1/subscriptions/accounts/:key', (req, res) => {
    onlyQuery(req, [...pageParameters, ...detailParameters, ...metricParameters]);
    const account = tenant.account(req.params.key);
    const found = tenant
      .by('subscriptions', 'accountId', account.id)
      .filter((one) => tenant.subscription(one.number) === one)
      .sort((a, b) => b.updatedDate - a.updatedDate);
    const { rows, ...next } = page(req, origin(), found);
    const options = optionsOf(tenant, req);
    res.json({ subscriptions: rows.map((one) => subscriptionView(tenant, one, options)), ...next, success: true });
  });
  router.get('/v1/subscriptions/:key', (req, res) => {
    onlyQuery(req, [...detailParameters, ...metricParameters, ...ownerParameters]);
    const subscription = tenant.subscription(req.params.key);
    res.json({
      success: true,
      ...subscriptionView(tenant, subscription, optionsOf(tenant, req)),
      ...(req.query['getInvoiceOwnerDetails'] === 'true' && {
        invoiceOwnerAccountDetails: accountDetails(tenant.account(subscription.invoiceOwnerAccountId)),
      }),
      ...(req.query['getSubscriptionOwnerDetails'] === 'true' && {
        accountOwnerDetails: accountDetails(tenant.account(subscription.accountId)),
      }),
    });
  });
  router.get('/v1/subscriptions/:key/versions/:version', (req, res) => {
    onlyQuery(req, [...detailParameters, ...metricParameters]);
    const version = versionOf(req.params.key, req.params.version);
    res.json({ success: true, ...subscriptionView(tenant, version, optionsOf(tenant, req)) });
  });
  router.put('/v1/subscriptions/:key/customFields', (req, res) => {
    const subscription = tenant.subscription(req.params.key);
    setCustomFields(tenant, subscription, parse(subscriptionFieldsSchema, req.body, resource.subscription));
    res.json({ success: true });
  });
  router.put('/v1/subscriptions/:key/versions/:version/customFields', (req, res) => {
    const version = versionOf(req.params.key, req.params.version);
    setCustomFields(tenant, version, parse(subscriptionFieldsSchema, req.body, resource.subscription));
    res.json({ success: true });
  });
  return router;
}

/** Sets custom fields without an order: no new version, all of them or none. */
function setCustomFields(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  body: z.output<typeof subscriptionFieldsSchema>,
): void {
  const { subscription: ofSubscription, ratePlan: ofPlan, ratePlanCharge: ofCharge } = tenant.customFields;
  const check = (fields: Record<string, unknown> | undefined, defined: readonly string[]) =>
    customFields(fields ?? {}, defined, resource.subscription);
  const invalid = (what: string): never => {
    throw new ZuoraError(category.badValue, `The ${what} is invalid.`, resource.subscription);
  };
  const changes = [{ row: subscription as { customFields: object }, fields: check(body.customFields, ofSubscription) }];
  for (const { ratePlanId, customFields: fields, charges = [] } of body.ratePlans ?? []) {
    const plan = subscription.ratePlans.find((one) => one.id === ratePlanId) ?? invalid(`rate plan ${ratePlanId}`);
    changes.push({ row: plan, fields: check(fields, ofPlan) });
    for (const { chargeId, chargeNumber, customFields: own } of charges) {
      const segments = plan.segments.filter((one) => one.id === chargeId || one.number === chargeNumber);
      if (segments.length === 0) invalid(`charge ${chargeId ?? chargeNumber}`);
      for (const row of segments) changes.push({ row, fields: check(own, ofCharge) });
    }
  }
  for (const { row, fields } of changes) Object.assign(row.customFields, fields);
  subscription.updatedDate = tenant.now();
  tenant.touch();
}
