import type { Db } from '../../platform/db/database.ts';
import { forgetSetting, settingOf } from '../settings.ts';

const NAME = 'orders_since';

/**
 * Remembers since when deals are ordered: what was won before is not. Switched off, it is forgotten.
 * @param now business time
 * @returns the moment that counts; null while it is off
 */
export async function orderedSince(db: Db, isOn: boolean, now: Date): Promise<Date | null> {
  if (!isOn) {
    await forgetSetting(db, NAME);
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
  const value = await settingOf(db, NAME);
  return value === null ? null : new Date(value);
}
