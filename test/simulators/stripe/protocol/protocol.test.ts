import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFor, startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const bearer = () => ({ Authorization: `Bearer ${rig.sim.secretKey}` });

const raw = (path: string, init: RequestInit = {}) =>
  fetch(rig.sim.url + path, { headers: { Authorization: `Bearer ${rig.sim.secretKey}` }, ...init });

const limits = (body: object) =>
  fetch(`${rig.sim.url}/__sim/limits`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

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

  it('takes versions of its own name, knows of others that it does not have them, and refuses what is none', async () => {
    const status = async (version: string) =>
      (await raw('/v1/customers', { headers: { ...bearer(), 'Stripe-Version': version } })).status;
    expect(await status('2026-09-30.endive')).toBe(200);
    expect(await status('2020-08-27')).toBe(501);
    expect(await status('yesterday')).toBe(400);
  });

  it('refuses live keys, publishable keys and other accounts', async () => {
    const status = async (headers: Record<string, string>) => {
      const response = await raw('/v1/customers', { headers });
      return [response.status, ((await response.json()) as { error: { code?: string } }).error.code];
    };
    expect(await status({ Authorization: 'Bearer sk_live_1234567890' })).toEqual([401, undefined]);
    expect(await status({ Authorization: 'Bearer pk_test_1234567890' })).toEqual([403, 'secret_key_required']);
    expect(await status({ ...bearer(), 'Stripe-Account': 'acct_other' })).toEqual([403, 'account_invalid']);
    expect(await status({})).toEqual([401, undefined]);
  });

  it('lets a restricted key do only what it may', async () => {
    const made = await fetch(`${rig.sim.url}/__sim/keys`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ permissions: { customer: 'read', billing_meter: 'write' } }),
    });
    const { key } = (await made.json()) as { key: string };
    const restricted = clientFor(rig.sim, key);
    await expect(restricted.customers.list()).resolves.toMatchObject({ object: 'list' });
    await expect(restricted.customers.create({ name: 'No' })).rejects.toMatchObject({
      type: 'StripePermissionError',
      statusCode: 403,
      message: expect.stringContaining("'rak_customer_write'") as string,
    });
    await expect(restricted.invoices.list()).rejects.toMatchObject({ statusCode: 403 });
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
    await expect(rig.stripe.quotes.list()).rejects.toMatchObject({
      statusCode: 501,
      message: 'GET /v1/quotes is not simulated.',
    });
    const unsupported = (await (await fetch(`${rig.sim.url}/__sim/unsupported`)).json()) as Record<string, number>;
    expect(unsupported['GET /v1/quotes']).toBe(1);
  });
});

describe('a path that nobody knows', () => {
  it('is answered as Stripe does, with its method', async () => {
    const response = await raw('/v1/custmers', { method: 'POST', headers: bearer() });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: {
        type: 'invalid_request_error',
        message:
          'Unrecognized request URL (POST: /v1/custmers). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.',
      },
    });
    expect((await raw('/v1/stripecli/sessions', { method: 'POST', headers: bearer() })).status).toBe(501);
    expect((await raw('/v1/customers/cus_1/sources')).status).toBe(501);
    expect((await raw('/v2/core/accounts')).status).toBe(501);
  });

  it('asks for the key first', async () => {
    expect((await raw('/v1/custmers', { headers: {} })).status).toBe(401);
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
    const [oldest] = all.slice(-1);
    const upwards = await rig.stripe.customers
      .list({ email, limit: 2, ending_before: oldest!.id })
      .autoPagingToArray({ limit: 100 });
    expect(upwards.map((one) => one.name)).toEqual(['b', 'c', 'd', 'e']);
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

  it('repeats an error of the server too, though its effect was made', async () => {
    await limits({ serverErrors: 1 });
    const before = rig.sim.world.all('customers').length;
    const create = () => rig.stripe.customers.create({ name: 'Half' }, { idempotencyKey: 'order-3' });
    await expect(create()).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 500 });
    await expect(create()).rejects.toMatchObject({ statusCode: 500 });
    expect(rig.sim.world.all('customers')).toHaveLength(before + 1);
  });

  it('forgets a key after a day', async () => {
    const options = { idempotencyKey: 'order-4' };
    const first = await rig.stripe.customers.create({ name: 'Daily' }, options);
    rig.at('2026-03-02T11:59:00Z');
    expect((await rig.stripe.customers.create({ name: 'Daily' }, options)).id).toBe(first.id);
    rig.at('2026-03-02T12:00:01Z');
    expect((await rig.stripe.customers.create({ name: 'Other' }, options)).id).not.toBe(first.id);
  });

  it('refuses a key and an object that another request is using', async () => {
    const customer = await rig.stripe.customers.create({ name: 'Busy' });
    await limits({ processingMs: 60 });
    const twice = (name: string) => rig.stripe.customers.create({ name }, { idempotencyKey: 'order-5' });
    const same = await Promise.allSettled([twice('Same'), twice('Same')]);
    const update = (name: string) => rig.stripe.customers.update(customer.id, { name });
    const locked = await Promise.allSettled([update('A'), update('B')]);
    await limits({ processingMs: 0 });
    const refusal = (all: PromiseSettledResult<unknown>[]) =>
      all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refusal(same)).toMatchObject([{ statusCode: 409, code: 'idempotency_key_in_use' }]);
    expect(refusal(locked)).toMatchObject([{ statusCode: 429, code: 'lock_timeout' }]);
  });

  it('does not keep a validation error', async () => {
    const options = { idempotencyKey: 'order-2' };
    await expect(rig.stripe.customers.create({ email: 'none' }, options)).rejects.toMatchObject({ statusCode: 400 });
    const made = await rig.stripe.customers.create({ email: 'some@acme.example' }, options);
    expect(made.id).toMatch(/^cus_/);
  });
});

describe('a request without a version, as the Stripe command line sends it', () => {
  const post = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await raw(path, {
      method: 'POST',
      headers: { ...bearer(), ...headers },
      body: new URLSearchParams(fields),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const pay = { amount: '2000', currency: 'usd', confirm: 'true', payment_method: 'pm_card_visa' };

  it('may use the parameters of older versions, one with a version may not', async () => {
    const typed = { ...pay, 'payment_method_types[]': 'card' };
    expect(await post('/v1/payment_intents', typed)).toMatchObject({ status: 200, body: { status: 'succeeded' } });
    const pinned = await post('/v1/payment_intents', typed, { 'Stripe-Version': '2026-10-28.endive' });
    expect(pinned).toMatchObject({ status: 400, body: { error: { code: 'parameter_unknown' } } });
  });

  it('takes cards only where it names no kinds of methods, and a token as the default card', async () => {
    expect((await post('/v1/payment_intents', pay)).body).toMatchObject({
      status: 'succeeded',
      payment_method_types: ['card'],
    });
    const customer = await post('/v1/customers', { source: 'tok_visa' });
    expect(customer.body).toMatchObject({
      invoice_settings: { default_payment_method: expect.stringMatching(/^pm_/) as string },
    });
    const coupon = await rig.stripe.coupons.create({ percent_off: 10, duration: 'once' });
    expect((await post('/v1/promotion_codes', { coupon: coupon.id })).body).toMatchObject({
      promotion: { coupon: coupon.id },
    });
    const price = await rig.price({ recurring: { interval: 'month', interval_count: 3 } });
    const schedule = await post('/v1/subscription_schedules', {
      customer: (await rig.customer()).id,
      start_date: 'now',
      'phases[0][items][0][price]': price.id,
      'phases[0][iterations]': '2',
    });
    const [phase] = schedule.body['phases'] as { start_date: number; end_date: number }[];
    expect(phase!.end_date - phase!.start_date).toBeGreaterThan(180 * 86_400);
  });
});

describe('rate limits', () => {
  it('are off until somebody switches them on', async () => {
    const many = await Promise.all(Array.from({ length: 60 }, () => raw('/v1/products?limit=1')));
    expect(many.every((one) => one.status === 200)).toBe(true);
  });

  it('tell which of them was hit, and the client sees them as such', async () => {
    await limits({ global: null, endpoint: 5 });
    const some = await Promise.all(Array.from({ length: 20 }, () => raw('/v1/products?limit=1')));
    const refused = some.find((one) => one.status === 429);
    expect(refused?.headers.get('stripe-rate-limited-reason')).toBe('endpoint-rate');
    expect(await refused?.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'rate_limit' } });
    await limits({ global: 0, endpoint: null });
    await expect(rig.stripe.products.list()).rejects.toMatchObject({
      type: 'StripeRateLimitError',
      headers: { 'stripe-rate-limited-reason': 'global-rate' },
    });
    await limits({ global: null });
    expect((await limits({ colour: 1 })).status).toBe(400);
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
