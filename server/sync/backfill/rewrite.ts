import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/**
 * Lets the rows of the Accounts that billing accounts belong to be written again, though Salesforce confirmed them.
 * @param db a transaction
 */
export async function rewriteRows(db: Db, billingAccountKeys: readonly string[]): Promise<void> {
  if (billingAccountKeys.length === 0) return;
  // Locked in the order in which a projection sets them.
  await sql`
    with mine as (
      select o.object, o.key from org_rows o
      where o.account_id in (
        select account_id from account_link where billing_account_key = any(${[...billingAccountKeys]}::text[]))
      order by o.object, o.key for update
    )
    update org_rows o set batch = not o.pending or o.batch, pending = true, confirmed_hash = null, not_before = now(), attempt = 0,
      quarantined_at = null, refusal = null, code = null, message = null,
      row_version = greatest(o.row_version + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
    from mine where o.object = mine.object and o.key = mine.key`.execute(db);
}
