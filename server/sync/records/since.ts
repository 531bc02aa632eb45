import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Db } from '../../platform/db/database.ts';

/** What can be switched on. */
export type RecordKind = 'invoices' | 'payments' | 'deals' | 'notices';

/**
 * Remembers since when records of a kind are made: what happened before gets none. Switched off, it is forgotten, so that
 * what happens until it is switched on again gets none either.
 * @param today of the business
 * @returns the first day that counts; null while it is off
 */
export async function recordedSince(
  db: Db,
  kind: RecordKind,
  isOn: boolean,
  today: CalendarDate,
): Promise<CalendarDate | null> {
  const name = `records_since:${kind}`;
  if (!isOn) {
    await db.deleteFrom('setting').where('name', '=', name).execute();
    return null;
  }
  await db
    .insertInto('setting')
    .values({ name, value: today })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return calendarDate(row.value);
}
