import { afterEach, beforeEach, expect, test } from 'vitest';
import { createListSweep, type ListSweepDeps, type Rotation } from '../../server/connectors/stripe/sweepLists.ts';
import type { Invoice } from '../../server/domain/invoice/invoice.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import type { BillingRecord } from '../../server/workflows/ports/billingSystem.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { Bench } from './bench.ts';
import { createStripeClient } from '../../server/connectors/stripe/client.ts';
import { stripeLinks } from '../../server/connectors/stripe/links.ts';
import { currentPriority } from '../../server/platform/priority.ts';
import { TAKE_EVERYTHING, type BillingFilter } from '../../server/workflows/ports/billingFilter.ts';
import type { UpstreamGate } from '../../server/workflows/ports/upstream.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';
const LATER = '2026-12-25T09:00:00Z';

let rig: StripeRig;
/** Cursor after the last sweep. */
let cursor: string;

beforeEach(async () => {
  rig = await startStripeRig();
  cursor = String(Math.floor(rig.clock.now().getTime() / 1000));
});
afterEach(() => rig.close());

const drop = (yes: boolean) => (rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: yes });
const lists = () => (JSON.parse(cursor) as { lists: Rotation }).lists;

/** @returns events of lists */
async function sweep(): Promise<ReceivedEvent[]> {
  const found: ReceivedEvent[] = [];
  ({ cursor } = await rig.connection.changes.sweep(cursor, (events) => Promise.resolve(void found.push(...events))));
  rig.bench.receive(found);
  return found.filter(({ kind }) => kind.startsWith('listed.'));
}

/** Goes once through all lists, a day after the last time. */
async function round(): Promise<string[]> {
  rig.passDay();
  const found: ReceivedEvent[] = [];
  do found.push(...(await sweep()));
  while (lists().run !== null);
  return found.map(({ kind, payload }) => `${kind} ${(payload as { key: string }).key}`);
}

/** What happens in it is told by no webhook, and is too long ago for the list of events. */
async function untold(happens: () => Promise<unknown>): Promise<void> {
  drop(true);
  await happens();
  await rig.sim.settled();
  drop(false);
  rig.clock.setOffset(Date.parse(LATER) - Date.now());
  const at = Math.floor(rig.clock.now().getTime() / 1000);
  cursor = JSON.stringify({ ...(JSON.parse(cursor) as object), since: at });
}

/** The mirror shows what one that reads everything now shows. */
async function expectWhole(...customers: string[]): Promise<void> {
  await rig.bench.work();
  const fresh = new Bench([rig.connection.billing], () => rig.clock.now());
  for (const id of customers) fresh.dirty.add(`stripe:account:${id}`);
  await fresh.work();
  expect(rig.bench.rowsOfNow()).toEqual(fresh.rowsOfNow());
}

async function priceOf(interval: 'month' | 'year', more: object = {}): Promise<string> {
  const product = await rig.stripe.products.create({ name: `Growth by the ${interval}` });
  const common = { product: product.id, currency: 'usd', recurring: { interval } };
  return (await rig.stripe.prices.create({ ...common, unit_amount: 49_000, ...more })).id;
}

/** A customer with a subscription and a paid invoice, known to the mirror; the lists wait for their day. */
async function start(): Promise<{ customer: string; subscription: string; price: string }> {
  const customer = await rig.customer(ACCOUNT);
  const price = await priceOf('year');
  const subscription = await rig.stripe.subscriptions.create({ customer, items: [{ price, quantity: 3 }] });
  await rig.work();
  expect(await sweep()).toEqual([]);
  await rig.bench.work();
  return { customer, subscription: subscription.id, price };
}

test('objects that no event told are found by the lists: those of a known customer, and a customer with all it has', async () => {
  const { customer, price } = await start();
  let other = '';
  await untold(async () => {
    await rig.stripe.subscriptions.create({ customer, items: [{ price }] });
    other = await rig.customer(ACCOUNT);
    await rig.stripe.subscriptions.create({ customer: other, items: [{ price, quantity: 2 }] });
  });
  const found = await round();
  expect(found.map((line) => line.replace(/_.*/, ''))).toEqual([
    'listed.customer stripe:account:cus',
    'listed.subscription stripe:subscription:sub',
    'listed.invoice stripe:invoice:in',
    'listed.charge stripe:payment:ch',
  ]);
  expect(found[0]).toContain(other);
  await expectWhole(customer, other);
  expect(await round()).toEqual([]);
});

test('a status, an amount and an address that differ are found and read anew, and nothing else is read', async () => {
  const { customer, subscription } = await start();
  const [charge] = (await rig.stripe.charges.list({ customer })).data;
  await untold(async () => {
    await rig.stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    await rig.stripe.refunds.create({ charge: charge!.id, amount: 1_000 });
    await rig.stripe.customers.update(customer, { email: 'new@acme.example' });
  });
  expect(await round()).toEqual([
    `listed.customer stripe:account:${customer}`,
    `listed.subscription stripe:subscription:${subscription}`,
    `listed.charge stripe:payment:${charge!.id}`,
  ]);
  rig.sim.ctx.calls.clear();
  await rig.bench.work();
  expect(rig.sim.ctx.calls.counts.get('GET /v1/invoices') ?? 0).toBe(0);
  await expectWhole(customer);
  expect(await round()).toEqual([]);
});

test('a cancellation that was taken back and booked anew for the same day is found, and of what has ended none', async () => {
  const { customer, subscription } = await start();
  const book = (yes: boolean) => rig.stripe.subscriptions.update(subscription, { cancel_at_period_end: yes });
  await book(true);
  await rig.work();
  const key = `stripe:subscription:${subscription}`;
  const held = rig.bench.mirror.records.get(key)!;
  const bookedOn = () => (rig.bench.mirror.records.get(key)!.body as Subscription).cancelBookedOn;
  expect(bookedOn()).toBe('2026-11-21');
  await untold(async () => {
    rig.clock.setOffset(Date.parse('2026-11-23T09:00:00Z') - Date.now());
    await book(false);
    await book(true);
  });
  expect(await round()).toEqual([`listed.subscription ${key}`]);
  await expectWhole(customer);
  expect(bookedOn()).toBe('2026-11-23');

  drop(true);
  await rig.stripe.subscriptions.cancel(subscription);
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.bench.work();
  await round();
  await rig.bench.work();
  const ended = rig.bench.mirror.records.get(key)!;
  const { cancelBookedOn: _unknown, ...earlier } = ended.body as Subscription;
  rig.bench.mirror.records.set(key, { ...ended, body: earlier, asOf: held.asOf });
  expect(await round()).toEqual([]);
});

test('a dispute and a schedule that no event told are found by the lists, and a second round finds nothing', async () => {
  const { customer, subscription } = await start();
  const [charge] = (await rig.stripe.charges.list({ customer })).data;
  await untold(async () => {
    await rig.act('dispute', { charge: charge!.id });
    const { id, phases } = await rig.stripe.subscriptionSchedules.create({ from_subscription: subscription });
    const { start_date, end_date, items } = phases[0]!;
    const plan = { price: items[0]!.price as string };
    await rig.stripe.subscriptionSchedules.update(id, {
      end_behavior: 'cancel',
      phases: [
        { items: [plan], start_date, end_date },
        { items: [{ ...plan, quantity: 9 }], duration: { interval: 'month' } },
      ],
    });
  });
  expect(await round()).toEqual([
    `listed.subscription stripe:subscription:${subscription}`,
    `listed.charge stripe:payment:${charge!.id}`,
  ]);
  await rig.bench.work();
  // Nobody answered in time, of which no event told either.
  const payment = rig.bench.row('Billing_Payment__c', `stripe:payment:${charge!.id}`);
  expect(payment['Dispute_Status__c']).toBe('Lost');
  const row = rig.bench.row('Billing_Subscription__c', `stripe:subscription:${subscription}`);
  expect(row['Cancel_On__c']).not.toBeNull();
  await expectWhole(customer);
  expect(await round()).toEqual([]);
});

test('a schedule that has not begun and that no event told is found, and so is that it begins later', async () => {
  const { customer, subscription } = await start();
  const price = (await rig.stripe.subscriptions.retrieve(subscription)).items.data[0]!.price.id;
  const at = (moment: string) => Math.floor(Date.parse(moment) / 1000);
  const phases = [{ items: [{ price }], duration: { interval: 'month' as const, interval_count: 1 } }];
  let id = '';
  await untold(async () => {
    const start_date = at('2027-02-01T00:00:00Z');
    ({ id } = await rig.stripe.subscriptionSchedules.create({ customer, start_date, phases }));
  });
  const found = `listed.subscription_schedule stripe:subscription:${id}`;
  expect(await round()).toContain(found);
  await rig.bench.work();
  const row = () => rig.bench.row('Billing_Subscription__c', `stripe:subscription:${id}`);
  expect(row()).toMatchObject({ Status__c: 'Pending', Start_Date__c: '2027-02-01' });
  await expectWhole(customer);
  expect(await round()).toEqual([]);
  await untold(async () => {
    const start_date = at('2027-03-01T00:00:00Z');
    await rig.stripe.subscriptionSchedules.update(id, { phases: [{ ...phases[0]!, start_date }] });
  });
  expect(await round()).toEqual([found]);
  await rig.bench.work();
  expect(row()).toMatchObject({ Status__c: 'Pending', Start_Date__c: '2027-03-01' });
  expect(await round()).toEqual([]);
});

test('a credit note that no event told, and lines that the build before did not keep, are found and read', async () => {
  const { customer } = await start();
  const [invoice] = (await rig.stripe.invoices.list({ customer })).data;
  const key = `stripe:invoice:${invoice!.id}`;
  let note = '';
  await untold(async () => {
    const made = await rig.stripe.creditNotes.create({ invoice: invoice!.id!, amount: 5_000, credit_amount: 5_000 });
    note = made.id;
  });
  const { items: _lines, ...body } = rig.bench.mirror.records.get(key)!.body as Invoice;
  rig.bench.mirror.records.set(key, { ...rig.bench.mirror.records.get(key)!, body });
  expect(await round()).toEqual([
    `listed.customer stripe:account:${customer}`,
    `listed.invoice ${key}`,
    `listed.credit_note stripe:creditnote:${note}`,
  ]);
  await expectWhole(customer);
  expect(rig.bench.row('Billing_Credit_Memo__c', `stripe:creditnote:${note}`)['Amount__c']).toBe(50);
  expect(await round()).toEqual([]);
});

test('a customer that is gone and of which no event tells any more is gone with all it had', async () => {
  const { customer, subscription } = await start();
  await untold(() => rig.stripe.customers.del(customer));
  // What the lists say of the rest is overtaken by it.
  expect(await round()).toEqual([
    `listed.gone stripe:account:${customer}`,
    `listed.subscription stripe:subscription:${subscription}`,
  ]);
  await rig.bench.work();
  for (const key of [`stripe:account:${customer}`, `stripe:subscription:${subscription}`])
    expect(rig.bench.mirror.records.get(key)).toMatchObject({ deleted: true });
  expect(await round()).toEqual([]);
});

test('a round that breaks off goes on with the page that it broke off at, and forgets nobody', async () => {
  const { customer } = await start();
  await untold(async () => {
    await rig.stripe.customers.del(customer);
    for (let index = 0; index < 120; index += 1) await rig.stripe.customers.create({ name: `Customer ${index}` });
  });
  rig.passDay();
  const body = { error: { type: 'api_error', message: 'Something went wrong' } };
  rig.sim.ctx.faults.set([{ path: '^/v1/customers$', skip: 1, times: 5, status: 500, body }]);
  const first = await sweep();
  expect(first).toHaveLength(100);
  expect(lists().run?.lists[0]).toBe('customers');
  rig.sim.ctx.faults.set([]);
  rig.sim.ctx.calls.clear();
  const second = await sweep();
  expect(rig.sim.ctx.calls.counts.get('GET /v1/customers')).toBe(1);
  expect(second.map(({ kind }) => kind).toSorted()).toEqual([
    ...Array.from({ length: 20 }, () => 'listed.customer'),
    'listed.gone',
    'listed.subscription',
  ]);
  expect(new Set([...first, ...second].map(({ eventId }) => eventId)).size).toBe(122);
  expect(lists().run).toBeNull();
});

test('a round whose place is gone begins its list anew', async () => {
  await start();
  rig.passDay();
  const run = { startedAt: 1, lists: ['invoices', 'charges'], after: 'in_gone', expected: [] };
  cursor = JSON.stringify({ ...(JSON.parse(cursor) as object), lists: { ...lists(), run } });
  expect(await sweep()).toEqual([]);
  expect(lists().run).toEqual({ ...run, after: null });
  expect(await sweep()).toEqual([]);
  expect(lists().run).toBeNull();
});

test('nothing is stored when everything agrees, whatever there is, and the lists are left alone for a day', async () => {
  const { customer, price } = await start();
  const trial = { customer, items: [{ price }], trial_period_days: 14 };
  await rig.stripe.subscriptions.create(trial);
  const monthly = await priceOf('month');
  const canceled = await rig.stripe.subscriptions.create({ customer, items: [{ price: monthly }] });
  await rig.stripe.subscriptions.cancel(canceled.id);
  await rig.act('fail-payment', { customer, declineCode: 'insufficient_funds' });
  await rig.stripe.customers.createBalanceTransaction(customer, { amount: -5_000, currency: 'usd' });
  await rig.stripe.customers.create({ name: 'No Account, no currency' });
  await rig.work();
  for (const moment of ['2026-12-11T10:00:00Z', '2026-12-21T10:00:00Z']) {
    rig.clock.setOffset(Date.parse(moment) - Date.now());
    await rig.work();
    await sweep();
    await rig.bench.work();
  }
  const before = rig.bench.inbox.size;
  expect(await round()).toEqual([]);
  expect(rig.bench.inbox.size).toBe(before);
  rig.sim.ctx.calls.clear();
  expect(await sweep()).toEqual([]);
  expect(Object.fromEntries(rig.sim.ctx.calls.counts)).toEqual({ 'GET /v1/events': 1 });
});

test('an event of a list is done without a read when the mirror says the same by then, or is newer', async () => {
  const { customer } = await start();
  await untold(() => rig.stripe.customers.update(customer, { email: 'new@acme.example' }));
  rig.passDay();
  const [found] = await sweep();
  const key = `stripe:account:${customer}`;
  const record = rig.bench.mirror.records.get(key)! as BillingRecord;
  const event = { ...found!, id: '1', receivedAt: new Date() };
  const reading = (changed: Partial<BillingRecord>) =>
    rig.connection.billing.read(event, new Map([[key, { ...record, ...changed }]]));
  expect(reading({})).toEqual({ records: [], fetch: ['account'], about: [key] });
  const nothing = { records: [], fetch: [], about: [] };
  const told = { ...record.body, billToEmail: 'new@acme.example' } as BillingRecord['body'];
  expect(reading({ body: told })).toEqual(nothing);
  expect(reading({ asOf: new Date(found!.occurredAt!.getTime() + 1000) })).toEqual(nothing);
  expect(reading({ deleted: true })).toEqual(nothing);
});

test('a key that Stripe refuses for a list is told, not passed over', async () => {
  await start();
  rig.passDay();
  const body = { error: { type: 'invalid_request_error', message: 'The key may not read charges.' } };
  rig.sim.ctx.faults.set([{ path: '^/v1/charges', status: 403, body }]);
  await expect(sweep()).rejects.toMatchObject({ kind: 'forbidden' });
});

/** A sweep through the lists of the rig by other rules, from its begin; and the priorities of its calls. */
function listSweepWith(more: Partial<ListSweepDeps>) {
  const priorities: string[] = [];
  const gate: UpstreamGate = {
    run: (_endpoint, work) => {
      priorities.push(currentPriority());
      return work();
    },
  };
  const stripe = createStripeClient({ apiKey: rig.sim.secretKey, apiBase: rig.sim.url }, gate);
  const context = { connection: 'stripe', timeZone: 'UTC', links: stripeLinks() };
  const { mirror } = rig.bench;
  const turn = createListSweep({ stripe, context, mirror, filter: TAKE_EVERYTHING, now: () => new Date(), ...more });
  return { turn, priorities };
}
const DUE: Rotation = { endedAt: 0, lookedThrough: null, run: null };

test('a sweep reads so many pages of lists and no more, as batch work', async () => {
  await start();
  const { turn, priorities } = listSweepWith({ pagesASweep: 5 });
  const first = await turn(DUE, () => Promise.resolve());
  expect(first.run?.lists).toEqual(['charges']);
  expect(priorities).toEqual(['batch', 'batch', 'batch', 'batch', 'batch']);
  expect((await turn(first, () => Promise.resolve())).run).toBeNull();
  expect(priorities).toHaveLength(6);
});

test('of many customers some are looked for in each round, all of them after some rounds', async () => {
  const customers = [];
  for (let index = 0; index < 3; index += 1) customers.push((await rig.stripe.customers.create({})).id);
  await rig.work();
  for (const id of customers) await rig.stripe.customers.del(id);
  rig.clock.setOffset(Date.parse(LATER) - Date.now());
  const { turn } = listSweepWith({ mostExpected: 2 });
  const found: string[] = [];
  const take = (events: ReceivedEvent[]) => Promise.resolve(void found.push(...events.map(({ key }) => key!)));
  const first = await turn(DUE, take);
  expect(found).toHaveLength(2);
  const second = await turn({ ...first, endedAt: 0 }, take);
  expect(found.toSorted()).toEqual(customers.map((id) => `stripe:account:${id}`).toSorted());
  expect(second.lookedThrough).toBeNull();
});

test('customers and kinds of objects that a filter leaves out are no finding', async () => {
  await rig.stripe.customers.create({ name: 'Left out' });
  const wanted = await rig.stripe.customers.create({ name: 'Taken', metadata: { region: 'EU' } });
  const filter: BillingFilter = { objects: ['invoices'], currencies: null, fields: { region: ['EU'] } };
  const { turn, priorities } = listSweepWith({ filter });
  const found: (string | null)[] = [];
  await turn(DUE, (events) => Promise.resolve(void found.push(...events.map(({ key }) => key))));
  expect(found).toEqual([`stripe:account:${wanted.id}`]);
  // Customers, invoices and the credit notes that correct them.
  expect(priorities).toHaveLength(3);
});
