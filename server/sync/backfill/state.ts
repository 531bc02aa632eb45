import { sql } from 'kysely';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { BILLING_PARTS, type BillingPart } from '../../workflows/ports/billingSystem.ts';
import { refetchKeys } from '../keys/bump.ts';
import { progressInWords } from './progress.ts';
import { rewriteRows } from './rewrite.ts';
import type { Backfill, BackfillRequest, BackfillState, BackfillStep, BackfillStore } from './store.ts';

const RUNNING: readonly BackfillState[] = ['Listing', 'Missing', 'Working'];

type Row = {
  connection: string;
  run: number;
  state: string;
  parts: string[];
  reason: string;
  rewrite: boolean;
  cursor: string | null;
  listed: number;
  listed_at: Date | null;
  total: number | null;
  worked: number;
  rate: number;
  failures: number;
  message: string;
  started_at: Date;
  ended_at: Date | null;
};

function toBackfill({ listed_at, started_at, ended_at, ...row }: Row): Backfill {
  return {
    connection: row.connection,
    run: row.run,
    state: row.state as BackfillState,
    parts: row.parts as BillingPart[],
    reason: row.reason,
    rewrite: row.rewrite,
    cursor: row.cursor,
    listed: row.listed,
    listedAt: listed_at,
    total: row.total,
    worked: row.worked,
    rate: row.rate,
    failures: row.failures,
    message: row.message,
    startedAt: started_at,
    endedAt: ended_at,
  };
}

/** Text that every key of the connection's billing accounts begins with. */
const prefixOf = (connection: string) => keyOf(connection, 'account', '');

async function backfillOf(db: Db, connection: string): Promise<Backfill | null> {
  const row = await db.selectFrom('backfill').selectAll().where('connection', '=', connection).executeTakeFirst();
  return row === undefined ? null : toBackfill(row);
}

async function start(db: Db, request: BackfillRequest, anew: boolean): Promise<void> {
  const { connection, parts = [], reason, rewrite = false } = request;
  const { rows } = await sql`
    insert into backfill as b (connection, state, parts, reason, rewrite, total)
    values (${connection}, 'Listing', ${[...parts]}::text[], ${reason}, ${rewrite}, nullif((
      select count(*) from account_link where starts_with(billing_account_key, ${prefixOf(connection)})), 0))
    on conflict (connection) do update set run = b.run + 1, state = 'Listing', parts = excluded.parts,
      reason = excluded.reason, rewrite = excluded.rewrite, total = excluded.total, cursor = null, listed = 0,
      listed_at = null, worked = 0, rate = 0, measured_at = null, failures = 0, next_at = now(), message = '',
      started_at = now(), ended_at = null
    where ${anew} or b.state not in (${sql.join(RUNNING)})
    returning run`.execute(db);
  if (rows.length > 0) return;
  const running = await backfillOf(db, connection);
  throw new Fault({
    code: 'backfill_running',
    kind: 'conflict',
    publicText: `A backfill of ${connection} is running since ${running?.startedAt.toISOString()} (${running === null ? '' : progressInWords(running)}). Wait for its end, or cancel it first.`,
  });
}

async function advance(db: Db, before: Backfill, step: BackfillStep): Promise<boolean> {
  const { connection, run, rewrite } = before;
  return db.transaction().execute(async (transaction) => {
    const current = await transaction
      .selectFrom('backfill')
      .select('run')
      .where('connection', '=', connection)
      .where('run', '=', run)
      .where('state', '=', before.state)
      .where(sql<boolean>`cursor is not distinct from ${before.cursor}`)
      .forUpdate()
      .executeTakeFirst();
    if (current === undefined) return false;
    await refetchKeys(transaction, step.keys, step.parts.length > 0 ? step.parts : BILLING_PARTS, true);
    if (rewrite) await rewriteRows(transaction, step.keys);
    const listed = before.listed + step.keys.length;
    const isListed = step.state === 'Working' || step.state === 'Done';
    await transaction
      .updateTable('backfill')
      .set({
        state: step.state,
        cursor: step.cursor,
        listed,
        ...(step.state === 'Done' ? { worked: listed } : {}),
        listed_at: sql<Date | null>`coalesce(listed_at, ${step.asOf}::timestamptz)`,
        total: isListed ? listed : before.total === null ? null : Math.max(before.total, listed),
        failures: 0,
        message: '',
        next_at: sql<Date>`now()`,
        ended_at: step.state === 'Done' ? sql<Date>`now()` : null,
      })
      .where('connection', '=', connection)
      .execute();
    return true;
  });
}

/** Backfills in Postgres. */
export function createBackfillStore(db: Db): BackfillStore {
  return {
    startBackfill: (request, anew = false) => start(db, request, anew),
    async cancelBackfill(connection) {
      const { numUpdatedRows } = await db
        .updateTable('backfill')
        .set({ state: 'Canceled', ended_at: sql<Date>`now()` })
        .where('connection', '=', connection)
        .where('state', 'in', RUNNING)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async resumeBackfill(connection) {
      const { numUpdatedRows } = await db
        .updateTable('backfill')
        .set({
          run: sql<number>`run + 1`,
          state: sql<string>`case when starts_with(cursor, ${prefixOf(connection)}) then 'Missing' else 'Listing' end`,
          ended_at: null,
          failures: 0,
          next_at: sql<Date>`now()`,
          measured_at: null,
        })
        .where('connection', '=', connection)
        .where('state', '=', 'Canceled')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    backfillOf: (connection) => backfillOf(db, connection),
    async backfills() {
      return (await db.selectFrom('backfill').selectAll().orderBy('connection').execute()).map(toBackfill);
    },
    async outstanding(connection) {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from dirty
        where batch and quarantined_at is null and starts_with(key, ${prefixOf(connection)})`.execute(db);
      return rows[0]!.count;
    },
    advance: (before, step) => advance(db, before, step),
    async measure({ connection, run }, worked) {
      // Of late: half of it is what the last seconds were.
      await sql`
        with newest as (
          select greatest(0, ${worked} - worked) / extract(epoch from now() - measured_at) as rate
          from backfill where connection = ${connection} and measured_at < now()
        )
        update backfill b set worked = ${worked}, measured_at = now(),
          rate = coalesce((select case when b.rate = 0 then newest.rate else (b.rate + newest.rate) / 2 end from newest), 0)
        where connection = ${connection} and run = ${run}
          and (measured_at is null or measured_at <= now() - interval '1 second')`.execute(db);
    },
    async backfillFailed({ connection, run }, message, waitMs) {
      await sql`
        update backfill set failures = failures + 1, message = ${message},
          next_at = now() + ${waitMs} * interval '1 ms'
        where connection = ${connection} and run = ${run}`.execute(db);
    },
    async dueBackfills() {
      const rows = await db
        .selectFrom('backfill')
        .selectAll()
        .where('state', 'in', RUNNING)
        .where('next_at', '<=', sql<Date>`now()`)
        .execute();
      return rows.map(toBackfill);
    },
    async knownBefore(connection, listedAt, after, most) {
      const { rows } = await sql<{ key: string }>`
        select key from mirror
        where key > ${after} and starts_with(key, ${prefixOf(connection)}) and kind = 'account' and not deleted
          and as_of < ${listedAt}
        order by key limit ${most}`.execute(db);
      return rows.map(({ key }) => key);
    },
  };
}
