import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import type { Explanation } from '../../server/domain/metrics/explain.ts';
import type { MrrRules } from '../../server/domain/metrics/rules.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { readRequest, runRequest } from '../../server/interfaces/cli/ops.ts';
import { Refusal, UsageError, type Context } from '../../server/interfaces/cli/verb.ts';
import { createLog } from '../../server/platform/log.ts';
import { createSealer } from '../../server/platform/seal.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { mrrRulesChoice } from '../../server/sync/mrrRules.ts';
import { checkOrg } from '../../server/sync/outbox/pin.ts';
import { createSecretBook } from '../../server/sync/secrets/book.ts';
import { addSecret, sealAnew } from '../../server/sync/secrets/store.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { projectAnewWhen } from '../../server/sync/restamp.ts';
import type { Store } from '../../server/sync/store.ts';
import type { KeyHandler } from '../../server/workflows/ports/keyWork.ts';
import * as sample from '../support/billingObjects.ts';
import { secretsOf } from '../support/secrets.ts';
import { ops } from '../support/ops.ts';
import { createTestDatabase, testFolder, type TestDatabase } from '../support/postgres.ts';

const KEY = 'stripe:account:cus_1';
const ACCOUNT = '001000000000001AAA';
const INVOICE = { object: 'Billing_Invoice__c', key: 'stripe:invoice:in_1' };
const ROW = `row:${INVOICE.object}:${INVOICE.key}`;

let database: TestDatabase;
let store: Store;
const sealer = createSealer([{ id: 'k1', key: randomBytes(32) }]);
let input = '';
let asked: string[];
let answer: boolean;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: '', mappingVersion: '' });
});
afterAll(() => database.close());
beforeEach(async () => {
  asked = [];
  answer = true;
  await database.pool.query(
    'truncate inbox, inbox_payload, dirty, mirror, account_link, org_rows, dismissal, operator_action, sweep_cursor, upstream, connection, stored_secret, backfill, org_pin, api_budget, discrepancy, org_account',
  );
});

/** Runs a command in this process. */
async function run(...args: string[]): Promise<{ out: string; code: number; data: never }> {
  const request = readRequest([...args, '--json']);
  if ('help' in request) throw new Error('That is a question for help.');
  const context: Context = {
    db: database.db,
    operator: 'ada@test',
    confirm(question) {
      asked.push(question);
      return answer ? Promise.resolve() : Promise.reject(new Refusal('Nothing was done.'));
    },
    say: () => {},
    sealer: () => sealer,
    today: () => calendarDate('2026-11-21'),
    withOrg: () => Promise.reject(new Error('No org here.')),
    readInput: () => Promise.resolve(input),
  };
  const { out, code } = await runRequest(request, context);
  const people = await runRequest({ ...request, json: false }, { ...context, db: database.db }).catch(() => null);
  return { out: people?.out ?? '', code, data: JSON.parse(out) as never };
}
/** The same, once: for commands that change something. */
async function act(...args: string[]): Promise<{ code: number; out: string }> {
  const request = readRequest(args);
  if ('help' in request) throw new Error('That is a question for help.');
  return runRequest(request, {
    db: database.db,
    operator: 'ada@test',
    confirm(question) {
      asked.push(question);
      return answer ? Promise.resolve() : Promise.reject(new Refusal('Nothing was done.'));
    },
    say: () => {},
    sealer: () => sealer,
    today: () => calendarDate('2026-11-21'),
    withOrg: () => Promise.reject(new Error('No org here.')),
    readInput: () => Promise.resolve(input),
  });
}

const receive = (
  eventId: string,
  key: string | null = KEY,
  payload: unknown = { id: eventId, email: 'ada@example.com' },
) =>
  store.storeRows(
    [
      {
        connection: 'stripe',
        eventId,
        kind: 'invoice.paid',
        key,
        occurredAt: null,
        payload: JSON.stringify(payload),
        digest: '=',
      },
    ],
    0,
  );

/** Works keys once; each event that a handler sees is done. @returns ids of the events that were worked */
async function work(handler?: KeyHandler): Promise<string[]> {
  const seen: string[] = [];
  const usual: KeyHandler = ({ events }) => {
    seen.push(...events.map(({ eventId }) => eventId));
    return Promise.resolve({ done: events.map(({ id }) => id) });
  };
  await createKeyWorker({ store, handler: handler ?? usual, log: createLog('silent') }).drain();
  return seen;
}

const refused: KeyHandler = () =>
  Promise.reject(
    new Fault({ code: 'stripe_key_refused', kind: 'forbidden', publicText: 'Stripe refuses the API key.' }),
  );

/** A row that Salesforce refuses for good. */
async function refuseRow(message = 'Amount must not be negative'): Promise<void> {
  await store.setRows(ACCOUNT, [{ ...INVOICE, fields: { Amount__c: -1, Name: 'ACME' }, parents: {} }]);
  const rows = await store.takeRows([0, 1, 2, 3, 4, 5, 6, 7], 10);
  const result = { outcome: 'refused', retry: 'never', code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message } as const;
  await store.recordResults(rows, [result], Math.random);
}
const rowsToWrite = async () => (await store.takeRows([0, 1, 2, 3, 4, 5, 6, 7], 10)).map(({ row }) => row.key);

describe('failures', () => {
  it('are nothing when nothing failed', async () => {
    expect(await run('failures')).toMatchObject({ code: 0, data: [], out: 'Nothing has failed.' });
  });

  it('name a key that cannot be worked, with the reason and its Account', async () => {
    await database.pool.query('insert into account_link values ($1, $2)', [KEY, ACCOUNT]);
    await receive('evt_1');
    await work(refused);
    const { data, out } = await run('failures');
    expect(data).toMatchObject([
      {
        id: `key:${KEY}`,
        kind: 'key',
        connection: 'stripe',
        account: ACCOUNT,
        reason: 'Stripe refuses the API key.',
        attempts: 1,
        state: 'put aside',
      },
    ]);
    expect(out).toContain('Stripe refuses the API key.');
  });

  it('name a row that Salesforce refuses, with what Salesforce said', async () => {
    await refuseRow();
    expect((await run('failures')).data).toMatchObject([
      {
        id: ROW,
        kind: 'row',
        account: ACCOUNT,
        reason: 'FIELD_CUSTOM_VALIDATION_EXCEPTION: Amount must not be negative',
      },
    ]);
  });

  it('name an event that came again with another content, and one that nobody works', async () => {
    await receive('evt_1', KEY, { amount: 1 });
    await receive('evt_1', KEY, { amount: 2 });
    await work();
    await receive('evt_2', 'stripe:account:cus_2');
    await database.pool.query(
      `delete from dirty; update inbox set received_at = now() - interval '2 minutes' where event_id = 'evt_2'`,
    );
    expect((await run('failures', '--kind', 'event')).data).toMatchObject([
      { reason: 'It is not worked off, and nothing is going to work it.' },
      {
        reason: 'It came again with another content; the first content was kept and the object read anew.',
        attempts: 1,
      },
    ]);
  });

  it('can be chosen by kind, connection and Account, with 15 or 18 characters', async () => {
    await receive('evt_1', 'zuora:account:A1');
    await work(refused);
    await refuseRow();
    const ids = async (...args: string[]) =>
      ((await run('failures', ...args)).data as { id: string }[]).map(({ id }) => id);
    expect(await ids()).toEqual(['key:zuora:account:A1', ROW]);
    expect(await ids('--kind', 'row')).toEqual([ROW]);
    expect(await ids('--connection', 'zuora')).toEqual(['key:zuora:account:A1']);
    expect(await ids('--account', ACCOUNT)).toEqual([ROW]);
    expect(await ids('--account', ACCOUNT.slice(0, 15))).toEqual([ROW]);
    expect(await ids('--connection', 'stripe', '--kind', 'key')).toEqual([]);
  });

  it('show what is still tried again only when asked for', async () => {
    await receive('evt_1');
    await work(() => Promise.reject(new Fault({ code: 'x_down', kind: 'unavailable', publicText: 'It is down.' })));
    expect((await run('failures')).data).toEqual([]);
    expect((await run('failures', '--retrying')).data).toMatchObject([{ state: 'tried again', reason: 'It is down.' }]);
  });

  it('with an id show what is stored, with personal data hidden', async () => {
    await receive('evt_1');
    await work(refused);
    const { data, out } = await run('failures', `key:${KEY}`);
    expect(data).toMatchObject({
      failure: { reason: 'Stripe refuses the API key.' },
      detail: { events: [{ eventId: 'evt_1', payload: { id: 'evt_1', email: '[hidden]' } }] },
    });
    expect(out).not.toContain('ada@example.com');
    await refuseRow();
    expect((await run('failures', ROW)).data).toMatchObject({
      detail: { row: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: { Amount__c: -1, Name: '[hidden]' } } },
    });
    expect(await run('failures', 'key:stripe:account:cus_9')).toMatchObject({ code: 1 });
  });
});

describe('retry', () => {
  it('works a key again and sends a row again', async () => {
    await receive('evt_1');
    await work(refused);
    await refuseRow();
    expect(await rowsToWrite()).toEqual([]);
    expect(await act('retry', `key:${KEY}`, ROW)).toMatchObject({ code: 0 });
    expect(await work()).toEqual(['evt_1']);
    expect(await rowsToWrite()).toEqual([INVOICE.key]);
    expect((await run('failures')).data).toEqual([]);
  });

  it('takes all of a connection, or everything', async () => {
    await receive('evt_1');
    await receive('evt_2', 'zuora:account:A1');
    await work(refused);
    await act('retry', '--connection', 'zuora');
    expect(await work()).toEqual(['evt_2']);
    await act('retry', '--all');
    expect(await work()).toEqual(['evt_1']);
    expect(await act('retry', '--all')).toMatchObject({ code: 0, out: 'Nothing has failed.' });
  });

  it('does nothing when one of the ids is unknown', async () => {
    await receive('evt_1');
    await work(refused);
    const { code, out } = await act('retry', `key:${KEY}`, 'key:stripe:account:cus_9');
    expect([code, out]).toEqual([1, 'Nothing was done: no failure is called key:stripe:account:cus_9.']);
    expect(await work()).toEqual([]);
    const { rows } = await database.pool.query('select key from dirty');
    expect(rows).toEqual([{ key: KEY }]);
  });
});

describe('dismiss', () => {
  it('ends a failed key with its events, and retry takes it back', async () => {
    await receive('evt_1');
    await work(refused);
    expect(await act('dismiss', `key:${KEY}`, '--reason', 'customer of a test')).toMatchObject({ code: 0 });
    expect((await run('failures')).data).toEqual([]);
    expect(await work()).toEqual([]);
    expect((await run('failures', '--dismissed')).data).toMatchObject([
      { id: `key:${KEY}`, reason: 'Stripe refuses the API key. Dismissed by ada@test: customer of a test' },
    ]);
    await act('retry', `key:${KEY}`);
    expect(await work()).toEqual(['evt_1']);
    expect((await run('failures', '--dismissed')).data).toEqual([]);
  });

  it('lets the next event of a dismissed key work it again', async () => {
    await receive('evt_1');
    await work(refused);
    await act('dismiss', `key:${KEY}`, '--reason', 'x');
    await receive('evt_2');
    expect(await work()).toEqual(['evt_2']);
  });

  it('ends a refused row until billing changes it, and retry takes it back', async () => {
    await refuseRow();
    await act('dismiss', ROW, '--reason', 'known');
    expect((await run('failures')).data).toEqual([]);
    expect(await rowsToWrite()).toEqual([]);
    await act('retry', ROW);
    expect(await rowsToWrite()).toEqual([INVOICE.key]);
    await refuseRow();
    await act('dismiss', ROW, '--reason', 'known');
    await store.setRows(ACCOUNT, [{ ...INVOICE, fields: { Amount__c: 2 }, parents: {} }]);
    expect(await rowsToWrite()).toEqual([INVOICE.key]);
  });

  it('ends what is listed of an Account that is gone, until it is asked for again by retry, which looks at it', async () => {
    const { pool } = database;
    await pool.query('insert into account_link values ($1, $2)', [KEY, ACCOUNT]);
    await pool.query("insert into org_account (account_id, state) values ($1, 'deleted')", [ACCOUNT]);
    expect((await run('failures')).data, 'billing has nothing for it').toEqual([]);
    await pool.query(
      `insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
       values ($1, 'account', $1, now(), 1, false, '{}', '')`,
      [KEY],
    );
    const id = `row:Account:${ACCOUNT}`;
    expect((await run('failures')).data).toMatchObject([{ id, account: ACCOUNT, state: 'put aside' }]);
    expect((await run('failures')).out).toContain(`link to another Account ${KEY}.`);
    await act('dismiss', id, '--reason', 'an old customer');
    expect((await run('failures')).data).toEqual([]);
    await act('retry', id);
    expect((await run('failures')).data).toMatchObject([{ id }]);
    const { rows } = await pool.query('select key from dirty');
    expect(rows).toEqual([{ key: `salesforce:Account:${ACCOUNT}` }]);
  });

  it('ends the note of an event with two contents', async () => {
    await receive('evt_1', KEY, { amount: 1 });
    await receive('evt_1', KEY, { amount: 2 });
    await work();
    const [failure] = (await run('failures')).data as { id: string }[];
    await act('dismiss', failure!.id, '--reason', 'looked at it');
    expect((await run('failures')).data).toEqual([]);
  });

  it('leaves alone what is not put aside, and needs a reason', async () => {
    await receive('evt_1');
    expect(await act('dismiss', `key:${KEY}`, '--reason', 'x')).toMatchObject({ code: 1 });
    expect(await act('dismiss', `key:${KEY}`)).toMatchObject({ code: 2, out: 'Say why with --reason.' });
    expect(await work()).toEqual(['evt_1']);
  });
});

describe('replay', () => {
  it('works a stored event once more, by either of its ids', async () => {
    await receive('evt_1');
    await receive('evt_2');
    await work();
    expect(await act('replay', 'evt_1')).toMatchObject({ code: 0 });
    expect(await work()).toEqual(['evt_1']);
    const { id } = await database.db
      .selectFrom('inbox')
      .select('id')
      .where('event_id', '=', 'evt_2')
      .executeTakeFirstOrThrow();
    await act('replay', `event:${id}`);
    expect(await work()).toEqual(['evt_2']);
    expect(asked).toEqual([]);
  });

  it('takes all events of a time and connection, after it has said what it would do and was allowed to', async () => {
    await receive('evt_1');
    await receive('evt_2', null);
    await database.pool.query(`update inbox set received_at = '2026-11-20T10:00:00Z'; truncate inbox_payload`);
    await receive('evt_3');
    await work();
    const range = ['--since', '2026-11-20T09:00:00Z', '--until', '2026-11-20T11:00:00Z', '--connection', 'stripe'];
    expect((await run('replay', ...range, '--dry-run')).data).toEqual({
      events: 2,
      keys: 1,
      withoutKey: 1,
      withoutPayload: 2,
      unknown: [],
      replayed: 0,
    });
    expect(await work()).toEqual([]);
    answer = false;
    expect(await act('replay', ...range)).toMatchObject({ code: 1, out: 'Nothing was done.' });
    expect(await work()).toEqual([]);
    answer = true;
    await act('replay', ...range);
    expect(asked).toEqual(['Work them again?', 'Work them again?']);
    expect(await work()).toEqual(['evt_1']);
  });

  it('takes more events than it takes at once', async () => {
    await database.pool.query(
      `insert into inbox (connection, event_id, kind, key, digest, done_at)
       select 'stripe', 'evt_' || n, 'x', 'stripe:account:' || n % 7, '', now() from generate_series(1, 2500) n`,
    );
    expect(await act('replay', '--since', '2020-01-01', '--yes')).toMatchObject({
      out: '2500 events will be worked again.',
    });
    expect(await work()).toHaveLength(2500);
  });

  it('does nothing when an event is unknown or the time makes no sense', async () => {
    expect(await act('replay', 'evt_9')).toMatchObject({ code: 1, out: 'Nothing was done: no stored event is evt_9.' });
    expect(await act('replay')).toMatchObject({ code: 2 });
    expect(await act('replay', '--since', 'yesterday')).toMatchObject({ code: 2 });
    expect(await act('replay', '--since', '2026-11-21', '--until', '2026-11-20')).toMatchObject({ code: 2 });
    expect(await act('replay', 'evt_1', '--since', '2026-11-21')).toMatchObject({ code: 2 });
  });
});

describe('status', () => {
  it('says how connections stand, what waits and what is left alone', async () => {
    await store.saveCursor('stripe', '1', new Date());
    await receive('evt_1');
    await receive('evt_2', 'stripe:account:cus_2');
    await store.hold('salesforce', new Fault({ code: 'x', kind: 'unavailable', publicText: 'It is down.' }), () => 1);
    const { data, out } = await run('status');
    expect(data).toMatchObject({
      connections: [{ connection: 'stripe', state: 'Connected', message: '' }],
      events: { undone: 2, conflicts: 0 },
      keys: { waiting: 2, retrying: 0, putAside: 0 },
      rows: { waiting: 0, putAside: 0 },
      salesforceCalls: null,
      drift: { lastDay: 0, kept: 0 },
      orders: [],
      holds: [{ name: 'salesforce', reason: 'It is down.' }],
      processes: [],
    });
    expect(out).toContain('API calls of Salesforce: not known yet');
    expect(out).toContain('Events not worked off: 2');
    expect(out).toContain('No server process is connected to this database.');
  });
});

describe('status of Salesforce', () => {
  it('says how many API calls are used and what others changed', async () => {
    await store.noteUsage({ used: 750, limit: 1000 });
    await database.pool.query(`insert into discrepancy (object, key, field, kind, rule, seen_at) values
      ('Billing_Invoice__c', 'k1', 'Amount__c', 'edited', 'billing', now()),
      ('Billing_Invoice__c', 'k2', 'Amount__c', 'edited', 'billing', now() - interval '2 days')`);
    const { data, out } = await run('status');
    expect(data).toMatchObject({
      salesforceCalls: { used: 750, limit: 1000, readSecondsAgo: 0 },
      drift: { lastDay: 1, kept: 2 },
    });
    expect(out).toContain('API calls of Salesforce: 750 of 1000 in 24 hours');
    expect(out).toContain('1 field or row in the last day, 2 in all');
  });
});

describe('pause and resume', () => {
  it('stop one connection and let it go on, with everything that waited', async () => {
    await database.pool.query(`insert into connection (name, system) values ('stripe', 'Stripe'), ('zuora', 'Zuora')`);
    await receive('evt_1');
    await receive('evt_2', 'zuora:account:A1');
    expect(await act('pause', 'stripe', '--reason', 'price change')).toMatchObject({ code: 0 });
    expect(await work()).toEqual(['evt_2']);
    expect((await run('status')).data).toMatchObject({
      connections: [
        { connection: 'stripe', state: 'Paused', message: 'price change' },
        { connection: 'zuora', state: 'Connected' },
      ],
    });
    await act('resume', 'stripe');
    expect(await work()).toEqual(['evt_1']);
    expect((await run('history')).data).toMatchObject([{ action: 'resume' }, { action: 'pause', targets: ['stripe'] }]);
  });

  it('know no other name', async () => {
    expect(await act('pause', 'paypal')).toMatchObject({ code: 1 });
    expect(await act('resume')).toMatchObject({ code: 2 });
  });
});

describe('repull', () => {
  it('reads the billing account of what is named anew, by key or by the id of the billing system', async () => {
    await database.pool.query(
      `insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
       values ('stripe:invoice:in_1', 'invoice', $1, now(), 1, false, '{}', '')`,
      [KEY],
    );
    for (const name of [KEY, 'stripe:invoice:in_1', 'in_1', 'zuora:account:A7']) {
      expect(await act('repull', name)).toMatchObject({ code: 0 });
      const [claim] = await store.claimKeys(1, 60_000);
      expect(claim).toMatchObject({ key: name.startsWith('zuora') ? name : KEY });
      expect(claim!.refetch).toEqual(['account', 'subscriptions', 'invoices', 'memos', 'payments', 'usage']);
      await store.commitResult(claim!, { done: [] });
    }
    expect((await run('history')).data).toMatchObject([
      { action: 'repull', targets: ['zuora:account:A7'] },
      {},
      {},
      {},
    ]);
  });

  it('does nothing when one of the names is unknown', async () => {
    expect(await act('repull', KEY, 'in_9')).toMatchObject({
      code: 1,
      out: 'Nothing was done: nothing is known under in_9.',
    });
    expect(await store.claimKeys(1, 60_000)).toEqual([]);
  });
});

describe('backfill', () => {
  it('is begun once, shown, canceled and resumed', async () => {
    await database.pool.query(`insert into connection (name, system) values ('stripe', 'Stripe')`);
    expect(await run('backfill', 'stripe')).toMatchObject({ data: null, out: 'stripe has had no backfill.' });
    expect(await act('backfill', 'stripe', '--start', '--rewrite')).toMatchObject({ code: 0 });
    expect(asked).toHaveLength(1);
    expect(await act('backfill', 'stripe', '--start')).toMatchObject({ code: 1 });
    expect((await run('backfill', 'stripe')).data).toMatchObject({ state: 'Listing', rewrite: true, worked: 0 });
    expect(await act('backfill', 'stripe', '--cancel')).toMatchObject({ code: 0 });
    expect(await act('backfill', 'stripe', '--cancel')).toMatchObject({
      code: 1,
      out: 'stripe has no backfill that runs.',
    });
    expect(await act('backfill', 'stripe', '--resume')).toMatchObject({ code: 0 });
    expect(await act('backfill', 'paypal', '--start')).toMatchObject({ code: 1 });
    expect(await act('backfill', 'stripe', '--start', '--cancel')).toMatchObject({ code: 2 });
  });
});

describe('confirm-org', () => {
  it('shows the org that was met beside the pinned one, and lets rows go on to one of the two', async () => {
    expect(await run('confirm-org')).toMatchObject({ code: 1 });
    const org = {
      orgId: '00D000000000001AAA',
      isSandbox: false,
      organizationType: 'Enterprise Edition',
      instanceName: 'NA1',
    };
    await checkOrg(database.db, org);
    const copy = { ...org, orgId: '00D000000000002AAA', isSandbox: true };
    await expect(checkOrg(database.db, copy)).rejects.toMatchObject({ code: 'salesforce_org_changed' });
    expect((await run('confirm-org')).data).toMatchObject({ pinned: org, met: copy });
    expect(await act('confirm-org', '00D000000000003AAA')).toMatchObject({ code: 1 });
    answer = false;
    expect(await act('confirm-org', copy.orgId)).toMatchObject({ code: 1 });
    answer = true;
    expect(await act('confirm-org', copy.orgId)).toMatchObject({ code: 0 });
    await checkOrg(database.db, copy);
    expect((await run('history')).data).toMatchObject([{ action: 'confirm-org', targets: [copy.orgId] }]);
  });
});

describe('rotate', () => {
  const idsOf = async (...what: string[]) =>
    ((await run('rotate', ...what)).data as { id: string; retiredAt: string | null }[])
      .filter(({ retiredAt }) => retiredAt === null)
      .map(({ id }) => id);
  beforeEach(() =>
    database.pool.query(`insert into connection (name, system) values ('stripe', 'Stripe'), ('zuora', 'Zuora')`),
  );
  const book = () => createSecretBook({ db: database.db, sealer, log: createLog('silent') });

  it('accepts a new signing secret beside the old ones, and the old ones no more once they are retired', async () => {
    input = 'whsec_new\n';
    expect(await act('rotate', 'webhook-secret', 'stripe', '--add')).toMatchObject({ code: 0 });
    const [settings, added] = await idsOf('webhook-secret', 'stripe');
    expect(settings).toBe('settings');
    const secrets = book();
    await secrets.load();
    const accepted = () => secrets.accepted('webhook-secret', 'stripe', ['whsec_old']);
    expect(accepted()).toEqual(['whsec_old', 'whsec_new']);
    expect(secrets.accepted('webhook-secret', 'other', ['whsec_x'])).toEqual(['whsec_x']);
    await act('rotate', 'webhook-secret', 'stripe', '--retire', 'settings');
    await secrets.load();
    expect(accepted()).toEqual(['whsec_new']);
    expect(await act('rotate', 'webhook-secret', 'stripe', '--retire', added!)).toMatchObject({ code: 1 });
    expect(await act('rotate', 'webhook-secret', 'stripe', '--retire', 'nothing')).toMatchObject({ code: 1 });
    const { rows } = await database.pool.query<{ sealed: string }>(
      'select sealed from stored_secret where sealed is not null',
    );
    expect(rows[0]!.sealed).toMatch(/^k1:/);
    expect(
      JSON.stringify([rows, (await run('history')).data, (await run('rotate', 'webhook-secret', 'stripe')).out]),
    ).not.toContain('whsec_new');
  });

  it('uses the latest OAuth client of Zuora and the latest key of Salesforce, and the one before when that is retired', async () => {
    for (const clientSecret of ['one', 'two']) {
      input = JSON.stringify({ clientId: 'id', clientSecret });
      await act('rotate', 'zuora-client', 'zuora', '--add');
    }
    const secrets = book();
    await secrets.load();
    expect(secrets.latest('zuora-client', 'zuora', 'settings')).toContain('two');
    expect(secrets.latest('salesforce-key', '', 'settings')).toBe('settings');
    await act('rotate', 'zuora-client', 'zuora', '--retire', (await idsOf('zuora-client', 'zuora')).at(-1)!);
    await secrets.load();
    expect(secrets.latest('zuora-client', 'zuora', 'settings')).toContain('one');
    input = secretsOf().salesforcePrivateKey;
    expect(await act('rotate', 'salesforce-key', '--add')).toMatchObject({ code: 0 });
  });

  it('refuses what is no such secret, without repeating it', async () => {
    const refusals: [string, string[]][] = [
      ['hunter2', ['webhook-secret', 'stripe', '--add']],
      ['{"kind":"basic"}', ['webhook-secret', 'zuora', '--add']],
      ['hunter2', ['zuora-client', 'zuora', '--add']],
      ['hunter2', ['salesforce-key', '--add']],
      ['{"clientId":"a","clientSecret":"b"}', ['zuora-client', 'stripe', '--add']],
      ['whsec_x', ['webhook-secret', 'paypal', '--add']],
    ];
    for (const [value, what] of refusals) {
      input = value;
      const { code, out } = await act('rotate', ...what);
      expect([what, code]).toEqual([what, 1]);
      expect(out).not.toContain('hunter2');
    }
    input = '';
    expect(await act('rotate', 'webhook-secret', 'stripe', '--add')).toMatchObject({ code: 2 });
    expect(await act('rotate', 'password')).toMatchObject({ code: 2 });
    expect(await idsOf('webhook-secret', 'stripe')).toEqual(['settings']);
  });

  it('seals what is stored anew with the first key, so that the old key may go', async () => {
    const old = createSealer([{ id: 'k0', key: randomBytes(32) }]);
    const both = {
      seal: sealer.seal,
      isCurrent: sealer.isCurrent,
      open: (name: string, sealed: string) => (sealed.startsWith('k0') ? old : sealer).open(name, sealed),
    };
    await addSecret(database.db, old, 'ada@test', { name: 'webhook-secret', connection: 'stripe' }, 'whsec_kept');
    await expect(book().load()).rejects.toThrow('sealed with key k0');
    expect(await sealAnew(database.db, both, 'ada@test')).toBe(1);
    const secrets = book();
    await secrets.load();
    expect(secrets.accepted('webhook-secret', 'stripe', [])).toEqual(['whsec_kept']);
  });
});

describe('restored', () => {
  it('writes every row once more with a higher version, after it was allowed to', async () => {
    await refuseRow();
    const version = async () =>
      (await database.db.selectFrom('org_rows').select('row_version').executeTakeFirst())!.row_version;
    const before = await version();
    answer = false;
    expect(await act('restored')).toMatchObject({ code: 1 });
    expect(await rowsToWrite()).toEqual([]);
    answer = true;
    expect(await act('restored')).toMatchObject({ out: '1 row will be written again.' });
    expect(await version()).toBeGreaterThan(before);
    expect(await rowsToWrite()).toEqual([INVOICE.key]);
  });
});

describe('every command that changes something', () => {
  it('leaves a note of who did what, with its reason', async () => {
    await receive('evt_1');
    await work(refused);
    await act('retry', `key:${KEY}`);
    await work(refused);
    await act('dismiss', `key:${KEY}`, '--reason', 'known');
    await act('replay', 'evt_1');
    await act('failures');
    expect((await run('history')).data).toMatchObject([
      { operator: 'ada@test', action: 'replay', targets: ['evt_1'] },
      { operator: 'ada@test', action: 'dismiss', targets: [`key:${KEY}`], detail: { reason: 'known' } },
      { operator: 'ada@test', action: 'retry', targets: [`key:${KEY}`], detail: {} },
    ]);
  });
});

describe('the command line', () => {
  it('helps with all commands and with each, and answers 0, 1 or 2', async () => {
    const env = { DATABASE_URL: database.url };
    const help = await ops({}, ['--help']);
    expect(help.code).toBe(0);
    for (const name of ['status', 'failures', 'retry', 'dismiss', 'replay', 'history']) {
      expect(help.out).toContain(`  ${name}`);
      expect(readRequest([name, '--help'])).toEqual({ help: expect.stringContaining(`npm run ops -- ${name}`) });
    }
    expect(await ops(env, ['status'])).toMatchObject({ code: 0, err: '' });
    expect(await ops(env, ['retry', 'key:stripe:account:cus_9', '--json'])).toMatchObject({
      code: 1,
      json: { error: 'Nothing was done: no failure is called key:stripe:account:cus_9.' },
    });
    expect(await ops(env, ['frobnicate'])).toMatchObject({ code: 2, out: '' });
    expect(() => readRequest(['status', '--frobnicate'])).toThrow(UsageError);
  });

  it('asks for --yes where nobody can be asked', async () => {
    await receive('evt_1');
    const env = { DATABASE_URL: database.url };
    const refusal = await ops(env, ['replay', '--since', '2020-01-01']);
    expect([refusal.code, refusal.out]).toEqual([1, '']);
    expect(refusal.err).toContain('Nobody can be asked here; add --yes.');
    expect(await ops(env, ['replay', '--since', '2020-01-01', '--yes'])).toMatchObject({ code: 0 });
    const { rows } = await database.pool.query<{ operator: string }>('select operator from operator_action');
    expect(rows[0]!.operator).toMatch(/^[^@\s]+@\S+$/);
  });

  it('says in words that no server runs, or that its schema is another one', async () => {
    const folder = testFolder();
    const none = await ops({}, ['status', '--data-dir', folder]);
    expect([none.code, none.out]).toEqual([1, '']);
    expect(none.err).toContain(`No server with the embedded database runs in ${folder} or ${join(folder, 'demo')}.`);
    const away = await ops({ DATABASE_URL: 'postgresql://127.0.0.1:9/x' }, ['status']);
    expect([away.code, away.err]).toEqual([1, expect.stringContaining('The database cannot be used')]);
  });
});

describe('the explanation of a subscription', () => {
  const seats = sample.charge({ number: 'C-1', model: 'perUnit', quantity: '3', price: '10' });
  const off = sample.charge({
    number: 'C-9',
    name: 'Loyal',
    model: 'discount',
    price: null,
    reduction: { percentOff: '50', amountOff: null, level: 'account', recurring: true },
  });
  const mirrored = (objects: BillingObject[]) =>
    Promise.all(
      objects.map((body) =>
        database.pool.query(
          `insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
           values ($1, $2, 'zuora:account:a1', now(), 0, false, $3, '')`,
          [body.key, body.kind, JSON.stringify(body)],
        ),
      ),
    );

  it('tells every step, by key or by number, with what its billing account takes off', async () => {
    await mirrored([
      sample.billingAccount(),
      sample.subscription({ number: 'A-S1', charges: [seats] }),
      sample.subscription({ number: 'A-S2', charges: [off] }),
    ]);
    for (const name of ['zuora:subscription:A-S1', 'A-S1']) {
      const { out, code, data } = await run('explain', name);
      expect(code).toBe(0);
      expect(data).toMatchObject([{ number: 'A-S1', asOf: '2026-11-21', mrr: { amount: '15.00', currency: 'USD' } }]);
      expect(out.split('\n').slice(0, 6)).toEqual([
        'A-S1 on 21 Nov 2026: Active',
        '',
        'Platform: Seats',
        '  3 × USD 10.00 a month = USD 30.00',
        '  less 50 % (Loyal) = USD 15.00',
        '  USD 15.00 a month',
      ]);
    }
  });

  it('is for the day that is asked for', async () => {
    await mirrored([sample.subscription({ charges: [{ ...seats, startsOn: calendarDate('2027-01-01') }] })]);
    expect((await run('explain', 'A-S1')).data).toMatchObject([
      { mrr: { amount: '0.00' }, changes: [{ on: '2027-01-01', mrr: { amount: '30.00' } }] },
    ]);
    expect((await run('explain', 'A-S1', '--as-of', '2027-01-01')).data).toMatchObject([{ mrr: { amount: '30.00' } }]);
  });

  it('is by the rules of MRR of the server that was started last, whose change has every Account worked out anew', async () => {
    const launch = {
      name: 'Launch',
      percentOff: '50',
      amountOff: null,
      duration: 'forever' as const,
      startsOn: null,
      endsOn: null,
      appliesToProducts: null,
    };
    const more = { source: 'Stripe' as const, charges: [seats], discounts: [launch] };
    await mirrored([sample.billingAccount(), sample.subscription({ number: 'A-S1', ...more })]);
    await database.pool.query(
      `insert into account_link (billing_account_key, account_id, linked_at) values ('zuora:account:a1', '001000000000001AAA', now())`,
    );
    const chosen = async (rules: MrrRules) => {
      const count = await projectAnewWhen(database.db, mrrRulesChoice(rules));
      const { data } = await run('explain', 'A-S1');
      const [{ mrr, rules: told }] = data as [Pick<Explanation, 'rules'> & { mrr: { amount: string } }];
      expect(told).toEqual(rules);
      return [count, mrr.amount];
    };
    expect((await run('explain', 'A-S1')).data).toMatchObject([
      { mrr: { amount: '15.00' }, rules: { discounts: 'recurring', churn: 'end' } },
    ]);
    expect(await chosen({ discounts: 'recurring', churn: 'end' })).toEqual([0, '15.00']);
    expect(await chosen({ discounts: 'neither', churn: 'end' })).toEqual([1, '30.00']);
    expect(await chosen({ discounts: 'neither', churn: 'end' })).toEqual([0, '30.00']);
    expect(await chosen({ discounts: 'both', churn: 'cancellation' })).toEqual([1, '15.00']);
    await database.pool.query('delete from setting');
  });

  it('is refused in words for what is not known, and for what is no day', async () => {
    expect(await act('explain', 'A-S_')).toMatchObject({
      code: 1,
      out: expect.stringContaining('No subscription is known as A-S_'),
    });
    expect(await act('explain', 'A-S1', '--as-of', '2026-02-30')).toMatchObject({
      code: 2,
      out: expect.stringContaining('is no day'),
    });
    expect(await act('explain')).toMatchObject({ code: 2 });
  });
});

describe('renewals', () => {
  it('are refused in words where no server has them, and for what is no day', async () => {
    expect(await act('renewals')).toMatchObject({ code: 1, out: expect.stringContaining('set RENEWALS_FILE') });
    expect(await act('renewals', '--as-of', 'soon')).toMatchObject({ code: 2, out: expect.stringContaining('no day') });
    expect(await act('renewals', 'all')).toMatchObject({ code: 2 });
  });
});
