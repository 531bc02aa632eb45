import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CatalogRowsReader } from '../../workflows/ports/catalog.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';

/** @param objects that products and prices of billing are kept as */
export function createCatalogRowsReader(db: Db, objects: readonly string[]): CatalogRowsReader {
  return {
    async catalogRows(connection) {
      const { rows } = await sql<OrgRow & { partOf: string | null; initial: OrgRow['initial'] | null }>`
        select object, key, fields, parents, initial, part_of as "partOf" from org_rows
        where object = any(${[...objects]}::text[]) and starts_with(key, ${`${connection}:`})
        order by object, key`.execute(db);
      return rows.map(({ partOf, initial, ...row }) => ({
        ...row,
        ...(partOf === null ? {} : { partOf }),
        ...(initial === null ? {} : { initial }),
      }));
    },
  };
}

/** @returns what tells which prices, by key, are on sale in the org */
export function createSoldReader(db: Db): (keys: readonly string[]) => Promise<ReadonlySet<string>> {
  return async (keys) => {
    if (keys.length === 0) return new Set();
    const { rows } = await sql<{ key: string }>`
      select key from org_rows
      where object = 'PricebookEntry' and key = any(${[...keys]}::text[]) and fields ->> 'IsActive' = 'true'`.execute(
      db,
    );
    return new Set(rows.map(({ key }) => key));
  };
}
