import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { BILLING_PARTS, type BillingPart } from '../../workflows/ports/billingSystem.ts';

/** Tries of a key, or of a row, before it is put aside for a person. */
export const MAX_ATTEMPTS = 8;

/** Every part of a billing account, in SQL. */
export const EVERY_PART = `array[${BILLING_PARTS.map((part) => `'${part}'`).join(', ')}]`;

const AGAIN = `
  on conflict (key) do update set
    generation = nextval('dirty_generation'),
    not_before = case when dirty.attempt = 0 or dirty.quarantined_at is not null
      then least(dirty.not_before, excluded.not_before) else dirty.not_before end,
    attempt = case when dirty.quarantined_at is null then dirty.attempt else ${MAX_ATTEMPTS - 1} end,
    quarantined_at = null,
    batch = dirty.batch and excluded.batch,
    reason = case when dirty.quarantined_at is null then dirty.reason end`;

/**
 * What an insert into `dirty` does when the key is there: a new generation, so that whoever works it now runs it again.
 * A wait after a failure is kept, a planned one is cut short; a key in quarantine gets one more try. What is bumped by
 * somebody who does not know of batches is live from then on. A billing account of which parts are to be read anyway is
 * read as a whole, since the new reason may ask for the others. The reason is an event, or the key is none of a billing
 * account; whoever has another reason asks by `REFETCH`, since events that join it name parts of their own.
 */
export const BUMP = `${AGAIN},
    refetch = case when dirty.refetch = '{}' then dirty.refetch else ${EVERY_PART} end`;

/** The same for an insert that asks for parts to be read. */
export const REFETCH = `${AGAIN},
    refetch = case when dirty.refetch = excluded.refetch then dirty.refetch else ${EVERY_PART} end,
    refetch_generation = excluded.refetch_generation`;

/**
 * Marks keys as to be worked, in the one order in which keys are locked everywhere, so that two callers wait for each
 * other instead of deadlocking.
 */
export async function bumpKeys(db: Db, keys: Iterable<string>, delayMs = 0, batch = false): Promise<void> {
  const sorted = [...new Set(keys)].sort();
  if (sorted.length === 0) return;
  await sql`
    insert into dirty (key, not_before, batch)
    select key, now() + ${delayMs} * interval '1 ms', ${batch} from unnest(${sorted}::text[]) as bumped (key)
    order by key collate "C"
    ${sql.raw(BUMP)}`.execute(db);
}

/**
 * Marks billing accounts as to be read from their billing system whatever the events that wait say.
 * @param parts of each billing account
 * @param batch true for work that makes way for live keys
 */
export async function refetchKeys(
  db: Db,
  keys: Iterable<string>,
  parts: readonly BillingPart[],
  batch: boolean,
): Promise<void> {
  const sorted = [...new Set(keys)].sort();
  if (sorted.length === 0) return;
  await sql`
    insert into dirty (key, not_before, batch, refetch, refetch_generation)
    select key, now(), ${batch}, ${[...parts]}::text[], nextval('dirty_generation')
    from unnest(${sorted}::text[]) as bumped (key) order by key collate "C"
    ${sql.raw(REFETCH)}`.execute(db);
}

/**
 * The same for billing accounts for which somebody waits: they are claimed before all others, also while they wait after a
 * failure, and their calls go before those of others.
 * @returns the request for each, by which it is told whether it was answered
 */
export async function refetchNow(db: Db, keys: readonly string[]): Promise<{ key: string; generation: number }[]> {
  const sorted = [...new Set(keys)].sort();
  if (sorted.length === 0) return [];
  const { rows } = await sql<{ key: string; generation: number }>`
    insert into dirty (key, not_before, refetch, refetch_generation, interactive)
    select key, now() - interval '1 hour', ${[...BILLING_PARTS]}::text[], nextval('dirty_generation'), true
    from unnest(${sorted}::text[]) as bumped (key) order by key collate "C"
    on conflict (key) do update set
      generation = nextval('dirty_generation'),
      not_before = excluded.not_before,
      attempt = case when dirty.quarantined_at is null then dirty.attempt else ${MAX_ATTEMPTS - 1} end,
      quarantined_at = null,
      batch = false,
      reason = case when dirty.quarantined_at is null then dirty.reason end,
      refetch = excluded.refetch,
      refetch_generation = excluded.refetch_generation,
      interactive = true
    returning key, refetch_generation as generation`.execute(db);
  return rows;
}

/** Lets keys in quarantine be tried anew, all of them when none is named. @returns how many */
export async function releaseKeys(db: Db, keys?: readonly string[]): Promise<number> {
  if (keys?.length === 0) return 0;
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
