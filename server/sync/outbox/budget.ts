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

/** What is known of the org before it is called. */
export type OrgState = {
  /** The latest reading of any process; null when there is none. */
  budget: ApiBudget | null;
  /** Another org than the pinned one was met, and no operator has decided yet. */
  blocked: boolean;
};

export async function orgState(db: Db, orgId: string): Promise<OrgState> {
  const { rows } = await sql<OrgState>`
    select exists (select 1 from org_pin where met is not null) as blocked,
      (select json_build_object('used', calls_used, 'limit', calls_allowed,
          'ageMs', extract(epoch from now() - read_at) * 1000)
        from api_budget where org_id = ${orgId}) as budget`.execute(db);
  return rows[0]!;
}
