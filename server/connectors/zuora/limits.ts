import type { CallClass, RateLimit, UpstreamLimits, UpstreamSignal } from '../../workflows/ports/upstream.ts';

/** Kinds of tenants; they differ in how often they may be called. */
export const ZUORA_TENANTS = ['production', 'central-sandbox', 'developer-sandbox', 'api-sandbox'] as const;
export type ZuoraTenant = (typeof ZUORA_TENANTS)[number];

/** Calls a minute, an hour and a day (Zuora docs, "Rate limits"). */
const CALLS: Readonly<Record<ZuoraTenant, readonly [minute: number, hour: number, day: number]>> = {
  production: [50_000, 2_250_000, 27_000_000],
  'central-sandbox': [50_000, 2_250_000, 27_000_000],
  'developer-sandbox': [12_500, 25_000, 50_000],
  'api-sandbox': [2_500, 5_000, 10_000],
};
/** Tokens a minute that one address may ask for. */
const TOKENS_PER_MINUTE = 100;
/**
 * Calls under way, by class: what we take of the 40, 200 and 80 that a tenant allows, since others call it too (Zuora
 * docs, "Concurrent request limits").
 */
const IN_FLIGHT = { Default: 20, HighVolume: 50, ObjectQuery: 30 } as const;
/** Outages in a row after which a tenant is left alone for a while. */
const BREAKER_AFTER = 5;
/** Left of the calls under way that a tenant allows, or of its calls, when we go slower by ourselves. */
const NEARLY_FULL = 0.2;
const NEARLY_USED_UP = 0.05;

export const TOKEN_ENDPOINT = 'token';

const HIGH_VOLUME =
  /^(POST \/v1\/(accounts|orders|orders\/preview|subscriptions|subscriptions\/preview|rsa-signatures)|PUT \/v1\/subscriptions\/[^/]+(\/(cancel|renew))?)$/;

/** @param endpoint method and path */
function classNameOf(endpoint: string): keyof typeof IN_FLIGHT {
  if (endpoint.startsWith('GET /object-query/')) return 'ObjectQuery';
  return HIGH_VOLUME.test(endpoint) ? 'HighVolume' : 'Default';
}

/** Share of a day's calls that looking for changes may take: little where calls are few, as in an API sandbox. */
const SWEEP_SHARE = 0.2;

/** @returns calls a day that looking for changes may take */
export function callsForSweeps(tenant: ZuoraTenant): number {
  return CALLS[tenant][2] * SWEEP_SHARE;
}

/** What Zuora allows a connection. */
export function zuoraLimits(connection: string, tenant: ZuoraTenant): UpstreamLimits {
  const [minute, hour, day] = CALLS[tenant];
  // Of the longer windows half may go in one stretch, such as a backfill; the rest comes back over the time.
  const rates: RateLimit[] = [
    { name: 'minute', calls: minute, perSeconds: 60, burst: Math.floor(minute * 0.08) },
    { name: 'hour', calls: hour, perSeconds: 3_600, burst: hour / 2 },
    { name: 'day', calls: day, perSeconds: 86_400, burst: day / 2 },
  ];
  const tokens: CallClass = {
    name: TOKEN_ENDPOINT,
    rates: [{ name: TOKEN_ENDPOINT, calls: TOKENS_PER_MINUTE, perSeconds: 60, burst: 10 }],
    inFlight: null,
  };
  return {
    upstream: connection,
    breakerAfter: BREAKER_AFTER,
    classOf(endpoint) {
      if (endpoint === TOKEN_ENDPOINT) return tokens;
      const name = classNameOf(endpoint);
      return { name, rates, inFlight: IN_FLIGHT[name] };
    },
  };
}

type Answer = { status: number; header(name: string): string | undefined };

function numberIn(text: string | undefined): number | null {
  // `RateLimit-Limit` begins with the window that counts now: `2250000, 50000;w=60, …`.
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) && value >= 0 ? value : null;
}

function shareLeft(answer: Answer, prefix: string): number | null {
  const [left, limit] = [numberIn(answer.header(`${prefix}-remaining`)), numberIn(answer.header(`${prefix}-limit`))];
  return left === null || limit === null || limit === 0 ? null : left / limit;
}

/** Longest pause that is taken at its word, ms. */
const LONGEST_WAIT_MS = 3_600_000;

/** @returns ms that Zuora asks to wait; null when it does not say */
export function waitOf(answer: Answer): number | null {
  const seconds =
    numberIn(answer.header('retry-after')) ??
    (answer.status === 429 ? numberIn(answer.header('ratelimit-reset')) : null);
  return seconds === null ? null : Math.min(seconds * 1000, LONGEST_WAIT_MS);
}

/** What an answer says about the next calls. @param refusedForLimit its body says so, as older versions do with 200 */
export function zuoraSignal(answer: Answer, endpoint: string, refusedForLimit: boolean): UpstreamSignal {
  if (answer.status === 429 || refusedForLimit) {
    const ofClass = endpoint === TOKEN_ENDPOINT || (shareLeft(answer, 'ratelimit') ?? 1) > 0;
    const limit = endpoint === TOKEN_ENDPOINT ? TOKEN_ENDPOINT : ofClass ? classNameOf(endpoint) : 'minute';
    return { kind: 'slow_down', limit, waitMs: waitOf(answer) ?? 1_000 };
  }
  if (answer.status === 503 && answer.header('retry-after') !== undefined)
    return { kind: 'slow_down', limit: null, waitMs: waitOf(answer) };
  if (answer.status >= 500 && answer.status !== 501) return { kind: 'outage' };
  if ((shareLeft(answer, 'concurrency-limit') ?? 1) < NEARLY_FULL)
    return { kind: 'answered', slower: classNameOf(endpoint) };
  if ((shareLeft(answer, 'ratelimit') ?? 1) < NEARLY_USED_UP) return { kind: 'answered', slower: 'minute' };
  return { kind: 'answered' };
}
