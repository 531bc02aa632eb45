import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.sim.close());

const seconds = (instant: string) => Date.parse(instant) / 1000;
const invoicesOf = async (customer: string) => (await rig.stripe.invoices.list({ customer })).data;

async function subscribe(card = 'pm_card_visa', more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const customer = await rig.customer(card);
  const price = await rig.price();
  const subscription = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    ...more,
  });
  return { customer: customer.id, subscription: subscription.id };
}

const get = (id: string) => rig.stripe.subscriptions.retrieve(id);

describe('a subscription that is left to the clock', () => {
  it('renews, drafts the invoice for an hour, then takes the money', async () => {
    const { customer, subscription } = await subscribe();
    const mark = rig.mark();
    rig.at('2026-04-01T12:00:30Z');
    const [draft] = await invoicesOf(customer);
    expect(draft).toMatchObject({ status: 'draft', billing_reason: 'subscription_cycle', total: 2_000, number: null });
    const item = (await get(subscription)).items.data[0]!;
    expect(item.current_period_end - item.current_period_start).toBe(30 * 86_400);
    rig.at('2026-04-01T13:01:00Z');
    const paid = await rig.stripe.invoices.retrieve(draft!.id);
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 2_000, attempt_count: 1 });
    expect(paid.status_transitions.paid_at).toBe(draft!.created + 3_600);
    const updated = rig.sim.world
      .all('events')
      .slice(mark)
      .filter((event) => event.type === 'customer.subscription.updated');
    expect(updated.map((event) => Object.keys(event.data.previous_attributes ?? {}).sort())).toEqual([
      ['items', 'latest_invoice'],
    ]);
  });

  it('lives through many months in one step, each at its own time', async () => {
    const { customer } = await subscribe();
    rig.at('2026-06-01T14:00:00Z');
    const created = (await invoicesOf(customer)).map((one) => new Date(one.created * 1000).toISOString().slice(0, 10));
    expect(created).toEqual(['2026-06-01', '2026-05-01', '2026-04-01', '2026-03-01']);
  });

  it('turns a trial into a paid period and warns three days before', async () => {
    const { customer, subscription } = await subscribe('pm_card_visa', { trial_period_days: 14 });
    expect((await get(subscription)).status).toBe('trialing');
    expect((await invoicesOf(customer))[0]).toMatchObject({ total: 0, status: 'paid' });
    const mark = rig.mark();
    rig.at('2026-03-12T13:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(['customer.subscription.trial_will_end']);
    rig.at('2026-03-15T14:00:00Z');
    const after = await get(subscription);
    expect(after.status).toBe('active');
    expect(after.items.data[0]!.current_period_start).toBe(after.trial_end);
    expect((await invoicesOf(customer))[0]).toMatchObject({ total: 2_000, status: 'paid' });
  });

  it('ends at the end of the period when that was asked for', async () => {
    const { subscription } = await subscribe();
    const asked = await rig.stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    expect(asked).toMatchObject({ status: 'active', cancel_at_period_end: true });
    expect(asked.cancel_at).toBe(asked.items.data[0]!.current_period_end);
    const mark = rig.mark();
    rig.at('2026-04-02T00:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(['customer.subscription.deleted']);
    const ended = await get(subscription);
    expect(ended).toMatchObject({ status: 'canceled', ended_at: asked.cancel_at, canceled_at: asked.canceled_at });
    expect(ended.cancellation_details?.reason).toBe('cancellation_requested');
    expect((await rig.stripe.subscriptions.list()).data).toEqual([]);
    expect((await rig.stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(1);
  });

  it('tries a declined card four times and then ends for that reason', async () => {
    const { customer, subscription } = await subscribe();
    await rig.act('decline-card', { customer, declineCode: 'insufficient_funds' });
    const mark = rig.mark();
    rig.at('2026-04-01T13:30:00Z');
    expect(rig.eventTypes(mark).slice(2)).toEqual([
      'invoice.finalized',
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
      'invoice.updated',
      'invoice.payment_failed',
      'customer.updated',
      'customer.subscription.updated',
    ]);
    expect((await get(subscription)).status).toBe('past_due');
    const [first] = await invoicesOf(customer);
    expect(first).toMatchObject({ status: 'open', attempt_count: 1, attempted: true });
    expect(first!.next_payment_attempt).toBe(first!.created + 3_600 + 3 * 86_400);
    const tries = ['2026-04-05', '2026-04-10', '2026-04-17'];
    for (const [index, day] of tries.entries()) {
      rig.at(`${day}T00:00:00Z`);
      expect((await invoicesOf(customer))[0]!.attempt_count).toBe(index + 2);
    }
    expect((await invoicesOf(customer))[0]).toMatchObject({ status: 'open', next_payment_attempt: null });
    expect(await get(subscription)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
  });

  it('recovers when the card works again', async () => {
    const { customer, subscription } = await subscribe();
    const bad = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await rig.stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    rig.at('2026-04-01T13:30:00Z');
    const good = await rig.stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    await rig.stripe.customers.update(customer, { invoice_settings: { default_payment_method: good.id } });
    rig.at('2026-04-05T00:00:00Z');
    expect((await get(subscription)).status).toBe('active');
    expect((await invoicesOf(customer))[0]).toMatchObject({ status: 'paid', attempt_count: 2 });
    expect(await rig.stripe.customers.retrieve(customer)).toMatchObject({ delinquent: false });
  });

  it('lets a sent invoice fall overdue', async () => {
    const customer = (await rig.stripe.customers.create({ name: 'Invoiced', email: 'in@voiced.example' })).id;
    const price = await rig.price({ currency: 'jpy', unit_amount: 68_000 });
    const subscription = await rig.stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      collection_method: 'send_invoice',
      days_until_due: 14,
    });
    const [invoice] = await invoicesOf(customer);
    expect(invoice).toMatchObject({ status: 'open', currency: 'jpy', amount_due: 68_000, next_payment_attempt: null });
    expect(invoice!.due_date).toBe(invoice!.created + 14 * 86_400);
    const mark = rig.mark();
    rig.at('2026-03-16T00:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(['invoice.will_be_due', 'invoice.overdue', 'customer.subscription.updated']);
    expect((await get(subscription.id)).status).toBe('past_due');
    await rig.stripe.invoices.pay(invoice!.id, { paid_out_of_band: true });
    expect((await get(subscription.id)).status).toBe('active');
  });

  it('gives up an unpaid first invoice after 23 hours', async () => {
    const { subscription } = await subscribe('pm_card_chargeCustomerFail');
    expect((await get(subscription)).status).toBe('incomplete');
    rig.at('2026-03-02T11:30:00Z');
    const after = await rig.stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] });
    expect(after).toMatchObject({ status: 'incomplete_expired', latest_invoice: { status: 'void' } });
  });

  it('keeps the last day of the month as its anchor', async () => {
    rig.at('2027-01-31T10:00:00Z');
    const { subscription } = await subscribe();
    rig.at('2027-03-10T00:00:00Z');
    const item = (await get(subscription)).items.data[0]!;
    expect(item.current_period_start - (item.current_period_start % 86_400)).toBe(seconds('2027-02-28T00:00:00Z'));
    expect(item.current_period_end - (item.current_period_end % 86_400)).toBe(seconds('2027-03-31T00:00:00Z'));
  });
});
