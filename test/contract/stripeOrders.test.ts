import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type Stripe from 'stripe';
import { createStripeConnection } from '../../server/connectors/stripe/connection.ts';
import type { StripeOrderSettings } from '../../server/connectors/stripe/orders/settings.ts';
import { STRIPE_ORDER_SETTINGS } from '../../server/connectors/stripe/orders/settings.ts';
import { Fault } from '../../server/domain/fault.ts';
import type { ActionOf, ChargeOverride, Order, PlanOrder } from '../../server/domain/order/order.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

let rig: StripeRig;
let customer: string;
let product: string;
let count = 0;
const TODAY = calendarDate('2026-11-21');

beforeAll(async () => {
  rig = await startStripeRig();
  product = (await rig.stripe.products.create({ name: 'Platform' })).id;
});
afterAll(() => rig.close());
afterEach(() => rig.sim.ctx.faults.set([]));

const price = (more: Partial<Stripe.PriceCreateParams> = {}) =>
  rig.stripe.prices.create({
    product,
    currency: 'usd',
    unit_amount: 2000,
    recurring: { interval: 'month' },
    ...more,
  });

const desk = (settings: Partial<StripeOrderSettings> = {}) =>
  createStripeConnection(
    {
      connection: 'stripe',
      apiKey: rig.sim.secretKey,
      webhookSecrets: ['whsec_contract'],
      apiBase: rig.sim.url,
      orders: { ...STRIPE_ORDER_SETTINGS, ...settings },
    },
    { clock: { now: () => new Date(), businessNow: () => rig.clock.now() } },
  ).orders;

const create: ActionOf<'CreateSubscription'> = {
  type: 'CreateSubscription',
  startsOn: TODAY,
  term: { type: 'Evergreen' },
  autoRenew: false,
  renewalMonths: null,
  plans: [],
};

const sold = (id: string, quantity: string | null, unit: string | null, more: Partial<PlanOrder> = {}): PlanOrder => {
  const charge: ChargeOverride = { charge: id, kind: 'recurring', model: 'perUnit', quantity, price: unit };
  count += 1;
  const lineId = `00k${String(count).padStart(15, '0')}`;
  return { lineId, planId: id, charges: quantity === null && unit === null ? [] : [charge], ...more };
};

/** An order of a customer and a deal that nobody has ordered for. */
async function orderOf(
  plans: readonly PlanOrder[],
  action: Partial<ActionOf<'CreateSubscription'>> = {},
  more: Partial<Order> = {},
): Promise<Order> {
  count += 1;
  customer = await rig.customer('001000000000001AAA');
  const dealId = `006${String(count).padStart(15, '0')}`;
  return {
    number: `SF-${dealId}`,
    orderedOn: TODAY,
    billingAccountKey: `stripe:account:${customer}`,
    billingAccountNumber: customer,
    currency: 'USD',
    subscriptionNumber: `SF-${dealId}`,
    dealId,
    actions: [{ ...create, ...action, plans }],
    ...more,
  };
}

const had = async (of: Order) =>
  (await rig.stripe.subscriptions.list({ customer: of.billingAccountNumber, status: 'all', limit: 100 })).data;

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}

describe('a new subscription', () => {
  it('begins on the day with price, quantity and the deal, and is invoiced for the customer to pay', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '60', '20')]);
    const placed = await desk().place(order, `${order.dealId}-1`);
    const [made, ...more] = await had(order);
    expect(more).toEqual([]);
    expect(placed).toEqual({ number: made!.id, status: 'Completed', subscriptionNumbers: [made!.id] });
    expect(made).toMatchObject({
      status: 'active',
      collection_method: 'send_invoice',
      days_until_due: 30,
      cancel_at: null,
      schedule: null,
      metadata: { salesforce_opportunity_id: order.dealId, effect_id: `${order.dealId}-1` },
      items: { data: [{ quantity: 60, price: { id } }] },
    });
  });

  it('has a price of its own where another one is agreed, exact to a fraction of a cent', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '60', '19.9999')]);
    await desk().place(order, `${order.dealId}-1`);
    const [item] = (await had(order))[0]!.items.data;
    expect(String(item!.price.unit_amount_decimal)).toBe('1999.99');
    expect(item).toMatchObject({
      quantity: 60,
      metadata: { billing360_price: id },
      price: { product, currency: 'usd', active: false, recurring: { interval: 'month', interval_count: 1 } },
    });
  });
});

describe('a preview', () => {
  it('tells MRR as the mirror will count it, and the first invoice as Stripe will make it', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '60', '19.99')]);
    expect(await desk().preview(order)).toEqual({
      currency: 'USD',
      mrr: '1199.4',
      mrrChange: '1199.4',
      tcv: null,
      tcvChange: null,
      firstInvoice: { amount: '1199.40', on: TODAY },
    });
    expect(await had(order)).toEqual([]);
  });
});

describe('once', () => {
  it('is what was made before returned, under whatever effect id and after the day that Stripe remembers', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    const first = await desk().place(order, `${order.dealId}-1`);
    expect(await desk().place(order, `${order.dealId}-2`)).toEqual(first);
    expect(await desk().find(order)).toEqual(first);
    expect(await had(order)).toHaveLength(1);
  });
});

it('a refusal says why in the words of Stripe, and nothing is made', async () => {
  const { id } = await price();
  const order = await orderOf([sold(id, '5', '20')]);
  await rig.stripe.prices.update(id, { active: false });
  expect(await faultOf(desk().place(order, `${order.dealId}-1`))).toMatchObject({
    code: 'order_refused',
    kind: 'invalid',
    publicText: expect.stringContaining('The price specified is inactive') as string,
  });
  expect(await had(order)).toEqual([]);
});
