import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exact, metric } from '../decimal.ts';
import { monthsBetween } from './length.ts';
import { charges, startTest, type CatalogCharge, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { number: string };

beforeAll(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
  account = await zuora.account();
});
afterAll(() => zuora.sim.close());

const usd = (Price: number) => [{ Currency: 'USD', Price }];
const bands = [
  { Currency: 'USD', StartingUnit: 0, EndingUnit: 10, Price: 10 },
  { Currency: 'USD', StartingUnit: 11, Price: 8 },
];

/** MRR of a charge of this kind, sold from 1 November for a year. */
async function mrr(charge: Partial<CatalogCharge>): Promise<unknown> {
  const { planId } = await zuora.plan([{ Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: usd(0), ...charge }]);
  const number = await zuora.subscribe(account, planId, '2026-11-01');
  return charges(await zuora.subscription(number))[0]?.mrr;
}

describe('monthly recurring revenue', () => {
  it('counts bands apart for tiered prices and all units for volume prices', async () => {
    const tiered = { UOM: 'Seat', DefaultQuantity: 25, tiers: bands };
    expect(await mrr({ ...tiered, ChargeModel: 'Tiered Pricing' })).toBe(220);
    expect(await mrr({ ...tiered, ChargeModel: 'Volume Pricing' })).toBe(200);
  });

  it('divides by the months of the price base, the billing period unless it says otherwise', async () => {
    expect(await mrr({ BillingPeriod: 'Annual', tiers: usd(1200) })).toBe(100);
    expect(await mrr({ BillingPeriod: 'Annual', ListPriceBase: 'Per Month', tiers: usd(1200) })).toBe(1200);
    expect(await mrr({ BillingPeriod: 'Semi-Annual', tiers: usd(600) })).toBe(100);
    expect(await mrr({ BillingPeriod: 'Quarter', ListPriceBase: 'Per Year', tiers: usd(1200) })).toBe(100);
    expect(await mrr({ BillingPeriod: 'Specific Months', SpecificBillingPeriod: 5, tiers: usd(100) })).toBe(20);
    expect(await mrr({ BillingPeriod: 'Subscription Term', tiers: usd(100) })).toBe(8.333333333);
  });

  it('takes a month for 30 days where weeks are counted', async () => {
    expect(await mrr({ BillingPeriod: 'Week', tiers: usd(140) })).toBe(600);
    expect(await mrr({ BillingPeriod: 'Specific Weeks', SpecificBillingPeriod: 2, tiers: usd(140) })).toBe(300);
  });

  it('is nothing for one-time, usage and discount charges', async () => {
    expect(await mrr({ ChargeType: 'OneTime', tiers: usd(500) })).toBe(0);
    expect(await mrr({ ChargeType: 'Usage', ChargeModel: 'Per Unit Pricing', UOM: 'Call', tiers: usd(1) })).toBe(0);
  });

  it('is less by percentage discounts of the whole subscription in the net metrics, which a read has to ask for', async () => {
    const { planId } = await zuora.plan([
      { Name: 'Seats', ChargeModel: 'Per Unit Pricing', UOM: 'Seat', DefaultQuantity: 3, tiers: usd(33.33) },
      {
        Name: 'Off',
        ChargeModel: 'Discount-Percentage',
        ApplyDiscountTo: 2,
        DiscountLevel: 'subscription',
        tiers: [{ Currency: 'USD', DiscountPercentage: 15 }],
      },
    ]);
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    const subscription = await zuora.subscription(number);
    expect(charges(subscription)).toMatchObject([
      { mrr: 99.99 },
      { model: 'DiscountPercentage', mrr: 0, discountPercentage: 15, applyDiscountTo: 'RECURRING', price: null },
    ]);
    expect(subscription).toMatchObject({ contractedMrr: 99.99, totalContractedValue: 1199.88 });
    expect(subscription.contractedNetMrr).toBeUndefined();
    const detailed = await zuora.get(`/v1/subscriptions/${number}?getDetailedMetrics=true&asOfDay=2026-10-31`);
    expect(detailed.body).toMatchObject({
      contractedMrr: 99.99,
      contractedNetMrr: 84.9915,
      asOfDayGrossMrr: 0,
      asOfDayNetMrr: 0,
      netTotalContractedValue: 1019.898,
    });
    const listed = await zuora.get(`/v1/subscriptions/subscription-metrics?subscriptionNumbers[]=${number}`);
    expect(listed.body.subscriptionMetrics).toEqual([
      {
        subscriptionNumber: number,
        contractedMrr: 99.99,
        contractedNetMrr: 84.9915,
        asOfDayGrossMrr: 99.99,
        asOfDayNetMrr: 84.9915,
        totalContractedValue: 1199.88,
        netTotalContractedValue: 1019.898,
      },
    ]);
  });
});

describe('total contracted value', () => {
  it('counts whole months and the rest by actual days', () => {
    expect(monthsBetween('2026-01-15', '2026-03-01').toFraction()).toBe('3/2');
    // Zuora community, "TCV calculation".
    expect(monthsBetween('2017-02-27', '2018-02-01').toFraction()).toBe('346/31');
    expect(monthsBetween('2017-02-28', '2018-02-01').toFraction()).toBe('309/28');
    // Seven more units at 5.00 from 18 August to the end of the year (Zuora docs, "Order metrics", part 3).
    expect(metric(monthsBetween('2026-08-18', '2027-01-01').mul(exact(35)))).toBe(155.806451613);
  });
});

describe('currencies', () => {
  it('sell at the price of the account’s own', async () => {
    const { planId } = await zuora.plan([
      {
        Name: 'Fee',
        ChargeModel: 'Flat Fee Pricing',
        tiers: [
          { Currency: 'EUR', Price: 90 },
          { Currency: 'JPY', Price: 15000 },
        ],
      },
    ]);
    for (const [currency, mrr] of [
      ['EUR', 90],
      ['JPY', 15000],
    ] as const) {
      const other = await zuora.account({ currency });
      const subscription = await zuora.subscription(await zuora.subscribe(other, planId, '2026-11-01'));
      expect(subscription).toMatchObject({ currency, contractedMrr: mrr });
      expect((await zuora.get(`/v1/accounts/${other.number}`)).body.metrics).toMatchObject({
        currency,
        contractedMrr: mrr,
      });
    }
    await expect(zuora.subscribe(account, planId, '2026-11-01')).rejects.toThrow('has no price in USD');
  });
});
