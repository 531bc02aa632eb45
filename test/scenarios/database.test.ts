import { rmSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/db/embedded.ts';
import { orgClient } from '../../scripts/demo/org.ts';
import { stripeSeeder, type StripeSeeder } from '../../scripts/demo/seed-stripe.ts';
import Stripe from 'stripe';
import { startCutProxy, type CutProxy } from '../support/cutProxy.ts';
import { testFolder } from '../support/postgres.ts';
import { settled, workedOff } from '../support/settled.ts';
import { startStack, type Stack } from '../support/stack.ts';

const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

let folder: string;
let postgres: EmbeddedPostgres;
let proxy: CutProxy;
let stack: Stack;
let stripe: StripeSeeder;
let customer: string;
let subscription: string;
let accountId: string;
let sent = 0;

beforeAll(async () => {
  folder = testFolder();
  postgres = await startEmbeddedPostgres(folder, SETTINGS);
  proxy = await startCutProxy(postgres.url);
  stack = await startStack({ databaseUrl: proxy.url, env: { SWEEP_SECONDS: '3600' } });
  const { hostname, port } = new URL(stack.stripe.url);
  stripe = stripeSeeder(new Stripe(stack.secrets.stripeSecretKey, { host: hostname, port, protocol: 'http' }));
  accountId = await orgClient(stack).create('Account', { Name: 'ACME' });
  const price = await stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  customer = await stripe.customer('ACME', accountId);
  subscription = (await stripe.subscribe(customer, [{ price, quantity: 1 }])).id;
  await settled(stack);
  // Some events wait a moment for others; the tests look at what is left to be done.
  await workedOff(postgres.url);
  await settled(stack);
}, 120_000);
afterAll(async () => {
  await stack.stop();
  await proxy.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  expect(stack.backend.process.exitCode, 'the backend goes on').toBeNull();
});

/** Runs SQL past the proxy. */
async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url, options: '-c default_transaction_read_only=off' });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function count(text: string, ...values: unknown[]): Promise<number> {
  const [row] = await query<{ count: number }>(`select count(*)::int as count from ${text}`, values);
  return row!.count;
}

/** Makes writes to a table fail with an error of Postgres, the first `times` of them. */
async function breakWrites(table: string, code: string, times: number): Promise<void> {
  await query(`create sequence failures;
    create function fail() returns trigger language plpgsql as $$ begin
      if nextval('failures') <= ${times} then raise exception 'a fault of the test' using errcode = '${code}'; end if;
      return new;
    end $$;
    create trigger fail before insert on ${table} for each row execute function fail()`);
}
const mend = (table: string) => query(`drop trigger fail on ${table}; drop function fail; drop sequence failures`);

/** Delivers an event that says that the customer has changed, as Stripe would. */
async function deliver(id: string): Promise<Response> {
  const seconds = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: seconds,
    livemode: false,
    type: 'customer.updated',
    data: { object: { id: customer, object: 'customer' } },
  });
  const header = stripe.stripe.webhooks.generateTestHeaderString({
    payload: body,
    secret: stack.secrets.stripeWebhookSecret,
    timestamp: seconds,
  });
  return fetch(`${stack.backend.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': header },
    body,
  });
}
const nextId = () => `evt_database_${(sent += 1)}`;

/** Delivers until it is taken, as a sender does. @returns what was answered */
async function deliverUntilTaken(id: string): Promise<number[]> {
  const answers: number[] = [];
  for (;;) {
    const response = await deliver(id);
    answers.push(response.status);
    if (response.ok) return answers;
    expect([response.status, Number(response.headers.get('retry-after')) > 0]).toEqual([503, true]);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function upgradeTo(quantity: number): Promise<void> {
  await fetch(`${stack.stripe.url}/__sim/act/upgrade`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subscription, quantity }),
  });
}
const shownMrr = () =>
  stack.org.org
    .all('Billing_Subscription__c')
    .filter((row) => row['Account__c'] === accountId)
    .map((row) => row['MRR__c']);

describe('a database that cannot take an event in', () => {
  it.each([
    ['is read-only', '25006'],
    ['is full', '53100'],
    ['has no connection left', '53300'],
    ['finds a deadlock', '40P01'],
    ['cannot order two transactions', '40001'],
  ])('because it %s: the sender is told to come again, and nothing of the event is stored', async (_what, code) => {
    const id = nextId();
    const dirtyBefore = await query('select key, generation from dirty');
    await breakWrites('inbox', code, 1_000);
    const response = await deliver(id);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await count('inbox where event_id = $1', id)).toBe(0);
    expect(await query('select key, generation from dirty')).toEqual(dirtyBefore);
    await mend('inbox');
    expect((await deliver(id)).status).toBe(200);
    expect(await count('inbox where event_id = $1', id)).toBe(1);
    await settled(stack);
  });

  it('because it really is read-only: the same, and it goes on by itself afterwards', async () => {
    await query('alter database billing360 set default_transaction_read_only = on');
    await query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = $1',
      [`billing-360 ${stack.backend.process.pid}`],
    );
    const id = nextId();
    const answers: number[] = [];
    while (!answers.includes(503)) answers.push((await deliver(id)).status);
    await query('alter database billing360 reset default_transaction_read_only');
    await query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = $1',
      [`billing-360 ${stack.backend.process.pid}`],
    );
    await deliverUntilTaken(id);
    expect(await count('inbox where event_id = $1', id)).toBe(1);
    await settled(stack);
  });
});

describe('a database that fails while work is committed', () => {
  it.each([
    ['a deadlock', '40P01', 3, 20],
    ['a conflict of transactions', '40001', 3, 21],
    ['a full disk, twelve times', '53100', 12, 22],
  ])('%s: the work is done again as a whole, and not put aside', async (_what, code, times, quantity) => {
    await breakWrites('org_rows', code, times);
    await upgradeTo(quantity);
    const deadline = Date.now() + 60_000;
    // A wait after a failure is not what this is about.
    while (shownMrr()[0] !== quantity * 10 && Date.now() < deadline) {
      await query('update dirty set not_before = now() where attempt > 0');
      await new Promise((done) => setTimeout(done, 50));
    }
    expect(shownMrr()).toEqual([quantity * 10]);
    await mend('org_rows');
    expect(await count('dirty where quarantined_at is not null')).toBe(0);
    await settled(stack);
  });
});

describe('a commit whose answer never arrives', () => {
  it('of an event: the sender sends it again, and it is stored and worked once', async () => {
    const id = nextId();
    const before = proxy.cuts();
    proxy.cutAfter(id);
    expect(await deliverUntilTaken(id)).toEqual([503, 200]);
    expect(proxy.cuts()).toBe(before + 1);
    expect(await count('inbox where event_id = $1', id)).toBe(1);
    expect(await count('inbox_payload p join inbox i using (id) where i.event_id = $1', id)).toBe(1);
    await settled(stack);
    await workedOff(postgres.url);
  }, 120_000);

  it('of worked events: nothing is done twice', async () => {
    const [row] = await query<{ version: number }>(
      `select row_version::float8 as version from org_rows where object = 'Billing_Subscription__c'`,
    );
    const before = proxy.cuts();
    proxy.cutAfter('commit');
    await upgradeTo(30);
    await settled(stack);
    expect(proxy.cuts()).toBe(before + 1);
    expect(shownMrr()).toEqual([300]);
    await workedOff(postgres.url);
    expect(await count('dirty where quarantined_at is not null or lease_owner is not null')).toBe(0);
    const [after] = await query<{ version: number; confirmed: boolean }>(
      `select row_version::float8 as version, confirmed_version = row_version as confirmed
       from org_rows where object = 'Billing_Subscription__c'`,
    );
    expect(after!.confirmed).toBe(true);
    expect(after!.version).toBeGreaterThan(row!.version);
  }, 120_000);
});

describe('a database that is restarted', () => {
  it('three times under traffic: whatever was acknowledged is there, and the state is that of the billing system', async () => {
    const acknowledged: string[] = [];
    let quantity = 40;
    for (let round = 0; round < 3; round += 1) {
      let stopping = false;
      const traffic = (async () => {
        while (!stopping) {
          const id = nextId();
          const response = await deliver(id);
          if (response.ok) acknowledged.push(id);
          else expect([response.status, Number(response.headers.get('retry-after')) > 0]).toEqual([503, true]);
        }
      })();
      await upgradeTo((quantity += 1));
      await postgres.stop();
      postgres = await startEmbeddedPostgres(folder, SETTINGS);
      stopping = true;
      await traffic;
    }
    const last = nextId();
    await deliverUntilTaken(last);
    await upgradeTo((quantity += 1));
    await settled(stack);
    expect(shownMrr()).toEqual([quantity * 10]);
    const stored = await query<{ id: string }>('select event_id as id from inbox');
    const ids = new Set(stored.map(({ id }) => id));
    expect([...acknowledged, last].filter((id) => !ids.has(id))).toEqual([]);
    await workedOff(postgres.url);
    expect(await count('dirty where quarantined_at is not null')).toBe(0);
  }, 120_000);
});
