import type { Pool } from 'pg';
import { BUMP, EVERY_PART, REFETCH } from '../keys/bump.ts';
import { PAYLOAD } from './payload.ts';
import { COMPARABLE, type InboxRow } from './storable.ts';

/** Where events are stored, as the intake needs it. */
export interface InboxStore {
  /**
   * Stores events and bumps their keys.
   * @param delayMs how long the keys wait, so that events that come together are worked together
   * @returns what became of each row, in their order; committed when it resolves
   */
  storeRows(rows: readonly InboxRow[], delayMs: number): Promise<Stored[]>;
}

/** What became of one row: new, known with the same content, or known with another content. */
export type Stored = 'stored' | 'duplicate' | 'conflict';

// The event, its payload and the bump of its key are one statement: one transaction, one round trip. Sorted, so that two
// statements that share events or keys wait for each other instead of deadlocking. Of several deliveries in one batch the
// first is stored.
const INSERT = `
with incoming as (
  select distinct on (connection, event_id) *
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::json[], $7::text[])
    with ordinality as given (connection, event_id, kind, key, occurred_at, payload, digest, position)
  order by connection, event_id, position
), stored as (
  insert into inbox (connection, event_id, kind, key, occurred_at, digest, done_at)
  select connection, event_id, kind, key, occurred_at, digest, case when key is null then now() end
  from incoming order by connection, event_id
  on conflict (connection, event_id) do nothing
  returning id, received_at, connection, event_id, key
), kept as (
  insert into inbox_payload (id, received_at, payload)
  select stored.id, stored.received_at, incoming.payload from stored join incoming using (connection, event_id)
), bumped as (
  insert into dirty (key, not_before)
  select key, now() + $8 * interval '1 ms' from stored where key is not null group by key order by key collate "C"
  ${BUMP}
)
select connection, event_id from stored`;

// Another content under a known id: the first one stays, and what both name is read again. Keys are locked before events,
// as where the work of a key is committed.
const CONFLICTS = `
with differing as (
  select inbox.id, incoming.row, array[inbox.key, incoming.key] as keys
  from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::json[])
    as incoming (row, connection, event_id, key, payload)
  join inbox on inbox.connection = incoming.connection and inbox.event_id = incoming.event_id
  where inbox.digest = '${COMPARABLE}' and ${PAYLOAD}::jsonb <> incoming.payload::jsonb
), bumped as (
  insert into dirty (key, not_before, refetch, refetch_generation)
  select key, now(), ${EVERY_PART}, nextval('dirty_generation') from differing cross join unnest(keys) as named (key)
  where key is not null group by key order by key collate "C"
  ${REFETCH} returning key
), counted as (
  update inbox set conflicts = conflicts + known.count
  from (select id, count(*) from differing group by id) as known
  where inbox.id = known.id and (select count(*) from bumped) >= 0
)
select row from differing`;

const idOf = (connection: string, eventId: string) => `${connection}\n${eventId}`;

/**
 * Stores events and bumps their keys.
 * @param delayMs how long the keys wait, so that events that come together are worked together
 * @returns what became of each row, in their order; committed when it resolves
 */
export async function storeRows(
  pool: Pick<Pool, 'query'>,
  rows: readonly InboxRow[],
  delayMs: number,
): Promise<Stored[]> {
  const inserted = await pool.query<{ connection: string; event_id: string }>({
    name: 'inbox-insert',
    text: INSERT,
    values: [
      rows.map((row) => row.connection),
      rows.map((row) => row.eventId),
      rows.map((row) => row.kind),
      rows.map((row) => row.key),
      rows.map((row) => row.occurredAt),
      rows.map((row) => row.payload),
      rows.map((row) => row.digest),
      delayMs,
    ],
  });
  const fresh = new Set(inserted.rows.map((row) => idOf(row.connection, row.event_id)));
  // The first of several deliveries in one batch is the one that was stored.
  const result = rows.map((row): Stored => (fresh.delete(idOf(row.connection, row.eventId)) ? 'stored' : 'duplicate'));
  const known = rows.flatMap((row, index) => (result[index] === 'duplicate' && row.digest !== '' ? [index] : []));
  if (known.length === 0) return result;
  const differing = await pool.query<{ row: number }>({
    name: 'inbox-conflicts',
    text: CONFLICTS,
    values: [
      known,
      known.map((index) => rows[index]!.connection),
      known.map((index) => rows[index]!.eventId),
      known.map((index) => rows[index]!.key),
      known.map((index) => rows[index]!.payload),
    ],
  });
  for (const { row } of differing.rows) result[row] = 'conflict';
  return result;
}
