import type { Request, RequestHandler, Response } from 'express';
import type { Tenant } from '../tenant.ts';
import { category, sendError, ZuoraError } from './errors.ts';
import { versionsOfRequest } from './versions.ts';

/** Windows of rate limits: their length in seconds, and what a production tenant may send in each. */
const windows = [
  { seconds: 60, option: 'callsPerMinute', limit: 50_000 },
  { seconds: 3600, option: 'callsPerHour', limit: 2_250_000 },
  { seconds: 86_400, option: 'callsPerDay', limit: 27_000_000 },
] as const;

/** Kinds of calls, each with a limit of its own on how many may be under way. */
const concurrencyLimits = { Default: 40, HighVolume: 200, ObjectQuery: 80 };

export type CallKind = keyof typeof concurrencyLimits;

const highVolume =
  /^(POST \/v1\/(accounts|orders|orders\/preview|subscriptions|subscriptions\/preview|rsa-signatures)|PUT \/v1\/subscriptions\/[^/]+(\/(cancel|renew))?)$/;

function kindOf(req: Request): CallKind {
  if (req.path.startsWith('/object-query/')) return 'ObjectQuery';
  return highVolume.test(`${req.method} ${req.path}`) ? 'HighVolume' : 'Default';
}

function tooMany(req: Request, res: Response, message: string, retryAfterSeconds: number): void {
  res.set('Retry-After', String(retryAfterSeconds));
  sendError(new ZuoraError(category.rateLimit, message), req, res, versionsOfRequest(req));
}

/**
 * Rate limits of a minute, an hour and a day (calls that fail count too), and limits of calls under way. The headers
 * are always there; what they say is enforced once a switch sets a limit (Zuora docs, "Rate limits").
 */
export function limits(tenant: Tenant): RequestHandler {
  const inFlight = { Default: 0, HighVolume: 0, ObjectQuery: 0 };
  const counts = windows.map(() => ({ startsAt: 0, calls: 0 }));
  return (req, res, next) => {
    const kind = kindOf(req);
    inFlight[kind]++;
    res.once('close', () => inFlight[kind]--);
    const now = Date.now();
    const states = windows.map(({ seconds, option, limit }, index) => {
      const count = counts[index]!;
      if (now - count.startsAt >= seconds * 1000) Object.assign(count, { startsAt: now, calls: 0 });
      count.calls++;
      const allowed = tenant.options[option] ?? limit;
      const reset = Math.ceil((count.startsAt + seconds * 1000 - now) / 1000);
      return { seconds, allowed, enforced: tenant.options[option] !== null, left: allowed - count.calls, reset };
    });
    // The headers tell of the window that is closest to being used up.
    const closest = states.toSorted((a, b) => a.left / a.allowed - b.left / b.allowed)[0]!;
    const allowed = tenant.options.inFlight?.[kind] ?? concurrencyLimits[kind];
    res.set({
      'RateLimit-Limit': [closest.allowed, ...states.map((one) => `${one.allowed};w=${one.seconds}`)].join(', '),
      'RateLimit-Remaining': String(Math.max(0, closest.left)),
      'RateLimit-Reset': String(closest.reset),
      'Concurrency-Limit-Type': kind,
      'Concurrency-Limit-Limit': String(allowed),
      'Concurrency-Limit-Remaining': String(Math.max(0, allowed - inFlight[kind])),
    });
    const over = states.find((one) => one.enforced && one.left < 0);
    if (over) return tooMany(req, res, 'The request limit of this tenant is used up.', over.reset);
    if (tenant.options.inFlight && inFlight[kind] > allowed)
      return tooMany(req, res, 'Too many requests are under way at the same time.', 1);
    next();
  };
}
