import type { RequestHandler } from 'express';
import type { TenantData } from '../model.ts';
import type { Tenant } from '../tenant.ts';

/**
 * Lets reads lag behind writes, as real tenants do for moments: while `readLagMs` is set, a GET sees what was there so
 * much real time ago. Has to stand right before the routes, which answer at once.
 */
export function readLag(tenant: Tenant): RequestHandler {
  /** What was there until a write began. */
  let pasts: { until: number; data: TenantData }[] = [];
  return (req, _res, next) => {
    const { readLagMs } = tenant.options;
    if (readLagMs === 0) {
      pasts = [];
      return next();
    }
    const seen = Date.now() - readLagMs;
    pasts = pasts.filter((one) => one.until > seen);
    if (req.method !== 'GET') {
      pasts.push({ until: Date.now(), data: structuredClone(tenant.data) });
      return next();
    }
    const past = pasts[0];
    if (!past) return next();
    const { state } = tenant;
    const present = state.data;
    state.data = past.data;
    tenant.revision++;
    try {
      next();
    } finally {
      state.data = present;
      tenant.revision++;
    }
  };
}
