import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agreedChanges, committedMrrOf } from '../../server/domain/metrics/committed.ts';
import { mrrChangesAfter, mrrOf } from '../../server/domain/metrics/mrr.ts';
import { DEFAULT_MRR_RULES } from '../../server/domain/metrics/rules.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';
const TODAY = calendarDate('2026-11-21');
const MONTH = { interval: 'month' as const, interval_count: 1 };

let rig: StripeRig;
let customer: string;
let basic: string;
let pro: string;

beforeEach(async () => {
  rig = await startStripeRig();
  customer = await rig.customer(ACCOUNT);
  basic = await price('Basic', 10_000);
  pro = await price('Pro', 25_000);
});
afterEach(() => rig.close());

async function price(name: string, amount: number): Promise<string> {
  const product = await rig.stripe.products.create({ name });
  const recurring = { interval: 'month' as const };
  return (await rig.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, recurring })).id;
}

type Phase = Stripe.SubscriptionScheduleUpdateParams.Phase;

/** A subscription of two seats of the basic plan, and what a schedule makes of it from the next period on. */
async function planned(phases: Phase[], more: Stripe.SubscriptionScheduleUpdateParams = {}) {
  const subscription = await rig.stripe.subscriptions.create({ customer, items: [{ price: basic, quantity: 2 }] });
  const { id, phases: adopted } = await rig.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  const { start_date, end_date } = adopted[0]!;
  const first = { items: [{ price: basic, quantity: 2 }], start_date, end_date };
  await rig.stripe.subscriptionSchedules.update(id, { phases: [first, ...phases], ...more });
  await rig.work();
  return { schedule: id, subscription: subscription.id, item: subscription.items.data[0]!.id };
}

const bodyOf = (subscription: string) =>
  rig.bench.mirror.records.get(`stripe:subscription:${subscription}`)!.body as Subscription;

/** Committed MRR of today in cents, and the days on which MRR changes to what. */
function agreed(subscription: string): [number, [string, number][]] {
  const body = bodyOf(subscription);
  const changes = agreedChanges(body, TODAY).map(({ on, mrr }): [string, number] => [on, mrr.amount.minor]);
  return [committedMrrOf(body, TODAY).minor, changes];
}

/** Charges of the Account as people see them. */
function charges(): unknown[][] {
  return rig.bench
    .rowsOf('Billing_Charge__c', ACCOUNT)
    .filter(({ fields }) => fields['Status__c'] !== 'Removed')
    .map(({ fields }) => [
      fields['Plan__c'],
      fields['Status__c'],
      fields['Quantity__c'],
      fields['MRR__c'],
      fields['Start_Date__c'],
      fields['End_Date__c'],
    ])
    .toSorted();
}
const mrr = (subscription: string) =>
  rig.bench.row('Billing_Subscription__c', `stripe:subscription:${subscription}`)['MRR__c'];

/** Has time pass in Stripe, and the Account looked at anew as on a day on which something is due. */
async function until(moment: string): Promise<void> {
  rig.clock.setOffset(Date.parse(moment) - Date.now());
  rig.bench.dirty.add(`account:projection:${ACCOUNT}`);
  await rig.work();
}

describe('a schedule', () => {
  test('that changes the plan shows both, is due on its day, and needs no event to come true', async () => {
    const { subscription } = await planned([{ items: [{ price: pro, quantity: 3 }], duration: MONTH }]);
    expect(charges()).toEqual([
      ['Basic', 'Current', 2, 200, null, '2026-12-21'],
      ['Pro', 'Future', 3, 0, '2026-12-21', null],
    ]);
    expect(mrr(subscription)).toBe(200);
    expect(agreed(subscription)).toEqual([75_000, [['2026-12-21', 75_000]]]);
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    await until('2026-12-21T10:00:00Z');
    expect(mrr(subscription)).toBe(750);
    expect(charges()).toEqual([
      ['Basic', 'Ended', 2, 0, null, '2026-12-21'],
      ['Pro', 'Current', 3, 750, '2026-12-21', null],
    ]);
    // What Stripe says then is the same.
    rig.bench.dirty.add(`stripe:account:${customer}`);
    await rig.work();
    expect(mrr(subscription)).toBe(750);
    expect(charges()).toEqual([['Pro', 'Current', 3, 750, null, null]]);
  });

  test('that changes the quantity goes on with the same item, whose row of now stays', async () => {
    const { subscription, item } = await planned([
      { items: [{ price: basic, quantity: 5 }], duration: MONTH },
      { items: [{ price: basic, quantity: 5 }, { price: pro }], duration: MONTH },
    ]);
    expect(charges()).toEqual([
      ['Basic', 'Current', 2, 200, null, '2026-12-21'],
      ['Basic', 'Future', 5, 0, '2026-12-21', null],
      ['Pro', 'Future', 1, 0, '2027-01-21', null],
    ]);
    expect(rig.bench.row('Billing_Charge__c', `stripe:charge:${item}`)['Status__c']).toBe('Current');
    expect(rig.bench.row('Billing_Charge__c', `stripe:charge:${item}:2026-12-21`)['Status__c']).toBe('Future');
    expect(agreed(subscription)).toEqual([
      75_000,
      [
        ['2026-12-21', 50_000],
        ['2027-01-21', 75_000],
      ],
    ]);
    // The second one falls on no renewal that is known today: the Account is looked at again on its day.
    expect(mrrChangesAfter(bodyOf(subscription), TODAY)).toContain('2027-01-21');
    await until('2027-01-02T09:00:00Z');
    expect(rig.bench.nextChangeOn.get(ACCOUNT)).toBe('2027-01-21');
  });

  test('that ends the subscription after its last phase tells when, long before Stripe does', async () => {
    const { subscription } = await planned(
      [
        { items: [{ price: pro }], duration: MONTH },
        { items: [{ price: basic }], duration: { interval: 'month', interval_count: 2 } },
      ],
      { end_behavior: 'cancel' },
    );
    expect((await rig.stripe.subscriptions.retrieve(subscription)).cancel_at).toBeNull();
    expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${subscription}`)).toMatchObject({
      Status__c: 'Active',
      Cancel_On__c: '2027-03-21',
      Auto_Renew__c: false,
      MRR__c: 200,
    });
    expect(agreed(subscription)[0]).toBe(0);
  });

  test('with an end of its own books no cancellation; one that is asked for has its day, and none once it is taken back', async () => {
    const { subscription } = await planned([{ items: [{ price: basic, quantity: 2 }], duration: MONTH }], {
      end_behavior: 'cancel',
    });
    expect(bodyOf(subscription)).toMatchObject({ cancelOn: '2027-01-21', cancelBookedOn: null });
    const { id } = await rig.stripe.subscriptions.create({ customer, items: [{ price: basic }] });
    const booked = async (cancel: boolean) => {
      await rig.stripe.subscriptions.update(id, { cancel_at_period_end: cancel });
      await rig.work();
      const { cancelOn, cancelBookedOn } = bodyOf(id);
      return [cancelOn, cancelBookedOn];
    };
    rig.clock.setOffset(Date.parse('2026-11-24T09:00:00Z') - Date.now());
    expect(await booked(true)).toEqual(['2026-12-21', '2026-11-24']);
    rig.clock.setOffset(Date.parse('2026-11-25T09:00:00Z') - Date.now());
    expect(await booked(false)).toEqual([null, null]);
    expect(await booked(true)).toEqual(['2026-12-21', '2026-11-25']);
    await until('2026-12-21T10:00:00Z');
    expect(bodyOf(id)).toMatchObject({ status: 'Canceled', cancelOn: '2026-12-21', cancelBookedOn: '2026-11-25' });
  });

  test('that is released or canceled plans nothing more', async () => {
    const { schedule, subscription, item } = await planned([{ items: [{ price: pro }], duration: MONTH }]);
    expect(agreed(subscription)[0]).toBe(25_000);
    await rig.stripe.subscriptionSchedules.release(schedule);
    await rig.work();
    expect(charges()).toEqual([['Basic', 'Current', 2, 200, null, null]]);
    expect(agreed(subscription)).toEqual([20_000, []]);
    const gone = rig.bench.row('Billing_Charge__c', `stripe:charge:${subscription}:${pro}`);
    expect(gone).toMatchObject({ Status__c: 'Removed', MRR__c: 0, Quantity__c: 0 });
    expect(rig.bench.row('Billing_Charge__c', `stripe:charge:${item}`)['Status__c']).toBe('Current');

    await rig.stripe.subscriptions.cancel(subscription);
    await rig.work();
    expect(mrr(subscription)).toBe(0);
  });

  test('stays when its subscription is told alone, which names it by its id only', async () => {
    const { subscription } = await planned([{ items: [{ price: pro, quantity: 3 }], duration: MONTH }]);
    const told = (await rig.stripe.events.list({ type: 'customer.subscription.updated' })).data[0]!;
    expect((told.data.object as Stripe.Subscription).schedule).toMatch(/^sub_sched_/);
    await until('2026-11-22T09:00:00Z');
    const later = { id: 'evt_later', created: told.created + 86_000 };
    rig.deliver({ ...(JSON.parse(JSON.stringify(told)) as object), ...later });
    await rig.work();
    expect(agreed(subscription)).toEqual([75_000, [['2026-12-21', 75_000]]]);
  });

  test('that is changed brings what it says now, by its own event alone', async () => {
    const { schedule, subscription } = await planned([{ items: [{ price: pro }], duration: MONTH }]);
    const { phases } = await rig.stripe.subscriptionSchedules.retrieve(schedule);
    const { start_date, end_date } = phases[0]!;
    await rig.stripe.subscriptionSchedules.update(schedule, {
      phases: [
        { items: [{ price: basic, quantity: 2 }], start_date, end_date },
        { items: [{ price: pro, quantity: 4 }], duration: MONTH },
      ],
    });
    await rig.work();
    expect(agreed(subscription)).toEqual([100_000, [['2026-12-21', 100_000]]]);
  });
});

describe('discounts of a phase', () => {
  test('begin with it and end with it or with their months; what the customer has holds where there is none', async () => {
    const forever = await rig.stripe.coupons.create({ percent_off: 10, duration: 'forever', name: 'Loyal' });
    const twice = await rig.stripe.coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 2 });
    const code = await rig.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: twice.id } });
    const { subscription } = await planned([
      { items: [{ price: basic, quantity: 2 }], duration: MONTH, discounts: [{ coupon: forever.id }] },
      {
        items: [{ price: basic, quantity: 2 }],
        duration: { interval: 'month', interval_count: 6 },
        discounts: [{ coupon: forever.id }, { promotion_code: code.id }],
      },
      { items: [{ price: basic, quantity: 2 }], duration: MONTH },
    ]);
    const body = bodyOf(subscription);
    const inherited = {
      discounts: [{ ...body.discounts[0]!, name: 'Of the customer', percentOff: '25', startsOn: null, endsOn: null }],
      reductions: [],
      rules: DEFAULT_MRR_RULES,
    };
    const of = (day: string) => mrrOf(body, calendarDate(day), inherited).amount.minor;
    // Today there is none of its own; from 21 Dec 10 %; from 21 Jan 50 % more for two months; from 21 Jul none.
    expect(
      ['2026-11-21', '2026-12-21', '2027-01-21', '2027-03-20', '2027-03-21', '2027-07-20', '2027-07-21'].map(of),
    ).toEqual([15_000, 18_000, 9_000, 9_000, 18_000, 18_000, 15_000]);
  });

  test('of an item go on with the item that has them, and a trial of a phase counts nothing until its end', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 20, duration: 'forever' });
    const trialEnd = Date.parse('2027-01-04T09:00:00Z') / 1000;
    const { subscription } = await planned([
      {
        items: [{ price: pro, discounts: [{ coupon: coupon.id }] }],
        duration: MONTH,
        trial_end: trialEnd,
      },
      { items: [{ price: pro, discounts: [{ coupon: coupon.id }] }], duration: MONTH },
    ]);
    expect(agreed(subscription)).toEqual([
      20_000,
      [
        ['2026-12-21', 0],
        ['2027-01-04', 20_000],
      ],
    ]);
    expect(charges()).toHaveLength(2);
  });
});

test('a schedule costs one call for each price that is to come, and none for what is expanded', async () => {
  const subscription = await rig.stripe.subscriptions.create({ customer, items: [{ price: basic, quantity: 2 }] });
  await rig.work();
  rig.passCaches();
  rig.sim.ctx.calls.clear();
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.work();
  const before = rig.sim.ctx.calls.total();
  const { id, phases } = await rig.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  const { start_date, end_date } = phases[0]!;
  await rig.stripe.subscriptionSchedules.update(id, {
    phases: [
      { items: [{ price: basic, quantity: 2 }], start_date, end_date },
      { items: [{ price: pro }], duration: MONTH },
    ],
  });
  await rig.work();
  rig.passCaches();
  rig.sim.ctx.calls.clear();
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.work();
  // The price, and the product that it is of.
  expect(rig.sim.ctx.calls.total()).toBe(before + 2);
  expect(rig.sim.ctx.calls.counts.get('GET /v1/subscription_schedules/:id')).toBeUndefined();
});
