import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { replaceSetting } from '../settings.ts';
import { noteAction } from './action.ts';

const SETTING = 'database_cluster';

/**
 * What a database that was restored from a backup needs. Salesforce may hold newer rows than it knows of, so nothing
 * counts as confirmed: every row is written once more, with a version of now, which is higher than any that was sent
 * before. Transaction numbers of another Postgres mean nothing here. What billing systems reported since the backup is
 * found by the sweeps, from where they stood at the backup.
 * @returns how many rows are written again
 */
export async function afterRestore(db: Db, operator: string): Promise<number> {
  return db.transaction().execute((transaction) => writeAllAgain(transaction, operator));
}

async function writeAllAgain(transaction: Db, operator: string): Promise<number> {
  const { rows } = await sql`
      update org_rows set changed_by = pg_current_xact_id(), confirmed_hash = null, pending = true,
        row_version = greatest(row_version + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint),
        attempt = 0, not_before = now(), quarantined_at = null
      where (object, key) in (select object, key from org_rows order by object, key for update)
      returning key`.execute(transaction);
  await noteAction(transaction, operator, 'restored', [], { rows: rows.length });
  return rows.length;
}

/**
 * Looks whether the database now lies in another Postgres than at the last start, as after a restore.
 * @returns how many rows are written again because of that; null when it is where it was
 */
export async function noticeRestore(db: Db): Promise<number | null> {
  const { rows } = await sql<{ id: string }>`
    select system_identifier::text as id from pg_control_system()`.execute(db);
  const { id } = rows[0]!;
  return db.transaction().execute(async (transaction) => {
    const before = await replaceSetting(transaction, SETTING, id);
    return before === null || before === id ? null : writeAllAgain(transaction, 'server');
  });
}
