import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { OrgRow, OrgWrite } from '../../workflows/ports/orgRows.ts';

/** A row as it was taken for a call. */
export type TakenRow = OrgWrite & {
  partition: number;
  hash: string;
  attempt: number;
  /** A record that was made and of which nothing is ours any more: it is not sent. */
  isLeft?: boolean;
};

/** What waits in the partitions asked for. */
export type Backlog = {
  /** Rows that are not to wait. */
  rows: number;
  /** Rows that can. */
  batchRows: number;
  partitions: number[];
  oldestMs: number;
};

/** Rows of an Account that a bulk job has rows of wait for its end, so that one Account is never in two calls at once. */
const READY = sql`pending and quarantined_at is null and not_before <= now() and bulk_job is null
  and not exists (select 1 from org_object_pause p where p.object = org_rows.object and p.paused_until > now())
  and not exists (select 1 from org_rows b where b.account_id = org_rows.account_id and b.bulk_job is not null)`;

export type TakeOptions = {
  /** Whether rows that can wait are taken at all, */
  batch: boolean;
  /** but those of these objects, which go by other ways. */
  except?: readonly string[];
};

export type RowAsStored = {
  object: string;
  key: string;
  account_id: string | null;
  partition: number;
  fields: OrgRow['fields'];
  parents: OrgRow['parents'];
  initial: NonNullable<OrgRow['initial']> | null;
  confirmed_version: number | null;
  hash: string;
  row_version: number;
  changed_at: Date;
  attempt: number;
};

export function takenRow(row: RowAsStored): TakenRow {
  const { object, key, fields, parents, initial } = row;
  const isMade = row.confirmed_version !== null;
  return {
    row: { object, key, fields, parents, ...(initial === null || isMade ? {} : { initial }) },
    ...(initial !== null && isMade && Object.keys(fields).length === 0 ? { isLeft: true } : {}),
    accountId: row.account_id,
    rowVersion: row.row_version,
    syncedAt: row.changed_at,
    partition: row.partition,
    hash: row.hash,
    attempt: row.attempt,
  };
}

/** Looks at rows that are ready to be written. @param exceptBatchOf objects whose rows that can wait do not count */
export async function backlogOf(
  db: Db,
  partitions: readonly number[],
  exceptBatchOf: readonly string[] = [],
): Promise<Backlog> {
  const { rows } = await sql<{ partition: number; rows: number; batch: number; oldest: number }>`
    select partition, count(*) filter (where not batch)::int as rows, count(*) filter (where batch)::int as batch,
      (extract(epoch from now() - min(greatest(not_before, changed_at))) * 1000)::float8 as oldest
    from org_rows
    where ${READY} and (not batch or object <> all(${[...exceptBatchOf]}::text[]))
      and partition = any(${[...partitions]}::smallint[])
    group by partition`.execute(db);
  return {
    rows: rows.reduce((sum, row) => sum + row.rows, 0),
    batchRows: rows.reduce((sum, row) => sum + row.batch, 0),
    partitions: rows.map((row) => row.partition),
    oldestMs: Math.max(0, ...rows.map((row) => row.oldest)),
  };
}

/**
 * Takes rows for a call, those of one Account beside each other, and notes that their versions may have been sent: from
 * here on only an answer tells what Salesforce holds. Rows that can wait come behind the others.
 */
export async function takeRows(
  db: Db,
  partitions: readonly number[],
  most: number,
  { batch, except = [] }: TakeOptions = { batch: true },
): Promise<TakenRow[]> {
  const { rows } = await sql<RowAsStored>`
    update org_rows set sent_version = row_version
    where (object, key) in (
      select object, key from org_rows
      where ${READY} and (not batch or (${batch} and object <> all(${[...except]}::text[]))) and partition = any(${[...partitions]}::smallint[])
      order by batch, not_before limit ${most} for update skip locked)
    returning object, key, account_id, partition, fields, parents, initial, confirmed_version, hash, row_version, changed_at, attempt`.execute(
    db,
  );
  return rows
    .map(takenRow)
    .sort(
      (a, b) =>
        a.partition - b.partition || compare(a.accountId ?? '', b.accountId ?? '') || compare(a.row.key, b.row.key),
    );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
