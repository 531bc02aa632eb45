import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { differences, heldBy } from '../support/orgRows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { randomOf } from '../support/random.ts';
import { metric } from '../support/settled.ts';
import { endTrouble, makeTrouble } from '../support/trouble.ts';

// FAULTS_SEED=<seed> repeats a run; FAULTS_STEPS makes it longer.
const random = randomOf(process.env['FAULTS_SEED'] ?? '360');
const STEPS = Number(process.env['FAULTS_STEPS'] ?? 40);
const POLL_SECONDS = 2;

let story: Story;
let fresh: TestDatabase;
const accountIds: string[] = [];
const customers: string[] = [];
const zuoraAccounts: { number: string; id: string }[] = [];
const subscriptions: { stripe: string[]; zuora: string[] } = { stripe: [], zuora: [] };
let prices: string[];
let plan: Awaited<ReturnType<Story['zuora']['ratePlan']>>;
let today: string;

beforeAll(async () => {
  fresh = await createTestDatabase();
  story = await beginStory({ env: { SWEEP_SECONDS: '1', USAGE_POLL_SECONDS: String(POLL_SECONDS) } });
  today = new Date().toISOString().slice(0, 10);
  const { stripe, zuora } = story;
  const metered = await stripe.meteredPrice({
    name: 'API calls',
    meter: 'api_calls',
    included: 1000,
    overMinor: '0.5',
    currency: 'usd',
  });
  prices = [
    await stripe.price({ name: 'Growth', amountMinor: 49_000, currency: 'usd' }),
    await stripe.price({ name: 'Scale', amountMinor: 1_200_000, currency: 'usd', interval: 'year' }),
  ];
  plan = await zuora.ratePlan('Platform', 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
    { name: 'Storage', kind: 'overage', price: '0.2', included: 1000, uom: 'GB' },
  ]);
  for (let index = 0; index < 8; index += 1) {
    const accountId = await story.account(`Account ${index}`);
    accountIds.push(accountId);
    if (index % 2 === 0 || index === 7) {
      const customer = await stripe.customer(`Customer ${index}`, accountId);
      customers.push(customer);
      const items = [{ price: prices[0]!, quantity: 2 }, ...(index % 4 === 0 ? [{ price: metered }] : [])];
      subscriptions.stripe.push((await stripe.subscribe(customer, items)).id);
    }
    if (index % 2 === 1) {
      const number = await zuora.account(`Tenant ${index}`, 'EUR', accountId);
      zuoraAccounts.push({ number, id: story.stack.zuora.tenant.account(number).id });
      subscriptions.zuora.push(await zuora.subscribe(number, plan, { start: today, months: 12, quantity: 10 }));
      await zuora.bill(number, today);
    }
  }
});
afterAll(async () => {
  await story.end();
  await fresh.close();
});

/** What the rules of a billing system refuse, such as paying when nothing is open, is no change. */
async function attempt(system: 'stripe' | 'zuora', action: string, body: object): Promise<void> {
  await story.act(system, action, body).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.includes('could not')) throw error;
  });
}

async function relinkZuora(id: string, accountId: string): Promise<void> {
  const { tenant } = story.stack.zuora;
  const response = await fetch(`${story.stack.zuora.url}/v1/accounts/${id}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await zuoraToken()}`,
      'content-type': 'application/json',
      'zuora-version': '2025-08-12',
    },
    body: JSON.stringify({ CRMAccountId__c: accountId }),
  });
  expect(response.status, `${tenant.account(id).accountNumber}: ${await response.clone().text()}`).toBe(200);
}

async function zuoraToken(): Promise<string> {
  const { secrets, zuora } = story.stack;
  const body = new URLSearchParams({
    client_id: secrets.zuoraClientId,
    client_secret: secrets.zuoraClientSecret,
    grant_type: 'client_credentials',
  });
  const response = await fetch(`${zuora.url}/oauth/token`, { method: 'POST', body });
  return ((await response.json()) as { access_token: string }).access_token;
}

const CHANGES: readonly (() => Promise<unknown>)[] = [
  () =>
    attempt('stripe', 'upgrade', { subscription: random.pick(subscriptions.stripe), quantity: 1 + random.below(9) }),
  () => attempt('stripe', 'fail-payment', { customer: random.pick(customers), declineCode: 'insufficient_funds' }),
  () => attempt('stripe', 'pay-invoice', { customer: random.pick(customers) }),
  () => attempt('stripe', 'renew', { customer: random.pick(customers) }),
  () =>
    attempt('stripe', 'record-usage', {
      customer: random.pick(customers),
      eventName: 'api_calls',
      value: random.below(900),
    }),
  () =>
    story.stripe.stripe.customers.update(random.pick(customers), {
      name: `Renamed ${random.below(1000)}`,
      email: `finance-${random.below(1000)}@example.com`,
    }),
  () =>
    story.stripe.stripe.customers.update(random.pick(customers), {
      metadata: { salesforce_account_id: random.pick(accountIds) },
    }),
  async () => {
    const items = [{ price: random.pick(prices), quantity: 1 + random.below(3) }];
    subscriptions.stripe.push((await story.stripe.subscribe(random.pick(customers), items)).id);
  },
  async () => random.chance(60) && attempt('stripe', 'cancel', { subscription: random.pick(subscriptions.stripe) }),
  () => attempt('zuora', 'upgrade', { subscription: random.pick(subscriptions.zuora), quantity: 1 + random.below(50) }),
  () => attempt('zuora', 'fail-payment', { account: random.pick(zuoraAccounts).number }),
  () => attempt('zuora', 'pay-invoice', { account: random.pick(zuoraAccounts).number }),
  () => attempt('zuora', 'post-invoice', { account: random.pick(zuoraAccounts).number }),
  () =>
    attempt('zuora', 'record-usage', {
      account: random.pick(zuoraAccounts).number,
      uom: 'GB',
      quantity: random.below(900),
    }),
  () => relinkZuora(random.pick(zuoraAccounts).id, random.pick(accountIds)),
  async () => {
    const { number } = random.pick(zuoraAccounts);
    subscriptions.zuora.push(await story.zuora.subscribe(number, plan, { start: today, months: 12, quantity: 5 }));
  },
  async () => random.chance(60) && attempt('zuora', 'cancel', { subscription: random.pick(subscriptions.zuora) }),
];

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function count({ pool }: TestDatabase, query: string, ...values: unknown[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from ${query}`, values);
  return rows[0]!.count;
}

/** Resolves once both systems were swept, and usage polled, since a moment, and nothing is left to be worked or written. */
async function caughtUp(database: TestDatabase, withinMs: number): Promise<void> {
  const { rows } = await database.pool.query<{ now: Date }>('select now()');
  const since = rows[0]!.now;
  const deadline = Date.now() + withinMs;
  for (;;) {
    const open = {
      notSwept:
        2 -
        (await count(
          database,
          "sweep_cursor where connection <> 'salesforce' and swept_at > $1::timestamptz + interval '2 s'",
          since,
        )),
      notPolled: await count(database, 'dirty where poll_at < $1', new Date(since.getTime() + POLL_SECONDS * 1000)),
      toWork: await count(database, 'dirty where not_before <= now() or attempt > 0 or reason is not null'),
      putAside: await count(database, 'dirty where quarantined_at is not null'),
      toWrite: await count(database, 'org_rows where pending'),
    };
    if (Object.values(open).every((left) => left === 0)) return;
    if (Date.now() > deadline)
      throw new Error(`Not caught up: ${JSON.stringify(open)}\n${story.stack.backend.output().slice(-3000)}`);
    await pause(50);
  }
}

it(`ends in the state of the billing systems whatever went wrong on the way (FAULTS_SEED=${random.seed})`, async () => {
  const { stack } = story;
  const kills = [Math.floor(STEPS / 3) + random.below(5), Math.floor((STEPS * 2) / 3) + random.below(5)];
  for (let step = 0; step < STEPS; step += 1) {
    makeTrouble(stack, random, accountIds);
    if (kills.includes(step)) await stack.backend.stop('SIGKILL');
    await random.pick(CHANGES)();
    if (kills.includes(step - 2)) stack.backend = await startBackend(stack.env);
    await pause(random.below(120));
  }
  endTrouble(stack);
  await caughtUp(story.database, 90_000);
  const held = heldBy(stack, accountIds);
  expect(await metric(stack.backend.url, 'billing360_outbox_quarantined')).toBe(0);
  expect(await stack.backend.stop()).toBe(0);

  stack.backend = await startBackend({ ...stack.env, DATABASE_URL: fresh.url });
  await caughtUp(fresh, 60_000);
  expect(differences(held, heldBy(stack, accountIds)), `FAULTS_SEED=${random.seed}`).toEqual([]);
}, 180_000);
