import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.sim.close());

const seconds = (instant: string) => Date.parse(instant) / 1000;

async function subscribe(more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  rig.at('2026-04-01T00:00:00Z');
  const customer = await rig.customer();
  const price = await rig.price();
  const subscription = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    ...more,
  });
  rig.at('2026-04-16T00:00:00Z');
  return { id: subscription.id, customer: customer.id };
}

describe('pausing a subscription', () => {
  it('stops service and billing, and credits unused time', async () => {
    const { id, customer } = await subscribe();
    const mark = rig.mark();
    const paused = await rig.stripe.subscriptions.pause(id);
    expect(paused).toMatchObject({
      status: 'paused',
      status_details: {
        paused: {
          type: 'subscription',
          transitioned_at: rig.clock.seconds(),
          subscription: { type: 'pause_requested' },
        },
      },
    });
    expect(rig.eventTypes(mark)).toEqual(['invoiceitem.created', 'customer.subscription.paused']);
    const { data } = await rig.stripe.invoiceItems.list({ customer, pending: true });
    expect(data.map((one) => one.amount)).toEqual([-1_000]);
    rig.at('2026-07-01T00:00:00Z');
    expect((await rig.stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  });

  it('bills usage so far, at once when asked to', async () => {
    const meter = await rig.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const { id, customer } = await subscribe();
    const metered = await rig.price({
      unit_amount: 10,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    await rig.stripe.subscriptionItems.create({ subscription: id, price: metered.id });
    await rig.stripe.billing.meterEvents.create({
      event_name: 'calls',
      payload: { stripe_customer_id: customer, value: '7' },
    });
    rig.at('2026-04-17T00:00:00Z');
    const paused = await rig.stripe.subscriptions.pause(id, {
      bill_for: { unused_time_from: { type: 'none' } },
      invoicing_behavior: 'invoice',
      expand: ['latest_invoice'],
    });
    expect(paused.latest_invoice).toMatchObject({ total: 70, status: 'paid' });
  });

  it('is for flexible billing, without a schedule, and for what runs', async () => {
    const { id: classic } = await subscribe({ billing_mode: { type: 'classic' } });
    await expect(rig.stripe.subscriptions.pause(classic)).rejects.toMatchObject({ statusCode: 400 });
    const { id } = await subscribe();
    await rig.stripe.subscriptions.pause(id);
    await expect(rig.stripe.subscriptions.pause(id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(rig.stripe.subscriptions.resume(classic)).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('resuming a subscription', () => {
  it('begins a new period now, less the credit', async () => {
    const { id } = await subscribe();
    await rig.stripe.subscriptions.pause(id);
    rig.at('2026-06-10T00:00:00Z');
    const mark = rig.mark();
    const resumed = await rig.stripe.subscriptions.resume(id, { expand: ['latest_invoice'] });
    expect(resumed).toMatchObject({ status: 'active', billing_cycle_anchor: seconds('2026-06-10T00:00:00Z') });
    expect(resumed).not.toHaveProperty('status_details');
    expect(resumed.latest_invoice).toMatchObject({ total: 1_000, status: 'paid' });
    expect(rig.eventTypes(mark)).toContain('customer.subscription.resumed');
    expect(resumed.items.data[0]!.current_period_end).toBe(seconds('2026-07-10T00:00:00Z'));
  });

  it('keeps the anchor when asked to, and prorates', async () => {
    const { id, customer } = await subscribe();
    await rig.stripe.subscriptions.pause(id, { bill_for: { unused_time_from: { type: 'none' } } });
    rig.at('2026-06-16T00:00:00Z');
    const resumed = await rig.stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: 'unchanged' } });
    expect(resumed).toMatchObject({ status: 'active', billing_cycle_anchor: seconds('2026-04-01T00:00:00Z') });
    expect(resumed.items.data[0]!.current_period_end).toBe(seconds('2026-07-01T00:00:00Z'));
    const { data } = await rig.stripe.invoiceItems.list({ customer, pending: true });
    expect(data.map((one) => one.amount)).toEqual([1_000]);
  });

  it('waits for the payment when asked to, for 23 hours', async () => {
    const { id, customer } = await subscribe();
    await rig.stripe.subscriptions.pause(id);
    const bad = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await rig.stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    const resume = () =>
      rig.stripe.subscriptions.resume(id, {
        payment_behavior: 'resume_on_payment_success',
        expand: ['latest_invoice'],
      });
    const waiting = await resume();
    expect(waiting).toMatchObject({ status: 'paused', latest_invoice: { status: 'open' } });
    rig.at('2026-04-17T00:00:00Z');
    const given = await rig.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(given).toMatchObject({ status: 'paused', latest_invoice: { status: 'void' } });
    const again = (await resume()).latest_invoice as Stripe.Invoice;
    const good = await rig.stripe.paymentMethods.attach('pm_card_visa', { customer });
    await rig.stripe.invoices.pay(again.id, { payment_method: good.id });
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('active');
  });

  it('takes up a trial that ended without a card', async () => {
    rig.at('2026-04-01T00:00:00Z');
    const customer = await rig.stripe.customers.create({ name: 'No card yet' });
    const price = await rig.price();
    const { id } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
    });
    rig.at('2026-04-09T00:00:00Z');
    expect((await rig.stripe.subscriptions.retrieve(id)).status_details?.paused.subscription.type).toBe(
      'trial_end_without_payment_method',
    );
    const card = await rig.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    await rig.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
    const resumed = await rig.stripe.subscriptions.resume(id, { expand: ['latest_invoice'] });
    expect(resumed).toMatchObject({ status: 'active', latest_invoice: { total: 2_000, status: 'paid' } });
  });
});
