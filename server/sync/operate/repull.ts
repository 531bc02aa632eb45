import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { BILLING_PARTS } from '../../workflows/ports/billingSystem.ts';
import { refetchKeys } from '../keys/bump.ts';
import { noteAction } from './action.ts';

/**
 * Finds the billing accounts of things named by key (`stripe:account:cus_1`, `zuora:invoice:INV1`) or by the provider's
 * id alone. A key of a billing account need not be known yet.
 * @returns keys by what was asked for; null where nothing is known under a name
 */
export async function billingAccountsOf(db: Db, names: readonly string[]): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ name: string; key: string | null }>`
    select wanted.name, case when wanted.name ~ '^[a-z][a-z0-9-]*:account:.+' and wanted.name !~ '^account:'
        then wanted.name else (
          select m.billing_account_key from mirror m
          where m.key = wanted.name or substr(m.key, length(split_part(m.key, ':', 1) || split_part(m.key, ':', 2)) + 3) = wanted.name
          order by m.key limit 1) end as key
    from unnest(${[...names]}::text[]) as wanted (name)`.execute(db);
  return new Map(rows.map(({ name, key }) => [name, key]));
}

/** Reads billing accounts anew from their billing system, whatever is known of them. */
export async function repull(db: Db, operator: string, keys: readonly string[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await refetchKeys(transaction, keys, BILLING_PARTS, false);
    await noteAction(transaction, operator, 'repull', keys);
  });
}
