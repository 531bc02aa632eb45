import type Stripe from 'stripe';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agreedChanges, committedMrrOf } from '../../server/domain/metrics/committed.ts';
import { NOTHING_INHERITED } from '../../server/domain/metrics/monthly.ts';
import { DEFAULT_MRR_RULES } from '../../server/domain/metrics/rules.ts';
import { newestDealOf } from '../../server/domain/subscription/deal.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';
const TODAY = calendarDate('2026-11-21');
const MONTH = { interval: 'month' as const, interval_count: 1 };
const start = (moment: string) => Math.floor(Date.parse(moment) / 1000);

let rig: StripeRig;
let customer: string;
let basic: string;
let pro: string;

beforeEach(async () => {
  rig = await startStripeRig();
  customer = await rig.customer(ACCOUNT);
  basic = await price('Basic', 10_000);
  pro = await price('Pro', 25_000);
});
afterEach(() => rig.close());

async function price(name: string, amount: number): Promise<string> {
  const product = await rig.stripe.products.create({ name });
  const recurring = { interval: 'month' as const };
  return (await rig.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, recurring })).id;
}

/** A schedule of two seats of the basic plan from 1 December on, and what follows it. */
async function plan(
  first: Stripe.SubscriptionScheduleCreateParams.Phase = { items: [{ price: basic, quantity: 2 }], duration: MONTH },
  more: Stripe.SubscriptionScheduleCreateParams.Phase[] = [],
  params: Partial<Stripe.SubscriptionScheduleCreateParams> = {},
): Promise<string> {
  const start_date = start('2026-12-01T15:00:00Z');
  const phases = [first, ...more];
  const { id, status } = await rig.stripe.subscriptionSchedules.create({ customer, start_date, phases, ...params });
  expect(status).toBe('not_started');
  await rig.work();
  return id;
}

/** Has time pass in Stripe, and the Account looked at anew as on a day on which something is due. */
async function until(moment: string): Promise<void> {
  rig.clock.setOffset(Date.parse(moment) - Date.now());
  rig.bench.dirty.add(`account:projection:${ACCOUNT}`);
  await rig.work();
}

const bodyOf = (id: string) => rig.bench.mirror.records.get(`stripe:subscription:${id}`)!.body as Subscription;
const row = (id: string) => rig.bench.row('Billing_Subscription__c', `stripe:subscription:${id}`);
const rows = (object: string) =>
  rig.bench.rowsOf(object, ACCOUNT).filter(({ fields }) => fields['Status__c'] !== 'Removed');
const charges = () =>
  rows('Billing_Charge__c')
    .map(({ fields }) =>
      ['Plan__c', 'Status__c', 'Quantity__c', 'MRR__c', 'Start_Date__c', 'End_Date__c'].map((name) => fields[name]),
    )
    .toSorted();

test('a schedule that has not begun is a subscription that is pending, with its phases and no MRR yet', async () => {
  const id = await plan(undefined, [{ items: [{ price: pro, quantity: 2 }], duration: MONTH }]);
  expect(row(id)).toMatchObject({
    Number__c: id,
    Status__c: 'Pending',
    Plan__c: 'Basic',
    Currency_Code__c: 'USD',
    MRR__c: 0,
    ARR__c: 0,
    MRR_Reason__c: 'Has not begun: counts from its first day.',
    Start_Date__c: '2026-12-01',
    Cancel_On__c: null,
    Auto_Renew__c: true,
    Next_Renewal_Date__c: null,
    Source_Url__c: `https://dashboard.stripe.com/subscription_schedules/${id}`,
  });
  expect(charges()).toEqual([
    ['Basic', 'Future', 2, 0, '2026-12-01', '2027-01-01'],
    ['Pro', 'Future', 2, 0, '2027-01-01', null],
  ]);
  const body = bodyOf(id);
  expect(agreedChanges(body, TODAY).map(({ on, mrr }) => [on, mrr.amount.minor])).toEqual([
    ['2026-12-01', 20_000],
    ['2027-01-01', 50_000],
  ]);
  expect(committedMrrOf(body, TODAY).minor).toBe(50_000);
  // The deal is that of the subscription, which will have another number.
  expect(newestDealOf(body)).toBeNull();
});

test('one that begins gives way to its subscription, at once and with nothing counted twice', async () => {
  const id = await plan();
  await until('2026-12-01T15:00:01Z');
  const [{ id: subscription }] = (await rig.stripe.subscriptions.list({ customer })).data as [Stripe.Subscription];
  expect(row(id)).toMatchObject({ Status__c: 'Removed', MRR__c: 0, ARR__c: 0 });
  expect(row(subscription)).toMatchObject({ Status__c: 'Active', MRR__c: 200, Start_Date__c: '2026-12-01' });
  expect(rows('Billing_Subscription__c')).toHaveLength(1);
  expect(charges()).toEqual([['Basic', 'Current', 2, 200, null, null]]);
  expect(rows('Billing_Balance__c').map(({ fields }) => fields['MRR__c'])).toEqual([200]);
  expect(rig.bench.row('Account', ACCOUNT)['Billing_MRR__c']).toBe(200);
  // Read anew it stays so.
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.work();
  expect(rows('Billing_Subscription__c')).toHaveLength(1);
});

test('one that begins while no event is heard counts from its day, once, also when it is read late', async () => {
  const id = await plan();
  rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
  await until('2026-12-01T20:00:00Z');
  expect(row(id)).toMatchObject({ Status__c: 'Active', MRR__c: 200 });
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.work();
  expect(row(id)).toMatchObject({ Status__c: 'Removed', MRR__c: 0 });
  expect(rows('Billing_Balance__c').map(({ fields }) => fields['MRR__c'])).toEqual([200]);
});

test.each([
  ['canceled', (id: string) => rig.stripe.subscriptionSchedules.cancel(id)],
  ['released', (id: string) => rig.stripe.subscriptionSchedules.release(id)],
])('one that is %s before it begins is there no more', async (_what, end) => {
  const id = await plan();
  await end(id);
  await rig.work();
  expect(row(id)).toMatchObject({ Status__c: 'Removed', MRR__c: 0 });
  await until('2026-12-02T10:00:00Z');
  expect(rows('Billing_Subscription__c')).toEqual([]);
});

test('one that ends with its phases is no cancellation: it counts from its day under every rule of MRR', async () => {
  const id = await plan(undefined, [], { end_behavior: 'cancel' });
  const body = bodyOf(id);
  expect(body.cancelOn).toBe('2027-01-01');
  const rules = { ...DEFAULT_MRR_RULES, churn: 'cancellation' } as const;
  const changes = agreedChanges(body, TODAY, { ...NOTHING_INHERITED, rules });
  expect(changes.map(({ on, mrr }) => [on, mrr.amount.minor])).toEqual([
    ['2026-12-01', 20_000],
    ['2027-01-01', 0],
  ]);
});

test('one that is changed before it begins shows what it will be', async () => {
  const id = await plan();
  await rig.stripe.subscriptionSchedules.update(id, {
    phases: [{ items: [{ price: pro, quantity: 3 }], start_date: start('2026-12-05T00:00:00Z'), duration: MONTH }],
  });
  await rig.work();
  expect(row(id)).toMatchObject({ Status__c: 'Pending', Plan__c: 'Pro', Start_Date__c: '2026-12-05' });
  expect(charges()).toEqual([['Pro', 'Future', 3, 0, '2026-12-05', null]]);
});

test('one that ends with its phases, begins in trial and has a discount says all of it', async () => {
  const { id: coupon } = await rig.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
  const id = await plan(
    {
      items: [{ price: basic, quantity: 2 }],
      duration: { interval: 'month', interval_count: 3 },
      trial_end: start('2026-12-15T15:00:00Z'),
      discounts: [{ coupon }],
    },
    [],
    { end_behavior: 'cancel' },
  );
  expect(row(id)).toMatchObject({
    Status__c: 'Pending',
    Trial_End_Date__c: '2026-12-15',
    Cancel_On__c: '2027-03-01',
    Auto_Renew__c: false,
  });
  expect(agreedChanges(bodyOf(id), TODAY).map(({ on, mrr }) => [on, mrr.amount.minor])).toEqual([
    ['2026-12-15', 10_000],
    ['2027-03-01', 0],
  ]);
});

test('a customer without one costs one call more, a usage poll none', async () => {
  await rig.work();
  rig.sim.ctx.calls.clear();
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.work();
  expect(rig.sim.ctx.calls.counts.get('GET /v1/subscription_schedules')).toBe(1);
  rig.sim.ctx.calls.clear();
  await rig.connection.billing.fetch(customer, ['usage']);
  expect(rig.sim.ctx.calls.counts.get('GET /v1/subscription_schedules')).toBeUndefined();
});

test('a schedule of a shape that is not known fails the read, and nothing is taken for gone', async () => {
  const id = await plan();
  rig.sim.ctx.faults.set([
    {
      path: '/v1/subscription_schedules$',
      status: 200,
      body: { object: 'list', data: [{ id, object: 'subscription_schedule', phases: [] }], has_more: false },
      times: 1,
    },
  ]);
  await expect(rig.connection.billing.fetch(customer, ['subscriptions'])).rejects.toThrow();
  expect(row(id)['Status__c']).toBe('Pending');
});

test('one that begins between the reads of its customer is there once', async () => {
  const id = await plan();
  rig.sim.ctx.faults.set([{ method: 'GET', path: '/v1/subscriptions$', latencyMs: 1000, times: 1 }]);
  rig.sim.ctx.calls.clear();
  const reading = rig.connection.billing.fetch(customer, ['subscriptions']);
  await vi.waitFor(() => expect([...rig.sim.ctx.calls.counts.keys()]).toContain('GET /v1/subscription_schedules'));
  // What is planned was read; the subscriptions are still to come.
  rig.clock.setOffset(Date.parse('2026-12-02T00:00:00Z') - Date.now());
  await rig.stripe.customers.retrieve(customer);
  const fetched = await reading;
  if (!fetched.found) throw new Error('The customer is not there.');
  const bodies = fetched.parts.flatMap(({ records }) => records.map(({ body }) => body as Subscription));
  expect(bodies.map(({ isPlanned = false, scheduleId }) => [isPlanned, scheduleId])).toEqual([[false, id]]);
});
