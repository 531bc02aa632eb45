import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** Tries of a key, or of a row, before it is put aside for a person. */
export const MAX_ATTEMPTS = 8;

/**
 * What an insert into `dirty` does when the key is there: a new generation, so that whoever works it now runs it again.
 * A wait after a failure is kept, a planned one is cut short; a key in quarantine gets one more try.
 */
export const BUMP = `
  on conflict (key) do update set
    generation = nextval('dirty_generation'),
    not_before = case when dirty.attempt = 0 or dirty.quarantined_at is not null
      then least(dirty.not_before, excluded.not_before) else dirty.not_before end,
    attempt = case when dirty.quarantined_at is null then dirty.attempt else ${MAX_ATTEMPTS - 1} end,
    quarantined_at = null,
    reason = case when dirty.quarantined_at is null then dirty.reason end`;

/**
 * Marks keys as to be worked, in the one order in which keys are locked everywhere, so that two callers wait for each
 * other instead of deadlocking.
 */
export async function bumpKeys(db: Db, keys: Iterable<string>, delayMs = 0): Promise<void> {
  const sorted = [...new Set(keys)].sort();
  if (sorted.length === 0) return;
  await sql`
    insert into dirty (key, not_before)
    select key, now() + ${delayMs} * interval '1 ms' from unnest(${sorted}::text[]) as bumped (key) order by key collate "C"
    ${sql.raw(BUMP)}`.execute(db);
}

/** Lets keys in quarantine be tried anew, all of them when none is named. @returns how many */
export async function releaseKeys(db: Db, keys?: readonly string[]): Promise<number> {
  let update = db
    .updateTable('dirty')
    .set({
      generation: sql<number>`nextval('dirty_generation')`,
      quarantined_at: null,
      reason: null,
      attempt: 0,
      not_before: sql<Date>`now()`,
    })
    .where('quarantined_at', 'is not', null);
  if (keys) update = update.where('key', 'in', [...keys]);
  return Number((await update.executeTakeFirst()).numUpdatedRows);
}
