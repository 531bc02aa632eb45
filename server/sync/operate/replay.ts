import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';
import { noteAction } from './action.ts';

/** Stored events: by id (`event:<number>` or the provider's own), or all of a time (by receipt) and connection. */
export type EventSelection =
  { ids: readonly string[] } | { since: Date; until: Date | null; connection: string | null };

/** What a replay comes to. */
export type ReplayPlan = {
  events: number;
  /** Billing accounts that are worked again. */
  keys: number;
  /** Events that concern no billing account: nothing happens for them. */
  withoutKey: number;
  /** Events whose payload is over: what they concern is read from the billing system. */
  withoutPayload: number;
  /** Ids that no stored event has. */
  unknown: string[];
};

const EVENTS_AT_ONCE = 1000;

function where(selection: EventSelection): RawBuilder<unknown> {
  if ('ids' in selection)
    return sql`('event:' || inbox.id = any(${[...selection.ids]}::text[]) or inbox.event_id = any(${[...selection.ids]}::text[]))`;
  const { since, until, connection } = selection;
  return sql`(inbox.received_at >= ${since} and (${until}::timestamptz is null or inbox.received_at < ${until})
    and (${connection}::text is null or inbox.connection = ${connection}))`;
}

export async function planReplay(db: Db, selection: EventSelection): Promise<ReplayPlan> {
  const { rows } = await sql<Omit<ReplayPlan, 'unknown'>>`
    select count(*)::int as events, count(distinct key)::int as keys, (count(*) - count(key))::int as "withoutKey",
      (count(*) filter (where inbox.payload is null and not exists (
        select from inbox_payload p where p.id = inbox.id and p.received_at = inbox.received_at)))::int as "withoutPayload"
    from inbox where ${where(selection)}`.execute(db);
  const ids = 'ids' in selection ? [...selection.ids] : [];
  const { rows: unknown } = await sql<{ id: string }>`
    select id from unnest(${ids}::text[]) as wanted (id) where not exists (
      select from inbox where 'event:' || inbox.id = wanted.id or inbox.event_id = wanted.id)`.execute(db);
  return { ...rows[0]!, unknown: unknown.map(({ id }) => id) };
}

/**
 * Works stored events once more, as if they had just come. What they tell is weighed as ever: where the mirror is newer,
 * nothing changes.
 * @returns how many events
 */
export async function replayEvents(db: Db, operator: string, selection: EventSelection): Promise<number> {
  await noteAction(db, operator, 'replay', 'ids' in selection ? selection.ids : [], { ...selection });
  let count = 0;
  for (let after = 0; ;) {
    const found: { id: number; key: string }[] = await db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ id: number; key: string }>`
        select id, key from inbox where key is not null and id > ${after} and ${where(selection)}
        order by id limit ${EVENTS_AT_ONCE}`.execute(transaction);
      await bumpKeys(
        transaction,
        rows.map(({ key }) => key),
      );
      await sql`update inbox set done_at = null where id = any(${rows.map(({ id }) => id)}::bigint[])`.execute(
        transaction,
      );
      return rows;
    });
    if (found.length === 0) return count;
    count += found.length;
    after = found.at(-1)!.id;
  }
}
