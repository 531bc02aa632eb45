import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { OrgWriteResult } from '../../workflows/ports/orgRows.ts';
import { backoffMs } from '../backoff.ts';
import { MAX_ATTEMPTS } from '../keys/bump.ts';
import { wantNotices } from '../notices/store.ts';
import { endPauses, pauseObjects, type PausedObject } from './pause.ts';
import type { TakenRow } from './pending.ts';

export type RowOutcome = 'written' | 'newer_is_there' | 'retry' | 'paused' | 'quarantine';

export type Refusal = {
  taken: TakenRow;
  kind: string;
  code: string;
  message: string;
  /** Tries to count. */
  tries: 0 | 1;
  /** Time until the row is tried again, ms; null when it is put aside. */
  waitMs: number | null;
};

const MOST_RETRIES_OF_LOCKS = 5;
const LOCK_BASE_MS = 1000;
const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 60_000;

function refusalOf(taken: TakenRow, result: OrgWriteResult & { outcome: 'refused' }, random?: () => number): Refusal {
  const { retry, code, message } = result;
  // No row is to blame: its object waits, and no try is counted.
  if (retry === 'mapping') return { taken, kind: retry, code, message, tries: 0, waitMs: 0 };
  const attempt = taken.attempt + 1;
  const final = retry === 'never' || attempt > (retry === 'soon' ? MOST_RETRIES_OF_LOCKS : MAX_ATTEMPTS - 1);
  const base = retry === 'soon' ? LOCK_BASE_MS : RETRY_BASE_MS;
  const waitMs = final ? null : backoffMs(attempt, base, RETRY_CAP_MS, random);
  return { taken, kind: retry, code, message, tries: 1, waitMs };
}

/** Locks everything that an answer may change in the order in which a projection sets its rows. */
async function lock(db: Db, rows: readonly TakenRow[]): Promise<void> {
  const accountIds = new Set(rows.map(({ accountId }) => accountId).filter((id) => id !== null));
  await sql`select from org_rows o where (o.object, o.key) in (
      select * from unnest(${rows.map(({ row }) => row.object)}::text[], ${rows.map(({ row }) => row.key)}::text[])
      union all
      select object, key from org_rows
      where account_id = any(${[...accountIds]}::text[]) and quarantined_at is not null
        and refusal in ('after_parent', 'soon'))
    order by o.object, o.key for update of o`.execute(db);
}

/** Notes what Salesforce holds now. A row that changed while the call was on its way stays pending. */
async function confirm(db: Db, rows: readonly TakenRow[]): Promise<void> {
  const { rows: confirmed } = await sql<{ object: string; key: string; account_id: string | null; first: boolean }>`
    with answer as (
      select * from unnest(
        ${rows.map(({ row }) => row.object)}::text[],
        ${rows.map(({ row }) => row.key)}::text[],
        ${rows.map(({ rowVersion }) => rowVersion)}::bigint[],
        ${rows.map(({ hash }) => hash)}::text[]) as answer (object, key, version, hash)
    ), before as (
      select o.object, o.key, o.confirmed_version is null as first from org_rows o join answer using (object, key)
    )
    update org_rows o set
      confirmed_version = answer.version, confirmed_hash = answer.hash,
      pending = o.row_version <> answer.version,
      attempt = 0, refusal = null, code = null, message = null
    from answer join before using (object, key)
    where o.object = answer.object and o.key = answer.key
      and (o.confirmed_version is null or o.confirmed_version <= answer.version)
    returning o.object, o.key, o.account_id, before.first`.execute(db);
  const accountsOf = (found: typeof confirmed) => found.map((row) => row.account_id).filter((id) => id !== null);
  await wantNotices(
    db,
    confirmed.filter(({ first }) => first),
  );
  await releaseOthers(db, accountsOf(confirmed.filter(({ first }) => first)), accountsOf(confirmed));
}

/**
 * Rows that were put aside get another chance: those that want a parent when a new row of their Account is there, and
 * those that were locked when any row of it was written.
 */
async function releaseOthers(db: Db, withNewRows: readonly string[], written: readonly string[]): Promise<void> {
  if (written.length === 0) return;
  await sql`update org_rows set quarantined_at = null, attempt = 0, not_before = now()
    where account_id = any(${[...new Set(written)]}::text[]) and quarantined_at is not null
      and (refusal = 'soon' or (refusal = 'after_parent' and account_id = any(${[...new Set(withNewRows)]}::text[])))`.execute(
    db,
  );
}

/**
 * Salesforce holds a newer version. Where that is none of ours, as after a database was restored, the row gets a higher
 * one than any clock that is minutes ahead would give, and is sent again.
 */
async function overtake(db: Db, rows: readonly TakenRow[]): Promise<void> {
  await sql`
    update org_rows o set attempt = o.attempt + 1, not_before = now(),
      row_version = greatest(o.row_version + 1,
        (extract(epoch from clock_timestamp()) * 1000)::bigint + o.attempt * o.attempt * 60000)
    from unnest(
      ${rows.map(({ row }) => row.object)}::text[],
      ${rows.map(({ row }) => row.key)}::text[],
      ${rows.map(({ rowVersion }) => rowVersion)}::bigint[]) as answer (object, key, version)
    where o.object = answer.object and o.key = answer.key and o.row_version = answer.version`.execute(db);
}

async function refuse(db: Db, refusals: readonly Refusal[]): Promise<void> {
  await sql`
    update org_rows o set
      attempt = o.attempt + answer.tries, refusal = answer.kind, code = answer.code, message = answer.message,
      not_before = now() + coalesce(answer.wait, 0) * interval '1 ms',
      quarantined_at = case when answer.wait is null then now() end
    from unnest(
      ${refusals.map(({ taken }) => taken.row.object)}::text[],
      ${refusals.map(({ taken }) => taken.row.key)}::text[],
      ${refusals.map(({ taken }) => taken.rowVersion)}::bigint[],
      ${refusals.map(({ kind }) => kind)}::text[],
      ${refusals.map(({ code }) => code)}::text[],
      ${refusals.map(({ message }) => message)}::text[],
      ${refusals.map(({ tries }) => tries)}::integer[],
      ${refusals.map(({ waitMs }) => waitMs)}::integer[])
      as answer (object, key, version, kind, code, message, tries, wait)
    where o.object = answer.object and o.key = answer.key and o.row_version = answer.version`.execute(db);
}

export type Weighed = {
  outcomes: RowOutcome[];
  confirmed: TakenRow[];
  /** Salesforce holds a newer version than the one that was sent. */
  outranked: TakenRow[];
  refusals: Refusal[];
  /** Objects of which no row can be written. */
  paused: PausedObject[];
};

const NO_RESULT: OrgWriteResult = {
  outcome: 'refused',
  retry: 'soon',
  code: 'NO_RESULT',
  message: 'Salesforce gave no result for this row.',
};
const ALWAYS_OUTRANKED: OrgWriteResult = {
  outcome: 'refused',
  retry: 'never',
  code: 'NEWER_ROW_VERSION',
  message:
    'Salesforce holds a newer version of this row than this server gives: see that no other server writes to the org, and that the clock of the database is right.',
};

/** What the answers to a call come to, before it is recorded. @param results in the order of `rows` */
export function weighResults(
  rows: readonly TakenRow[],
  results: readonly OrgWriteResult[],
  random?: () => number,
): Weighed {
  const weighed: Weighed = { outcomes: [], confirmed: [], outranked: [], refusals: [], paused: [] };
  const paused = new Map<string, PausedObject>();
  for (const [index, taken] of rows.entries()) {
    let result = results[index] ?? NO_RESULT;
    if (result.outcome === 'newer_is_there' && taken.attempt + 1 >= MAX_ATTEMPTS) result = ALWAYS_OUTRANKED;
    if (result.outcome === 'refused') {
      const refusal = refusalOf(taken, result, random);
      weighed.refusals.push(refusal);
      if (result.retry === 'mapping') paused.set(taken.row.object, { object: taken.row.object, ...result });
      weighed.outcomes.push(refusal.tries === 0 ? 'paused' : refusal.waitMs === null ? 'quarantine' : 'retry');
    } else {
      (result.outcome === 'written' ? weighed.confirmed : weighed.outranked).push(taken);
      weighed.outcomes.push(result.outcome);
    }
  }
  weighed.paused = [...paused.values()].sort((a, b) => (a.object < b.object ? -1 : 1));
  return weighed;
}

/**
 * Records the answers to a call, row by row.
 * @param results in the order of `rows`
 * @returns the outcome of each row
 */
export async function recordResults(
  db: Db,
  rows: readonly TakenRow[],
  results: readonly OrgWriteResult[],
  random?: () => number,
): Promise<RowOutcome[]> {
  const { outcomes, confirmed, outranked, refusals, paused } = weighResults(rows, results, random);
  await db.transaction().execute(async (transaction) => {
    await lock(transaction, rows);
    if (confirmed.length > 0) {
      await confirm(transaction, confirmed);
      await endPauses(transaction, [...new Set(confirmed.map(({ row }) => row.object))]);
    }
    if (outranked.length > 0) await overtake(transaction, outranked);
    if (refusals.length > 0) await refuse(transaction, refusals);
    if (paused.length > 0) await pauseObjects(transaction, paused, random);
  });
  return outcomes;
}
