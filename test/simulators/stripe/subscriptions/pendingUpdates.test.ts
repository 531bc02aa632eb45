import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.sim.close());

const get = (id: string) => rig.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
const previous = (type: string) =>
  rig.sim.world.all('events').findLast((one) => one.type === type)!.data.previous_attributes;

async function subscribe() {
  rig.at('2026-04-01T00:00:00Z');
  const customer = await rig.customer();
  const price = await rig.price();
  const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  rig.at('2026-04-16T00:00:00Z');
  return { id: subscription.id, item: subscription.items.data[0]!.id, customer: customer.id };
}

async function useCard(customer: string, card: string) {
  const method = await rig.stripe.paymentMethods.attach(card, { customer });
  await rig.stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
}

const raise = (
  id: string,
  item: string,
  behavior: 'pending_if_incomplete' | 'error_if_incomplete' | 'default_incomplete',
) =>
  rig.stripe.subscriptions.update(id, {
    items: [{ id: item, quantity: 3 }],
    payment_behavior: behavior,
    proration_behavior: 'always_invoice',
  });

describe('an update with pending_if_incomplete', () => {
  it('takes place when its invoice is paid at once', async () => {
    const { id, item } = await subscribe();
    const mark = rig.mark();
    const updated = await raise(id, item, 'pending_if_incomplete');
    expect(updated).toMatchObject({ pending_update: null, items: { data: [{ quantity: 3 }] } });
    expect(rig.eventTypes(mark)).not.toContain('customer.subscription.pending_update_applied');
    expect(previous('customer.subscription.updated')).toMatchObject({ items: { data: [{ quantity: 1 }] } });
    expect((await get(id)).latest_invoice).toMatchObject({ total: 2_000, status: 'paid' });
  });

  it('waits for a payment that fails, and takes place when the invoice is paid', async () => {
    const { id, item, customer } = await subscribe();
    await useCard(customer, 'pm_card_chargeCustomerFail');
    const waiting = await raise(id, item, 'pending_if_incomplete');
    expect(waiting).toMatchObject({
      status: 'active',
      items: { data: [{ quantity: 1 }] },
      pending_update: { subscription_items: [{ id: item, quantity: 3 }], billing_cycle_anchor: null },
    });
    expect(waiting.pending_update!.expires_at).toBe(rig.clock.seconds() + 23 * 3_600);
    expect(Object.keys(previous('customer.subscription.updated')!).sort()).toEqual([
      'latest_invoice',
      'pending_update',
    ]);
    const open = (await get(id)).latest_invoice as { id: string };
    expect(open).toMatchObject({ status: 'open', next_payment_attempt: null, amount_due: 2_000 });
    await useCard(customer, 'pm_card_visa');
    const mark = rig.mark();
    await rig.stripe.invoices.pay(open.id);
    expect(await get(id)).toMatchObject({ pending_update: null, items: { data: [{ quantity: 3 }] } });
    expect(rig.eventTypes(mark)).toEqual(
      expect.arrayContaining(['customer.subscription.updated', 'customer.subscription.pending_update_applied']),
    );
  });

  it('lapses after 23 hours: its invoice is void and nothing has changed', async () => {
    const { id, item, customer } = await subscribe();
    await useCard(customer, 'pm_card_chargeCustomerFail');
    await raise(id, item, 'pending_if_incomplete');
    const mark = rig.mark();
    rig.at('2026-04-16T23:30:00Z');
    expect(rig.eventTypes(mark)).toEqual(
      expect.arrayContaining(['invoice.voided', 'customer.subscription.pending_update_expired']),
    );
    expect(await get(id)).toMatchObject({
      pending_update: null,
      items: { data: [{ quantity: 1 }] },
      latest_invoice: { status: 'void' },
    });
    await useCard(customer, 'pm_card_visa');
    await raise(id, item, 'pending_if_incomplete');
    expect((await get(id)).latest_invoice).toMatchObject({ status: 'paid' });
  });

  it('gives way to another update', async () => {
    const { id, item, customer } = await subscribe();
    await useCard(customer, 'pm_card_chargeCustomerFail');
    await raise(id, item, 'pending_if_incomplete');
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 2 }], proration_behavior: 'none' });
    expect(await get(id)).toMatchObject({ pending_update: null, items: { data: [{ quantity: 2 }] } });
  });

  it('refuses what cannot be pending', async () => {
    const { id } = await subscribe();
    await expect(
      rig.stripe.subscriptions.update(id, { metadata: { a: '1' }, payment_behavior: 'pending_if_incomplete' }),
    ).rejects.toMatchObject({ statusCode: 400, param: 'metadata' });
  });
});

describe('an update whose payment fails', () => {
  it('changes nothing with error_if_incomplete', async () => {
    const { id, item, customer } = await subscribe();
    await useCard(customer, 'pm_card_chargeCustomerFail');
    const mark = rig.mark();
    await expect(raise(id, item, 'error_if_incomplete')).rejects.toMatchObject({
      statusCode: 402,
      code: 'card_declined',
    });
    expect(rig.eventTypes(mark)).toEqual([]);
    expect((await get(id)).items.data[0]!.quantity).toBe(1);
  });

  it('takes place with default_incomplete, and leaves the subscription past_due until somebody pays', async () => {
    const { id, item } = await subscribe();
    await raise(id, item, 'default_incomplete');
    const after = await get(id);
    expect(after).toMatchObject({
      status: 'past_due',
      items: { data: [{ quantity: 3 }] },
      latest_invoice: { status: 'open', attempt_count: 0 },
    });
    await rig.stripe.invoices.pay((after.latest_invoice as { id: string }).id);
    expect((await get(id)).status).toBe('active');
  });
});
