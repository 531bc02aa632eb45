import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charges, rows, startTest, text, triggerDates, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };

beforeEach(async () => {
  zuora = await startTest();
});
afterEach(() => zuora.sim.close());

const seats = (Price = 5) => ({
  Name: 'Seats',
  ChargeModel: 'Per Unit Pricing',
  UOM: 'Seat',
  BillCycleType: 'DefaultFromCustomer',
  tiers: [{ Currency: 'USD', Price }],
});

/** Sells seats at 5.00 a month from a day on; @returns subscription number */
async function sell(
  start: string,
  { quantity = 10, months = 12, price = 5, billCycleDay = 1 }: Record<string, number> = {},
): Promise<string> {
  await zuora.today(start);
  account = await zuora.account({ billCycleDay });
  const { planId, charge } = await zuora.plan([seats(price)]);
  return zuora.subscribe(account, planId, start, {
    terms: { initialTerm: { termType: 'TERMED', period: months, periodType: 'Month' } },
    chargeOverrides: [{ productRatePlanChargeId: charge['Seats'], pricing: { recurringPerUnit: { quantity } } }],
  });
}

const update = async (number: string, quantity: number, more: Record<string, unknown> = {}) => ({
  type: 'UpdateProduct',
  updateProduct: {
    subscriptionRatePlanNumber: (await zuora.subscription(number)).ratePlans?.[0]?.subscriptionRatePlanNumber,
    ...more,
    chargeUpdates: [{ chargeNumber: 'C-00000001', pricing: { recurringPerUnit: { quantity } } }],
  },
});

/** What an order of one action would do. */
async function preview(
  subscriptionNumber: string,
  day: string,
  action: Record<string, unknown>,
  previewTypes = ['OrderDeltaMetrics'],
): Promise<Loose> {
  const answer = await zuora.post('/v1/orders/preview', {
    orderDate: day,
    existingAccountNumber: account.number,
    subscriptions: [{ subscriptionNumber, orderActions: [{ triggerDates: triggerDates(day), ...action }] }],
    previewOptions: { previewThruType: 'TermEnd', previewTypes },
  });
  return answer.previewResult!;
}

const figures = (list: Loose | undefined) =>
  rows(list).map((row) => [row.startDate, row.endDate, row.grossAmount, row.netAmount]);

/** Delta metrics of a preview, row by row: start, exclusive end, gross, net. */
async function deltas(number: string, day: string, action: Record<string, unknown>) {
  const { orderDeltaMetrics } = await preview(number, day, action);
  return {
    mrr: figures(orderDeltaMetrics?.orderDeltaMrr),
    tcv: figures(orderDeltaMetrics?.orderDeltaTcv),
    tcb: figures(orderDeltaMetrics?.orderDeltaTcb),
  };
}

/** Segments as number, start, end, quantity, MRR and TCV. */
const segments = (subscription: Loose) =>
  charges(subscription).map((one) => [
    one.segment,
    one.effectiveStartDate,
    one.effectiveEndDate,
    one.quantity,
    one.mrr,
    one.tcv,
  ]);

describe('worked examples of Zuora', () => {
  it('order metrics: ten seats at 5.00, thirteen from April, twenty from 18 August, sixteen from the renewal on', async () => {
    const number = await sell('2018-01-01');
    const april = await update(number, 13);
    expect(await deltas(number, '2018-04-01', april)).toEqual({
      mrr: [
        ['2018-04-01', '2019-01-01', -50, -50],
        ['2018-04-01', '2019-01-01', 65, 65],
      ],
      tcv: [
        ['2018-04-01', '2019-01-01', -450, -450],
        ['2018-04-01', '2019-01-01', 585, 585],
      ],
      tcb: [
        ['2018-04-01', '2019-01-01', -450, -450],
        ['2018-04-01', '2019-01-01', 585, 585],
      ],
    });
    await zuora.act(account, number, '2018-04-01', april);
    const august = await update(number, 20);
    // Seven more seats at 5.00 for 14 days of August (31) and four months: 35 x (14/31 + 4) = 155.81.
    expect((await deltas(number, '2018-08-18', august)).tcv).toEqual([
      ['2018-08-18', '2019-01-01', -289.35, -289.35],
      ['2018-08-18', '2019-01-01', 445.16, 445.16],
    ]);
    await zuora.act(account, number, '2018-08-18', august);
    const atTheEnd = await update(number, 16);
    expect(await deltas(number, '2019-01-01', atTheEnd)).toEqual({ mrr: [], tcv: [], tcb: [] });
    await zuora.act(account, number, '2019-01-01', atTheEnd);
    expect(await deltas(number, '2019-01-01', { type: 'RenewSubscription' })).toEqual({
      mrr: [['2019-01-01', '2020-01-01', 80, 80]],
      tcv: [['2019-01-01', '2020-01-01', 960, 960]],
      tcb: [['2019-01-01', '2020-01-01', 960, 960]],
    });
    await zuora.act(account, number, '2019-01-01', { type: 'RenewSubscription' });
    const renewed = await zuora.subscription(number, 'all-segments');
    expect(renewed).toMatchObject({ version: 5, contractedMrr: 80, termEndDate: '2020-01-01' });
    expect(segments(renewed)).toEqual([
      [1, '2018-01-01', '2018-04-01', 10, 50, 150],
      [2, '2018-04-01', '2018-08-18', 13, 65, 295.64516129],
      [3, '2018-08-18', '2019-01-01', 20, 100, 445.161290323],
      [4, '2019-01-01', '2020-01-01', 16, 80, 960],
    ]);
  });

  it('order delta MRR with a discount of 20 %: 65 and -50 are 52 and -40 net', async () => {
    await zuora.today('2021-01-01');
    account = await zuora.account({ billCycleDay: 1 });
    const { planId, charge } = await zuora.plan([
      seats(),
      {
        Name: 'Off',
        ChargeModel: 'Discount-Percentage',
        ApplyDiscountTo: 2,
        DiscountLevel: 'subscription',
        tiers: [{ Currency: 'USD', DiscountPercentage: 20 }],
      },
    ]);
    const number = await zuora.subscribe(account, planId, '2021-01-01', {
      chargeOverrides: [{ productRatePlanChargeId: charge['Seats'], pricing: { recurringPerUnit: { quantity: 10 } } }],
    });
    expect((await deltas(number, '2021-04-01', await update(number, 13))).mrr).toEqual([
      ['2021-04-01', '2022-01-01', -50, -40],
      ['2021-04-01', '2022-01-01', 65, 52],
    ]);
  });

  it('order delta TCV: a renewal of three months at 50.00 adds 150', async () => {
    const number = await sell('2021-01-01');
    await zuora.act(account, number, '2021-06-01', {
      type: 'TermsAndConditions',
      termsAndConditions: { renewalTerms: [{ period: 3, periodType: 'Month' }] },
    });
    const renewal = await deltas(number, '2022-01-01', { type: 'RenewSubscription' });
    expect([renewal.tcv, renewal.tcb]).toEqual([
      [['2022-01-01', '2022-04-01', 150, 150]],
      [['2022-01-01', '2022-04-01', 150, 150]],
    ]);
  });

  it('order delta TCB: two months billed from the 16th, three more seats from 16 February', async () => {
    const number = await sell('2021-01-01', { months: 2, billCycleDay: 16 });
    const result = await preview(number, '2021-02-16', await update(number, 13), [
      'OrderDeltaMetrics',
      'ChargeMetrics',
    ]);
    // 50 x 13/28 goes, 65 x 13/28 comes; the first segment was 50 x 15/31 + 50 + 50 x 13/28 = 97.40 in all.
    expect(figures(result.orderDeltaMetrics?.orderDeltaTcb)).toEqual([
      ['2021-02-16', '2021-03-01', -23.21, -23.21],
      ['2021-02-16', '2021-03-01', 30.18, 30.18],
    ]);
    // 24.19 + 50 + 30.18
    expect(result.chargeMetrics?.[0]?.charges?.[0]?.tcb).toMatchObject({ regular: 104.37, regularDelta: 6.97 });
  });

  it('TCV of segments: twelve seats instead of ten from 15 February', async () => {
    const number = await sell('2027-01-01', { price: 10 });
    await zuora.act(account, number, '2027-02-15', await update(number, 12));
    expect(segments(await zuora.subscription(number, 'all-segments'))).toEqual([
      // 100 x (1 + 14/28), then 120 x (10 + 17/31).
      [1, '2027-01-01', '2027-02-15', 10, 100, 150],
      [2, '2027-02-15', '2028-01-01', 12, 120, 1265.806451613],
    ]);
  });

  it('updates ahead of an update that is booked for later, which has to be asked for', async () => {
    const number = await sell('2021-01-01', { price: 10 });
    await zuora.act(account, number, '2021-07-01', await update(number, 20));
    const early = await zuora.call('POST', '/v1/orders', {
      orderDate: '2021-04-01',
      existingAccountNumber: account.number,
      subscriptions: [
        {
          subscriptionNumber: number,
          orderActions: [{ triggerDates: triggerDates('2021-05-01'), ...(await update(number, 15)) }],
        },
      ],
    });
    expect([early.status, early.body.reasons?.[0]?.code]).toEqual([400, 58730030]);
    const ahead = await update(number, 15, { specificUpdateDate: '2021-05-01' });
    expect((await deltas(number, '2021-05-01', ahead)).mrr).toEqual([
      ['2021-05-01', '2021-07-01', -100, -100],
      ['2021-05-01', '2021-07-01', 150, 150],
    ]);
    await zuora.act(account, number, '2021-05-01', ahead);
    const inAll = charges(await zuora.subscription(number, 'all-segments'));
    expect(inAll.map((one) => [one.dmrc, one.dtcv])).toEqual([
      [100, -200],
      [50, 300],
      [100, 1200],
    ]);
    expect(segments(await zuora.subscription(number, 'all-segments'))).toEqual([
      [1, '2021-01-01', '2021-05-01', 10, 100, 400],
      [2, '2021-05-01', '2021-07-01', 15, 150, 300],
      [3, '2021-07-01', '2022-01-01', 20, 200, 1200],
    ]);
  });

  it('preview of three subscriptions: one cancelled, one upgraded, one resumed with a longer term', async () => {
    await zuora.today('2018-12-01');
    account = await zuora.account({ billCycleDay: 1 });
    const { planId } = await zuora.plan([{ ...seats(30), ChargeModel: 'Flat Fee Pricing' }]);
    const [cancelled, upgraded, resumed] = [
      await zuora.subscribe(account, planId, '2018-12-01'),
      await zuora.subscribe(account, planId, '2018-12-01'),
      await zuora.subscribe(account, planId, '2018-12-01'),
    ];
    await zuora.act(account, resumed, '2018-12-13', {
      type: 'Suspend',
      suspend: { suspendPolicy: 'SpecificDate', suspendSpecificDate: '2018-12-13' },
    });
    const part = (subscriptionNumber: string, day: string, action: object) => ({
      subscriptionNumber,
      orderActions: [{ triggerDates: triggerDates(day), ...action }],
    });
    const plan = (await zuora.subscription(upgraded)).ratePlans?.[0];
    const { previewResult } = await zuora.post('/v1/orders/preview', {
      orderDate: '2018-12-13',
      existingAccountNumber: account.number,
      subscriptions: [
        part(cancelled, '2018-12-13', {
          type: 'CancelSubscription',
          cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: '2018-12-13' },
        }),
        part(upgraded, '2018-12-01', {
          type: 'UpdateProduct',
          updateProduct: {
            ratePlanId: plan?.id,
            chargeUpdates: [
              { chargeNumber: plan?.ratePlanCharges?.[0]?.number, pricing: { recurringFlatFee: { listPrice: 40 } } },
            ],
          },
        }),
        part(resumed, '2018-12-23', {
          type: 'Resume',
          resume: { resumePolicy: 'SpecificDate', resumeSpecificDate: '2018-12-23', extendsTerm: true },
        }),
      ],
      previewOptions: {
        previewThruType: 'SpecificDate',
        specificPreviewThruDate: '2019-01-01',
        previewTypes: ['ChargeMetrics', 'BillingDocs'],
      },
    });
    const nothing = { discount: null, discountDelta: null };
    expect(rows(previewResult?.chargeMetrics).map((one) => [one.subscriptionNumber, one.charges?.[0]])).toMatchObject([
      [
        cancelled,
        {
          cmrr: { regular: 30, regularDelta: 0, ...nothing },
          tcv: { regular: 11.61, regularDelta: -348.39, ...nothing },
          tcb: { regular: 11.61, regularDelta: -348.39, ...nothing },
        },
      ],
      [
        upgraded,
        {
          cmrr: { regular: 40, regularDelta: 10 },
          tcv: { regular: 480, regularDelta: 120 },
          tcb: { regular: 480, regularDelta: 120 },
        },
      ],
      [
        resumed,
        {
          cmrr: { regular: 30, regularDelta: 30 },
          tcv: { regular: 359.61, regularDelta: 348 },
          tcb: { regular: 360, regularDelta: 348.39 },
        },
      ],
    ]);
    // 11.61 of the cancelled, 40 + 40 of the upgraded, 11.61 + 8.71 + 30 of the resumed one.
    expect(previewResult?.invoices).toMatchObject([
      { amount: 141.93, amountWithoutTax: 141.93, targetDate: '2019-01-01' },
    ]);
    const ofResumed = rows(previewResult?.invoices?.[0]?.invoiceItems).filter(
      (one) => (one.subscriptionNumber as unknown) === resumed,
    );
    expect(ofResumed.map((one) => [one.serviceStartDate, one.serviceEndDate, one.amountWithoutTax])).toEqual([
      ['2018-12-01', '2018-12-12', 11.61],
      ['2018-12-23', '2018-12-31', 8.71],
      ['2019-01-01', '2019-01-31', 30],
    ]);
    expect(await zuora.subscription(cancelled)).toMatchObject({ version: 1, status: 'Active' });
  });

  it('a suspension of two months is not billed', async () => {
    const number = await sell('2026-01-01', { quantity: 1, price: 100 });
    await zuora.act(account, number, '2026-04-01', {
      type: 'Suspend',
      suspend: { suspendPolicy: 'SpecificDate', suspendSpecificDate: '2026-04-01' },
    });
    await zuora.act(account, number, '2026-06-01', {
      type: 'Resume',
      resume: { resumePolicy: 'FixedPeriodsFromSuspendDate', resumePeriods: 2, resumePeriodsType: 'Month' },
    });
    const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate: '2026-12-31' });
    expect(billed.invoices).toMatchObject([{ amount: 1000 }]);
  });
});

describe('a subscription from its first order to its last', () => {
  it('keeps versions, segments and metrics', async () => {
    await zuora.today('2026-01-01');
    account = await zuora.account({ name: 'First', billCycleDay: 1 });
    const second = await zuora.account({ name: 'Second', billCycleDay: 1 });
    const flat = (Name: string, Price: number) => ({
      Name,
      ChargeModel: 'Flat Fee Pricing',
      BillCycleType: 'DefaultFromCustomer',
      tiers: [{ Currency: 'USD', Price }],
    });
    const basic = await zuora.plan([seats(10)]);
    const support = await zuora.plan([flat('Support', 200)]);
    const premium = await zuora.plan([flat('Premium', 500)]);
    const read = async (detail = 'current-segment') => {
      const subscription = await zuora.subscription(number, detail);
      const { version, status, contractedMrr, totalContractedValue, termEndDate } = subscription;
      return [version, status, contractedMrr, totalContractedValue, termEndDate] as unknown[];
    };

    // Create: 10 seats x 10 = 100 a month, 1,200 for the year.
    const number = await zuora.subscribe(account, basic.planId, '2026-01-01', {
      chargeOverrides: [
        { productRatePlanChargeId: basic.charge['Seats'], pricing: { recurringPerUnit: { quantity: 10 } } },
      ],
    });
    expect(await read()).toEqual([1, 'Active', 100, 1200, '2027-01-01']);

    // Add support from April: + 200 x 9.
    await zuora.act(account, number, '2026-04-01', {
      type: 'AddProduct',
      addProduct: { productRatePlanId: support.planId, uniqueToken: 'support' },
    });
    expect(await read()).toEqual([2, 'Active', 300, 3000, '2027-01-01']);

    // Update to 15 seats from 16 May: 50 more for 7 months and 16 days of the last one (of 31).
    await zuora.act(account, number, '2026-05-16', await update(number, 15));
    // Seats: 100 x (4 + 15/31) + 150 x (7 + 16/31) = 448.387096774 + 1127.419354839; support 1,800.
    expect(await read()).toEqual([3, 'Active', 350, 3375.806451613, '2027-01-01']);

    // Remove support from August: it had 200 x 4.
    await zuora.act(account, number, '2026-08-01', {
      type: 'RemoveProduct',
      removeProduct: { uniqueToken: 'support' },
    });
    expect(await read()).toEqual([4, 'Active', 150, 2375.806451613, '2027-01-01']);

    // Change to premium from October.
    await zuora.act(account, number, '2026-10-01', {
      type: 'ChangePlan',
      changePlan: {
        productRatePlanId: basic.planId,
        newProductRatePlan: { productRatePlanId: premium.planId },
        subType: 'PlanChanged',
        effectivePolicy: 'SpecificDate',
      },
    });
    // Seats 448.387096774 + 150 x (4 + 15/30), support 800, premium 500 x 3.
    expect(await read()).toEqual([5, 'Active', 500, 3423.387096774, '2027-01-01']);

    // Terms: renewals of six months, by themselves.
    await zuora.act(account, number, '2026-10-01', {
      type: 'TermsAndConditions',
      termsAndConditions: { autoRenew: true, renewalTerms: [{ period: 6, periodType: 'Month' }] },
    });
    expect(await zuora.subscription(number)).toMatchObject({ version: 6, autoRenew: true, renewalTerm: 6 });

    // Renew: 500 x 6 more.
    await zuora.act(account, number, '2027-01-01', { type: 'RenewSubscription', renewSubscription: {} });
    expect(await read()).toEqual([7, 'Active', 500, 6423.387096774, '2027-07-01']);

    // Suspend from February: premium has had 500 x 4. Contracted MRR stays.
    await zuora.act(account, number, '2027-02-01', {
      type: 'Suspend',
      suspend: { suspendPolicy: 'SpecificDate', suspendSpecificDate: '2027-02-01' },
    });
    await zuora.today('2027-02-10');
    expect(await read()).toEqual([8, 'Suspended', 500, 3923.387096774, '2027-07-01']);
    expect(charges(await zuora.subscription(number))).toEqual([]);
    const early = await zuora.call('POST', '/v1/orders', {
      orderDate: '2027-02-10',
      existingAccountNumber: account.number,
      subscriptions: [{ subscriptionNumber: number, orderActions: [{ type: 'RenewSubscription' }] }],
    });
    expect([early.status, early.body.reasons?.[0]?.code]).toEqual([400, 58730030]);

    // Resume from March; the term gets the 28 days: premium 500 x (4 + (4 + 28/31)).
    await zuora.act(account, number, '2027-03-01', {
      type: 'Resume',
      resume: { resumePolicy: 'SpecificDate', resumeSpecificDate: '2027-03-01', extendsTerm: true },
    });
    await zuora.today('2027-03-02');
    expect(await read()).toEqual([9, 'Active', 500, 6375, '2027-07-29']);

    // Hand over to another account, which also pays.
    await zuora.act(account, number, '2027-03-02', {
      type: 'OwnerTransfer',
      ownerTransfer: { destinationAccountNumber: second.number, destinationInvoiceAccountNumber: second.number },
    });
    expect(await zuora.subscription(number)).toMatchObject({
      version: 10,
      accountNumber: second.number,
      invoiceOwnerAccountNumber: second.number,
    });
    expect((await zuora.get(`/v1/subscriptions/accounts/${account.number}`)).body.subscriptions).toEqual([]);
    expect(rows((await zuora.get(`/v1/subscriptions/accounts/${second.number}`)).body.subscriptions)).toHaveLength(1);

    // Cancel from May: 500 x 2 after the resumption.
    await zuora.act(second, number, '2027-03-02', {
      type: 'CancelSubscription',
      cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: '2027-05-01' },
    });
    expect(await read()).toEqual([11, 'Active', 0, 4923.387096774, '2027-05-01']);
    await zuora.today('2027-05-01');
    expect((await zuora.subscription(number)).status).toBe('Cancelled');

    const all = await zuora.subscription(number, 'all-segments');
    expect(rows(all.ratePlans).map((plan) => [plan.lastChangeType, segments({ ratePlans: [plan] } as never)])).toEqual([
      [
        'Remove',
        [
          [1, '2026-01-01', '2026-05-16', 10, 100, 448.387096774],
          [2, '2026-05-16', '2026-10-01', 15, 150, 675],
        ],
      ],
      ['Remove', [[1, '2026-04-01', '2026-08-01', 1, 200, 800]]],
      [
        'Add',
        [
          [1, '2026-10-01', '2027-02-01', 1, 500, 2000],
          [2, '2027-03-01', '2027-05-01', 1, 500, 1000],
        ],
      ],
    ]);
    expect(all.statusHistory).toEqual([
      { startDate: '2026-01-01', endDate: '2027-02-01', status: 'Active' },
      { startDate: '2027-02-01', endDate: '2027-03-01', status: 'Suspended' },
      { startDate: '2027-03-01', endDate: '2027-05-01', status: 'Active' },
      { startDate: '2027-05-01', endDate: null, status: 'Cancelled' },
    ]);
    const orders = rows((await zuora.get(`/v1/orders/subscription/${number}`)).body.orders);
    expect(orders.map((one) => text(one.subscriptions?.[0]?.orderActions?.[0]?.type))).toEqual([
      'CancelSubscription',
      'OwnerTransfer',
      'Resume',
      'Suspend',
      'RenewSubscription',
      'TermsAndConditions',
      'ChangePlan',
      'RemoveProduct',
      'UpdateProduct',
      'AddProduct',
      'CreateSubscription',
    ]);
    const first = await zuora.get(`/v1/subscriptions/${number}/versions/1?charge-detail=all-segments`);
    expect(segments(first.body)).toEqual([[1, '2026-01-01', '2027-01-01', 10, 100, 1200]]);
  });
});
