import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { AccountState, OrgAccounts } from '../../workflows/ports/org.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';

/** Reads what is known of Accounts in Salesforce and what their rows are to be. */
export function createOrgAccounts(db: Db): OrgAccounts {
  return {
    async stateOf(accountId) {
      const row = await db
        .selectFrom('org_account')
        .select(['state', 'merged_into', 'modstamp'])
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      if (!row) return null;
      return {
        accountId,
        state: row.state as AccountState['state'],
        mergedInto: row.merged_into,
        modstamp: row.modstamp,
      };
    },
    async isOurs(accountId) {
      const { rows } = await sql<{ ours: boolean }>`select
        exists (select from org_rows where account_id = ${accountId})
        or exists (select from account_link where account_id = ${accountId}) as ours`.execute(db);
      return rows[0]!.ours;
    },
    async projectedRows(names) {
      const { rows } = await sql<OrgRow & { accountId: string | null; confirmedVersion: number | null }>`
        select o.object, o.key, o.fields, o.parents, coalesce(a.merged_into, o.account_id) as "accountId",
          case when not o.pending and o.quarantined_at is null and o.confirmed_hash = o.hash
            then o.confirmed_version end as "confirmedVersion"
        from unnest(${names.map(({ object }) => object)}::text[], ${names.map(({ key }) => key)}::text[])
          as named (object, key)
        join org_rows o on o.object = named.object and o.key = named.key
        left join org_account a on a.account_id = o.account_id
        union all
        -- What is about to be deleted is no surprise while it is there.
        select r.object, r.key, '{}', '{}', r.account_id, null
        from unnest(${names.map(({ object }) => object)}::text[], ${names.map(({ key }) => key)}::text[])
          as named (object, key)
        join org_row_removal r on r.object = named.object and r.key = named.key
        where not exists (select from org_rows o where o.object = r.object and o.key = r.key)`.execute(db);
      return rows.map(({ accountId, confirmedVersion, ...row }) => ({ row, accountId, confirmedVersion }));
    },
  };
}
