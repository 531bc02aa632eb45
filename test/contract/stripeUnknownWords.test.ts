import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import { unknownWordsOf } from '../../server/domain/account/unknownWords.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

type Json = Record<string, unknown>;

let rig: StripeRig;
let customer: string;
let subscription: string;

/** Of 50 US dollars a month, paid. */
beforeEach(async () => {
  rig = await startStripeRig();
  customer = await rig.customer(ACCOUNT);
  const { id: product } = await rig.stripe.products.create({ name: 'Growth' });
  const recurring = { interval: 'month' as const };
  const { id } = await rig.stripe.prices.create({ product, currency: 'usd', unit_amount: 5_000, recurring });
  subscription = (await rig.stripe.subscriptions.create({ customer, items: [{ price: id }] })).id;
  await rig.work();
});
afterEach(() => rig.close());

const unknown = (): string[] =>
  [...rig.bench.mirror.records.values()].flatMap(({ body }) => unknownWordsOf(body as BillingObject));
const subscriptionRow = () => rig.bench.row('Billing_Subscription__c', `stripe:subscription:${subscription}`);
const invoiceRow = () => rig.bench.rowsOf('Billing_Invoice__c', ACCOUNT)[0]!.fields;
const balance = () => rig.bench.rowsOf('Billing_Balance__c', ACCOUNT)[0]!.fields;

/** Has Stripe answer with its own list, changed, and reads the customer anew. */
async function listWith(path: string, page: unknown, change: (one: Json) => void): Promise<void> {
  const body = JSON.parse(JSON.stringify(page)) as Json & { data: Json[] };
  body.data.forEach(change);
  rig.sim.ctx.faults.set([{ path: `^${path}$`, status: 200, body }]);
  // Stripe tells time in whole seconds: what is read now is to be later than what was read before.
  rig.clock.setOffset(rig.clock.offsetMs + 2000);
  rig.passCaches();
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.work();
}
const subscriptionsWith = async (change: (subscription: Json, price: Json) => void) =>
  listWith(
    '/v1/subscriptions',
    await rig.stripe.subscriptions.list({
      customer,
      status: 'all',
      expand: ['data.discounts', 'data.items.data.discounts', 'data.schedule'],
    }),
    (one) => change(one, (one['items'] as { data: Json[] }).data[0]!['price'] as Json),
  );
const invoicesWith = async (more: Json) =>
  listWith('/v1/invoices', await rig.stripe.invoices.list({ customer, expand: ['data.payments'] }), (one) =>
    Object.assign(one, more),
  );

describe('a word of Stripe that nobody knows', () => {
  test('for the status of a subscription stands as it came: it earns nothing and says so', async () => {
    expect(subscriptionRow()).toMatchObject({ Status__c: 'Active', MRR__c: 50 });
    await subscriptionsWith((one) => Object.assign(one, { status: 'hibernating' }));
    expect(subscriptionRow()).toMatchObject({
      Status__c: 'hibernating',
      MRR__c: 0,
      MRR_Reason__c: 'Its status hibernating is not known here: does not count.',
    });
    expect(rig.bench.row('Account', ACCOUNT)).toMatchObject({ Billing_MRR__c: 0 });
    expect(rig.bench.rowsOf('Billing_Health__c', ACCOUNT)[0]!.fields['Summary__c']).toContain(
      'has the status hibernating, which is not known here',
    );
    expect(unknown()).toEqual(['subscription status']);
  });

  test('in an event of a subscription is no step of MRR', async () => {
    const page = await rig.stripe.events.list({ type: 'customer.subscription.created', limit: 1 });
    const event = JSON.parse(JSON.stringify(page.data[0])) as { created: number; data: { object: Json } };
    rig.clock.setOffset(rig.clock.offsetMs + 3_600_000);
    const item = (event.data.object['items'] as { data: Json[] }).data[0]!;
    rig.deliver({
      ...event,
      id: 'evt_unknown',
      type: 'customer.subscription.updated',
      created: event.created + 3_600,
      data: {
        object: {
          ...event.data.object,
          status: 'hibernating',
          items: { ...(event.data.object['items'] as Json), data: [{ ...item, quantity: 2 }] },
        },
        previous_attributes: { status: 'active', items: event.data.object['items'] },
      },
    });
    await rig.work();
    const changes = [...rig.bench.mirror.records.values()].filter(({ kind }) => kind === 'change');
    expect(changes.map(({ body }) => body)).toMatchObject([{ what: 'Quantity Changed', mrr: null }]);
  });

  test.each([
    ['draft', 'Draft', 0, []],
    ['open', 'Open', 50, []],
    ['paid', 'Paid', 0, []],
    ['uncollectible', 'Uncollectible', 50, []],
    ['void', 'Void', 0, []],
    ['half_paid', 'half_paid', 0, ['invoice status']],
  ])(
    'for the status of an invoice: %s shows as %s, and %d of it as its balance',
    async (status, shown, left, counted) => {
      await invoicesWith({ status, amount_remaining: 5_000, attempt_count: 1 });
      expect(invoiceRow()).toMatchObject({ Status__c: shown, Amount__c: 50, Balance__c: left });
      expect(balance()['Outstanding__c']).toBe(status === 'open' ? 50 : 0);
      expect(unknown()).toEqual(counted);
      if (counted.length > 0) expect(rig.bench.rowsOf('Dunning_Case__c', ACCOUNT)).toEqual([]);
    },
  );

  test('for how an invoice is collected makes no due date and no attempt of it', async () => {
    await invoicesWith({ status: 'open', amount_remaining: 5_000, collection_method: 'barter', attempt_count: 1 });
    expect(invoiceRow()).toMatchObject({ Status__c: 'Open', Balance__c: 50, Due_Date__c: null });
    expect(rig.bench.rowsOf('Dunning_Case__c', ACCOUNT)).toEqual([]);
    expect(unknown()).toEqual(['collection method']);
  });

  test.each([
    ['succeeded', 'Succeeded', 50, []],
    ['pending', 'Pending', 0, []],
    ['failed', 'Failed', 0, []],
    ['under_review', 'under_review', 0, ['payment status']],
  ])(
    'for the status of a charge: %s shows as %s, and %d of it as received',
    async (status, shown, received, counted) => {
      const page = await rig.stripe.charges.list({ customer, expand: ['data.refunds'] });
      await listWith('/v1/charges', page, (one) => Object.assign(one, { status }));
      expect(rig.bench.rowsOf('Billing_Payment__c', ACCOUNT)[0]!.fields).toMatchObject({
        Status__c: shown,
        Amount__c: 50,
      });
      expect(balance()['Lifetime_Value__c']).toBe(received);
      expect(unknown()).toEqual(counted);
    },
  );

  test.each<[string, (price: Json) => void, string[], string]>([
    [
      'decade',
      (price) => Object.assign(price['recurring'] as Json, { interval: 'decade' }),
      ['billing interval'],
      'decade',
    ],
    [
      'seated',
      (price) => Object.assign(price['recurring'] as Json, { usage_type: 'seated' }),
      ['charge model'],
      'Monthly',
    ],
    [
      'nearest',
      (price) => Object.assign(price, { transform_quantity: { divide_by: 10, round: 'nearest' } }),
      ['charge model'],
      'Monthly',
    ],
  ])('for what a price buys (%s) counts nothing, and says so', async (word, change, counted, interval) => {
    await subscriptionsWith((_, price) => change(price));
    expect(subscriptionRow()).toMatchObject({
      Status__c: 'Active',
      MRR__c: 0,
      MRR_Reason__c: `Growth: its price cannot be told from the subscription: ${word} is not known here, does not count.`,
    });
    expect(rig.bench.rowsOf('Billing_Charge__c', ACCOUNT)[0]!.fields).toMatchObject({
      Model__c: word,
      Billing_Interval__c: interval,
      MRR__c: 0,
    });
    expect(unknown()).toEqual(counted);
  });

  test('for how long a discount holds leaves no price that it may reduce', async () => {
    const { id } = await rig.stripe.coupons.create({ percent_off: 10, duration: 'forever', name: 'Launch' });
    await rig.stripe.subscriptions.update(subscription, { discounts: [{ coupon: id }] });
    await rig.work();
    expect(subscriptionRow()).toMatchObject({ MRR__c: 45 });
    const coupon = JSON.parse(JSON.stringify(await rig.stripe.coupons.retrieve(id))) as Json;
    rig.sim.ctx.faults.set([{ path: `^/v1/coupons/${id}$`, status: 200, body: { ...coupon, duration: 'seasonal' } }]);
    rig.clock.setOffset(rig.clock.offsetMs + 2000);
    rig.passCaches();
    rig.bench.dirty.add(`stripe:account:${customer}`);
    await rig.work();
    expect(subscriptionRow()).toMatchObject({ Status__c: 'Active', MRR__c: 0 });
    expect(subscriptionRow()['MRR_Reason__c']).toContain('seasonal of the discount Launch is not known here');
    expect(unknown()).toEqual(['discount duration']);
  });

  test.each([
    ['status', 'schedule status'],
    ['end_behavior', 'schedule end behavior'],
  ])('for the %s of a schedule is told as what is booked, and MRR of today stays', async (field, counted) => {
    await rig.stripe.subscriptionSchedules.create({ from_subscription: subscription });
    await rig.work();
    await subscriptionsWith((one) => Object.assign(one['schedule'] as Json, { [field]: 'dormant' }));
    expect(subscriptionRow()).toMatchObject({ Status__c: 'Active', MRR__c: 50 });
    expect(subscriptionRow()['Pending_Change__c']).toContain(`Its ${counted} dormant is not known here`);
    expect(unknown()).toEqual([counted]);
  });
});
