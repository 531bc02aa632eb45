import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
  rig.at('2026-04-01T00:00:00Z');
});
afterEach(() => rig.sim.close());

const seconds = (instant: string) => Date.parse(instant) / 1000;
const get = async (id: string) => {
  const one = await rig.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  return { ...one, latest_invoice: one.latest_invoice as Stripe.Invoice };
};
const withoutCard = () => rig.stripe.customers.create({ name: 'No card' });

async function subscribe(customer: string, more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const price = await rig.price();
  return rig.stripe.subscriptions.create({ customer, items: [{ price: price.id }], ...more });
}

describe('a trial that ends without a card', () => {
  const ending = (missing_payment_method: 'cancel' | 'create_invoice') => ({
    trial_period_days: 7,
    trial_settings: { end_behavior: { missing_payment_method } },
  });

  it('ends the subscription when told to', async () => {
    const { id } = await subscribe((await withoutCard()).id, ending('cancel'));
    const mark = rig.mark();
    rig.at('2026-04-09T00:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(['customer.subscription.trial_will_end', 'customer.subscription.deleted']);
    expect(await get(id)).toMatchObject({ status: 'canceled', ended_at: seconds('2026-04-08T00:00:00Z') });
  });

  it('makes an invoice that nobody can pay otherwise', async () => {
    const { id } = await subscribe((await withoutCard()).id, ending('create_invoice'));
    rig.at('2026-04-08T02:00:00Z');
    expect(await get(id)).toMatchObject({ status: 'past_due', latest_invoice: { status: 'open', attempt_count: 1 } });
  });
});

describe('a trial', () => {
  it('can be extended, and warns again before its new end', async () => {
    const { id } = await subscribe((await rig.customer()).id, { trial_period_days: 7 });
    rig.at('2026-04-06T00:00:00Z');
    const mark = rig.mark();
    const later = seconds('2026-04-20T00:00:00Z');
    const extended = await rig.stripe.subscriptions.update(id, { trial_end: later });
    expect(extended).toMatchObject({ status: 'trialing', trial_end: later, billing_cycle_anchor: later });
    expect(extended.items.data[0]!.current_period_end).toBe(later);
    rig.at('2026-04-18T00:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(['customer.subscription.updated', 'customer.subscription.trial_will_end']);
    await expect(rig.stripe.subscriptions.update(id, { trial_end: 1 })).rejects.toMatchObject({ param: 'trial_end' });
  });

  it('can be ended now, and is paid at once', async () => {
    const { id } = await subscribe((await rig.customer()).id, { trial_period_days: 7 });
    rig.at('2026-04-03T00:00:00Z');
    await rig.stripe.subscriptions.update(id, { trial_end: 'now' });
    expect(await get(id)).toMatchObject({
      status: 'active',
      trial_end: seconds('2026-04-03T00:00:00Z'),
      billing_cycle_anchor: seconds('2026-04-03T00:00:00Z'),
      latest_invoice: { total: 2_000, status: 'paid' },
    });
  });

  it('of a subscription that was paid for credits the time that becomes free', async () => {
    const customer = await rig.customer();
    const { id } = await subscribe(customer.id);
    rig.at('2026-04-16T00:00:00Z');
    const updated = await rig.stripe.subscriptions.update(id, { trial_end: seconds('2026-05-16T00:00:00Z') });
    expect(updated.status).toBe('trialing');
    const { data } = await rig.stripe.invoiceItems.list({ customer: customer.id, pending: true });
    expect(data.map((one) => one.amount)).toEqual([-1_000]);
    rig.at('2026-05-16T02:00:00Z');
    expect((await get(id)).latest_invoice).toMatchObject({ total: 1_000, status: 'paid' });
  });

  it('refuses both ways to say how long it is', async () => {
    const customer = await rig.customer();
    await expect(
      subscribe(customer.id, { trial_period_days: 7, trial_end: seconds('2026-05-16T00:00:00Z') }),
    ).rejects.toMatchObject({ param: 'trial_end' });
  });
});

describe('a subscription that runs', () => {
  it('collects again when its pause of collection is over', async () => {
    const { id } = await subscribe((await rig.customer()).id);
    await rig.stripe.subscriptions.update(id, {
      pause_collection: { behavior: 'mark_uncollectible', resumes_at: seconds('2026-05-15T00:00:00Z') },
    });
    rig.at('2026-05-01T02:00:00Z');
    expect((await get(id)).latest_invoice.status).toBe('uncollectible');
    const mark = rig.mark();
    rig.at('2026-05-15T00:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(['customer.subscription.updated']);
    rig.at('2026-06-01T02:00:00Z');
    expect((await get(id)).latest_invoice.status).toBe('paid');
  });

  it('bills one-off items with its first invoice or its next', async () => {
    const product = await rig.stripe.products.create({ name: 'Set-up' });
    const setup = await rig.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 500 });
    const { id } = await subscribe((await rig.customer()).id, {
      add_invoice_items: [{ price: setup.id, quantity: 2 }],
    });
    expect((await get(id)).latest_invoice.total).toBe(3_000);
    await rig.stripe.subscriptions.update(id, { add_invoice_items: [{ price: setup.id }] });
    rig.at('2026-05-01T02:00:00Z');
    expect((await get(id)).latest_invoice.total).toBe(2_500);
    const monthly = await rig.price();
    await expect(
      rig.stripe.subscriptions.update(id, { add_invoice_items: [{ price: monthly.id }] }),
    ).rejects.toMatchObject({ param: 'add_invoice_items[0][price]' });
  });

  it('bills usage that is reported while the invoice is a draft, and what was used until its planned end', async () => {
    const meter = await rig.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const customer = await rig.customer();
    const price = await rig.price({
      unit_amount: 10,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const use = (value: string, at: string) =>
      rig.stripe.billing.meterEvents.create({
        event_name: 'calls',
        payload: { stripe_customer_id: customer.id, value },
        timestamp: seconds(at),
      });
    rig.at('2026-04-20T00:00:00Z');
    await use('3', '2026-04-20T00:00:00Z');
    rig.at('2026-05-01T00:30:00Z');
    expect((await get(id)).latest_invoice).toMatchObject({ status: 'draft', total: 30 });
    await use('4', '2026-04-30T23:00:00Z');
    rig.at('2026-05-01T02:00:00Z');
    expect((await get(id)).latest_invoice).toMatchObject({ status: 'paid', total: 70 });
    await use('5', '2026-05-01T01:00:00Z');
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    rig.at('2026-06-01T02:00:00Z');
    expect(await get(id)).toMatchObject({ status: 'canceled', latest_invoice: { status: 'paid', total: 50 } });
  });

  it('is unpaid or stays past_due after the last try when the account says so', async () => {
    for (const afterRetries of ['unpaid', 'past_due']) {
      await fetch(`${rig.sim.url}/__sim/settings`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ afterRetries }),
      });
      rig.at('2026-04-01T00:00:00Z');
      const customer = await rig.customer();
      const { id } = await subscribe(customer.id);
      const bad = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
      await rig.stripe.subscriptions.update(id, { default_payment_method: bad.id });
      rig.at('2026-05-18T00:00:00Z');
      expect(await get(id)).toMatchObject({
        status: afterRetries,
        latest_invoice: { status: 'open', attempt_count: 4, next_payment_attempt: null },
      });
    }
  });
});
