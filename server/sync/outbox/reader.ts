import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { OrgRow, OrgRowsReader } from '../../workflows/ports/orgRows.ts';

/** Reads what was projected, whether or not Salesforce has confirmed it. */
export function createOrgRowsReader(db: Db): OrgRowsReader {
  return {
    async projected(accountId) {
      // Rows of a billing account that has just moved here are still those of the Account that it left.
      const { rows } = await sql<OrgRow & { partOf: string | null; initial: OrgRow['initial'] | null }>`
        with own as (
          select array(
            select m.key from account_link l join mirror m on m.billing_account_key = l.billing_account_key
            where l.account_id = ${accountId}) as keys
        )
        select object, key, fields, parents, initial, part_of as "partOf" from org_rows where account_id = ${accountId}
        union all
        select object, key, fields, parents, initial, part_of from org_rows
        where key = any((select keys from own)::text[]) and account_id <> ${accountId}
        union all
        select object, key, fields, parents, initial, part_of from org_rows
        where part_of = any((select keys from own)::text[]) and account_id <> ${accountId}
        order by object, key`.execute(db);
      return rows.map(({ partOf, initial, ...row }) => ({
        ...row,
        ...(partOf === null ? {} : { partOf }),
        ...(initial == null ? {} : { initial }),
      }));
    },
  };
}
