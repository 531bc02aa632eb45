import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
let customer: string;
let basic: string;
let pro: string;
beforeEach(async () => {
  rig = await startRig();
  rig.at('2026-04-01T00:00:00Z');
  customer = (await rig.customer()).id;
  basic = (await rig.price()).id;
  pro = (await rig.price({ unit_amount: 5_000 })).id;
});
afterEach(() => rig.sim.close());

const seconds = (instant: string) => Date.parse(instant) / 1000;
const schedules = () => rig.stripe.subscriptionSchedules;
const prices = (one: Stripe.Subscription) => one.items.data.map((item) => item.price.id);
const month = { interval: 'month' as const, interval_count: 1 };

async function subscribe() {
  return rig.stripe.subscriptions.create({ customer, items: [{ price: basic }] });
}

/** A subscription whose next period is at another price. */
async function planned(more: Stripe.SubscriptionScheduleUpdateParams = {}) {
  const subscription = await subscribe();
  const adopted = await schedules().create({ from_subscription: subscription.id });
  const [phase] = adopted.phases;
  const schedule = await schedules().update(adopted.id, {
    phases: [
      { items: [{ price: basic }], start_date: phase!.start_date, end_date: phase!.end_date },
      { items: [{ price: pro }], duration: month },
    ],
    ...more,
  });
  return { subscription: subscription.id, schedule };
}

describe('a schedule from a subscription', () => {
  it('takes it over as its first phase', async () => {
    const subscription = await subscribe();
    const mark = rig.mark();
    const schedule = await schedules().create({ from_subscription: subscription.id });
    expect(schedule).toMatchObject({
      object: 'subscription_schedule',
      status: 'active',
      subscription: subscription.id,
      customer,
      end_behavior: 'release',
      current_phase: { start_date: seconds('2026-04-01T00:00:00Z'), end_date: seconds('2026-05-01T00:00:00Z') },
      phases: [{ items: [{ price: basic, quantity: 1 }], proration_behavior: 'create_prorations' }],
    });
    expect(rig.eventTypes(mark)).toEqual(['subscription_schedule.created', 'customer.subscription.updated']);
    const last = rig.sim.world.all('events').at(-1)!;
    expect(last.data.previous_attributes).toEqual({ schedule: null });
    expect((await rig.stripe.subscriptions.retrieve(subscription.id)).schedule).toBe(schedule.id);
    await expect(schedules().create({ from_subscription: subscription.id })).rejects.toMatchObject({ statusCode: 400 });
    await expect(
      schedules().create({ from_subscription: subscription.id, phases: [{ items: [{ price: pro }] }] }),
    ).rejects.toMatchObject({ param: 'phases' });
  });

  it('changes the price at the start of the next phase, which is billed in full, and lets go after the last', async () => {
    const { subscription, schedule } = await planned();
    const mark = rig.mark();
    rig.at('2026-04-30T00:00:00Z');
    expect(prices(await rig.stripe.subscriptions.retrieve(subscription))).toEqual([basic]);
    rig.at('2026-05-01T02:00:00Z');
    expect(rig.eventTypes(mark)).toContain('subscription_schedule.updated');
    const after = await rig.stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] });
    expect(prices(after)).toEqual([pro]);
    expect(after.latest_invoice).toMatchObject({ total: 5_000, status: 'paid', billing_reason: 'subscription_cycle' });
    expect((await schedules().retrieve(schedule.id)).current_phase).toEqual({
      start_date: seconds('2026-05-01T00:00:00Z'),
      end_date: seconds('2026-06-01T00:00:00Z'),
    });
    rig.at('2026-06-01T02:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(
      expect.arrayContaining(['subscription_schedule.expiring', 'subscription_schedule.released']),
    );
    expect(await schedules().retrieve(schedule.id)).toMatchObject({
      status: 'released',
      subscription: null,
      released_subscription: subscription,
      current_phase: null,
    });
    expect(await rig.stripe.subscriptions.retrieve(subscription)).toMatchObject({ status: 'active', schedule: null });
    expect((await rig.stripe.invoices.list({ subscription })).data.map((one) => one.total)).toEqual([
      5_000, 5_000, 2_000,
    ]);
  });

  it('ends the subscription after the last phase when told to, and shows it in that phase', async () => {
    const { subscription, schedule } = await planned({ end_behavior: 'cancel' });
    expect((await rig.stripe.subscriptions.retrieve(subscription)).cancel_at).toBeNull();
    rig.at('2026-05-02T00:00:00Z');
    expect((await rig.stripe.subscriptions.retrieve(subscription)).cancel_at).toBe(seconds('2026-06-01T00:00:00Z'));
    const mark = rig.mark();
    rig.at('2026-06-02T00:00:00Z');
    expect(rig.eventTypes(mark)).toEqual([
      'subscription_schedule.expiring',
      'customer.subscription.deleted',
      'subscription_schedule.completed',
    ]);
    expect(await schedules().retrieve(schedule.id)).toMatchObject({
      status: 'completed',
      completed_at: seconds('2026-06-01T00:00:00Z'),
    });
  });

  it('guards the end of its subscription, and follows its items', async () => {
    const { subscription, schedule } = await planned();
    await expect(rig.stripe.subscriptions.update(subscription, { cancel_at_period_end: true })).rejects.toMatchObject({
      statusCode: 400,
      param: 'cancel_at_period_end',
    });
    const [item] = (await rig.stripe.subscriptions.retrieve(subscription)).items.data;
    await rig.stripe.subscriptions.update(subscription, { items: [{ id: item!.id, quantity: 4 }] });
    expect((await schedules().retrieve(schedule.id)).phases[0]!.items).toMatchObject([{ price: basic, quantity: 4 }]);
    await expect(rig.stripe.subscriptions.pause(subscription)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('changes the present phase at once, prorated as asked', async () => {
    const { subscription, schedule } = await planned();
    rig.at('2026-04-16T00:00:00Z');
    const [first, second] = (await schedules().retrieve(schedule.id)).phases;
    await schedules().update(schedule.id, {
      phases: [
        { items: [{ price: basic, quantity: 3 }], start_date: first!.start_date, end_date: first!.end_date },
        { items: [{ price: pro }], end_date: second!.end_date },
      ],
      proration_behavior: 'always_invoice',
    });
    const after = await rig.stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] });
    expect(after.items.data[0]!.quantity).toBe(3);
    expect(after.latest_invoice).toMatchObject({ total: 2_000, billing_reason: 'subscription_update' });
  });

  it('is canceled with its subscription', async () => {
    const { subscription, schedule } = await planned();
    await rig.stripe.subscriptions.cancel(subscription);
    expect(await schedules().retrieve(schedule.id)).toMatchObject({ status: 'canceled' });
    await expect(schedules().release(schedule.id)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('can be released and canceled', async () => {
    const one = await planned({ end_behavior: 'cancel' });
    expect(await schedules().release(one.schedule.id)).toMatchObject({
      status: 'released',
      released_subscription: one.subscription,
    });
    const two = await planned();
    rig.at('2026-04-16T00:00:00Z');
    const mark = rig.mark();
    expect(await schedules().cancel(two.schedule.id)).toMatchObject({ status: 'canceled' });
    expect(rig.eventTypes(mark)).toEqual(
      expect.arrayContaining(['customer.subscription.deleted', 'subscription_schedule.canceled', 'invoice.paid']),
    );
    expect((await rig.stripe.invoices.list({ subscription: two.subscription })).data[0]!.total).toBe(-1_000);
  });

  it('is made with nothing else said', async () => {
    const { id } = await subscribe();
    await expect(schedules().create({ from_subscription: id, metadata: { deal: '7' } })).rejects.toMatchObject({
      statusCode: 400,
      param: 'metadata',
    });
  });

  it('ends its present phase now, and begins the next one, with its fee, at once', async () => {
    const { subscription, schedule } = await planned();
    const fee = await rig.price({ recurring: undefined as never, unit_amount: 700 });
    rig.at('2026-04-16T00:00:00Z');
    const [first] = schedule.phases;
    await schedules().update(schedule.id, {
      phases: [
        { items: [{ price: basic }], start_date: first!.start_date, end_date: 'now' },
        {
          items: [{ price: basic, quantity: 3 }],
          add_invoice_items: [{ price: fee.id }],
          end_date: first!.end_date,
          metadata: { deal: '7' },
          proration_behavior: 'none',
        },
      ],
    });
    expect(await rig.stripe.subscriptions.retrieve(subscription)).toMatchObject({
      items: { data: [{ quantity: 3 }] },
      metadata: { deal: '7' },
    });
    const { data } = await rig.stripe.invoiceItems.list({ customer, pending: true });
    expect(data.map(({ amount }) => amount)).toEqual([700]);
  });

  it('refuses more than ten phases that are not over, and one without a length', async () => {
    const { schedule } = await planned();
    const { start_date, end_date } = schedule.phases[0]!;
    const present = { items: [{ price: basic }], start_date, end_date };
    const later = (count: number) =>
      Array.from({ length: count }, () => ({ items: [{ price: pro }], duration: month }));
    await expect(schedules().update(schedule.id, { phases: [present, ...later(10)] })).rejects.toMatchObject({
      statusCode: 400,
      param: 'phases',
    });
    await schedules().update(schedule.id, { phases: [present, ...later(9)] });
    await expect(
      schedules().update(schedule.id, { phases: [{ ...present, end_date: 'now' }, ...later(1)] }),
    ).rejects.toMatchObject({ param: 'phases[0][end_date]' });
  });

  it('is updated no more once it has ended', async () => {
    const { schedule } = await planned();
    await schedules().release(schedule.id);
    await expect(schedules().update(schedule.id, { end_behavior: 'cancel' })).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('`released`') as string,
    });
  });

  it('refuses phases without a date to go from, with a hole, or in the past', async () => {
    const subscription = await subscribe();
    const { id, phases } = await schedules().create({ from_subscription: subscription.id });
    const { start_date, end_date } = phases[0]!;
    const items = [{ price: basic }];
    for (const wrong of [
      [{ items, end_date }],
      [
        { items, start_date, end_date },
        { items, start_date: end_date + 1, duration: month },
      ],
      [{ items, start_date, end_date: start_date }],
      [{ items, start_date: start_date + 1, end_date }],
      [{ items: [], start_date, end_date }],
      [{ items, start_date, end_date, trial_end: start_date - 1 }],
    ])
      await expect(schedules().update(id, { phases: wrong })).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('a schedule of its own', () => {
  const start = seconds('2026-05-10T00:00:00Z');

  it('makes its subscription at its start', async () => {
    const schedule = await schedules().create({
      customer,
      start_date: start,
      end_behavior: 'release',
      metadata: { deal: '7' },
      phases: [
        { items: [{ price: basic, quantity: 2 }], duration: month, metadata: { phase: 'one' } },
        { items: [{ price: pro }, { price: basic }], duration: { interval: 'month', interval_count: 2 } },
      ],
    });
    expect(schedule).toMatchObject({
      status: 'not_started',
      subscription: null,
      current_phase: null,
      metadata: { deal: '7' },
      phases: [
        { start_date: start, end_date: seconds('2026-06-10T00:00:00Z') },
        { start_date: seconds('2026-06-10T00:00:00Z'), end_date: seconds('2026-08-10T00:00:00Z') },
      ],
    });
    expect((await schedules().list({ customer, scheduled: true })).data.map((one) => one.id)).toEqual([schedule.id]);
    const mark = rig.mark();
    rig.at('2026-05-10T01:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(
      expect.arrayContaining(['customer.subscription.created', 'subscription_schedule.updated', 'invoice.paid']),
    );
    const begun = await schedules().retrieve(schedule.id, { expand: ['subscription'] });
    expect(begun.status).toBe('active');
    const made = begun.subscription as Stripe.Subscription;
    expect(made).toMatchObject({ status: 'active', schedule: schedule.id, created: start, metadata: { phase: 'one' } });
    rig.at('2026-06-10T02:00:00Z');
    const second = await rig.stripe.subscriptions.retrieve(made.id, { expand: ['latest_invoice'] });
    expect(prices(second).toSorted()).toEqual([basic, pro].toSorted());
    expect((second.latest_invoice as Stripe.Invoice).total).toBe(7_000);
  });

  it('starts now, with a trial, when it says so', async () => {
    const schedule = await schedules().create({
      customer,
      start_date: 'now',
      phases: [
        { items: [{ price: basic }], duration: { interval: 'week' }, trial: true },
        { items: [{ price: basic }], duration: month },
      ],
    });
    expect(schedule.status).toBe('active');
    const id = schedule.subscription as string;
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('trialing');
    rig.at('2026-04-08T02:00:00Z');
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('active');
  });

  it('follows the test clock of its customer', async () => {
    const clock = await rig.stripe.testHelpers.testClocks.create({ frozen_time: seconds('2030-01-01T00:00:00Z') });
    const bound = await rig.customer('pm_card_visa', { test_clock: clock.id });
    const schedule = await schedules().create({
      customer: bound.id,
      start_date: seconds('2030-01-10T00:00:00Z'),
      phases: [{ items: [{ price: basic }], duration: month }],
    });
    expect(schedule.test_clock).toBe(clock.id);
    await rig.advance(clock.id, '2030-01-11T00:00:00Z');
    expect((await schedules().retrieve(schedule.id)).status).toBe('active');
  });

  it('can be called off before it starts', async () => {
    const schedule = await schedules().create({
      customer,
      start_date: start,
      phases: [{ items: [{ price: basic }], duration: month }],
    });
    expect(await schedules().cancel(schedule.id)).toMatchObject({
      status: 'canceled',
      canceled_at: rig.clock.seconds(),
    });
    rig.at('2026-05-11T00:00:00Z');
    expect((await rig.stripe.subscriptions.list({ customer })).data).toEqual([]);
    await expect(schedules().retrieve('sub_sched_none')).rejects.toMatchObject({ statusCode: 404 });
    await expect(schedules().create({ customer, start_date: start })).rejects.toMatchObject({ param: 'phases' });
  });
});

describe('a schedule that cannot go on', () => {
  it('is refused when it would begin now, and leaves nothing behind', async () => {
    await subscribe();
    const euro = await rig.price({ currency: 'eur' });
    const mark = rig.mark();
    await expect(
      schedules().create({ customer, start_date: 'now', phases: [{ items: [{ price: euro.id }], duration: month }] }),
    ).rejects.toMatchObject({ statusCode: 400 });
    expect(rig.eventTypes(mark)).toEqual([]);
    expect((await schedules().list()).data).toEqual([]);
  });

  it('is given up when a later phase is refused, and the subscription goes on', async () => {
    const { subscription, schedule } = await planned();
    await rig.stripe.prices.update(pro, { active: false });
    const euro = await rig.price({ currency: 'eur' });
    await schedules().update(schedule.id, {
      phases: [
        {
          items: [{ price: basic }],
          start_date: schedule.phases[0]!.start_date,
          end_date: schedule.phases[0]!.end_date + 86_400,
        },
        { items: [{ price: euro.id }], duration: month },
      ],
    });
    const mark = rig.mark();
    rig.at('2026-05-03T00:00:00Z');
    expect(rig.eventTypes(mark)).toContain('subscription_schedule.aborted');
    expect(await schedules().retrieve(schedule.id)).toMatchObject({ status: 'canceled' });
    expect(await rig.stripe.subscriptions.retrieve(subscription)).toMatchObject({ status: 'active', schedule: null });
  });

  it('bills what was used until a metered price leaves', async () => {
    const meter = await rig.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const metered = await rig.price({
      unit_amount: 10,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    const { id } = await rig.stripe.subscriptions.create({ customer, items: [{ price: metered.id }] });
    const { id: schedule, phases } = await schedules().create({ from_subscription: id });
    const [{ start_date, end_date }] = phases as [Stripe.SubscriptionSchedule.Phase];
    await schedules().update(schedule, {
      phases: [
        { items: [{ price: metered.id }], start_date, end_date },
        { items: [{ price: pro }], duration: month },
      ],
    });
    await rig.stripe.billing.meterEvents.create({
      event_name: 'calls',
      payload: { stripe_customer_id: customer, value: '9' },
    });
    rig.at('2026-05-01T02:00:00Z');
    const after = await rig.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect((after.latest_invoice as Stripe.Invoice).lines.data.map((line) => line.amount)).toEqual([90, 5_000]);
  });
});
