import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createLog } from '../../server/platform/log.ts';
import { createBackfillStore } from '../../server/sync/backfill/state.ts';
import { applyFields, fieldsReadWith } from '../../server/sync/connections/fields.ts';
import { applyFilter } from '../../server/sync/connections/filter.ts';
import { createProviderIds } from '../../server/sync/connections/providerIds.ts';
import { createRefusedNotes } from '../../server/sync/connections/refused.ts';
import { createConnectionStore } from '../../server/sync/connections/state.ts';
import { createConnectionWatch, type ConnectionWatchOptions } from '../../server/sync/connections/watch.ts';
import { bumpKeys } from '../../server/sync/keys/bump.ts';
import { claimKeys, nextReadyInMs } from '../../server/sync/keys/claim.ts';
import { commitResult } from '../../server/sync/keys/commit.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { NO_FIELDS, type BillingFieldNames } from '../../server/workflows/ports/billingFields.ts';
import { partsTakenBy, TAKE_EVERYTHING } from '../../server/workflows/ports/billingFilter.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const log = createLog('silent');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate dirty, connection, inbox, sweep_cursor, lease cascade'));

const refused = (publicText = 'The key is revoked.') => new Fault({ code: 'refused', kind: 'forbidden', publicText });
const silent = () => new Fault({ code: 'silent', kind: 'unavailable', publicText: 'Nobody answers.' });

const storeOf = () => ({ ...createPostgresStore(database, stamp), ...createConnectionStore(database.db) });

/** A process that knows `stripe` and `zuora`, whose looks end as told. */
async function processWith(
  looks: Partial<Record<'stripe' | 'zuora', () => string | null>>,
  more: Partial<ConnectionWatchOptions> = {},
) {
  const store = storeOf();
  await store.register([
    { name: 'stripe', system: 'Stripe' },
    { name: 'zuora', system: 'Zuora' },
  ]);
  const seen: string[] = [];
  const changes: string[] = [];
  const probe = (name: 'stripe' | 'zuora') => ({
    async probe() {
      seen.push(name);
      return { providerId: looks[name]?.() ?? null };
    },
  });
  const watch = createConnectionWatch({
    store,
    probes: new Map([
      ['stripe', probe('stripe')],
      ['zuora', probe('zuora')],
    ]),
    log,
    onChange: async (name) => void changes.push(name),
    ...more,
  });
  return { store, watch, seen, changes };
}

const claimed = async () => (await claimKeys(database.db, 100, 60_000)).map(({ key }) => key).sort();
const stateOf = async (name: string) => {
  const row = await createConnectionStore(database.db).connectionOf(name);
  return [row?.state, row?.reason];
};

describe('keys of a connection that is stopped', () => {
  const keys = ['stripe:account:cus_1', 'zuora:account:A1', 'account:projection:001000000000001AAA'];

  it('are not claimed, and those of others are', async () => {
    const { store } = await processWith({});
    await store.pause('stripe', 'Year-end.');
    await bumpKeys(database.db, keys);
    expect(await claimed()).toEqual(['account:projection:001000000000001AAA', 'zuora:account:A1']);
    expect(await claimed()).toEqual([]);
    expect(await nextReadyInMs(database.db)).toBeNull();
  });

  it('hide nobody who waits behind them, however many they are', async () => {
    const { store } = await processWith({});
    await store.pause('stripe', '');
    await bumpKeys(
      database.db,
      Array.from({ length: 300 }, (_, index) => `stripe:account:cus_${index}`),
    );
    await bumpKeys(database.db, ['zuora:account:A1'], 1);
    await new Promise((done) => setTimeout(done, 5));
    expect((await claimKeys(database.db, 4, 60_000)).map(({ key }) => key)).toEqual(['zuora:account:A1']);
  });

  it('go on when it does, also those that were bumped meanwhile', async () => {
    const { store } = await processWith({});
    await store.pause('stripe', '');
    await bumpKeys(database.db, ['stripe:account:cus_1']);
    expect(await claimed()).toEqual([]);
    await bumpKeys(database.db, ['stripe:account:cus_1', 'stripe:account:cus_2']);
    await store.resume('stripe');
    expect(await claimed()).toEqual(['stripe:account:cus_1', 'stripe:account:cus_2']);
  });

  it('go on also when a claim set them aside just as the connection went on', async () => {
    const { watch } = await processWith({});
    await bumpKeys(database.db, ['stripe:account:cus_1']);
    await database.pool.query('update dirty set held = true');
    expect(await claimed()).toEqual([]);
    await watch.tick();
    expect(await claimed()).toEqual(['stripe:account:cus_1']);
  });
});

describe('a connection that is refused', () => {
  it('stops by itself with the reason, burns no try of a key, and goes on when it is let in again', async () => {
    let revoked = true;
    const { store, watch, changes } = await processWith({
      stripe: () => {
        if (revoked) throw refused();
        return 'acct_1';
      },
      zuora: () => '4711',
    });
    const worked: string[] = [];
    const worker = createKeyWorker({
      store,
      log,
      isStoppedBy: watch.isStoppedBy,
      handler: async ({ key, events, attempt }) => {
        if (key.startsWith('stripe') && revoked) throw refused('Some call was refused.');
        worked.push(`${key} ${attempt}`);
        return { done: events.map(({ id }) => id) };
      },
    });
    await bumpKeys(database.db, ['stripe:account:cus_1', 'stripe:account:cus_2', 'zuora:account:A1']);
    await worker.drain();
    expect(worked).toEqual(['zuora:account:A1 1']);
    expect(await stateOf('stripe')).toEqual(['Broken', 'The key is revoked.']);
    expect(await stateOf('zuora')).toEqual(['Connected', '']);
    const rows = await database.db.selectFrom('dirty').select(['attempt', 'quarantined_at', 'held']).execute();
    expect(rows).toEqual([
      { attempt: 0, quarantined_at: null, held: true },
      { attempt: 0, quarantined_at: null, held: true },
    ]);

    revoked = false;
    await watch.tick();
    await worker.drain();
    expect(worked.toSorted()).toEqual(['stripe:account:cus_1 1', 'stripe:account:cus_2 1', 'zuora:account:A1 1']);
    expect(await stateOf('stripe')).toEqual(['Connected', '']);
    expect(changes).toEqual(['stripe', 'stripe']);
  });

  it('is not stopped by a refusal of one key alone, which is put aside', async () => {
    const { store, watch } = await processWith({ stripe: () => 'acct_1' });
    const handler = async () => {
      throw refused('This customer may not be read.');
    };
    const worker = createKeyWorker({ store, log, handler, isStoppedBy: watch.isStoppedBy });
    await bumpKeys(database.db, ['stripe:account:cus_1']);
    await worker.drain();
    expect(await stateOf('stripe')).toEqual(['Connected', '']);
    expect(await database.db.selectFrom('dirty').select(['reason', 'held']).execute()).toEqual([
      { reason: 'This customer may not be read.', held: false },
    ]);
  });

  it('is waited for when nobody answers who could tell', async () => {
    const { store, watch } = await processWith({
      stripe: () => {
        throw silent();
      },
    });
    const handler = async () => {
      throw refused();
    };
    const worker = createKeyWorker({ store, log, handler, isStoppedBy: watch.isStoppedBy });
    await bumpKeys(database.db, ['stripe:account:cus_1']);
    await worker.drain();
    expect(await stateOf('stripe')).toEqual(['Connected', '']);
    expect(await database.db.selectFrom('dirty').select(['quarantined_at', 'reason']).execute()).toEqual([
      { quarantined_at: null, reason: 'Nobody answers.' },
    ]);
  });

  it('is looked at again within a minute, at a time drawn anew each time, by one process', async () => {
    const waits: number[] = [];
    let drawn = 0;
    const { store, watch, seen } = await processWith(
      {
        stripe: () => {
          throw refused();
        },
      },
      { random: () => [0.5, 0.9, 0][drawn++]! },
    );
    const other = await processWith({ stripe: () => 'acct_1' });
    await store.breakConnection('stripe', 'Broken.');
    for (const _ of [1, 2, 3]) {
      await watch.tick();
      const { rows } = await database.pool.query<{ ms: number }>(
        "select extract(epoch from probe_at - now()) * 1000 as ms from connection where name = 'stripe'",
      );
      waits.push(Math.round(Number(rows[0]!.ms) / 1000));
      await other.watch.tick();
      await database.pool.query('update connection set probe_at = now()');
    }
    expect(waits).toEqual([30, 54, 1]);
    expect(seen).toEqual(['stripe', 'stripe', 'stripe']);
    expect(other.seen).toEqual([]);
  });

  it('goes on at once when a process starts with credentials that are good', async () => {
    const { store } = await processWith({});
    await store.breakConnection('stripe', 'The key is revoked.');
    await database.pool.query("update connection set probe_at = now() + interval '1 min'");
    const { watch } = await processWith({ stripe: () => 'acct_1' });
    watch.start();
    await watch.stop();
    expect(await stateOf('stripe')).toEqual(['Connected', '']);
  });

  it('that an operator paused stays paused until the operator resumes it', async () => {
    const { store, watch, seen } = await processWith({ stripe: () => 'acct_1' });
    expect(await store.pause('stripe', 'Paused by anna: audit.')).toBe(true);
    await watch.tick();
    watch.start();
    await watch.stop();
    expect(seen).toEqual(['zuora']);
    expect(await stateOf('stripe')).toEqual(['Paused', 'Paused by anna: audit.']);
    expect(await store.statusOf('stripe')).toMatchObject({ state: 'Paused', message: 'Paused by anna: audit.' });
    expect(await store.resume('stripe')).toBe(true);
    expect(await stateOf('stripe')).toEqual(['Connected', '']);
    expect(await store.pause('nobody', '')).toBe(false);
  });
});

describe('what the credentials of a connection may not read', () => {
  it('is told with the connection, whatever process noted it, until it may be read', async () => {
    await database.pool.query('truncate connection_refused');
    const store = storeOf();
    const message = async () => (await store.statusOf('zuora')).message;
    let now = 0;
    const [here, there] = [createRefusedNotes(database.db, () => now), createRefusedNotes(database.db, () => now)];
    expect(await message()).toBe('');
    await here('zuora', 'credit memos', true);
    await here('zuora', 'debit memos', true);
    await here('other', 'refunds', true);
    expect(await store.statusOf('zuora')).toMatchObject({
      state: 'Connected',
      message:
        'Its user may not read credit memos, debit memos: what was read before stays as it was. Give it that permission in the billing system, unless there is nothing of the kind.',
    });
    // Another process finds it may; the first one finds that it may not after all, and notes it at most a minute later.
    await there('zuora', 'credit memos', false);
    await there('zuora', 'debit memos', false);
    expect(await message()).toBe('');
    await here('zuora', 'credit memos', true);
    expect(await message()).toBe('');
    now = 60_000;
    await here('zuora', 'credit memos', true);
    expect(await message()).toMatch(/^Its user may not read credit memos: /);
    await here('zuora', 'credit memos', false);
    expect(await message()).toBe('');
  });
});

describe('the name of a connection', () => {
  it('stands for the account that it was first used for; another one is refused, and nothing of it is read', async () => {
    const first = await processWith({ stripe: () => 'acct_1 test' });
    await first.watch.ensure('stripe');
    const { watch } = await processWith({ stripe: () => 'acct_2 test' });
    await expect(watch.ensure('stripe')).rejects.toMatchObject({ code: 'connection_other_account' });
    expect(await stateOf('stripe')).toEqual([
      'Broken',
      'The credentials of the connection stripe lead to acct_2 test, but the name stands for acct_1 test. ' +
        'Put the right credentials into its settings, or give the new account a connection with a new name.',
    ]);
    await expect(watch.isStoppedBy('stripe', refused())).resolves.toBe(true);
  });

  it('is the only one of its account', async () => {
    const { watch, store } = await processWith({ stripe: () => 'acct_1' });
    await watch.ensure('stripe');
    await store.register([{ name: 'stripe-again', system: 'Stripe' }]);
    expect(await store.pin('stripe-again', 'acct_1')).toEqual({ usedBy: 'stripe' });
    expect(await store.pin('stripe-again', 'acct_2')).toBeNull();
    // A tenant of Zuora may have the same number as anything of Stripe.
    expect(await store.pin('zuora', 'acct_1')).toBeNull();
  });

  it('is looked up once for all who wait, and again after nobody answered', async () => {
    const looks: (() => string)[] = [
      () => {
        throw silent();
      },
      () => 'acct_1',
    ];
    const { watch, seen } = await processWith({ stripe: () => looks.shift()!() });
    await expect(watch.ensure('stripe')).rejects.toMatchObject({ kind: 'unavailable' });
    await Promise.all([watch.ensure('stripe'), watch.ensure('stripe'), watch.ensure('account')]);
    await watch.ensure('stripe');
    expect(seen).toEqual(['stripe', 'stripe']);
  });
});

describe('the filter of a connection', () => {
  const ACCOUNT = '001000000000001AAA';
  const all = TAKE_EVERYTHING;

  beforeEach(async () => {
    await database.pool.query('truncate mirror, account_link, backfill, sweep_cursor');
    await processWith({});
    const mirrored = ['stripe:account:1', 'stripe:invoice:1', 'stripe:payment:1', 'zuora:invoice:1'];
    for (const key of mirrored)
      await database.pool.query(
        `insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
         values ($1, $2, $3, now(), 0, false, '{}', '')`,
        [key, key.split(':')[1], `${key.split(':')[0]}:account:1`],
      );
    await database.pool.query('insert into account_link (billing_account_key, account_id) values ($1, $2)', [
      'stripe:account:1',
      ACCOUNT,
    ]);
    await database.pool.query("insert into sweep_cursor (connection, cursor) values ('stripe', '1')");
  });

  const mirrorKeys = async () =>
    (await database.db.selectFrom('mirror').select('key').orderBy('key').execute()).map(({ key }) => key);
  const backfill = () => createBackfillStore(database.db).backfillOf('stripe');

  it('that takes everything changes nothing, also when it is given anew', async () => {
    expect(await applyFilter(database.db, 'stripe', all, log)).toBe(false);
    expect(await applyFilter(database.db, 'stripe', { ...all, objects: [...all.objects].reverse() }, log)).toBe(false);
    expect(await backfill()).toBeNull();
  });

  it('forgets what it newly leaves out, of its own connection alone, and projects the Accounts anew', async () => {
    const filter = { ...all, objects: ['subscriptions', 'payments', 'usage'] as const };
    expect(await applyFilter(database.db, 'stripe', filter, log)).toBe(true);
    expect(await mirrorKeys()).toEqual(['stripe:account:1', 'stripe:payment:1', 'zuora:invoice:1']);
    expect(await claimed()).toEqual([`account:projection:${ACCOUNT}`]);
    expect(await backfill()).toBeNull();
    expect(await applyFilter(database.db, 'stripe', filter, log)).toBe(false);
  });

  it('has what it newly takes read, and that alone', async () => {
    await applyFilter(database.db, 'stripe', { ...all, objects: ['subscriptions'] }, log);
    await applyFilter(database.db, 'stripe', { ...all, objects: ['subscriptions', 'invoices'] }, log);
    expect(await backfill()).toMatchObject({ state: 'Listing', parts: ['invoices', 'memos'] });
  });

  it('has every billing account looked at again when it takes other ones', async () => {
    await applyFilter(database.db, 'stripe', { ...all, currencies: ['EUR'] }, log);
    expect(await backfill()).toMatchObject({
      state: 'Listing',
      parts: ['account'],
      reason: 'The filter of the connection was changed.',
    });
  });

  it('makes no smaller backfill of one that reads everything', async () => {
    await createBackfillStore(database.db).startBackfill({ connection: 'stripe', reason: 'First.' });
    await applyFilter(database.db, 'stripe', { ...all, currencies: ['EUR'] }, log);
    expect(await backfill()).toMatchObject({ run: 2, parts: [] });
  });

  it('that leaves a billing account out takes it out of the mirror without a tombstone', async () => {
    await bumpKeys(database.db, ['stripe:account:1']);
    const [claim] = await claimKeys(database.db, 1, 60_000);
    const projection = `account:projection:${ACCOUNT}`;
    await commitResult(database.db, stamp, claim!, { done: [], forget: true, dirty: [projection] });
    expect(await mirrorKeys()).toEqual(['zuora:invoice:1']);
    expect(await database.db.selectFrom('account_link').selectAll().execute()).toEqual([]);
    expect(await claimed()).toEqual([projection]);
  });
});

describe('metadata and custom fields that a mapping names', () => {
  const backfill = () => createBackfillStore(database.db).backfillOf('stripe');
  const named = (more: Partial<BillingFieldNames>, taken = partsTakenBy(TAKE_EVERYTHING)) =>
    applyFields(database.db, { connection: 'stripe', fields: { ...NO_FIELDS, ...more }, taken }, log);
  beforeEach(async () => {
    await database.pool.query('truncate backfill');
    await database.pool.query("delete from setting where name like 'billing_fields:%'");
    await database.pool.query("insert into connection (name, system) values ('stripe', 'Stripe')");
    await database.pool.query("insert into sweep_cursor (connection, cursor) values ('stripe', '1')");
  });

  it('have their kinds of objects read anew when they are new, and those alone', async () => {
    expect(await named({})).toEqual([]);
    expect(await backfill()).toBeNull();
    expect(await named({ charge: ['metadata.sku'] })).toEqual(['subscriptions']);
    expect(await backfill()).toMatchObject({
      state: 'Listing',
      parts: ['subscriptions'],
      reason: 'Settings name further metadata or custom fields.',
    });
    expect(await named({ charge: ['metadata.sku'] })).toEqual([]);
    // What is named no more needs no reading, what is named again does: it may have changed meanwhile.
    expect(await named({})).toEqual([]);
    expect(await named({ charge: ['metadata.sku'], invoice: ['metadata.po'] })).toEqual(['subscriptions', 'invoices']);
    expect(await fieldsReadWith(database.db, 'stripe')).toMatchObject({ charge: ['metadata.sku'] });
  });

  it('are not read of what the filter leaves out', async () => {
    const taken = partsTakenBy({ objects: ['subscriptions'] });
    expect(await named({ invoice: ['metadata.po'], account: ['metadata.region'] }, taken)).toEqual(['account']);
  });

  it('are read as well by a backfill that another setting has just begun, or that reads everything', async () => {
    await applyFilter(database.db, 'stripe', { ...TAKE_EVERYTHING, objects: ['subscriptions'] }, log);
    await applyFilter(database.db, 'stripe', { ...TAKE_EVERYTHING, objects: ['subscriptions', 'payments'] }, log);
    await named({ account: ['metadata.region'] });
    expect(await backfill()).toMatchObject({ parts: ['payments', 'account'] });
    await createBackfillStore(database.db).startBackfill({ connection: 'stripe', reason: 'All.', rewrite: true }, true);
    await named({ account: ['metadata.region', 'metadata.tier'] });
    expect(await backfill()).toMatchObject({ state: 'Listing', parts: [], reason: 'All.', rewrite: true });
  });

  it('need no backfill of a connection that was never looked at, which is read as a whole', async () => {
    await database.pool.query('truncate sweep_cursor');
    await named({ account: ['metadata.region'] });
    expect(await backfill()).toBeNull();
  });
});

describe('which account a connection stands for', () => {
  const connections = ['stripe', 'zuora'];
  const found = async (name: 'stripe' | 'zuora', id: string) => {
    const store = storeOf();
    await store.register([{ name, system: name }]);
    await store.pin(name, id);
  };

  it('is known to a process that starts after a worker found it out', async () => {
    await found('stripe', 'acct_1 test');
    const ids = createProviderIds({ db: database.db, connections, log });
    await ids.load();
    expect(connections.map(ids.idOf)).toEqual(['acct_1 test', null]);
  });

  it('is looked for until it is known of every connection', async () => {
    const ids = createProviderIds({ db: database.db, connections, log, everyMs: 5 });
    await ids.load();
    ids.start();
    await found('stripe', 'acct_1 test');
    await vi.waitUntil(() => ids.idOf('stripe') === 'acct_1 test');
    await found('zuora', 'tenant 4711');
    await vi.waitUntil(() => ids.idOf('zuora') === 'tenant 4711');
    await ids.stop();
  });
});
