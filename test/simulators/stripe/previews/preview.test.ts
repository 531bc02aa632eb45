import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.sim.close());

const seconds = (instant: string) => Date.parse(instant) / 1000;
const preview = (params: Stripe.InvoiceCreatePreviewParams) => rig.stripe.invoices.createPreview(params);

async function subscribe(more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  rig.at('2026-04-01T00:00:00Z');
  const customer = await rig.customer();
  const price = await rig.price();
  const subscription = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, quantity: 2 }],
    ...more,
  });
  rig.at('2026-04-16T00:00:00Z');
  return { id: subscription.id, item: subscription.items.data[0]!.id, customer: customer.id };
}

/** What a preview and the invoice that it foretells must have in common. */
const essence = (invoice: Stripe.Invoice) => ({
  total: invoice.total,
  subtotal: invoice.subtotal,
  amount_due: invoice.amount_due,
  starting_balance: invoice.starting_balance,
  ending_balance: invoice.ending_balance,
  currency: invoice.currency,
  period: [invoice.period_start, invoice.period_end],
  discounts: invoice.total_discount_amounts?.map((one) => one.amount),
  lines: invoice.lines.data.map((line) => [
    line.amount,
    line.description,
    line.quantity,
    line.period,
    line.discount_amounts?.map((one) => one.amount),
    line.parent?.subscription_item_details?.proration,
    line.pricing?.price_details?.price,
  ]),
});

const latest = async (subscription: string) => {
  const { latest_invoice: invoice } = await rig.stripe.subscriptions.retrieve(subscription, {
    expand: ['latest_invoice'],
  });
  return invoice as Stripe.Invoice;
};

it('takes a schedule, or a subscription, and not parts of both', async () => {
  const { id, item, customer } = await subscribe();
  const phases = [{ items: [{ price: (await rig.price()).id }], start_date: 'now' as const }];
  for (const [params, param] of [
    [{ subscription: id, schedule_details: { phases } }, 'subscription'],
    [
      { customer, subscription_details: { items: [{ id: item }] }, schedule_details: { phases } },
      'subscription_details',
    ],
  ] as const)
    await expect(preview(params as unknown as Stripe.InvoiceCreatePreviewParams)).rejects.toMatchObject({
      statusCode: 400,
      param,
    });
});

describe('a preview is what is then billed', () => {
  it('for a renewal, with its discount, pending items and balance', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const { id, item, customer } = await subscribe({ discounts: [{ coupon: coupon.id }] });
    await rig.stripe.invoiceItems.create({ customer, amount: 333, currency: 'usd', description: 'Set-up' });
    await rig.stripe.customers.update(customer, { balance: -500 });
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 5 }] });
    const foretold = await preview({ subscription: id });
    expect(foretold).toMatchObject({ object: 'invoice', status: 'draft', billing_reason: 'upcoming', amount_paid: 0 });
    expect(foretold.id).toMatch(/^upcoming_in_/);
    rig.at('2026-05-01T02:00:00Z');
    const real = await latest(id);
    expect(real).toMatchObject({ status: 'paid', billing_reason: 'subscription_cycle' });
    expect(essence(foretold)).toEqual(essence(real));
    expect(real.lines.data).toHaveLength(4);
  });

  it('for a change that is billed at once', async () => {
    const { id, item } = await subscribe();
    const change = {
      items: [{ id: item, quantity: 7 }],
      proration_behavior: 'always_invoice' as const,
      proration_date: seconds('2026-04-15T00:00:00Z'),
    };
    const foretold = await preview({ subscription: id, subscription_details: change });
    await rig.stripe.subscriptions.update(id, change);
    expect(essence(foretold)).toEqual(essence(await latest(id)));
    expect(foretold.lines.data.map((line) => line.amount)).toEqual([-2_133, 7_467]);
  });

  it('for a change of interval, and one that waits for the renewal', async () => {
    const { id, item } = await subscribe();
    const yearly = await rig.price({ unit_amount: 20_000, recurring: { interval: 'year' } });
    const later = { items: [{ id: item, quantity: 3 }] };
    const renewal = await preview({ subscription: id, subscription_details: later });
    expect(renewal.lines.data.map((line) => line.amount)).toEqual([-2_000, 3_000, 6_000]);
    const recurring = await preview({ subscription: id, subscription_details: later, preview_mode: 'recurring' });
    expect(recurring.lines.data.map((line) => line.amount)).toEqual([6_000]);
    const change = { items: [{ id: item, price: yearly.id }] };
    const foretold = await preview({ subscription: id, subscription_details: change });
    await rig.stripe.subscriptions.update(id, change);
    expect(essence(foretold)).toEqual(essence(await latest(id)));
  });

  it('for the end of a trial, and for a cancellation now', async () => {
    const trial = await subscribe({ trial_end: seconds('2026-04-20T00:00:00Z') });
    const first = await preview({ subscription: trial.id });
    rig.at('2026-04-20T02:00:00Z');
    expect(essence(first)).toEqual(essence(await latest(trial.id)));
    const { id } = await subscribe();
    const last = await preview({ subscription: id, subscription_details: { cancel_now: true } });
    await rig.stripe.subscriptions.cancel(id, { prorate: true, invoice_now: true });
    const [real] = (await rig.stripe.invoices.list({ subscription: id })).data;
    expect(essence(last)).toEqual(essence(real!));
    expect(real!.total).toBe(-2_000);
  });

  it('for a new subscription', async () => {
    rig.at('2026-04-01T00:00:00Z');
    const customer = (await rig.customer()).id;
    const price = (await rig.price()).id;
    const coupon = await rig.stripe.coupons.create({ amount_off: 700, currency: 'usd', duration: 'once' });
    const discounts = [{ coupon: coupon.id }];
    const foretold = await preview({
      customer,
      discounts,
      subscription_details: { items: [{ price, quantity: 3 }], metadata: { deal: '7' } },
    });
    expect(foretold.parent?.subscription_details?.metadata).toEqual({ deal: '7' });
    const made = await rig.stripe.subscriptions.create({ customer, discounts, items: [{ price, quantity: 3 }] });
    expect(essence(foretold)).toEqual(essence(await latest(made.id)));
    expect(foretold.total).toBe(5_300);
  });

  it('for the next phase of a schedule', async () => {
    const { id } = await subscribe();
    const pro = (await rig.price({ unit_amount: 5_000 })).id;
    const schedule = await rig.stripe.subscriptionSchedules.create({ from_subscription: id });
    const { items, start_date, end_date } = schedule.phases[0]!;
    const phases = [
      { items: items.map((one) => ({ price: one.price as string, quantity: one.quantity! })), start_date, end_date },
      { items: [{ price: pro }], duration: { interval: 'month' as const } },
    ];
    const details = await preview({ schedule: schedule.id, schedule_details: { phases } });
    await rig.stripe.subscriptionSchedules.update(schedule.id, { phases });
    const foretold = await preview({ subscription: id });
    rig.at('2026-05-01T02:00:00Z');
    const real = await latest(id);
    expect(essence(foretold)).toEqual(essence(real));
    expect(essence(details)).toEqual(essence(real));
    expect(real.total).toBe(5_000);
  });
});

describe('a preview', () => {
  it('leaves everything as it was', async () => {
    const { id, item, customer } = await subscribe();
    const state = JSON.stringify(rig.sim.world.state);
    await preview({
      subscription: id,
      subscription_details: { items: [{ id: item, quantity: 9 }], proration_behavior: 'always_invoice' },
      invoice_items: [{ amount: 100, currency: 'usd' }],
      discounts: [{ coupon: (await rig.stripe.coupons.create({ percent_off: 5, duration: 'once' })).id }],
    });
    const after = JSON.parse(JSON.stringify(rig.sim.world.state)) as { tables: Record<string, object> };
    const before = JSON.parse(state) as typeof after;
    for (const table of ['subscriptions', 'invoices', 'invoiceItems', 'customers', 'charges'])
      expect(after.tables[table]).toEqual(before.tables[table]);
    expect((await rig.stripe.invoiceItems.list({ customer })).data).toEqual([]);
  });

  it('takes invoice items, and lists its lines', async () => {
    const { id } = await subscribe();
    const foretold = await preview({
      subscription: id,
      invoice_items: Array.from({ length: 11 }, (_none, index) => ({
        amount: index + 1,
        currency: 'usd',
        description: `Extra ${index}`,
      })),
    });
    expect(foretold.total).toBe(66 + 4_000);
    expect(foretold.lines).toMatchObject({ has_more: true });
    const lines = await rig.stripe.invoices.listLineItems(foretold.id, { limit: 100 });
    expect(lines.data).toHaveLength(12);
    expect(lines.data.map((line) => line.amount).reduce((sum, amount) => sum + amount)).toBe(foretold.total);
  });

  it('for a customer is the first that is due, or what waits without a subscription', async () => {
    const { customer } = await subscribe();
    expect((await preview({ customer })).total).toBe(4_000);
    const other = await rig.customer();
    await expect(preview({ customer: other.id })).rejects.toMatchObject({
      statusCode: 404,
      code: 'invoice_upcoming_none',
    });
    await rig.stripe.invoiceItems.create({ customer: other.id, amount: 42, currency: 'usd' });
    expect((await preview({ customer: other.id })).total).toBe(42);
  });

  it('is refused where nothing will be billed, and where a change would be', async () => {
    const { id, item } = await subscribe({ cancel_at_period_end: true });
    await expect(preview({ subscription: id })).rejects.toMatchObject({ code: 'invoice_upcoming_none' });
    await expect(preview({})).rejects.toMatchObject({ statusCode: 400, param: 'customer' });
    await expect(
      preview({ subscription: id, subscription_details: { items: [{ id: item, price: 'price_none' }] } }),
    ).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(preview({ subscription: 'sub_none' })).rejects.toMatchObject({ code: 'resource_missing' });
  });
});
