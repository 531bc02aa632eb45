import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StripeOrderSettings } from '../../server/connectors/stripe/orders/settings.ts';
import { mrrOf } from '../../server/domain/metrics/mrr.ts';
import { toDecimal } from '../../server/domain/money/decimal.ts';
import { afterChange } from '../../server/domain/order/afterChange.ts';
import type { ChargeUpdate, Order, OrderAction, PlanOrder } from '../../server/domain/order/order.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { faultOf } from '../support/faultOf.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

// Orders of a later day, and of what a schedule runs, in November 2026: periods go from the 21st, at nine, to the 21st.

const TODAY = calendarDate('2026-11-21');
const RENEWS = calendarDate('2026-12-21');
const on = (day: string) => calendarDate(day);
const at = (day: string) => Date.parse(`${day}T09:00:00Z`) / 1000;
const MONTH = { interval: 'month', interval_count: 1 } as const;

let rig: StripeRig;
let customer: string;
let product: string;
let seat: string;
let count = 0;

beforeEach(async () => {
  rig = await startStripeRig();
  // To the second, so that moments can be told in advance.
  rig.clock.setOffset(Date.parse('2026-11-21T09:00:00Z') - Date.now());
  customer = await rig.customer('001000000000001AAA');
  product = (await rig.stripe.products.create({ name: 'Platform' })).id;
  seat = await price(2000);
});
afterEach(() => rig.close());

const price = async (amount: number, more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> =>
  (await rig.stripe.prices.create({ product, currency: 'usd', unit_amount: amount, recurring: MONTH, ...more })).id;

const desk = (settings?: Partial<StripeOrderSettings>) => rig.orderDesk(settings);

/** Five seats that were sold before. */
const subscribe = (more: Partial<Stripe.SubscriptionCreateParams> = {}) =>
  rig.stripe.subscriptions.create({ customer, items: [{ price: seat, quantity: 5 }], ...more });

/** Five seats that a schedule ends after so many months. */
async function subscribeFor(months: number): Promise<Stripe.Subscription> {
  const { subscription } = await rig.stripe.subscriptionSchedules.create({
    customer,
    start_date: 'now',
    end_behavior: 'cancel',
    phases: [
      {
        items: [{ price: seat, quantity: 5 }],
        duration: { interval: 'month', interval_count: months },
        metadata: { kept: 'yes' },
      },
    ],
  });
  return now(subscription as string);
}

function changeOf({ id }: { id: string }, actions: readonly OrderAction[]): Order {
  count += 1;
  const dealId = `006${String(count).padStart(15, '0')}`;
  return {
    number: `SF-${dealId}`,
    orderedOn: calendarDate(rig.clock.now().toISOString().slice(0, 10)),
    billingAccountKey: `stripe:account:${customer}`,
    billingAccountNumber: customer,
    currency: 'USD',
    dealId,
    actions: actions.map((action) => ({ ...action, subscriptionNumber: id })),
  };
}
const charge = (number: string, more: Partial<ChargeUpdate>): ChargeUpdate => ({
  ...{ charge: number, kind: 'recurring', model: 'perUnit', quantity: null, price: null, name: 'Seats' },
  ...{ priceInterval: { unit: 'month', count: 1 }, was: { quantity: '5', price: '20' } },
  ...more,
});
const update = (number: string, day: string, more: Partial<ChargeUpdate>): OrderAction => ({
  type: 'UpdateProduct',
  startsOn: on(day),
  of: { number, name: 'Seats' },
  charges: [charge(number, more)],
});
const sold = (id: string, quantity: string, unit: string, more: Partial<PlanOrder> = {}): PlanOrder => ({
  lineId: `00k${String(++count).padStart(15, '0')}`,
  planId: id,
  charges: [{ charge: id, kind: 'recurring', model: 'perUnit', quantity, price: unit }],
  ...more,
});
const itemOf = ({ items }: Stripe.Subscription): string => items.data[0]!.id;

const now = (id: string) => rig.stripe.subscriptions.retrieve(id);
const schedulesOf = async () => (await rig.stripe.subscriptionSchedules.list({ customer })).data;
/** What a schedule will do: days and quantities. */
const planOf = ({ phases }: Stripe.SubscriptionSchedule) =>
  phases.map(({ start_date: from, end_date: to, items }) => [from, to, items.map(({ quantity }) => quantity)]);
const until = (moment: string): void => rig.clock.setOffset(Date.parse(moment) - Date.now());
const totals = async (subscription: string): Promise<number[]> =>
  (await rig.stripe.invoices.list({ subscription, limit: 100 })).data.map(({ total }) => total);

/** MRR of a subscription as the mirror has it on a day. */
async function mirrored(id: string, day: string): Promise<string> {
  rig.passCaches();
  const found = await rig.connection.billing.fetch(customer, ['subscriptions']);
  const records = found.found ? found.parts.flatMap((part) => part.records) : [];
  const own = records.map(({ body }) => body as Subscription).find(({ number }) => number === id);
  return toDecimal(mrrOf(own!, on(day)).exact, 18);
}
/** What people are told of an order: as `workOut` does. */
async function told(order: Order) {
  const { subscription } = (await desk().subscription(order.actions[0]!.subscriptionNumber))!;
  return afterChange(await desk().preview(order), order, [subscription]);
}
const SERVER_ERROR = { error: { type: 'api_error', message: 'Something broke.' } };
const refuse = (path: string, status: number, more: object = {}) =>
  rig.sim.ctx.faults.set([{ method: 'POST', path, times: 1, status, body: SERVER_ERROR, ...more }]);
const ADOPTS = '^/v1/subscription_schedules$';
const PLANS = '^/v1/subscription_schedules/sub_sched_[^/]+$';

describe('a change of a later day', () => {
  it('is planned by a schedule, takes effect with the period, and lets the subscription go', async () => {
    const of = await subscribe({ metadata: { salesforce_opportunity_id: 'before' } });
    const order = changeOf(of, [update(itemOf(of), RENEWS, { quantity: '8' })]);
    expect(await told(order)).toMatchObject({
      mrr: '160',
      mrrChange: '60',
      firstInvoice: { amount: '160.00', on: RENEWS },
    });
    expect(await schedulesOf()).toEqual([]);
    expect(await desk().find(order)).toBeNull();
    const placed = await desk().place(order, `${order.dealId}-1`);
    expect(placed).toEqual({ number: order.number, status: 'Completed', subscriptionNumbers: [of.id] });
    expect(await desk().find(order)).toEqual(placed);

    const [schedule, ...more] = await schedulesOf();
    expect(more).toEqual([]);
    expect(schedule).toMatchObject({
      status: 'active',
      end_behavior: 'release',
      metadata: { [`salesforce_order_${order.dealId}`]: `${order.dealId}-1` },
    });
    expect(planOf(schedule!)).toEqual([
      [of.items.data[0]!.current_period_start, of.items.data[0]!.current_period_end, [5]],
      [of.items.data[0]!.current_period_end, expect.any(Number), [8]],
    ]);
    expect(await mirrored(of.id, '2026-12-20')).toBe('100');
    expect(await mirrored(of.id, RENEWS)).toBe('160');
    expect((await now(of.id)).items.data[0]!.quantity).toBe(5);

    until('2026-12-21T12:00:00Z');
    expect(await now(of.id)).toMatchObject({
      items: { data: [{ id: itemOf(of), quantity: 8 }] },
      metadata: { salesforce_opportunity_id: 'before', [`salesforce_order_${order.dealId}`]: order.number },
    });
    expect(await totals(of.id)).toEqual([16_000, 10_000]);
    until('2027-02-21T12:00:00Z');
    expect(await now(of.id)).toMatchObject({ status: 'active', schedule: null, items: { data: [{ quantity: 8 }] } });
    expect(await desk().find(order)).toEqual(placed);
  });

  it('in the middle of a period is prorated as settings say, and billed as it was previewed', async () => {
    const of = await subscribe();
    const order = changeOf(of, [update(itemOf(of), '2026-12-11', { quantity: '8' })]);
    const { firstInvoice } = await told(order);
    expect(firstInvoice).toEqual({ amount: '180.00', on: RENEWS });
    await desk().place(order, `${order.dealId}-1`);
    until('2026-12-21T12:00:00Z');
    // Eight seats, and three of them for a third of the period before.
    expect((await totals(of.id))[0]).toBe(18_000);
  });

  it('is not prorated where settings say so', async () => {
    const of = await subscribe();
    const none = desk({ prorationBehavior: 'none' });
    const order = changeOf(of, [update(itemOf(of), '2026-12-11', { quantity: '8' })]);
    expect((await none.preview(order)).firstInvoice).toEqual({ amount: '160.00', on: RENEWS });
    await none.place(order, `${order.dealId}-1`);
    until('2026-12-21T12:00:00Z');
    expect((await totals(of.id))[0]).toBe(16_000);
  });

  it('after the period that is under way leaves the next invoice as it is', async () => {
    const of = await subscribe();
    const order = changeOf(of, [update(itemOf(of), '2027-01-21', { quantity: '8', price: '18.5' })]);
    expect(await told(order)).toMatchObject({
      mrr: '148',
      mrrChange: '48',
      firstInvoice: { amount: '100.00', on: RENEWS },
    });
    await desk().place(order, `${order.dealId}-1`);
    expect(await mirrored(of.id, '2027-01-20')).toBe('100');
    expect(await mirrored(of.id, '2027-01-21')).toBe('148');
    until('2027-01-21T12:00:00Z');
    expect(await totals(of.id)).toEqual([14_800, 10_000, 10_000]);
    const { items } = await now(of.id);
    expect(items.data[0]!.metadata).toEqual({ billing360_price: seat });
  });

  it('sells, takes away, exchanges and ends on the days of its lines, and bills a fee on its day', async () => {
    const [added, other, better] = [await price(900), await price(100), await price(150)];
    const fee = await price(5_000, { recurring: undefined as never });
    const of = await subscribe({ items: [{ price: seat, quantity: 5 }, { price: other }] });
    const second = of.items.data[1]!.id;
    const order = changeOf(of, [
      { type: 'AddProduct', startsOn: RENEWS, plan: sold(added, '2', '9', { endsOn: on('2027-02-21') }) },
      { type: 'AddProduct', startsOn: RENEWS, plan: sold(fee, '1', '50') },
      { type: 'ChangePlan', startsOn: RENEWS, of: { number: second, name: 'Other' }, plan: sold(better, '1', '1.5') },
      { type: 'RemoveProduct', startsOn: on('2027-01-21'), of: { number: itemOf(of), name: 'Seats' } },
    ]);
    expect(await told(order)).toMatchObject({ mrr: '19.5', mrrChange: '-81.5', firstInvoice: { amount: '169.50' } });
    await desk().place(order, `${order.dealId}-1`);
    const days = ['2026-11-21', RENEWS, '2027-01-21', '2027-02-21'];
    const mrrs = [];
    for (const day of days) mrrs.push(await mirrored(of.id, day));
    expect(mrrs).toEqual(['101', '119.5', '19.5', '1.5']);
    until('2027-02-21T12:00:00Z');
    expect(await totals(of.id)).toEqual([150, 1_950, 16_950, 10_100]);
  });

  it('is told in both calls before it is placed, and changes what is of today at once', async () => {
    const of = await subscribe();
    until('2026-11-21T10:00:00Z');
    const order = changeOf(of, [
      update(itemOf(of), TODAY, { quantity: '6' }),
      update(itemOf(of), '2027-01-21', { quantity: '9' }),
    ]);
    expect(await desk().toRequest(order)).toMatchObject([
      { path: '/v1/subscription_schedules', params: { from_subscription: of.id } },
      {
        params: {
          phases: [
            { items: [{ price: seat, quantity: 5 }], end_date: 'now' },
            { items: [{ quantity: 6 }], end_date: at('2027-01-21') },
            { items: [{ quantity: 9 }], duration: MONTH },
          ],
        },
      },
    ]);
    await desk().place(order, `${order.dealId}-1`);
    expect((await now(of.id)).items.data[0]!.quantity).toBe(6);
    expect(await mirrored(of.id, '2027-01-21')).toBe('180');
  });
});

describe('what a schedule runs', () => {
  it('is changed today, in one call, and ends as it was to', async () => {
    const of = await subscribeFor(12);
    until('2026-12-01T09:00:00Z');
    const order = changeOf(of, [update(itemOf(of), '2026-12-01', { quantity: '8' })]);
    const { mrr, mrrChange, firstInvoice } = await told(order);
    // 160 for the month to come, and three seats for twenty days of the one that is under way.
    expect({ mrr, mrrChange, firstInvoice }).toEqual({
      mrr: '160',
      mrrChange: '60',
      firstInvoice: { amount: '200.00', on: RENEWS },
    });
    await desk().place(order, `${order.dealId}-1`);
    expect(await now(of.id)).toMatchObject({
      items: { data: [{ id: itemOf(of), quantity: 8 }] },
      metadata: { kept: 'yes', [`salesforce_order_${order.dealId}`]: order.number },
      cancel_at: at('2027-11-21'),
    });
    const [schedule] = await schedulesOf();
    expect(planOf(schedule!)).toEqual([
      [at('2026-11-21'), at('2026-12-01'), [5]],
      [at('2026-12-01'), at('2027-11-21'), [8]],
    ]);
    until('2026-12-21T12:00:00Z');
    expect((await totals(of.id))[0]).toBe(20_000);
    until('2027-11-22T12:00:00Z');
    expect((await now(of.id)).status).toBe('canceled');
    expect(await desk().find(order)).not.toBeNull();
  });

  it('is changed on days before and after those that it changes on already', async () => {
    const other = await price(100);
    const of = await subscribe({ items: [{ price: seat, quantity: 5 }, { price: other }] });
    const second = of.items.data[1]!.id;
    const first = changeOf(of, [update(itemOf(of), '2027-02-21', { quantity: '8', price: '18' })]);
    await desk().place(first, `${first.dealId}-1`);
    const [{ id }] = (await schedulesOf()) as [Stripe.SubscriptionSchedule];
    const before = changeOf(of, [
      { type: 'RemoveProduct', startsOn: on('2027-01-21'), of: { number: second, name: 'Other' } },
    ]);
    await desk().place(before, `${before.dealId}-1`);
    const known = await desk().subscription(of.id);
    // From that day on the seats are another item, of the same product.
    const [later] = Object.keys(known!.planIds).filter((number) => number.startsWith(`${of.id}:`));
    expect(known!.planIds[later!]).toBe(seat);
    const after = changeOf(of, [update(later!, '2027-03-21', { quantity: '10', was: { quantity: '8', price: '18' } })]);
    expect(await told(after)).toMatchObject({ mrr: '180', mrrChange: '36' });
    await desk().place(after, `${after.dealId}-1`);
    const mrrs = [];
    for (const day of [TODAY, '2027-01-21', '2027-02-21', '2027-03-21']) mrrs.push(await mirrored(of.id, day));
    expect(mrrs).toEqual(['101', '100', '144', '180']);
    expect((await schedulesOf()).map((one) => one.id)).toEqual([id]);
    for (const order of [first, before, after]) expect(await desk().find(order)).not.toBeNull();
    until('2027-03-21T12:00:00Z');
    expect(await totals(of.id)).toEqual([18_000, 14_400, 10_000, 10_100, 10_100]);
  });

  it('keeps what its phases say, and bills nothing of them twice', async () => {
    const fee = await price(5_000, { recurring: undefined as never });
    const coupon = await rig.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const { subscription } = await rig.stripe.subscriptionSchedules.create({
      customer,
      start_date: 'now',
      end_behavior: 'cancel',
      phases: [
        {
          items: [{ price: seat, quantity: 5, metadata: { team: 'Blue' } }],
          add_invoice_items: [{ price: fee }],
          duration: MONTH,
          ...{ collection_method: 'send_invoice', invoice_settings: { days_until_due: 14 } },
        },
        {
          items: [{ price: seat, quantity: 6 }],
          add_invoice_items: [{ price: fee }],
          duration: { interval: 'month', interval_count: 11 },
          discounts: [{ coupon: coupon.id }],
          ...{
            collection_method: 'send_invoice',
            invoice_settings: { days_until_due: 14 },
            metadata: { phase: 'two' },
          },
        },
      ],
    });
    const of = await now(subscription as string);
    until('2026-12-01T09:00:00Z');
    const extra = await price(100);
    const order = changeOf(of, [{ type: 'AddProduct', startsOn: on('2026-12-01'), plan: sold(extra, '1', '1') }]);
    await desk({ prorationBehavior: 'none' }).place(order, `${order.dealId}-1`);
    expect((await schedulesOf())[0]!.phases).toMatchObject([
      { items: [{ quantity: 5, metadata: { team: 'Blue' } }], add_invoice_items: [] },
      { items: [{ quantity: 5, metadata: { team: 'Blue' } }, { price: extra }], add_invoice_items: [] },
      {
        items: [{ quantity: 6 }, { price: extra }],
        add_invoice_items: [{ price: fee }],
        discounts: [{ coupon: coupon.id }],
        ...{ collection_method: 'send_invoice', invoice_settings: { days_until_due: 14 }, metadata: { phase: 'two' } },
      },
    ]);
    until('2026-12-21T12:00:00Z');
    // (6 × 20 + 1 + 50) less a tenth, then 5 × 20 + 50.
    expect(await totals(of.id)).toEqual([15_390, 15_000]);
  });

  it('is not touched where it says something that nobody here can send again', async () => {
    const of = await subscribeFor(12);
    const order = changeOf(of, [update(itemOf(of), RENEWS, { quantity: '8' })]);
    const stored = rig.sim.world.all('subscriptionSchedules')[0]!;
    Object.assign(stored.phases[0]!, { levy: { percent: 3 } });
    expect(await faultOf(desk().preview(order))).toMatchObject({
      code: 'order_refused',
      publicText: `Stripe cannot keep levy of its schedule ${stored.id} from here. Do it in Stripe.`,
    });
  });

  it('is not emptied', async () => {
    const of = await subscribeFor(12);
    const order = changeOf(of, [
      { type: 'RemoveProduct', startsOn: RENEWS, of: { number: itemOf(of), name: 'Seats' } },
    ]);
    expect(await faultOf(desk().place(order, `${order.dealId}-1`))).toMatchObject({
      publicText: 'Stripe cannot leave it without anything that recurs from here. Do it in Stripe.',
    });
  });
});

describe('an end of what a schedule runs', () => {
  it('comes with the period, or on a day on which one ends', async () => {
    const ends = [
      [TODAY, 'EndOfLastInvoicePeriod', RENEWS],
      [on('2027-02-21'), 'SpecificDate', '2027-02-21'],
    ] as const;
    for (const [startsOn, policy, day] of ends) {
      const of = await subscribeFor(12);
      const order = changeOf(of, [{ type: 'CancelSubscription', startsOn, policy }]);
      expect(await told(order)).toMatchObject({ mrr: '0', mrrChange: '-100' });
      await desk().place(order, `${order.dealId}-1`);
      expect((await now(of.id)).cancel_at).toBe(at(day));
      expect(await desk().find(order)).not.toBeNull();
    }
    until('2027-02-22T12:00:00Z');
    const { data } = await rig.stripe.subscriptions.list({ customer, status: 'all' });
    expect(data.map(({ status }) => status)).toEqual(['canceled', 'canceled']);
    expect((await Promise.all(data.map(({ id }) => totals(id)))).flat()).toEqual([10_000, 10_000, 10_000, 10_000]);
  });

  it('takes the place of what was to change after it', async () => {
    const of = await subscribe();
    const first = changeOf(of, [update(itemOf(of), '2027-02-21', { quantity: '8' })]);
    await desk().place(first, `${first.dealId}-1`);
    const order = changeOf(of, [{ type: 'CancelSubscription', startsOn: on('2027-01-21'), policy: 'SpecificDate' }]);
    await desk().place(order, `${order.dealId}-1`);
    const [schedule] = await schedulesOf();
    expect(schedule!.end_behavior).toBe('cancel');
    expect(planOf(schedule!)).toEqual([[at('2026-11-21'), at('2027-01-21'), [5]]]);
  });

  it('is told in the middle of a period that is billed in full', async () => {
    const of = await subscribeFor(12);
    const order = changeOf(of, [{ type: 'CancelSubscription', startsOn: on('2027-01-10'), policy: 'SpecificDate' }]);
    expect(await faultOf(desk().preview(order))).toMatchObject({
      code: 'order_refused',
      publicText: expect.stringContaining('such as 2027-01-21') as string,
    });
  });
});

it('a trial goes on as long as it was to, and what it is followed by is billed as it is then', async () => {
  const of = await subscribe({ trial_end: at('2026-12-05') });
  const early = changeOf(of, [update(itemOf(of), '2026-12-01', { quantity: '6' })]);
  expect(await faultOf(desk().preview(early))).toMatchObject({
    publicText: 'Stripe cannot change by a schedule what is in its trial from here. Do it in Stripe.',
  });
  const order = changeOf(of, [update(itemOf(of), '2026-12-05', { quantity: '8' })]);
  await desk().place(order, `${order.dealId}-1`);
  until('2026-12-04T09:00:00Z');
  expect(await now(of.id)).toMatchObject({ status: 'trialing', trial_end: at('2026-12-05') });
  until('2026-12-05T12:00:00Z');
  expect(await now(of.id)).toMatchObject({ status: 'active', items: { data: [{ quantity: 8 }] } });
  expect((await totals(of.id))[0]).toBe(16_000);
  until('2027-01-06T09:00:00Z');
  // Of a trial that is over nothing is sent again.
  const later = changeOf(of, [
    update(itemOf(of), '2027-03-05', { quantity: '9', was: { quantity: '8', price: '20' } }),
  ]);
  await desk().place(later, `${later.dealId}-1`);
  expect((await schedulesOf())[0]!.phases.map((one) => one.trial_end)).toEqual([null, null]);
});

it('periods of what began on the last day of a month end on last days', async () => {
  until('2027-01-31T09:00:00Z');
  const of = await subscribeFor(12);
  until('2027-02-01T09:00:00Z');
  const ending = (day: string) =>
    changeOf(of, [{ type: 'CancelSubscription', startsOn: on(day), policy: 'SpecificDate' }]);
  expect(await faultOf(desk().preview(ending('2027-03-28')))).toMatchObject({
    publicText: expect.stringContaining('such as 2027-03-31') as string,
  });
  const order = ending('2027-04-30');
  await desk().place(order, `${order.dealId}-1`);
  expect((await now(of.id)).cancel_at).toBe(at('2027-04-30'));
  until('2027-05-01T12:00:00Z');
  expect(await totals(of.id)).toEqual([10_000, 10_000, 10_000]);
});

describe('a renewal of what a schedule ends', () => {
  const renewal = (
    of: Stripe.Subscription,
    terms: { autoRenew: boolean | null; renewalMonths: number | null },
    more: OrderAction[] = [],
  ) =>
    changeOf(of, [
      { type: 'TermsAndConditions', startsOn: on('2027-11-21'), term: null, ...terms },
      { type: 'RenewSubscription', startsOn: on('2027-11-21') },
      ...more,
    ]);

  it('moves the end by its months', async () => {
    const of = await subscribeFor(12);
    const order = renewal(of, { autoRenew: null, renewalMonths: 24 });
    expect(await told(order)).toMatchObject({ mrr: '100', mrrChange: '0' });
    await desk().place(order, `${order.dealId}-1`);
    expect(planOf((await schedulesOf())[0]!)).toEqual([[at('2026-11-21'), at('2029-11-21'), [5]]]);
    expect((await now(of.id)).cancel_at).toBe(at('2029-11-21'));
    expect(await mirrored(of.id, '2029-11-20')).toBe('100');
    expect((await desk().subscription(of.id))!.subscription).toMatchObject({ termEndsOn: '2029-11-21' });
    // What was renewed once is not renewed again.
    await desk().place(order, `${order.dealId}-2`);
    expect((await now(of.id)).cancel_at).toBe(at('2029-11-21'));
  });

  it('changes what it sells from its first day on', async () => {
    const of = await subscribeFor(12);
    const order = renewal(of, { autoRenew: null, renewalMonths: 12 }, [
      update(itemOf(of), '2027-11-21', { quantity: '7', price: '21' }),
    ]);
    expect(await told(order)).toMatchObject({ mrr: '147', mrrChange: '47' });
    await desk().place(order, `${order.dealId}-1`);
    expect(planOf((await schedulesOf())[0]!)).toEqual([
      [at('2026-11-21'), at('2027-11-21'), [5]],
      [at('2027-11-21'), at('2028-11-21'), [7]],
    ]);
    expect(await mirrored(of.id, '2027-11-21')).toBe('147');
  });

  it('lets it go on where it renews by itself from then on', async () => {
    const of = await subscribeFor(12);
    const order = renewal(of, { autoRenew: true, renewalMonths: null });
    await desk().place(order, `${order.dealId}-1`);
    expect(await now(of.id)).toMatchObject({ cancel_at: null });
    until('2027-12-22T12:00:00Z');
    expect(await now(of.id)).toMatchObject({ status: 'active', schedule: null });
    expect(await totals(of.id)).toHaveLength(14);
  });
});

describe('once', () => {
  it('a schedule whose answer was lost is taken up, and its phases are written once', async () => {
    const of = await subscribe();
    const order = changeOf(of, [update(itemOf(of), RENEWS, { quantity: '8' })]);
    rig.sim.ctx.faults.set([{ method: 'POST', path: ADOPTS, times: 1, answer: 'html' }]);
    expect(await faultOf(desk().place(order, `${order.dealId}-1`))).toMatchObject({ outcomeUnknown: true });
    // Nothing is ordered yet: an empty schedule changes nothing.
    expect(await desk().find(order)).toBeNull();
    expect(planOf((await schedulesOf())[0]!)).toHaveLength(1);
    await desk().place(order, `${order.dealId}-1`);
    expect((await schedulesOf()).map((one) => planOf(one).length)).toEqual([2]);
  });

  it('phases whose answer was lost are found, and not written twice', async () => {
    const of = await subscribe();
    const fee = await price(5_000, { recurring: undefined as never });
    const order = changeOf(of, [
      update(itemOf(of), RENEWS, { quantity: '8' }),
      { type: 'AddProduct', startsOn: RENEWS, plan: sold(fee, '1', '50') },
    ]);
    refuse(PLANS, 504, { after: true });
    await desk()
      .place(order, `${order.dealId}-1`)
      .catch(() => null);
    const [schedule] = await schedulesOf();
    expect(await desk().place(order, `${order.dealId}-2`)).toMatchObject({ number: order.number });
    expect(await schedulesOf()).toEqual([schedule]);
    until('2026-12-21T12:00:00Z');
    expect((await totals(of.id))[0]).toBe(21_000);
  });

  it('phases that Stripe refuses leave the subscription as it was', async () => {
    const of = await subscribe();
    const gone = await price(900);
    const order = changeOf(of, [{ type: 'AddProduct', startsOn: RENEWS, plan: sold(gone, '2', '9') }]);
    await rig.stripe.prices.update(gone, { active: false });
    expect(await faultOf(desk().place(order, `${order.dealId}-1`))).toMatchObject({
      code: 'order_refused',
      publicText: expect.stringContaining('inactive') as string,
    });
    expect(await schedulesOf()).toMatchObject([{ status: 'released', released_subscription: of.id }]);
    expect(await now(of.id)).toMatchObject({ schedule: null, cancel_at: null });
    await rig.stripe.prices.update(gone, { active: true });
    await desk().place(order, `${order.dealId}-2`);
    expect(await mirrored(of.id, RENEWS)).toBe('118');
  });

  it('a schedule that cannot be let go either ends with the period, and changes nothing', async () => {
    const of = await subscribe();
    const order = changeOf(of, [update(itemOf(of), RENEWS, { quantity: '8' })]);
    const refusal = { error: { type: 'invalid_request_error', message: 'No.' } };
    rig.sim.ctx.faults.set([
      { method: 'POST', path: PLANS, times: 1, status: 400, body: refusal },
      { method: 'POST', path: '/release$', times: 1, status: 500, body: SERVER_ERROR },
    ]);
    expect(await faultOf(desk().place(order, `${order.dealId}-1`))).toMatchObject({ code: 'order_refused' });
    until('2026-12-22T12:00:00Z');
    expect(await now(of.id)).toMatchObject({ schedule: null, status: 'active', items: { data: [{ quantity: 5 }] } });
    expect(await totals(of.id)).toEqual([10_000, 10_000]);
  });
});
