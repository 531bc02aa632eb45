import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStripeClient } from '../../server/connectors/stripe/client.ts';
import { stripeLinks } from '../../server/connectors/stripe/links.ts';
import { createPastSweep, type Past } from '../../server/connectors/stripe/past.ts';
import { TAKE_EVERYTHING } from '../../server/workflows/ports/billingFilter.ts';
import { createStripeConnection } from '../../server/connectors/stripe/connection.ts';
import { openGate } from '../../server/workflows/ports/upstream.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { Bench } from './bench.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: StripeRig;
beforeEach(async () => {
  rig = await startStripeRig();
});
afterEach(() => rig.close());

const byKey = (a: OrgRow, b: OrgRow) => (a.key < b.key ? -1 : 1);
const at = (moment: string) => rig.clock.setOffset(Date.parse(moment) - Date.now());
const drop = () => (rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true });

async function subscribed(quantity = 20) {
  const customer = await rig.customer(ACCOUNT);
  const product = await rig.stripe.products.create({ name: 'Platform' });
  const recurring = { interval: 'month' } as const;
  const price = await rig.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 3_000, recurring });
  const { id, items } = await rig.stripe.subscriptions.create({ customer, items: [{ price: price.id, quantity }] });
  return { customer, id, item: items.data[0]!.id };
}

/** Begins with a bench that knows nothing: everything is read, then swept until nothing of the past is left. */
async function beginAnew(connection = rig.connection): Promise<{ bench: Bench; taken: ReceivedEvent[] }> {
  const bench = new Bench([connection.billing], () => rig.clock.now());
  const { ids, asOf } = await connection.list.page(null);
  for (const id of ids) bench.dirty.add(`stripe:account:${id}`);
  await bench.work();
  const taken: ReceivedEvent[] = [];
  rig.sim.ctx.calls.clear();
  for (let cursor = connection.list.sweepFrom(asOf), left: unknown = 'all'; left !== null;) {
    ({ cursor } = await connection.changes.sweep(cursor, (events) => Promise.resolve(void taken.push(...events))));
    left = (JSON.parse(cursor) as { past: Past | null }).past;
  }
  bench.receive(taken);
  await bench.work();
  return { bench, taken };
}

test('a database that knows nothing tells the same timeline as one that heard it all, for as long as Stripe keeps events', async () => {
  const { id, item } = await subscribed();
  await rig.work();
  at('2026-11-22T09:00:00Z');
  await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
  await rig.work();
  at('2026-11-25T09:00:00Z');
  await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 10 }] });
  await rig.work();
  at('2026-11-26T09:00:00Z');
  await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
  await rig.work();
  at('2026-12-20T09:00:00Z');
  await rig.work();
  const { bench, taken } = await beginAnew();
  expect(bench.rowsOf('Billing_Event__c', ACCOUNT).length).toBeGreaterThanOrEqual(6);
  for (const object of ['Billing_Event__c', 'Billing_Subscription__c'])
    expect(bench.rowsOf(object, ACCOUNT).toSorted(byKey)).toEqual(rig.bench.rowsOf(object, ACCOUNT).toSorted(byKey));
  expect(bench.row('Billing_Health__c', `account:health:${ACCOUNT}`)['Reasons__c']).toMatch(
    /USD 750\.00 of MRR was lost/,
  );
  expect(bench.row('Billing_Subscription__c', `stripe:subscription:${id}`)).toMatchObject({
    Last_Change__c: 'Cancellation of Platform booked (21 Dec 2026)',
  });
  // What tells no change, such as that it was made, is not even stored; nothing of it costs a call for each customer.
  expect(taken.map(({ kind }) => kind)).toEqual(Array.from({ length: 3 }, () => 'customer.subscription.updated'));
  expect(Object.fromEntries(rig.sim.ctx.calls.counts)).toEqual({ 'GET /v1/events': 2 });
});

test('what Stripe keeps no more is not told, and nothing is made up for it', async () => {
  drop();
  const { id, item } = await subscribed();
  at('2026-11-22T09:00:00Z');
  await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
  at('2026-12-23T09:00:00Z');
  const { bench, taken } = await beginAnew();
  expect(taken).toEqual([]);
  expect(bench.row('Billing_Subscription__c', `stripe:subscription:${id}`)).toMatchObject({
    Last_Change__c: null,
    MRR__c: 1050,
  });
});

test('a connection that takes no subscriptions asks for none of it', async () => {
  drop();
  const { id, item } = await subscribed();
  at('2026-11-22T09:00:00Z');
  await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
  at('2026-11-23T09:00:00Z');
  const connection = createStripeConnection(
    {
      connection: 'stripe',
      apiKey: rig.sim.secretKey,
      webhookSecrets: ['whsec_any'],
      apiBase: rig.sim.url,
      filter: { ...TAKE_EVERYTHING, objects: ['invoices'] },
    },
    { clock: { now: () => new Date(), businessNow: () => rig.clock.now() } },
  );
  const { asOf } = await connection.list.page(null);
  rig.sim.ctx.calls.clear();
  await connection.changes.sweep(connection.list.sweepFrom(asOf), () => Promise.resolve());
  expect(rig.sim.ctx.calls.counts.get('GET /v1/events')).toBe(1);
});

const failure = { error: { type: 'api_error', message: 'Something went wrong' } };
const refusal = { error: { type: 'invalid_request_error', message: 'No such event', param: 'starting_after' } };

test.each([
  ['goes on after the last page that it took', { status: 500, body: failure }, 5],
  ['whose place is gone begins again at the newest, which does no harm', { status: 400, body: refusal }, 105],
])(
  'a walk that fails in the middle %s',
  async (_what, fault, rest) => {
    drop();
    const { id, item } = await subscribed();
    for (let index = 0; index < 105; index += 1)
      await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 21 + index }] });
    const context = { connection: 'stripe', timeZone: 'UTC', links: stripeLinks() };
    const client = createStripeClient({ apiKey: rig.sim.secretKey, apiBase: rig.sim.url }, openGate);
    const walk = createPastSweep(client, context);
    const now = Math.floor(rig.clock.now().getTime() / 1000) + 60;
    const found: string[] = [];
    const take = (events: ReceivedEvent[]) => Promise.resolve(void found.push(...events.map(({ eventId }) => eventId)));
    rig.sim.ctx.faults.set([{ path: '^/v1/events', skip: 1, times: 3, ...fault }]);
    const place = await walk({ from: now - 86_400, before: now, after: null }, take);
    expect(found).toHaveLength(100);
    expect(place).not.toBeNull();
    rig.sim.ctx.faults.set([]);
    found.length = 0;
    expect(await walk(place!, take)).toBeNull();
    expect(found).toHaveLength(rest);
  },
  60_000,
);

test('a walk takes only so many pages of one sweep', async () => {
  drop();
  const { id, item } = await subscribed();
  for (let index = 0; index < 105; index += 1)
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 21 + index }] });
  const context = { connection: 'stripe', timeZone: 'UTC', links: stripeLinks() };
  const client = createStripeClient({ apiKey: rig.sim.secretKey, apiBase: rig.sim.url }, openGate);
  const now = Math.floor(rig.clock.now().getTime() / 1000) + 60;
  rig.sim.ctx.calls.clear();
  const place = await createPastSweep(
    client,
    context,
    1,
  )({ from: now - 86_400, before: now, after: null }, () => Promise.resolve());
  expect(place?.after).toMatch(/^evt_/);
  expect(rig.sim.ctx.calls.counts.get('GET /v1/events')).toBe(1);
}, 60_000);
