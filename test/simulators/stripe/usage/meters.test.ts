import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
let meter: Stripe.Billing.Meter;
beforeAll(async () => {
  rig = await startRig();
  meter = await rig.stripe.billing.meters.create({
    display_name: 'API calls',
    event_name: 'api_calls',
    default_aggregation: { formula: 'sum' },
  });
});
afterAll(() => rig.sim.close());

const record = (customer: string, value: string, identifier?: string) =>
  rig.stripe.billing.meterEvents.create({
    event_name: 'api_calls',
    payload: { stripe_customer_id: customer, value },
    ...(identifier === undefined ? {} : { identifier }),
  });

it('sums usage in summaries, by window too', async () => {
  const { id } = await rig.customer();
  await record(id, '40');
  await record(id, '2');
  const start = Date.parse('2026-03-01T00:00:00Z') / 1000;
  const window = { customer: id, start_time: start, end_time: start + 2 * 86_400 };
  const whole = await rig.stripe.billing.meters.listEventSummaries(meter.id, window);
  expect(whole.data.map((one) => one.aggregated_value)).toEqual([42]);
  const days = await rig.stripe.billing.meters.listEventSummaries(meter.id, {
    ...window,
    value_grouping_window: 'day',
  });
  expect(days.data).toMatchObject([{ aggregated_value: 42, start_time: start, end_time: start + 86_400 }]);
});

it('refuses what it cannot count', async () => {
  const { id } = await rig.customer();
  await record(id, '1', 'same');
  await expect(record(id, '1', 'same')).rejects.toMatchObject({ statusCode: 400, code: 'duplicate_meter_event' });
  await expect(record('cus_none', '1')).rejects.toMatchObject({ code: 'resource_missing' });
  await expect(record(id, 'many')).rejects.toMatchObject({ statusCode: 400 });
  await expect(
    rig.stripe.billing.meters.listEventSummaries(meter.id, { customer: id, start_time: 61, end_time: 120 }),
  ).rejects.toMatchObject({ statusCode: 400, param: 'start_time' });
});

it('takes events of the v2 API', async () => {
  const { id } = await rig.customer();
  const event = await rig.stripe.v2.billing.meterEvents.create({
    event_name: 'api_calls',
    payload: { stripe_customer_id: id, value: '7' },
  });
  expect(event).toMatchObject({ object: 'v2.billing.meter_event', event_name: 'api_calls' });
});

it('bills usage of the period that ended, by graduated tiers with fractions of a cent', async () => {
  const customer = await rig.customer();
  const product = await rig.stripe.products.create({ name: 'API calls' });
  const price = await rig.stripe.prices.create({
    product: product.id,
    currency: 'usd',
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 1_000, unit_amount: 0 },
      { up_to: 'inf', unit_amount_decimal: Stripe.Decimal.from('0.05'), flat_amount: 100 },
    ],
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
  });
  const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  expect(subscription.items.data[0]).not.toHaveProperty('quantity');
  await record(customer.id, '3000');
  rig.at('2026-04-01T13:30:00Z');
  const [invoice] = (await rig.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(invoice).toMatchObject({ status: 'paid', total: 200 });
  expect(invoice!.lines.data.map((line) => [line.quantity, line.amount])).toEqual([
    [1_000, 0],
    [2_000, 100],
    [1, 100],
  ]);
});
