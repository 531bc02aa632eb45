import express from 'express';
import { notSimulated } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';

/** Subscribe and Amend, which tenants with Orders have not; its answer there is not documented. */
const routes = [
  ['post', '/v1/subscriptions'],
  ['post', '/v1/subscriptions/preview'],
  ['post', '/v1/subscriptions/:key/preview'],
  ['put', '/v1/subscriptions/:key'],
  ['put', '/v1/subscriptions/:key/renew'],
  ['put', '/v1/subscriptions/:key/cancel'],
  ['put', '/v1/subscriptions/:key/suspend'],
  ['put', '/v1/subscriptions/:key/resume'],
  ['put', '/v1/subscriptions/:key/delete'],
] as const;

/** Refuses Subscribe and Amend with 501. */
export function legacyRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  for (const [method, path] of routes)
    router[method](path, () =>
      notSimulated(tenant.ctx.calls, `Subscribe and Amend (${method.toUpperCase()} ${path}); use orders`),
    );
  return router;
}
