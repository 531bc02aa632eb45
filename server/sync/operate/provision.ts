import { provisioningKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';
import { noteAction } from './action.ts';

/** Has the billing account of an Account looked at now. What is made is decided as ever. */
export async function workAccountNow(db: Db, operator: string, accountId: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await bumpKeys(transaction, [provisioningKeyOf(accountId)]);
    await noteAction(transaction, operator, 'provision', [accountId]);
  });
}
