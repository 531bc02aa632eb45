import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { ProjectedRow } from '../../workflows/ports/org.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';

/** How far the check of one business day has come. */
export type CheckProgress = {
  /** Last Account that was checked; empty before the first. */
  after: string;
  checked: number;
  ended: boolean;
  /** Not spread over the day. */
  hurry: boolean;
  /** Tells this check from an earlier one. */
  startedAt: Date;
};

/** A row of the Accounts that are checked, however it stands. */
export type KnownRow = ProjectedRow & { state: string | null };

/** Cut to what a Date of ours holds, so that it is found again. */
const NOW = sql<Date>`date_trunc('milliseconds', now())`;

/** @returns how far the check of this day is; begins it when it is a new one, unless a hurried one is not over */
export async function progressOf(db: Db, orgId: string, day: string): Promise<CheckProgress> {
  const { rows } = await sql<CheckProgress>`
    insert into org_check as c (org_id, day, started_at) values (${orgId}, ${day}, ${NOW})
    on conflict (org_id) do update set
      day = excluded.day,
      after = case when c.day = excluded.day or c.hurry then c.after else '' end,
      checked = case when c.day = excluded.day or c.hurry then c.checked else 0 end,
      ended = c.ended and (c.day = excluded.day or c.hurry),
      started_at = case when c.day = excluded.day or c.hurry then c.started_at else excluded.started_at end
    returning after, checked, ended, hurry, started_at as "startedAt"`.execute(db);
  return rows[0]!;
}

export async function saveProgress(db: Db, orgId: string, progress: CheckProgress): Promise<void> {
  const { after, checked, ended } = progress;
  await db
    .updateTable('org_check')
    .set({ after, checked, ended, ...(ended ? { hurry: false } : {}) })
    .where('org_id', '=', orgId)
    .where('started_at', '=', progress.startedAt)
    .execute();
}

/** Has everything checked from the start, as fast as it goes. */
export async function requestCheck(db: Db, orgId: string, day: string): Promise<void> {
  const anew = {
    day,
    after: '',
    checked: 0,
    ended: false,
    hurry: true,
    started_at: NOW,
  };
  await db
    .insertInto('org_check')
    .values({ org_id: orgId, ...anew })
    .onConflict((conflict) => conflict.column('org_id').doUpdateSet(anew))
    .execute();
}

/** @returns Accounts that rows were projected for, in the order of their ids */
export async function accountsAfter(db: Db, after: string, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('org_rows')
    .select('key')
    .where('object', '=', 'Account')
    .where('key', '>', after)
    .orderBy('key')
    .limit(most)
    .execute();
  return rows.map(({ key }) => key);
}

export async function countAccounts(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int from org_rows where object = 'Account'`.execute(
    db,
  );
  return rows[0]!.count;
}

/** @returns every row that was projected for the Accounts, and how the Account is known to stand */
export async function rowsOf(db: Db, accountIds: readonly string[]): Promise<KnownRow[]> {
  const { rows } = await sql<OrgRow & { accountId: string; confirmedVersion: number | null; state: string | null }>`
    select o.object, o.key, o.fields, o.parents, o.account_id as "accountId", a.state,
      case when not o.pending and o.quarantined_at is null and o.confirmed_hash = o.hash
        then o.confirmed_version end as "confirmedVersion"
    from org_rows o left join org_account a on a.account_id = o.account_id
    where o.account_id = any(${[...accountIds]}::text[]) and o.initial is null
    union all
    -- What is about to be deleted is no surprise while it is there.
    select object, key, '{}', '{}', account_id, null, null from org_row_removal r
    where account_id = any(${[...accountIds]}::text[])
      and not exists (select from org_rows o where o.object = r.object and o.key = r.key)`.execute(db);
  return rows.map(({ accountId, confirmedVersion, state, ...row }) => ({ row, accountId, confirmedVersion, state }));
}

/**
 * Accounts whose rows Salesforce refused because something that they belong to is not there: deleted or merged, perhaps
 * before anybody here looked.
 * @param codes of such refusals
 */
export async function suspectAccounts(db: Db, codes: readonly string[], most: number): Promise<string[]> {
  const { rows } = await sql<{ account_id: string }>`
    select distinct o.account_id from org_rows o left join org_account a on a.account_id = o.account_id
    where o.quarantined_at is not null and o.code = any(${[...codes]}::text[]) and o.account_id is not null
      and (a.read_at is null or a.read_at < o.quarantined_at) limit ${most}`.execute(db);
  return rows.map((row) => row.account_id);
}
