import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

type Params = Partial<Stripe.Checkout.SessionCreateParams>;

const open = (more: Params) =>
  rig.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example/done?session={CHECKOUT_SESSION_ID}',
    ...more,
  });

const oneOff = { price_data: { currency: 'usd', unit_amount: 1_500, product_data: { name: 'Poster' } }, quantity: 2 };
const get = (id: string) => rig.stripe.checkout.sessions.retrieve(id);

async function later(seconds: number): Promise<void> {
  rig.at(new Date(rig.clock.now().getTime() + seconds * 1_000).toISOString());
  await rig.sim.settled();
}

describe('a checkout session', () => {
  it('sells once, on a page that leads back', async () => {
    const session = await open({
      line_items: [oneOff],
      metadata: { order: '7' },
      payment_intent_data: { metadata: { order: '7' } },
      expand: ['line_items'],
    });
    expect(session).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      amount_total: 3_000,
      currency: 'usd',
      line_items: { data: [{ description: 'Poster', quantity: 2, amount_total: 3_000 }] },
    });
    expect(await (await fetch(session.url!)).text()).toContain('Poster');
    const declined = await fetch(session.url!, {
      method: 'POST',
      body: new URLSearchParams({ card: 'pm_card_chargeDeclined' }),
    });
    expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('declined')]);
    const mark = rig.mark();
    const paid = await fetch(session.url!, {
      method: 'POST',
      body: new URLSearchParams({ card: 'pm_card_visa' }),
      redirect: 'manual',
    });
    expect(paid.headers.get('location')).toBe(`https://shop.example/done?session=${session.id}`);
    const done = await rig.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      payment_intent: { status: 'succeeded', amount: 3_000, metadata: { order: '7' } },
    });
    expect(rig.eventTypes(mark).at(-1)).toBe('checkout.session.completed');
    expect((await fetch(session.url!)).status).toBe(404);
  });

  it('starts a subscription for a new customer, after a trial if asked for', async () => {
    const price = await rig.price();
    const session = await open({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 3 }],
      customer_email: 'new@acme.example',
      subscription_data: { metadata: { plan: 'pro' } },
    });
    await rig.act('complete-checkout', { session: session.id, name: 'New GmbH' });
    const done = await rig.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription', 'customer', 'invoice'],
    });
    expect(done).toMatchObject({
      payment_status: 'paid',
      customer: { email: 'new@acme.example', name: 'New GmbH' },
      subscription: { status: 'active', metadata: { plan: 'pro' }, items: { data: [{ quantity: 3 }] } },
      invoice: { status: 'paid', total: 6_000 },
    });
    const trial = await open({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 1 }],
      customer: (done.customer as Stripe.Customer).id,
      subscription_data: { trial_period_days: 14 },
    });
    await rig.act('complete-checkout', { session: trial.id });
    const { subscription } = await rig.stripe.checkout.sessions.retrieve(trial.id, { expand: ['subscription'] });
    expect(subscription).toMatchObject({ status: 'trialing' });
  });

  it('saves a card for later, also one that asks for a proof', async () => {
    const customer = await rig.stripe.customers.create({ name: 'Acme' });
    const session = await open({ mode: 'setup', currency: 'usd', customer: customer.id });
    await rig.act('complete-checkout', { session: session.id, card: 'pm_card_authenticationRequired' });
    const done = await rig.stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent.payment_method'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'no_payment_required',
      setup_intent: { status: 'succeeded', payment_method: { customer: customer.id } },
    });
  });

  it('that is paid by debit is unpaid until the bank has answered', async () => {
    const session = await open({ line_items: [oneOff], allowed_payment_method_types: ['us_bank_account'] });
    await rig.act('complete-checkout', { session: session.id, card: 'pm_usBankAccount_insufficientFunds' });
    expect(await get(session.id)).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    await later(30);
    expect(rig.eventTypes().at(-1)).toBe('checkout.session.async_payment_failed');
  });

  it('can be completed as the Stripe command line does it', async () => {
    const session = await open({ line_items: [oneOff] });
    const confirm = (amount: number) =>
      fetch(`${rig.sim.url}/v1/payment_pages/${session.id}/confirm`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${rig.sim.secretKey}` },
        body: new URLSearchParams({ payment_method: 'pm_card_visa', expected_amount: String(amount) }),
      });
    expect((await confirm(1)).status).toBe(400);
    expect(await (await confirm(3_000)).json()).toMatchObject({ id: session.id, status: 'complete' });
  });

  it('ends after a day or when it is told to, and cannot be completed then', async () => {
    const [left, ended] = [await open({ line_items: [oneOff] }), await open({ line_items: [oneOff] })];
    expect(await rig.stripe.checkout.sessions.expire(ended.id)).toMatchObject({ status: 'expired', url: null });
    await expect(rig.stripe.checkout.sessions.expire(ended.id)).rejects.toMatchObject({ statusCode: 400 });
    await later(86_400);
    expect((await get(left.id)).status).toBe('expired');
    expect(rig.eventTypes().at(-1)).toBe('checkout.session.expired');
    expect((await rig.act('complete-checkout', { session: left.id })).status).toBe(400);
    const list = await rig.stripe.checkout.sessions.list({ status: 'expired' });
    expect(list.data.map((one) => one.id)).toEqual([left.id, ended.id].toReversed());
  });

  it('refuses what does not fit its mode', async () => {
    const price = await rig.price();
    await expect(open({ line_items: [{ price: price.id, quantity: 1 }] })).rejects.toMatchObject({
      param: 'line_items',
    });
    await expect(open({ mode: 'subscription', line_items: [oneOff] })).rejects.toMatchObject({ param: 'line_items' });
    await expect(open({})).rejects.toMatchObject({ code: 'parameter_missing' });
    await expect(open({ line_items: [oneOff], success_url: undefined as never })).rejects.toMatchObject({
      param: 'success_url',
    });
    await expect(open({ line_items: [oneOff], expires_at: rig.clock.seconds() + 60 })).rejects.toMatchObject({
      param: 'expires_at',
    });
    await expect(
      open({ line_items: [oneOff], shipping_address_collection: { allowed_countries: ['AT'] } }),
    ).rejects.toMatchObject({ statusCode: 501 });
  });
});
