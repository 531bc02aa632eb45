import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** A field of a row that does not hold what billing says, and why. */
export type RowNote = { object: string; key: string; accountId: string | null; note: string };

/** @returns how many there are, and the first of them in the order of rows */
export async function rowNotes(db: Db, most: number): Promise<{ total: number; notes: RowNote[] }> {
  const { rows } = await sql<RowNote & { total: number }>`
    select o.object, o.key, o.account_id as "accountId", note, (count(*) over ())::int as total
    from org_rows o cross join jsonb_array_elements_text(o.notes) as note
    where o.notes is not null
    order by o.object, o.key, note limit ${most}`.execute(db);
  return { total: rows[0]?.total ?? 0, notes: rows.map(({ total: _total, ...note }) => note) };
}
