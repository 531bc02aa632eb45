import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Tenant } from '../tenant.ts';
import { category, sendError, ZuoraError } from './errors.ts';
import { versionsOf, versionsOfRequest } from './versions.ts';

const highVolume = /^POST \/v1\/(accounts|orders|orders\/preview|subscriptions)$/;
const perMinute = 50_000;

/** Request ids, the echo of the track id, rate and concurrency headers, and the Date of the simulator's clock. */
export function envelope(tenant: Tenant): RequestHandler {
  const inFlight = { Default: 0, HighVolume: 0, ObjectQuery: 0 };
  const allowed = { Default: 40, HighVolume: 200, ObjectQuery: 80 };
  const window = { startsAt: 0, calls: 0 };
  return (req, res, next) => {
    const kind = req.path.startsWith('/object-query/')
      ? 'ObjectQuery'
      : highVolume.test(`${req.method} ${req.path}`)
        ? 'HighVolume'
        : 'Default';
    inFlight[kind]++;
    res.once('close', () => {
      inFlight[kind]--;
      const route = (req.route as { path?: string } | undefined)?.path ?? 'unknown';
      tenant.ctx.calls.call(req.method, route);
    });
    if (Date.now() - window.startsAt >= 60_000) Object.assign(window, { startsAt: Date.now(), calls: 0 });
    window.calls++;
    const limit = tenant.options.callsPerMinute ?? perMinute;
    const resetSeconds = Math.ceil((window.startsAt + 60_000 - Date.now()) / 1000);
    res.set({
      Date: tenant.ctx.clock.now().toUTCString(),
      'Zuora-Request-Id': randomUUID(),
      'RateLimit-Limit': `${limit}, ${limit};w=60, 2250000;w=3600, 27000000;w=86400`,
      'RateLimit-Remaining': String(Math.max(0, limit - window.calls)),
      'RateLimit-Reset': String(resetSeconds),
      'Concurrency-Limit-Type': kind,
      'Concurrency-Limit-Limit': String(allowed[kind]),
      'Concurrency-Limit-Remaining': String(Math.max(0, allowed[kind] - inFlight[kind])),
    });
    const track = req.get('zuora-track-id');
    if (track !== undefined && track.length <= 64 && !/[:;"']/.test(track)) res.set('Zuora-Track-Id', track);
    const version = req.get('zuora-version');
    if (versionsOf(version) === undefined) {
      const error = new ZuoraError(category.badValue, `Unknown Zuora-Version '${version}'.`);
      return sendError(error, req, res, versionsOfRequest(req));
    }
    if (window.calls > limit) {
      res.set('Retry-After', String(resetSeconds));
      const error = new ZuoraError(category.rateLimit, 'The request limit of this minute is used up.');
      return sendError(error, req, res, versionsOfRequest(req));
    }
    next();
  };
}
