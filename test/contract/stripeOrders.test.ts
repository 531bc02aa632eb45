import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type Stripe from 'stripe';
import type { StripeOrderSettings } from '../../server/connectors/stripe/orders/settings.ts';
import { mrrOf } from '../../server/domain/metrics/mrr.ts';
import { toDecimal } from '../../server/domain/money/decimal.ts';
import type {
  ActionOf,
  ChargeOverride,
  ChargeUpdate,
  Order,
  OrderAction,
  OrderedAction,
  PlanOrder,
} from '../../server/domain/order/order.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';
import { faultOf } from '../support/faultOf.ts';

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

const desk = (settings?: Partial<StripeOrderSettings>) => rig.orderDesk(settings);

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
    dealId,
    actions: [{ ...create, subscriptionNumber: `SF-${dealId}`, ...action, plans }],
    ...more,
  };
}

const SERVER_ERROR = { error: { type: 'api_error', message: 'Something broke.' } };

async function limits(body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${rig.sim.url}/__sim/limits`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

const had = async (of: Order) =>
  (await rig.stripe.subscriptions.list({ customer: of.billingAccountNumber, status: 'all', limit: 100 })).data;

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

/** MRR of what an order made, as the mirror has it on a day. */
async function mirrored(order: Order, day = TODAY): Promise<string> {
  rig.passCaches();
  const found = await rig.connection.billing.fetch(order.billingAccountNumber, ['subscriptions']);
  const records = found.found ? found.parts.flatMap((part) => part.records) : [];
  expect(records).toHaveLength(1);
  return toDecimal(mrrOf(records[0]!.body as Subscription, day).exact, 18);
}
const schedulesOf = async ({ billingAccountNumber: of }: Order) =>
  (await rig.stripe.subscriptionSchedules.list({ customer: of })).data;
const later = calendarDate('2026-12-01');
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000;

describe('a subscription that ends, begins later or changes by itself', () => {
  it('ends after its term where it does not renew by itself, at the end of a period', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')], { term: { type: 'Termed', months: 12 } });
    expect(await desk().preview(order)).toMatchObject({ mrr: '100', tcv: '1200.00', tcvChange: '1200.00' });
    const placed = await desk().place(order, `${order.dealId}-1`);
    const [made] = await had(order);
    expect(placed.subscriptionNumbers).toEqual([made!.id]);
    expect(made!.metadata['salesforce_opportunity_id']).toBe(order.dealId);
    const started = new Date(made!.start_date * 1000);
    expect(new Date(made!.cancel_at! * 1000)).toEqual(new Date(started.setUTCFullYear(started.getUTCFullYear() + 1)));
    expect(await mirrored(order)).toBe('100');
  });

  it('goes on without an end where it renews by itself', async () => {
    const { id } = await price();
    const terms = { term: { type: 'Termed', months: 12 }, autoRenew: true } as const;
    const order = await orderOf([sold(id, '5', '20')], terms);
    await desk().place(order, `${order.dealId}-1`);
    expect((await had(order))[0]).toMatchObject({ cancel_at: null, schedule: null });
  });

  it('begins at noon of a later day; until then its schedule stands for it', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')], { startsOn: later });
    const preview = await desk().preview(order);
    expect(preview).toMatchObject({ mrr: '100', firstInvoice: { amount: '100.00', on: later } });
    const placed = await desk().place(order, `${order.dealId}-1`);
    const [schedule] = await schedulesOf(order);
    expect(placed).toEqual({ number: schedule!.id, status: 'Completed', subscriptionNumbers: [schedule!.id] });
    expect(schedule).toMatchObject({ status: 'not_started', end_behavior: 'release' });
    expect(schedule!.phases[0]!.start_date).toBe(noon(later));
    expect(await desk().find(order)).toEqual(placed);
    expect(await mirrored(order, later)).toBe(preview.mrr);
  });

  it('changes quantity and price on the days of the deal, and counts what it comes to then', async () => {
    const { id } = await price();
    const plan = sold(id, '10', '20');
    const update: ChargeUpdate = {
      ...plan.charges[0]!,
      ...{ quantity: '20', price: '18.5', name: 'Seats', priceInterval: { unit: 'month', count: 1 } },
      was: { quantity: '10', price: '20' },
    };
    const order = await orderOf([plan], { startsOn: later, term: { type: 'Termed', months: 24 } });
    const on = calendarDate('2027-12-01');
    const step = {
      subscriptionNumber: order.number,
      type: 'UpdateProduct',
      startsOn: on,
      of: { lineId: plan.lineId, name: 'Seats' },
      charges: [update],
    } as const;
    const stepped: Order = { ...order, actions: [...order.actions, step] };
    // 12 × 10 × 20 and 12 × 20 × 18.50.
    expect(await desk().preview(stepped)).toMatchObject({ mrr: '370', tcv: '6840.00' });
    await desk().place(stepped, `${order.dealId}-1`);
    const [schedule] = await schedulesOf(order);
    expect(
      schedule!.phases.map(({ start_date, end_date, items }) => [start_date, end_date, items[0]!.quantity]),
    ).toEqual([
      [noon(later), noon('2027-12-01'), 10],
      [noon('2027-12-01'), noon('2028-12-01'), 20],
    ]);
    expect(await mirrored(stepped, on)).toBe('370');
  });

  it('bills what is sold once with the first invoice, at the price that is agreed', async () => {
    const { id } = await price();
    const fee = await price({ recurring: undefined as never, unit_amount: 50_000 });
    const once = sold(fee.id, '1', '450');
    const order = await orderOf([
      sold(id, '5', '20'),
      { ...once, charges: [{ ...once.charges[0]!, kind: 'oneTime' }] },
    ]);
    const preview = await desk().preview(order);
    expect(preview).toMatchObject({ mrr: '100', firstInvoice: { amount: '550.00' } });
    await desk().place(order, `${order.dealId}-1`);
    const { data } = await rig.stripe.invoices.list({ customer: order.billingAccountNumber });
    expect(data.map(({ total }) => total)).toEqual([55_000]);
  });

  it('sells tiers by quantity, and usage without one', async () => {
    const tiers = [
      { up_to: 10, unit_amount: 1000 },
      { up_to: 'inf' as const, unit_amount: 500 },
    ];
    const banded = await price({
      unit_amount: undefined as never,
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers,
    });
    const meter = await rig.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: `calls_${count}`,
      default_aggregation: { formula: 'sum' },
    });
    const metered = await price({ recurring: { interval: 'month', usage_type: 'metered', meter: meter.id } });
    const order = await orderOf([sold(banded.id, '12', null), sold(metered.id, null, null)]);
    const { mrr } = await desk().preview(order);
    expect(mrr).toBe('110');
    await desk().place(order, `${order.dealId}-1`);
    expect((await had(order))[0]!.items.data.map(({ quantity }) => quantity)).toEqual([12, undefined]);
    expect(await mirrored(order)).toBe(mrr);
  });

  it('carries fields of the deal as metadata', async () => {
    const { id } = await price();
    const customFields = { order: { PO__c: 'PO-1' }, subscription: { Paid__c: true } };
    const order = await orderOf([sold(id, '5', '20', { customFields: { Team__c: 'Blue' } })], {}, { customFields });
    await desk().place(order, `${order.dealId}-1`);
    const [made] = await had(order);
    expect(made!.metadata).toMatchObject({ PO__c: 'PO-1', Paid__c: 'true' });
    expect(made!.items.data[0]!.metadata).toEqual({ Team__c: 'Blue' });
  });
});

describe('a subscription that is charged', () => {
  const charged = () => desk({ collectionMethod: 'charge_automatically' });

  it('is paid at once', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    await charged().place(order, `${order.dealId}-1`);
    expect((await had(order))[0]).toMatchObject({ status: 'active', collection_method: 'charge_automatically' });
  });

  it('is not made where the card is refused, and people read why; another card makes it', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    await rig.act('decline-card', { customer: order.billingAccountNumber, declineCode: 'insufficient_funds' });
    expect(await faultOf(charged().place(order, `${order.dealId}-1`))).toMatchObject({
      code: 'order_refused',
      publicText: expect.stringMatching(/^Stripe refuses the order: ".*(card|funds)/) as string,
      outcomeUnknown: false,
    });
    expect(await had(order)).toEqual([]);
    await rig.act('decline-card', { customer: order.billingAccountNumber, declineCode: null });
    await charged().place(order, `${order.dealId}-2`);
    expect(await had(order)).toHaveLength(1);
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
  const calls = (settings = {}) => ({ place: desk(settings).place, find: desk(settings).find });

  it('is what was made before returned, under whatever effect id', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    const first = await calls().place(order, `${order.dealId}-1`);
    expect(await calls().place(order, `${order.dealId}-2`)).toEqual(first);
    expect(await calls().find(order)).toEqual(first);
    expect(await had(order)).toHaveLength(1);
  });

  it('an answer that is lost leaves open whether it was made, and the next try finds it', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    rig.sim.ctx.faults.set([{ method: 'POST', path: '^/v1/subscriptions$', times: 1, answer: 'html' }]);
    expect(await faultOf(calls().place(order, `${order.dealId}-1`))).toMatchObject({
      retryable: true,
      outcomeUnknown: true,
    });
    const [made] = await had(order);
    expect(await calls().place(order, `${order.dealId}-1`)).toMatchObject({ number: made!.id });
    expect(await had(order)).toHaveLength(1);
  });

  it('an error of Stripe that comes with what it was asked for is none', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    await limits({ serverErrors: 1 });
    const placed = await calls().place(order, `${order.dealId}-1`);
    expect((await had(order)).map((one) => one.id)).toEqual([placed.number]);
  });

  it('an error of Stripe that comes before anything was made is another try', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    rig.sim.ctx.faults.set([
      { method: 'POST', path: '^/v1/subscriptions$', times: 1, status: 500, body: SERVER_ERROR },
    ]);
    expect(await faultOf(calls().place(order, `${order.dealId}-1`))).toMatchObject({
      retryable: true,
      outcomeUnknown: false,
    });
    await calls().place(order, `${order.dealId}-2`);
    expect(await had(order)).toHaveLength(1);
  });

  it('too many calls are waited out, and nothing is made', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    const body = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' } };
    rig.sim.ctx.faults.set([{ method: 'POST', path: '^/v1/subscriptions$', times: 1, status: 429, body }]);
    expect(await faultOf(calls().place(order, `${order.dealId}-1`))).toMatchObject({
      kind: 'rate_limited',
      retryable: true,
    });
    expect(await had(order)).toEqual([]);
  });

  it('the same call that is still under way leaves open what comes of it', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    const body = { error: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'In progress.' } };
    rig.sim.ctx.faults.set([{ method: 'POST', path: '^/v1/subscriptions$', times: 1, status: 409, body }]);
    expect(await faultOf(calls().place(order, `${order.dealId}-1`))).toMatchObject({
      retryable: true,
      outcomeUnknown: true,
    });
  });

  it('belongs to its deal: what another deal made of the same customer is not it', async () => {
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')]);
    await calls().place(order, `${order.dealId}-1`);
    const other: Order = { ...order, dealId: '006000000000099999' };
    expect(await calls().find(other)).toBeNull();
    await calls().place(other, 'other-1');
    expect(await had(order)).toHaveLength(2);
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

describe('a change of a subscription', () => {
  const charge = (number: string, more: Partial<ChargeUpdate>): ChargeUpdate => ({
    ...{ charge: number, kind: 'recurring', model: 'perUnit', quantity: null, price: null, name: 'Seats' },
    ...{ priceInterval: { unit: 'month', count: 1 }, was: { quantity: '5', price: '20' } },
    ...more,
  });

  /** Five seats that were sold before, and an order that does something to them. */
  async function held(
    actions: (item: string) => readonly OrderAction[],
    more: Partial<Stripe.SubscriptionCreateParams> = {},
  ) {
    const { id } = await price();
    const order = await orderOf([]);
    const of = await rig.stripe.subscriptions.create({
      customer: order.billingAccountNumber,
      items: [{ price: id, quantity: 5 }],
      metadata: { salesforce_opportunity_id: 'before' },
      ...more,
    });
    const own = actions(of.items.data[0]!.id).map((action) => ({ ...action, subscriptionNumber: of.id }));
    const change = { ...order, actions: own };
    const now = () => rig.stripe.subscriptions.retrieve(of.id);
    return { of, change, now, catalogPrice: id };
  }
  const seats = (item: string): OrderAction[] => [
    {
      type: 'UpdateProduct',
      startsOn: TODAY,
      of: { number: item, name: 'Seats' },
      charges: [charge(item, { quantity: '8' })],
    },
  ];

  it('sets the quantity, once, and keeps which deal made it and which changed it', async () => {
    const { of, change, now } = await held(seats);
    expect(await desk().preview(change)).toMatchObject({ mrr: '160', mrrChange: '60' });
    expect(await desk().find(change)).toBeNull();
    const placed = await desk().place(change, `${change.dealId}-1`);
    expect(placed).toEqual({ number: change.number, status: 'Completed', subscriptionNumbers: [of.id] });
    expect(await now()).toMatchObject({
      items: { data: [{ quantity: 8 }] },
      metadata: { salesforce_opportunity_id: 'before', [`salesforce_order_${change.dealId}`]: `${change.dealId}-1` },
    });
    // Somebody changes it back; what was ordered once is not ordered again.
    await rig.stripe.subscriptionItems.update(of.items.data[0]!.id, { quantity: 3 });
    expect(await desk().place(change, `${change.dealId}-2`)).toEqual(placed);
    expect((await now()).items.data[0]!.quantity).toBe(3);
  });

  it('sells what is new, sets a price, takes away, and bills fees, in one call', async () => {
    const [added, other] = [await price({ unit_amount: 900 }), await price({ unit_amount: 100 })];
    const fee = await price({ recurring: undefined as never, unit_amount: 5_000 });
    const { of, change, now, catalogPrice } = await held(
      (item) => [
        {
          type: 'UpdateProduct',
          startsOn: TODAY,
          of: { number: item, name: 'Seats' },
          charges: [charge(item, { price: '18.5' })],
        },
        { type: 'AddProduct', startsOn: TODAY, plan: sold(added.id, '2', '9') },
        { type: 'AddProduct', startsOn: TODAY, plan: sold(fee.id, '1', '50') },
      ],
      {},
    );
    const gone = await rig.stripe.subscriptionItems.create({ subscription: of.id, price: other.id, quantity: 1 });
    const remove: OrderedAction = {
      subscriptionNumber: of.id,
      type: 'RemoveProduct',
      startsOn: TODAY,
      of: { number: gone.id, name: 'Other' },
    };
    const order = { ...change, actions: [...change.actions, remove] };
    // From 5 × 20 + 1 to 5 × 18.50 + 2 × 9.
    expect(await desk().preview(order)).toMatchObject({ mrr: '110.5', mrrChange: '9.5' });
    await desk().place(order, `${order.dealId}-1`);
    const items = (await now()).items.data;
    expect(items.map((one) => [String(one.price.unit_amount_decimal), one.quantity])).toEqual([
      ['1850', 5],
      ['900', 2],
    ]);
    expect(items[0]!.metadata).toEqual({ billing360_price: catalogPrice });
    const known = await desk().subscription(of.id);
    expect(known!.planIds).toEqual({ [items[0]!.id]: catalogPrice, [items[1]!.id]: added.id });
    const { data } = await rig.stripe.invoiceItems.list({ customer: change.billingAccountNumber, pending: true });
    expect(data.map(({ amount }) => amount)).toContain(5_000);
  });

  it('sells one thing in place of another', async () => {
    const better = await price({ unit_amount: 3_000 });
    const { change, now } = await held((item) => [
      { type: 'ChangePlan', startsOn: TODAY, of: { number: item, name: 'Seats' }, plan: sold(better.id, '5', '30') },
    ]);
    expect(await desk().preview(change)).toMatchObject({ mrr: '150', mrrChange: '50' });
    await desk().place(change, `${change.dealId}-1`);
    expect((await now()).items.data).toMatchObject([{ quantity: 5, price: { id: better.id } }]);
  });

  it('ends it with the period, or on a day', async () => {
    const policies = ['EndOfCurrentTerm', 'SpecificDate'] as const;
    const days = [calendarDate('2026-12-21'), calendarDate('2027-01-21')];
    for (const [index, policy] of policies.entries()) {
      const { of, change, now } = await held(() => [{ type: 'CancelSubscription', startsOn: days[index]!, policy }]);
      await desk().place(change, `${change.dealId}-1`);
      const { cancel_at: at } = await now();
      const end = new Date(of.items.data[0]!.current_period_end * 1000);
      if (index === 1) end.setUTCDate(end.getUTCDate() + 31);
      expect(new Date(at! * 1000)).toEqual(end);
    }
  });

  it('changes nothing where the card is refused', async () => {
    const { change, now } = await held(seats);
    await rig.act('decline-card', { customer: change.billingAccountNumber, declineCode: 'lost_card' });
    const refused = await faultOf(desk({ prorationBehavior: 'always_invoice' }).place(change, `${change.dealId}-1`));
    expect(refused).toMatchObject({ code: 'order_refused', outcomeUnknown: false });
    expect((await now()).items.data[0]!.quantity).toBe(5);
    expect(await desk().find(change)).toBeNull();
  });

  it('is of a subscription that is there, and of one that its schedule leaves alone', async () => {
    expect(await desk().subscription('sub_none')).toBeNull();
    expect(await desk().subscription('A-S1')).toBeNull();
    const { id } = await price();
    const order = await orderOf([sold(id, '5', '20')], { term: { type: 'Termed', months: 12 } });
    const { number } = await desk().place(order, `${order.dealId}-1`);
    const [schedule] = await schedulesOf(order);
    const known = await desk().subscription(number);
    expect(known).toMatchObject({ billedAccountNumber: order.billingAccountNumber, waitingOrders: [] });
    expect(known!.subscription).toMatchObject({ termType: 'Termed', termEndsOn: '2027-11-21', cancelOn: null });
    expect((await desk().subscription(schedule!.id))!.subscription.number).toBe(number);
  });
});
