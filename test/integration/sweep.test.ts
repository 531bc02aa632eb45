import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import { createDueTicker } from '../../server/sync/due/due.ts';
import { createIntake } from '../../server/sync/inbox/intake.ts';
import { bumpKeys } from '../../server/sync/keys/bump.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { claimKeys } from '../../server/sync/keys/claim.ts';
import { commitResult } from '../../server/sync/keys/commit.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { createSweeper, type SweeperOptions } from '../../server/sync/sweep/sweeper.ts';
import { ANEW, FIRST } from '../../server/sync/backfill/first.ts';
import type { ChangeSource, ConnectionStatus } from '../../server/workflows/ports/sweep.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const log = createLog('silent');
const ACCOUNT = '001000000000001AAA';
const PROJECTION = `account:projection:${ACCOUNT}`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() =>
  database.pool.query('truncate inbox, dirty, sweep_cursor, account_due, account_link, lease, setting, org_rows'),
);

const dirtyKeys = async () =>
  (await database.db.selectFrom('dirty').select('key').orderBy('key').execute()).map((row) => row.key);

describe('the sweep', () => {
  const event = (eventId: string) => ({
    connection: 'stripe',
    eventId,
    kind: 'x',
    key: 'stripe:account:cus_1',
    occurredAt: null,
    payload: {},
  });

  function sweeperOver(sweep: ChangeSource['sweep'], more: Partial<SweeperOptions> = {}) {
    const statuses: ConnectionStatus[] = [];
    const sweeper = createSweeper({
      store: createPostgresStore(database, stamp),
      sources: [{ connection: 'stripe', sweep }],
      intake: createIntake(createPostgresStore(database, stamp)),
      log,
      everyMs: 3_600_000,
      onStatus: async (status) => void statuses.push(status),
      ...more,
    });
    return { sweeper, statuses };
  }

  it('tells what the credentials may not look for, and that they may', async () => {
    const told: [string, string, boolean][] = [];
    const access = [
      { what: 'changes of credit memos', isRefused: true },
      { what: 'changes of orders', isRefused: false },
    ];
    const { sweeper } = sweeperOver(async () => ({ cursor: '1', checkedThrough: new Date(), access }), {
      onAccess: async (...one) => void told.push(one),
    });
    await sweeper.sweep();
    expect(told).toEqual([
      ['stripe', 'changes of credit memos', true],
      ['stripe', 'changes of orders', false],
    ]);
  });

  it('stores what it finds and goes on from where it was', async () => {
    const cursors: (string | null)[] = [];
    const checkedThrough = new Date('2026-11-21T10:00:00Z');
    const { sweeper, statuses } = sweeperOver(async (cursor, take) => {
      cursors.push(cursor);
      await take([event(`evt_${cursors.length}`), event('evt_0')]);
      return { cursor: `cursor ${cursors.length}`, checkedThrough };
    });
    await sweeper.sweep();
    await sweeper.sweep();
    expect(cursors).toEqual([null, 'cursor 1']);
    expect(await database.db.selectFrom('inbox').select('event_id').orderBy('id').execute()).toEqual([
      { event_id: 'evt_0' },
      { event_id: 'evt_1' },
      { event_id: 'evt_2' },
    ]);
    expect(await dirtyKeys()).toEqual(['stripe:account:cus_1']);
    expect(statuses).toEqual([
      { connection: 'stripe', state: 'Connected', checkedThrough, lagSeconds: 0, message: '' },
      { connection: 'stripe', state: 'Connected', checkedThrough, lagSeconds: 0, message: '' },
    ]);
  });

  it('stays where it was when it fails, and says so to people', async () => {
    const outcomes: (Fault | null)[] = [
      null,
      new Fault({ code: 'x', kind: 'unavailable', publicText: 'Stripe does not answer.' }),
      new Fault({ code: 'x', kind: 'unavailable', publicText: 'Stripe does not answer.' }),
      new Fault({ code: 'x', kind: 'unavailable', publicText: 'Stripe does not answer.' }),
      new Fault({ code: 'x', kind: 'forbidden', publicText: 'Stripe refuses the key.' }),
      null,
    ];
    const cursors: (string | null)[] = [];
    const { sweeper, statuses } = sweeperOver(async (cursor) => {
      cursors.push(cursor);
      const fault = outcomes[cursors.length - 1];
      if (fault) throw fault;
      return { cursor: 'kept', checkedThrough: new Date(0) };
    });
    for (const _ of outcomes) await sweeper.sweep();
    expect(cursors).toEqual([null, 'kept', 'kept', 'kept', 'kept', 'kept']);
    expect(statuses.map(({ state, message }) => [state, message])).toEqual([
      ['Connected', ''],
      ['Connected', ''],
      ['Connected', ''],
      ['Delayed', 'Stripe does not answer.'],
      ['Broken', 'Stripe refuses the key.'],
      ['Connected', ''],
    ]);
  });

  it('has everything read when what changed can no longer be told, and goes on from there', async () => {
    const begun: string[] = [];
    const cursors: (string | null)[] = [];
    const forgotten = new Fault({ code: 'changes_forgotten', kind: 'not_found', publicText: 'Events are gone.' });
    const { sweeper, statuses } = sweeperOver(
      async (cursor) => {
        cursors.push(cursor);
        if (cursors.length === 1) throw forgotten;
        return { cursor: 'next', checkedThrough: new Date(0) };
      },
      {
        begin: async (connection, why) => {
          begun.push(`${connection}: ${why}`);
          return { cursor: `begun ${begun.length}`, checkedThrough: new Date(0) };
        },
      },
    );
    for (let count = 0; count < 3; count += 1) await sweeper.sweep();
    expect(begun).toEqual([`stripe: ${FIRST}`, `stripe: ${ANEW}`]);
    expect(cursors).toEqual(['begun 1', 'begun 2']);
    expect(statuses.map(({ state }) => state)).toEqual(['Connected', 'Connected', 'Connected']);
  });

  it('counts its failures by code, in one metric with those of keys', async () => {
    const metrics = createMetrics();
    const unreadable = new Fault({ code: 'zuora_answer_unreadable', kind: 'bug', publicText: 'x', retryable: true });
    const { sweeper } = sweeperOver(() => Promise.reject(unreadable), { metrics });
    await sweeper.sweep();
    await bumpKeys(database.db, ['zuora:account:1', 'zuora:account:2']);
    const failing = new Map<string, unknown>([
      ['zuora:account:1', unreadable],
      ['zuora:account:2', new Error('x')],
    ]);
    const store = createPostgresStore(database, stamp);
    await createKeyWorker({
      store,
      log,
      metrics,
      random: () => 1,
      handler: ({ key }) => Promise.reject(failing.get(key) as Error),
    }).drain();
    const { values } = await metrics.getSingleMetric('billing360_failures_total')!.get();
    expect(values.map(({ labels, value }) => [labels['code'], value])).toEqual([
      ['zuora_answer_unreadable', 2],
      ['unexpected', 1],
    ]);
  });

  it('says so to people when nothing can read everything', async () => {
    const fault = new Fault({ code: 'changes_forgotten', kind: 'not_found', publicText: 'Events are gone.' });
    const { sweeper, statuses } = sweeperOver(() => Promise.reject(fault));
    await sweeper.sweep();
    expect(statuses).toMatchObject([{ state: 'Broken', message: 'Events are gone.' }]);
  });

  it('says how far behind the work on changes is', async () => {
    const { sweeper, statuses } = sweeperOver(async (_cursor, take) => {
      await take([event('evt_1')]);
      await database.pool.query("update inbox set received_at = now() - interval '10 min'");
      return { cursor: '1', checkedThrough: new Date(0) };
    });
    await sweeper.sweep();
    expect(statuses).toMatchObject([{ state: 'Delayed', lagSeconds: 600 }]);
  });

  it('is made by one process at a time', async () => {
    let sweeps = 0;
    let finish: () => void = () => {};
    let begun: () => void = () => {};
    const underway = new Promise<void>((resolve) => (begun = resolve));
    const source: ChangeSource['sweep'] = async () => {
      sweeps += 1;
      begun();
      await new Promise<void>((resolve) => (finish = resolve));
      return { cursor: '1', checkedThrough: new Date(0) };
    };
    const first = sweeperOver(source).sweeper.sweep();
    await underway;
    await sweeperOver(source).sweeper.sweep();
    expect(sweeps).toBe(1);
    finish();
    await first;
  });
});

describe('due dates', () => {
  async function dueOn(nextChangeOn: string | null): Promise<void> {
    await bumpKeys(database.db, [PROJECTION]);
    const [claim] = await claimKeys(database.db, 1, 60_000);
    const projection = { accountId: ACCOUNT, rows: [], nextChangeOn };
    await commitResult(database.db, stamp, claim!, { done: [], projection });
  }

  function tickerAt(time: { now: string }, timeZone = 'UTC') {
    const clock = { now: () => new Date(), businessNow: () => new Date(time.now) };
    return createDueTicker({ store: createPostgresStore(database, stamp), clock, timeZone, log });
  }

  it('make an Account dirty on the day, once, also when business time jumps over it', async () => {
    await dueOn('2026-12-01');
    const time = { now: '2026-11-30T23:59:59Z' };
    const ticker = tickerAt(time);
    expect(await ticker.tick()).toBe(0);
    time.now = '2027-03-01T00:00:00Z';
    expect(await ticker.tick()).toBe(1);
    expect(await dirtyKeys()).toEqual([PROJECTION]);
    expect(await ticker.tick()).toBe(0);
  });

  it('are met again, once, when business time was set back and comes to them anew', async () => {
    await dueOn('2026-12-01');
    const time = { now: '2026-12-01T09:00:00Z' };
    const ticker = tickerAt(time);
    expect(await ticker.tick()).toBe(1);
    time.now = '2026-11-15T09:00:00Z';
    expect(await ticker.tick()).toBe(0);
    // The projection that is made on the earlier day knows the day once more.
    await dueOn('2026-12-01');
    expect(await ticker.tick()).toBe(0);
    time.now = '2026-12-01T09:00:00Z';
    expect([await ticker.tick(), await ticker.tick()]).toEqual([1, 0]);
  });

  it('are days of the business time zone', async () => {
    await dueOn('2026-12-01');
    expect(await tickerAt({ now: '2026-12-01T07:59:00Z' }, 'America/Los_Angeles').tick()).toBe(0);
    expect(await tickerAt({ now: '2026-12-01T08:00:00Z' }, 'America/Los_Angeles').tick()).toBe(1);
  });
});
