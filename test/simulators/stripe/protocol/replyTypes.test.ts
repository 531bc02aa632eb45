import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';
import { liveSubscriptions, moveMoney } from './fullAccount.ts';
import { loadTypes, type TypeCheck } from './typeCheck.ts';

/** Types of the stripe package by the `object` of a reply. */
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
  line_item: 'InvoiceLineItem',
  mandate: 'Mandate',
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
  'v2.billing.meter_event': 'V2.Billing.MeterEvent',
  'v2.billing.meter_event_adjustment': 'V2.Billing.MeterEventAdjustment',
  'v2.billing.meter_event_session': 'V2.Billing.MeterEventSession',
  'v2.core.event_destination': 'V2.Core.EventDestination',
  webhook_endpoint: 'WebhookEndpoint',
};

type Reply = { object?: string; data?: Reply[] };

let rig: Rig;
let check: TypeCheck;
let lists: string[];
beforeAll(async () => {
  check = loadTypes([...new Set(Object.values(typeOf))]);
  rig = await startRig();
  await moveMoney(rig);
  lists = await liveSubscriptions(rig);
});
afterAll(() => rig.sim.close());

function wrong(reply: Reply): string[] {
  const name = typeOf[reply.object ?? ''];
  if (name !== undefined) return check(name, reply);
  return reply.data?.flatMap(wrong) ?? [`${reply.object}: no type is named for it`];
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

describe('replies', () => {
  it('have every field that the types of the stripe package have, and no other', async () => {
    const [note] = rig.sim.world.all('creditNotes');
    const [session] = rig.sim.world.all('checkoutSessions');
    const [mandate] = rig.sim.world.all('mandates');
    const [customer] = rig.sim.world.all('taxIds').map((one) => one.customer);
    const families = [
      'balance_transactions',
      'billing/alerts',
      'billing/meters',
      'billing_portal/configurations',
      'charges',
      'checkout/sessions',
      'coupons',
      'credit_notes',
      'customers',
      'disputes',
      'invoice_payments',
      'invoiceitems',
      'invoices',
      'payment_intents',
      'prices',
      'products',
      'promotion_codes',
      'refunds',
      'setup_intents',
      'subscription_schedules',
      'tax_rates',
      'test_helpers/test_clocks',
      'webhook_endpoints',
      `credit_notes/${note!.id}/lines`,
      `checkout/sessions/${session!.id}/line_items`,
      `customers/${customer}/tax_ids`,
      `customers/${customer}/balance_transactions`,
      `customers/${customer}/payment_methods`,
    ];
    for (const path of [...families.map((family) => `/v1/${family}?limit=100`), ...lists]) {
      const reply = await call('GET', path);
      expect(reply.data?.length, path).toBeGreaterThan(0);
      expect(wrong(reply), path).toEqual([]);
    }
    for (const path of ['balance', `mandates/${mandate!.id}`, `checkout/sessions/${session!.id}?expand[]=line_items`])
      expect(wrong(await call('GET', `/v1/${path}`)), path).toEqual([]);
  });

  it('in events are the same objects', () => {
    const objects = rig.sim.world.all('events').map((event) => event.data.object as Reply);
    expect(objects.length).toBeGreaterThan(50);
    expect([...new Set(objects.flatMap(wrong))]).toEqual([]);
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
    const found = await call('GET', `/v1/subscriptions/search?query=${encodeURIComponent("metadata['a']:'1'")}`);
    expect(found.data).toHaveLength(1);
    expect(wrong(found)).toEqual([]);
  });

  it('of v2 are of their types too', async () => {
    const [customer] = rig.sim.world.all('customers');
    const event = {
      event_name: 'calls',
      identifier: 'two',
      payload: { stripe_customer_id: customer!.id, value: '1' },
    };
    const destination = {
      name: 'Inbox',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['*'],
      webhook_endpoint: { url: 'https://inbox.example/hook' },
      include: ['webhook_endpoint.url'],
    };
    const cancel = { event_name: 'calls', type: 'cancel', cancel: { identifier: 'two' } };
    for (const [path, body] of [
      ['billing/meter_event_session', {}],
      ['billing/meter_events', event],
      ['billing/meter_event_adjustments', cancel],
      ['core/event_destinations', destination],
    ] as const)
      expect(wrong(await call('POST', `/v2/${path}`, body)), path).toEqual([]);
    expect(wrong(await call('GET', '/v2/core/event_destinations'))).toEqual([]);
  });

  it('that differ from their types are told apart', () => {
    expect(check('Coupon', { id: 'x', object: 'coupon', amount_off: 'much', extra: 1 })).toEqual(
      expect.arrayContaining(['Coupon.amount_off: text "much"', 'Coupon.extra: unknown', 'Coupon.valid: missing']),
    );
  });
});
