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
};

const EVENTS_PER_KEY = 500;

/** Leases up to `count` keys that are ready, the longest waiting first, and reads their events. */
export async function claimKeys(db: Db, count: number, leaseMs: number): Promise<LeasedKey[]> {
  const lease = newId();
  const { rows: claimed } = await sql<{
    key: string;
    generation: number;
    attempt: number;
    snapshot: string;
    pollAt: Date | null;
    pollOnly: boolean;
  }>`
    update dirty set lease_owner = ${lease}, lease_until = now() + ${leaseMs} * interval '1 ms'
    where key in (
      select key from dirty
      where quarantined_at is null and not_before <= now() and (lease_until is null or lease_until < now())
      order by not_before limit ${count} for update skip locked)
    returning key, generation, attempt, pg_current_snapshot()::text as snapshot, poll_at as "pollAt",
      polled_generation is not distinct from generation as "pollOnly"`.execute(db);
  if (claimed.length === 0) return [];
  // A statement of its own: what it reads is at least what the generation stands for.
  const { rows: events } = await sql<StoredEvent & { key: string }>`
    select e.* from unnest(${claimed.map((row) => row.key)}::text[]) as claimed (key)
    cross join lateral (
      select id::text, key, connection, event_id as "eventId", kind, occurred_at as "occurredAt",
        received_at as "receivedAt", ${sql.raw(PAYLOAD)} as payload
      from inbox where inbox.key = claimed.key and done_at is null order by inbox.id limit ${EVENTS_PER_KEY}) e`.execute(
    db,
  );
  const byKey = Map.groupBy(events, (event) => event.key);
  return claimed.map((row) => {
    const own = byKey.get(row.key) ?? [];
    return {
      key: row.key,
      generation: row.generation,
      lease,
      snapshot: row.snapshot,
      attempt: row.attempt + 1,
      pollAt: row.pollAt,
      pollOnly: row.pollOnly && own.length === 0,
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

/** @returns ms until a key that nobody works is ready; null when there is none */
export async function nextReadyInMs(db: Db): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(not_before) - now()) * 1000)::float8 as ms from dirty
    where quarantined_at is null and lease_until is null`.execute(db);
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
