import express, { type Request } from 'express';
import { isDate } from '../dates.ts';
import { category, notFound, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import type { Tenant } from '../tenant.ts';
import { subscriptionView, type ChargeDetail } from './view.ts';

const detailParameters = ['charge-detail', 'as-of-date', 'exclude-rate-plans-with-no-charges'] as const;

function detailOf(req: Request): ChargeDetail {
  const kind = req.query['charge-detail'] ?? 'last-segment';
  if (kind === 'last-segment' || kind === 'current-segment' || kind === 'all-segments') return { kind };
  const asOf = req.query['as-of-date'];
  if (kind === 'specific-segment' && typeof asOf === 'string' && isDate(asOf)) return { kind, asOf };
  throw new ZuoraError(category.badValue, `'charge-detail' value is not valid: ${String(kind)}.`);
}

const withoutEmptyPlans = (req: Request): boolean => req.query['exclude-rate-plans-with-no-charges'] === 'true';

/** Reads of subscriptions; writes go through orders. */
export function subscriptionRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  router.get('/v1/subscriptions/accounts/:key', (req, res) => {
    onlyQuery(req, [...pageParameters, ...detailParameters]);
    const account = tenant.account(req.params.key);
    const found = tenant
      .latest()
      .filter((one) => one.accountId === account.id)
      .sort((a, b) => b.updatedDate - a.updatedDate);
    const { rows, ...next } = page(req, origin(), found);
    const subscriptions = rows.map((one) => subscriptionView(tenant, one, detailOf(req), withoutEmptyPlans(req)));
    res.json({ subscriptions, ...next, success: true });
  });
  router.get('/v1/subscriptions/:key', (req, res) => {
    onlyQuery(req, detailParameters);
    const subscription = tenant.subscription(req.params.key);
    res.json({ success: true, ...subscriptionView(tenant, subscription, detailOf(req), withoutEmptyPlans(req)) });
  });
  router.get('/v1/subscriptions/:key/versions/:version', (req, res) => {
    onlyQuery(req, detailParameters);
    const { number } = tenant.subscription(req.params.key);
    const version = tenant.data.subscriptions.find(
      (one) => one.number === number && String(one.version) === req.params.version,
    );
    if (!version) throw notFound(req.params.version);
    res.json({ success: true, ...subscriptionView(tenant, version, detailOf(req), withoutEmptyPlans(req)) });
  });
  return router;
}
