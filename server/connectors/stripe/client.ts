import Stripe from 'stripe';
import { Fault } from '../../domain/fault.ts';
import { createBoundedAgent, type Bounds } from '../../platform/boundedAgent.ts';
import type { UpstreamGate } from '../../workflows/ports/upstream.ts';
import { createStripeHttpClient } from './http.ts';

/** The version whose shapes `schema.ts` reads; every call and every webhook endpoint names it. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

const BOUNDS: Bounds = { deadlineMs: 20_000, maxBytes: 20_000_000 };

export type StripeClientOptions = {
  apiKey: string;
  /** Where Stripe is, for the simulator; unset for Stripe itself. */
  apiBase?: string;
};

/**
 * @throws Fault of kind invalid when the base is no http or https address
 */
export function createStripeClient(options: StripeClientOptions, gate: UpstreamGate, bounds: Bounds = BOUNDS): Stripe {
  const base = options.apiBase === undefined ? null : URL.parse(options.apiBase);
  if (options.apiBase !== undefined && (base === null || !/^https?:$/.test(base.protocol))) {
    throw new Fault({
      code: 'stripe_base_invalid',
      kind: 'invalid',
      publicText: 'STRIPE_API_BASE is no http or https address.',
    });
  }
  return new Stripe(options.apiKey, {
    apiVersion: STRIPE_API_VERSION,
    // Whoever calls tries again with waits of its own, and after the gate. What is left is one repetition by the SDK of a
    // call whose connection was closed while idle.
    maxNetworkRetries: 0,
    httpClient: createStripeHttpClient(gate, createBoundedAgent(bounds)),
    telemetry: false,
    ...(base === null
      ? {}
      : {
          host: base.hostname,
          port: base.port === '' ? (base.protocol === 'https:' ? 443 : 80) : Number(base.port),
          protocol: base.protocol === 'https:' ? ('https' as const) : ('http' as const),
        }),
  });
}

export type Answer = { lastResponse: { headers: Record<string, string> } };

/** Provider time of an answer in whole seconds (its `Date`). */
export function answeredAt(answer: Answer): Date {
  const at = new Date(answer.lastResponse.headers['date'] ?? '');
  if (Number.isNaN(at.getTime())) {
    throw new Fault({
      code: 'stripe_answer_undated',
      kind: 'unavailable',
      publicText: 'Stripe answered without saying when.',
    });
  }
  return at;
}
