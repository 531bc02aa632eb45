import { sql } from 'kysely';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { backoffMs } from '../backoff.ts';
import { addRows } from '../limits/take.ts';

const BASE_MS = 500;
const CAP_MS = 60_000;

/** @returns ms for which an upstream is to be left alone, by what any process learned; 0 when it may be called */
export async function heldForMs(db: Db, upstream: string): Promise<number> {
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from hold_until - now()) * 1000)::float8 as ms from upstream
    where name = ${upstream}`.execute(db);
  return Math.max(0, rows[0]?.ms ?? 0);
}

/** @returns ms for which an upstream is left alone after the latest of `failures` in a row: longer each time, and as long as it asks */
export function holdMs(error: unknown, failures: number, random?: () => number): number {
  const fault = error instanceof Fault ? error : null;
  // What no retry can help, such as a revoked permission, is asked for again once a minute.
  const wait = fault && !fault.retryable ? CAP_MS : backoffMs(failures, BASE_MS, CAP_MS, random);
  return Math.max(wait, fault?.retryAfterMs ?? 0);
}

/** Leaves an upstream alone for a while after a call that failed as a whole. */
export async function hold(db: Db, upstream: string, error: unknown, random?: () => number): Promise<void> {
  const reason = error instanceof Fault ? error.publicText : 'The call failed unexpectedly.';
  await addRows(db, [upstream]);
  await db.transaction().execute(async (transaction) => {
    const before = await transaction
      .selectFrom('upstream')
      .select('failures')
      .where('name', '=', upstream)
      .forUpdate()
      .executeTakeFirstOrThrow();
    // A call that was not even made is no failure.
    const failures = before.failures + (error instanceof Fault && error.notTried ? 0 : 1);
    const until = sql<Date>`now() + ${holdMs(error, failures, random)} * interval '1 ms'`;
    await transaction
      .updateTable('upstream')
      .set({ hold_until: until, failures, reason })
      .where('name', '=', upstream)
      .execute();
  });
}

/** The upstream answers again. */
export async function endHold(db: Db, upstream: string): Promise<void> {
  await db
    .updateTable('upstream')
    .set({ hold_until: null, failures: 0, reason: '' })
    .where('name', '=', upstream)
    .where('failures', '>', 0)
    .execute();
}
