import type { Request, Response } from 'express';
import type { SimClock } from '../../kit/clock.ts';
import type { Access, Org } from '../org/types.ts';

/** Who asks, when, and in which time zone values are shown to them (IANA name). */
export type Session = { org: Org; access: Access; now: Date; timeZone: string };

/** The error body of every Salesforce REST family: an array, whatever the count. */
export function refuse(res: Response, status: number, errorCode: string, message: string): void {
  res.status(status).json([{ message, errorCode }]);
}

/** The session of a page arrives as a token too: `page/session.ts` alone decides whether its cookie counts. */
function tokenOf(req: Request): string | undefined {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
}

/**
 * The session of a call, or null after the refusal was sent: 401 without or with a wrong token, 404 for an API version
 * below `minVersion` or unknown.
 */
export function openSession(
  org: Org,
  clock: SimClock,
  req: Request,
  res: Response,
  minVersion: number,
): Session | null {
  const version = /^v(\d+)\.0$/.exec(String(req.params['version']))?.[1];
  if (version === undefined || Number(version) < minVersion || Number(version) > 68) {
    refuse(res, 404, 'NOT_FOUND', 'The requested resource does not exist');
    return null;
  }
  const token = tokenOf(req);
  if (token === undefined) {
    refuse(res, 401, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE');
    return null;
  }
  const userId = org.userOfToken(token);
  if (userId === null) {
    refuse(res, 401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    return null;
  }
  const zone = org.get('User', userId)?.['TimeZoneSidKey'];
  const timeZone = typeof zone === 'string' && zone !== '' ? zone : 'UTC';
  return { org, access: org.accessOf(userId), now: clock.now(), timeZone };
}

/**
 * The JSON object in the body, parsed here so that a wrong one gets Salesforce's own answer; null after the refusal.
 * Works too when an earlier middleware has parsed the body.
 */
export function jsonBody(req: Request, res: Response): Record<string, unknown> | null {
  if (!req.is('application/json')) {
    const type = req.get('content-type') ?? 'none';
    refuse(res, 415, 'UNSUPPORTED_MEDIA_TYPE', `Content type not supported: ${type}`);
    return null;
  }
  let body: unknown = req.body;
  try {
    if (typeof body === 'string') body = JSON.parse(body);
  } catch {
    body = undefined;
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  refuse(res, 400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no JSON object in it.');
  return null;
}
