import { projectionKeyOf } from '../domain/billingAccount/key.ts';
import type { Db } from '../platform/db/database.ts';
import { bumpKeys } from './keys/bump.ts';
import { bumpUnlinked } from './matching/due.ts';
import type { OrgStamp } from './outbox/setRows.ts';

/**
 * Projects every Account anew when the org or the mapping is another one than at the last start: rows that were
 * confirmed then say nothing about this org.
 * @returns how many Accounts
 */
export async function projectAnewFor(db: Db, stamp: OrgStamp): Promise<number> {
  const value = `${stamp.orgId}:${stamp.mappingVersion}`;
  return db.transaction().execute(async (transaction) => {
    const before = await transaction
      .selectFrom('setting')
      .select('value')
      .where('name', '=', 'org_stamp')
      .forUpdate()
      .executeTakeFirst();
    if (before?.value === value) return 0;
    await transaction
      .insertInto('setting')
      .values({ name: 'org_stamp', value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
    const accounts = await transaction
      .selectFrom('account_link')
      .select('account_id')
      .distinct()
      .where('account_id', 'is not', null)
      .execute();
    await bumpUnlinked(transaction, true);
    await bumpKeys(
      transaction,
      accounts.flatMap((row) => (row.account_id === null ? [] : [projectionKeyOf(row.account_id)])),
    );
    return accounts.length;
  });
}
