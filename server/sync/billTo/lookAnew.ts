import { sql } from 'kysely';
import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import type { BillToRules } from '../../workflows/ports/billTo.ts';
import { digestOf } from '../canonical.ts';
import { bumpKeys } from '../keys/bump.ts';
import { replaceSetting } from '../settings.ts';

/**
 * Has the bill-to of every billing account of a connection looked at, as work that can wait, when its rules are others than
 * at the last start.
 * @param rules null where nothing is taken over
 * @returns how many
 */
export async function lookAnewWhen(db: Db, connection: string, rules: BillToRules | null): Promise<number> {
  const name = `bill_to:${connection}`;
  const value = rules === null ? 'off' : digestOf(rules);
  return db.transaction().execute(async (transaction) => {
    const before = await replaceSetting(transaction, name, value);
    if (rules === null || before === value) return 0;
    const { rows } = await sql<{ key: string }>`
      select billing_account_key as key from account_link
      where account_id is not null and starts_with(billing_account_key, ${keyOf(connection, 'account', '')})`.execute(
      transaction,
    );
    const keys = rows.map(({ key }) => keyOf(connection, 'billto', partsOf(key).id));
    await bumpKeys(transaction, keys, 0, true);
    return keys.length;
  });
}
