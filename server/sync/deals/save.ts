import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { NAMED_DEAL, type DealChange } from '../../workflows/ports/deals.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { setOrgRows, type OrgStamp } from '../outbox/setRows.ts';

/**
 * Notes how an Opportunity stands. To be called when the projections that it concerns are locked.
 * @param db a transaction
 * @returns how many rows wait for the writer because of it
 */
export async function saveDeal(db: Db, stamp: OrgStamp, { id, next, row }: DealChange): Promise<number> {
  if (next === null) {
    await db.deleteFrom('named_deal').where('opportunity_id', '=', id).execute();
    await db.deleteFrom('org_rows').where('object', '=', NAMED_DEAL).where('key', '=', id).execute();
    return 0;
  }
  const values = {
    account_id: next.accountId,
    subscription_number: next.subscriptionNumber,
    read_at: sql<Date>`now()`,
  };
  await db
    .insertInto('named_deal')
    .values({ opportunity_id: id, ...values })
    .onConflict((conflict) => conflict.column('opportunity_id').doUpdateSet(values))
    .execute();
  return row === null ? 0 : setOrgRows(db, stamp, null, [row]);
}

/**
 * Rows of a projection without those of Opportunities that have gone to another Account, or were deleted, since they were
 * looked at: those are no longer this Account's to write.
 * @param db a transaction
 */
export async function withoutLeft(db: Db, accountId: string, rows: readonly OrgRow[]): Promise<readonly OrgRow[]> {
  if (!rows.some(({ object }) => object === NAMED_DEAL)) return rows;
  const own = await db
    .selectFrom('named_deal')
    .select('opportunity_id')
    .where('account_id', '=', accountId)
    .orderBy('opportunity_id')
    .forShare()
    .execute();
  const ids = new Set(own.map((row) => row.opportunity_id));
  return rows.filter(({ object, key }) => object !== NAMED_DEAL || ids.has(key));
}
