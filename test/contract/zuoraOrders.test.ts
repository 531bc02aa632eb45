import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createZuoraConnection,
  type Connection,
  type ZuoraConnectionOptions,
} from '../../server/connectors/zuora/connection.ts';
import {
  subscriptionsOf,
  type ActionOf,
  type ChargeOverride,
  type Order,
  type OrderedAction,
  type PlanOrder,
} from '../../server/domain/order/order.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import { ownToken, type ShareToken } from '../../server/workflows/ports/upstream.ts';
import { charges, rows, type CatalogCharge, type Loose } from '../simulators/zuora/testClient.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';
import { faultOf } from '../support/faultOf.ts';

let rig: ZuoraRig;
let account: { id: string; number: string };
let count = 0;
beforeAll(async () => {
  rig = await startZuoraRig();
  account = await rig.client.account({ billCycleDay: 1 });
});
afterAll(() => rig.close());
afterEach(async () => {
  rig.sim.ctx.faults.set([]);
  await rig.client.post('/__sim/refusals', { refusals: [] });
});

const DEAL = '006WR00000AbCdEYAV';
const START = calendarDate('2026-12-01');

const create = {
  type: 'CreateSubscription',
  startsOn: START,
  term: { type: 'Termed', months: 12 },
  autoRenew: true,
  renewalMonths: 6,
  plans: [] as readonly PlanOrder[],
} satisfies ActionOf<'CreateSubscription'>;

/** An order of these plans with numbers that nobody has used. */
function orderOf(
  plans: readonly PlanOrder[],
  more: Partial<Order> = {},
  action: Partial<ActionOf<'CreateSubscription'>> = {},
): Order {
  count += 1;
  return {
    number: `SF-${DEAL}-${count}`,
    orderedOn: calendarDate('2026-11-21'),
    billingAccountKey: `zuora:account:${account.id}`,
    billingAccountNumber: account.number,
    currency: 'USD',
    dealId: DEAL,
    actions: [{ ...create, subscriptionNumber: `SF-${count}-${DEAL}`, ...action, plans }],
    ...more,
  };
}

const USD = (Price: number) => [{ Currency: 'USD', Price }];
const BANDS = [
  { Currency: 'USD', StartingUnit: 0, EndingUnit: 10, Price: 10, PriceFormat: 'Per Unit' },
  { Currency: 'USD', StartingUnit: 11, Price: 8, PriceFormat: 'Per Unit' },
];
const seats: CatalogCharge = { Name: 'Seats', ChargeModel: 'Per Unit Pricing', UOM: 'Each', tiers: USD(20) };

const recurring = { kind: 'recurring', model: 'perUnit', quantity: null, price: null } as const;

const linesOf = (planId: string, overrides: readonly ChargeOverride[] = []): PlanOrder[] => [
  { lineId: '00kWR0000000001YAA', planId, charges: overrides },
];

const numberOf = (order: Order): string => subscriptionsOf(order)[0]!;
const place = (order: Order, effectId = order.number) => rig.connection.orders.place(order, effectId);

/** Another connector on the same Zuora. */
function connect(more: Partial<ZuoraConnectionOptions>, shareToken: ShareToken = ownToken): Connection {
  const { url: baseUrl, clientId, clientSecret } = rig.sim;
  const callouts = [{ kind: 'basic', user: 'zuora', password: new Secret('secret') }] as const;
  const clock = { now: () => new Date(), businessNow: () => rig.clock.now() };
  return createZuoraConnection(
    { connection: 'zuora', baseUrl, clientId, clientSecret, callouts, ...more },
    { clock, shareToken },
  );
}

/** How many calls of a path reached Zuora since they were last counted from nothing. */
const callsOf = (path: RegExp): number =>
  [...rig.sim.ctx.calls.counts].reduce((sum, [route, times]) => sum + (path.test(route) ? times : 0), 0);

const ordersNumbered = async (number: string): Promise<Loose[]> =>
  rows((await rig.client.get(`/object-query/orders?filter[]=ordernumber.EQ:${number}`)).body.data);

describe('an order that is placed', () => {
  it('makes a subscription with our numbers, terms, dates and the deal, and bills nothing', async () => {
    const { planId, charge } = await rig.client.plan([seats]);
    const order = orderOf(
      linesOf(planId, [{ ...recurring, charge: charge['Seats']!, quantity: '60', price: '19.99' }]),
    );
    expect(await place(order)).toEqual({
      number: order.number,
      status: 'Completed',
      subscriptionNumbers: [numberOf(order)],
    });
    const sold = await rig.client.subscription(numberOf(order), 'all-segments');
    expect(sold).toMatchObject({
      status: 'Active',
      orderNumber: order.number,
      OpportunityId__c: DEAL,
      contractEffectiveDate: START,
      serviceActivationDate: START,
      customerAcceptanceDate: START,
      termStartDate: START,
      termEndDate: '2027-12-01',
      initialTerm: 12,
      renewalTerm: 6,
      autoRenew: true,
      // 60 × 19.99, and that for twelve months.
      contractedMrr: 1199.4,
      totalContractedValue: 14392.8,
    });
    const read = (await rig.client.get(`/v1/orders/${order.number}`)).body.order!;
    expect(read).toMatchObject({ orderDate: '2026-11-21', customFields: { OpportunityId__c: DEAL } });
    const invoices = await rig.client.get(`/object-query/invoices?filter[]=accountid.EQ:${account.id}`);
    expect(invoices.body.data).toEqual([]);
  });

  it('waits for no date in a tenant that asks for activation and acceptance', async () => {
    const { planId } = await rig.client.plan([seats]);
    await rig.client.post('/__sim/options', { requireServiceActivation: true, requireCustomerAcceptance: true });
    try {
      expect(await place(orderOf(linesOf(planId)))).toMatchObject({ status: 'Completed' });
    } finally {
      await rig.client.post('/__sim/options', { requireServiceActivation: false, requireCustomerAcceptance: false });
    }
  });

  it('renews for the first term where nobody said how long', async () => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId), {}, { term: { type: 'Termed', months: 24 }, renewalMonths: null });
    await place(order);
    expect(await rig.client.subscription(numberOf(order))).toMatchObject({
      termEndDate: '2028-12-01',
      renewalTerm: 24,
    });
  });

  it('has no end where the deal has none', async () => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId), {}, { term: { type: 'Evergreen' } });
    await place(order);
    expect(await rig.client.subscription(numberOf(order))).toMatchObject({
      termType: 'EVERGREEN',
      termEndDate: null,
    });
  });

  it('sells several plans', async () => {
    const [one, other] = [await rig.client.plan([seats]), await rig.client.plan([seats])];
    const order = orderOf([...linesOf(one.planId), ...linesOf(other.planId), ...linesOf(one.planId)]);
    await place(order);
    const sold = await rig.client.subscription(numberOf(order), 'all-segments');
    expect(rows(sold.ratePlans).map((plan) => plan.productRatePlanId)).toEqual([one.planId, other.planId, one.planId]);
  });

  type Case = [name: string, charge: Partial<CatalogCharge>, override: Partial<ChargeOverride>, sold: object];
  const FLAT = { ChargeModel: 'Flat Fee Pricing', tiers: USD(100) };
  const PER_UNIT = { ChargeModel: 'Per Unit Pricing', tiers: USD(20) };
  const TIERED = { ChargeModel: 'Tiered Pricing', tiers: BANDS };
  const VOLUME = { ChargeModel: 'Volume Pricing', tiers: BANDS };
  const ONCE = { ChargeType: 'OneTime' };
  const CASES: Case[] = [
    ['recurring flat fee', FLAT, { kind: 'recurring', model: 'flat', price: '99.5' }, { price: 99.5 }],
    ['recurring per unit', PER_UNIT, { quantity: '7', price: '12.3456' }, { quantity: 7, price: 12.3456 }],
    ['recurring per unit, quantity alone', PER_UNIT, { quantity: '2.5' }, { quantity: 2.5, price: 20 }],
    ['recurring per unit, price alone', PER_UNIT, { price: '0' }, { quantity: 3, price: 0 }],
    ['recurring tiered', TIERED, { model: 'graduated', quantity: '25' }, { quantity: 25, mrr: 220 }],
    ['recurring volume', VOLUME, { model: 'volume', quantity: '25' }, { quantity: 25, mrr: 200 }],
    ['one-time flat fee', { ...FLAT, ...ONCE }, { kind: 'oneTime', model: 'flat', price: '250' }, { price: 250 }],
    [
      'one-time per unit',
      { ...PER_UNIT, ...ONCE },
      { kind: 'oneTime', quantity: '4', price: '12.5' },
      { quantity: 4, price: 12.5, tcv: 50 },
    ],
    [
      'one-time tiered',
      { ...TIERED, ...ONCE },
      { kind: 'oneTime', model: 'graduated', quantity: '12' },
      { quantity: 12, tcv: 116 },
    ],
    [
      'one-time volume',
      { ...VOLUME, ...ONCE },
      { kind: 'oneTime', model: 'volume', quantity: '12' },
      { quantity: 12, tcv: 96 },
    ],
  ];

  it.each(CASES)('overrides a charge: %s', async (_name, catalog, override, sold) => {
    const { planId, charge } = await rig.client.plan([{ ...seats, DefaultQuantity: 3, ...catalog }]);
    const order = orderOf(linesOf(planId, [{ ...recurring, charge: charge['Seats']!, ...override }]));
    await place(order);
    expect(charges(await rig.client.subscription(numberOf(order), 'all-segments'))).toMatchObject([sold]);
  });

  it('leaves charges as the catalog has them, also those that no order can override', async () => {
    const calls = {
      Name: 'Calls',
      ChargeType: 'Usage',
      ChargeModel: 'Per Unit Pricing',
      UOM: 'Each',
      tiers: USD(0.01),
    };
    const { planId, charge } = await rig.client.plan([seats, calls]);
    const untouched = [
      { ...recurring, charge: charge['Seats']! },
      { ...recurring, charge: charge['Calls']!, kind: 'usage' as const },
    ];
    const order = orderOf(linesOf(planId, untouched));
    await place(order);
    const sold = charges(await rig.client.subscription(numberOf(order), 'all-segments'));
    expect(sold.map(({ name, price }) => [name, price])).toEqual([
      ['Seats', 20],
      ['Calls', 0.01],
    ]);
  });

  it('carries decimals as they are, up to what a number of JSON can', async () => {
    const { planId, charge } = await rig.client.plan([seats]);
    const [quantity, price] = ['0.1', '1234567.12345678'];
    const order = orderOf(linesOf(planId, [{ ...recurring, charge: charge['Seats']!, quantity, price }]));
    await place(order);
    const [sold] = charges(await rig.client.subscription(numberOf(order), 'all-segments'));
    expect([String(sold?.quantity), String(sold?.price)]).toEqual([quantity, price]);
  });

  it.each(['0.1234567890123456', '1234567890.1234567', '12345678901234567'])(
    'refuses %s, which a number of JSON does not carry exactly, before anything is sent',
    async (price) => {
      const { planId, charge } = await rig.client.plan([seats]);
      rig.sim.ctx.calls.clear();
      const order = orderOf(linesOf(planId, [{ ...recurring, charge: charge['Seats']!, price }]));
      const fault = await faultOf(place(order));
      expect(fault).toMatchObject({ code: 'order_refused', kind: 'invalid', outcomeUnknown: false });
      expect(fault.publicText).toContain(price);
      expect(callsOf(/orders/)).toBe(0);
    },
  );

  it.each([
    ['a price of a charge in bands', { model: 'graduated', price: '5' }],
    ['a quantity of a flat fee', { model: 'flat', quantity: '2' }],
    ['a price of usage', { kind: 'usage', price: '2' }],
  ] as const)('refuses %s', async (_name, override) => {
    const order = orderOf(linesOf('2c92c0f8', [{ ...recurring, charge: '2c92c0f9', ...override }]));
    expect(await faultOf(place(order))).toMatchObject({ code: 'order_refused', kind: 'invalid' });
  });
});

describe('an order that is sent again', () => {
  it('is the same one with the same effect id, and with another one', async () => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId));
    const first = await place(order, 'one');
    expect(await place(order, 'one')).toEqual(first);
    expect(await place(order, 'other')).toEqual(first);
    expect(await ordersNumbered(order.number)).toHaveLength(1);
  });

  it('is not mistaken for one of another deal', async () => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId));
    await place(order);
    const other = orderOf(linesOf(planId), { number: order.number, dealId: '006WR00000XyZzZYAV' });
    const fault = await faultOf(place(other, 'of another deal'));
    expect(fault).toMatchObject({ code: 'order_refused', kind: 'invalid' });
    expect(fault.publicText).toContain('belongs to another opportunity');
  });

  it('is looked for again where Zuora has it and does not show it yet', async () => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId));
    await rig.client.post('/__sim/options', { readLagMs: 60_000 });
    try {
      await place(order, 'before');
      expect(await faultOf(place(order, 'after'))).toMatchObject({ code: 'zuora_conflict', retryable: true });
    } finally {
      await rig.client.post('/__sim/options', { readLagMs: 0 });
    }
    expect(await place(order, 'later')).toMatchObject({ number: order.number, status: 'Completed' });
  });

  it.each([
    ['a timeout of the gateway', { status: 504, body: 'upstream request timeout', after: true }],
    ['a connection that is cut', { reset: 'after' as const }],
    ['an answer that cannot be read', { answer: 'wrong type' as const }],
  ])('is there after %s, and is not made twice', async (_name, how) => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId));
    rig.sim.ctx.faults.set([{ method: 'POST', path: '^/v1/orders$', times: 1, ...how }]);
    expect(await faultOf(place(order))).toMatchObject({ retryable: true, outcomeUnknown: true });
    expect(await rig.connection.orders.find(order)).toEqual({
      number: order.number,
      status: 'Completed',
      subscriptionNumbers: [numberOf(order)],
    });
    expect(await place(order)).toMatchObject({ number: order.number, status: 'Completed' });
    expect(await ordersNumbered(order.number)).toHaveLength(1);
  });

  it.each([
    ['a gateway that is down', { status: 503 }],
    ['a connection that is cut', { reset: 'before' as const }],
  ])('is made by the next try after %s', async (_name, how) => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId));
    rig.sim.ctx.faults.set([{ method: 'POST', path: '^/v1/orders$', times: 1, ...how }]);
    expect(await faultOf(place(order))).toMatchObject({ retryable: true, outcomeUnknown: true });
    expect(await rig.connection.orders.find(order)).toBeNull();
    expect(await place(order)).toMatchObject({ status: 'Completed' });
  });

  it('is not known to have failed while the same one is under way', async () => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId));
    await rig.client.post('/__sim/options', { handlingMs: 500 });
    try {
      const both = await Promise.allSettled([place(order), place(order)]);
      const faults = both.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
      expect(faults).toMatchObject([{ code: 'zuora_conflict', retryable: true, outcomeUnknown: true }]);
    } finally {
      await rig.client.post('/__sim/options', { handlingMs: 0 });
    }
    expect(await ordersNumbered(order.number)).toHaveLength(1);
  });

  it('did not go where Zuora cannot be connected to', async () => {
    const { planId } = await rig.client.plan([seats]);
    const gone = connect({ baseUrl: 'http://127.0.0.1:9' }, () => ({
      current: () => Promise.resolve({ value: 'token', instanceUrl: null }),
    }));
    try {
      const fault = await faultOf(gone.orders.place(orderOf(linesOf(planId)), 'gone'));
      expect(fault).toMatchObject({ code: 'zuora_unavailable', retryable: true, outcomeUnknown: false });
    } finally {
      await gone.close();
    }
  });
});

describe('an order that is refused', () => {
  const REFUSED = { code: 'order_refused', kind: 'invalid', retryable: false, outcomeUnknown: false };

  it('says why in Zuora’s words: an account that is cancelled', async () => {
    const { planId } = await rig.client.plan([seats]);
    const cancelled = await rig.client.account();
    rig.sim.tenant.account(cancelled.number).status = 'Canceled';
    const order = orderOf(linesOf(planId), { billingAccountNumber: cancelled.number });
    const fault = await faultOf(place(order));
    expect(fault).toMatchObject(REFUSED);
    expect(fault.publicText).toBe(`Zuora refuses the order: "Account ${cancelled.number} is cancelled".`);
    expect(await rig.connection.orders.find(order)).toBeNull();
  });

  it.each([
    ['an account that is not there', { billingAccountNumber: 'A99999999' }, /A99999999/],
    [
      'a plan that is not there',
      { actions: [{ ...create, subscriptionNumber: 'SF-1', plans: linesOf('0'.repeat(32)) }] },
      /product rate plan/,
    ],
    [
      'a charge of another plan',
      {
        actions: [
          {
            ...create,
            subscriptionNumber: 'SF-1',
            plans: linesOf('PLAN', [{ ...recurring, charge: '0'.repeat(32), quantity: '1' }]),
          },
        ],
      },
      /productRatePlanChargeId/,
    ],
    [
      'a quantity below nothing',
      {
        actions: [
          {
            ...create,
            subscriptionNumber: 'SF-1',
            plans: linesOf('PLAN', [{ ...recurring, charge: 'CHARGE', quantity: '-1' }]),
          },
        ],
      },
      /quantity/,
    ],
    ['a number with a slash', { number: `SF/${DEAL}` }, /must not contain/],
    [
      'a day before the plan is sold',
      { actions: [{ ...create, subscriptionNumber: 'SF-1', startsOn: calendarDate('2014-12-31') }] },
      /effective/,
    ],
  ] satisfies [string, Partial<Order>, RegExp][])('says why: %s', async (_name, more, why) => {
    const { planId, charge } = await rig.client.plan([seats]);
    const named = JSON.parse(
      JSON.stringify({ plans: linesOf(planId), ...more })
        .replaceAll('PLAN', planId)
        .replaceAll('CHARGE', charge['Seats']!),
    ) as Partial<Order>;
    const actions = (named.actions as Extract<OrderedAction, { plans: unknown }>[] | undefined)?.map((action) =>
      action.plans.length === 0 ? { ...action, plans: linesOf(planId) } : action,
    );
    const fault = await faultOf(place({ ...orderOf(linesOf(planId)), ...named, ...(actions && { actions }) }));
    expect(fault).toMatchObject(REFUSED);
    expect(fault.publicText).toMatch(why);
  });

  it('says that the tenant has no field for the deal', async () => {
    const { planId } = await rig.client.plan([seats]);
    const other = connect({ dealField: 'Deal__c' });
    try {
      const fault = await faultOf(other.orders.place(orderOf(linesOf(planId)), 'field'));
      expect(fault).toMatchObject(REFUSED);
      expect(fault.publicText).toMatch(/^Zuora does not take Deal__c, which names the opportunity: .* Define it there/);
    } finally {
      await other.close();
    }
  });

  it('stays refused under the same effect id for a day, and is taken under another one', async () => {
    const { planId } = await rig.client.plan([seats]);
    const late = await rig.client.account();
    const tenantAccount = rig.sim.tenant.account(late.number);
    tenantAccount.status = 'Canceled';
    const order = orderOf(linesOf(planId), { billingAccountNumber: late.number });
    expect(await faultOf(place(order, 'first'))).toMatchObject(REFUSED);
    tenantAccount.status = 'Active';
    expect(await faultOf(place(order, 'first'))).toMatchObject(REFUSED);
    expect(await place(order, 'second')).toMatchObject({ status: 'Completed' });
  });

  it.each([
    ['a lock', 58730050, { code: 'zuora_conflict', retryable: true, outcomeUnknown: false }],
    ['a temporary error', 58730061, { code: 'zuora_unavailable', retryable: true, outcomeUnknown: false }],
    ['an error inside', 58730060, { code: 'zuora_unavailable', retryable: true, outcomeUnknown: false }],
    ['another system', 58730099, { code: 'zuora_unavailable', retryable: true, outcomeUnknown: false }],
    ['too many calls', 58730070, { code: 'zuora_rate_limited', retryable: true, outcomeUnknown: false }],
    ['a right that lacks', 58730010, { code: 'zuora_forbidden', retryable: false, outcomeUnknown: false }],
  ])('may be tried again with another effect id after %s', async (_name, code, how) => {
    const { planId } = await rig.client.plan([seats]);
    const order = orderOf(linesOf(planId));
    await rig.client.post('/__sim/refusals', { refusals: [{ method: 'POST', path: '^/v1/orders$', times: 1, code }] });
    expect(await faultOf(place(order, `first ${code}`))).toMatchObject(how);
    expect(await place(order, `second ${code}`)).toMatchObject({ number: order.number, status: 'Completed' });
  });
});

describe('an order that is looked for', () => {
  it('is none where there is none', async () => {
    expect(await rig.connection.orders.find(orderOf([], { number: 'SF-none' }))).toBeNull();
  });

  it('is what people entered in Zuora as well, drafts too', async () => {
    const { planId } = await rig.client.plan([seats]);
    const action = {
      type: 'CreateSubscription',
      createSubscription: {
        terms: { initialTerm: { termType: 'EVERGREEN' } },
        subscribeToRatePlans: [{ productRatePlanId: planId }],
      },
    };
    await rig.client.post('/v1/orders', {
      orderDate: '2026-11-21',
      orderNumber: 'By hand',
      existingAccountNumber: account.number,
      status: 'Draft',
      subscriptions: [{ orderActions: [action] }],
    });
    expect(await rig.connection.orders.find(orderOf([], { number: 'By hand' }))).toEqual({
      number: 'By hand',
      status: 'Draft',
      subscriptionNumbers: [],
    });
  });
});

describe('a preview', () => {
  const monthly = { ...seats, DefaultQuantity: 1 };
  const yearly = { Name: 'Support', ChargeModel: 'Flat Fee Pricing', BillingPeriod: 'Annual', tiers: USD(1200) };
  const setup = { Name: 'Setup', ChargeType: 'OneTime', ChargeModel: 'Flat Fee Pricing', tiers: USD(500) };

  it('tells MRR, TCV and the first invoice, and makes nothing', async () => {
    const { planId, charge } = await rig.client.plan([monthly, yearly, setup]);
    const order = orderOf(
      linesOf(planId, [{ ...recurring, charge: charge['Seats']!, quantity: '10', price: '12.34' }]),
    );
    expect(await rig.connection.orders.preview(order)).toEqual({
      currency: 'USD',
      // 10 × 12.34 a month, and 1,200 a year.
      mrr: '223.4',
      mrrChange: '223.4',
      // Twelve months of that, and 500 once.
      tcv: '3180.8',
      tcvChange: '3180.8',
      // A month of seats, a year of support, and the setup.
      firstInvoice: { amount: '1823.4', on: START },
    });
    expect(await rig.connection.orders.find(order)).toBeNull();
    expect(rig.sim.tenant.by('subscriptions', 'number', numberOf(order))).toEqual([]);
  });

  it('takes discounts off', async () => {
    const percent = {
      Name: 'Percent',
      ChargeModel: 'Discount-Percentage',
      ApplyDiscountTo: 3,
      DiscountLevel: 'subscription',
      tiers: [{ Currency: 'USD', DiscountPercentage: 10 }],
    };
    const { planId } = await rig.client.plan([monthly, setup, percent]);
    expect(await rig.connection.orders.preview(orderOf(linesOf(planId)))).toMatchObject({
      // A tenth off 20 a month, and off twelve times that and 500.
      mrr: '18',
      mrrChange: '18',
      tcv: '666',
      tcvChange: '666',
      firstInvoice: { amount: '468', on: START },
    });
  });

  it('has no TCV without an end', async () => {
    const { planId } = await rig.client.plan([monthly, setup]);
    const order = orderOf(linesOf(planId), {}, { term: { type: 'Evergreen' } });
    expect(await rig.connection.orders.preview(order)).toEqual({
      currency: 'USD',
      mrr: '20',
      mrrChange: '20',
      tcv: null,
      tcvChange: null,
      firstInvoice: { amount: '520', on: START },
    });
  });

  it('has a TCV of what is billed once without an end', async () => {
    const { planId } = await rig.client.plan([setup]);
    const order = orderOf(linesOf(planId), {}, { term: { type: 'Evergreen' } });
    expect(await rig.connection.orders.preview(order)).toMatchObject({ mrr: '0', tcv: '500', tcvChange: '500' });
  });

  it('finds the first invoice of what is billed in arrears alone', async () => {
    const { planId } = await rig.client.plan([{ ...monthly, BillingTiming: 'In Arrears' }]);
    expect((await rig.connection.orders.preview(orderOf(linesOf(planId)))).firstInvoice).toEqual({
      amount: '20',
      on: '2027-01-01',
    });
  });

  it('has no first invoice where usage alone is billed', async () => {
    const calls = { Name: 'Calls', ChargeType: 'Usage', ChargeModel: 'Per Unit Pricing', UOM: 'Each', tiers: USD(1) };
    const { planId } = await rig.client.plan([calls]);
    expect(await rig.connection.orders.preview(orderOf(linesOf(planId)))).toEqual({
      currency: 'USD',
      mrr: '0',
      mrrChange: '0',
      tcv: '0',
      tcvChange: '0',
      firstInvoice: null,
    });
  });

  it('adds prices up exactly', async () => {
    const { planId, charge } = await rig.client.plan([monthly, { ...monthly, Name: 'More' }]);
    const overrides = ['Seats', 'More'].map((name, index) => ({
      ...recurring,
      charge: charge[name]!,
      price: ['0.1', '0.2'][index]!,
    }));
    expect(await rig.connection.orders.preview(orderOf(linesOf(planId, overrides)))).toMatchObject({ mrr: '0.3' });
  });

  it('is refused where the order would be', async () => {
    const { planId } = await rig.client.plan([seats]);
    const cancelled = await rig.client.account();
    rig.sim.tenant.account(cancelled.number).status = 'Canceled';
    const order = orderOf(linesOf(planId), { billingAccountNumber: cancelled.number });
    expect(await faultOf(rig.connection.orders.preview(order))).toMatchObject({
      code: 'order_refused',
      publicText: `Zuora refuses the order: "Account ${cancelled.number} is cancelled".`,
    });
  });

  it('is refused in words', async () => {
    const { planId } = await rig.client.plan([seats]);
    const unknown = orderOf(linesOf('0'.repeat(32)));
    expect((await faultOf(rig.connection.orders.preview(unknown))).publicText).toMatch(/product rate plan/);
    const foreign = orderOf(linesOf(planId), { currency: 'EUR' });
    expect(await faultOf(rig.connection.orders.preview(foreign))).toMatchObject({
      code: 'order_refused',
      publicText: `Zuora bills account ${account.number} in USD, and the opportunity is in EUR.`,
    });
  });
});

describe('plans that an order can name', () => {
  it('come by id with charges, prices and quantities, in a few calls for many', async () => {
    const { planId, charge } = await rig.client.plan([
      { ...seats, DefaultQuantity: 5, tiers: [...USD(20), { Currency: 'EUR', Price: 18.5 }] },
      { ...seats, Name: 'Nodes', ChargeModel: 'Volume Pricing', tiers: BANDS },
      { Name: 'Setup', ChargeType: 'OneTime', ChargeModel: 'Flat Fee Pricing', tiers: USD(500) },
    ]);
    const others = await Promise.all(Array.from({ length: 50 }, () => rig.client.plan([seats])));
    const ids = [planId, ...others.map((one) => one.planId)];
    rig.sim.ctx.calls.clear();
    // Asked for at the same time by two, with ids that are not there or are none.
    const [found, again] = await Promise.all([
      rig.connection.orders.plans([...ids, '0'.repeat(32), 'no,id]']),
      rig.connection.orders.plans([planId]),
    ]);
    expect(callsOf(/object-query/)).toBeLessThanOrEqual(8);
    expect([...found.keys()].toSorted()).toEqual(ids.toSorted());
    expect([...again.keys()]).toEqual([planId]);
    const plan = found.get(planId)!;
    expect(plan).toMatchObject({
      key: `zuora:productrateplan:${planId}`,
      id: planId,
      name: 'Platform: Standard',
      active: true,
    });
    const byId = Object.fromEntries(plan.charges.map((one) => [one.id, one]));
    expect(Object.keys(byId)).toHaveLength(3);
    expect(byId[charge['Seats']!]).toMatchObject({ name: 'Seats', kind: 'recurring', model: 'perUnit', quantity: '5' });
    // Zuora lists them by ids, which say nothing.
    expect(byId[charge['Seats']!]!.prices.toSorted((a, b) => a.currency.localeCompare(b.currency))).toEqual([
      { currency: 'EUR', price: '18.5', tiers: [] },
      { currency: 'USD', price: '20', tiers: [] },
    ]);
    expect(byId[charge['Nodes']!]).toMatchObject({
      model: 'volume',
      prices: [
        {
          tiers: [
            { upTo: '10', unitPrice: '10' },
            { upTo: null, unitPrice: '8' },
          ],
        },
      ],
    });
    expect(byId[charge['Setup']!]).toMatchObject({ kind: 'oneTime', model: 'flat', quantity: null });
  });

  it('have all their charges and bands, however many', async () => {
    const bands = Array.from({ length: 30 }, (_, index) => ({
      Currency: 'USD',
      StartingUnit: index * 10 + (index === 0 ? 0 : 1),
      ...(index < 29 && { EndingUnit: (index + 1) * 10 }),
      Price: 100 - index,
      PriceFormat: 'Per Unit',
    }));
    const many = Array.from({ length: 110 }, (_, index) => ({ ...seats, Name: `Charge ${index}` }));
    const { planId } = await rig.client.plan([
      ...many,
      { ...seats, Name: 'Bands', ChargeModel: 'Tiered Pricing', tiers: bands },
    ]);
    const plan = (await rig.connection.orders.plans([planId])).get(planId)!;
    expect(plan.charges).toHaveLength(111);
    expect(plan.charges.every(({ prices }) => prices.length === 1)).toBe(true);
    expect(plan.charges.find(({ name }) => name === 'Bands')!.prices[0]!.tiers).toHaveLength(30);
  });

  it('are on sale by the calendar of the tenant', async () => {
    const create = async (type: string, body: object) => String((await rig.client.post(`/v1/object/${type}`, body)).Id);
    const dates = { EffectiveStartDate: '2020-01-01', EffectiveEndDate: '2040-01-01' };
    const ProductId = await create('product', { Name: 'Platform', ...dates });
    const plan = (Name: string, more: object) => create('product-rate-plan', { Name, ProductId, ...dates, ...more });
    const ids = [
      await plan('Over', { EffectiveEndDate: '2026-11-21' }),
      await plan('Last day', { EffectiveEndDate: '2026-11-22' }),
      await plan('Tomorrow', { EffectiveStartDate: '2026-11-22' }),
    ];
    const found = await rig.connection.orders.plans(ids);
    expect(ids.map((id) => found.get(id)!.active)).toEqual([false, true, false]);
  });
});
