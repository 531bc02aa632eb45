import { createHash, randomUUID } from 'node:crypto';

/** @returns an id that nobody else has, for processes, leases and requests */
export function newId(): string {
  return randomUUID();
}

/** @returns name of the row of an access token; other credentials have another one, so that none is used for the other */
export function tokenNameOf(upstream: string, credentials: readonly string[]): string {
  return `${upstream} ${createHash('sha256').update(JSON.stringify(credentials)).digest('hex').slice(0, 16)}`;
}
