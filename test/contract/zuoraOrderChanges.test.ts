import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { afterChange } from '../../server/domain/order/afterChange.ts';
import type { Deal, DealLine } from '../../server/domain/order/deal.ts';
import { subscriptionsOf, type Order, type OrderMetrics } from '../../server/domain/order/order.ts';
import type { OrderRules } from '../../server/domain/order/rules.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { charges, rows, text, type CatalogCharge, type Loose } from '../simulators/zuora/testClient.ts';
import { buyer, deal, line, orderedOf, orderFacts, orderRules } from '../support/orderFacts.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

// What deals make of subscriptions that are there, from the deal to what Zuora has then. It is 21 Nov 2026 there.

let rig: ZuoraRig;
let account: { id: string; number: string };
let seatsPlan: string;
let supportPlan: string;
let number: string;
let count = 0;

const USD = (Price: number) => [{ Currency: 'USD', Price }];
const SEATS: CatalogCharge = {
  Name: 'Seats',
  ChargeModel: 'Per Unit Pricing',
  UOM: 'Each',
  DefaultQuantity: 60,
  tiers: USD(20),
};
const FEE: CatalogCharge = { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: USD(500) };

beforeAll(async () => {
  const customFields = {
    order: ['OpportunityId__c', 'PO__c'],
    subscription: ['OpportunityId__c', 'Region__c'],
    ratePlan: ['Team__c'],
    ratePlanCharge: ['CostCentre__c'],
  };
  rig = await startZuoraRig({ customFields });
  account = await rig.client.account({ billCycleDay: 1 });
  seatsPlan = (await rig.client.plan([SEATS])).planId;
  supportPlan = (await rig.client.plan([FEE])).planId;
});
afterAll(() => rig.close());

/** 60 seats at 20 a month, for 2026. */
beforeEach(async () => {
  number = await rig.client.subscribe(account, seatsPlan, '2026-01-01', { terms: { autoRenew: true } });
});

const keyOf = (planId: string) => `zuora:productrateplan:${planId}`;
const seatsLine = (more: Partial<DealLine> = {}) => line({ sellableKey: keyOf(seatsPlan), ...more });
const supportLine = (more: Partial<DealLine> = {}) =>
  line({
    id: '00k000000000002AAA',
    product: 'Support',
    sellableKey: keyOf(supportPlan),
    quantity: '1',
    unitPrice: '450',
    ...more,
  });

/** What a deal, which takes effect on 1 Dec 2026, comes to. */
async function orderOf(lines: DealLine[], more: Partial<Deal> = {}, rules: Partial<OrderRules> = {}): Promise<Order> {
  count += 1;
  const desk = rig.connection.orders;
  const ids = lines.map(({ sellableKey }) => sellableKey!.split(':')[2]!);
  const plans = await desk.plans(ids);
  return orderedOf(
    orderFacts({
      deal: deal({ id: `0060000000${String(count).padStart(5, '0')}AAA`, subscriptionNumber: number, lines, ...more }),
      billingAccounts: [{ ...buyer, key: keyAccount(), number: account.number }],
      subscription: await desk.subscription(number),
      plans: new Map([...plans.values()].map((plan) => [plan.key, plan])),
      rules: { ...orderRules, ...rules },
      today: calendarDate('2026-11-21'),
    }),
  );
}
const keyAccount = () => `zuora:account:${account.id}`;
const dates = (more: Partial<Deal['terms']>): Pick<Deal, 'terms'> => ({ terms: { ...deal().terms, ...more } });

const now = (): Promise<Loose> => rig.client.subscription(number, 'all-segments');
/** Places it; @returns what it was to come to by its preview, and what the subscription is then */
async function place(order: Order): Promise<{ preview: OrderMetrics; sold: Loose }> {
  const { subscription: before } = (await rig.connection.orders.subscription(number))!;
  const preview = afterChange(await rig.connection.orders.preview(order), order, [before]);
  const placed = await rig.connection.orders.place(order, order.number);
  expect(placed).toEqual({ number: order.number, status: 'Completed', subscriptionNumbers: [number] });
  return { preview, sold: await now() };
}
/** [start, end, quantity, price] of every segment. */
const segments = (sold: Loose) =>
  charges(sold).map((one) => [one.effectiveStartDate, one.effectiveEndDate, one.quantity, one.price]);

describe('an order that changes a subscription', () => {
  it('raises a quantity and a price from a day on, and what was left out stays', async () => {
    const { preview, sold } = await place(await orderOf([seatsLine({ quantity: '80', unitPrice: '19.99' })]));
    expect(segments(sold)).toEqual([
      ['2026-01-01', '2026-12-01', 60, 20],
      ['2026-12-01', '2027-01-01', 80, 19.99],
    ]);
    // 80 × 19.99 instead of 60 × 20, for a month.
    expect(preview).toMatchObject({ mrr: '1599.2', mrrChange: '399.2', tcvChange: '399.2' });
    expect(sold).toMatchObject({ version: 2, autoRenew: true, termEndDate: '2027-01-01' });
  });

  it('lowers a quantity alone', async () => {
    const { preview, sold } = await place(await orderOf([seatsLine({ quantity: '40' })]));
    expect(segments(sold)[1]).toEqual(['2026-12-01', '2027-01-01', 40, 20]);
    expect(preview).toMatchObject({ mrr: '800', mrrChange: '-400', tcvChange: '-400' });
  });

  it('changes the charge that a line names, of a plan with several', async () => {
    const { planId } = await rig.client.plan([SEATS, { ...SEATS, Name: 'Nodes' }]);
    number = await rig.client.subscribe(account, planId, '2026-01-01');
    const nodes = charges(await now()).find(({ name }) => String(name) === 'Nodes')!;
    const named = line({
      sellableKey: keyOf(planId),
      chargeNumber: text(nodes.number),
      quantity: '61',
      unitPrice: '0',
    });
    const { sold } = await place(await orderOf([named]));
    const changed = charges(sold).filter(({ effectiveStartDate }) => String(effectiveStartDate) === '2026-12-01');
    expect(changed.map(({ name, quantity, price }) => [name, quantity, price])).toEqual([['Nodes', 61, 20]]);
  });

  it('adds a product, for some days too', async () => {
    const lines = [
      supportLine(),
      supportLine({
        id: '00k000000000003AAA',
        startsOn: calendarDate('2026-12-05'),
        endsOn: calendarDate('2026-12-20'),
      }),
    ];
    const { preview, sold } = await place(await orderOf(lines));
    expect(segments(sold).slice(1)).toEqual([
      ['2026-12-01', '2027-01-01', 1, 450],
      ['2026-12-05', '2026-12-20', 1, 450],
    ]);
    expect(preview.mrrChange).toBe('900');
  });

  it('adds what is billed once, with its price and quantity, which no later order changes', async () => {
    const training = {
      Name: 'Days',
      ChargeType: 'OneTime',
      ChargeModel: 'Per Unit Pricing',
      UOM: 'Each',
      tiers: USD(1000),
    };
    const { planId } = await rig.client.plan([training]);
    const days = (more: Partial<DealLine>) =>
      line({ product: 'Training', sellableKey: keyOf(planId), quantity: '2.5', unitPrice: '900', ...more });
    const { preview, sold } = await place(await orderOf([days({ discountPercent: '10' })]));
    expect(charges(sold)[1]).toMatchObject({ type: 'OneTime', quantity: 2.5, price: 810 });
    // 2.5 × 810, once.
    expect(preview).toMatchObject({ mrrChange: '0', tcvChange: '2025' });
    await expect(orderOf([days({ quantity: '3', chargeNumber: text(charges(sold)[1]!.number) })])).rejects.toThrow(
      'is billed once, and nothing of it can change',
    );
  });

  it.each([
    ['by usage', { ChargeModel: 'Per Unit Pricing', tiers: USD(0.01) }],
    [
      'beyond included units',
      {
        ChargeModel: 'Overage Pricing',
        IncludedUnits: 100,
        OverageCalculationOption: 'EndOfSmoothingPeriod',
        tiers: [{ Currency: 'USD', Price: 0.02, IsOveragePrice: true }],
      },
    ],
  ])('adds what is billed %s as the catalog has it', async (_name, charge) => {
    const calls = { Name: 'Calls', ChargeType: 'Usage', UOM: 'Each', ...charge };
    const { planId } = await rig.client.plan([calls]);
    const sale = line({ product: 'Calls', sellableKey: keyOf(planId), quantity: '1', unitPrice: '0' });
    const { preview, sold } = await place(await orderOf([sale]));
    expect(charges(sold)).toHaveLength(2);
    expect(preview).toMatchObject({ mrrChange: '0', tcvChange: '0' });
  });

  it.each([
    ['tiers', 'Tiered Pricing', '960'],
    ['volume', 'Volume Pricing', '800'],
  ])('changes the quantity of what is priced by %s, at billing’s prices', async (_name, ChargeModel, mrr) => {
    const tiers = [
      { Currency: 'USD', StartingUnit: 0, EndingUnit: 80, Price: 10, PriceFormat: 'Per Unit' },
      { Currency: 'USD', StartingUnit: 81, Price: 8, PriceFormat: 'Per Unit' },
    ];
    const { planId } = await rig.client.plan([{ ...SEATS, ChargeModel, tiers }]);
    number = await rig.client.subscribe(account, planId, '2026-01-01');
    const more = line({ sellableKey: keyOf(planId), quantity: '100', unitPrice: '0' });
    const { preview } = await place(await orderOf([more]));
    expect(preview.mrr).toBe(mrr);
  });

  it('removes a product', async () => {
    await place(await orderOf([supportLine()]));
    const { preview, sold } = await place(
      await orderOf([supportLine({ action: 'Remove', startsOn: calendarDate('2026-12-15') })]),
    );
    expect(segments(sold)).toContainEqual(['2026-12-01', '2026-12-15', 1, 450]);
    expect(preview.mrrChange).toBe('-450');
  });

  it('exchanges a plan', async () => {
    const { preview, sold } = await place(await orderOf([supportLine({ action: 'Change Plan' })]));
    expect(rows(sold.ratePlans).map((plan) => [plan.productRatePlanId, plan.lastChangeType])).toEqual([
      [seatsPlan, 'Remove'],
      [supportPlan, 'Add'],
    ]);
    expect(segments(sold)).toEqual([
      ['2026-01-01', '2026-12-01', 60, 20],
      ['2026-12-01', '2027-01-01', 1, 450],
    ]);
    expect(preview).toMatchObject({ mrr: '450', mrrChange: '-750' });
  });

  it('changes its terms, and then what lies in the longer one', async () => {
    const order = await orderOf([seatsLine({ startsOn: calendarDate('2027-06-01') })], {
      ...dates({ months: 24, autoRenew: false, renewalMonths: 6 }),
    });
    const { sold } = await place(order);
    expect(sold).toMatchObject({ termEndDate: '2028-01-01', currentTerm: 24, autoRenew: false, renewalTerm: 6 });
    expect(segments(sold)).toEqual([
      ['2026-01-01', '2027-06-01', 60, 20],
      ['2027-06-01', '2028-01-01', 80, 20],
    ]);
  });

  it('takes the end away', async () => {
    const { sold } = await place(await orderOf([], dates({ evergreen: true })));
    expect(sold).toMatchObject({ termType: 'EVERGREEN', termEndDate: null });
  });

  it('renews it at the end of its term, with what changes then', async () => {
    const more = {
      kind: 'Renew' as const,
      ...dates({ startsOn: null, months: 24, renewalMonths: 6, autoRenew: false }),
    };
    const { preview, sold } = await place(await orderOf([seatsLine({ unitPrice: '21' })], more));
    expect(sold).toMatchObject({
      termStartDate: '2027-01-01',
      termEndDate: '2029-01-01',
      currentTerm: 24,
      renewalTerm: 6,
      autoRenew: false,
    });
    expect(segments(sold)).toEqual([
      ['2026-01-01', '2027-01-01', 60, 20],
      ['2027-01-01', '2029-01-01', 80, 21],
    ]);
    // 80 × 21 instead of 60 × 20 a month, and that for two years more.
    expect(preview).toMatchObject({ mrr: '1680', mrrChange: '480', tcvChange: '40320' });
  });

  it('renews it as it is', async () => {
    const { sold } = await place(await orderOf([], { kind: 'Renew', ...dates({ startsOn: null }) }));
    expect(sold).toMatchObject({ termEndDate: '2028-01-01', renewalTerm: 12, autoRenew: true });
  });

  it.each([
    ['on a day', dates({ startsOn: calendarDate('2026-12-15') }), 'term end', '2026-12-15'],
    ['at the end of the term', dates({ startsOn: null }), 'term end', '2027-01-01'],
    ['at the end of what is billed', dates({ startsOn: null }), 'billed end', '2026-12-01'],
  ] as const)('cancels it %s', async (_name, more, cancel, end) => {
    await rig.client.post(`/v1/accounts/${account.number}/billing-documents/generate`, {
      effectiveDate: '2026-11-21',
      targetDate: '2026-11-21',
      autoPost: true,
    });
    const order = await orderOf([], { kind: 'Cancel', ...more }, { defaults: { ...orderRules.defaults, cancel } });
    const { preview, sold } = await place(order);
    expect(sold).toMatchObject({ subscriptionEndDate: end, termEndDate: end });
    expect(charges(sold).map(({ effectiveEndDate }) => effectiveEndDate)).toEqual([end]);
    expect(preview).toMatchObject({ mrr: '0', mrrChange: '-1200' });
  });

  it('carries fields at every level, and the subscription keeps the deal that made it', async () => {
    const customFields = {
      order: { PO__c: 'PO_Number__c' },
      subscription: { Region__c: 'Region__c' },
      ratePlan: { Team__c: 'Team__c' },
      charge: { CostCentre__c: 'Cost_Centre__c' },
    };
    const values = { Team__c: 'Sales', Cost_Centre__c: '4711' };
    const more = { fields: { PO_Number__c: 'PO-7', Region__c: 'EMEA' } };
    const making = await orderOf(
      [seatsLine({ fields: values })],
      { ...more, kind: 'New', subscriptionNumber: null, ...dates({ months: 12 }) },
      { customFields },
    );
    await rig.connection.orders.place(making, making.number);
    [number] = subscriptionsOf(making) as [string];
    const expectFields = (sold: Loose, made: string, of: number) => {
      expect(sold).toMatchObject({ OpportunityId__c: made, Region__c: 'EMEA' });
      const plan = rows(sold.ratePlans)[of]!;
      expect(plan).toMatchObject({ Team__c: 'Sales' });
      expect(rows(plan.ratePlanCharges).at(-1)).toMatchObject({ CostCentre__c: '4711' });
    };
    const orderFields = async (order: Order) =>
      (await rig.client.get(`/v1/orders/${order.number}`)).body.order!.customFields;
    expectFields(await now(), making.dealId, 0);
    expect(await orderFields(making)).toMatchObject({ OpportunityId__c: making.dealId, PO__c: 'PO-7' });

    const changed = { Team__c: 'Service', Cost_Centre__c: '4712' };
    const amending = await orderOf(
      [
        seatsLine({ startsOn: calendarDate('2027-02-01'), quantity: '90', fields: changed }),
        supportLine({ fields: values }),
      ],
      { fields: { PO_Number__c: 'PO-8', Region__c: null } },
      { customFields },
    );
    const { sold } = await place(amending);
    expectFields(sold, making.dealId, 1);
    const plan = rows(sold.ratePlans)[0]!;
    expect(plan).toMatchObject({ Team__c: 'Service' });
    expect(rows(plan.ratePlanCharges).map((one) => one.CostCentre__c)).toEqual(['4711', '4712']);
    expect(await orderFields(amending)).toMatchObject({ OpportunityId__c: amending.dealId, PO__c: 'PO-8' });

    const renewing = await orderOf(
      [supportLine({ quantity: '1', unitPrice: '400', fields: changed })],
      { kind: 'Renew', fields: { PO_Number__c: null, Region__c: 'APAC' }, ...dates({ startsOn: null }) },
      { customFields },
    );
    const { sold: renewed } = await place(renewing);
    expect(renewed).toMatchObject({ OpportunityId__c: making.dealId, Region__c: 'APAC', termEndDate: '2028-12-01' });
    expect(rows(renewed.ratePlans)[1]).toMatchObject({ Team__c: 'Service' });
  });

  it('is refused by Zuora where somebody was faster, and makes nothing', async () => {
    const order = await orderOf([seatsLine()]);
    await rig.client.act(account, number, '2026-11-21', {
      type: 'CancelSubscription',
      cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: '2026-11-21' },
    });
    await expect(rig.connection.orders.place(order, 'late')).rejects.toMatchObject({
      code: 'order_refused',
      publicText: `Zuora refuses the order: "Subscription ${number} is cancelled and cannot be changed".`,
    });
    expect(await rig.connection.orders.find(order)).toBeNull();
  });
});

describe('a new subscription whose lines have days of their own', () => {
  const make = (lines: DealLine[]) =>
    orderOf(lines, { kind: 'New', subscriptionNumber: null, ...dates({ months: 36, autoRenew: false }) });
  const placed = async (order: Order) => {
    const preview = await rig.connection.orders.preview(order);
    await rig.connection.orders.place(order, order.number);
    [number] = subscriptionsOf(order) as [string];
    return { preview, sold: await now() };
  };
  const from = (start: string, end: string | null) => ({
    startsOn: calendarDate(start),
    endsOn: end === null ? null : calendarDate(end),
  });

  it('is a ramp where they follow each other: one plan, whose charge changes', async () => {
    const { preview, sold } = await placed(
      await make([
        seatsLine({ quantity: '10', ...from('2026-12-01', '2027-12-01') }),
        seatsLine({ id: '00k000000000004AAA', quantity: '20', ...from('2027-12-01', '2028-12-01') }),
        seatsLine({ id: '00k000000000005AAA', quantity: '30', unitPrice: '18.5', ...from('2028-12-01', null) }),
      ]),
    );
    expect(rows(sold.ratePlans)).toHaveLength(1);
    expect(segments(sold)).toEqual([
      ['2026-12-01', '2027-12-01', 10, 20],
      ['2027-12-01', '2028-12-01', 20, 20],
      ['2028-12-01', '2029-12-01', 30, 18.5],
    ]);
    // A year each of 10 × 20, 20 × 20 and 30 × 18.5 a month.
    expect(preview).toMatchObject({
      tcv: '13860',
      tcvChange: '13860',
      firstInvoice: { amount: '200', on: '2026-12-01' },
    });
  });

  it('has plans that begin later and end earlier than it does', async () => {
    const { sold } = await placed(
      await make([
        seatsLine({ quantity: '10' }),
        supportLine(from('2027-03-01', '2027-09-01')),
        supportLine({ id: '00k000000000006AAA', unitPrice: '400', ...from('2028-01-01', null) }),
      ]),
    );
    expect(segments(sold)).toEqual([
      ['2026-12-01', '2029-12-01', 10, 20],
      ['2027-03-01', '2027-09-01', 1, 450],
      ['2028-01-01', '2029-12-01', 1, 400],
    ]);
  });

  it('ends a ramp where its last line ends, and what is billed once stays as it is', async () => {
    const setup = { Name: 'Setup', ChargeType: 'OneTime', ChargeModel: 'Flat Fee Pricing', tiers: USD(300) };
    const { planId } = await rig.client.plan([SEATS, setup]);
    const own = { sellableKey: keyOf(planId), unitPrice: '0' };
    const { sold } = await placed(
      await make([
        seatsLine(),
        line({ ...own, id: '00k000000000007AAA', quantity: '5', ...from('2026-12-01', '2027-06-01') }),
        line({ ...own, id: '00k000000000008AAA', quantity: '7', ...from('2027-06-01', '2027-12-01') }),
      ]),
    );
    const plan = rows(sold.ratePlans)[1]!;
    expect(
      rows(plan.ratePlanCharges).map((one) => [one.name, one.effectiveStartDate, one.effectiveEndDate, one.quantity]),
    ).toEqual(
      expect.arrayContaining([
        ['Seats', '2026-12-01', '2027-06-01', 5],
        ['Seats', '2027-06-01', '2027-12-01', 7],
      ]),
    );
    expect(rows(plan.ratePlanCharges).filter(({ name }) => String(name) === 'Setup')).toMatchObject([{ price: 300 }]);
  });
});

describe('a subscription that a deal names', () => {
  it('is read with what it bills, who is billed and what waits', async () => {
    await rig.client.post('/v1/orders', {
      orderDate: '2026-11-21',
      orderNumber: `Draft of ${number}`,
      existingAccountNumber: account.number,
      status: 'Draft',
      subscriptions: [{ subscriptionNumber: number, orderActions: [{ type: 'RenewSubscription' }] }],
    });
    const found = (await rig.connection.orders.subscription(number))!;
    expect(found).toMatchObject({
      subscription: {
        number,
        billingAccountKey: keyAccount(),
        currency: 'USD',
        autoRenew: true,
        termEndsOn: '2027-01-01',
      },
      billedAccountNumber: account.number,
      waitingOrders: [`Draft of ${number}`],
    });
    expect(Object.values(found.planIds)).toEqual([seatsPlan]);
    expect(Object.keys(found.planIds)).toEqual(found.subscription.charges.map(({ ratePlanKey }) => ratePlanKey));
  });

  it('may be billed to another account than its own', async () => {
    const payer = await rig.client.account({ billCycleDay: 1 });
    await rig.client.act(account, number, '2026-11-21', {
      type: 'OwnerTransfer',
      ownerTransfer: { destinationInvoiceAccountNumber: payer.number },
    });
    const { sold } = await place(await orderOf([seatsLine()]));
    expect(sold).toMatchObject({ accountNumber: account.number, invoiceOwnerAccountNumber: payer.number, version: 3 });
  });

  it('is none where there is none', async () => {
    expect(await rig.connection.orders.subscription('A-S99999999')).toBeNull();
  });
});
