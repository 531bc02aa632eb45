import { sql } from 'kysely';
import { dealOfKey, orderKeyOf, orderTaskKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { NAMED_DEAL, type DealChange } from '../../workflows/ports/deals.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { setOrgRows, type OrgStamp } from '../outbox/setRows.ts';

/** @returns the id of the Opportunity that a row is of; null for rows of an Account */
const dealOf = ({ object, key }: OrgRow): string | null => (object === NAMED_DEAL ? key : dealOfKey(key));

/**
 * Notes how an Opportunity stands. To be called when the projections that it concerns are locked.
 * @param db a transaction
 * @returns how many rows wait for the writer because of it
 */
export async function saveDeal(db: Db, stamp: OrgStamp, { id, next, rows }: DealChange): Promise<number> {
  if (next === null) {
    await db.deleteFrom('named_deal').where('opportunity_id', '=', id).execute();
    // What goes with the record; what was ordered stays known, should it come back.
    await sql`delete from org_rows where (object = ${NAMED_DEAL} and key = ${id}) or key = ${orderKeyOf(id)}
      or (object = 'Task' and starts_with(key, ${orderTaskKeyOf(id, '')}))`.execute(db);
    return 0;
  }
  const values = {
    account_id: next.accountId,
    subscription_number: next.subscriptionNumber,
    key: next.opened?.key ?? null,
    is_closed: next.opened?.isClosed ?? false,
    is_won: next.opened?.isWon ?? false,
    kept_lines: [...(next.opened?.kept ?? [])],
    read_at: sql<Date>`now()`,
  };
  await db
    .insertInto('named_deal')
    .values({ opportunity_id: id, ...values })
    .onConflict((conflict) => conflict.column('opportunity_id').doUpdateSet(values))
    .execute();
  return setOrgRows(db, stamp, null, rows);
}

/**
 * Rows of a projection without those of Opportunities that have gone to another Account, or were deleted, since they were
 * looked at: those are no longer this Account's to write.
 * @param db a transaction
 */
export async function withoutLeft(db: Db, accountId: string, rows: readonly OrgRow[]): Promise<readonly OrgRow[]> {
  if (rows.every((row) => dealOf(row) === null)) return rows;
  const own = await db
    .selectFrom('named_deal')
    .select('opportunity_id')
    .where('account_id', '=', accountId)
    .orderBy('opportunity_id')
    .forShare()
    .execute();
  const ids = new Set(own.map((row) => row.opportunity_id));
  return rows.filter((row) => {
    const id = dealOf(row);
    return id === null || ids.has(id);
  });
}
