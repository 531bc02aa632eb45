import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { SimClock } from '../../kit/clock.ts';
import type { Org } from '../org/types.ts';

/** The session id of a page, or undefined. */
export function sidOf(req: Request): string | undefined {
  const sid = /(?:^|;\s*)sid=([^;]+)/.exec(req.get('cookie') ?? '')?.[1];
  return sid === undefined ? undefined : decodeURIComponent(sid);
}

export function setSid(res: Response, token: string): void {
  res.cookie('sid', token, { httpOnly: true, sameSite: 'lax', path: '/' });
}

/** Only where the browser vouches that the page comes from this very origin. */
export function isSameOrigin(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = req.get('origin');
  return origin !== undefined && URL.parse(origin)?.host === req.get('host');
}

/**
 * Lets a page call the APIs with its session: the cookie `sid` becomes the Authorization header. Stands before the API
 * families. Answers to pages carry the clock of the simulators, so that an open page follows when it is moved.
 */
export function sessionMiddleware(org: Org, clock?: SimClock): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    const sid = sidOf(req);
    if (sid === undefined || req.headers.authorization !== undefined || !req.path.startsWith('/services/data/'))
      return next();
    if (!isSameOrigin(req) || org.userOfToken(sid) === null) return next();
    req.headers.authorization = `Bearer ${sid}`;
    if (clock) res.set('x-sim-clock-offset', String(clock.offsetMs));
    return next();
  };
}

/** A path on this server, or `/` when it would lead elsewhere. */
export function ownPath(retUrl: unknown): string {
  if (typeof retUrl !== 'string' || !retUrl.startsWith('/')) return '/';
  const url = URL.parse(retUrl, 'http://own.invalid');
  return url?.origin === 'http://own.invalid' ? url.pathname + url.search + url.hash : '/';
}
