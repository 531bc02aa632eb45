import type { Db } from '../../platform/db/database.ts';

const NAME = 'orders_since';

/**
 * Remembers since when deals are ordered: what was won before is not. Switched off, it is forgotten.
 * @param now business time
 * @returns the moment that counts; null while it is off
 */
export async function orderedSince(db: Db, isOn: boolean, now: Date): Promise<Date | null> {
  if (!isOn) {
    await db.deleteFrom('setting').where('name', '=', NAME).execute();
    return null;
  }
  await db
    .insertInto('setting')
    .values({ name: NAME, value: now.toISOString() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return rememberedSince(db);
}

/** @returns since when deals are ordered; null where no server has been started that does */
export async function rememberedSince(db: Db): Promise<Date | null> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', NAME).executeTakeFirst();
  return row === undefined ? null : new Date(row.value);
}
