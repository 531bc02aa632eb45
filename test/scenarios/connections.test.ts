import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stripeSeeder, type StripeSeeder } from '../../scripts/demo/seed-stripe.ts';
import { zuoraSeeder, type ZuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import { ANEW } from '../../server/sync/backfill/first.ts';
import { SimClock } from '../simulators/kit/clock.ts';
import { startStripeSim, type StripeSim } from '../simulators/stripe/main.ts';
import { startZuoraSim, type RunningZuoraSim } from '../simulators/zuora/main.ts';
import { freePort, startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { settled } from '../support/settled.ts';

const folder = mkdtempSync(join(tmpdir(), 'billing-360-connections-'));
const file = join(folder, 'connections.json');

let story: Story;
let eu: StripeSim;
let apac: RunningZuoraSim;
let stripeEu: StripeSeeder;
let zuoraApac: ZuoraSeeder;
let restrictedKey: string;

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

function writeConnections(filter?: object): void {
  const connections = [
    {
      name: 'stripe-eu',
      system: 'stripe',
      apiKey: { env: 'STRIPE_EU_API_KEY' },
      webhookSecrets: [eu.webhookSecret],
      apiBase: eu.url,
      dashboardUrl: eu.url,
      ...(filter ? { filter } : {}),
    },
    {
      name: 'zuora-apac',
      system: 'zuora',
      baseUrl: apac.url,
      clientId: apac.clientId,
      clientSecret: apac.clientSecret,
      calloutUser: 'apac',
      calloutPassword: 'apac-password',
      uiUrl: apac.url,
    },
  ];
  writeFileSync(file, JSON.stringify({ connections }));
}

beforeAll(async () => {
  const [backend, org, orgTls, pubsub, stripe, zuora] = await Promise.all(Array.from({ length: 6 }, freePort));
  const ports = { backend: backend!, org: org!, orgTls: orgTls!, pubsub: pubsub!, stripe: stripe!, zuora: zuora! };
  const hooks = `http://127.0.0.1:${backend}/webhooks`;
  const clock = new SimClock();
  eu = await startStripeSim({
    clock,
    accountId: 'acct_2Europe',
    secretKey: 'sk_test_sim_eu',
    webhookEndpoints: [{ url: `${hooks}/stripe-eu`, secret: 'whsec_eu' }],
  });
  apac = await startZuoraSim({
    clock,
    tenantId: '4711',
    callouts: [{ url: `${hooks}/zuora-apac`, user: 'apac', password: 'apac-password' }],
  });
  restrictedKey = String((await post(`${eu.url}/__sim/keys`, { permissions: { '*': 'read' } }))['key']);
  writeConnections();
  const env = { CONNECTIONS_FILE: file, STRIPE_EU_API_KEY: restrictedKey, SWEEP_SECONDS: '2' };
  story = await beginStory({ ports, env });
  const { hostname, port } = new URL(eu.url);
  stripeEu = stripeSeeder(new Stripe(eu.secretKey, { host: hostname, port, protocol: 'http' }));
  zuoraApac = await zuoraSeeder({ url: apac.url, clientId: apac.clientId, clientSecret: apac.clientSecret });
}, 120_000);

afterAll(async () => {
  await story.end();
  await eu.close();
  await apac.close();
  rmSync(folder, { recursive: true });
});

async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await holds());) {
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function allSettled(): Promise<void> {
  await eu.settled();
  await apac.ctx.webhooks.idle();
  await settled(story.stack);
}

const sell = async (zuora: ZuoraSeeder, name: string, accountId: string, quantity: number) => {
  const number = await zuora.account(name, 'USD', accountId);
  const plan = await zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  const start = new Date().toISOString().slice(0, 10);
  return { number, subscription: await zuora.subscribe(number, plan, { start, months: 12, quantity }) };
};

const connectionRow = (name: string) =>
  story.stack.org.org.all('Billing_Connection__c').find((row) => row['Key__c'] === `${name}:connection:${name}`);
const keys = (object: string, accountId: string) =>
  story.rows(object, accountId).map((row) => `${String(row['Key__c'])} ${String(row['Status__c'])}`);

it('two tenants that repeat each other’s numbers never mix, on one Account with two accounts of Stripe', async () => {
  const accountId = await story.account('Everywhere');
  const here = await sell(story.zuora, 'Everywhere', accountId, 3);
  const there = await sell(zuoraApac, 'Everywhere', accountId, 7);
  expect(there).toEqual(here);
  const [us, europe] = [
    await story.stripe.customer('Everywhere', accountId),
    await stripeEu.customer('Everywhere', accountId),
  ];
  await allSettled();
  expect(
    story
      .rows('Billing_Subscription__c', accountId)
      .map((row) => [row['Key__c'], row['MRR__c']])
      .sort(),
  ).toEqual([
    [`zuora-apac:subscription:${there.subscription}`, 70],
    [`zuora:subscription:${here.subscription}`, 30],
  ]);
  const billingAccounts = story.rows('Billing_Account__c', accountId).map((row) => String(row['Key__c']).split(':')[0]);
  expect(billingAccounts.toSorted()).toEqual(['stripe', 'stripe-eu', 'zuora', 'zuora-apac']);
  expect(keys('Billing_Account__c', accountId)).toEqual(
    expect.arrayContaining([`stripe:account:${us} Active`, `stripe-eu:account:${europe} Active`]),
  );
  const pins = await story.database.db
    .selectFrom('connection')
    .select(['name', 'provider_id'])
    .orderBy('name')
    .execute();
  expect(pins).toEqual([
    { name: 'stripe', provider_id: 'acct_1SimBilling360 test' },
    { name: 'stripe-eu', provider_id: 'acct_2Europe test' },
    { name: 'zuora', provider_id: '1' },
    { name: 'zuora-apac', provider_id: '4711' },
  ]);
}, 120_000);

it('a connection whose key is revoked waits alone, says why, and loses nothing when it is let in again', async () => {
  await post(`${eu.url}/__sim/keys`, { key: restrictedKey, revoked: true });
  const late = await story.account('Bought while the key was revoked');
  const customer = await stripeEu.customer('Bought while the key was revoked', late);
  const price = await stripeEu.price({ name: 'Growth', amountMinor: 49_000, currency: 'eur' });
  await stripeEu.subscribe(customer, [{ price, quantity: 2 }]);
  await until('the org says that it is broken', () => connectionRow('stripe-eu')?.['State__c'] === 'Broken');
  expect(connectionRow('stripe-eu')?.['Message__c']).toMatch(/^Stripe refuses the API key of the connection stripe-eu/);

  const other = await story.account('Not concerned');
  await sell(story.zuora, 'Not concerned', other, 4);
  await until('another connection goes on', () => story.rows('Billing_Subscription__c', other).length === 1);
  // Until its first load is over, and the org was told so, it counts as delayed.
  await until('it is connected', () => connectionRow('zuora')?.['State__c'] === 'Connected');
  expect(connectionRow('zuora')).toMatchObject({ Name: 'Zuora', Source__c: 'Zuora' });
  expect(connectionRow('stripe-eu')).toMatchObject({ Name: 'stripe-eu', Source__c: 'Stripe' });
  expect(connectionRow('salesforce')).toMatchObject({ State__c: 'Connected', Name: 'Salesforce', Message__c: null });
  const ready = await fetch(`${story.stack.backend.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.text()).toMatch(/stripe-eu.*Broken: Stripe refuses the API key/);
  await eu.settled();
  const { rows: waiting } = await story.database.pool.query<{ attempt: number; quarantined_at: Date | null }>(
    "select attempt, quarantined_at from dirty where key like 'stripe-eu:%'",
  );
  expect(waiting.length).toBeGreaterThan(0);
  expect(waiting.every(({ attempt, quarantined_at }) => attempt === 0 && quarantined_at === null)).toBe(true);
  expect(story.rows('Billing_Subscription__c', late)).toEqual([]);

  await post(`${eu.url}/__sim/keys`, { key: restrictedKey, revoked: false });
  await story.database.pool.query('update connection set probe_at = now()');
  await until('it is connected again', () => connectionRow('stripe-eu')?.['State__c'] === 'Connected');
  await allSettled();
  expect(story.rows('Billing_Subscription__c', late)).toMatchObject([{ Status__c: 'Active', MRR__c: 980 }]);
}, 120_000);

it('a permission that is taken away is named, and given back it needs nobody to start anything', async () => {
  await post(`${eu.url}/__sim/keys`, { key: restrictedKey, permissions: { '*': 'read', charge: 'none' } });
  const accountId = await story.account('Without charges');
  const customer = await stripeEu.customer('Without charges', accountId);
  await until('the org names it', () =>
    String(connectionRow('stripe-eu')?.['Message__c']).includes('may not read charges (rak_charge_read)'),
  );
  await post(`${eu.url}/__sim/keys`, { key: restrictedKey, permissions: { '*': 'read' } });
  await story.database.pool.query('update connection set probe_at = now()');
  await until('it goes on', () =>
    keys('Billing_Account__c', accountId).includes(`stripe-eu:account:${customer} Active`),
  );
}, 120_000);

it('a permission to read memos that is taken away is named while all else goes on, and so is its return', async () => {
  const refuse = (refusals: object[]) => post(`${apac.url}/__sim/refusals`, { refusals });
  await refuse([{ path: '^/v1/creditmemos', times: 1000, code: 50000010 }]);
  const accountId = await story.account('Without memos');
  await sell(zuoraApac, 'Without memos', accountId, 2);
  await until('the org names it', () =>
    String(connectionRow('zuora-apac')?.['Message__c']).startsWith('Its user may not read credit memos'),
  );
  await until('all else goes on', () => story.rows('Billing_Subscription__c', accountId).length === 1);
  expect(await (await fetch(`${story.stack.backend.url}/readyz`)).text()).toContain('may not read credit memos');
  await refuse([]);
  await sell(zuoraApac, 'With memos', await story.account('With memos'), 1);
  await until('it is connected, and nothing is said', () => connectionRow('zuora-apac')?.['Message__c'] == null);
}, 120_000);

it('a filter that is set takes out what it leaves out, and one that is lifted brings it back', async () => {
  const [inside, outside] = [await story.account('In the region'), await story.account('Out of the region')];
  const price = await stripeEu.price({ name: 'Team', amountMinor: 10_000, currency: 'eur' });
  for (const [accountId, region] of [
    [inside, 'EMEA'],
    [outside, 'APAC'],
  ] as const) {
    const customer = await stripeEu.customer(`Customer in ${region}`, accountId);
    await stripeEu.stripe.customers.update(customer, { metadata: { region } });
    await stripeEu.subscribe(customer, [{ price, quantity: 1 }]);
  }
  await allSettled();
  const shown = (accountId: string) =>
    ['Billing_Account__c', 'Billing_Subscription__c', 'Billing_Invoice__c'].map((object) =>
      story.rows(object, accountId).map((row) => row['Status__c']),
    );
  const everything = [['Active'], ['Active'], ['Paid']];
  expect([shown(inside), shown(outside)]).toEqual([everything, everything]);

  const restart = async (filter?: object) => {
    await story.stack.backend.stop();
    writeConnections(filter);
    story.stack.backend = await startBackend(story.stack.env);
  };
  await restart({ objects: ['subscriptions', 'payments'], fields: { region: ['EMEA'] } });
  const is = (accountId: string, wanted: object) => JSON.stringify(shown(accountId)) === JSON.stringify(wanted);
  await until('what is left out is removed', () => is(outside, [['Removed'], ['Removed'], ['Removed']]));
  await until('and only that', () => is(inside, [['Active'], ['Active'], ['Removed']]));
  // More objects than one call takes: totals may come with the next one.
  await until('and its totals', () => story.rows('Billing_Balance__c', outside).every((row) => row['MRR__c'] === 0));
  const { rows } = await story.database.pool.query(
    "select key from mirror where key like 'stripe-eu:invoice:%' or body::text like '%Customer in APAC%'",
  );
  expect(rows).toEqual([]);

  await restart();
  await until('it is all there again', () => is(outside, everything) && is(inside, everything));
}, 180_000);

it('a connection that was not looked at for longer than Stripe keeps events is read anew as a whole', async () => {
  eu.ctx.webhooks.switches = { ...eu.ctx.webhooks.switches, drop: true };
  const accountId = await story.account('Missed for a month');
  const customer = await stripeEu.customer('Missed for a month', accountId);
  eu.ctx.faults.set([{ path: '^/v1/events', status: 500, body: {} }]);
  const month = 31 * 86_400;
  await story.database.pool.query(
    "update sweep_cursor set cursor = (extract(epoch from now())::bigint - $1)::text where connection = 'stripe-eu'",
    [month],
  );
  await until('it is read', () =>
    keys('Billing_Account__c', accountId).includes(`stripe-eu:account:${customer} Active`),
  );
  const { rows } = await story.database.pool.query("select reason from backfill where connection = 'stripe-eu'");
  expect(rows).toEqual([{ reason: ANEW }]);
  eu.ctx.faults.set([]);
  await until('it is connected', () => connectionRow('stripe-eu')?.['State__c'] === 'Connected');
}, 120_000);
