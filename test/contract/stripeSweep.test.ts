import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { Bench } from './bench.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: StripeRig;

beforeEach(async () => {
  rig = await startStripeRig();
});
afterEach(() => rig.close());

const since = () => String(Math.floor(rig.clock.now().getTime() / 1000) - 3600);
const drop = () => (rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true });

async function sweep(cursor: string | null): Promise<{ cursor: string; checkedThrough: Date; found: string[] }> {
  const found: ReceivedEvent[] = [];
  const swept = await rig.connection.changes.sweep(cursor, (events) => Promise.resolve(void found.push(...events)));
  rig.bench.receive(found);
  return { ...swept, found: found.map(({ eventId }) => eventId) };
}

async function makeCustomers(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await rig.stripe.customers.create({ name: `Customer ${index}` });
}

const failure = { error: { type: 'api_error', message: 'Something went wrong' } };

describe('a sweep', () => {
  test('that fails in the middle goes on after the last page that it took', async () => {
    drop();
    await makeCustomers(120);
    const start = since();
    rig.sim.ctx.faults.set([{ path: '^/v1/events', skip: 1, times: 2, status: 500, body: failure }]);
    const first = await sweep(start);
    expect(first.found).toHaveLength(100);
    expect(first.checkedThrough).toEqual(new Date(Number(start) * 1000));
    rig.sim.ctx.faults.set([]);
    rig.sim.ctx.calls.clear();
    await makeCustomers(1);
    const second = await sweep(first.cursor);
    expect(second.found).toHaveLength(20);
    expect(rig.sim.ctx.calls.counts.get('GET /v1/events')).toBe(1);
    // What was made after the first page is the next sweep's.
    expect(second.checkedThrough.getTime()).toBeGreaterThan(first.checkedThrough.getTime());
    const third = await sweep(second.cursor);
    expect(new Set([...first.found, ...second.found, ...third.found]).size).toBe(121);
  });

  test('that fails at once tells why and keeps its cursor', async () => {
    rig.sim.ctx.faults.set([{ path: '^/v1/events', status: 500, body: failure }]);
    await expect(sweep(since())).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('whose place in the list is gone begins anew from its mark', async () => {
    drop();
    await makeCustomers(3);
    const mark = Number(since());
    const lost = await sweep(JSON.stringify({ since: mark, run: { top: mark + 60, after: 'evt_gone' } }));
    expect([lost.found, lost.checkedThrough]).toEqual([[], new Date(mark * 1000)]);
    expect((await sweep(lost.cursor)).found).toHaveLength(3);
  });

  test.each([
    ['repeats its last page', [{ id: 'evt_1', object: 'event' }]],
    ['is empty', []],
  ])('of a list that has more but %s ends with a fault', async (_what, data) => {
    const body = { object: 'list', data, has_more: true, url: '/v1/events' };
    rig.sim.ctx.faults.set([{ path: '^/v1/events', status: 200, body }]);
    const twice = sweep(since()).then(({ cursor }) => sweep(cursor));
    await expect(twice).rejects.toMatchObject({ code: 'stripe_list_endless' });
  });

  test.each([
    ['cannot be read', () => '{"since"'],
    ['is none', () => null],
    ['is of a walk through all customers that the build before left off', () => '{"since":null,"run":null}'],
    ['is older than Stripe keeps events', () => String(Math.floor(rig.clock.now().getTime() / 1000) - 30 * 86_400)],
  ])('whose cursor %s asks for nothing and says that everything has to be read', async (_what, cursor) => {
    drop();
    await makeCustomers(1);
    rig.sim.ctx.calls.clear();
    await expect(sweep(cursor())).rejects.toMatchObject({ code: 'changes_forgotten', retryable: false });
    expect(rig.sim.ctx.calls.total()).toBe(0);
  });

  test('whose cursor is almost as old as Stripe keeps events goes on from there', async () => {
    drop();
    await makeCustomers(2);
    const old = String(Math.floor(rig.clock.now().getTime() / 1000) - 29 * 86_400);
    expect((await sweep(old)).found).toHaveLength(2);
  });
});

describe('a list of a customer', () => {
  let id: string;
  beforeEach(async () => {
    drop();
    ({ id } = await rig.stripe.customers.create({ name: 'Acme', metadata: { salesforce_account_id: ACCOUNT } }));
  });

  test('that has more but brings nothing is no complete list', async () => {
    const body = { object: 'list', data: [], has_more: true, url: '/v1/invoices' };
    rig.sim.ctx.faults.set([{ path: '^/v1/invoices', status: 200, body }]);
    await expect(rig.connection.billing.fetch(id, ['invoices'])).rejects.toMatchObject({
      code: 'stripe_list_endless',
      retryable: true,
    });
  });

  test('that changed while it was read is read again later', async () => {
    const error = { type: 'invalid_request_error', code: 'resource_missing', param: 'starting_after', message: 'Gone' };
    rig.sim.ctx.faults.set([{ path: '^/v1/invoices', status: 400, body: { error } }]);
    await expect(rig.connection.billing.fetch(id, ['invoices'])).rejects.toMatchObject({
      code: 'stripe_list_moved',
      retryable: true,
    });
  });
});

test('an endpoint that was down for three days, until the sender gave up, misses nothing once it sweeps', async () => {
  const { stripe } = rig;
  const customer = await rig.customer(ACCOUNT);
  const product = await stripe.products.create({ name: 'Growth' });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 49_000,
    recurring: { interval: 'month' },
  });
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  await rig.work();
  const mark = String(Math.floor(rig.clock.now().getTime() / 1000));
  drop();
  const at = (moment: string) => rig.clock.setOffset(Date.parse(moment) - Date.now());
  at('2026-11-22T09:00:00Z');
  await rig.act('fail-payment', { customer, declineCode: 'insufficient_funds' });
  at('2026-11-23T09:00:00Z');
  await rig.act('upgrade', { subscription: subscription.id, quantity: 7 });
  const other = await rig.customer(ACCOUNT);
  await stripe.subscriptions.create({ customer: other, items: [{ price: price.id, quantity: 2 }] });
  at('2026-11-24T09:00:00Z');
  await rig.act('pay-invoice', { customer });
  await stripe.customers.update(customer, { email: 'new@acme.example' });
  const { found } = await sweep(mark);
  expect(found.length).toBeGreaterThan(15);
  await rig.bench.work();

  const fresh = new Bench([rig.connection.billing], () => rig.clock.now());
  for (const id of [customer, other]) fresh.dirty.add(`stripe:account:${id}`);
  await fresh.work();
  expect(rig.bench.rowsOfNow()).toEqual(fresh.rowsOfNow());
  expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${subscription.id}`)).toMatchObject({
    Last_Change__c: 'Upgraded Growth from 1 to 7: MRR +USD 2,940.00',
    Last_Change_On__c: '2026-11-23',
  });
  expect(rig.bench.row('Billing_Account__c', `stripe:account:${customer}`)['Bill_To_Email__c']).toBe(
    'new@acme.example',
  );
});

test('a burst of 100 renewals, about 1,000 events, costs at most 200 calls', async () => {
  const { stripe } = rig;
  const product = await stripe.products.create({ name: 'Growth' });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 49_000,
    recurring: { interval: 'month' },
  });
  for (let index = 0; index < 100; index += 1) {
    const customer = await rig.customer(ACCOUNT);
    await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  }
  await rig.work();
  const before = rig.bench.inbox.size;
  rig.sim.ctx.calls.clear();
  rig.clock.setOffset(Date.parse('2026-12-21T12:00:00Z') - Date.now());
  await rig.work();
  const events = rig.bench.inbox.size - before;
  const calls = rig.sim.ctx.calls.total();
  expect(events).toBeGreaterThanOrEqual(900);
  expect(calls).toBeLessThanOrEqual(200);
}, 60_000);
