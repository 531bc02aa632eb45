import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { AccountLink, MirrorRecord, MirrorWrite } from '../../workflows/ports/mirror.ts';
import { digestOf } from '../canonical.ts';
import { storableJson } from '../json.ts';
import { mayReplace, type MirrorState } from './guard.ts';

/** Two workers met on the same rows; the work is to be done again. */
export class Collision extends Error {
  constructor(what: string) {
    super(`${what} was changed by another worker at the same time.`);
    this.name = 'Collision';
  }
}

/** What is stored of a record, as far as it decides about a write. */
export type StoredRecord = MirrorState & { digest: string; billingAccountKey: string };

/** The record that is to be saved under each key, and the billing accounts whose content changes by it. */
export type Accepted = { records: Map<string, { record: MirrorRecord; digest: string }>; changed: Set<string> };

/**
 * Usage has no time but that at which it was read, in whole seconds: of two owners that read it in the same one nobody can
 * tell which is the later.
 */
function isContested(stored: StoredRecord | null, { record }: MirrorWrite): boolean {
  if (stored === null || record.kind !== 'usage') return false;
  return stored.billingAccountKey !== record.billingAccountKey && stored.asOf.getTime() === record.asOf.getTime();
}

/**
 * Takes writes one after the other, each where the guard allows it; a newer time alone is no change of content.
 * @throws Collision where the same has to be read again, in a later second
 */
export function acceptWrites(stored: ReadonlyMap<string, StoredRecord>, writes: readonly MirrorWrite[]): Accepted {
  const state = new Map(stored);
  const accepted: Accepted = { records: new Map(), changed: new Set() };
  for (const write of writes) {
    const { record } = write;
    const before = state.get(record.key) ?? null;
    if (isContested(before, write)) throw new Collision('The owner of usage');
    if (!mayReplace(before, write)) continue;
    const digest = digestOf([record.kind, record.deleted, record.body]);
    if (before?.digest !== digest) accepted.changed.add(record.billingAccountKey);
    if (before && before.billingAccountKey !== record.billingAccountKey)
      accepted.changed.add(before.billingAccountKey).add(record.billingAccountKey);
    const { asOf, version, deleted, billingAccountKey } = record;
    state.set(record.key, { asOf, version, deleted, digest, billingAccountKey });
    accepted.records.set(record.key, { record, digest });
  }
  return accepted;
}

/**
 * Saves records where the guard allows it.
 * @param db a transaction
 * @returns keys of the billing accounts whose content changed; a newer time alone is no change
 * @throws Collision
 */
export async function saveMirror(db: Db, writes: readonly MirrorWrite[]): Promise<Set<string>> {
  if (writes.length === 0) return new Set();
  const keys = [...new Set(writes.map(({ record }) => record.key))].sort();
  const rows = await db
    .selectFrom('mirror')
    .select(['key', 'as_of', 'version', 'deleted', 'digest', 'billing_account_key'])
    .where('key', 'in', keys)
    .orderBy('key')
    .forUpdate()
    .execute();
  const state = new Map<string, StoredRecord>(
    rows.map((row) => [
      row.key,
      {
        asOf: row.as_of,
        version: row.version,
        deleted: row.deleted,
        digest: row.digest,
        billingAccountKey: row.billing_account_key,
      },
    ]),
  );
  const { records, changed } = acceptWrites(state, writes);
  if (records.size === 0) return changed;
  // In the order in which the rows above were locked.
  const values = keys.flatMap((key) => records.get(key) ?? []);
  const { rows: saved } = await sql<{ key: string; inserted: boolean }>`
    insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
    select * from unnest(
      ${values.map(({ record }) => record.key)}::text[],
      ${values.map(({ record }) => record.kind)}::text[],
      ${values.map(({ record }) => record.billingAccountKey)}::text[],
      ${values.map(({ record }) => record.asOf)}::timestamptz[],
      ${values.map(({ record }) => record.version)}::bigint[],
      ${values.map(({ record }) => record.deleted)}::boolean[],
      ${values.map(({ record }) => storableJson(record.body))}::jsonb[],
      ${values.map(({ digest }) => digest)}::text[])
    on conflict (key) do update set kind = excluded.kind, billing_account_key = excluded.billing_account_key,
      as_of = excluded.as_of, version = excluded.version, deleted = excluded.deleted, body = excluded.body,
      changed_at = case when mirror.digest = excluded.digest then mirror.changed_at else now() end,
      digest = excluded.digest
    where mirror.key = any(${[...state.keys()]}::text[])
    returning key`.execute(db);
  if (saved.length !== values.length) throw new Collision('A mirrored record');
  return changed;
}

/** The Account that an Account became part of, or itself. */
async function followMerges(db: Db, accountId: string | null): Promise<string | null> {
  if (accountId === null) return null;
  const row = await db
    .selectFrom('org_account')
    .select('merged_into')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.merged_into ?? accountId;
}

/** The Account that a billing account was matched with; null when it was not. */
async function matchedWith(db: Db, billingAccountKey: string): Promise<string | null> {
  const row = await db
    .selectFrom('billing_match')
    .select('account_id')
    .where('billing_account_key', '=', billingAccountKey)
    .executeTakeFirst();
  return row?.account_id ?? null;
}

async function lockLink(db: Db, billingAccountKey: string) {
  return db
    .selectFrom('account_link')
    .select(['account_id', 'matched'])
    .where('billing_account_key', '=', billingAccountKey)
    .forUpdate()
    .executeTakeFirst();
}

/**
 * Saves which Account a billing account belongs to; one that was merged stands for the one that it became part of. What
 * billing names goes before what was matched.
 * @returns the Accounts that have to look: the old one, the new one, and those that rows are still with because the
 * projection of the old one has not come yet
 */
export async function saveLink(db: Db, link: AccountLink): Promise<string[]> {
  const key = link.billingAccountKey;
  const old = await lockLink(db, key);
  // Read when the link is locked: whoever matches locks it too, after what he saved.
  const match = link.accountId === null && link.byMatch ? await matchedWith(db, key) : null;
  return setLink(db, key, old, link.accountId ?? match, match !== null);
}

/**
 * Gives a billing account to the Account that it was matched with, or takes it away, unless billing names one.
 * @returns as `saveLink`
 */
export async function relink(db: Db, billingAccountKey: string, accountId: string | null): Promise<string[]> {
  const old = await lockLink(db, billingAccountKey);
  if (old && old.account_id !== null && !old.matched) return [];
  return setLink(db, billingAccountKey, old, accountId, accountId !== null);
}

async function setLink(
  db: Db,
  key: string,
  old: { account_id: string | null; matched: boolean } | undefined,
  wanted: string | null,
  matched: boolean,
): Promise<string[]> {
  const accountId = await followMerges(db, wanted);
  if (old && old.account_id === accountId && old.matched === matched) return [];
  await db
    .insertInto('account_link')
    .values({ billing_account_key: key, account_id: accountId, matched })
    .onConflict((conflict) =>
      conflict
        .column('billing_account_key')
        .doUpdateSet({ account_id: accountId, matched, linked_at: sql<Date>`now()` }),
    )
    .execute();
  const { rows: holders } = await sql<{ account_id: string | null }>`
    select distinct o.account_id from mirror m join org_rows o on o.key = m.key
    where m.billing_account_key = ${key}`.execute(db);
  return [old?.account_id ?? null, accountId, ...holders.map((row) => row.account_id)].filter((id) => id !== null);
}

/** @returns the Accounts that billing accounts are linked to */
export async function accountsOf(db: Db, billingAccountKeys: Iterable<string>): Promise<string[]> {
  const keys = [...billingAccountKeys];
  if (keys.length === 0) return [];
  const rows = await db
    .selectFrom('account_link')
    .select('account_id')
    .distinct()
    .where('billing_account_key', 'in', keys)
    .where('account_id', 'is not', null)
    .execute();
  return rows.flatMap((row) => (row.account_id === null ? [] : [row.account_id]));
}
