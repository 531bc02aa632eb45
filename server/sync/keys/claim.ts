import { sql, type RawBuilder } from 'kysely';
import { newId } from '../../platform/ids.ts';
import type { Db } from '../../platform/db/database.ts';
import type { KeyClaim, StoredEvent } from '../../workflows/ports/keyWork.ts';
import { PAYLOAD } from '../inbox/payload.ts';

/** A key that this process may work until its lease ends. */
export type LeasedKey = KeyClaim & {
  /** Generation that was claimed; the key is done only when it is still the same. */
  generation: number;
  /** Name of this very claim; whoever claims the key later has another one. */
  lease: string;
  /** What was committed before the claim (pg_current_snapshot). */
  snapshot: string;
  /** True when there are more events than were read. */
  more: boolean;
  /** Which request `refetch` answers; null when there is none. */
  refetchGeneration: number | null;
  /** True while somebody waits for it; absent for nobody. */
  interactive?: boolean;
};

const EVENTS_PER_KEY = 500;

type Claimed = {
  key: string;
  held: boolean;
  generation: number;
  attempt: number;
  claimedAt: Date;
  snapshot: string;
  pollAt: Date | null;
  pollOnly: boolean;
  batch: boolean;
  refetch: string[];
  refetchGeneration: number | null;
  interactive: boolean;
  readyAt: Date;
};

/**
 * Leases keys that are ready, live ones first. Keys of a connection that is broken or paused are set aside instead, so
 * that later claims need not pass over them.
 */
async function lease(db: Db, name: string, count: number, leaseMs: number, mostBatch: number): Promise<Claimed[]> {
  const ready = (batch: boolean) => sql`
    quarantined_at is null and not held and ${sql.raw(batch ? '' : 'not')} batch
      and not_before <= now() and (lease_until is null or lease_until < now())`;
  const { rows } = await sql<Claimed>`
    with live as (
      select key from dirty where ${ready(false)} order by not_before limit ${count} for update skip locked
    ), batch as (
      select key from dirty where ${ready(true)} order by not_before
      limit greatest(0, least(${mostBatch}::bigint, ${count} - (select count(*) from live))) for update skip locked
    ), ready as (
      select key, exists (
        select from connection where name = split_part(key, ':', 1) and state <> 'Connected') as stopped
      from (select key from live union all select key from batch) as both_kinds
    )
    update dirty set held = stopped,
      lease_owner = case when not stopped then ${name} end,
      lease_until = case when not stopped then now() + ${leaseMs} * interval '1 ms' end
    from ready where dirty.key = ready.key
    returning dirty.key, held, generation, attempt, now() as "claimedAt",
      pg_current_snapshot()::text as snapshot, poll_at as "pollAt",
      polled_generation is not distinct from generation as "pollOnly", batch, refetch,
      refetch_generation as "refetchGeneration", interactive, not_before as "readyAt"`.execute(db);
  // An update returns its rows in the order of its plan, which changes with the size of the table.
  return rows.sort((a, b) => Number(a.batch) - Number(b.batch) || a.readyAt.getTime() - b.readyAt.getTime());
}

/**
 * Leases up to `count` keys that are ready, live ones before those of a batch and the longest waiting first, and reads
 * their events.
 * @param mostBatch how many of them may be keys that make way for live ones
 */
export async function claimKeys(db: Db, count: number, leaseMs: number, mostBatch = count): Promise<LeasedKey[]> {
  const name = newId();
  let claimed: Claimed[];
  do claimed = await lease(db, name, count, leaseMs, mostBatch);
  while (claimed.length > 0 && claimed.every(({ held }) => held));
  claimed = claimed.filter(({ held }) => !held);
  if (claimed.length === 0) return [];
  // A statement of its own: what it reads is at least what the generation stands for.
  const { rows: events } = await sql<StoredEvent & { key: string }>`
    select e.* from unnest(${claimed.map((row) => row.key)}::text[]) as claimed (key)
    cross join lateral (
      select id::text, key, connection, event_id as "eventId", kind, occurred_at as "occurredAt",
        received_at as "receivedAt", ${sql.raw(PAYLOAD)} as payload,
        conflicts > 0 as contested
      from inbox where inbox.key = claimed.key and done_at is null order by inbox.id limit ${EVENTS_PER_KEY}) e`.execute(
    db,
  );
  const byKey = Map.groupBy(events, (event) => event.key);
  return claimed.map((row) => {
    const own = byKey.get(row.key) ?? [];
    return {
      key: row.key,
      generation: row.generation,
      lease: name,
      snapshot: row.snapshot,
      claimedAt: row.claimedAt,
      attempt: row.attempt + 1,
      pollAt: row.pollAt,
      pollOnly: row.pollOnly && own.length === 0,
      batch: row.batch,
      refetch: row.refetch,
      refetchGeneration: row.refetchGeneration,
      interactive: row.interactive,
      events: own.map(({ key: _key, ...event }) => event),
      more: own.length === EVENTS_PER_KEY,
    };
  });
}

/** Keeps claims for longer. A key that is being committed or bumped right now is passed over: its turn comes again. */
export async function renewLeases(db: Db, keys: readonly LeasedKey[], leaseMs: number): Promise<void> {
  if (keys.length === 0) return;
  await sql`update dirty set lease_until = now() + ${leaseMs} * interval '1 ms'
    where key in (${held(keys)} skip locked)`.execute(db);
}

/** Locks keys that are still leased by the claims given. */
function held(keys: readonly LeasedKey[]): RawBuilder<unknown> {
  return sql`
    select dirty.key from dirty
    join unnest(${keys.map(({ key }) => key)}::text[], ${keys.map(({ lease }) => lease)}::text[]) as held (key, lease)
      on dirty.key = held.key and dirty.lease_owner = held.lease
    order by dirty.key collate "C" for update of dirty`;
}

/** Gives claims back, so that others need not wait for their end. */
export async function giveBack(db: Db, keys: readonly LeasedKey[]): Promise<void> {
  if (keys.length === 0) return;
  await sql`update dirty set lease_owner = null, lease_until = null where key in (${held(keys)})`.execute(db);
}

/**
 * @param mostBatch 0 or less to leave out keys that make way for live ones
 * @returns ms until a key that nobody works is ready; null when there is none
 */
export async function nextReadyInMs(db: Db, mostBatch = 1): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from least(
      (select min(not_before) from dirty where quarantined_at is null and not held and not batch and lease_until is null),
      case when ${mostBatch}::bigint > 0 then
        (select min(not_before) from dirty where quarantined_at is null and not held and batch and lease_until is null) end
    ) - now()) * 1000)::float8 as ms`.execute(db);
  return rows[0]?.ms ?? null;
}

/** Makes keys dirty whose events nobody works though they came more than `olderThanMs` ago. @returns how many */
export async function rearm(db: Db, olderThanMs: number): Promise<number> {
  const { rows } = await sql<{ key: string }>`
    insert into dirty (key)
    select distinct key from inbox
    where done_at is null and key is not null and received_at < now() - ${olderThanMs} * interval '1 ms'
    on conflict do nothing returning key`.execute(db);
  return rows.length;
}
