import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createChangeFeed } from '../../server/connectors/salesforce/changes/feed.ts';
import { integrationUser } from '../../server/connectors/salesforce/changes/ourselves.ts';
import { clientTag, createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createChangeSweep } from '../../server/connectors/salesforce/changes/sweep.ts';
import { ownFields } from '../../server/connectors/salesforce/shapes.ts';
import { createLog } from '../../server/platform/log.ts';
import { createFollower, type Follower } from '../../server/sync/changes/follower.ts';
import { createPositionStore, NotTheFollower, type PositionStore } from '../../server/sync/changes/position.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { person } from '../support/orgPeople.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const WITHIN = { timeout: 15_000, interval: 20 };
/** Longer than a busy machine stands still: who loses it before a position is known misses what happens meanwhile. */
const LEASE_MS = 3000;
const CHANNEL = 'Billing360__chn';
const secrets = secretsOf();

let sim: RunningSalesforce;
let database: TestDatabase;
let accountId: string;
let gaps: (readonly string[] | null)[];
const running: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sim = await startSalesforceSim({
    tls: {},
    pubsub: {},
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(async () => {
  await sim.close();
  await database.close();
});
beforeEach(async () => {
  await sw({ keepAliveMs: 270_000 });
  sim.org.reset();
  sim.changes.reset();
  sim.ctx.clock.setOffset(0);
  sim.changes.channels.saveChannel({ fullName: CHANNEL, label: 'Billing 360', channelType: 'data' });
  sim.changes.channels.saveMember({
    fullName: 'Billing360_chn_AccountChangeEvent',
    eventChannel: CHANNEL,
    selectedEntity: 'AccountChangeEvent',
    enrichedFields: [],
  });
  const userId = sim.org.userNamed(USERS.admin)!.Id;
  accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId })[0]!.id!;
  gaps = [];
  await database.pool.query('truncate inbox, dirty, lease, replay_position');
});
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

const admin = () => person({ org: sim });
const spend = (mrr: number) => admin().edit('Account', accountId, { Billing_MRR__c: mrr });
const stored = async () =>
  (await database.pool.query<{ kind: string }>('select kind from inbox order by id')).rows.map(({ kind }) => kind);
const position = async () =>
  (await database.pool.query<{ position: Buffer }>('select position from replay_position')).rows[0]?.position ?? null;
const sw = async (body: object) =>
  (await (
    await fetch(`${sim.url}/__sim/pubsub`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  ).json()) as { ready: number };
const ready = (count: number) => vi.waitFor(async () => expect((await sw({})).ready).toBe(count), WITHIN);

const orgClient = () => createSalesforceClient(orgLogin(sim, secrets), () => new Date());

function sweepOf() {
  const client = orgClient();
  return createChangeSweep(client, {
    apiVersion: '66.0',
    objects: [],
    userId: integrationUser(client, USERS.integration),
    now: () => sim.ctx.clock.now(),
    reads: (work) => work(),
    deals: { known: async () => new Map() },
    won: false,
    lines: false,
    stages: [],
    contacts: false,
  });
}

/** A process that follows. @returns it, and what makes it vanish without a word */
function follow(options: { extraCa?: string | null; wrap?: (store: PositionStore) => PositionStore } = {}) {
  const { extraCa = sim.certificate!.cert, wrap = (store) => store } = options;
  const client = orgClient();
  const userId = integrationUser(client, USERS.integration);
  const feed = createChangeFeed(
    client,
    async () => ({ userId: await userId(), clientTag, fields: ownFields, whole: [] }),
    {
      address: sim.pubsub!,
      extraCa,
      orgId: sim.orgId,
      channel: CHANNEL,
      followed: ['Account'],
    },
  );
  const leases = createPostgresStore(database, { orgId: sim.orgId, mappingVersion: '1' });
  const follower: Follower = createFollower({
    feed,
    store: {
      ...wrap(createPositionStore(database.pool)),
      takeLeases: leases.takeLeases,
      giveLeases: leases.giveLeases,
    },
    log: createLog('silent'),
    onGap: (objects) => gaps.push(objects),
    leaseMs: LEASE_MS,
    random: () => 0.1,
  });
  follower.start();
  let over = false;
  const stop = async () => {
    if (over) return;
    over = true;
    await follower.stop();
    feed.close();
  };
  running.push(stop);
  return { stop };
}

describe('the sweep of what changed in Salesforce', () => {
  it('tells a record anew with each sweep until it cannot change any more within the second that it is stamped with', async () => {
    const sweep = sweepOf();
    const idsTold = async () => {
      const ids: string[] = [];
      await sweep.sweep(null, async (events) => void ids.push(...events.map(({ eventId }) => eventId)));
      return ids;
    };
    spend(1);
    const [first] = await idsTold();
    spend(2);
    const [second] = await idsTold();
    expect(second).not.toBe(first);
    sim.ctx.clock.setOffset(11_000);
    const rested = await idsTold();
    expect([first, second]).not.toContain(rested[0]);
    sim.ctx.clock.setOffset(12_000);
    expect(await idsTold()).toEqual(rested);
  });
});

describe('the change events of Salesforce', () => {
  it('are stored once each with the position behind them, also when they come twice', async () => {
    follow();
    await ready(1);
    await sw({ duplicate: true });
    spend(1);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.UPDATE']), WITHIN);
    await sw({ duplicate: false });
    spend(2);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.UPDATE', 'Account.UPDATE']), WITHIN);
    expect(await position()).toHaveLength(10);
  });

  it('go on behind the stored position after a restart: nothing lost, nothing twice', async () => {
    const first = follow();
    await ready(1);
    spend(1);
    await vi.waitFor(async () => expect(await stored()).toHaveLength(1), WITHIN);
    await first.stop();
    for (let mrr = 2; mrr <= 250; mrr += 1) spend(mrr);
    follow();
    await vi.waitFor(async () => expect(await stored()).toHaveLength(250), WITHIN);
    expect(gaps).toEqual([]);
  });

  it('are stored with their position or not at all: what failed to be stored comes again', async () => {
    let failures = 2;
    await sw({ keepAliveMs: 50 });
    follow({
      wrap: (store) => ({
        ...store,
        storeAt: async (...args) => {
          if (args[2].length > 0 && failures-- > 0) throw new Error('Connection terminated unexpectedly');
          return store.storeAt(...args);
        },
      }),
    });
    await vi.waitFor(async () => expect(await position()).not.toBeNull(), WITHIN);
    spend(1);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.UPDATE']), WITHIN);
    expect(failures).toBeLessThan(1);
  });

  it('move the position by being alive, so that a quiet channel never falls behind 72 hours', async () => {
    await sw({ keepAliveMs: 50 });
    follow();
    await vi.waitFor(async () => expect(await position()).not.toBeNull(), WITHIN);
    const before = (await position())!;
    sim.ctx.clock.setOffset(80 * 3_600_000);
    await vi.waitFor(async () => expect((await position())!.equals(before)).toBe(false), WITHIN);
    await sw({ disconnect: 'error' });
    await ready(1);
    spend(1);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.UPDATE']), WITHIN);
    expect(gaps).toEqual([]);
  });

  it('are found by the sweep where a process died before it ever knew a position', async () => {
    const first = follow();
    await ready(1);
    await first.stop();
    expect(await position(), 'it would come with the first event, or after 270 s').toBeNull();
    spend(1);
    follow();
    await ready(1);
    const sweep = sweepOf();
    const found: string[] = [];
    await sweep.sweep(null, async (events) => void found.push(...events.map(({ key, kind }) => `${key} ${kind}`)));
    expect(found).toContain(`salesforce:Account:${accountId} Account.swept`);
    expect(await stored(), 'the feed begins with what happens from now on').toEqual([]);
    spend(2);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.UPDATE']), WITHIN);
    expect(await position()).not.toBeNull();
  });

  it('tell of a gap when the position is older than 72 hours or of another stream, and go on', async () => {
    const first = follow();
    await ready(1);
    spend(1);
    await vi.waitFor(async () => expect(await stored()).toHaveLength(1), WITHIN);
    await first.stop();
    sim.ctx.clock.setOffset(80 * 3_600_000);
    const second = follow();
    await vi.waitFor(() => expect(gaps).toEqual([null]), WITHIN);
    await ready(1);
    spend(2);
    await vi.waitFor(async () => expect(await stored()).toHaveLength(2), WITHIN);
    await second.stop();
    await database.pool.query(`update replay_position set position = '\\x00ff'`);
    follow();
    await vi.waitFor(() => expect(gaps).toEqual([null, null]), WITHIN);
  });

  it('tell of a gap when Salesforce overflows; a gap event alone is an event of its record', async () => {
    follow();
    await ready(1);
    await sw({ overflows: ['Account'] });
    spend(1);
    await vi.waitFor(() => expect(gaps).toEqual([['Account']]), WITHIN);
    await sw({ overflows: [], gaps: ['Account'] });
    spend(2);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.GAP_UPDATE']), WITHIN);
  });

  it('are followed by one process at a time, and by another one within 10 s when it dies', async () => {
    const first = follow();
    await ready(1);
    spend(1);
    await vi.waitFor(async () => expect(await stored()).toHaveLength(1), WITHIN);
    follow();
    await pause(1500);
    await ready(1);
    // As after SIGKILL: the lease is not given back and the stream is gone.
    await first.stop();
    await database.pool.query(
      `insert into lease (name, owner, until) values ('feed:' || (select topic from replay_position), 'dead', now() + interval '3 s')
       on conflict (name) do update set owner = 'dead', until = now() + interval '3 s'`,
    );
    await sw({ disconnect: 'error' });
    const died = Date.now();
    spend(2);
    await vi.waitFor(async () => expect(await stored()).toHaveLength(2), WITHIN);
    expect(Date.now() - died).toBeLessThan(10_000);
    expect(await stored()).toEqual(['Account.UPDATE', 'Account.UPDATE']);
  });

  it('are not stored by a process whose lease has ended, nor is its position', async () => {
    const store = createPositionStore(database.pool);
    await expect(
      store.storeAt('org:channel', Buffer.from('0a', 'hex'), [], { name: 'feed:org:channel', owner: 'late' }),
    ).rejects.toThrow(NotTheFollower);
    expect(await position()).toBeNull();
  });

  it('are heard again after the session ended', async () => {
    await sw({ keepAliveMs: 50 });
    follow();
    await vi.waitFor(async () => expect(await position()).not.toBeNull(), WITHIN);
    sim.org.sessions.expireAll();
    spend(1);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.UPDATE']), WITHIN);
  });

  it('do not tell our own writes, whether or not the org passes the tag on', async () => {
    follow();
    await ready(1);
    const us = person({ org: sim }, 'integration');
    us.edit('Account', accountId, { Billing_MRR__c: 5, Billing_Row_Version__c: 7 });
    admin().edit('Account', accountId, { Phone: '555-0100' });
    spend(6);
    await vi.waitFor(async () => expect(await stored()).toEqual(['Account.UPDATE']), WITHIN);
    const { rows } = await database.pool.query<{ key: string }>('select key from inbox');
    expect(rows).toEqual([{ key: `salesforce:Account:${accountId}` }]);
  });

  it('are not heard from a server whose certificate nobody vouches for', async () => {
    follow({ extraCa: null });
    await pause(500);
    expect((await sw({})).ready).toBe(0);
    expect(await position()).toBeNull();
  });
});
