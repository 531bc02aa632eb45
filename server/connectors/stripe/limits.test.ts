import { describe, expect, it } from 'vitest';
import { stripeSignal } from './http.ts';
import { endpointOf, stripeLimits, stripeRates } from './limits.ts';

describe('endpoints of Stripe', () => {
  it.each([
    ['/v1/customers', '/v1/customers'],
    ['/v1/customers/cus_1?expand[0]=default_source', '/v1/customers/:id'],
    ['/v1/customers/search?query=x', '/v1/customers/search'],
    ['/v1/coupons/SPRING', '/v1/coupons/:id'],
    ['/v1/billing/meters/mtr_1/event_summaries', '/v1/billing/meters/:id/event_summaries'],
    ['/v1/invoices/create_preview', '/v1/invoices/create_preview'],
    ['/v2/core/events/evt_1', '/v2/core/events/:id'],
  ])('%s is counted as %s', (path, route) => {
    expect(endpointOf('GET', path)).toBe(`GET ${route}`);
  });
});

describe('limits of Stripe', () => {
  it('are those of the mode of the key', () => {
    expect(stripeRates('rk_live_1').perSecond).toBe(100);
    expect(stripeRates('sk_test_1')).toEqual({ perSecond: 25, perEndpointSecond: 25 });
  });

  it('are never exceeded in a second, and used to more than nine tenths', () => {
    for (const calls of [20, 25, 100, 1000]) {
      const limits = stripeLimits('stripe', { perSecond: calls, perEndpointSecond: calls });
      for (const { burst, perSeconds, ...rate } of limits.classOf('GET /v1/invoices').rates) {
        expect(rate.calls).toBe(calls);
        expect(perSeconds).toBe(1);
        expect(burst).toBeGreaterThanOrEqual(1);
        expect((calls - burst) / calls).toBeGreaterThanOrEqual(0.92);
      }
    }
  });

  it('allow less for search', () => {
    const [, own] = stripeLimits('stripe', stripeRates('sk_live_1')).classOf('GET /v1/customers/search').rates;
    expect(own).toMatchObject({ name: 'GET /v1/customers/search', calls: 20 });
  });
});

describe('what an answer of Stripe says about the next calls', () => {
  const signal = (status: number, headers: Record<string, string> = {}, code = 'rate_limit') =>
    stripeSignal({ status, headers, body: { error: { code } } }, 'GET /v1/invoices');

  it.each([
    [{}, { limit: 'all', waitMs: 1000 }],
    [{ 'retry-after': '7' }, { limit: 'all', waitMs: 7000 }],
    [{ 'retry-after': 'soon' }, { limit: 'all', waitMs: 1000 }],
    [{ 'stripe-rate-limited-reason': 'global-rate' }, { limit: 'all', waitMs: 1000 }],
    [{ 'stripe-rate-limited-reason': 'endpoint-rate' }, { limit: 'GET /v1/invoices', waitMs: 1000 }],
    [{ 'stripe-rate-limited-reason': 'endpoint-concurrency' }, { limit: 'GET /v1/invoices', waitMs: 1000 }],
  ])('too many calls with %j', (headers, expected) => {
    expect(signal(429, headers)).toEqual({ kind: 'slow_down', ...expected });
  });

  it('a lock, a refusal and what is not simulated are no reason to go slower, an outage is one of its own', () => {
    expect(signal(429, {}, 'lock_timeout')).toEqual({ kind: 'answered' });
    for (const status of [200, 400, 401, 403, 404, 409, 501]) expect(signal(status).kind).toBe('answered');
    for (const status of [500, 502, 503, 504]) expect(signal(status).kind).toBe('outage');
  });
});
