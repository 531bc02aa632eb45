import type { Request } from 'express';
import { RequestFault } from '../../org/errors.ts';
import type { UserAccess } from '../../org/access.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { notFound } from './faults.ts';

export const VERSIONS = { first: 31, last: 68 };

export function bearerOf(req: Request): string | null {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1] ?? null;
}

/** @returns 66 for `v66.0`; @throws RequestFault 404 for versions that no org has */
export function versionOf(req: Request): number {
  const version = Number(/^v(\d+)\.0$/.exec(String(req.params['version']))?.[1]);
  if (!(version >= VERSIONS.first && version <= VERSIONS.last)) throw notFound();
  return version;
}

/** @throws RequestFault 401 without a good token, 403 for users without API access */
export function accessOfRequest(org: SimulatedOrg, req: Request): UserAccess {
  const token = bearerOf(req);
  if (token === null) throw new RequestFault(401, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE');
  const userId = org.userOfToken(token);
  if (userId === null) throw new RequestFault(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
  const access = org.accessOf(userId);
  if (!access.isAdmin && !access.hasPermission('ApiEnabled'))
    throw new RequestFault(403, 'API_DISABLED_FOR_ORG', 'API is not enabled for this Organization or Partner');
  return access;
}
