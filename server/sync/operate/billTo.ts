import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';
import { noteAction } from './action.ts';

/** Has bill-tos looked at now, as if one had just been changed. What becomes of them is decided as ever. */
export async function workBillTosNow(
  db: Db,
  operator: string,
  accountId: string,
  billingAccountKeys: readonly string[],
): Promise<void> {
  const keys = billingAccountKeys.map((key) => {
    const { connection, id } = partsOf(key);
    return keyOf(connection, 'billto', id);
  });
  await db.transaction().execute(async (transaction) => {
    await bumpKeys(transaction, keys);
    await noteAction(transaction, operator, 'bill-to', [accountId]);
  });
}
