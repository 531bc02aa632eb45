import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStripeSim } from '../main.ts';
import { clientFor, startRig, type Rig } from '../testing.ts';

let rig: Rig;
let customer: string;
let subscription: string;
beforeEach(async () => {
  rig = await startRig();
  customer = (await rig.customer()).id;
  const price = await rig.price();
  subscription = (await rig.stripe.subscriptions.create({ customer, items: [{ price: price.id, quantity: 2 }] })).id;
});
afterEach(() => rig.sim.close());

const status = async () => (await rig.stripe.subscriptions.retrieve(subscription)).status;

describe('the helpers under /__sim/act', () => {
  it('make a payment fail, again and again, until it is paid', async () => {
    const failed = await rig.act('fail-payment', { customer, declineCode: 'insufficient_funds' });
    expect(failed).toMatchObject({ status: 200, body: { invoice: { status: 'open', attempt_count: 1 } } });
    expect(failed.body.events).toEqual([
      'invoice.created',
      'customer.subscription.updated',
      'invoice.finalized',
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
      'invoice.updated',
      'invoice.payment_failed',
      'customer.updated',
      'customer.subscription.updated',
    ]);
    expect(await status()).toBe('past_due');
    const [charge] = (await rig.stripe.charges.list({ customer })).data;
    expect(charge).toMatchObject({ status: 'failed', outcome: { reason: 'insufficient_funds' } });
    const again = await rig.act('fail-payment', { subscription });
    expect(again.body).toMatchObject({ invoice: { attempt_count: 2 } });
    const paid = await rig.act('pay-invoice', { customer });
    expect(paid.body).toMatchObject({
      invoice: { status: 'paid', attempt_count: 3 },
      subscription: { status: 'active' },
    });
    expect(await status()).toBe('active');
  });

  it('upgrade, renew, record usage and cancel', async () => {
    const upgraded = await rig.act('upgrade', { subscription, quantity: 7 });
    expect(upgraded.body).toMatchObject({ subscription: { items: { data: [{ quantity: 7 }] } } });
    const renewed = await rig.act('renew', { subscription });
    expect(renewed.body).toMatchObject({ invoice: { status: 'paid', billing_reason: 'subscription_cycle' } });
    const meter = await rig.stripe.billing.meters.create({
      display_name: 'API calls',
      event_name: 'api_calls',
      default_aggregation: { formula: 'sum' },
    });
    const usage = await rig.act('record-usage', { customer, meter: 'api_calls', value: 20_000 });
    expect(usage.body).toMatchObject({ meter: meter.id, meterEvent: { payload: { value: '20000' } } });
    const later = await rig.act('cancel', { subscription, atPeriodEnd: true });
    expect(later.body).toMatchObject({ subscription: { status: 'active', cancel_at_period_end: true } });
    expect((await rig.act('cancel', { subscription })).body.events).toEqual(['customer.subscription.deleted']);
    expect(await status()).toBe('canceled');
  });

  it('say what is wrong with a request', async () => {
    expect(await rig.act('fail-payment', { customer, declineCode: 'bad_mood' })).toMatchObject({ status: 400 });
    expect(await rig.act('fail-payment', { customer: 'cus_none' })).toMatchObject({ status: 404 });
    expect(await rig.act('pay-invoice', { customer })).toMatchObject({
      status: 400,
      body: { message: 'This customer has no open invoice.' },
    });
    expect(await rig.act('explode', {})).toMatchObject({ status: 404 });
  });
});

describe('the state', () => {
  it('is empty after a reset, with ids that were never used before', async () => {
    await fetch(`${rig.sim.url}/__sim/reset`, { method: 'POST' });
    expect((await rig.stripe.customers.list()).data).toEqual([]);
    expect((await rig.customer()).id).not.toBe(customer);
  });

  it('outlives a restart, with idempotency keys and what is due', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stripe-sim-'));
    const options = { stateFile: join(folder, 'stripe.json') };
    const first = await startRig(options);
    const made = await first.stripe.customers.create({ name: 'Kept' }, { idempotencyKey: 'kept' });
    const payer = await first.customer();
    const price = await first.price();
    await first.stripe.subscriptions.create({ customer: payer.id, items: [{ price: price.id }] });
    await first.sim.close();
    const second = await startStripeSim({ ...options, clock: rig.clock });
    const stripe = clientFor(second);
    expect(second.restored).toBe(true);
    expect((await stripe.customers.create({ name: 'Kept' }, { idempotencyKey: 'kept' })).id).toBe(made.id);
    rig.at('2026-04-01T12:30:00Z');
    expect((await stripe.invoices.list({ customer: payer.id })).data).toHaveLength(2);
    await second.close();
    rmSync(folder, { recursive: true });
  });
});
