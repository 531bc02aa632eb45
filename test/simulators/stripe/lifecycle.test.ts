import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver, startRig, type Received, type Rig } from './testing.ts';

const secret = 'whsec_lifecycle';
let rig: Rig;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  receiver = await startReceiver();
  rig = await startRig({ webhookEndpoints: [{ url: receiver.url, secret }] });
});
afterAll(async () => {
  await rig.sim.close();
  await receiver.close();
});

type Story = { clock: string; customer: string; subscription: string; basic: string; pro: string };
let story: Story;
let seen = 0;

/** The events that arrived since the last call, each verified by its signature, in the order in which they happened. */
async function arrived(): Promise<Stripe.Event[]> {
  await rig.sim.settled();
  const news: Received[] = receiver.received.slice(seen);
  seen = receiver.received.length;
  const order = rig.sim.world.all('events').map((event) => event.id);
  return news
    .map(({ body, signature }) => rig.stripe.webhooks.constructEvent(body, signature, secret))
    .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
}

const types = (events: Stripe.Event[]) => events.map((event) => event.type);
const updates = (events: Stripe.Event[]) => events.filter((event) => event.type === 'customer.subscription.updated');
const before = (event: Stripe.Event | undefined) => event?.data.previous_attributes as Record<string, unknown>;
const subscription = () => rig.stripe.subscriptions.retrieve(story.subscription, { expand: ['latest_invoice'] });
const seconds = (instant: string) => Date.parse(instant) / 1000;

async function useCard(card: string) {
  const { id } = await rig.stripe.paymentMethods.attach(card, { customer: story.customer });
  await rig.stripe.customers.update(story.customer, { invoice_settings: { default_payment_method: id } });
}

describe('the life of a customer by a test clock', () => {
  it('begins with a trial', async () => {
    const { id: clock } = await rig.stripe.testHelpers.testClocks.create({
      frozen_time: seconds('2030-01-01T00:00:00Z'),
    });
    const customer = await rig.customer('pm_card_visa', { test_clock: clock });
    const [basic, pro] = [await rig.price(), await rig.price({ unit_amount: 5_000 })];
    const made = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: basic.id }],
      trial_period_days: 14,
    });
    story = { clock, customer: customer.id, subscription: made.id, basic: basic.id, pro: pro.id };
    expect(made).toMatchObject({ status: 'trialing', trial_end: seconds('2030-01-15T00:00:00Z') });
    const events = await arrived();
    expect(types(events)).toEqual(
      expect.arrayContaining(['test_helpers.test_clock.created', 'customer.created', 'customer.subscription.created']),
    );
    expect(updates(events)).toEqual([]);
  });

  it('is warned three days before the trial ends', async () => {
    await rig.advance(story.clock, '2030-01-12T00:00:00Z');
    expect(types(await arrived())).toEqual([
      'test_helpers.test_clock.advancing',
      'customer.subscription.trial_will_end',
      'test_helpers.test_clock.ready',
    ]);
  });

  it('converts to a paid period, which is invoiced an hour later', async () => {
    await rig.advance(story.clock, '2030-01-15T01:00:00Z');
    const events = await arrived();
    const [conversion, ...more] = updates(events);
    expect(more).toEqual([]);
    expect(before(conversion)).toMatchObject({
      status: 'trialing',
      items: { data: [{ current_period_end: seconds('2030-01-15T00:00:00Z') }] },
    });
    expect(Object.keys(before(conversion)).sort()).toEqual(['items', 'latest_invoice', 'status']);
    expect((conversion!.data.object as Stripe.Subscription).status).toBe('active');
    expect(types(events)).toEqual(expect.arrayContaining(['invoice.created', 'invoice.finalized', 'invoice.paid']));
    expect((await subscription()).latest_invoice).toMatchObject({ total: 2_000, status: 'paid' });
  });

  it('upgrades in the middle of the period and pays the difference at once', async () => {
    await rig.advance(story.clock, '2030-01-30T12:00:00Z');
    await arrived();
    const [item] = (await subscription()).items.data;
    await rig.stripe.subscriptions.update(story.subscription, {
      items: [{ id: item!.id, price: story.pro }],
      proration_behavior: 'always_invoice',
    });
    const events = await arrived();
    const [upgrade, invoiced, ...more] = updates(events);
    expect(more).toEqual([]);
    expect(before(upgrade)).toMatchObject({ items: { data: [{ id: item!.id, price: { id: story.basic } }] } });
    expect(Object.keys(before(upgrade))).toEqual(['items']);
    expect(Object.keys(before(invoiced))).toEqual(['latest_invoice']);
    const prorations = events.filter((event) => event.type === 'invoiceitem.created');
    expect(prorations.map((event) => (event.data.object as Stripe.InvoiceItem).amount)).toEqual([-1_000, 2_500]);
    expect((await subscription()).latest_invoice).toMatchObject({
      billing_reason: 'subscription_update',
      total: 1_500,
      status: 'paid',
    });
  });

  it('falls into dunning when the renewal fails', async () => {
    await useCard('pm_card_chargeCustomerFail');
    await arrived();
    await rig.advance(story.clock, '2030-02-15T01:00:00Z');
    const events = await arrived();
    const [renewal, dunning, ...more] = updates(events);
    expect(more).toEqual([]);
    expect(Object.keys(before(renewal)).sort()).toEqual(['items', 'latest_invoice']);
    expect(before(dunning)).toEqual({ status: 'active' });
    expect(types(events)).toEqual(
      expect.arrayContaining(['charge.failed', 'payment_intent.payment_failed', 'invoice.payment_failed']),
    );
    expect(await subscription()).toMatchObject({
      status: 'past_due',
      latest_invoice: {
        status: 'open',
        attempt_count: 1,
        next_payment_attempt: seconds('2030-02-18T01:00:00Z'),
      },
    });
  });

  it('recovers at the next try with a card that works', async () => {
    await useCard('pm_card_mastercard');
    await arrived();
    await rig.advance(story.clock, '2030-02-18T01:00:00Z');
    const events = await arrived();
    expect(types(events)).toContain('invoice.paid');
    const [recovery, ...more] = updates(events);
    expect(more).toEqual([]);
    expect(before(recovery)).toEqual({ status: 'past_due' });
    expect(await subscription()).toMatchObject({
      status: 'active',
      latest_invoice: { status: 'paid', attempt_count: 2, amount_paid: 5_000 },
    });
  });

  it('ends at the end of the period that was paid', async () => {
    await rig.stripe.subscriptions.update(story.subscription, { cancel_at_period_end: true });
    const [planned] = updates(await arrived());
    expect(before(planned)).toEqual({
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      cancellation_details: { reason: null },
    });
    await rig.advance(story.clock, '2030-03-16T00:00:00Z');
    const events = await arrived();
    expect(types(events)).toEqual([
      'test_helpers.test_clock.advancing',
      'customer.subscription.deleted',
      'test_helpers.test_clock.ready',
    ]);
    expect(events[1]!.data.object).toMatchObject({
      status: 'canceled',
      ended_at: seconds('2030-03-15T00:00:00Z'),
      canceled_at: seconds('2030-02-18T01:00:00Z'),
      cancellation_details: { reason: 'cancellation_requested' },
    });
  });

  it('can be read from the log of events, in the order in which it happened', async () => {
    const log: Stripe.Event[] = [];
    for await (const event of rig.stripe.events.list({ limit: 100 })) log.unshift(event);
    const told = receiver.received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
    expect(log.map((event) => event.id).toSorted()).toEqual(told.toSorted());
    const statuses = log
      .filter((event) => event.type.startsWith('customer.subscription.'))
      .map((event) => (event.data.object as Stripe.Subscription).status);
    expect(statuses.filter((status, index) => status !== statuses[index - 1])).toEqual([
      'trialing',
      'active',
      'past_due',
      'active',
      'canceled',
    ]);
  });
});
