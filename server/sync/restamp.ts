import { projectionKeyOf } from '../domain/billingAccount/key.ts';
import type { Db } from '../platform/db/database.ts';
import { bumpKeys } from './keys/bump.ts';
import { bumpUnlinked } from './matching/due.ts';
import type { OrgStamp } from './outbox/setRows.ts';
import { replaceSetting } from './settings.ts';

/** Something that rows are projected by, and the name that it is noted under. */
export type Choice = {
  name: string;
  value: string;
  /** Whether amounts at stake of what waits for its Account depend on it, too. */
  stakes?: boolean;
};

/** @returns how it compares with what was noted before */
async function note(db: Db, { name, value }: Choice): Promise<'same' | 'first' | 'changed'> {
  const before = await replaceSetting(db, name, value);
  if (before === value) return 'same';
  return before === null ? 'first' : 'changed';
}

async function bumpAccounts(db: Db, batch: boolean): Promise<number> {
  const accounts = await db
    .selectFrom('account_link')
    .select('account_id')
    .where('account_id', 'is not', null)
    .union(db.selectFrom('named_deal').select('account_id').where('account_id', 'is not', null))
    .execute();
  const keys = accounts.flatMap((row) => (row.account_id === null ? [] : [projectionKeyOf(row.account_id)]));
  await bumpKeys(db, keys, 0, batch);
  return accounts.length;
}

/**
 * Projects every Account anew when the org or the mapping is another one than at the last start: rows that were
 * confirmed then say nothing about this org.
 * @returns how many Accounts
 */
export async function projectAnewFor(db: Db, stamp: OrgStamp): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const value = `${stamp.orgId}:${stamp.mappingVersion}`;
    if ((await note(transaction, { name: 'org_stamp', value })) === 'same') return 0;
    await bumpUnlinked(transaction, true);
    return bumpAccounts(transaction, false);
  });
}

/** Projects every Account, as work that can wait, when a setting is another one than at the last start. @returns how many */
export async function projectAnewWhen(db: Db, setting: Choice): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    if ((await note(transaction, setting)) !== 'changed') return 0;
    if (setting.stakes === true) await bumpUnlinked(transaction, true);
    return bumpAccounts(transaction, true);
  });
}

/** Projects every Account, as work that can wait, and notes by what. @returns how many */
export async function projectAnewBy(db: Db, setting: Choice): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    await note(transaction, setting);
    return bumpAccounts(transaction, true);
  });
}
