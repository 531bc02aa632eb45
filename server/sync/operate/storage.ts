import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** Rows of one object that are to be deleted in the org for one reason; `refusal` where it did not let them go. */
export type WaitingRemoval = { object: string; reason: string; rows: number; refusal: string | null };

/** @returns Accounts that billing accounts belong to, in the order of their ids, and how many there are in all */
export async function linkedAccounts(
  db: Db,
  after: string,
  most: number,
): Promise<{ accountIds: string[]; total: number }> {
  const { rows } = await sql<{ id: string }>`
    select distinct account_id as id from account_link where account_id > ${after} order by account_id limit ${most}`.execute(
    db,
  );
  const { rows: all } = await sql<{ count: number }>`
    select count(distinct account_id)::int as count from account_link`.execute(db);
  return { accountIds: rows.map(({ id }) => id), total: all[0]!.count };
}

/** @returns some Accounts from all over them, the same ones each time */
export async function sampleOfAccounts(db: Db, most: number): Promise<{ accountIds: string[]; total: number }> {
  const { rows } = await sql<{ id: string }>`
    select account_id as id from account_link where account_id is not null group by account_id
    order by md5(account_id) limit ${most}`.execute(db);
  const { total } = await linkedAccounts(db, '', 0);
  return { accountIds: rows.map(({ id }) => id), total };
}

/** @returns what waits to be deleted, that which was deleted already and is only looked for again left out */
export async function waitingRemovals(db: Db, removedDays: number | null): Promise<WaitingRemoval[]> {
  const { rows } = await sql<WaitingRemoval>`
    select object, reason, count(*)::int as rows, max(concat_ws(': ', code, message)) filter (where code is not null) as refusal
    from org_row_removal r
    where look_at <= now() or code is not null
    group by object, reason
    union all
    select object, ${`Removed for ${removedDays ?? 0} days`}, count(*)::int, null from org_rows
    where fields ->> 'Status__c' = 'Removed' and ${removedDays !== null}
      and changed_at < now() - ${removedDays ?? 0} * interval '1 day' and account_id is not null
    group by object
    order by object, reason`.execute(db);
  return rows;
}

/** @returns rows that were deleted in the org in the last 30 days, by object */
export async function deletedLately(db: Db): Promise<{ object: string; rows: number }[]> {
  const { rows } = await sql<{ object: string; rows: number }>`
    select object, sum(cardinality(keys))::int as rows from org_removal
    where at > now() - interval '30 days' group by object order by object`.execute(db);
  return rows;
}
