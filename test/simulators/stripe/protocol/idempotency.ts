import type { Request, Response } from 'express';
import type { World } from '../world.ts';
import { invalid, StripeRefusal } from './errors.ts';
import type { Raw } from './params.ts';

/** Keys are kept for a day of the simulated clock (Stripe docs, "Idempotent requests": at least 24 hours). */
const keptSeconds = 86_400;

export type Answer = { status: number; body: object };

/** The Idempotency-Key of a write; v1 has them on POST, v2 on DELETE too. */
export function idempotencyKey(req: Request): string | undefined {
  const counts = req.method === 'POST' || (req.method === 'DELETE' && req.path.startsWith('/v2/'));
  return counts ? req.get('idempotency-key') : undefined;
}

/**
 * Carries a write with an Idempotency-Key out once; its first answer is repeated, that of a server error or declined card
 * too. Answers that only say that the request was wrong are not kept, nor, in v2, any that is no success (Stripe docs).
 */
export function once(req: Request, res: Response, world: World, raw: Raw, carryOut: () => Answer): Answer {
  const key = idempotencyKey(req);
  if (key === undefined) return carryOut();
  if (key.length > 255) throw invalid('Idempotency keys are limited to 255 characters.');
  const request = `${req.method} ${req.path} ${JSON.stringify(raw)}`;
  const kept = world.state.answers[key];
  const now = world.clock.seconds();
  if (kept && kept.at > now - keptSeconds) {
    if (kept.request !== request)
      throw new StripeRefusal(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    res.set({ 'Idempotent-Replayed': 'true', 'Original-Request': kept.requestId });
    return { status: kept.status, body: kept.body as object };
  }
  const answer = carryOut();
  const keeps =
    answer.status < 300 || (!req.path.startsWith('/v2/') && (answer.status === 402 || answer.status === 500));
  if (keeps) {
    world.state.answers[key] = { request, ...answer, at: now, requestId: String(res.get('Request-Id')) };
    world.store.touch();
  }
  return answer;
}
