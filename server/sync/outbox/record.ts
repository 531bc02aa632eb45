import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { OrgWriteResult } from '../../workflows/ports/orgRows.ts';
import { backoffMs } from '../backoff.ts';
import { MAX_ATTEMPTS } from '../keys/bump.ts';
import type { TakenRow } from './pending.ts';

export type RowOutcome = 'written' | 'newer_is_there' | 'retry' | 'quarantine';

export type Refusal = { taken: TakenRow; kind: string; code: string; message: string; waitMs: number | null };

const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 60_000;

function refusalOf(taken: TakenRow, result: OrgWriteResult & { outcome: 'refused' }, random?: () => number): Refusal {
  const attempt = taken.attempt + 1;
  const final = result.retry === 'never' || attempt >= MAX_ATTEMPTS;
  return {
    taken,
    kind: result.retry,
    code: result.code,
    message: result.message,
    waitMs: final ? null : backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS, random),
  };
}

/** Locks everything that an answer may change in the order in which a projection sets its rows. */
async function lock(db: Db, rows: readonly TakenRow[]): Promise<void> {
  const accountIds = new Set(rows.map(({ accountId }) => accountId).filter((id) => id !== null));
  await sql`select from org_rows o where (o.object, o.key) in (
      select * from unnest(${rows.map(({ row }) => row.object)}::text[], ${rows.map(({ row }) => row.key)}::text[])
      union all
      select object, key from org_rows
      where account_id = any(${[...accountIds]}::text[]) and quarantined_at is not null and refusal = 'after_parent')
    order by o.object, o.key for update of o`.execute(db);
}

/** Notes what Salesforce holds now. A row that changed while the call was on its way stays pending. */
async function confirm(db: Db, rows: readonly TakenRow[]): Promise<void> {
  const { rows: confirmed } = await sql<{ account_id: string | null; first: boolean }>`
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
    returning o.account_id, before.first`.execute(db);
  const withNewRows = confirmed.filter(({ first }) => first).map(({ account_id }) => account_id);
  await releaseChildren(
    db,
    withNewRows.filter((id) => id !== null),
  );
}

/** Rows that were put aside for want of a parent get another chance when a new row of their Account is there. */
async function releaseChildren(db: Db, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await sql`update org_rows set quarantined_at = null, attempt = 0, not_before = now()
    where account_id = any(${[...new Set(accountIds)]}::text[]) and quarantined_at is not null
      and refusal = 'after_parent'`.execute(db);
}

async function refuse(db: Db, refusals: readonly Refusal[]): Promise<void> {
  await sql`
    update org_rows o set
      attempt = o.attempt + 1, refusal = answer.kind, code = answer.code, message = answer.message,
      not_before = now() + coalesce(answer.wait, 0) * interval '1 ms',
      quarantined_at = case when answer.wait is null then now() end
    from unnest(
      ${refusals.map(({ taken }) => taken.row.object)}::text[],
      ${refusals.map(({ taken }) => taken.row.key)}::text[],
      ${refusals.map(({ taken }) => taken.rowVersion)}::bigint[],
      ${refusals.map(({ kind }) => kind)}::text[],
      ${refusals.map(({ code }) => code)}::text[],
      ${refusals.map(({ message }) => message)}::text[],
      ${refusals.map(({ waitMs }) => waitMs)}::integer[]) as answer (object, key, version, kind, code, message, wait)
    where o.object = answer.object and o.key = answer.key and o.row_version = answer.version`.execute(db);
}

/** What the answers to a call come to, before it is recorded. @param results in the order of `rows` */
export function weighResults(
  rows: readonly TakenRow[],
  results: readonly OrgWriteResult[],
  random?: () => number,
): { outcomes: RowOutcome[]; confirmed: TakenRow[]; refusals: Refusal[] } {
  const confirmed: TakenRow[] = [];
  const refusals: Refusal[] = [];
  const outcomes = rows.map((taken, index): RowOutcome => {
    const result: OrgWriteResult = results[index] ?? {
      outcome: 'refused',
      retry: 'soon',
      code: 'NO_RESULT',
      message: 'Salesforce gave no result for this row.',
    };
    if (result.outcome !== 'refused') {
      confirmed.push(taken);
      return result.outcome;
    }
    const refusal = refusalOf(taken, result, random);
    refusals.push(refusal);
    return refusal.waitMs === null ? 'quarantine' : 'retry';
  });
  return { outcomes, confirmed, refusals };
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
  const { outcomes, confirmed, refusals } = weighResults(rows, results, random);
  await db.transaction().execute(async (transaction) => {
    await lock(transaction, rows);
    if (confirmed.length > 0) await confirm(transaction, confirmed);
    if (refusals.length > 0) await refuse(transaction, refusals);
  });
  return outcomes;
}
