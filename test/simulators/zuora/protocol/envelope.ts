import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { gzipSync } from 'node:zlib';
import type { Tenant } from '../tenant.ts';
import { category, notSimulated, sendError, ZuoraError } from './errors.ts';
import { versionsOf, versionsOfRequest } from './versions.ts';

/** Answers shorter than this leave uncompressed. */
const compressedFrom = 1000;

/** Prices of previews are printed with nine decimals. */
const withNineDecimals = (body: string): string =>
  body.replace(
    /"unitPrice":(-?\d+)(?:\.(\d+))?(?=[,}])/g,
    (_, whole: string, decimals = '') => `"unitPrice":${whole}.${(decimals as string).padEnd(9, '0')}`,
  );

/** Request ids, the echo of the track id, the Date of the simulator's clock, gzip, and what of a call is checked first. */
export function envelope(tenant: Tenant): RequestHandler {
  return (req, res, next) => {
    res.once('close', () => {
      const route = (req.route as { path?: string } | undefined)?.path ?? 'unknown';
      tenant.ctx.calls.call(req.method, route);
    });
    res.set({ Date: tenant.ctx.clock.now().toUTCString(), 'Zuora-Request-Id': randomUUID() });
    const track = req.get('zuora-track-id');
    if (track !== undefined && track.length <= 64 && !/[:;"']/.test(track)) res.set('Zuora-Track-Id', track);
    const send = res.send.bind(res);
    res.send = (body: unknown) => {
      if (typeof body !== 'string') return send(body);
      const text = /^\/v1\/orders\/preview/.test(req.path) ? withNineDecimals(body) : body;
      if (text.length < compressedFrom || !/\bgzip\b/.test(req.get('accept-encoding') ?? '')) return send(text);
      res.set('Content-Encoding', 'gzip');
      res.type(res.get('content-type') ?? 'application/json');
      return send(gzipSync(text));
    };
    for (const name of ['Zuora-Entity-Ids', 'Zuora-Entity-Id', 'Zuora-Org-Ids'])
      if (req.get(name) !== undefined) notSimulated(tenant.ctx.calls, `the header ${name}`);
    const version = req.get('zuora-version');
    if (req.path.startsWith('/v1/') && versionsOf(version) === undefined) {
      const error = new ZuoraError(category.badValue, `Unknown Zuora-Version '${version}'.`);
      return sendError(error, req, res, versionsOfRequest(req));
    }
    next();
  };
}
