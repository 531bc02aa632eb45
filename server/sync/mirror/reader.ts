import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { MirrorKind, MirrorLookup, MirrorReader, MirrorRecord } from '../../workflows/ports/mirror.ts';

const COLUMNS = [
  'mirror.key',
  'mirror.kind',
  'mirror.billing_account_key',
  'mirror.as_of',
  'mirror.version',
  'mirror.deleted',
  'mirror.body',
] as const;

type Row = {
  key: string;
  kind: string;
  billing_account_key: string;
  as_of: Date;
  version: number;
  deleted: boolean;
  body: unknown;
};

function toRecord(row: Row): MirrorRecord {
  return {
    key: row.key,
    kind: row.kind as MirrorKind,
    billingAccountKey: row.billing_account_key,
    asOf: row.as_of,
    version: row.version,
    deleted: row.deleted,
    body: row.body,
  };
}

/** Reads the mirror; records come in the order of their keys. */
export function createMirrorReader(db: Db): MirrorReader & MirrorLookup {
  return {
    async ofBillingAccount(billingAccountKey) {
      const rows = await db
        .selectFrom('mirror')
        .select(COLUMNS)
        .where('billing_account_key', '=', billingAccountKey)
        .orderBy('key')
        .execute();
      return rows.map(toRecord);
    },
    async ofAccount(accountId) {
      const rows = await db
        .selectFrom('mirror')
        .innerJoin('account_link', 'account_link.billing_account_key', 'mirror.billing_account_key')
        .select(COLUMNS)
        .where('account_link.account_id', '=', accountId)
        .orderBy('mirror.key')
        .execute();
      return rows.map(toRecord);
    },
    async ownerOf(key) {
      const row = await db.selectFrom('mirror').select('billing_account_key').where('key', '=', key).executeTakeFirst();
      return row?.billing_account_key ?? null;
    },
    async billingAccountOf(key) {
      const row = await db
        .selectFrom('mirror')
        .select('billing_account_key')
        .where('key', '=', key)
        .where('deleted', '=', false)
        .executeTakeFirst();
      return row?.billing_account_key ?? null;
    },
    async using(connection, kind, id) {
      // Seldom asked: no index is worth what it would cost each write.
      const uses =
        kind === 'product'
          ? sql<boolean>`kind = 'subscription' and body -> 'charges' @> ${JSON.stringify([{ productId: id }])}::jsonb`
          : sql<boolean>`kind in ('account', 'subscription')
              and jsonb_path_exists(body, 'strict $.**.couponId ? (@ == $id)', ${JSON.stringify({ id })}::jsonb)`;
      const rows = await db
        .selectFrom('mirror')
        .select('billing_account_key')
        .distinct()
        .where('key', 'like', `${connection}:%`)
        .where('deleted', '=', false)
        .where(uses)
        .execute();
      return rows.map((row) => row.billing_account_key);
    },
    async linkOf(billingAccountKey) {
      const row = await db
        .selectFrom('account_link')
        .select(['account_id', 'matched'])
        .where('billing_account_key', '=', billingAccountKey)
        .executeTakeFirst();
      if (!row?.account_id) return null;
      return { billingAccountKey, accountId: row.account_id, ...(row.matched ? { byMatch: true } : {}) };
    },
    async recordsOf(keys) {
      const rows = await db
        .selectFrom('mirror')
        .select(COLUMNS)
        .where('key', '=', sql<string>`any(${[...keys]}::text[])`)
        .execute();
      return rows.map(toRecord);
    },
    async accountsAfter(connection, after, most) {
      // Asked once a day; keys are ordered as the index has them.
      const first = `${connection}:account:`;
      const rows = await db
        .selectFrom('mirror')
        .select('key')
        .where('key', '>', after ?? first)
        .where(sql<boolean>`starts_with(key, ${first})`)
        .where('kind', '=', 'account')
        .where('deleted', '=', false)
        .orderBy('key')
        .limit(most)
        .execute();
      return rows.map(({ key }) => key);
    },
  };
}
