import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { DroppedRow } from '../../workflows/ports/orgRetention.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { partitionOf } from './partition.ts';

type Named = { object: string; key: string };

const objectsOf = (rows: readonly Named[]) => sql`${rows.map(({ object }) => object)}::text[]`;
const keysOf = (rows: readonly Named[]) => sql`${rows.map(({ key }) => key)}::text[]`;

/**
 * Locks rows that a projection sets and those that it drops in one go, in the order in which everybody locks them.
 * @param db a transaction
 */
export async function lockBoth(db: Db, set: readonly OrgRow[], dropped: readonly DroppedRow[]): Promise<void> {
  const all: readonly Named[] = [...set, ...dropped];
  await sql`select from org_rows o join unnest(${objectsOf(all)}, ${keysOf(all)}) as wanted (object, key)
    on o.object = wanted.object and o.key = wanted.key order by o.object, o.key for update of o`.execute(db);
}

/**
 * Rows that have fallen out are rows no more; the org is to delete them. One that is projected again later is new.
 * @param db a transaction that has locked them
 */
export async function dropRows(db: Db, accountId: string, rows: readonly DroppedRow[]): Promise<void> {
  await sql`
    with dropped as (
      delete from org_rows o using unnest(${objectsOf(rows)}, ${keysOf(rows)}) as wanted (object, key)
      where o.object = wanted.object and o.key = wanted.key returning o.object, o.key
    )
    insert into org_row_removal (object, key, account_id, partition, reason)
    select object, key, ${accountId}, ${partitionOf(accountId)}, reason
    from dropped join unnest(${objectsOf(rows)}, ${keysOf(rows)}, ${rows.map(({ reason }) => reason)}::text[])
      as told (object, key, reason) using (object, key)
    on conflict (object, key) do update set dropped_at = now(), look_at = now(), reason = excluded.reason,
      account_id = excluded.account_id, partition = excluded.partition, code = null, message = null`.execute(db);
}
