import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** API calls of the last 24 hours, of everybody who uses the org. */
export type ApiUsage = { used: number; limit: number };

/** A reading of it, and how old it is. */
export type ApiBudget = ApiUsage & { ageMs: number };

/** A reading that keeps rows from being written is doubted after so long, ms: usage falls by itself as hours pass. */
export const READ_AGAIN_AFTER_MS = 300_000;

/** Notes what the latest answer of the org said, for all processes. */
export async function noteUsage(db: Db, orgId: string, { used, limit }: ApiUsage): Promise<void> {
  await sql`
    insert into api_budget (org_id, calls_used, calls_allowed) values (${orgId}, ${used}, ${limit})
    on conflict (org_id) do update
      set calls_used = excluded.calls_used, calls_allowed = excluded.calls_allowed, read_at = now()`.execute(db);
}

/**
 * Lets one process at a time make a call in spite of an old reading, so that a new one comes in.
 * @returns whether the caller may
 */
export async function mayReadUsage(db: Db, orgId: string): Promise<boolean> {
  const { rows } = await sql`
    update api_budget set read_at = now()
    where org_id = ${orgId} and read_at < now() - ${READ_AGAIN_AFTER_MS} * interval '1 ms' returning org_id`.execute(
    db,
  );
  return rows.length > 0;
}

/** @returns the latest reading; null when there is none */
export async function budgetOf(db: Db, orgId: string): Promise<ApiBudget | null> {
  const { rows } = await sql<ApiBudget>`
    select calls_used as used, calls_allowed as "limit",
      (extract(epoch from now() - read_at) * 1000)::float8 as "ageMs"
    from api_budget where org_id = ${orgId}`.execute(db);
  return rows[0] ?? null;
}
