import { sql } from 'kysely';
import { TIMELINE_DAYS } from '../../domain/timeline/timeline.ts';
import type { Db } from '../../platform/db/database.ts';
import { leasesIn } from '../../platform/db/leases.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { forgetOldActions } from '../actions/audit.ts';
import { forgetPast } from '../actions/tokens.ts';
import { whileAlone } from '../leases.ts';
import { repeat } from '../repeat.ts';
import { daysAhead, daysKept, dropPartition, makePartition } from './partitions.ts';

export type RetentionOptions = {
  db: Db;
  /** Days for which the payload of an event is kept. */
  payloadDays: number;
  /** Days for which its id is kept: a second delivery within them is recognised. */
  idDays: number;
  log: Log;
  everyMs?: number;
};

export type Retention = {
  start(): void;
  stop(): Promise<void>;
  /** Makes partitions ahead and drops what is over, unless another process does. */
  tick(): Promise<void>;
};

const LEASE = 'retention';
const LEASE_MS = 60_000;
/** Today and the days after it that have a partition at any time. */
const DAYS_AHEAD = 4;
const ROWS_AT_ONCE = 5000;

/** Ids go from the oldest on, in small transactions; an event that is not worked off stays, however old. */
async function deleteIds(db: Db, days: number, alive: () => boolean): Promise<void> {
  for (let after = 0; alive();) {
    const { rows } = await sql<{ last: number | null; allOver: boolean | null }>`
      with oldest as (
        select id, done_at, received_at < now() - ${days} * interval '1 day' as over
        from inbox where id > ${after} order by id limit ${ROWS_AT_ONCE}
      ), deleted as (
        delete from inbox where id in (select id from oldest where done_at is not null and over)
      )
      select max(id) as last, bool_and(over) as "allOver" from oldest`.execute(db);
    const { last, allOver } = rows[0]!;
    if (last === null || !allOver) return;
    after = last;
  }
}

/** Payloads that lie in no partition of a day: in the default one, or in the row itself (builds before 0008). */
async function dropStrayPayloads(db: Db, days: number): Promise<void> {
  const over = sql`received_at < now() - ${days} * interval '1 day'`;
  await sql`delete from inbox_payload_default p where ${over}
    and not exists (select from inbox where inbox.id = p.id and inbox.done_at is null)`.execute(db);
  await sql`update inbox set payload = null where payload is not null and done_at is not null and ${over}`.execute(db);
}

/** What was done to subscriptions and is no longer told; a month more, so that no clock takes what the timeline still has. */
async function deleteChanges(db: Db, alive: () => boolean): Promise<void> {
  for (let count = ROWS_AT_ONCE; count === ROWS_AT_ONCE && alive();) {
    const { rows } = await sql<{ key: string }>`
      delete from mirror where key in (
        select key from mirror where kind = 'change' and as_of < now() - ${TIMELINE_DAYS + 30} * interval '1 day'
        order by key limit ${ROWS_AT_ONCE} for update skip locked)
      returning key`.execute(db);
    count = rows.length;
  }
}

/** Keeps the inbox, and what was done to subscriptions, as long as is wanted and no longer, one process at a time. */
export function createRetention(options: RetentionOptions): Retention {
  const { db, payloadDays, idDays, log, everyMs = 3_600_000 } = options;
  const holder = { store: leasesIn(db), owner: newId(), leaseMs: LEASE_MS, log };
  let stopping = false;

  async function step(what: string, work: () => Promise<unknown>): Promise<void> {
    if (stopping) return;
    await work().catch((error: unknown) => log.warn({ err: error, what }, 'Retention could not be carried out'));
  }

  async function dropDays(): Promise<void> {
    const [first] = await daysAhead(db, 1);
    const oldest = new Date(Date.parse(first!.day) - payloadDays * 86_400_000).toISOString().slice(0, 10);
    for (const day of await daysKept(db)) {
      if (day.day >= oldest) break;
      await step(`drop ${day.table}`, async () => {
        const undone = await dropPartition(db, day);
        if (undone > 0)
          log.error({ day: day.day, undone }, 'Payloads are kept beyond their time: events are not worked off');
      });
    }
  }

  async function work(): Promise<void> {
    const days = new Set((await daysKept(db)).map(({ day }) => day));
    for (const day of await daysAhead(db, DAYS_AHEAD))
      if (!days.has(day.day)) await step(`make ${day.table}`, () => makePartition(db, day));
    await dropDays();
    await step('drop stray payloads', () => dropStrayPayloads(db, payloadDays));
    await step('delete ids', () => deleteIds(db, idDays, () => !stopping));
    await step('delete actions', () => forgetOldActions(db));
    await step('delete tokens', () => forgetPast(db));
    await step('delete changes', () => deleteChanges(db, () => !stopping));
  }

  async function tick(): Promise<void> {
    await whileAlone(holder, LEASE, work);
  }

  const loop = repeat(tick, everyMs, (error) => log.warn({ err: error }, 'Retention could not be looked at'));

  return {
    start: () => loop.start(0),
    async stop() {
      stopping = true;
      await loop.stop();
    },
    tick,
  };
}
