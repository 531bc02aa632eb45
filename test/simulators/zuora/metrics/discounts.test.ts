import { afterEach, beforeEach, expect, it } from 'vitest';
import { rows, startTest, type CatalogCharge, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-01-01');
  account = await zuora.account({ billCycleDay: 1 });
});
afterEach(() => zuora.sim.close());

const flat = (Name: string, Price: number, more: object = {}): CatalogCharge => ({
  Name,
  ChargeModel: 'Flat Fee Pricing',
  tiers: [{ Currency: 'USD', Price }],
  ...more,
});

const amountOff = (DiscountAmount: number, more: object = {}): CatalogCharge => ({
  Name: 'Coupon',
  ChargeModel: 'Discount-Fixed Amount',
  ApplyDiscountTo: 3,
  DiscountLevel: 'subscription',
  tiers: [{ Currency: 'USD', DiscountAmount }],
  ...more,
});

const percentOff = (DiscountPercentage: number, more: object = {}): CatalogCharge => ({
  Name: 'Percent',
  ChargeModel: 'Discount-Percentage',
  ApplyDiscountTo: 2,
  DiscountLevel: 'subscription',
  tiers: [{ Currency: 'USD', DiscountPercentage }],
  ...more,
});

async function sell(charges: CatalogCharge[]): Promise<Loose> {
  const { planId } = await zuora.plan(charges);
  const number = await zuora.subscribe(account, planId, '2026-01-01');
  return (await zuora.get(`/v1/subscriptions/${number}?getDetailedMetrics=true`)).body;
}

const items = async (targetDate: string) => {
  const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate });
  const number = String(billed.invoices?.[0]?.invoiceNumber);
  const read = (await zuora.get(`/v1/invoices/${number}/items?pageSize=40`)).body;
  return rows(read.invoiceItems).map((one) => [one.chargeName, one.processingType, one.chargeAmount]);
};

it('spreads a fixed amount over recurring charges by number, never below nothing', async () => {
  const sold = await sell([flat('First', 30), flat('Second', 100), amountOff(50)]);
  expect(sold).toMatchObject({
    contractedMrr: 130,
    contractedNetMrr: 80,
    asOfDayNetMrr: 80,
    totalContractedValue: 1560,
    netTotalContractedValue: 960,
  });
  expect(await items('2026-01-01')).toEqual([
    ['First', 'Charge', 30],
    ['Coupon', 'Discount', -30],
    ['Second', 'Charge', 100],
    ['Coupon', 'Discount', -20],
  ]);
});

it('takes percentages off before fixed amounts', async () => {
  const sold = await sell([flat('Service', 100), amountOff(10), percentOff(20)]);
  expect(sold).toMatchObject({ contractedMrr: 100, contractedNetMrr: 70 });
  expect(await items('2026-01-01')).toEqual([
    ['Service', 'Charge', 100],
    ['Percent', 'Discount', -20],
    ['Coupon', 'Discount', -10],
  ]);
});

it('counts a fixed amount by the period of the discount', async () => {
  const sold = await sell([flat('Service', 100), amountOff(120, { BillingPeriod: 'Annual', ApplyDiscountTo: 2 })]);
  expect(sold).toMatchObject({ contractedNetMrr: 90, netTotalContractedValue: 1080 });
  expect(await items('2026-01-01')).toEqual([
    ['Service', 'Charge', 100],
    ['Coupon', 'Discount', -10],
  ]);
});

it('gives a one-time amount once', async () => {
  await sell([flat('Service', 100), amountOff(150, { ChargeType: 'OneTime', ApplyDiscountTo: 2 })]);
  expect(await items('2026-01-01')).toEqual([
    ['Service', 'Charge', 100],
    ['Coupon', 'Discount', -100],
  ]);
  expect(await items('2026-02-01')).toEqual([['Service', 'Charge', 100]]);
});

it('leaves discounts of the account out of metrics, but not of invoices', async () => {
  const sold = await sell([flat('Service', 100), percentOff(10, { DiscountLevel: 'account' })]);
  expect(sold).toMatchObject({ contractedMrr: 100, contractedNetMrr: 100, netTotalContractedValue: 1200 });
  expect(await items('2026-01-01')).toEqual([
    ['Service', 'Charge', 100],
    ['Percent', 'Discount', -10],
  ]);
});

it('counts only charges of its own rate plan where the discount says so, and only those of its kind', async () => {
  await sell([flat('Elsewhere', 100)]);
  const sold = await sell([
    flat('Service', 100),
    flat('Setup', 40, { ChargeType: 'OneTime' }),
    percentOff(50, { DiscountLevel: 'rateplan' }),
  ]);
  expect(sold).toMatchObject({ contractedNetMrr: 50, totalContractedValue: 1240, netTotalContractedValue: 640 });
  expect(await items('2026-01-01')).toEqual([
    ['Elsewhere', 'Charge', 100],
    ['Service', 'Charge', 100],
    ['Percent', 'Discount', -50],
    ['Setup', 'Charge', 40],
  ]);
});

it('lets the metrics of an account lag behind its orders', async () => {
  await sell([flat('Service', 100)]);
  const read = async () => {
    const { metrics, basicInfo } = (await zuora.get(`/v1/accounts/${account.number}`)).body;
    return [metrics?.contractedMrr as unknown, basicInfo?.lastMetricsUpdate as unknown];
  };
  expect((await read())[0]).toBe(100);
  await zuora.post('/__sim/options', { metricsLagMs: 3_600_000 });
  const [before, at] = await read();
  expect([before, String(at).slice(0, 13)]).toEqual([0, '2026-01-01T11']);
  await zuora.post('/__sim/clock', { advanceMs: 3_700_000 });
  expect((await read())[0]).toBe(100);
});
