import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFor, startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const raw = (path: string, init: RequestInit = {}) =>
  fetch(rig.sim.url + path, { headers: { Authorization: `Bearer ${rig.sim.secretKey}` }, ...init });

describe('authentication and headers', () => {
  it('answers 401 for a wrong key', async () => {
    const error: unknown = await clientFor(rig.sim, 'sk_test_wrong')
      .customers.list()
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error).toMatchObject({ statusCode: 401 });
  });

  it('takes the key as user name of Basic authentication, and no version for the default one', async () => {
    const key = Buffer.from(`${rig.sim.secretKey}:`).toString('base64');
    const response = await raw('/v1/customers', { headers: { Authorization: `Basic ${key}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('stripe-version')).toBe('2026-10-28.endive');
    expect(response.headers.get('request-id')).toMatch(/^req_/);
  });

  it('dates answers by its own clock', async () => {
    rig.at('2026-03-01T12:00:00Z');
    const response = await raw('/v1/customers');
    expect(response.headers.get('date')).toBe('Sun, 01 Mar 2026 12:00:00 GMT');
  });

  it('refuses another version', async () => {
    const response = await raw('/v1/customers', {
      headers: { Authorization: `Bearer ${rig.sim.secretKey}`, 'Stripe-Version': '2020-08-27' },
    });
    expect(response.status).toBe(400);
  });
});

describe('errors', () => {
  it('names an unknown parameter, nested ones too', async () => {
    const params = { invoice_settings: { colour: 'red' } } as Stripe.CustomerCreateParams;
    await expect(rig.stripe.customers.create(params)).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
      code: 'parameter_unknown',
      param: 'invoice_settings[colour]',
    });
  });

  it('answers 404 for an unknown id, and 400 when a parameter holds it', async () => {
    await expect(rig.stripe.customers.retrieve('cus_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
      message: "No such customer: 'cus_none'",
    });
    await expect(
      rig.stripe.subscriptions.create({ customer: 'cus_none', items: [{ price: 'price_none' }] }),
    ).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer' });
  });

  it('leaves no customer behind when a parameter is wrong', async () => {
    const before = rig.sim.world.all('customers').length;
    await expect(rig.stripe.customers.create({ name: 'A', payment_method: 'pm_none' })).rejects.toMatchObject({
      code: 'resource_missing',
    });
    expect(rig.sim.world.all('customers')).toHaveLength(before);
  });

  it('counts what it does not simulate', async () => {
    await expect(rig.stripe.quotes.list()).rejects.toMatchObject({ statusCode: 404 });
    const unsupported = (await (await fetch(`${rig.sim.url}/__sim/unsupported`)).json()) as Record<string, number>;
    expect(unsupported['GET /v1/quotes']).toBe(1);
  });
});

describe('lists', () => {
  it('gives pages newest first, in both directions, also within one second', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await rig.stripe.customers.create({ name, email: 'page@acme.example' });
    const email = 'page@acme.example';
    const first = await rig.stripe.customers.list({ email, limit: 2 });
    expect(first.data.map((one) => one.name)).toEqual(['e', 'd']);
    expect(first.has_more).toBe(true);
    const second = await rig.stripe.customers.list({ email, limit: 2, starting_after: first.data[1]!.id });
    expect(second.data.map((one) => one.name)).toEqual(['c', 'b']);
    const back = await rig.stripe.customers.list({ email, limit: 2, ending_before: second.data[1]!.id });
    expect(back.data.map((one) => one.name)).toEqual(['d', 'c']);
    expect(back.has_more).toBe(true);
    const all = await rig.stripe.customers.list({ email, limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map((one) => one.name)).toEqual(names.toReversed());
  });

  it('filters by created and refuses a bad limit', async () => {
    const customer = await rig.stripe.customers.create({ name: 'now' });
    const later = await rig.stripe.customers.list({ created: { gt: customer.created } });
    expect(later.data).toEqual([]);
    const since = await rig.stripe.customers.list({ created: { gte: customer.created } });
    expect(since.data.map((one) => one.id)).toContain(customer.id);
    await expect(rig.stripe.customers.list({ limit: 101 })).rejects.toMatchObject({ statusCode: 400, param: 'limit' });
  });
});

describe('expand', () => {
  it('puts objects in place of ids', async () => {
    const price = await rig.price();
    const one = await rig.stripe.prices.retrieve(price.id, { expand: ['product'] });
    expect(one.product).toMatchObject({ object: 'product', name: 'Pro' });
    const list = await rig.stripe.prices.list({ expand: ['data.product'] });
    expect(list.data[0]?.product).toMatchObject({ object: 'product' });
  });

  it('shows tiers only when they are expanded', async () => {
    const price = await rig.price({
      unit_amount: undefined as never,
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 10, unit_amount: 100 },
        { up_to: 'inf', unit_amount_decimal: Stripe.Decimal.from('0.5') },
      ],
    });
    expect(price.tiers).toBeUndefined();
    const expanded = await rig.stripe.prices.retrieve(price.id, { expand: ['tiers'] });
    expect(expanded.tiers?.map((tier) => [tier.up_to, tier.unit_amount, String(tier.unit_amount_decimal)])).toEqual([
      [10, 100, '100'],
      [null, null, '0.5'],
    ]);
  });

  it('leaves out what an object does not have', async () => {
    const price = await rig.price();
    expect(await rig.stripe.prices.retrieve(price.id, { expand: ['tiers'] })).not.toHaveProperty('tiers');
    const coupon = await rig.stripe.coupons.create({ amount_off: 500, currency: 'eur', duration: 'once' });
    const expanded = await rig.stripe.coupons.retrieve(coupon.id, { expand: ['applies_to', 'currency_options'] });
    expect(expanded).not.toHaveProperty('applies_to');
    expect(expanded.currency_options).toEqual({ eur: { amount_off: 500 } });
  });

  it('refuses what cannot be expanded, and more than four levels', async () => {
    const customer = await rig.customer();
    await expect(rig.stripe.customers.retrieve(customer.id, { expand: ['email'] })).rejects.toMatchObject({
      statusCode: 400,
      message: 'This property cannot be expanded (email).',
    });
    await expect(rig.stripe.customers.retrieve(customer.id, { expand: ['nothing'] })).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(rig.stripe.customers.list({ expand: ['data.a.b.c.d'] })).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('idempotency', () => {
  it('carries a POST out once and repeats its answer', async () => {
    const options = { idempotencyKey: 'order-1' };
    const first = await rig.stripe.customers.create({ name: 'Once' }, options);
    const again = await rig.stripe.customers.create({ name: 'Once' }, options);
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    await expect(rig.stripe.customers.create({ name: 'Other' }, options)).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
  });

  it('does not keep a validation error', async () => {
    const options = { idempotencyKey: 'order-2' };
    await expect(rig.stripe.customers.create({ email: 'none' }, options)).rejects.toMatchObject({ statusCode: 400 });
    const made = await rig.stripe.customers.create({ email: 'some@acme.example' }, options);
    expect(made.id).toMatch(/^cus_/);
  });
});

describe('injected faults', () => {
  it('hit product paths only, and the client sees them as Stripe errors', async () => {
    const body = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' } };
    await fetch(`${rig.sim.url}/__sim/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ faults: [{ path: '/v1/customers', status: 429, times: 1, body }] }),
    });
    await expect(rig.stripe.customers.list()).rejects.toMatchObject({ type: 'StripeRateLimitError', statusCode: 429 });
    await expect(rig.stripe.customers.list()).resolves.toMatchObject({ object: 'list' });
  });
});
