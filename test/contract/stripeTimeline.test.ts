import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../../server/domain/account/facts.ts';
import type { SubscriptionChange } from '../../server/domain/timeline/change.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { Bench } from './bench.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: StripeRig;
beforeEach(async () => {
  rig = await startStripeRig();
});
afterEach(() => rig.close());

function at(moment: string): void {
  rig.clock.setOffset(Date.parse(moment) - Date.now());
}

async function price(name: string, more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
  const product = await rig.stripe.products.create({ name });
  const made = await rig.stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 3_000,
    recurring: { interval: 'month' },
    ...more,
  });
  return made.id;
}

/** Twenty seats of Platform at 30 a month, of a customer who pays by card. */
async function subscribed(more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const customer = await rig.customer(ACCOUNT);
  const platform = await price('Platform');
  const subscription = await rig.stripe.subscriptions.create({
    customer,
    items: [{ price: platform, quantity: 20 }],
    ...more,
  });
  await rig.work();
  at('2026-11-22T09:00:00Z');
  return { customer, platform, id: subscription.id, item: subscription.items.data[0]!.id };
}

/** What was done to subscriptions, oldest first. */
function told(bench: Bench = rig.bench): { kind: unknown; sentence: unknown; step: unknown }[] {
  return bench
    .rowsOf('Billing_Event__c', ACCOUNT)
    .filter(({ key }) => key.startsWith('stripe:event:change:'))
    .toSorted((a, b) => (String(a.fields['Occurred_At__c']) < String(b.fields['Occurred_At__c']) ? -1 : 1))
    .map(({ fields }) => ({
      kind: fields['Kind__c'],
      sentence: fields['Sentence__c'],
      step: fields['MRR_Change__c'],
    }));
}

describe('what was done to a subscription is told as what it is', () => {
  type Subject = Awaited<ReturnType<typeof subscribed>>;
  const update = (more: Stripe.SubscriptionUpdateParams) => async (of: Subject) =>
    void (await rig.stripe.subscriptions.update(of.id, more));

  test.each<[string, (of: Subject) => Promise<void>, object]>([
    [
      'more seats',
      async ({ id, item }) => void (await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] })),
      { kind: 'Quantity Changed', sentence: 'Upgraded Platform from 20 to 35: MRR +USD 450.00', step: 450 },
    ],
    [
      'fewer seats',
      async ({ id, item }) => void (await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 5 }] })),
      { kind: 'Quantity Changed', sentence: 'Downgraded Platform from 20 to 5: MRR −USD 450.00', step: -450 },
    ],
    [
      'a dearer plan',
      async ({ id, item }) => {
        const dearer = await price('Enterprise', { unit_amount: 5_000 });
        await rig.stripe.subscriptions.update(id, { items: [{ id: item, price: dearer }] });
      },
      { kind: 'Upgrade', sentence: 'Upgraded to Enterprise (20): MRR +USD 400.00', step: 400 },
    ],
    [
      'a cheaper plan, whose old price has a name',
      async ({ id, item }) => {
        const named = await price('Basic', { unit_amount: 1_000, nickname: 'Basic monthly' });
        await rig.stripe.subscriptions.update(id, { items: [{ id: item, price: named, quantity: 20 }] });
      },
      { kind: 'Downgrade', sentence: 'Downgraded to Basic (20): MRR −USD 400.00', step: -400 },
    ],
    [
      'another product beside it',
      async ({ id }) => {
        const storage = await price('Storage', { unit_amount: 700 });
        await rig.stripe.subscriptionItems.create({ subscription: id, price: storage, quantity: 2 });
      },
      { kind: 'Product Added', sentence: 'Added Storage (2): MRR +USD 14.00', step: 14 },
    ],
    [
      'a cancellation for the end of the period',
      update({ cancel_at_period_end: true }),
      { kind: 'Cancellation Booked', sentence: 'Cancellation of Platform booked (21 Dec 2026)', step: null },
    ],
    [
      'a cancellation for a day',
      update({ cancel_at: Date.parse('2027-02-01T00:00:00Z') / 1000 }),
      { kind: 'Cancellation Booked', sentence: 'Cancellation of Platform booked (1 Feb 2027)', step: null },
    ],
    [
      'a pause of collection',
      update({ pause_collection: { behavior: 'void', resumes_at: Date.parse('2026-12-01T00:00:00Z') / 1000 } }),
      { kind: 'Collection Paused', sentence: 'Paused collection for Platform until 1 Dec 2026', step: null },
    ],
    [
      'a pause',
      async ({ id }) => void (await rig.stripe.subscriptions.pause(id)),
      { kind: 'Paused', sentence: 'Paused Platform', step: null },
    ],
  ])('%s', async (_, change, expected) => {
    const of = await subscribed();
    await change(of);
    await rig.work();
    expect(told()).toEqual([expected]);
    expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${of.id}`)).toMatchObject({
      Last_Change__c: (expected as { sentence: string }).sentence,
      Last_Change_On__c: '2026-11-22',
    });
  });

  test('a trial that became paid, and what it earns from then on', async () => {
    await subscribed({ trial_end: Date.parse('2026-11-25T09:00:00Z') / 1000 });
    at('2026-11-25T12:00:00Z');
    await rig.work();
    expect(told()).toEqual([
      { kind: 'Trial Converted', sentence: 'Trial of Platform became paid: MRR +USD 600.00', step: 600 },
    ]);
  });

  test('a cancellation now, by the subscription that has ended, with the reason that its event gives', async () => {
    const { id } = await subscribed();
    await rig.stripe.subscriptions.cancel(id);
    await rig.work();
    const ended = () => rig.bench.row('Billing_Event__c', `stripe:event:subscription:${id}:ended`);
    expect(ended()).toMatchObject({ Kind__c: 'Ended', Sentence__c: 'Platform ended', Occurred_On__c: '2026-11-22' });
    expect(told()).toEqual([]);
    const canceled = [...rig.bench.inbox.values()].find(({ kind }) => kind === 'customer.subscription.deleted')!;
    const payload = structuredClone(canceled.payload) as Stripe.CustomerSubscriptionDeletedEvent;
    payload.data.object.cancellation_details!.reason = 'payment_failed';
    rig.bench.mirror.records.delete(`stripe:change:${canceled.eventId}:cancel`);
    // One event in a hundred is still open, for its audit, and would tell its own reason first.
    rig.bench.inbox.delete(canceled.id);
    rig.bench.receive([{ ...canceled, eventId: 'again', payload }]);
    await rig.work();
    expect(ended()['Sentence__c']).toBe('Platform ended because payments failed');
    expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${id}`)['Last_Change_On__c']).toBe(
      '2026-11-22',
    );
  });

  test('what is taken back or goes on again', async () => {
    const { id } = await subscribed();
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    at('2026-11-23T09:00:00Z');
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: false });
    at('2026-11-24T09:00:00Z');
    await rig.stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    at('2026-11-25T09:00:00Z');
    await rig.stripe.subscriptions.update(id, { pause_collection: '' });
    at('2026-11-26T09:00:00Z');
    await rig.stripe.subscriptions.pause(id);
    at('2026-11-27T09:00:00Z');
    await rig.stripe.subscriptions.resume(id);
    await rig.work();
    expect(told().map(({ kind }) => kind)).toEqual([
      'Cancellation Booked',
      'Cancellation Taken Back',
      'Collection Paused',
      'Collection Resumed',
      'Paused',
      'Resumed',
    ]);
  });

  test('a renewal, which is none of these, and an edit of metadata', async () => {
    const { id } = await subscribed();
    await rig.stripe.subscriptions.update(id, { metadata: { note: 'x' } });
    at('2026-12-22T09:00:00Z');
    await rig.work();
    expect(told()).toEqual([]);
  });

  test('without an amount where a discount is in it that the event does not hold', async () => {
    const { id, item, customer } = await subscribed();
    const coupon = await rig.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const promoted = { coupon: coupon.id };
    await rig.stripe.subscriptions.update(id, { discounts: [promoted] });
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
    await rig.work();
    expect(customer).not.toBe('');
    expect(told()).toEqual([{ kind: 'Quantity Changed', sentence: 'Upgraded Platform from 20 to 35', step: null }]);
  });

  test('what is booked, in words', async () => {
    const { id } = await subscribed();
    const resumes_at = Date.parse('2026-12-01T00:00:00Z') / 1000;
    await rig.stripe.subscriptions.update(id, {
      cancel_at_period_end: true,
      pause_collection: { behavior: 'void', resumes_at },
    });
    await rig.work();
    expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${id}`)['Pending_Change__c']).toBe(
      'Canceled from 21 Dec 2026; Collection resumes on 1 Dec 2026',
    );
  });
});

describe('one entry, however it is heard', () => {
  /** Everything that Stripe lists of what happened, oldest first. */
  async function listed(): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    const since = String(Math.floor(rig.clock.now().getTime() / 1000) - 20 * 86_400);
    await rig.connection.changes.sweep(since, (found) => Promise.resolve(void events.push(...found)));
    return events.toReversed();
  }

  async function story(): Promise<void> {
    const { id, item } = await subscribed();
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
    at('2026-11-23T09:00:00Z');
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    at('2026-11-24T09:00:00Z');
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: false });
    await rig.work();
  }

  test('twice, again from the list, and again when replayed', async () => {
    await story();
    const before = told();
    expect(before).toHaveLength(3);
    rig.bench.receive(await listed());
    rig.bench.receive((await listed()).map((event) => ({ ...event, eventId: `again ${event.eventId}` })));
    await rig.work();
    expect(told()).toEqual(before);
  });

  test('in any order, alone or with others', async () => {
    await story();
    const before = told();
    const events = await listed();
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...events.keys()], { minLength: events.length }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 4, maxLength: 4 }),
        async (places, sizes) => {
          const bench = new Bench([rig.connection.billing], () => rig.clock.now());
          let left = places.map((place) => events[place]!);
          for (const size of sizes) {
            bench.receive(left.slice(0, size));
            left = left.slice(size);
            await bench.work();
          }
          bench.receive(left);
          await bench.work();
          expect(told(bench)).toEqual(before);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('that is older than what the mirror holds: it needs no call, and is told', async () => {
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    const { id, item, customer } = await subscribed();
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
    at('2026-11-23T09:00:00Z');
    rig.bench.dirty.add(`stripe:account:${customer}`);
    await rig.work();
    expect(told()).toEqual([]);
    const events = await listed();
    rig.sim.ctx.calls.clear();
    rig.bench.receive(events.filter(({ kind }) => kind === 'customer.subscription.updated'));
    await rig.work();
    expect(rig.sim.ctx.calls.total()).toBe(0);
    expect(told().map(({ sentence }) => sentence)).toEqual(['Upgraded Platform from 20 to 35: MRR +USD 450.00']);
  });

  test('with a thin event before it, which does not take its place', async () => {
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    const { id, item } = await subscribed();
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
    const events = await listed();
    const snapshot = events.findLast(({ kind }) => kind === 'customer.subscription.updated')!;
    rig.deliver({
      id: 'evt_test_thin',
      object: 'v2.core.event',
      type: 'v1.customer.subscription.updated',
      created: rig.clock.now().toISOString(),
      livemode: false,
      related_object: { id, type: 'subscription', url: `/v1/subscriptions/${id}` },
      snapshot_event: snapshot.eventId,
    });
    await rig.work();
    rig.bench.receive([snapshot]);
    await rig.work();
    expect(told()).toHaveLength(1);
  });
});

describe('an event of another version of the API', () => {
  test('tells what has the same form in each, and no amount', async () => {
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    const { id, customer } = await subscribed();
    rig.bench.dirty.add(`stripe:account:${customer}`);
    await rig.work();
    rig.sim.ctx.calls.clear();
    rig.deliver({
      id: 'evt_test_old',
      object: 'event',
      type: 'customer.subscription.updated',
      created: Math.floor(rig.clock.now().getTime() / 1000) - 60,
      api_version: '2020-08-27',
      livemode: false,
      data: {
        object: {
          id,
          object: 'subscription',
          customer,
          status: 'active',
          cancel_at_period_end: true,
          current_period_end: Date.parse('2026-12-21T09:00:00Z') / 1000,
          plan: { amount: 'unknown form' },
        },
        previous_attributes: { cancel_at_period_end: false, quantity: 5, items: { data: ['unknown form'] } },
      },
    });
    await rig.work();
    expect(told()).toEqual([
      { kind: 'Cancellation Booked', sentence: 'Cancellation of Platform booked (21 Dec 2026)', step: null },
    ]);
    // What it is about was read later than it happened.
    expect(rig.sim.ctx.calls.total()).toBe(0);
  });
});

test('fewer seats take points of health for 90 days, as a reduced charge of Zuora does', async () => {
  const { id, item } = await subscribed();
  await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 15 }] });
  await rig.work();
  const facts = factsOf([...rig.bench.mirror.records.values()].map(({ body }) => body as BillingObject));
  const lostOn = (day: string) =>
    deriveAccount(ACCOUNT, facts, calendarDate(day), 'UTC').health.reasons.filter((reason) => / lost /.test(reason));
  expect(rig.bench.row('Billing_Health__c', `account:health:${ACCOUNT}`)['Reasons__c']).toMatch(
    /-20: USD 150\.00 of MRR was lost in the last 90 days\./,
  );
  expect(lostOn('2026-11-21')).toEqual([]);
  expect(lostOn('2027-02-19')).toHaveLength(1);
  expect(lostOn('2027-02-20')).toEqual([]);
  // Seats that are back are no loss.
  await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 20 }] });
  await rig.work();
  expect(rig.bench.row('Billing_Health__c', `account:health:${ACCOUNT}`)['Reasons__c'] ?? '').not.toMatch(/ lost /);
});

test('a change says whether a cancellation was booked before it or after it', async () => {
  const { id, item } = await subscribed();
  const seats = (quantity: number, more: Stripe.SubscriptionUpdateParams = {}) =>
    rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity }], ...more });
  const days = ['23', '24', '25', '26'].map((day) => `2026-11-${day}T09:00:00Z`);
  const changes = [
    () => seats(35),
    () => seats(36, { cancel_at_period_end: true }),
    () => seats(37),
    () => seats(38, { cancel_at_period_end: false }),
  ];
  for (const [index, change] of changes.entries()) {
    at(days[index]!);
    await change();
    await rig.work();
  }
  const bodies = [...rig.bench.mirror.records.values()].map(({ body }) => body as SubscriptionChange);
  expect(
    bodies
      .filter(({ what }) => what === 'Quantity Changed')
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ cancels }) => cancels),
  ).toEqual([false, true, true, true]);
});

test('what is older than the timeline goes back is Removed, and nothing else of it changes', async () => {
  const { id, item } = await subscribed();
  await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 35 }] });
  await rig.work();
  const facts = factsOf([...rig.bench.mirror.records.values()].map(({ body }) => body as BillingObject));
  const eventsOn = (day: string) => deriveAccount(ACCOUNT, facts, calendarDate(day), 'UTC').events;
  const isChange = ({ of }: { of: string }): boolean => of.startsWith('stripe:change:');
  expect(eventsOn('2027-02-19').filter(isChange)).toHaveLength(1);
  expect(eventsOn('2027-02-20').filter(isChange)).toEqual([]);
  // The day on which it goes is one on which the Account is looked at.
  expect(deriveAccount(ACCOUNT, facts, calendarDate('2027-02-19'), 'UTC').nextChangeOn).toBe('2027-02-20');
});
