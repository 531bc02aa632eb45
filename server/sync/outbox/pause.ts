import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { backoffMs } from '../backoff.ts';

const LEAST_MS = 1_000;
const BASE_MS = 5_000;
const CAP_MS = 300_000;

export type PausedObject = { object: string; code: string; message: string };

/** @param failures calls in a row that found the org unchanged */
export function pauseMs(failures: number, random?: () => number): number {
  return LEAST_MS + backoffMs(failures, BASE_MS, CAP_MS, random);
}

/**
 * Leaves the rows of objects alone for a while, longer each time, because the org lets none of them be written. The next
 * call after it finds out whether that has changed.
 */
export async function pauseObjects(db: Db, objects: readonly PausedObject[], random?: () => number): Promise<void> {
  for (const { object, code, message } of objects) {
    const before = await db
      .selectFrom('org_object_pause')
      .select('failures')
      .where('object', '=', object)
      .forUpdate()
      .executeTakeFirst();
    const failures = (before?.failures ?? 0) + 1;
    const until = sql<Date>`now() + ${pauseMs(failures, random)} * interval '1 ms'`;
    await db
      .insertInto('org_object_pause')
      .values({ object, paused_until: until, failures, code, message })
      .onConflict((conflict) => conflict.column('object').doUpdateSet({ paused_until: until, failures, code, message }))
      .execute();
  }
}

/** A row of each of these objects was written. */
export async function endPauses(db: Db, objects: readonly string[]): Promise<void> {
  await db
    .deleteFrom('org_object_pause')
    .where('object', 'in', [...objects])
    .execute();
}

/**
 * Objects whose rows wait for a change of the org, with Salesforce's reason, and whether these are rows of Accounts: figures
 * are behind then.
 */
export async function pausedObjects(db: Db): Promise<(PausedObject & { ofAccounts: boolean })[]> {
  const { rows } = await sql<PausedObject & { ofAccounts: boolean }>`
    select object, code, message, exists (
      select from org_rows o where o.object = p.object and o.account_id is not null) as "ofAccounts"
    from org_object_pause p order by object`.execute(db);
  return rows;
}

/** Lets rows that were put aside, and objects that are paused, be tried anew. @returns how many rows */
export async function releaseRows(db: Db): Promise<number> {
  await sql`update org_object_pause set paused_until = now()`.execute(db);
  const { numAffectedRows } = await sql`
    update org_rows set quarantined_at = null, attempt = 0, not_before = now()
    where (object, key) in (
      select object, key from org_rows where quarantined_at is not null order by object, key for update)`.execute(db);
  return Number(numAffectedRows ?? 0);
}
