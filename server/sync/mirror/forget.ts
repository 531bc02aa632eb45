import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/**
 * Takes everything of a billing account out of the mirror. Unlike a deletion this leaves no tombstone, so that it may come
 * back when a filter takes it again.
 * @param db a transaction
 */
export async function forget(db: Db, billingAccountKey: string): Promise<void> {
  // Locked in the order in which records are saved.
  await sql`delete from mirror where key in (
    select key from mirror where billing_account_key = ${billingAccountKey} order by key for update)`.execute(db);
  await db.deleteFrom('account_link').where('billing_account_key', '=', billingAccountKey).execute();
}

/**
 * Takes kinds of objects of a connection out of the mirror, some at a time.
 * @param db a transaction
 * @returns the Accounts concerned, and how many objects were there
 */
export async function forgetKinds(
  db: Db,
  connection: string,
  kinds: readonly string[],
  most: number,
): Promise<{ accountIds: string[]; count: number }> {
  const { rows } = await sql<{ accountIds: string[] | null; count: number }>`
    with gone as (
      delete from mirror where key in (
        select key from mirror where starts_with(key, ${`${connection}:`}) and kind = any(${[...kinds]}::text[])
        order by key limit ${most} for update)
      returning billing_account_key
    )
    select count(*)::int as count, (
      select array_agg(distinct account_id) from account_link
      where account_id is not null and billing_account_key in (select billing_account_key from gone)
    ) as "accountIds" from gone`.execute(db);
  return { accountIds: rows[0]!.accountIds ?? [], count: rows[0]!.count };
}
