import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** @returns what the last sweep of a connection returned; null before the first one */
export async function cursorOf(db: Db, connection: string): Promise<string | null> {
  const row = await db
    .selectFrom('sweep_cursor')
    .select('cursor')
    .where('connection', '=', connection)
    .executeTakeFirst();
  return row?.cursor ?? null;
}

/** Saves how far a sweep came; the connection counts as well from here on. */
export async function saveCursor(db: Db, connection: string, cursor: string, checkedThrough: Date): Promise<void> {
  const values = {
    cursor,
    checked_through: checkedThrough,
    swept_at: sql<Date>`now()`,
    failures: 0,
    broken: false,
    message: '',
  };
  await db
    .insertInto('sweep_cursor')
    .values({ connection, ...values })
    .onConflict((conflict) => conflict.column('connection').doUpdateSet(values))
    .execute();
}

/** @param broken true when no retry can help */
export async function recordSweepFailure(db: Db, connection: string, broken: boolean, message: string): Promise<void> {
  await db
    .insertInto('sweep_cursor')
    .values({ connection, failures: 1, broken, message })
    .onConflict((conflict) =>
      conflict.column('connection').doUpdateSet({ failures: sql<number>`sweep_cursor.failures + 1`, broken, message }),
    )
    .execute();
}
