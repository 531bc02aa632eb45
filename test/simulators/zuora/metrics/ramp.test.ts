import { afterEach, beforeEach, expect, it } from 'vitest';
import { charges, rows, startTest, text, triggerDates, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2021-01-01');
  account = await zuora.account({ billCycleDay: 1 });
});
afterEach(() => zuora.sim.close());

const flat = (Name: string, Price: number) => ({
  Name,
  ChargeModel: 'Flat Fee Pricing',
  tiers: [{ Currency: 'USD', Price }],
});
const years = ['2021', '2022', '2023'].map((year) => ({
  name: year,
  startDate: `${year}-01-01`,
  endDate: `${year}-12-31`,
}));

/** Sells 5.00 a month for three years with a fee of 15.00, and 10 % off from July 2022 to June 2023. */
async function sell(intervals: unknown = years): Promise<{ status: number; body: Loose }> {
  const { planId, charge } = await zuora.plan([
    flat('Service', 5),
    { ...flat('Setup', 15), ChargeType: 'OneTime' },
    {
      Name: 'Off',
      ChargeModel: 'Discount-Percentage',
      ApplyDiscountTo: 2,
      tiers: [{ Currency: 'USD', DiscountPercentage: 10 }],
    },
  ]);
  return zuora.call('POST', '/v1/orders', {
    orderDate: '2021-01-01',
    existingAccountNumber: account.number,
    subscriptions: [
      {
        ramp: { name: 'Three years', intervals },
        orderActions: [
          {
            type: 'CreateSubscription',
            triggerDates: triggerDates('2021-01-01'),
            createSubscription: {
              terms: { initialTerm: { termType: 'TERMED', period: 36, periodType: 'Month' } },
              subscribeToRatePlans: [
                {
                  productRatePlanId: planId,
                  chargeOverrides: [
                    {
                      productRatePlanChargeId: charge['Off'],
                      startDate: { triggerEvent: 'SpecificDate', specificTriggerDate: '2022-07-01' },
                      endDate: { endDateCondition: 'Specific_End_Date', specificEndDate: '2023-07-01' },
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
    ],
  });
}

const price = (number: string, day: string, listPrice: number) =>
  zuora.act(account, number, day, {
    type: 'UpdateProduct',
    updateProduct: {
      subscriptionRatePlanNumber: 'SRP-00000001',
      chargeUpdates: [{ chargeNumber: 'C-00000001', pricing: { recurringFlatFee: { listPrice } } }],
    },
  });

const values = (one: Loose) => [one.startDate, one.endDate, one.grossTcv, one.discountTcv, one.netTcv];

it('splits charge segments into intervals, as the worked example of ramp metrics does', async () => {
  const made = (await sell()).body;
  expect(made.ramps).toEqual([{ rampNumber: 'R-00000001', subscriptionNumber: 'A-S00000001' }]);
  const number = text(made.ramps?.[0]?.subscriptionNumber);
  await price(number, '2021-11-01', 10);
  await price(number, '2023-01-01', 20);
  const { rampMetrics } = (await zuora.get(`/v1/subscriptions/${number}/ramp-metrics`)).body;
  expect(rampMetrics).toMatchObject({
    number: 'R-00000001',
    name: 'Three years',
    grossTcv: 445,
    discountTcv: -18,
    netTcv: 427,
  });
  expect(rows(rampMetrics?.intervals).map((one) => rows(one.intervalMetrics).map(values))).toEqual([
    [
      ['2021-01-01', '2021-10-31', 50, 0, 50],
      ['2021-11-01', '2021-12-31', 20, 0, 20],
      ['2021-01-01', '2021-01-01', 15, 0, 15],
    ],
    [['2022-01-01', '2022-12-31', 120, -6, 114]],
    [['2023-01-01', '2023-12-31', 240, -12, 228]],
  ]);
  expect(rampMetrics?.intervals?.[1]?.intervalMetrics?.[0]?.mrr).toEqual([
    { gross: 10, net: 10, discount: 0, startDate: '2022-01-01', endDate: '2022-06-30' },
    { gross: 10, net: 9, discount: -1, startDate: '2022-07-01', endDate: '2022-12-31' },
  ]);
  const byNumber = await zuora.get('/v1/ramps/R-00000001/ramp-metrics');
  expect(byNumber.body.rampMetrics).toEqual(rampMetrics);
});

it('tells by interval what an order changed', async () => {
  const number = text((await sell()).body.ramps?.[0]?.subscriptionNumber);
  await price(number, '2023-01-01', 20);
  const { rampMetrics } = (await zuora.get('/v1/orders/O-00000002/ramp-metrics')).body;
  const deltas = rows(rampMetrics?.[0]?.intervals).map((one) => one.intervalDeltaMetrics);
  expect(deltas.slice(0, 2)).toEqual([[], []]);
  // 20 instead of 5 for twelve months, less 10 % in the first half.
  expect(deltas[2]).toEqual([
    {
      subscriptionNumber: number,
      chargeNumber: 'C-00000001',
      productRatePlanChargeId: charges(await zuora.subscription(number))[0]?.productRatePlanChargeId,
      deltaGrossTcb: 180,
      deltaNetTcb: 171,
      deltaDiscountTcb: -9,
      deltaGrossTcv: 180,
      deltaNetTcv: 171,
      deltaDiscountTcv: -9,
      deltaMrr: [
        { gross: 15, net: 13.5, discount: -1.5, startDate: '2023-01-01', endDate: '2023-06-30' },
        { gross: 15, net: 15, discount: 0, startDate: '2023-07-01', endDate: '2023-12-31' },
      ],
      deltaQuantity: [],
    },
  ]);
});

it('is read by number and subscription, and can be taken away', async () => {
  const number = text((await sell()).body.ramps?.[0]?.subscriptionNumber);
  const ramp = (await zuora.get(`/v1/subscriptions/${number}/ramps`)).body.ramp;
  expect(ramp).toMatchObject({ number: 'R-00000001', subscriptionNumber: number, charges: [], intervals: years });
  expect((await zuora.get('/v1/ramps/R-00000001')).body.ramp).toEqual(ramp);
  await zuora.post('/v1/orders', {
    orderDate: '2021-01-02',
    existingAccountNumber: account.number,
    subscriptions: [
      { subscriptionNumber: number, ramp: { delete: true }, orderActions: [{ type: 'RenewSubscription' }] },
    ],
  });
  expect((await zuora.get('/v1/ramps/R-00000001')).status).toBe(404);
});

it('refuses gaps, overlaps, and what lies outside the subscription', async () => {
  const refused = async (intervals: unknown) => {
    const { status, body } = await sell(intervals);
    return [status, body.reasons?.[0]?.code];
  };
  expect(await refused([years[0], years[2]])).toEqual([400, 58730030]);
  expect(await refused([years[0], { ...years[1], startDate: '2021-12-31' }])).toEqual([400, 58730030]);
  expect(await refused([...years, { startDate: '2024-01-01', endDate: '2024-12-31' }])).toEqual([400, 58730030]);
  expect(await refused(undefined)).toEqual([200, undefined]);
});
