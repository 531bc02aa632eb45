import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const post = (url: string, fields: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

describe('a session of the customer portal', () => {
  it('that is only for the payment method takes a new card and leads back', async () => {
    const customer = await rig.customer('pm_card_chargeCustomerFail');
    const session = await rig.stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url: 'https://app.example/account',
      flow_data: {
        type: 'payment_method_update',
        after_completion: { type: 'redirect', redirect: { return_url: 'https://app.example/thanks' } },
      },
    });
    expect(session).toMatchObject({
      customer: customer.id,
      return_url: 'https://app.example/account',
      flow: { type: 'payment_method_update', after_completion: { type: 'redirect' }, subscription_cancel: null },
    });
    expect(await (await fetch(session.url)).text()).toContain('Save this card');
    expect((await post(session.url, { card: 'pm_card_chargeDeclined' })).status).toBe(402);
    const mark = rig.mark();
    const saved = await post(session.url, { card: 'pm_card_mastercard' });
    expect(saved.headers.get('location')).toBe('https://app.example/thanks');
    expect(rig.eventTypes(mark)).toEqual(['payment_method.attached', 'customer.updated']);
    const { invoice_settings: settings } = (await rig.stripe.customers.retrieve(customer.id, {
      expand: ['invoice_settings.default_payment_method'],
    })) as typeof customer;
    expect(settings.default_payment_method).toMatchObject({ card: { brand: 'mastercard' } });
  });

  it('cancels a subscription at the end of its period', async () => {
    const customer = await rig.customer();
    const price = await rig.price();
    const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const session = await rig.stripe.billingPortal.sessions.create({
      customer: customer.id,
      flow_data: { type: 'subscription_cancel', subscription_cancel: { subscription: subscription.id } },
    });
    await post(session.url, { cancel: 'yes' });
    expect((await rig.stripe.subscriptions.retrieve(subscription.id)).cancel_at_period_end).toBe(true);
    const other = await rig.customer();
    await expect(
      rig.stripe.billingPortal.sessions.create({
        customer: other.id,
        flow_data: { type: 'subscription_cancel', subscription_cancel: { subscription: subscription.id } },
      }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it('shows the invoices of its customer, and its link lasts five minutes', async () => {
    const customer = await rig.customer();
    const price = await rig.price();
    await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const session = await rig.stripe.billingPortal.sessions.create({ customer: customer.id });
    expect(await (await fetch(session.url)).text()).toContain('$20.00');
    rig.at('2026-03-01T12:05:00Z');
    expect((await fetch(session.url)).status).toBe(404);
    expect((await post(session.url, { card: 'pm_card_visa' })).status).toBe(404);
  });
});

describe('a configuration of the customer portal', () => {
  it('says which flows there are', async () => {
    const made = await rig.stripe.billingPortal.configurations.create({
      name: 'Cards only',
      features: { payment_method_update: { enabled: true } },
      default_return_url: 'https://app.example/',
    });
    expect(made).toMatchObject({
      is_default: false,
      active: true,
      features: { payment_method_update: { enabled: true }, subscription_cancel: { enabled: false } },
    });
    const customer = await rig.customer();
    const price = await rig.price();
    const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await expect(
      rig.stripe.billingPortal.sessions.create({
        customer: customer.id,
        configuration: made.id,
        flow_data: { type: 'subscription_cancel', subscription_cancel: { subscription: subscription.id } },
      }),
    ).rejects.toMatchObject({ param: 'flow_data[type]' });
    await rig.stripe.billingPortal.configurations.update(made.id, { active: false });
    await expect(
      rig.stripe.billingPortal.sessions.create({ customer: customer.id, configuration: made.id }),
    ).rejects.toMatchObject({ param: 'configuration' });
    const list = await rig.stripe.billingPortal.configurations.list({ is_default: false });
    expect(list.data.map((one) => one.id)).toEqual([made.id]);
  });
});
