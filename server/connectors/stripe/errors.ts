import Stripe from 'stripe';
import { z } from 'zod';
import { Fault, UNREADABLE_RETRY_MS } from '../../domain/fault.ts';
import { connectionTrouble } from '../../platform/connectionTrouble.ts';

/** Stripe asks to wait so long after a refusal for too many calls when it names no time (real time, ms). */
const DEFAULT_WAIT_MS = 1_000;

/** @returns ms that Stripe asks to wait for */
export function waitOf(headers: Record<string, string> | undefined): number {
  const seconds = Number(headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : DEFAULT_WAIT_MS;
}

/** @returns the fault for an answer that never came or could not be read */
export function toStripeOutage(cause: unknown): Fault {
  const trouble = connectionTrouble(cause);
  return new Fault({
    code: 'stripe_unavailable',
    kind: 'unavailable',
    publicText: `Stripe could not be reached${trouble === null ? '' : `: ${trouble}`}; it is tried again.`,
    outcomeUnknown: true,
    cause,
  });
}

/** Our own fault in an error of the SDK, which wraps what its transport throws. */
function faultIn(error: unknown): Fault | null {
  if (error instanceof Fault) return error;
  if (error instanceof Stripe.errors.StripeError && 'detail' in error && error.detail instanceof Error)
    return faultIn(error.detail) ?? faultIn(error.detail.cause);
  return null;
}

/**
 * Turns any error of the SDK, or of reading its answers, into our one.
 *
 * @param doing what was being done, in words, such as `reading subscriptions`
 */
export function toStripeFault(error: unknown, doing: string): Fault {
  const fault = faultIn(error);
  if (fault !== null) return fault;
  if (error instanceof z.ZodError) {
    return new Fault({
      code: 'stripe_answer_unreadable',
      kind: 'bug',
      retryable: true,
      retryAfterMs: UNREADABLE_RETRY_MS,
      publicText: `Stripe answered in a shape that is not known here while ${doing} (${error.issues[0]?.path.join('.') ?? ''}). Update Billing 360, or report it.`,
      context: { issues: error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`) },
      cause: error,
    });
  }
  if (!(error instanceof Stripe.errors.StripeError)) {
    return new Fault({
      code: 'stripe_failed',
      kind: 'bug',
      publicText: `Something went wrong while ${doing} in Stripe.`,
      cause: error,
    });
  }
  const context = {
    type: error.type,
    code: error.code,
    param: error.param,
    requestId: error.requestId,
    status: error.statusCode,
  };
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    return new Fault({
      code: 'stripe_busy',
      kind: 'rate_limited',
      publicText: 'Stripe asks for fewer calls; it is tried again.',
      retryAfterMs: waitOf(error.headers),
      context,
      cause: error,
    });
  }
  if (
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  ) {
    return new Fault({
      code: 'stripe_key_refused',
      kind: 'forbidden',
      publicText: 'Stripe refuses the API key. Check STRIPE_API_KEY and what the key may read.',
      context,
      cause: error,
    });
  }
  if (error instanceof Stripe.errors.StripeConnectionError || error instanceof Stripe.errors.StripeAPIError) {
    return new Fault({
      code: 'stripe_unavailable',
      kind: 'unavailable',
      publicText: 'Stripe could not be reached; it is tried again.',
      context,
      cause: error,
    });
  }
  if (error.statusCode === 404 || error.code === 'resource_missing') {
    return new Fault({
      code: 'stripe_not_found',
      kind: 'not_found',
      publicText: 'Stripe does not know what was asked for.',
      context,
      cause: error,
    });
  }
  if (error.statusCode === 409) {
    return new Fault({
      code: 'stripe_conflict',
      kind: 'conflict',
      publicText: 'Stripe is busy with the same object; it is tried again.',
      retryable: true,
      context,
      cause: error,
    });
  }
  return new Fault({
    code: 'stripe_refused',
    kind: 'invalid',
    publicText: `Stripe refused a call while ${doing}.`,
    context,
    cause: error,
  });
}
