import type { UpstreamLimits, UpstreamSignal } from '../../workflows/ports/upstream.ts';

/** Name of the org among upstreams. */
export const SALESFORCE = 'salesforce';
/** The one class of calls. */
export const REQUESTS = 'requests';

/**
 * Calls under way: what we take of the 25 long-running ones (20 s or more) that an org allows (Salesforce Developer
 * Limits, "Concurrent API Request Limits"; a trial or Developer Edition org allows 5, and says so when it is too many).
 */
const IN_FLIGHT = 20;
/** The daily allowance is a rolling one: some of it is back soon, ms. */
const DAILY_WAIT_MS = 300_000;
const CONCURRENT_WAIT_MS = 2_000;

/** What an org allows; how many calls a day is a matter of the writer. What does not answer is left alone by the outbox. */
export const salesforceLimits: UpstreamLimits = {
  upstream: SALESFORCE,
  breakerAfter: null,
  classOf: () => ({ name: REQUESTS, rates: [], inFlight: IN_FLIGHT }),
};

type Answer = { statusCode: number; headers?: Record<string, string> | undefined; body?: unknown };

/** What an answer says about the next calls (Salesforce REST API Developer Guide, "Status Codes and Error Responses"). */
export function salesforceSignal({ statusCode, headers = {}, body }: Answer): UpstreamSignal {
  const text = typeof body === 'string' ? body : '';
  if (statusCode === 403 && text.includes('REQUEST_LIMIT_EXCEEDED')) {
    // Too many long calls at once pass with the next one that ends.
    if (text.includes('ConcurrentPerOrgLongTxn'))
      return { kind: 'slow_down', limit: REQUESTS, waitMs: CONCURRENT_WAIT_MS };
    return { kind: 'slow_down', limit: null, waitMs: DAILY_WAIT_MS };
  }
  const seconds = Number(headers['retry-after']);
  if ((statusCode === 429 || statusCode === 503) && seconds > 0)
    return { kind: 'slow_down', limit: null, waitMs: Math.min(seconds, 3_600) * 1000 };
  if (statusCode === 429) return { kind: 'slow_down', limit: REQUESTS, waitMs: CONCURRENT_WAIT_MS };
  return statusCode >= 500 ? { kind: 'outage' } : { kind: 'answered' };
}
