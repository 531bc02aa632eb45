import { sql } from 'kysely';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { isDatabaseTrouble } from '../../platform/db/trouble.ts';
import { backoffMs } from '../backoff.ts';
import { MAX_ATTEMPTS } from './bump.ts';
import type { LeasedKey } from './claim.ts';

export type Failure = { action: 'retry'; waitMs: number } | { action: 'quarantine' };

/**
 * What is to happen after a failure. A billing system or database that is down or busy is waited for, however long it
 * takes; what fails for another reason is put aside after some tries, and at once when a retry cannot help.
 */
export function afterFailure(
  error: unknown,
  attempt: number,
  baseMs: number,
  capMs: number,
  random?: () => number,
): Failure {
  const fault = error instanceof Fault ? error : null;
  if (fault && !fault.retryable) return { action: 'quarantine' };
  const isOutage = fault?.kind === 'unavailable' || fault?.kind === 'rate_limited' || isDatabaseTrouble(error);
  if (!isOutage && attempt >= MAX_ATTEMPTS) return { action: 'quarantine' };
  return { action: 'retry', waitMs: Math.max(fault?.retryAfterMs ?? 0, backoffMs(attempt, baseMs, capMs, random)) };
}

/** Why a key is put aside, in words for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof Fault) return error.publicText;
  if (isDatabaseTrouble(error)) return 'The database could not be used. It is tried again.';
  return `Something unexpected went wrong (${error instanceof Error ? error.name : typeof error}). The log has the details.`;
}

/** @returns the code of docs/errors.md; null for what is no Fault */
export function codeOf(error: unknown): string | null {
  return error instanceof Fault ? error.code : null;
}

/** Ends a claim that failed. A key that was claimed by another worker meanwhile is left alone. */
export async function recordFailure(
  db: Db,
  claim: LeasedKey,
  failure: Failure,
  reason: string,
  code: string | null = null,
): Promise<void> {
  await db
    .updateTable('dirty')
    .set({
      lease_owner: null,
      lease_until: null,
      attempt: claim.attempt,
      reason,
      code,
      ...(failure.action === 'retry'
        ? { not_before: sql<Date>`now() + ${failure.waitMs} * interval '1 ms'` }
        : { quarantined_at: sql<Date>`now()` }),
    })
    .where('key', '=', claim.key)
    .where('lease_owner', '=', claim.lease)
    .execute();
}
