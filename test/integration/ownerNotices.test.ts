import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { integrationUser } from '../../server/connectors/salesforce/changes/ourselves.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOwnerNotices } from '../../server/connectors/salesforce/ownerNotices.ts';
import { createLog } from '../../server/platform/log.ts';
import { createNotifier, type Notifier } from '../../server/sync/notices/notifier.ts';
import { dropNotices, releaseNotices, takeNotices } from '../../server/sync/notices/store.ts';
import { dismissFailures } from '../../server/sync/operate/dismiss.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { retryFailures } from '../../server/sync/operate/retry.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import type { OwnerNotices } from '../../server/workflows/ports/ownerNotices.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { person } from '../support/orgPeople.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { secretsOf } from '../support/secrets.ts';

const BATCH = '/services/data/v66.0/chatter/feed-elements/batch';
const KEY = 'zuora:subscription:A-S1:new';
const REF = { kind: 'notice', object: null, id: KEY } as const;

const secrets = secretsOf();
let sim: RunningSalesforce;
let database: TestDatabase;
let store: Store;
let notices: OwnerNotices;
let notifier: Notifier;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: '00D', mappingVersion: '1' });
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(async () => {
  await sim.close();
  await database.close();
});
beforeEach(async () => {
  sim.org.reset();
  sim.ctx.faults.set([]);
  await set({ chatter: { enabled: true, permitted: true } });
  await database.pool.query('truncate owner_notice, org_rows, setting, dismissal');
  await database.pool.query(`insert into setting (name, value) values ('records_since:notices', '2026-11-01')`);
  const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  notices = createOwnerNotices(client, createOrgCalls(client), integrationUser(client, USERS.integration));
  notifier = notifierOf(notices);
});

const log = createLog('silent');
const notifierOf = (port: OwnerNotices): Notifier =>
  createNotifier({ db: database.db, notices: port, batch: (work) => work(), log, metrics: new Registry() });

async function set(values: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${sim.url}/__sim/rest`, { method: 'POST', headers, body: JSON.stringify(values) });
  expect(answer.status).toBe(200);
}

/** A deal as Salesforce has just confirmed it for the first time. @returns its id */
async function deal(key = KEY, { owner = USERS.rep as string, on = '2026-11-10' } = {}): Promise<string> {
  const OwnerId = sim.org.userNamed(owner)!.Id;
  const fields = { Name: 'Acme', StageName: 'Closed Won', CloseDate: on, Billing_Key__c: key, OwnerId };
  const [made] = sim.org.insert('Opportunity', [fields], { userId: sim.org.userNamed(USERS.admin)!.Id });
  expect(made).toMatchObject({ success: true });
  await confirm({ object: 'Opportunity', key, fields: {}, parents: {}, initial: { CloseDate: on } });
  return made!.id!;
}

/** Salesforce says that it has written a row. */
async function confirm(row: OrgRow): Promise<void> {
  await store.setRows('001000000000001AAA', [row]);
  const taken = await store.takeRows([0, 1, 2, 3, 4, 5, 6, 7], 100);
  expect(taken).toHaveLength(1);
  expect(await store.recordResults(taken, [{ outcome: 'written' }], Math.random)).toEqual(['written']);
}

const posts = () => sim.org.all('FeedItem').map(({ ParentId, Body }) => ({ ParentId, Body }));
const saved = async () =>
  (await database.pool.query('select deal_key, state, code, attempt, message from owner_notice order by deal_key'))
    .rows;
const isOver = () => database.pool.query('update owner_notice set not_before = now()');
const NEW =
  'Billing made this opportunity: a subscription has begun. It is won already, and there is nothing to order.';

describe('the owner of a deal', () => {
  it('is mentioned in a post on it, which says what billing did', async () => {
    const name = sim.org.userNamed(USERS.rep)!['Name'];
    const first = await deal();
    const renewed = await deal('stripe:subscription:sub_1:renewal:2026-11-12');
    const upgraded = await deal('stripe:subscription:sub_1:upgrade:evt_1');
    expect(await notifier.tick()).toBe(3);
    expect(posts()).toEqual([
      { ParentId: first, Body: `@${String(name)} ${NEW}` },
      { ParentId: renewed, Body: expect.stringContaining('a subscription was renewed.') },
      { ParentId: upgraded, Body: expect.stringContaining('a subscription was upgraded.') },
    ]);
    expect(await saved()).toMatchObject([{ state: 'told' }, { state: 'told' }, { state: 'told' }]);
    await isOver();
    expect(await notifier.tick()).toBe(0);
  });

  it('is told once when the process dies between the call and its record', async () => {
    await deal();
    const dying = notifierOf({
      ...notices,
      async send(some) {
        await notices.send(some);
        throw new Error('killed');
      },
    });
    await dying.tick();
    expect(posts()).toHaveLength(1);
    expect(await notifier.tick()).toBe(0);
    await isOver();
    expect(await notifier.tick()).toBe(1);
    expect(posts()).toHaveLength(1);
    expect(await saved()).toMatchObject([{ state: 'told' }]);
  });

  it('is told once when the answer is lost after the post was made, and once when it was not made', async () => {
    await deal();
    sim.ctx.faults.set([{ method: 'POST', path: 'feed-elements', times: 1, reset: 'after' }]);
    await notifier.tick();
    expect(await saved()).toMatchObject([{ state: 'wanted', code: 'salesforce_unavailable', attempt: 0 }]);
    // Until it is certain that the call is over nothing is sent, also when somebody asks for it.
    await retryFailures(database.db, 'test', [REF]);
    expect(await notifier.tick()).toBe(0);
    await isOver();
    await notifier.tick();
    expect(posts()).toHaveLength(1);

    await deal('zuora:subscription:A-S2:new');
    sim.ctx.faults.set([{ method: 'POST', path: 'feed-elements', times: 1, reset: 'before' }]);
    await notifier.tick();
    await isOver();
    await notifier.tick();
    expect(posts()).toHaveLength(2);
    expect(await saved()).toMatchObject([{ state: 'told' }, { state: 'told' }]);
  });

  it('is not told again by an answer that nobody can read', async () => {
    await deal();
    sim.ctx.faults.set([
      { method: 'POST', path: 'feed-elements', times: 1, status: 200, after: true, body: { ok: 1 } },
    ]);
    await notifier.tick();
    expect(await saved()).toMatchObject([{ state: 'wanted', code: 'salesforce_unreadable_answer' }]);
    await isOver();
    await notifier.tick();
    expect(posts()).toHaveLength(1);
  });

  it('is not told again after the database was lost, or after people deleted the post', async () => {
    await deal();
    await notifier.tick();
    const [post] = sim.org.all('FeedItem');
    for (const removed of [false, true]) {
      if (removed) sim.org.store.put(sim.org.object('FeedItem')!, { ...post!, IsDeleted: true });
      await database.pool.query('truncate owner_notice, org_rows');
      await confirm({ object: 'Opportunity', key: KEY, fields: {}, parents: {}, initial: { CloseDate: '2026-11-10' } });
      expect(await notifier.tick()).toBe(1);
    }
    expect(sim.org.store.everything(sim.org.object('FeedItem')!)).toHaveLength(1);
    expect(await saved()).toMatchObject([{ state: 'told' }]);
  });

  it('is not told of what was before it was switched on, of a Task, or twice of the same', async () => {
    await deal('zuora:subscription:A-S2:new', { on: '2026-10-31' });
    await confirm({ object: 'Task', key: KEY, fields: {}, parents: {}, initial: { CloseDate: '2026-11-10' } });
    expect(await saved()).toEqual([]);
    await deal();
    await confirm({ object: 'Opportunity', key: KEY, fields: { Billing_MRR__c: 5 }, parents: {} });
    expect(await saved()).toHaveLength(1);
    await database.pool.query('truncate setting');
    await deal('zuora:subscription:A-S3:new');
    expect(await saved()).toHaveLength(1);
  });

  it('is not told later of what waited when it was switched off', async () => {
    await deal();
    await dropNotices(database.db);
    expect(await notifier.tick()).toBe(0);
    expect(await saved()).toMatchObject([{ state: 'nobody', message: expect.stringContaining('switched off') }]);
  });

  it('is one of two processes’ work, not of both', async () => {
    for (let count = 0; count < 20; count++) await deal(`zuora:subscription:A-S${count}:new`);
    const taken = await Promise.all([takeNotices(database.db, 15, 60_000), takeNotices(database.db, 15, 60_000)]);
    expect(new Set(taken.flat()).size).toBe(taken.flat().length);
    expect(taken.flat()).toHaveLength(20);
  });

  it.each([
    ['who is not active any more', 'Nobody is told: the owner of the Opportunity is no active user.'],
    ['that is the integration user', 'Nobody is told: the Opportunity belongs to the integration user'],
    ['of a deal that was deleted', 'Nobody is told: the Opportunity was deleted'],
  ])('%s is not told, with the reason', async (what, why) => {
    const id = await deal(KEY, what.includes('integration') ? { owner: USERS.integration } : {});
    if (what.includes('active'))
      person({ org: sim }).edit('User', sim.org.userNamed(USERS.rep)!.Id, { IsActive: false });
    if (what.includes('deleted')) person({ org: sim }).remove('Opportunity', id);
    await notifier.tick();
    expect(posts()).toEqual([]);
    expect(await saved()).toMatchObject([{ state: 'nobody', message: expect.stringContaining(why) }]);
    expect(await listFailures(database.db, { retrying: true })).toEqual([]);
  });
});

describe('an org that refuses', () => {
  it.each([{ enabled: false }, { permitted: false }])(
    'by %j says what to do, and gets the notice later',
    async (chatter) => {
      await deal();
      await set({ chatter });
      await notifier.tick();
      expect(await saved()).toMatchObject([{ state: 'wanted', code: 'salesforce_no_chatter', attempt: 1 }]);
      const [failure] = await listFailures(database.db, { retrying: true });
      expect(failure).toMatchObject({ id: `notice:${KEY}`, connection: 'zuora', state: 'tried again' });
      expect(failure!.reason).toContain('Turn it on in Setup, Chatter Settings');
      for (let again = 2; again <= 8; again++) {
        await isOver();
        await notifier.tick();
      }
      expect(await listFailures(database.db, { kind: 'notice' })).toMatchObject([{ state: 'put aside', attempts: 8 }]);
      await isOver();
      expect(await notifier.tick()).toBe(0);
      await set({ chatter: { enabled: true, permitted: true } });
      if (chatter.enabled === false) await releaseNotices(database.db);
      else await retryFailures(database.db, 'test', [REF]);
      expect(await notifier.tick()).toBe(1);
      expect(posts()).toHaveLength(1);
      expect(await listFailures(database.db, { retrying: true })).toEqual([]);
    },
  );

  it('one post puts that one aside, and sends the others', async () => {
    const gone = await deal();
    await deal('zuora:subscription:A-S2:new');
    const raced = notifierOf({
      ...notices,
      // Between the look and the call somebody deletes one of them.
      send(some) {
        person({ org: sim }).remove('Opportunity', gone);
        return notices.send(some);
      },
    });
    await raced.tick();
    expect(posts()).toHaveLength(1);
    expect(await saved()).toMatchObject([{ state: 'wanted', code: 'NOT_FOUND' }, { state: 'told' }]);
    expect(await dismissFailures(database.db, 'test', [REF], 'deleted')).toEqual([`notice:${KEY}`]);
    expect(await listFailures(database.db, { retrying: true })).toEqual([]);
    await retryFailures(database.db, 'test', [REF]);
    expect(await notifier.tick()).toBe(1);
    expect(await saved()).toMatchObject([{ state: 'nobody' }, { state: 'told' }]);
  });

  it('or does not answer burns no tries', async () => {
    await deal();
    sim.ctx.faults.set([{ path: BATCH, status: 503 }]);
    for (let again = 0; again < 10; again++) {
      await isOver();
      await notifier.tick();
    }
    expect(await saved()).toMatchObject([{ state: 'wanted', attempt: 0 }]);
    sim.ctx.faults.set([]);
    await isOver();
    await notifier.tick();
    expect(posts()).toHaveLength(1);
  });
});
