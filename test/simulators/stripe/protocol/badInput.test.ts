import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
let customer: string;
let product: string;
let price: string;
beforeAll(async () => {
  rig = await startRig();
  customer = (await rig.customer()).id;
  price = (await rig.price()).id;
  product = (await rig.stripe.products.create({ name: 'Plus' })).id;
});
afterAll(() => rig.sim.close());

type Refusal = { status: number; error: { type?: string; code?: string; param?: string; message?: string } };

async function call(method: 'GET' | 'POST', path: string, form: Record<string, string> = {}): Promise<Refusal> {
  const query = new URLSearchParams(form).toString();
  const response = await fetch(`${rig.sim.url}${path}${method === 'GET' ? `?${query}` : ''}`, {
    method,
    headers: {
      Authorization: `Bearer ${rig.sim.secretKey}`,
      'Stripe-Version': '2026-10-28.endive',
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    ...(method === 'POST' ? { body: query } : {}),
  });
  const { error = {} } = (await response.json()) as { error?: Refusal['error'] };
  return { status: response.status, error };
}

const ofPrice = (form: Record<string, string>) => ({ product, currency: 'usd', ...form });
const monthly = { 'recurring[interval]': 'month' };
const tier = (index: number, upTo: string) => ({
  [`tiers[${index}][up_to]`]: upTo,
  [`tiers[${index}][unit_amount]`]: '1',
});
const tiered = { billing_scheme: 'tiered', tiers_mode: 'volume', ...monthly };

describe('a value out of its bounds is refused with the name of its parameter', () => {
  it.each<[string, Record<string, string>, string]>([
    ['prices', { unit_amount: '-1' }, 'unit_amount'],
    ['prices', { unit_amount_decimal: '-0.5' }, 'unit_amount_decimal'],
    ['prices', { unit_amount: '1', currency: 'xyz' }, 'currency'],
    ['prices', { unit_amount: '1', ...monthly, 'recurring[interval_count]': '0' }, 'recurring[interval_count]'],
    ['prices', { unit_amount: '1', ...monthly, 'recurring[interval_count]': '37' }, 'recurring[interval_count]'],
    ['prices', { ...tiered, ...tier(0, '5'), ...tier(1, '5'), ...tier(2, 'inf') }, 'tiers[1][up_to]'],
    [
      'prices',
      { ...tiered, ...tier(0, 'inf'), 'transform_quantity[divide_by]': '2', 'transform_quantity[round]': 'up' },
      'transform_quantity',
    ],
    [
      'prices',
      { unit_amount: '1', 'transform_quantity[divide_by]': '0', 'transform_quantity[round]': 'up' },
      'transform_quantity[divide_by]',
    ],
    ['coupons', { percent_off: '0' }, 'percent_off'],
    ['coupons', { percent_off: '100.5' }, 'percent_off'],
    ['coupons', { amount_off: '-5', currency: 'usd' }, 'amount_off'],
    ['coupons', { percent_off: '5', max_redemptions: '0' }, 'max_redemptions'],
    ['coupons', { percent_off: '5', duration: 'once', duration_in_months: '3' }, 'duration_in_months'],
    ['products', { name: '' }, 'name'],
  ])('when it stands in a new one of %s: %o', async (family, form, param) => {
    const given = family === 'prices' ? ofPrice(form) : form;
    expect(await call('POST', `/v1/${family}`, given)).toMatchObject({ status: 400, error: { param } });
  });

  it('as quantities below 0, of a subscription and of an invoice item', async () => {
    const subscription = { customer, 'items[0][price]': price, 'items[0][quantity]': '-1' };
    expect(await call('POST', '/v1/subscriptions', subscription)).toMatchObject({
      status: 400,
      error: { code: 'parameter_invalid_integer', param: 'items[0][quantity]' },
    });
    const item = { customer, amount: '10', currency: 'usd', quantity: '-1' };
    expect(await call('POST', '/v1/invoiceitems', item)).toMatchObject({ status: 400, error: { param: 'quantity' } });
  });

  it('as more than 50 keys of metadata, also when an update adds up to them', async () => {
    const keys = (count: number, prefix: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`metadata[${prefix}${index}]`, 'x']));
    expect(await call('POST', '/v1/customers', keys(51, 'a'))).toMatchObject({ status: 400 });
    expect(await call('POST', `/v1/customers/${customer}`, keys(50, 'a'))).toMatchObject({ status: 200 });
    expect(await call('POST', `/v1/customers/${customer}`, keys(1, 'b'))).toMatchObject({
      status: 400,
      error: { param: 'metadata' },
    });
  });
});

describe('what contradicts itself is refused', () => {
  it('as the same price twice in a new subscription', async () => {
    const twice = { customer, 'items[0][price]': price, 'items[1][price]': price };
    expect(await call('POST', '/v1/subscriptions', twice)).toMatchObject({
      status: 400,
      error: { message: expect.stringContaining('multiple subscription items with the same plan') as string },
    });
  });

  it('as a quantity of a metered price, also in a new subscription', async () => {
    const { id: meter } = await rig.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const metered = await rig.price({ recurring: { interval: 'month', usage_type: 'metered', meter } });
    const wanted = { customer, 'items[0][price]': metered.id, 'items[0][quantity]': '3' };
    expect(await call('POST', '/v1/subscriptions', wanted)).toMatchObject({
      status: 400,
      error: { param: 'items[0][quantity]' },
    });
  });

  it('as a refund of both a charge and its payment intent', async () => {
    const paid = await rig.stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://shop.example/',
    });
    const both = { charge: String(paid.latest_charge), payment_intent: paid.id };
    expect(await call('POST', '/v1/refunds', both)).toMatchObject({ status: 400 });
  });

  it('as days until an invoice is due that is charged by itself', async () => {
    expect(await call('POST', '/v1/invoices', { customer, days_until_due: '5' })).toMatchObject({
      status: 400,
      error: { param: 'days_until_due' },
    });
  });
});

describe('a coupon', () => {
  it('that is unknown or too late is refused under its place, and none beside it is redeemed', async () => {
    const { coupons } = rig.stripe;
    const good = await coupons.create({ percent_off: 5 });
    const late = await coupons.create({ percent_off: 5, redeem_by: rig.clock.seconds() });
    for (const [id, code] of [
      ['none', 'resource_missing'],
      [late.id, 'coupon_expired'],
    ] as const) {
      const discounts = { 'discounts[0][coupon]': good.id, 'discounts[1][coupon]': id };
      expect(
        await call('POST', '/v1/subscriptions', { customer, 'items[0][price]': price, ...discounts }),
      ).toMatchObject({ status: 400, error: { code, param: 'discounts[1][coupon]' } });
    }
    expect((await coupons.retrieve(good.id)).times_redeemed).toBe(0);
  });

  it('is no longer valid from the second of redeem_by', async () => {
    const { coupons } = rig.stripe;
    const { id, valid } = await coupons.create({ percent_off: 5, redeem_by: rig.clock.seconds() + 60 });
    expect(valid).toBe(true);
    rig.at(new Date(rig.clock.now().getTime() + 60_000).toISOString());
    await rig.sim.settled();
    expect((await coupons.retrieve(id)).valid).toBe(false);
  });
});

describe('an empty value', () => {
  it('unsets what can be unset, and is refused elsewhere', async () => {
    expect(await call('POST', `/v1/customers/${customer}`, { name: '' })).toMatchObject({ status: 200 });
    for (const [path, param] of [
      ['/v1/customers', 'limit'],
      ['/v1/subscriptions', 'customer'],
    ] as const)
      expect(await call('GET', path, { [param]: '' })).toMatchObject({
        status: 400,
        error: { code: 'parameter_invalid_empty', param },
      });
  });
});

describe('an address to come back to', () => {
  it('needs a scheme, in sessions of the portal and of Checkout', async () => {
    for (const [path, param, form] of [
      ['billing_portal/sessions', 'return_url', { customer }],
      ['checkout/sessions', 'success_url', { mode: 'setup', currency: 'usd' }],
    ] as [string, string, Record<string, string>][])
      expect(await call('POST', `/v1/${path}`, { ...form, [param]: 'shop.example' })).toMatchObject({
        status: 400,
        error: { code: 'url_invalid', param },
      });
  });
});

describe('a currency', () => {
  it('is taken in upper case and shown in lower case', async () => {
    const made = await rig.stripe.coupons.create({ amount_off: 5, currency: 'EUR' });
    expect(made.currency).toBe('eur');
  });
});

describe('a list', () => {
  it('whose filter names what never was is refused, one of what was deleted is not', async () => {
    for (const [path, param] of [
      ['invoices', 'customer'],
      ['invoices', 'subscription'],
      ['subscriptions', 'price'],
      ['charges', 'payment_intent'],
      ['invoice_payments', 'invoice'],
      ['prices', 'product'],
    ] as const)
      expect(await call('GET', `/v1/${path}`, { [param]: 'none' }), path).toMatchObject({
        status: 400,
        error: { code: 'resource_missing', param },
      });
    const { id } = await rig.stripe.customers.create({ name: 'Gone' });
    await rig.stripe.customers.del(id);
    expect((await rig.stripe.invoices.list({ customer: id })).data).toEqual([]);
  });
});

describe('what the real service knows and this one does not', () => {
  it('answers 501, whatever its value, and not that nobody knows it', async () => {
    for (const [path, form] of [
      ['payment_intents', { amount: '500', currency: 'usd', 'payment_method_options[card][setup_future_usage]': 'x' }],
      ['charges', { transfer_group: 'x' }],
      ['payment_methods', { type: 'paypal' }],
      ['payment_methods', { type: 'card', 'paypal[x]': 'y' }],
      ['billing/feedback_options', {}],
      ['product_catalog/trial_offers', {}],
    ] as [string, Record<string, string>][])
      expect((await call('POST', `/v1/${path}`, form)).status, path).toBe(501);
    expect((await call('POST', '/v1/payment_methods', { type: 'bitcoin' })).status).toBe(400);
  });
});

describe('a path that cannot be read', () => {
  it('is a fault of the request', async () => {
    expect(await call('GET', '/v1/customers/%zz')).toMatchObject({
      status: 400,
      error: { type: 'invalid_request_error' },
    });
    expect((await call('GET', '/')).error.message).toContain('Unrecognized request URL (GET: /).');
  });
});
