import type { Db } from '../platform/db/database.ts';

/** @returns what was noted last under a name; null for nothing */
export async function settingOf(db: Db, name: string): Promise<string | null> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? null;
}

/** Notes something for all processes, and for the next start. */
export async function saveSetting(db: Db, name: string, value: string): Promise<void> {
  await db
    .insertInto('setting')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/**
 * The same where something has to follow when it is another value.
 * @param db a transaction, in which that follows
 * @returns what was noted before; null for nothing
 */
export async function replaceSetting(db: Db, name: string, value: string): Promise<string | null> {
  const before = await db.selectFrom('setting').select('value').where('name', '=', name).forUpdate().executeTakeFirst();
  if (before?.value !== value) await saveSetting(db, name, value);
  return before?.value ?? null;
}

export async function forgetSetting(db: Db, name: string): Promise<void> {
  await db.deleteFrom('setting').where('name', '=', name).execute();
}
