import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { PAYLOAD } from '../inbox/payload.ts';
import type { FailureRef } from './failureId.ts';

const EVENTS_SHOWN = 20;

const EVENT = sql.raw(`id, connection, event_id as "eventId", kind, key, occurred_at as "occurredAt",
  received_at as "receivedAt", done_at as "doneAt", conflicts, ${PAYLOAD} as payload`);

async function first(query: Promise<{ rows: unknown[] }>): Promise<unknown> {
  return (await query).rows[0] ?? null;
}

/**
 * Everything that is stored about what failed; for a key with its undone events, the first 20.
 * @returns null when there is no such thing
 */
export async function detailOf(db: Db, { kind, object, id }: FailureRef): Promise<Record<string, unknown> | null> {
  if (kind === 'row') {
    const row = await first(sql`select * from org_rows where object = ${object} and key = ${id}`.execute(db));
    return row === null ? null : { row };
  }
  if (kind === 'event') {
    const event = await first(sql`select ${EVENT} from inbox where id = ${id}::bigint`.execute(db));
    return event === null ? null : { event };
  }
  if (kind === 'notice') {
    const notice = await first(sql`select * from owner_notice where deal_key = ${id}`.execute(db));
    return notice === null ? null : { notice };
  }
  if (kind === 'connection') {
    const connection = await first(sql`select * from connection where name = ${id}`.execute(db));
    return connection === null ? null : { connection };
  }
  if (kind === 'object') {
    const pause = await first(sql`select * from org_object_pause where object = ${id}`.execute(db));
    return pause === null ? null : { pause };
  }
  const key = await first(sql`select * from dirty where key = ${id}`.execute(db));
  const { rows: events } = await sql`select ${EVENT} from inbox where key = ${id} and done_at is null
    order by id limit ${EVENTS_SHOWN}`.execute(db);
  return key === null && events.length === 0 ? null : { key, events };
}
