import type { Db } from '../../platform/db/database.ts';
import type { OrgRow, OrgRowsReader } from '../../workflows/ports/orgRows.ts';

/** Reads what was projected, whether or not Salesforce has confirmed it. */
export function createOrgRowsReader(db: Db): OrgRowsReader {
  return {
    async projected(accountId) {
      const rows = await db
        .selectFrom('org_rows')
        .select(['object', 'key', 'fields', 'parents'])
        .where('account_id', '=', accountId)
        .orderBy('object')
        .orderBy('key')
        .execute();
      return rows.map((row): OrgRow => ({
        object: row.object,
        key: row.key,
        fields: row.fields as OrgRow['fields'],
        parents: row.parents as OrgRow['parents'],
      }));
    },
  };
}
