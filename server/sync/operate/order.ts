import { orgKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';
import { noteAction } from './action.ts';

/** Has an Opportunity looked at now, as if it had just been changed. What is ordered of it is decided as ever. */
export async function workDealNow(db: Db, operator: string, dealId: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await bumpKeys(transaction, [orgKeyOf('Opportunity', dealId)]);
    await noteAction(transaction, operator, 'order', [dealId]);
  });
}
