import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { digestOf } from '../canonical.ts';
import { Collision } from '../mirror/save.ts';
import { partitionOf } from './partition.ts';

/** What a row's content is compared under; another org or mapping makes every row new. */
export type OrgStamp = { orgId: string; mappingVersion: string };

/** What is known of a row that is to be set. */
export type KnownRow = {
  object: string;
  key: string;
  account_id: string | null;
  hash: string;
  confirmed_hash: string | null;
  confirmed_version: number | null;
  sent_version: number | null;
  /** False when it was changed after the worker looked. */
  seen: boolean;
};

/** A row that is to be saved anew; `waits` unless Salesforce holds just this content. */
export type RowChange = { row: OrgRow; hash: string; waits: boolean };

const idOf = (row: { object: string; key: string }) => `${row.object}\n${row.key}`;

/** @returns what a row's content is compared by */
export function hashOf(stamp: OrgStamp, accountId: string | null, row: OrgRow): string {
  return digestOf([
    stamp.orgId,
    stamp.mappingVersion,
    accountId,
    row.object,
    row.key,
    row.parents,
    row.fields,
    ...(row.initial === undefined ? [] : [row.initial]),
    ...(row.notes === undefined ? [] : [{ notes: row.notes }]),
  ]);
}

/** True when nothing but what Salesforce confirmed has been sent, and that is what the row is to be again. */
function isConfirmed(known: KnownRow, hash: string): boolean {
  return known.confirmed_hash === hash && known.sent_version === known.confirmed_version;
}

/**
 * What setting rows comes to.
 * @param known those of the rows that are there
 * @throws Collision when a row was changed by another worker that this one could not have seen
 */
export function changesOf(
  stamp: OrgStamp,
  accountId: string | null,
  rows: readonly OrgRow[],
  known: readonly KnownRow[],
): RowChange[] {
  const knownById = new Map(known.map((row) => [idOf(row), row]));
  const wanted = new Map(rows.map((row) => [idOf(row), row]));
  return [...wanted.entries()].flatMap(([id, row]) => {
    const hash = hashOf(stamp, accountId, row);
    const before = knownById.get(id);
    if (before === undefined) return [{ row, hash, waits: true }];
    if (!before.seen && before.account_id !== accountId) throw new Collision('A row for Salesforce');
    return before.hash === hash ? [] : [{ row, hash, waits: !isConfirmed(before, hash) }];
  });
}

/** Rows that could wait wait no longer when others of their Account must not: their parents may be among them. */
async function hurry(db: Db, known: readonly (KnownRow & { waits_as_batch: boolean })[]): Promise<void> {
  const waiting = known.filter((row) => row.waits_as_batch);
  if (waiting.length === 0) return;
  await sql`update org_rows o set batch = false
    from unnest(${waiting.map(({ object }) => object)}::text[], ${waiting.map(({ key }) => key)}::text[])
      as wanted (object, key)
    where o.object = wanted.object and o.key = wanted.key`.execute(db);
}

/**
 * Sets rows that Salesforce is to hold. A row whose content is what it was is left alone; any other gets a higher
 * version and waits for the writer, unless Salesforce holds just this content.
 * @param db a transaction
 * @param accountId null for rows that belong to no Account
 * @param options.batch true for rows that can wait, as those of a backfill
 * @param options.snapshot what the worker could have seen when it claimed its key (pg_current_snapshot)
 * @returns how many rows now wait for the writer because of this
 * @throws Collision when a row was changed by another worker that this one could not have seen, as happens while a
 * billing account moves from one Account to another
 */
export async function setOrgRows(
  db: Db,
  stamp: OrgStamp,
  accountId: string | null,
  rows: readonly OrgRow[],
  { snapshot = null, batch = false }: { snapshot?: string | null; batch?: boolean } = {},
): Promise<number> {
  if (rows.length === 0) return 0;
  const { rows: known } = await sql<KnownRow & { waits_as_batch: boolean }>`
    select o.object, o.key, o.account_id, o.hash, o.confirmed_hash, o.confirmed_version, o.sent_version,
      o.pending and o.batch as waits_as_batch,
      coalesce(pg_visible_in_snapshot(o.changed_by, ${snapshot}::pg_snapshot), true) as seen
    from org_rows o
    join unnest(${rows.map((row) => row.object)}::text[], ${rows.map((row) => row.key)}::text[])
      as wanted (object, key) on o.object = wanted.object and o.key = wanted.key
    order by o.object, o.key
    for update of o`.execute(db);
  const changes = changesOf(stamp, accountId, rows, known);
  if (!batch) await hurry(db, known);
  if (changes.length === 0) return 0;
  const { rows: saved } = await sql<{ key: string }>`
    insert into org_rows
      (object, key, account_id, part_of, partition, fields, parents, initial, notes, hash, row_version, pending, batch)
    select object, key, ${accountId}, part_of, partition, fields, parents, initial, notes, hash,
      (extract(epoch from clock_timestamp()) * 1000)::bigint, pending, ${batch}
    from unnest(
      ${changes.map(({ row }) => row.object)}::text[],
      ${changes.map(({ row }) => row.key)}::text[],
      ${changes.map(({ row }) => row.partOf ?? null)}::text[],
      ${changes.map(({ row }) => JSON.stringify(row.fields))}::jsonb[],
      ${changes.map(({ row }) => JSON.stringify(row.parents))}::jsonb[],
      ${changes.map(({ row }) => (row.initial === undefined ? null : JSON.stringify(row.initial)))}::jsonb[],
      ${changes.map(({ row }) => (row.notes === undefined ? null : JSON.stringify(row.notes)))}::jsonb[],
      ${changes.map(({ hash }) => hash)}::text[],
      ${changes.map(({ row }) => partitionOf(accountId ?? row.partOf ?? row.key))}::smallint[],
      ${changes.map(({ waits }) => waits)}::boolean[]) as change (object, key, part_of, fields, parents, initial, notes, hash, partition, pending)
    order by object, key
    on conflict (object, key) do update set account_id = excluded.account_id, part_of = excluded.part_of,
      partition = excluded.partition,
      fields = excluded.fields, parents = excluded.parents, initial = excluded.initial,
      notes = excluded.notes, hash = excluded.hash,
      row_version = greatest(org_rows.row_version + 1, excluded.row_version),
      changed_at = now(), changed_by = pg_current_xact_id(), pending = excluded.pending,
      batch = excluded.batch and (org_rows.batch or not org_rows.pending),
      attempt = 0, not_before = now(), quarantined_at = null, refusal = null, code = null, message = null
    where org_rows.key = any(${known.map((row) => row.key)}::text[])
    returning key`.execute(db);
  if (saved.length !== changes.length) throw new Collision('A row for Salesforce');
  return changes.filter(({ waits }) => waits).length;
}
