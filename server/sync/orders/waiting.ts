import { sql } from 'kysely';
import { orgKeyOf } from '../../domain/billingAccount/key.ts';
import { CATALOG_FAULTS } from '../../domain/order/catalogFaults.ts';
import type { OrderFault } from '../../domain/order/faults.ts';
import type { Db } from '../../platform/db/database.ts';

/** @returns keys of won Opportunities that one of these faults keeps from being ordered, of any connection where none is named */
export async function waitingFor(
  db: Db,
  faults: readonly Partial<OrderFault>[],
  connection: string | null = null,
): Promise<string[]> {
  const any = faults.map((fault) => JSON.stringify([fault]));
  const { rows } = await sql<{ id: string }>`
    select opportunity_id as id from deal_order
    where state = 'Not Ready' and body -> 'faults' @> any(${any}::jsonb[])
      and coalesce(body ->> 'connection' = ${connection}, true)
    order by opportunity_id`.execute(db);
  return rows.map(({ id }) => orgKeyOf('Opportunity', id));
}

/** @returns keys of those that may be ordered once a connection sells something else */
export const waitingForCatalog = (db: Db, connection: string): Promise<string[]> =>
  waitingFor(
    db,
    CATALOG_FAULTS.map((code) => ({ code })),
    connection,
  );
