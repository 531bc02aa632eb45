import { describe, expect, it } from 'vitest';
import { TOKEN_ENDPOINT, waitOf, ZUORA_TENANTS, zuoraLimits, zuoraSignal } from './limits.ts';

const classOf = (endpoint: string) => zuoraLimits('zuora', 'production').classOf(endpoint);

function signal(status: number, headers: Record<string, string> = {}, refusedForLimit = false) {
  return zuoraSignal({ status, header: (name) => headers[name] }, 'GET /v1/payments', refusedForLimit);
}

describe('limits of Zuora', () => {
  it.each([
    ['GET /v1/accounts/A1', 'Default', 20],
    ['GET /object-query/subscriptions', 'ObjectQuery', 30],
    ['POST /v1/orders', 'HighVolume', 50],
    ['PUT /v1/subscriptions/A-S1/cancel', 'HighVolume', 50],
    ['POST /v1/orders/async', 'Default', 20],
    ['POST /query/jobs', 'Default', 20],
  ])('%s counts as %s, of which %i may be under way', (endpoint, name, inFlight) => {
    expect(classOf(endpoint)).toMatchObject({ name, inFlight });
  });

  it('of tokens are their own', () => {
    expect(classOf(TOKEN_ENDPOINT)).toMatchObject({ rates: [{ calls: 100, perSeconds: 60 }], inFlight: null });
  });

  it.each(ZUORA_TENANTS)('of a %s tenant let some go at once and are whole in any stretch of their time', (tenant) => {
    const { rates } = zuoraLimits('zuora', tenant).classOf('GET /v1/payments');
    expect(rates.map(({ perSeconds }) => perSeconds)).toEqual([60, 3_600, 86_400]);
    for (const { calls, burst } of rates) expect(burst > 0 && burst <= calls / 2).toBe(true);
  });
});

describe('what an answer of Zuora says about the next calls', () => {
  it('too many calls under way are a matter of their class, too many in all of the tenant', () => {
    expect(
      signal(429, { 'retry-after': '2', 'ratelimit-limit': '50000, 50000;w=60', 'ratelimit-remaining': '40000' }),
    ).toEqual({ kind: 'slow_down', limit: 'Default', waitMs: 2000 });
    expect(
      signal(429, { 'ratelimit-limit': '2250000, 50000;w=60', 'ratelimit-remaining': '0', 'ratelimit-reset': '600' }),
    ).toEqual({ kind: 'slow_down', limit: 'minute', waitMs: 600_000 });
    expect(signal(429)).toEqual({ kind: 'slow_down', limit: 'Default', waitMs: 1000 });
  });

  it('a refusal with status 200 is one as well', () => {
    expect(signal(200, {}, true)).toMatchObject({ kind: 'slow_down', limit: 'Default' });
  });

  it('a pause longer than an hour is looked after sooner', () => {
    expect(waitOf({ status: 429, header: (name) => (name === 'ratelimit-reset' ? '86400' : undefined) })).toBe(
      3_600_000,
    );
    expect(waitOf({ status: 429, header: () => 'tomorrow' })).toBeNull();
    expect(waitOf({ status: 200, header: (name) => (name === 'ratelimit-reset' ? '60' : undefined) })).toBeNull();
  });

  it('goes slower when little is left', () => {
    const left = (remaining: string) => ({ 'concurrency-limit-limit': '40', 'concurrency-limit-remaining': remaining });
    expect(signal(200, left('7'))).toEqual({ kind: 'answered', slower: 'Default' });
    expect(signal(200, left('8'))).toEqual({ kind: 'answered' });
    expect(signal(200, { 'ratelimit-limit': '100', 'ratelimit-remaining': '4' })).toEqual({
      kind: 'answered',
      slower: 'minute',
    });
    expect(signal(200, { 'concurrency-limit-limit': 'many', 'concurrency-limit-remaining': '-' })).toEqual({
      kind: 'answered',
    });
  });

  it('an outage is one by its status; a server that names a time is left alone until then', () => {
    for (const status of [500, 502, 503, 504]) expect(signal(status)).toEqual({ kind: 'outage' });
    for (const status of [200, 400, 401, 404, 409, 501]) expect(signal(status)).toEqual({ kind: 'answered' });
    expect(signal(503, { 'retry-after': '30' })).toEqual({ kind: 'slow_down', limit: null, waitMs: 30_000 });
  });
});
