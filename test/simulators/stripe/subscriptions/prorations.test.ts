import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const seconds = (instant: string) => Date.parse(instant) / 1000;

/** A subscription at 20.00 a month a unit from the first of a month of 30 days. */
async function subscribe(quantity: number, more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  rig.at('2026-04-01T00:00:00Z');
  const customer = await rig.customer();
  const price = await rig.price();
  const subscription = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, quantity }],
    ...more,
  });
  return { id: subscription.id, item: subscription.items.data[0]!.id, customer: customer.id, price: price.id };
}

const pending = async (customer: string) =>
  (await rig.stripe.invoiceItems.list({ customer, pending: true })).data.toReversed();
const amounts = async (customer: string) => (await pending(customer)).map((one) => one.amount);

describe('prorations', () => {
  it('credit what was debited, after its discount, and point at the line that they take back', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 50, duration: 'once' });
    const { id, item, customer } = await subscribe(2, { discounts: [{ coupon: coupon.id }] });
    rig.at('2026-04-16T00:00:00Z');
    const { latest_invoice: first } = await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 4 }] });
    const [credit, charge] = await pending(customer);
    const lines = await rig.stripe.invoices.listLineItems(first as string);
    expect(credit).toMatchObject({
      amount: -1_000,
      description: 'Unused time on 2 × Pro after 16 Apr 2026',
      proration: true,
      proration_details: {
        credited_items: {
          type: 'invoice_line_items',
          invoice_line_item_details: { invoice: first, invoice_line_items: [lines.data[0]!.id] },
        },
      },
    });
    expect(charge).toMatchObject({ amount: 4_000, description: 'Remaining time on 4 × Pro after 16 Apr 2026' });
  });

  it('credit a proration that is still pending, and nothing twice', async () => {
    const { id, item, customer } = await subscribe(1);
    rig.at('2026-04-11T00:00:00Z');
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 3 }] });
    rig.at('2026-04-21T00:00:00Z');
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 2 }] });
    expect(await amounts(customer)).toEqual([-1_333, 4_000, -2_000, 1_333]);
    const all = await pending(customer);
    expect(all[2]!.proration_details?.credited_items).toEqual({ type: 'invoice_item', invoice_item: all[1]!.id });
  });

  it('credit the first price after a change that was not prorated; classic billing credits the present one', async () => {
    for (const [type, credit] of [
      ['flexible', -1_000],
      ['classic', -2_000],
    ] as const) {
      const { id, item, customer } = await subscribe(1, { billing_mode: { type } });
      await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 2 }], proration_behavior: 'none' });
      rig.at('2026-04-16T00:00:00Z');
      await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 3 }] });
      expect(await amounts(customer)).toEqual([credit, 3_000]);
    }
  });

  it('are reckoned from proration_date, which must be in the period', async () => {
    const { id, item, customer } = await subscribe(1);
    rig.at('2026-04-20T00:00:00Z');
    const change = { items: [{ id: item, quantity: 3 }], proration_date: seconds('2026-04-16T00:00:00Z') };
    await rig.stripe.subscriptions.update(id, change);
    expect(await amounts(customer)).toEqual([-1_000, 3_000]);
    await expect(
      rig.stripe.subscriptions.update(id, { ...change, proration_date: seconds('2026-03-16T00:00:00Z') }),
    ).rejects.toMatchObject({ statusCode: 400, param: 'proration_date' });
  });

  it('charge an item that is added for the rest of its period, and credit one that is removed', async () => {
    const { id, item, customer } = await subscribe(1);
    const seats = await rig.price({ unit_amount: 600 });
    rig.at('2026-04-16T00:00:00Z');
    const added = await rig.stripe.subscriptionItems.create({ subscription: id, price: seats.id, quantity: 2 });
    expect(added).toMatchObject({ quantity: 2, current_period_end: seconds('2026-05-01T00:00:00Z') });
    expect(await amounts(customer)).toEqual([600]);
    rig.at('2026-04-21T00:00:00Z');
    expect(await rig.stripe.subscriptionItems.del(item)).toMatchObject({ id: item, deleted: true });
    expect(await amounts(customer)).toEqual([600, -667]);
    await expect(rig.stripe.subscriptionItems.del(added.id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(rig.stripe.subscriptionItems.retrieve(item)).rejects.toMatchObject({ statusCode: 404 });
    const updated = await rig.stripe.subscriptionItems.update(added.id, { quantity: 5, proration_behavior: 'none' });
    expect(updated.quantity).toBe(5);
  });

  it('leave a change of metadata alone', async () => {
    const { id, item, customer } = await subscribe(1);
    rig.at('2026-04-16T00:00:00Z');
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, metadata: { team: 'red' } }] });
    expect(await amounts(customer)).toEqual([]);
  });

  it('bill at once with always_invoice, also a credit, which goes to the balance of the customer', async () => {
    const { id, item, customer } = await subscribe(3);
    rig.at('2026-04-16T00:00:00Z');
    const updated = await rig.stripe.subscriptions.update(id, {
      items: [{ id: item, quantity: 1 }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect(updated.latest_invoice).toMatchObject({ total: -2_000, amount_due: 0, status: 'paid' });
    expect(await rig.stripe.customers.retrieve(customer)).toMatchObject({ balance: -2_000 });
  });

  it('go with an anchor that is set to now, whose form is an object since endive', async () => {
    const { id } = await subscribe(1);
    rig.at('2026-04-16T00:00:00Z');
    await expect(rig.stripe.subscriptions.update(id, { billing_cycle_anchor: 'now' as never })).rejects.toMatchObject({
      statusCode: 400,
      param: 'billing_cycle_anchor',
    });
    const updated = await rig.stripe.subscriptions.update(id, {
      billing_cycle_anchor: { type: 'now' },
      expand: ['latest_invoice'],
    });
    expect(updated.billing_cycle_anchor).toBe(seconds('2026-04-16T00:00:00Z'));
    expect(updated.items.data[0]!.current_period_end).toBe(seconds('2026-05-16T00:00:00Z'));
    expect(updated.latest_invoice).toMatchObject({ total: 1_000, status: 'paid' });
  });

  it('shorten a first period that ends at a later anchor, or leave it free', async () => {
    const anchor = seconds('2026-04-16T00:00:00Z');
    const short = await subscribe(1, { billing_cycle_anchor: anchor });
    const first = await rig.stripe.subscriptions.retrieve(short.id, { expand: ['latest_invoice'] });
    expect(first.latest_invoice).toMatchObject({ total: 968 });
    expect(first.items.data[0]!.current_period_end).toBe(anchor);
    const free = await subscribe(1, { billing_cycle_anchor: anchor, proration_behavior: 'none' });
    expect(await rig.stripe.subscriptions.retrieve(free.id)).toMatchObject({ status: 'active', latest_invoice: null });
    await expect(subscribe(1, { billing_cycle_anchor: seconds('2026-05-02T00:00:00Z') })).rejects.toMatchObject({
      param: 'billing_cycle_anchor',
    });
    const config = await subscribe(1, { billing_cycle_anchor_config: { day_of_month: 16 } });
    expect((await rig.stripe.subscriptions.retrieve(config.id)).billing_cycle_anchor).toBe(anchor);
  });

  it('end a subscription in the middle of a period: the rest is credited, a later period is billed in part', async () => {
    const now = await subscribe(1);
    await rig.stripe.subscriptions.update(now.id, { cancel_at: seconds('2026-04-16T00:00:00Z') });
    expect(await amounts(now.customer)).toEqual([-1_000]);
    const later = await subscribe(1);
    await rig.stripe.subscriptions.update(later.id, {
      cancel_at: seconds('2026-05-11T00:00:00Z'),
      proration_behavior: 'none',
    });
    rig.at('2026-05-12T00:00:00Z');
    const [last] = (await rig.stripe.invoices.list({ subscription: later.id })).data;
    expect(last).toMatchObject({ total: 645, status: 'paid' });
    expect(await rig.stripe.subscriptions.retrieve(later.id)).toMatchObject({
      status: 'canceled',
      ended_at: seconds('2026-05-11T00:00:00Z'),
    });
  });
});

describe('an item', () => {
  it('has discounts of its own, which go off its line before those of the subscription', async () => {
    rig.at('2026-04-01T00:00:00Z');
    const customer = await rig.customer();
    const [pro, seats] = [await rig.price(), await rig.price({ unit_amount: 1_000 })];
    const half = await rig.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const tenth = await rig.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: pro.id, discounts: [{ coupon: half.id }] }, { price: seats.id }],
      discounts: [{ coupon: tenth.id }],
      expand: ['latest_invoice'],
    });
    const [first, second] = subscription.items.data;
    expect([first!.discounts.length, second!.discounts.length]).toEqual([1, 0]);
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(invoice.total).toBe(900 + 900);
    expect(invoice.lines.data[0]!.discount_amounts!.map((one) => one.amount)).toEqual([1_000, 100]);
    expect(invoice.total_discount_amounts!.map((one) => one.amount)).toEqual([1_000, 200]);
  });

  it('with a price by tiers gets a line for each tier, and for its flat fee', async () => {
    rig.at('2026-04-01T00:00:00Z');
    const customer = await rig.customer();
    const price = await rig.price({
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 10, unit_amount: 500 },
        { up_to: 'inf', unit_amount: 300, flat_amount: 1_000 },
      ],
      unit_amount: undefined as never,
    });
    const { latest_invoice: id } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 15 }],
    });
    const { data } = await rig.stripe.invoices.listLineItems(id as string);
    expect(data.map((line) => [line.quantity, line.amount, line.description])).toEqual([
      [10, 5_000, '10 × Pro (Tier 1 at $5.00 / month)'],
      [5, 1_500, '5 × Pro (Tier 2 at $3.00 / month)'],
      [1, 1_000, '1 × Pro (Tier 2 flat fee at $10.00 / month)'],
    ]);
  });

  it('may not be metered and have a quantity, be there twice, or bill by another interval with classic billing', async () => {
    const { id, item, price } = await subscribe(1, { billing_mode: { type: 'classic' } });
    const yearly = await rig.price({ recurring: { interval: 'year' } });
    for (const items of [
      [{ price }],
      [{ price: yearly.id }],
      [{ id: item, quantity: -1 }],
      [{ id: item, deleted: true }],
    ])
      await expect(rig.stripe.subscriptions.update(id, { items })).rejects.toMatchObject({ statusCode: 400 });
    const migrated = await rig.stripe.subscriptions.migrate(id, { billing_mode: { type: 'flexible' } });
    expect(migrated.billing_mode).toMatchObject({ type: 'flexible', updated_at: migrated.created });
    const mixed = await rig.stripe.subscriptions.update(id, { items: [{ price: yearly.id }] });
    expect(mixed.items.data).toHaveLength(2);
  });
});

describe('a parameter that the simulator does not have', () => {
  it('is answered with 501 and counted', async () => {
    const { id } = await subscribe(1);
    await expect(
      rig.stripe.subscriptions.update(id, { billing_thresholds: { amount_gte: 1_000 } }),
    ).rejects.toMatchObject({ statusCode: 501 });
    const counted = await (await fetch(`${rig.sim.url}/__sim/unsupported`)).json();
    expect(Object.keys(counted as object)).toContain(`POST /v1/subscriptions/${id} billing_thresholds`);
  });
});

describe('an end that is planned within a period', () => {
  it('is credited once, and no more when it is called off', async () => {
    const { id, customer } = await subscribe(1, { billing_mode: { type: 'classic' } });
    await rig.stripe.subscriptions.update(id, { cancel_at: seconds('2026-04-16T00:00:00Z') });
    await rig.stripe.subscriptions.update(id, { metadata: { a: '1' } });
    expect(await amounts(customer)).toEqual([-1_000]);
    await rig.stripe.subscriptions.update(id, { cancel_at: seconds('2026-04-21T00:00:00Z') });
    expect(await amounts(customer)).toEqual([-667]);
    await rig.stripe.subscriptions.update(id, { cancel_at: '' });
    expect(await amounts(customer)).toEqual([]);
  });
});

describe('usage of a metered item', () => {
  it('is billed when the item leaves, or when its period is cut short', async () => {
    const meter = await rig.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const metered = await rig.price({
      unit_amount: 10,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    const { id, customer } = await subscribe(1);
    const { id: item } = await rig.stripe.subscriptionItems.create({ subscription: id, price: metered.id });
    const use = (value: string) =>
      rig.stripe.billing.meterEvents.create({
        event_name: 'calls',
        payload: { stripe_customer_id: customer, value },
      });
    await use('4');
    rig.at('2026-04-16T00:00:00Z');
    const restarted = await rig.stripe.subscriptions.update(id, {
      billing_cycle_anchor: { type: 'now' },
      expand: ['latest_invoice'],
    });
    expect((restarted.latest_invoice as Stripe.Invoice).lines.data.map((line) => line.amount)).toEqual([
      -1_000, 40, 2_000,
    ]);
    await use('6');
    rig.at('2026-04-20T00:00:00Z');
    await rig.stripe.subscriptionItems.del(item);
    expect(await amounts(customer)).toEqual([60]);
  });
});
