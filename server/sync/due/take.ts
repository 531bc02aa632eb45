import { projectionKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';

/** Where the days are kept on which Accounts change without any event, as the due ticker needs it. */
export interface DueStore {
  /** Makes up to `most` Accounts dirty whose day (YYYY-MM-DD) has come, and forgets it. @returns how many */
  takeDue(day: string, most: number): Promise<number>;
}

export async function takeDue(db: Db, day: string, most: number): Promise<number> {
  const due = await db
    .selectFrom('account_due')
    .select('account_id')
    .where('next_change_on', '<=', day)
    .orderBy('next_change_on')
    .limit(most)
    .execute();
  if (due.length === 0) return 0;
  const accountIds = due.map((row) => row.account_id);
  return db.transaction().execute(async (transaction) => {
    // Keys before due dates, as where the work of a key is committed; that may have set a later date meanwhile.
    await bumpKeys(transaction, accountIds.map(projectionKeyOf));
    const { numDeletedRows } = await transaction
      .deleteFrom('account_due')
      .where('account_id', 'in', accountIds)
      .where('next_change_on', '<=', day)
      .executeTakeFirst();
    return Number(numDeletedRows);
  });
}
