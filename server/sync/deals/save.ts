import { sql } from 'kysely';
import { orderKeyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { NAMED_DEAL, ORDER_OBJECT, type DealChange } from '../../workflows/ports/deals.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { setOrgRows, type OrgStamp } from '../outbox/setRows.ts';

/** Id of the Opportunity that a row is of, by the object of the row. */
const dealOf: ReadonlyMap<string, (key: string) => string> = new Map([
  [NAMED_DEAL, (key) => key],
  [ORDER_OBJECT, (key) => partsOf(key).id],
]);

/**
 * Notes how an Opportunity stands. To be called when the projections that it concerns are locked.
 * @param db a transaction
 * @returns how many rows wait for the writer because of it
 */
export async function saveDeal(db: Db, stamp: OrgStamp, { id, next, rows }: DealChange): Promise<number> {
  if (next === null) {
    await db.deleteFrom('named_deal').where('opportunity_id', '=', id).execute();
    // The row of its order went with the record; what was ordered stays known, should it come back.
    const own: [string, string][] = [
      [NAMED_DEAL, id],
      [ORDER_OBJECT, orderKeyOf(id)],
    ];
    for (const [object, key] of own)
      await db.deleteFrom('org_rows').where('object', '=', object).where('key', '=', key).execute();
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
  return setOrgRows(db, stamp, null, rows);
}

/**
 * Rows of a projection without those of Opportunities that have gone to another Account, or were deleted, since they were
 * looked at: those are no longer this Account's to write.
 * @param db a transaction
 */
export async function withoutLeft(db: Db, accountId: string, rows: readonly OrgRow[]): Promise<readonly OrgRow[]> {
  if (!rows.some(({ object }) => dealOf.has(object))) return rows;
  const own = await db
    .selectFrom('named_deal')
    .select('opportunity_id')
    .where('account_id', '=', accountId)
    .orderBy('opportunity_id')
    .forShare()
    .execute();
  const ids = new Set(own.map((row) => row.opportunity_id));
  return rows.filter(({ object, key }) => {
    const id = dealOf.get(object)?.(key);
    return id === undefined || ids.has(id);
  });
}
