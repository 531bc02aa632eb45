import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { RemovalResult } from '../../workflows/ports/orgRetention.ts';

/** A row that is to be deleted in the org. */
export type DueRemoval = { object: string; key: string; partition: number };

/** Who looks again for what was deleted finds a write that was on its way meanwhile. Longer than any call takes. */
const CERTAIN_AFTER = sql`interval '10 minutes'`;
const LOOK_AGAIN_AFTER = sql`interval '1 hour'`;
/** What was deleted is told for so long. */
const TOLD_DAYS = 400;

/** Rows of which billing has nothing any more fall out a while after that was found. @returns how many */
export async function dropRemoved(db: Db, days: number, most: number): Promise<number> {
  const { rows } = await sql`
    with over as (
      select object, key from org_rows
      where fields ->> 'Status__c' = 'Removed' and changed_at < now() - ${days} * interval '1 day'
        and not pending and quarantined_at is null and bulk_job is null and account_id is not null
      order by object, key limit ${most} for update skip locked
    ), dropped as (
      delete from org_rows o using over where o.object = over.object and o.key = over.key
      returning o.object, o.key, o.account_id, o.partition
    )
    insert into org_row_removal (object, key, account_id, partition, reason)
    select object, key, account_id, partition, ${`Removed for ${days} days`} from dropped
    on conflict (object, key) do update set dropped_at = now(), look_at = now(), reason = excluded.reason,
      code = null, message = null
    returning key`.execute(db);
  return rows.length;
}

/** A row that was projected again meanwhile is to stay. */
export async function keepProjected(db: Db): Promise<void> {
  await sql`delete from org_row_removal r using org_rows o where o.object = r.object and o.key = r.key`.execute(db);
}

/**
 * @param partitions those of which rows are taken
 * @returns rows of one object that the org is to be asked for now; none of an Account of which a bulk job has rows
 */
export async function dueRemovals(
  db: Db,
  partitions: readonly number[],
  object: string | null,
  most: number,
): Promise<DueRemoval[]> {
  const { rows } = await sql<DueRemoval>`
    with ready as (
      select object, key, partition, look_at from org_row_removal r
      where look_at <= now() and partition = any(${[...partitions]}::smallint[])
        and (${object}::text is null or object = ${object})
        and not exists (select from org_rows o where o.object = r.object and o.key = r.key)
        and not exists (select from org_rows b where b.account_id = r.account_id and b.bulk_job is not null)
    )
    select object, key, partition from ready
    where object = (select object from ready order by look_at limit 1) order by look_at, key limit ${most}`.execute(db);
  return rows;
}

/** Notes what became of rows of one object. What the org deleted is noted for good, or for as long as it is told. */
export async function recordRemovals(db: Db, object: string, results: readonly RemovalResult[]): Promise<void> {
  const keysOf = (outcome: RemovalResult['outcome']) =>
    results.filter((one) => one.outcome === outcome).map(({ key }) => key);
  const refused = results.filter((one) => one.outcome === 'refused');
  await db.transaction().execute(async (transaction) => {
    await sql`
      with removed as (
        update org_row_removal set look_at = now() + ${LOOK_AGAIN_AFTER}, code = null, message = null
        where object = ${object} and key = any(${keysOf('removed')}::text[]) returning key, reason
      )
      insert into org_removal (object, reason, keys) select ${object}, reason, array_agg(key order by key)
      from removed group by reason`.execute(transaction);
    const absent = keysOf('absent');
    await sql`delete from org_row_removal where object = ${object} and key = any(${absent}::text[])
      and dropped_at < now() - ${CERTAIN_AFTER}`.execute(transaction);
    await sql`update org_row_removal set look_at = dropped_at + ${CERTAIN_AFTER}, code = null, message = null
      where object = ${object} and key = any(${absent}::text[])`.execute(transaction);
    if (refused.length > 0)
      await sql`update org_row_removal r set look_at = now() + ${LOOK_AGAIN_AFTER}, code = told.code, message = told.message
        from unnest(${refused.map(({ key }) => key)}::text[], ${refused.map(({ code }) => code)}::text[],
          ${refused.map(({ message }) => message)}::text[]) as told (key, code, message)
        where r.object = ${object} and r.key = told.key`.execute(transaction);
  });
}

export async function forgetRemovals(db: Db): Promise<void> {
  await sql`delete from org_removal where at < now() - ${TOLD_DAYS} * interval '1 day'`.execute(db);
}
