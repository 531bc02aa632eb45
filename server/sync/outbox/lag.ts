import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** @returns age of the oldest row of an Account that Salesforce does not hold yet, in whole seconds; batches can wait */
export async function orgLagSeconds(db: Db): Promise<number> {
  const { rows } = await sql<{ lag: number }>`
    select coalesce(floor(extract(epoch from now() - min(changed_at)))::int, 0) as lag from org_rows
    where pending and quarantined_at is null and account_id is not null and not batch`.execute(db);
  return Math.max(0, rows[0]!.lag);
}
