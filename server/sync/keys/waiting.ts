import { sql } from 'kysely';
import { partsOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';

/** @returns keys `<connection>:<kind>:<id>` that are ready and nobody works, longest waiting first, with their generations */
export async function waitingKeys(
  db: Db,
  connection: string,
  kind: string,
  most: number,
): Promise<{ id: string; generation: number }[]> {
  const { rows } = await sql<{ key: string; generation: number }>`
    select key, generation from dirty
    where starts_with(key, ${`${connection}:${kind}:`}) and quarantined_at is null and not held
      and not_before <= now() and (lease_until is null or lease_until < now())
    order by not_before limit ${most}`.execute(db);
  return rows.map(({ key, generation }) => ({ id: partsOf(key).id, generation }));
}
