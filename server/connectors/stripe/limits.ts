import type { RateLimit, UpstreamLimits } from '../../workflows/ports/upstream.ts';

/** Calls a second that a Stripe account may make, in all and to one endpoint. */
export type StripeRates = { perSecond: number; perEndpointSecond: number };

/**
 * Stripe docs, "Rate limits": 100 a second in live mode and 25 in a sandbox, 25 to one endpoint (method and route), 20
 * for search. Accounts can be given more.
 */
export function stripeRates(apiKey: string): StripeRates {
  return { perSecond: /^(sk|rk)_live_/.test(apiKey) ? 100 : 25, perEndpointSecond: 25 };
}

const SEARCH_PER_SECOND = 20;
/** Outages in a row after which Stripe is left alone for a while. */
const BREAKER_AFTER = 5;
/** Share of a second's calls that may go at once; the rest are spread over it, and what is used is 92 % of the limit. */
const BURST_SHARE = 0.08;

/** First parts of paths that are no resource by themselves. */
const NAMESPACES = new Set(['billing', 'billing_portal', 'checkout', 'core', 'entitlements', 'tax', 'test_helpers']);
/** What stands where an id would and is none. */
const VERBS = new Set(['search', 'create_preview']);

/** @returns method and route, such as `GET /v1/customers/:id`, of a call's path */
export function endpointOf(method: string, path: string): string {
  const [version = '', ...parts] = path
    .replace(/\?.*$/, '')
    .split('/')
    .filter((part) => part !== '');
  const first = NAMESPACES.has(parts[0] ?? '') ? 2 : 1;
  const route = parts.map((part, index) =>
    index >= first && (index - first) % 2 === 0 && !VERBS.has(part) ? ':id' : part,
  );
  return `${method} /${[version, ...route].join('/')}`;
}

function aSecond(name: string, calls: number): RateLimit {
  return { name, calls, perSeconds: 1, burst: Math.max(1, Math.floor(calls * BURST_SHARE)) };
}

/** Name of the limit on all calls together. */
export const ALL_CALLS = 'all';

/** What Stripe allows a connection. */
export function stripeLimits(connection: string, { perSecond, perEndpointSecond }: StripeRates): UpstreamLimits {
  return {
    upstream: connection,
    breakerAfter: BREAKER_AFTER,
    classOf(endpoint) {
      const most = endpoint.endsWith('/search') ? Math.min(SEARCH_PER_SECOND, perEndpointSecond) : perEndpointSecond;
      return { name: endpoint, rates: [aSecond(ALL_CALLS, perSecond), aSecond(endpoint, most)], inFlight: null };
    },
  };
}
