import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';
import { loadTypes, type TypeCheck } from './typeCheck.ts';

/** Types of the stripe package by the `object` of a reply. */
const typeOf: Record<string, string> = {
  balance_transaction: 'BalanceTransaction',
  'billing.alert': 'Billing.Alert',
  'billing.meter': 'Billing.Meter',
  'billing_portal.configuration': 'BillingPortal.Configuration',
  'billing_portal.session': 'BillingPortal.Session',
  charge: 'Charge',
  'checkout.session': 'Checkout.Session',
  coupon: 'Coupon',
  credit_note: 'CreditNote',
  customer: 'Customer',
  customer_balance_transaction: 'CustomerBalanceTransaction',
  discount: 'Discount',
  dispute: 'Dispute',
  invoice: 'Invoice',
  invoice_payment: 'InvoicePayment',
  invoiceitem: 'InvoiceItem',
  line_item: 'InvoiceLineItem',
  payment_intent: 'PaymentIntent',
  payment_method: 'PaymentMethod',
  price: 'Price',
  product: 'Product',
  promotion_code: 'PromotionCode',
  refund: 'Refund',
  setup_intent: 'SetupIntent',
  subscription: 'Subscription',
  subscription_item: 'SubscriptionItem',
  subscription_schedule: 'SubscriptionSchedule',
  tax_id: 'TaxId',
  tax_rate: 'TaxRate',
  'test_helpers.test_clock': 'TestHelpers.TestClock',
  webhook_endpoint: 'WebhookEndpoint',
};

type Reply = { object: string; data?: Reply[] };

let rig: Rig;
let check: TypeCheck;
beforeAll(async () => {
  check = loadTypes([...new Set(Object.values(typeOf))]);
  rig = await startRig();
});
afterAll(() => rig.sim.close());

async function get(path: string): Promise<Reply> {
  const response = await fetch(`${rig.sim.url}${path}`, { headers: { Authorization: `Bearer ${rig.sim.secretKey}` } });
  expect(response.status).toBe(200);
  return (await response.json()) as Reply;
}

function wrong(reply: Reply): string[] {
  if (reply.object === 'list' || reply.object === 'search_result') return reply.data!.flatMap(wrong);
  const name = typeOf[reply.object];
  return name === undefined ? [`${reply.object}: no type is named for it`] : check(name, reply);
}

/** An account in which subscriptions are in every state that this simulator knows. */
async function live(): Promise<string[]> {
  const { stripe } = rig;
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'repeating', duration_in_months: 3 });
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  const plain = await rig.price();
  const metered = await rig.price({ recurring: { interval: 'month', usage_type: 'metered', meter: meter.id } });
  const tiered = await rig.price({
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 5, unit_amount: 100 },
      { up_to: 'inf', unit_amount: 50, flat_amount: 10 },
    ],
    unit_amount: undefined as never,
  });
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: rig.clock.seconds(), name: 'Clock' });
  const [customer, broke, bound] = [
    await rig.customer(),
    await rig.customer('pm_card_chargeCustomerFail'),
    await rig.customer('pm_card_visa', { test_clock: clock.id }),
  ];
  const items = [
    { price: plain.id, quantity: 2, discounts: [{ coupon: coupon.id }] },
    { price: metered.id },
    { price: tiered.id, quantity: 7 },
  ];
  const active = await stripe.subscriptions.create({
    customer: customer.id,
    items,
    discounts: [{ coupon: coupon.id }],
    metadata: { a: '1' },
  });
  await stripe.subscriptions.create({ customer: broke.id, items: [{ price: plain.id }] });
  await stripe.subscriptions.create({ customer: bound.id, items: [{ price: plain.id }], trial_period_days: 30 });
  const sent = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: plain.id }],
    collection_method: 'send_invoice',
    days_until_due: 10,
  });
  await stripe.subscriptions.update(sent.id, { pause_collection: { behavior: 'void' }, cancel_at: 'max_period_end' });
  const paused = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plain.id }] });
  await stripe.subscriptions.pause(paused.id);
  const planned = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plain.id }] });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: planned.id });
  const [phase] = schedule.phases;
  await stripe.subscriptionSchedules.update(schedule.id, {
    phases: [
      { items: [{ price: plain.id }], start_date: phase!.start_date, end_date: phase!.end_date },
      {
        items: [{ price: tiered.id, discounts: [{ coupon: coupon.id }] }],
        duration: { interval: 'month' },
        discounts: [{ coupon: coupon.id }],
        collection_method: 'send_invoice',
        invoice_settings: { days_until_due: 5 },
      },
    ],
  });
  rig.at('2026-03-16T00:00:00Z');
  await stripe.subscriptions.update(active.id, { items: [{ id: active.items.data[0]!.id, quantity: 5 }] });
  const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
  await stripe.subscriptions.update(active.id, { default_payment_method: bad.id });
  await stripe.subscriptions.update(active.id, {
    items: [{ id: active.items.data[0]!.id, quantity: 9 }],
    payment_behavior: 'pending_if_incomplete',
    proration_behavior: 'always_invoice',
  });
  const ended = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plain.id }] });
  await stripe.subscriptions.cancel(ended.id, { cancellation_details: { feedback: 'unused', comment: 'None' } });
  const [charge] = (await stripe.charges.list({ customer: customer.id })).data;
  await stripe.refunds.create({ charge: charge!.id, amount: 100 });
  await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', enabled_events: ['invoice.paid'] });
  const invoices = await stripe.invoices.list({ customer: customer.id, limit: 100 });
  return [
    ...invoices.data.map((one) => `/v1/invoices/${one.id}/lines?limit=100`),
    `/v1/invoice_payments?invoice=${String(active.latest_invoice)}`,
    `/v1/subscription_items?subscription=${active.id}`,
    `/v1/payment_methods?customer=${customer.id}`,
  ];
}

/** Money that moves in the ways that subscriptions do not take it. */
async function money(): Promise<string[]> {
  const { stripe } = rig;
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: false });
  const customer = await rig.customer('pm_card_visa', { balance: -50 });
  await stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'DE123456789' });
  const coupon = await stripe.coupons.create({ amount_off: 100, currency: 'usd', duration: 'once' });
  await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'HELLO' });
  const price = await rig.price();
  const taxed = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    default_tax_rates: [rate.id],
  });
  await stripe.creditNotes.create({ invoice: taxed.latest_invoice as string, amount: 100, credit_amount: 100 });
  for (const method of ['pm_card_createDispute', 'pm_card_authenticationRequired'])
    await stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      payment_method: method,
      confirm: true,
      return_url: 'https://shop.example/back',
    });
  await stripe.setupIntents.create({
    customer: customer.id,
    payment_method: 'pm_card_visa',
    confirm: true,
    return_url: 'https://shop.example/back',
  });
  const configuration = await stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
  });
  await stripe.billingPortal.sessions.create({
    customer: customer.id,
    configuration: configuration.id,
    return_url: 'https://shop.example/back',
  });
  await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'https://shop.example/done',
  });
  return [
    '/v1/billing_portal/configurations',
    '/v1/checkout/sessions',
    '/v1/credit_notes',
    `/v1/customers/${customer.id}/balance_transactions`,
    `/v1/customers/${customer.id}/tax_ids`,
    '/v1/disputes',
    '/v1/promotion_codes',
    '/v1/setup_intents',
    '/v1/tax_rates',
  ];
}

describe('replies', () => {
  it('have every field that the types of the stripe package have, and no other', async () => {
    const more = [...(await live()), ...(await money())];
    const lists = [
      '/v1/balance_transactions',
      '/v1/billing/meters',
      '/v1/charges',
      '/v1/coupons',
      '/v1/customers',
      '/v1/invoiceitems',
      '/v1/invoices',
      '/v1/payment_intents',
      '/v1/prices',
      '/v1/products',
      '/v1/refunds',
      '/v1/subscription_schedules',
      '/v1/subscriptions?status=all',
      '/v1/test_helpers/test_clocks',
      '/v1/webhook_endpoints',
      ...more,
    ];
    const replies = await Promise.all(lists.map(get));
    expect(replies.filter((list) => list.data!.length === 0)).toEqual([]);
    expect([...new Set(replies.flatMap(wrong))]).toEqual([]);
  });

  it('in events are the same objects', () => {
    const known = rig.sim.world.all('events').map((event) => event.data.object as Reply);
    expect(known.length).toBeGreaterThan(50);
    expect([...new Set(known.flatMap(wrong))]).toEqual([]);
  });

  it('of previews and searches are the same objects', async () => {
    const [subscription] = (await rig.stripe.subscriptions.list()).data;
    const response = await fetch(`${rig.sim.url}/v1/invoices/create_preview`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${rig.sim.secretKey}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: `subscription=${subscription!.id}`,
    });
    expect(wrong((await response.json()) as Reply)).toEqual([]);
    rig.at('2026-03-16T01:00:00Z');
    const found = await get(`/v1/subscriptions/search?query=${encodeURIComponent("metadata['a']:'1'")}`);
    expect(found.data).toHaveLength(1);
    expect(wrong(found)).toEqual([]);
  });

  it('that differ from their types are told apart', () => {
    expect(check('Coupon', { id: 'x', object: 'coupon', amount_off: 'much', extra: 1 })).toEqual(
      expect.arrayContaining(['Coupon.amount_off: text "much"', 'Coupon.extra: unknown', 'Coupon.valid: missing']),
    );
  });
});
