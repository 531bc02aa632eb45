import express from 'express';
import { rampMetrics } from '../metrics/ramp.ts';
import { notFound } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { Ramp, SubscriptionVersion } from './model.ts';

const rampView = ({ number: subscriptionNumber }: SubscriptionVersion, ramp: Ramp): Record<string, unknown> => ({
  id: ramp.id,
  number: ramp.number,
  name: ramp.name,
  description: ramp.description,
  subscriptionNumber,
  charges: ramp.charges?.map((chargeNumber) => ({ chargeNumber })) ?? [],
  intervals: ramp.intervals,
});

/** Ramps by number and by subscription, and their metrics, also those that an order changed. */
export function rampRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const rampOf = (subscription: SubscriptionVersion): Ramp => {
    if (!subscription.ramp) throw notFound(subscription.number);
    return subscription.ramp;
  };
  const byNumber = (number: string): SubscriptionVersion => {
    const found = tenant.latest().find((one) => one.ramp?.number === number);
    if (!found) throw notFound(number);
    return found;
  };
  const metricsOf = (subscription: SubscriptionVersion, base?: SubscriptionVersion | null) =>
    rampMetrics(
      subscription,
      rampOf(subscription),
      tenant.account(subscription.invoiceOwnerAccountId).billCycleDay,
      base,
    );

  router.get('/v1/ramps/:number', (req, res) => {
    const subscription = byNumber(req.params.number);
    res.json({ ramp: rampView(subscription, rampOf(subscription)), success: true });
  });
  router.get('/v1/ramps/:number/ramp-metrics', (req, res) => {
    res.json({ rampMetrics: metricsOf(byNumber(req.params.number)), success: true });
  });
  router.get('/v1/subscriptions/:key/ramps', (req, res) => {
    const subscription = tenant.subscription(req.params.key);
    res.json({ ramp: rampView(subscription, rampOf(subscription)), success: true });
  });
  router.get('/v1/subscriptions/:key/ramp-metrics', (req, res) => {
    res.json({ rampMetrics: metricsOf(tenant.subscription(req.params.key)), success: true });
  });
  router.get('/v1/orders/:number/ramp-metrics', (req, res) => {
    const order = tenant.one('orders', req.params.number, 'orderNumber');
    const made = order.subscriptions.flatMap(({ subscriptionNumber, baseVersion, newVersion }) => {
      const versions = tenant.by('subscriptions', 'number', subscriptionNumber);
      const of = (version: number | null) => versions.find((one) => one.version === version) ?? null;
      const next = of(newVersion);
      return next?.ramp ? [metricsOf(next, of(baseVersion))] : [];
    });
    res.json({ rampMetrics: made, success: true });
  });
  return router;
}
