import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createLog } from '../../server/platform/log.ts';
import { currentPriority } from '../../server/platform/priority.ts';
import { ANEW, beginWithBackfill, FIRST } from '../../server/sync/backfill/first.ts';
import { progressInWords, progressOf } from '../../server/sync/backfill/progress.ts';
import { repull } from '../../server/sync/backfill/repull.ts';
import { createBackfillRunner } from '../../server/sync/backfill/runner.ts';
import { createBackfillStore } from '../../server/sync/backfill/state.ts';
import { createConnectionStore } from '../../server/sync/connections/state.ts';
import { bumpKeys, refetchKeys } from '../../server/sync/keys/bump.ts';
import { claimKeys, giveBack } from '../../server/sync/keys/claim.ts';
import { commitResult } from '../../server/sync/keys/commit.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { KeyClaim } from '../../server/workflows/ports/keyWork.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const ACCOUNT = '001000000000001AAA';
const log = createLog('silent');
const ASKED_AT = new Date('2026-11-21T10:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() =>
  database.pool.query('truncate dirty, backfill, mirror, account_link, org_rows, lease, inbox, sweep_cursor cascade'),
);

const storeOf = () => ({ ...createPostgresStore(database, stamp), ...createBackfillStore(database.db) });
const open = { ensure: async () => {}, isStopped: async () => false, isStoppedBy: async () => false };
const idsUpTo = (count: number) => Array.from({ length: count }, (_, index) => `cus_${String(index).padStart(4, '0')}`);

/** A list of so many customers, in pages of a hundred; `before` may fail. */
function listOf(ids: readonly string[], before: (cursor: string | null) => void = () => {}) {
  const pages: (string | null)[] = [];
  return {
    pages,
    connection: 'stripe',
    async page(cursor: string | null) {
      pages.push(cursor);
      before(cursor);
      const from = Number(cursor ?? '0');
      const next = from + 100 < ids.length ? String(from + 100) : null;
      return { ids: ids.slice(from, from + 100), next, asOf: ASKED_AT };
    },
    sweepFrom: (asOf: Date) => `from ${asOf.toISOString()}`,
  };
}

const runnerOf = (list: ReturnType<typeof listOf>, more = {}) =>
  createBackfillRunner({ store: storeOf(), lists: [list], watch: open, log, random: () => 0, ...more });

/** A worker that reads every key it is given. */
function workerOf(read: (claim: KeyClaim) => void = () => {}) {
  return createKeyWorker({
    store: storeOf(),
    log,
    handler: async (claim) => {
      read(claim);
      return { done: claim.events.map(({ id }) => id) };
    },
  });
}

/** Lists and works until nothing is left to do. */
async function untilDone(runner: ReturnType<typeof runnerOf>, worker = workerOf()): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const moved = await runner.tick();
    if ((await worker.drain()) === 0 && !moved) return;
  }
  throw new Error('The backfill does not come to an end.');
}

const REQUEST = { connection: 'stripe', reason: 'Asked for by a test.' };

describe('a backfill', () => {
  it('reads every billing account once, whole, as work that makes way, and then says that it is done', async () => {
    const store = storeOf();
    await store.startBackfill(REQUEST);
    const claims: string[] = [];
    const worker = workerOf(({ key, batch, refetch }) =>
      claims.push(`${key} ${batch} ${[...refetch].sort().join(',')} ${currentPriority()}`),
    );
    await untilDone(runnerOf(listOf(idsUpTo(250))), worker);
    expect(claims.toSorted()).toEqual(
      idsUpTo(250).map((id) => `stripe:account:${id} true account,invoices,memos,payments,subscriptions,usage batch`),
    );
    const backfill = (await store.backfillOf('stripe'))!;
    expect(progressOf(backfill)).toMatchObject({ state: 'Done', worked: 250, total: 250, remaining: 0, message: '' });
    expect(await store.dueBackfills()).toEqual([]);
  });

  it('that is killed between any two steps goes on where it was: each billing account is made dirty once', async () => {
    const store = storeOf();
    await store.startBackfill(REQUEST);
    const list = listOf(idsUpTo(450));
    for (let process = 0; process < 4; process += 1) {
      await runnerOf(list).tick();
      await database.pool.query('truncate lease');
    }
    expect(list.pages).toEqual([null, '100', '200', '300']);
    expect(await store.outstanding('stripe')).toBe(400);
    await untilDone(runnerOf(list));
    expect((await store.backfillOf('stripe'))!.listed).toBe(450);
  });

  it('of which two processes made the same step is advanced by one of them', async () => {
    const store = storeOf();
    await store.startBackfill(REQUEST);
    const before = (await store.backfillOf('stripe'))!;
    const step = { state: 'Listing' as const, cursor: '1', keys: ['stripe:account:cus_1'], parts: [], asOf: ASKED_AT };
    expect(await store.advance(before, step)).toBe(true);
    expect(await store.advance(before, step)).toBe(false);
    expect((await store.backfillOf('stripe'))!.listed).toBe(1);
  });

  it('asks for no further page while many keys wait', async () => {
    await storeOf().startBackfill(REQUEST);
    const list = listOf(idsUpTo(1000));
    const runner = runnerOf(list, { mostOutstanding: 150 });
    for (let round = 0; round < 5; round += 1) await runner.tick();
    expect(list.pages).toEqual([null, '100']);
    await workerOf().drain();
    await runner.tick();
    expect(list.pages).toEqual([null, '100', '200']);
  });

  it('shows how far it is, how fast and how long it still takes', async () => {
    await database.pool.query(
      "insert into account_link (billing_account_key, account_id) select 'stripe:account:cus_' || n, null from generate_series(1, 40) as n",
    );
    const store = storeOf();
    await store.startBackfill(REQUEST);
    await store.measure((await store.backfillOf('stripe'))!, 0);
    await database.pool.query("update backfill set measured_at = now() - interval '4 seconds', listed = 20");
    await store.measure((await store.backfillOf('stripe'))!, 10);
    const backfill = (await store.backfillOf('stripe'))!;
    // Ten in four seconds, and in the time that the test itself has taken.
    expect(backfill.rate).toBeGreaterThan(0.1);
    expect(backfill.rate).toBeLessThanOrEqual(2.5);
    expect(progressOf({ ...backfill, rate: 2.5 })).toMatchObject({
      state: 'Listing',
      worked: 10,
      total: 40,
      remaining: 30,
      ratePerSecond: 2.5,
      secondsLeft: 12,
    });
    expect(progressInWords({ ...backfill, rate: 3, total: null })).toBe(
      '10 of 20 found so far billing accounts read, 3 a second',
    );
  });

  it('is refused while another one runs, canceled and resumed', async () => {
    const store = storeOf();
    await store.startBackfill(REQUEST);
    const list = listOf(idsUpTo(300));
    await runnerOf(list).tick();
    await expect(store.startBackfill(REQUEST)).rejects.toMatchObject({
      code: 'backfill_running',
      publicText: expect.stringMatching(
        /^A backfill of stripe is running since .*Wait for its end, or cancel it first\.$/,
      ),
    });
    expect(await store.cancelBackfill('stripe')).toBe(true);
    expect(await store.cancelBackfill('stripe')).toBe(false);
    expect(await runnerOf(list).tick()).toBe(false);
    expect(await store.resumeBackfill('stripe')).toBe(true);
    expect(await store.resumeBackfill('stripe')).toBe(false);
    await untilDone(runnerOf(list));
    expect(list.pages).toEqual([null, '100', '200']);
    await store.startBackfill({ ...REQUEST, parts: ['invoices'] });
    expect(await store.backfillOf('stripe')).toMatchObject({ run: 3, state: 'Listing', cursor: null, listed: 0 });
  });

  it('reads also what the mirror knows and the list has not any more', async () => {
    const known = (id: string, asOf: string) =>
      database.pool.query(
        `insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
         values ($1, 'account', $1, $2, 0, false, '{}', '')`,
        [`stripe:account:${id}`, asOf],
      );
    await known('cus_0000', '2026-11-21T10:00:01Z');
    await known('cus_gone', '2026-11-01T00:00:00Z');
    await known('cus_9new', '2026-11-21T10:00:05Z');
    const read: string[] = [];
    await storeOf().startBackfill(REQUEST);
    await untilDone(
      runnerOf(listOf(idsUpTo(2))),
      workerOf(({ key }) => read.push(key)),
    );
    expect(read).toEqual(['stripe:account:cus_0000', 'stripe:account:cus_0001', 'stripe:account:cus_gone']);
  });

  it('waits while the billing system does not answer, says why, and goes on', async () => {
    let down = true;
    const list = listOf(idsUpTo(2), () => {
      if (down) throw new Fault({ code: 'x', kind: 'unavailable', publicText: 'Stripe does not answer.' });
    });
    const store = storeOf();
    await store.startBackfill(REQUEST);
    await runnerOf(list, { random: () => 1 }).tick();
    expect(await store.backfillOf('stripe')).toMatchObject({ failures: 1, message: 'Stripe does not answer.' });
    expect(await store.dueBackfills()).toEqual([]);
    down = false;
    await database.pool.query('update backfill set next_at = now()');
    await untilDone(runnerOf(list));
    expect(await store.backfillOf('stripe')).toMatchObject({ state: 'Done', failures: 0, message: '' });
  });

  it('does nothing while its connection is stopped', async () => {
    const list = listOf(idsUpTo(2));
    await storeOf().startBackfill(REQUEST);
    const stopped = runnerOf(list, { watch: { ...open, isStopped: async () => true } });
    expect(await stopped.tick()).toBe(false);
    expect(list.pages).toEqual([]);
  });

  it('lets rows that Salesforce confirmed be written again when that is asked for', async () => {
    await database.pool.query(
      "insert into account_link (billing_account_key, account_id) values ('stripe:account:cus_0000', $1), ('stripe:account:cus_other', '001000000000002AAA')",
      [ACCOUNT],
    );
    const store = storeOf();
    const row = (key: string) => ({ object: 'Billing_Health__c', key, fields: { Status__c: 'Churned' }, parents: {} });
    await store.setRows(ACCOUNT, [row('mine')]);
    await store.setRows('001000000000002AAA', [row('other')]);
    await database.pool.query(
      'update org_rows set pending = false, confirmed_version = row_version, confirmed_hash = hash',
    );
    const version = async () =>
      (await database.db.selectFrom('org_rows').select('row_version').where('key', '=', 'mine').executeTakeFirst())!
        .row_version;
    const before = await version();
    await store.startBackfill({ ...REQUEST, rewrite: true });
    await runnerOf(listOf(idsUpTo(1))).tick();
    const rows = await database.db.selectFrom('org_rows').select(['key', 'pending']).orderBy('key').execute();
    expect(rows).toEqual([
      { key: 'mine', pending: true },
      { key: 'other', pending: false },
    ]);
    expect(await version()).toBeGreaterThan(before);
  });

  it.each([
    [FIRST, 'Everything is being read for the first time; figures are not complete yet.'],
    [ANEW, 'Changes were missed, so everything is being read anew; figures may be behind until that is done.'],
  ] as const)('begun by a sweep says where sweeps go on and how the connection stands: %s', async (why, message) => {
    const store = storeOf();
    const begin = beginWithBackfill(store, [listOf(idsUpTo(3))]);
    const begun = { cursor: 'from 2026-11-21T10:00:00.000Z', checkedThrough: ASKED_AT };
    expect(await begin('stripe', why)).toEqual(begun);
    expect(await store.backfillOf('stripe')).toMatchObject({ state: 'Listing', reason: why });
    expect(await store.statusOf('stripe')).toMatchObject({ state: 'Delayed', message });
    await untilDone(runnerOf(listOf(idsUpTo(3))));
    expect(await store.statusOf('stripe')).toMatchObject({ state: 'Connected', message: '' });
  });

  it('that runs when a sweep begins anew starts from the top: what it listed may have changed unseen', async () => {
    const store = storeOf();
    await store.startBackfill({ ...REQUEST, parts: ['usage'], rewrite: true });
    const list = listOf(idsUpTo(250));
    await runnerOf(list).tick();
    await beginWithBackfill(store, [list])('stripe', ANEW);
    expect(await store.backfillOf('stripe')).toMatchObject({
      state: 'Listing',
      cursor: null,
      parts: [],
      rewrite: true,
    });
    const read: string[] = [];
    await untilDone(
      runnerOf(list),
      workerOf(({ key }) => read.push(key)),
    );
    expect(new Set(read).size).toBe(250);
  });
});

describe('keys of a batch', () => {
  it('make way: a live key is worked next while 5,000 of them wait', async () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `stripe:account:cus_${index}`);
    await refetchKeys(database.db, keys, ['account'], true);
    await bumpKeys(database.db, ['stripe:account:cus_live']);
    const claims = await claimKeys(database.db, 16, 60_000, 8);
    expect(claims[0]?.key).toBe('stripe:account:cus_live');
    expect(claims.filter(({ batch }) => batch)).toHaveLength(8);
    // The places that batches may take are taken, and one is left for whoever is live.
    await bumpKeys(database.db, ['zuora:account:A1']);
    expect((await claimKeys(database.db, 8, 60_000, 0)).map(({ key }) => key)).toEqual(['zuora:account:A1']);
  });

  it('are not looked for while the places that they may take are taken', async () => {
    await refetchKeys(database.db, ['stripe:account:cus_1', 'stripe:account:cus_2'], ['account'], true);
    const store = storeOf();
    const told: (number | null)[] = [];
    const nextReadyInMs = async (mostBatch?: number) => {
      told.push(await store.nextReadyInMs(mostBatch));
      return told.at(-1)!;
    };
    const end = Promise.withResolvers<void>();
    const handler = () => end.promise.then(() => ({ done: [] }));
    const worker = createKeyWorker({ store: { ...store, nextReadyInMs }, log, concurrency: 2, handler });
    worker.start();
    await vi.waitUntil(() => told.length > 0);
    end.resolve();
    await worker.stop();
    // With a time in the past the worker would look anew each millisecond.
    expect(told[0]).toBeNull();
  });

  it('come after live ones and the longest waiting first, however the database joins its rows', async () => {
    await refetchKeys(database.db, ['zuora:account:A1', 'stripe:account:cus_2'], ['account'], true);
    await bumpKeys(database.db, ['stripe:account:cus_3']);
    await bumpKeys(database.db, ['stripe:account:cus_1']);
    const order = ['stripe:account:cus_3', 'stripe:account:cus_1', 'zuora:account:A1', 'stripe:account:cus_2'];
    for (const [index, key] of order.entries())
      await sql`update dirty set not_before = now() - ${10 - index} * interval '1 s' where key = ${key}`.execute(
        database.db,
      );
    const joins = ['hashjoin', 'mergejoin', 'nestloop'];
    for (const join of joins) {
      const claimed = await database.db.transaction().execute(async (db) => {
        for (const other of joins)
          await sql.raw(`set local enable_${other} = ${other === join ? 'on' : 'off'}`).execute(db);
        const claims = await claimKeys(db, 8, 60_000, 8);
        await giveBack(db, claims);
        return claims.map(({ key }) => key);
      });
      expect(claimed, join).toEqual(order);
    }
  });

  it('never take all places of a worker, so that a live key need not wait for one of them to end', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `stripe:account:cus_${index}`);
    await refetchKeys(database.db, keys, ['account'], true);
    let endBatches: () => void = () => {};
    const batchesEnd = new Promise<void>((resolve) => (endBatches = resolve));
    let liveIsWorked: () => void = () => {};
    const live = new Promise<void>((resolve) => (liveIsWorked = resolve));
    const worker = createKeyWorker({
      store: storeOf(),
      log,
      pollMs: 20,
      handler: async ({ key, batch }) => {
        if (batch) await batchesEnd;
        if (key === 'zuora:account:A1') liveIsWorked();
        return { done: [] };
      },
    });
    worker.start();
    await bumpKeys(database.db, ['zuora:account:A1']);
    await live;
    endBatches();
    await worker.stop();
    expect(await database.db.selectFrom('dirty').select('key').where('key', 'like', 'zuora%').execute()).toEqual([]);
  });

  it('become live as soon as something happens to them', async () => {
    await refetchKeys(database.db, ['stripe:account:cus_1'], ['account'], true);
    await bumpKeys(database.db, ['stripe:account:cus_1']);
    expect(await claimKeys(database.db, 1, 60_000, 0)).toMatchObject([{ key: 'stripe:account:cus_1', batch: false }]);
  });

  it('hand their rank on to the projection that they cause', async () => {
    await database.pool.query('insert into account_link (billing_account_key, account_id) values ($1, $2)', [
      'stripe:account:cus_1',
      ACCOUNT,
    ]);
    await refetchKeys(database.db, ['stripe:account:cus_1'], ['account'], true);
    const [claim] = await claimKeys(database.db, 1, 60_000);
    await commitResult(database.db, stamp, claim!, { done: [], dirty: [`account:projection:${ACCOUNT}`] });
    expect(await database.db.selectFrom('dirty').select(['key', 'batch']).execute()).toEqual([
      { key: `account:projection:${ACCOUNT}`, batch: true },
    ]);
  });
});

describe('rows of a batch', () => {
  it('can wait, unless they wait for something live, too', async () => {
    const row = (key: string, amount: number) => ({
      object: 'Billing_Invoice__c',
      key,
      fields: { Amount__c: amount },
      parents: {},
    });
    const batchOf = async () => database.db.selectFrom('org_rows').select(['key', 'batch']).orderBy('key').execute();
    const project = async (amount: number, batch: boolean) => {
      const key = `account:projection:${ACCOUNT}`;
      await bumpKeys(database.db, [key], 0, batch);
      const [claim] = await claimKeys(database.db, 1, 60_000);
      const projection = { accountId: ACCOUNT, rows: [row('in_1', amount)], nextChangeOn: null };
      await commitResult(database.db, stamp, claim!, { done: [], projection });
    };
    await project(1, true);
    expect(await batchOf()).toEqual([{ key: 'in_1', batch: true }]);
    await project(2, false);
    expect(await batchOf()).toEqual([{ key: 'in_1', batch: false }]);
    await project(3, true);
    expect(await batchOf()).toEqual([{ key: 'in_1', batch: false }]);
    await database.pool.query('update org_rows set pending = false');
    await project(4, true);
    expect(await batchOf()).toEqual([{ key: 'in_1', batch: true }]);
  });
});

describe('a request to read a billing account', () => {
  const KEY = 'stripe:account:cus_1';
  const pollAt = new Date('2099-01-01T00:00:00Z');

  it('is met once, also when the key stays for a later poll', async () => {
    await refetchKeys(database.db, [KEY], ['invoices'], false);
    const [first] = await claimKeys(database.db, 1, 60_000);
    expect(first).toMatchObject({ refetch: ['invoices'], batch: false });
    await commitResult(database.db, stamp, first!, { done: [], pollAt });
    await database.pool.query('update dirty set not_before = now()');
    expect(await claimKeys(database.db, 1, 60_000)).toMatchObject([{ refetch: [], pollOnly: true }]);
  });

  it('that comes while the key is being worked is met by the next claim', async () => {
    await refetchKeys(database.db, [KEY], ['invoices'], false);
    const [first] = await claimKeys(database.db, 1, 60_000);
    await refetchKeys(database.db, [KEY], ['invoices'], true);
    await commitResult(database.db, stamp, first!, { done: [], pollAt });
    expect(await claimKeys(database.db, 1, 60_000)).toMatchObject([{ refetch: ['invoices'] }]);
  });

  it('for some parts becomes one for all when the key is to be worked for another reason, too', async () => {
    const all = ['account', 'subscriptions', 'invoices', 'memos', 'payments', 'usage'];
    await refetchKeys(database.db, [KEY], ['invoices'], true);
    await bumpKeys(database.db, [KEY]);
    expect(await claimKeys(database.db, 1, 60_000)).toMatchObject([{ refetch: all }]);
    await database.pool.query('truncate dirty');
    await bumpKeys(database.db, [KEY]);
    await refetchKeys(database.db, [KEY], ['invoices'], true);
    expect(await claimKeys(database.db, 1, 60_000)).toMatchObject([{ refetch: all }]);
  });
});

describe('a re-pull of named records', () => {
  beforeEach(async () => {
    await database.pool.query('truncate connection');
    await createConnectionStore(database.db).register([
      { name: 'stripe', system: 'Stripe' },
      { name: 'stripe-eu', system: 'Stripe' },
      { name: 'zuora', system: 'Zuora' },
    ]);
    for (const [key, owner] of [
      ['stripe:account:cus_1', 'stripe:account:cus_1'],
      ['stripe:invoice:in_1', 'stripe:account:cus_1'],
      ['zuora:subscription:A-S00000001', 'zuora:account:A1'],
    ] as const)
      await database.pool.query(
        `insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
         values ($1, $2, $3, now(), 0, false, '{}', '')`,
        [key, key.split(':')[1], owner],
      );
  });

  it('reads the billing account of what is known, by its key or by its id or number, as live work', async () => {
    const names = ['in_1', 'stripe:account:cus_1', 'A-S00000001'];
    expect(await repull(database.db, names)).toEqual({
      keys: ['stripe:account:cus_1', 'zuora:account:A1'],
      unknown: [],
    });
    const claims = await claimKeys(database.db, 10, 60_000);
    expect(claims.map(({ key, batch, refetch }) => [key, batch, refetch.length])).toEqual([
      ['stripe:account:cus_1', false, 6],
      ['zuora:account:A1', false, 6],
    ]);
  });

  it('looks for what is not known wherever it may be, and says of what it can make nothing', async () => {
    const names = ['sub_9', 'zuora:account:A9', 'INV00000009', 'paypal:account:1', 'zuora:cat:1'];
    expect(await repull(database.db, names)).toEqual({
      keys: ['stripe-eu:subscription:sub_9', 'stripe:subscription:sub_9', 'zuora:account:A9'],
      unknown: ['INV00000009', 'paypal:account:1', 'zuora:cat:1'],
    });
    expect((await claimKeys(database.db, 10, 60_000)).map(({ key }) => key).sort()).toEqual([
      'stripe-eu:subscription:sub_9',
      'stripe:subscription:sub_9',
      'zuora:account:A9',
    ]);
  });
});
