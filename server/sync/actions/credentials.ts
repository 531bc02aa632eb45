import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Each kind has a prefix, by which the log knows it and hides it. */
const PREFIXES = { client: 'b360c_', secret: 'b360s_', token: 'b360t_' } as const;

/** @returns 256 random bits as text that opens something: it is shown once and kept as `hashOf` alone */
export function newCredential(kind: 'secret' | 'token'): string {
  return PREFIXES[kind] + randomBytes(32).toString('base64url');
}

export function newClientId(): string {
  return PREFIXES.client + randomBytes(12).toString('hex');
}

export function hashOf(credential: string): Buffer {
  return createHash('sha256').update(credential).digest();
}

/** Compares with each of them, in a time that tells nothing of where they differ. */
export function findHash<T extends { hash: Buffer }>(rows: readonly T[], hash: Buffer): T | undefined {
  let found: T | undefined;
  for (const row of rows) if (timingSafeEqual(row.hash, hash)) found = row;
  return found;
}
