import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const lastUpdate = () =>
  rig.sim.world.all('events').findLast((event) => event.type === 'customer.subscription.updated')!.data
    .previous_attributes!;

async function subscribe(quantity = 1, more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const customer = await rig.customer();
  const price = await rig.price();
  return rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id, quantity }], ...more });
}

describe('a new subscription', () => {
  it('bills its first period and is active', async () => {
    const customer = await rig.customer();
    const price = await rig.price();
    const mark = rig.mark();
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 3 }],
      expand: ['latest_invoice.payments'],
    });
    expect(subscription.status).toBe('active');
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({
      status: 'paid',
      total: 6_000,
      amount_paid: 6_000,
      billing_reason: 'subscription_create',
      parent: { type: 'subscription_details', subscription_details: { subscription: subscription.id } },
    });
    expect(invoice.payments?.data).toMatchObject([{ status: 'paid', amount_paid: 6_000, is_default: true }]);
    expect(rig.eventTypes(mark)).toEqual([
      'customer.subscription.created',
      'invoice.created',
      'invoice.finalized',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'customer.subscription.updated',
    ]);
  });

  it('has the shape of endive: periods on items, no legacy fields', async () => {
    const subscription = await subscribe();
    const item = subscription.items.data[0]!;
    expect(item.current_period_end).toBeGreaterThan(item.current_period_start);
    for (const gone of ['current_period_end', 'plan', 'quantity', 'discount'])
      expect(subscription).not.toHaveProperty(gone);
    expect(await rig.stripe.invoices.retrieve(subscription.latest_invoice as string)).not.toHaveProperty(
      'subscription',
    );
  });

  it('stays incomplete with an open invoice when the card fails', async () => {
    const customer = await rig.customer('pm_card_chargeCustomerFail');
    const price = await rig.price();
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({
      status: 'incomplete',
      latest_invoice: { status: 'open', amount_remaining: 2_000, attempt_count: 1, next_payment_attempt: null },
    });
    await expect(
      rig.stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        payment_behavior: 'error_if_incomplete',
      }),
    ).rejects.toMatchObject({ type: 'StripeCardError', statusCode: 402, code: 'card_declined' });
    expect((await rig.stripe.subscriptions.list({ customer: customer.id, status: 'all' })).data).toHaveLength(1);
  });

  it('waits for its holder with default_incomplete, who pays by the secret of the invoice', async () => {
    const customer = await rig.stripe.customers.create({ name: 'No card yet' });
    const price = await rig.price();
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret'],
    });
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(subscription.status).toBe('incomplete');
    expect(invoice).toMatchObject({ status: 'open', confirmation_secret: { type: 'payment_intent' } });
    const [intent] = invoice.confirmation_secret!.client_secret.split('_secret_');
    const confirmed = await rig.stripe.paymentIntents.confirm(intent!, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/back',
    });
    expect(confirmed.status).toBe('succeeded');
    expect(await rig.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: 'active' });
  });

  it('needs a way to pay', async () => {
    const customer = await rig.stripe.customers.create({ name: 'No card' });
    const price = await rig.price();
    await expect(
      rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }),
    ).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing' });
  });

  it('shows ten items and lists the rest', async () => {
    const customer = await rig.customer();
    const items: { price: string }[] = [];
    for (let count = 0; count < 12; count++) items.push({ price: (await rig.price()).id });
    const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items });
    expect(subscription.items).toMatchObject({ has_more: true });
    expect(subscription.items.data).toHaveLength(10);
    const all = await rig.stripe.subscriptionItems.list({ subscription: subscription.id, limit: 100 });
    expect(all.data.map((item) => item.price.id)).toEqual(items.map((item) => item.price));
    const lines = await rig.stripe.invoices.listLineItems(subscription.latest_invoice as string, { limit: 100 });
    expect(lines.data).toHaveLength(12);
  });
});

describe('an update', () => {
  it('reports whole items as they were, and prorates a higher quantity', async () => {
    rig.at('2026-05-01T00:00:00Z');
    const subscription = await subscribe(2);
    const item = subscription.items.data[0]!;
    rig.at('2026-05-16T12:00:00Z');
    const mark = rig.mark();
    await rig.stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, quantity: 5 }] });
    expect(rig.eventTypes(mark)).toEqual([
      'customer.subscription.updated',
      'invoiceitem.created',
      'invoiceitem.created',
    ]);
    expect(lastUpdate()).toMatchObject({
      items: { data: [{ id: item.id, quantity: 2, price: { id: item.price.id } }] },
    });
    expect(Object.keys(lastUpdate())).toEqual(['items']);
    const pending = await rig.stripe.invoiceItems.list({ customer: subscription.customer as string, pending: true });
    expect(pending.data.map((one) => [one.amount, one.proration])).toEqual([
      [5_000, true],
      [-2_000, true],
    ]);
  });

  it('bills the difference at once when asked to', async () => {
    rig.at('2026-06-01T00:00:00Z');
    const subscription = await subscribe(1);
    rig.at('2026-06-16T00:00:00Z');
    const updated = await rig.stripe.subscriptions.update(subscription.id, {
      items: [{ id: subscription.items.data[0]!.id, quantity: 3 }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect(updated.latest_invoice).toMatchObject({
      billing_reason: 'subscription_update',
      status: 'paid',
      total: 2_000,
    });
    const lines = (updated.latest_invoice as Stripe.Invoice).lines.data;
    expect(lines.map((line) => line.parent?.subscription_item_details?.proration)).toEqual([true, true]);
  });

  it('starts a new period when the interval changes', async () => {
    rig.at('2026-07-01T00:00:00Z');
    const subscription = await subscribe(1);
    const yearly = await rig.price({ unit_amount: 20_000, recurring: { interval: 'year' } });
    rig.at('2026-07-16T12:00:00Z');
    const updated = await rig.stripe.subscriptions.update(subscription.id, {
      items: [{ id: subscription.items.data[0]!.id, price: yearly.id }],
      expand: ['latest_invoice'],
    });
    const item = updated.items.data[0]!;
    expect(item.current_period_start).toBe(Date.parse('2026-07-16T12:00:00Z') / 1000);
    expect(item.current_period_end).toBe(Date.parse('2027-07-16T12:00:00Z') / 1000);
    expect((updated.latest_invoice as Stripe.Invoice).total).toBe(20_000 - 1_000);
    expect(Object.keys(lastUpdate())).not.toContain('status');
  });

  it('pauses collection and leaves the status alone', async () => {
    const subscription = await subscribe(1);
    const paused = await rig.stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: 'void' } });
    expect(paused).toMatchObject({ status: 'active', pause_collection: { behavior: 'void', resumes_at: null } });
    expect(lastUpdate()).toEqual({ pause_collection: null });
    await rig.stripe.subscriptions.update(subscription.id, { pause_collection: '' });
    expect(lastUpdate()).toEqual({ pause_collection: { behavior: 'void', resumes_at: null } });
  });

  it('changes nothing when it is refused', async () => {
    const subscription = await subscribe(1);
    const euro = await rig.price({ currency: 'eur' });
    const mark = rig.mark();
    await expect(
      rig.stripe.subscriptions.update(subscription.id, { items: [{ price: euro.id }], metadata: { a: '1' } }),
    ).rejects.toMatchObject({ statusCode: 400, param: 'items[0][price]' });
    expect(rig.eventTypes(mark)).toEqual([]);
    expect(await rig.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ metadata: {} });
  });
});

describe('cancelling', () => {
  it('ends it now, with the reason that was given', async () => {
    const subscription = await subscribe(1);
    const mark = rig.mark();
    const ended = await rig.stripe.subscriptions.cancel(subscription.id, {
      cancellation_details: { feedback: 'too_expensive', comment: 'Too dear' },
    });
    expect(ended).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'cancellation_requested', feedback: 'too_expensive', comment: 'Too dear' },
    });
    expect(rig.eventTypes(mark)).toEqual(['customer.subscription.deleted']);
    await expect(rig.stripe.subscriptions.cancel(subscription.id)).rejects.toMatchObject({ code: 'resource_missing' });
  });

  it('of a customer who is deleted leaves a mark that is found', async () => {
    const subscription = await subscribe(1);
    const id = subscription.customer as string;
    const mark = rig.mark();
    await rig.stripe.customers.del(id);
    expect(rig.eventTypes(mark)).toEqual(['customer.subscription.deleted', 'customer.deleted']);
    expect(await rig.stripe.customers.retrieve(id)).toMatchObject({ id, deleted: true });
  });
});

describe('discounts', () => {
  it('are taken off the invoice and shown as ids', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 25, duration: 'forever' });
    const subscription = await subscribe(2, {
      discounts: [{ coupon: coupon.id }],
      expand: ['discounts.source.coupon', 'latest_invoice'],
    });
    expect(subscription.discounts).toMatchObject([{ object: 'discount', source: { coupon: { percent_off: 25 } } }]);
    expect(subscription.latest_invoice).toMatchObject({ subtotal: 4_000, total: 3_000, amount_due: 3_000 });
  });

  it('of a fixed amount, once, hit the first invoice only', async () => {
    rig.at('2026-09-01T00:00:00Z');
    const coupon = await rig.stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'once' });
    const subscription = await subscribe(1, { discounts: [{ coupon: coupon.id }] });
    rig.at('2026-10-01T02:00:00Z');
    const totals = (await rig.stripe.invoices.list({ subscription: subscription.id })).data.map((one) => one.total);
    expect(totals).toEqual([2_000, 1_500]);
  });
});

describe('the list of subscriptions', () => {
  it('can be narrowed by price and by the period of an item', async () => {
    rig.at('2027-01-01T00:00:00Z');
    const one = await subscribe();
    rig.at('2027-01-02T00:00:00Z');
    const two = await subscribe();
    const start = two.items.data[0]!.current_period_start;
    const ids = async (params: Stripe.SubscriptionListParams) =>
      (await rig.stripe.subscriptions.list(params)).data.map((found) => found.id);
    expect(await ids({ current_period_start: { gte: start } })).toEqual([two.id]);
    expect(await ids({ price: one.items.data[0]!.price.id })).toEqual([one.id]);
    expect(await ids({ plan: two.items.data[0]!.price.id, current_period_end: { lt: start } })).toEqual([]);
  });
});
