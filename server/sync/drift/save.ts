import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { AccountState, Drift, OrgFinding, RetiredAccount } from '../../workflows/ports/org.ts';
import { setOrgRows, type OrgStamp } from '../outbox/setRows.ts';
import { waitBeforeRewrite } from './pace.ts';

const isOver = ({ state }: AccountState): boolean => state !== 'live';

/** Notes how Accounts stand. @returns those that are back */
async function saveAccounts(db: Db, accounts: readonly AccountState[]): Promise<string[]> {
  const sorted = [...accounts].sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
  const { rows } = await sql<{ account_id: string; was: string | null; state: string; merged_into: string | null }>`
    with before as (
      select account_id, state from org_account where account_id = any(${sorted.map(({ accountId }) => accountId)}::text[])
    )
    insert into org_account as a (account_id, state, merged_into, modstamp)
    select * from unnest(
      ${sorted.map(({ accountId }) => accountId)}::text[],
      ${sorted.map(({ state }) => state)}::text[],
      ${sorted.map(({ mergedInto }) => mergedInto)}::text[],
      ${sorted.map(({ modstamp }) => modstamp)}::timestamptz[])
    on conflict (account_id) do update set state = excluded.state, merged_into = excluded.merged_into,
      modstamp = excluded.modstamp, read_at = now()
    returning a.account_id, (select state from before b where b.account_id = a.account_id) as was, a.state,
      a.merged_into`.execute(db);
  for (const { account_id, merged_into } of rows)
    if (merged_into !== null)
      await db
        .updateTable('org_account')
        .set({ merged_into })
        .where('merged_into', '=', account_id)
        .where('account_id', '!=', merged_into)
        .execute();
  return rows
    .filter(({ was, state }) => state === 'live' && was !== null && was !== 'live')
    .map((row) => row.account_id);
}

/** Locks rows in the order in which a projection sets them. */
async function lockRows(db: Db, where: ReturnType<typeof sql>): Promise<void> {
  await sql`select from org_rows where ${where} order by object, key for update`.execute(db);
}

/** Rows of an Account that is not there wait for nothing: they would only be refused. */
async function park(db: Db, accountIds: readonly string[]): Promise<void> {
  const waiting = sql`account_id = any(${[...accountIds]}::text[]) and (pending or quarantined_at is not null)`;
  await lockRows(db, waiting);
  await sql`update org_rows set pending = false, confirmed_hash = null, quarantined_at = null, attempt = 0,
    refusal = null, code = null, message = null where ${waiting}`.execute(db);
}

const rewritten = (orgVersion: ReturnType<typeof sql>) => sql`
  pending = true, confirmed_hash = null,
  row_version = greatest(org_rows.row_version, ${orgVersion}, (extract(epoch from clock_timestamp()) * 1000)::bigint - 1) + 1`;

/** An Account that is back gets all its rows again, and the billing accounts that name it, which went to another one. */
async function revive(db: Db, accountIds: readonly string[]): Promise<number> {
  await sql`update account_link l set account_id = named.account_id, linked_at = now() from (
      select m.key, coalesce(m.body ->> 'accountId', b.account_id) as account_id
      from mirror m left join billing_match b on b.billing_account_key = m.key
      where m.kind = 'account' and not m.deleted
        and (m.body ->> 'accountId' = any(${[...accountIds]}::text[])
          or (m.body ->> 'accountId' is null and b.account_id = any(${[...accountIds]}::text[])))) as named
    where named.key = l.billing_account_key and l.account_id <> named.account_id`.execute(db);
  const rows = sql`account_id = any(${[...accountIds]}::text[])`;
  await lockRows(db, rows);
  const { numAffectedRows } =
    await sql`update org_rows set ${rewritten(sql`0`)}, not_before = now(), quarantined_at = null,
    attempt = 0, refusal = null, code = null, message = null where ${rows}`.execute(db);
  return Number(numAffectedRows ?? 0);
}

type Entry = {
  drift: Drift;
  field: string;
  billing: Drift['fields'][number]['billing'];
  org: Drift['fields'][number]['org'];
};

/** Notes what differs. @returns how long each row is to be left alone, ms, in the order of `drifts` */
async function noteDifferences(db: Db, drifts: readonly Drift[]): Promise<number[]> {
  const entries = drifts.flatMap((drift): Entry[] =>
    drift.fields.length === 0
      ? [{ drift, field: '', billing: null, org: null }]
      : drift.fields.map(({ name, billing, org }) => ({ drift, field: name, billing, org })),
  );
  const { rows } = await sql<{ object: string; key: string; same: number; recent: number }>`
    insert into discrepancy as d
      (object, key, field, account_id, kind, rule, billing_value, org_value, changed_by)
    select object, key, field, account_id, kind, 'billing owns this field', billing, org, changed_by from unnest(
      ${entries.map(({ drift }) => drift.row.object)}::text[],
      ${entries.map(({ drift }) => drift.row.key)}::text[],
      ${entries.map(({ field }) => field)}::text[],
      ${entries.map(({ drift }) => drift.accountId)}::text[],
      ${entries.map(({ drift }) => drift.kind)}::text[],
      ${entries.map(({ billing }) => JSON.stringify(billing))}::jsonb[],
      ${entries.map(({ org }) => JSON.stringify(org))}::jsonb[],
      ${entries.map(({ drift }) => drift.changedBy)}::text[])
      as seen (object, key, field, account_id, kind, billing, org, changed_by)
    order by object, key, field
    on conflict (object, key, field) do update set
      account_id = excluded.account_id, kind = excluded.kind, billing_value = excluded.billing_value,
      org_value = excluded.org_value, changed_by = excluded.changed_by, seen_at = now(),
      same = case when d.org_value = excluded.org_value and d.billing_value = excluded.billing_value
        and d.seen_at > now() - interval '1 day' then d.same + 1 else 1 end,
      recent = case when d.recent_since > now() - interval '1 hour' then d.recent + 1 else 1 end,
      recent_since = case when d.recent_since > now() - interval '1 hour' then d.recent_since else now() end
    returning object, key, same, recent`.execute(db);
  return drifts.map(({ row }) =>
    Math.max(
      0,
      ...rows
        .filter(({ object, key }) => object === row.object && key === row.key)
        .map(({ same, recent }) => waitBeforeRewrite(same, recent)),
    ),
  );
}

/** Has rows written again that nobody has written since they were compared. @returns how many */
async function rewrite(db: Db, drifts: readonly Drift[], waits: readonly number[]): Promise<number> {
  const { numAffectedRows } = await sql`
    with drift as (
      select * from unnest(
        ${drifts.map(({ row }) => row.object)}::text[],
        ${drifts.map(({ row }) => row.key)}::text[],
        ${drifts.map(({ seenVersion }) => seenVersion)}::bigint[],
        ${drifts.map(({ orgVersion }) => orgVersion)}::bigint[],
        ${waits.map(Math.round)}::bigint[]) as drift (object, key, seen, org_version, wait)
    ), locked as (
      select o.object, o.key from org_rows o join drift using (object, key)
      where not o.pending and o.quarantined_at is null and o.confirmed_version = drift.seen
        and not exists (select from org_account a where a.account_id = o.account_id and a.state <> 'live')
      order by o.object, o.key for update of o
    )
    update org_rows set ${rewritten(sql`drift.org_version`)}, attempt = 0,
      not_before = now() + drift.wait * interval '1 ms'
    from drift join locked using (object, key)
    where org_rows.object = drift.object and org_rows.key = drift.key`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/**
 * Saves what was found in Salesforce.
 * @param db a transaction
 * @returns how many rows wait for the writer because of it
 */
export async function saveOrgFinding(db: Db, { accounts, drifts }: OrgFinding): Promise<number> {
  const back = await saveAccounts(db, accounts);
  const over = accounts.filter(isOver).map(({ accountId }) => accountId);
  if (over.length > 0) await park(db, over);
  let waiting = back.length > 0 ? await revive(db, back) : 0;
  const sorted = drifts.toSorted((a, b) =>
    `${a.row.object}\n${a.row.key}` < `${b.row.object}\n${b.row.key}` ? -1 : 1,
  );
  if (sorted.length > 0) waiting += await rewrite(db, sorted, await noteDifferences(db, sorted));
  return waiting;
}

/**
 * Gives the links and rows of a merged Account to the one that it became part of.
 * @param db a transaction
 * @returns whether there were any, and how many rows wait for the writer because of it
 */
export async function saveRetired(
  db: Db,
  stamp: OrgStamp,
  { from, to, rows }: RetiredAccount,
): Promise<{ to: string; moved: boolean; rowsWaiting: number }> {
  await sql`select from account_link where account_id = ${from} order by billing_account_key for update`.execute(db);
  const links = await db
    .updateTable('account_link')
    .set({ account_id: to, linked_at: sql<Date>`now()` })
    .where('account_id', '=', from)
    .executeTakeFirst();
  await db.deleteFrom('account_due').where('account_id', '=', from).execute();
  const rowsWaiting = await setOrgRows(db, stamp, to, rows);
  return { to, moved: links.numUpdatedRows > 0n || rowsWaiting > 0, rowsWaiting };
}
