import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';
import { loadTypes, type TypeCheck } from './typeCheck.ts';

/** Types of the stripe package by the `object` of what moves money, what tells of it, and what people pay on. */
const typeOf: Record<string, string> = {
  balance: 'Balance',
  balance_transaction: 'BalanceTransaction',
  'billing.alert': 'Billing.Alert',
  'billing.alert_triggered': 'Billing.AlertTriggered',
  'billing.meter': 'Billing.Meter',
  'billing.meter_event': 'Billing.MeterEvent',
  'billing.meter_event_adjustment': 'Billing.MeterEventAdjustment',
  'billing_portal.configuration': 'BillingPortal.Configuration',
  'billing_portal.session': 'BillingPortal.Session',
  charge: 'Charge',
  'checkout.session': 'Checkout.Session',
  coupon: 'Coupon',
  credit_note: 'CreditNote',
  credit_note_line_item: 'CreditNoteLineItem',
  customer: 'Customer',
  customer_balance_transaction: 'CustomerBalanceTransaction',
  discount: 'Discount',
  dispute: 'Dispute',
  invoice: 'Invoice',
  invoice_payment: 'InvoicePayment',
  invoiceitem: 'InvoiceItem',
  item: 'LineItem',
  mandate: 'Mandate',
  payment_intent: 'PaymentIntent',
  payment_method: 'PaymentMethod',
  price: 'Price',
  product: 'Product',
  promotion_code: 'PromotionCode',
  refund: 'Refund',
  setup_intent: 'SetupIntent',
  subscription: 'Subscription',
  tax_id: 'TaxId',
  tax_rate: 'TaxRate',
  'v2.billing.meter_event': 'V2.Billing.MeterEvent',
  'v2.billing.meter_event_adjustment': 'V2.Billing.MeterEventAdjustment',
  'v2.billing.meter_event_session': 'V2.Billing.MeterEventSession',
  'v2.core.event_destination': 'V2.Core.EventDestination',
  webhook_endpoint: 'WebhookEndpoint',
};

type Reply = { object?: string; data?: Reply[] };

let rig: Rig;
let check: TypeCheck;
beforeAll(async () => {
  check = loadTypes([...new Set(Object.values(typeOf))]);
  rig = await startRig();
});
afterAll(() => rig.sim.close());

function wrong(reply: Reply): string[] {
  if (reply.object === 'list' || (reply.object === undefined && reply.data)) return (reply.data ?? []).flatMap(wrong);
  const name = typeOf[reply.object ?? ''];
  return name === undefined ? [`${reply.object}: no type is named for it`] : check(name, reply);
}

async function call(method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`${rig.sim.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${rig.sim.secretKey}`, 'Stripe-Version': '2026-10-28.endive' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.status, `${method} ${path}`).toBe(200);
  return (await response.json()) as Reply;
}

const settle = async (seconds: number) => {
  rig.at(new Date(rig.clock.now().getTime() + seconds * 1_000).toISOString());
  await rig.sim.settled();
};

/** Money that goes every way that this simulator knows. */
async function live(): Promise<void> {
  const { stripe } = rig;
  const pay = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({
      amount: 2_500,
      currency: 'usd',
      payment_method,
      confirm: true,
      allowed_payment_method_types: ['card', 'us_bank_account'],
      mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
      ...more,
    });
  const paid = await pay('pm_card_visa', { shipping: { name: 'Acme', address: { city: 'Linz' } } });
  await stripe.refunds.create({ payment_intent: paid.id, amount: 500 });
  await stripe.refunds.create({ payment_intent: (await pay('pm_card_refundFail')).id });
  await pay('pm_card_visa', { capture_method: 'manual' });
  await pay('pm_card_authenticationRequired', { return_url: 'https://shop.example/' });
  await pay('pm_card_chargeDeclined').catch(() => undefined);
  await pay('pm_card_radarBlock').catch(() => undefined);
  const disputed = await pay('pm_card_createDispute');
  const [dispute] = (await stripe.disputes.list({ payment_intent: disputed.id })).data;
  await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  await pay('pm_usBankAccount_success');
  await pay('pm_usBankAccount_accountClosed');
  const setUp = (payment_method: string) =>
    stripe.setupIntents.create({
      payment_method,
      confirm: true,
      allowed_payment_method_types: ['card', 'us_bank_account'],
      mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
    });
  await setUp('pm_card_visa');
  await setUp('pm_usBankAccount_success');
  await setUp('pm_card_authenticationRequired');
  await setUp('pm_card_chargeDeclined').catch(() => undefined);
  const customer = await rig.customer('pm_card_visa', { tax_id_data: [{ type: 'eu_vat', value: 'ATU12345678' }] });
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
  const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
  const invoice = await stripe.invoices.create({
    customer: customer.id,
    currency: 'usd',
    default_tax_rates: [rate.id],
    discounts: [{ promotion_code: code.id }],
  });
  await stripe.invoices.addLines(invoice.id, { lines: [{ amount: 5_000, description: 'Work' }] });
  const open = await stripe.invoices.finalizeInvoice(invoice.id);
  await stripe.creditNotes.create({
    invoice: invoice.id,
    lines: [{ type: 'invoice_line_item', invoice_line_item: open.lines.data[0]!.id, amount: 1_000 }],
  });
  await stripe.invoices.pay(invoice.id);
  await stripe.creditNotes.create({ invoice: invoice.id, amount: 900, refund_amount: 400, credit_amount: 500 });
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  await stripe.billing.alerts.create({
    alert_type: 'usage_threshold',
    title: 'Much',
    usage_threshold: { gte: 1, meter: meter.id, recurrence: 'one_time' },
  });
  await stripe.billing.meterEvents.create({
    event_name: 'calls',
    payload: { stripe_customer_id: customer.id, value: '5' },
    identifier: 'one',
  });
  const price = await rig.price();
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'https://shop.example/',
  });
  await rig.act('complete-checkout', { session: session.id });
  await stripe.checkout.sessions.create({ mode: 'setup', currency: 'usd', success_url: 'https://shop.example/' });
  await stripe.billingPortal.configurations.create({ features: { invoice_history: { enabled: true } } });
  await stripe.billingPortal.sessions.create({
    customer: customer.id,
    flow_data: { type: 'payment_method_update' },
  });
  await settle(60);
}

it('what moves money is answered as the types of the stripe package say', async () => {
  await live();
  const lists = [
    'balance',
    'balance_transactions',
    'billing/alerts',
    'billing_portal/configurations',
    'charges',
    'checkout/sessions',
    'coupons',
    'credit_notes',
    'disputes',
    'invoice_payments',
    'invoices',
    'invoiceitems',
    'payment_intents',
    'promotion_codes',
    'refunds',
    'setup_intents',
    'tax_rates',
  ];
  for (const path of lists) {
    const reply = await call('GET', `/v1/${path}${path === 'balance' ? '' : '?limit=100'}`);
    expect(wrong(reply), path).toEqual([]);
    if (reply.data) expect(reply.data.length, path).toBeGreaterThan(0);
  }
  const [note] = rig.sim.world.all('creditNotes');
  const [session] = rig.sim.world.all('checkoutSessions');
  const [customer] = rig.sim.world.all('taxIds').map((one) => one.customer);
  for (const path of [
    `credit_notes/${note!.id}/lines`,
    `checkout/sessions/${session!.id}/line_items`,
    `checkout/sessions/${session!.id}?expand[]=line_items`,
    `customers/${customer}/tax_ids`,
    `customers/${customer}/balance_transactions`,
    `customers/${customer}/payment_methods`,
    `mandates/${rig.sim.world.all('mandates')[0]!.id}`,
  ])
    expect(wrong(await call('GET', `/v1/${path}`)), path).toEqual([]);
});

it('events hold objects of those types', () => {
  const objects = rig.sim.world.all('events').map((event) => event.data.object as Reply);
  expect([...new Set(objects.flatMap(wrong))]).toEqual([]);
});

it('what v2 answers is of those types too', async () => {
  const event = { event_name: 'calls', payload: { stripe_customer_id: 'cus_none', value: '1' } };
  const destination = {
    name: 'Inbox',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: ['*'],
    webhook_endpoint: { url: 'https://inbox.example/hook' },
    include: ['webhook_endpoint.url'],
  };
  const cancel = { event_name: 'calls', type: 'cancel', cancel: { identifier: 'one' } };
  for (const [path, body] of [
    ['billing/meter_event_session', {}],
    ['billing/meter_events', event],
    ['billing/meter_event_adjustments', cancel],
    ['core/event_destinations', destination],
  ] as const)
    expect(wrong(await call('POST', `/v2/${path}`, body)), path).toEqual([]);
  expect(wrong(await call('GET', '/v2/core/event_destinations'))).toEqual([]);
});
