import { sql } from 'kysely';
import type { Db } from './database.ts';
import { missingMigrations } from './migrate.ts';

/** Whether the database answers and has the schema of this version; never throws. */
export async function databaseReady(db: Db): Promise<{ name: string; ok: boolean; message: string }[]> {
  try {
    await sql`select 1`.execute(db);
    const missing = await missingMigrations(db);
    return [
      { name: 'database', ok: true, message: '' },
      {
        name: 'migrations',
        ok: missing.length === 0,
        message: missing.length === 0 ? '' : `Missing: ${missing.join(', ')}`,
      },
    ];
  } catch {
    return [{ name: 'database', ok: false, message: 'The database does not answer.' }];
  }
}
