import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { createZuoraConnection } from '../../server/connectors/zuora/connection.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import { afterFailure, reasonOf } from '../../server/sync/keys/failure.ts';
import type { BillingSystem } from '../../server/workflows/ports/billingSystem.ts';
import { startSalesforceSim } from '../simulators/salesforce/main.ts';
import { startZuoraSim } from '../simulators/zuora/main.ts';
import type { RunningSim } from '../simulators/kit/sim.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';
import { startStripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';
const clock = { now: () => new Date(), businessNow: () => new Date() };

type Json = Record<string, unknown>;
/** A customer with one subscription, and how its system answers when it is asked for it. */
type Customer = {
  sim: Pick<RunningSim, 'ctx'>;
  billing: BillingSystem;
  id: string;
  /** Path that subscriptions are read by, what it answers now, and the subscription in it. */
  path: string;
  answer(): Promise<Json>;
  subscriptionIn(answer: Json): Json;
  end(): Promise<void>;
};

async function ofStripe(): Promise<Customer> {
  const rig = await startStripeRig();
  const id = await rig.customer(ACCOUNT);
  const product = await rig.stripe.products.create({ name: 'Growth' });
  const { id: price } = await rig.stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 1_000,
    recurring: { interval: 'month' },
  });
  await rig.stripe.subscriptions.create({ customer: id, items: [{ price }] });
  return {
    sim: rig.sim,
    billing: rig.connection.billing,
    id,
    path: '^/v1/subscriptions$',
    async answer() {
      const page = await rig.stripe.subscriptions.list({ customer: id, status: 'all' });
      return JSON.parse(JSON.stringify(page)) as Json;
    },
    subscriptionIn: (answer) => (answer['data'] as Json[])[0]!,
    end: () => rig.close(),
  };
}

async function ofZuora(): Promise<Customer> {
  const sim = await startZuoraSim({});
  const credentials = { clientId: sim.clientId, clientSecret: sim.clientSecret };
  const seeder = await zuoraSeeder({ url: sim.url, ...credentials });
  const number = await seeder.account('Acme', 'USD', ACCOUNT);
  const plan = await seeder.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  const start = new Date().toISOString().slice(0, 10);
  await seeder.subscribe(number, plan, { start, months: 12, quantity: 1 });
  const callouts = [{ kind: 'basic' as const, user: 'zuora', password: new Secret('password') }];
  const connection = createZuoraConnection(
    { connection: 'zuora', baseUrl: sim.url, ...credentials, callouts },
    { clock },
  );
  const read = await connection.billing.fetch(sim.tenant.account(number).id, ['subscriptions']);
  expect(read.found).toBe(true);
  return {
    sim,
    billing: connection.billing,
    id: sim.tenant.account(number).id,
    path: '^/v1/subscriptions/accounts/',
    async answer() {
      const [token] = Object.keys(sim.tenant.data.tokens);
      const address = `${sim.url}/v1/subscriptions/accounts/${number}?charge-detail=all-segments`;
      const headers = { authorization: `Bearer ${token}`, 'zuora-version': '2025-08-12' };
      const response = await fetch(address, { headers });
      expect(response.status).toBe(200);
      return (await response.json()) as Json;
    },
    subscriptionIn: (answer) => (answer['subscriptions'] as Json[])[0]!,
    async end() {
      await connection.close();
      await sim.close();
    },
  };
}

describe.each([
  ['Stripe', ofStripe],
  ['Zuora', ofZuora],
])('an answer of %s', (system, make) => {
  let customer: Customer;
  let answer: Json;
  beforeEach(async () => {
    customer = await make();
    answer = await customer.answer();
  });
  afterEach(() => customer.end());

  const answerWith = () => customer.sim.ctx.faults.set([{ path: customer.path, status: 200, body: answer }]);
  const read = async () => {
    const fetched = await customer.billing.fetch(customer.id, ['account', 'subscriptions']);
    if (!fetched.found) throw new Error('The customer is there.');
    return fetched.parts.flatMap((part) =>
      part.part !== 'subscriptions'
        ? []
        : 'records' in part
          ? part.records.filter(({ kind }) => kind === 'subscription').map(({ key, body }) => ({ key, body }))
          : [],
    );
  };

  it('with fields that nobody knows yet is read as without them', async () => {
    const before = await read();
    answer['new_section'] = { a: [1, null] };
    customer.subscriptionIn(answer)['brand_new_field'] = { nested: ['x'] };
    answerWith();
    expect(await read()).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it.each<[string, (subscription: Json, answer: Json) => unknown]>([
    ['nothing of a list in it', (_, list) => Object.keys(list).forEach((name) => delete list[name])],
    ['a field of another type', (subscription) => (subscription['status'] = { code: 7 })],
    ['a mapped field that is gone', (subscription) => delete subscription['status']],
  ])(
    'with %s is not guessed at: what asks for it waits, and is put aside with the reason after eight tries',
    async (_what, change) => {
      change(customer.subscriptionIn(answer), answer);
      answerWith();
      const fault: unknown = await read().catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: `${system.toLowerCase()}_answer_unreadable` });
      const failure = (attempt: number) => afterFailure(fault, attempt, 500, 60_000);
      expect(failure(7), 'it may be passing').toEqual({ action: 'retry', waitMs: 60_000 });
      expect(failure(8)).toEqual({ action: 'quarantine' });
      expect(reasonOf(fault)).toMatch(
        new RegExp(`^${system} answered in a shape that is not known here while .* \\([\\w.]*\\). Update`),
      );
      customer.sim.ctx.faults.set([]);
      expect(await read()).toHaveLength(1);
    },
  );
});

describe('a version of the API that Salesforce has retired', () => {
  it('stops writing as a whole with its words, and blames no row', async () => {
    const secrets = secretsOf();
    const sim = await startSalesforceSim({
      connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
    });
    const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
    const object = 'Billing_Invoice__c';
    const row = { object, key: 'k:1', fields: { Status__c: 'Open' }, parents: {} };
    const writes = [{ row, accountId: null, rowVersion: 1, syncedAt: new Date() }];
    const body = [{ errorCode: 'UNSUPPORTED_API_VERSION', message: 'API version is no longer supported.' }];
    sim.ctx.faults.set([{ path: '/composite', status: 410, body }]);
    await expect(createOrgWriter(createOrgCalls(client)).write([{ object, writes }])).rejects.toMatchObject({
      kind: 'forbidden',
      retryable: true,
      publicText: 'Salesforce refused the call: API version is no longer supported.',
    });
    await sim.close();
  });
});
