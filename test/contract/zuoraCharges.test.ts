import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { afterChange } from '../../server/domain/order/afterChange.ts';
import type { Deal, DealLine } from '../../server/domain/order/deal.ts';
import type { OrderMetrics } from '../../server/domain/order/order.ts';
import { planOrder } from '../../server/domain/order/planOrder.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { charges, rows, text, type CatalogCharge, type Loose } from '../simulators/zuora/testClient.ts';
import { buyer, deal, line, orderFacts } from '../support/orderFacts.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

// What deals make of every charge model, from the deal to what Zuora has then. It is 21 Nov 2026 there.

let rig: ZuoraRig;
let account: { id: string; number: string };
let count = 0;

beforeAll(async () => {
  rig = await startZuoraRig();
  account = await rig.client.account({ billCycleDay: 1 });
});
afterAll(() => rig.close());

const bands = (...prices: [start: number, end: number | null, price: number, format?: string][]) =>
  prices.map(([StartingUnit, end, Price, PriceFormat = 'Per Unit']) => ({
    Currency: 'USD',
    StartingUnit,
    ...(end !== null && { EndingUnit: end }),
    Price,
    PriceFormat,
  }));
/** Ten at 10, the others at 8: 25 of them are 220 tiered, and 200 by volume. */
const BANDS = bands([0, 10, 10], [11, null, 8]);
const TIERED: CatalogCharge = { Name: 'Seats', ChargeModel: 'Tiered Pricing', UOM: 'Each', tiers: BANDS };
const VOLUME: CatalogCharge = { ...TIERED, ChargeModel: 'Volume Pricing' };
const FEE: CatalogCharge = {
  Name: 'Fee',
  ChargeModel: 'Flat Fee Pricing',
  tiers: [{ Currency: 'USD', Price: 100 }],
};
const usage = (ChargeModel: string, tiers: unknown[], more: object = {}): CatalogCharge => ({
  Name: 'Calls',
  ChargeType: 'Usage',
  UOM: 'Each',
  ChargeModel,
  tiers,
  ...more,
});
const OVER = { Currency: 'USD', Price: 2, IsOveragePrice: true };
const discount = (ChargeModel: string, tier: object): CatalogCharge => ({
  Name: 'Launch',
  ChargeModel,
  ApplyDiscountTo: 2,
  DiscountLevel: 'subscription',
  tiers: [{ Currency: 'USD', ...tier }],
});

const keyOf = (planId: string) => `zuora:productrateplan:${planId}`;
/** A line of a plan, at billing’s own prices. */
const of = (planId: string, more: Partial<DealLine> = {}): DealLine =>
  line({ sellableKey: keyOf(planId), quantity: '1', unitPrice: '0', ...more });

type Placed = { preview: OrderMetrics; sold: Loose; number: string };

/** Plans and places a deal that takes effect on 1 Dec 2026; @throws what keeps it from being ordered, in words */
async function placed(lines: readonly DealLine[], more: Partial<Deal>): Promise<Placed> {
  count += 1;
  const desk = rig.connection.orders;
  const { subscriptionNumber = null } = more;
  const plans = await desk.plans(lines.map(({ sellableKey }) => sellableKey!.split(':')[2]!));
  const subscription = subscriptionNumber === null ? null : await desk.subscription(subscriptionNumber);
  const planned = planOrder(
    orderFacts({
      deal: deal({
        id: `0060000000${String(count).padStart(5, '0')}AAA`,
        lines: lines.map((one, index) => ({ ...one, id: `00k00000000000${index}AAA` })),
        ...more,
      }),
      billingAccounts: [{ ...buyer, key: `zuora:account:${account.id}`, number: account.number }],
      subscription,
      plans: new Map([...plans.values()].map((plan) => [plan.key, plan])),
      today: calendarDate('2026-11-21'),
    }),
  );
  if ('faults' in planned) throw new Error(planned.faults.map((fault) => fault.text).join('\n'));
  const { order } = planned;
  const preview = afterChange(
    await desk.preview(order),
    order,
    subscription === null ? [] : [subscription.subscription],
  );
  const { status, subscriptionNumbers } = await desk.place(order, order.number);
  expect(status).toBe('Completed');
  const number = subscriptionNumbers[0]!;
  return { preview, sold: await rig.client.subscription(number, 'all-segments'), number };
}

const sell = (lines: readonly DealLine[]): Promise<Placed> =>
  placed(lines, { kind: 'New', subscriptionNumber: null, terms: { ...deal().terms, months: 12 } });
const change = (number: string, lines: readonly DealLine[]): Promise<Placed> =>
  placed(lines, { subscriptionNumber: number });
/** A subscription of 2026 with this plan as the catalog has it. */
const held = async (...catalog: CatalogCharge[]): Promise<{ number: string; planId: string; named: string[] }> => {
  const { planId } = await rig.client.plan(catalog);
  const number = await rig.client.subscribe(account, planId, '2026-01-01');
  const names = charges(await rig.client.subscription(number));
  return { number, planId, named: names.map((one) => text(one.number)) };
};

/** What can be read of how a charge is priced. */
function pricing(charge: Loose) {
  const { quantity, price, tiers, overagePrice, includedUnits, discountPercentage, discountAmount } = charge;
  const said = { quantity, price, overagePrice, includedUnits, discountPercentage, discountAmount };
  const told = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
  const of = rows(tiers ?? ([] as unknown as Loose)).map((one) => [
    one.startingUnit,
    one.endingUnit,
    one.price,
    one.priceFormat,
  ]);
  return { ...told, ...(of.length > 0 && { tiers: of }) };
}
const HALVED = [
  [0, 10, 5, 'PerUnit'],
  [11, null, 4, 'PerUnit'],
];

describe('a sale', () => {
  type Case = [name: string, catalog: CatalogCharge, line: Partial<DealLine>, sold: object, mrr: string, tcv: string];
  const ONCE = { ChargeType: 'OneTime' };
  const CASES: Case[] = [
    ['tiered, by a discount', TIERED, { quantity: '25', discountPercent: '50' }, { tiers: HALVED }, '110', '1320'],
    ['tiered, by a price: 25 × 4.4', TIERED, { quantity: '25', unitPrice: '4.4' }, { tiers: HALVED }, '110', '1320'],
    ['volume, by a discount', VOLUME, { quantity: '25', discountPercent: '50' }, { tiers: HALVED }, '100', '1200'],
    ['volume, by a price: 25 × 4', VOLUME, { quantity: '25', unitPrice: '4' }, { tiers: HALVED }, '100', '1200'],
    [
      'tiers of which one costs so much as a whole',
      { ...TIERED, tiers: bands([0, 10, 40, 'Flat Fee'], [10, null, 4]) },
      { quantity: '12.5', discountPercent: '25' },
      {
        tiers: [
          [0, 10, 30, 'FlatFee'],
          [10, null, 3, 'PerUnit'],
        ],
      },
      // 30 and 2.5 × 3.
      '37.5',
      '450',
    ],
    [
      'thirds of tiers: 7 × 9.99 of 70',
      TIERED,
      { quantity: '7', unitPrice: '9.99' },
      {
        tiers: [
          [0, 10, 9.99, 'PerUnit'],
          [11, null, 7.992, 'PerUnit'],
        ],
      },
      '69.93',
      '839.16',
    ],
    [
      'tiered once, by a price',
      { ...TIERED, ...ONCE },
      { quantity: '25', unitPrice: '4.4' },
      { tiers: HALVED },
      '0',
      '110',
    ],
    ['volume once', { ...VOLUME, ...ONCE }, { quantity: '25', discountPercent: '50' }, { tiers: HALVED }, '0', '100'],
    ['usage, flat', usage('Flat Fee Pricing', FEE.tiers), { unitPrice: '80' }, { price: 80 }, '0', '0'],
    [
      'usage by the unit',
      usage('Per Unit Pricing', [{ Currency: 'USD', Price: 0.1 }]),
      { unitPrice: '0.08', discountPercent: '10' },
      { price: 0.072 },
      '0',
      '0',
    ],
    ['usage, tiered', usage('Tiered Pricing', BANDS), { discountPercent: '50' }, { tiers: HALVED }, '0', '0'],
    ['usage by volume', usage('Volume Pricing', BANDS), { discountPercent: '50' }, { tiers: HALVED }, '0', '0'],
    [
      'overage',
      usage('Overage Pricing', [OVER], { IncludedUnits: 100, OverageCalculationOption: 'EndOfSmoothingPeriod' }),
      { unitPrice: '1.5' },
      { overagePrice: 1.5, includedUnits: 100 },
      '0',
      '0',
    ],
    [
      'tiers with overage',
      usage('Tiered with Overage Pricing', [...bands([0, 10, 10], [11, 20, 8]), OVER]),
      { discountPercent: '25' },
      {
        overagePrice: 1.5,
        tiers: [
          [0, 10, 7.5, 'PerUnit'],
          [11, 20, 6, 'PerUnit'],
        ],
      },
      '0',
      '0',
    ],
  ];

  it.each(CASES)('%s', async (_name, catalog, more, priced, mrr, tcv) => {
    const { planId } = await rig.client.plan([catalog]);
    const { preview, sold } = await sell([of(planId, more)]);
    const [charge] = charges(sold).map(pricing);
    expect(charge).toMatchObject({ ...priced, ...(more.quantity && { quantity: Number(more.quantity) }) });
    expect([preview.mrr, preview.tcv]).toEqual([mrr, tcv]);
  });

  it.each([
    // 100 a month, and 15 % or 12.5 off it.
    ['a percentage', discount('Discount-Percentage', { DiscountPercentage: 5 }), { discountPercent: '15' }, '85'],
    ['an amount', discount('Discount-Fixed Amount', { DiscountAmount: 5 }), { unitPrice: '-12.5' }, '87.5'],
    ['the percentage of billing', discount('Discount-Percentage', { DiscountPercentage: 5 }), {}, '95'],
  ])('takes off %s', async (_name, catalog, more, mrr) => {
    const [fee, off] = [await rig.client.plan([FEE]), await rig.client.plan([catalog])];
    const { preview, sold } = await sell([of(fee.planId, { unitPrice: '100' }), of(off.planId, more)]);
    expect(preview.mrr).toBe(mrr);
    expect(charges(sold)).toHaveLength(2);
  });

  it('lowers each recurring charge of several, one by tiers', async () => {
    const { planId } = await rig.client.plan([FEE, TIERED, usage('Per Unit Pricing', [{ Currency: 'USD', Price: 1 }])]);
    const { preview, sold } = await sell([of(planId, { quantity: '25', discountPercent: '50' })]);
    // 50, 110, and calls as ever.
    expect(preview.mrr).toBe('160');
    expect(charges(sold).map(pricing)).toEqual(
      expect.arrayContaining([expect.objectContaining({ price: 50 }), expect.objectContaining({ price: 1 })]),
    );
  });

  it('is changed step by step: scaled tiers, then others for more, then those of billing', async () => {
    const { planId } = await rig.client.plan([TIERED]);
    const [june, september] = [calendarDate('2027-06-01'), calendarDate('2027-09-01')];
    const { sold, preview } = await sell([
      of(planId, { quantity: '25', unitPrice: '4.4', endsOn: june }),
      of(planId, { quantity: '30', discountPercent: '10', startsOn: june, endsOn: september }),
      of(planId, { quantity: '30', startsOn: september }),
    ]);
    expect(charges(sold).map(pricing)).toEqual([
      { quantity: 25, tiers: HALVED },
      {
        quantity: 30,
        tiers: [
          [0, 10, 9, 'PerUnit'],
          [11, null, 7.2, 'PerUnit'],
        ],
      },
      {
        quantity: 30,
        tiers: [
          [0, 10, 10, 'PerUnit'],
          [11, null, 8, 'PerUnit'],
        ],
      },
    ]);
    // 6 × 110, 3 × (90 + 144), 3 × 260.
    expect(preview).toMatchObject({ mrr: '260', tcv: '2142' });
  });
});

describe('a sale that changes later, of what the first line says nothing of', () => {
  const june = calendarDate('2027-06-01');
  const two = (planId: string, first: Partial<DealLine>, then: Partial<DealLine>) =>
    sell([of(planId, { ...first, endsOn: june }), of(planId, { ...then, startsOn: june })]);

  it('names what is metered for the price from that day on', async () => {
    const { planId } = await rig.client.plan([usage('Per Unit Pricing', [{ Currency: 'USD', Price: 0.1 }])]);
    const { sold } = await two(planId, {}, { unitPrice: '0.04' });
    expect(charges(sold).map(({ effectiveStartDate, price }) => [effectiveStartDate, price])).toEqual([
      ['2026-12-01', 0.1],
      ['2027-06-01', 0.04],
    ]);
  });

  it('takes off another percentage', async () => {
    const { planId } = await rig.client.plan([discount('Discount-Percentage', { DiscountPercentage: 5 })]);
    const { sold } = await two(planId, { discountPercent: '20' }, { discountPercent: '10' });
    expect(charges(sold).map(pricing)).toEqual([{ discountPercentage: 20 }, { discountPercentage: 10 }]);
  });

  it('ends where it has an end, with its own prices until then', async () => {
    const [fee, seats] = [await rig.client.plan([FEE]), await rig.client.plan([TIERED])];
    const { sold } = await sell([
      of(fee.planId, { unitPrice: '100' }),
      of(seats.planId, { quantity: '25', unitPrice: '4.4', endsOn: june }),
    ]);
    expect(charges(sold)).toMatchObject([
      { effectiveEndDate: '2027-12-01' },
      { effectiveEndDate: june, tiers: [{ price: 5 }, { price: 4 }] },
    ]);
  });
});

describe('a change', () => {
  it('scales the tiers that the subscription has, to what the deal says', async () => {
    const { number, planId } = await held({ ...TIERED, DefaultQuantity: 25 });
    const { sold, preview } = await change(number, [of(planId, { quantity: '25', unitPrice: '4.4' })]);
    expect(charges(sold).map(pricing)).toMatchObject([{ quantity: 25 }, { quantity: 25, tiers: HALVED }]);
    expect(preview).toMatchObject({ mrr: '110', mrrChange: '-110' });
    // What it costs now is what it was lowered to: half of a half, for one day less than all of the month.
    const again = await change(number, [
      of(planId, { quantity: '25', discountPercent: '50', startsOn: calendarDate('2026-12-02') }),
    ]);
    expect(charges(again.sold).at(-1)!.tiers).toMatchObject([{ price: 2.5 }, { price: 2 }]);
  });

  it('lowers one charge of several that is named', async () => {
    const { number, planId, named } = await held(FEE, { ...TIERED, DefaultQuantity: 25 });
    const listed = charges(await rig.client.subscription(number));
    const fee = named[listed.findIndex(({ name }) => String(name) === 'Fee')]!;
    const { preview } = await change(number, [of(planId, { discountPercent: '10', chargeNumber: fee })]);
    expect(preview).toMatchObject({ mrr: '310', mrrChange: '-10' });
  });

  it('prices what is metered anew: alone in its plan, or named', async () => {
    const calls = usage('Per Unit Pricing', [{ Currency: 'USD', Price: 0.1 }]);
    const alone = await held(calls);
    const { sold } = await change(alone.number, [of(alone.planId, { unitPrice: '0.08' })]);
    expect(charges(sold).map(({ price }) => price)).toEqual([0.1, 0.08]);

    const both = await held(FEE, usage('Tiered with Overage Pricing', [...bands([0, 10, 10]), OVER]));
    const listed = charges(await rig.client.subscription(both.number));
    const metered = both.named[listed.findIndex(({ name }) => String(name) === 'Calls')]!;
    const after = await change(both.number, [of(both.planId, { discountPercent: '50', chargeNumber: metered })]);
    expect(charges(after.sold).map(pricing)).toContainEqual({ overagePrice: 1, tiers: [[0, 10, 5, 'PerUnit']] });
  });

  it('changes a percentage that is taken off, and no amount', async () => {
    const { planId } = await rig.client.plan([FEE]);
    const percent = await rig.client.plan([discount('Discount-Percentage', { DiscountPercentage: 5 })]);
    const amount = await rig.client.plan([discount('Discount-Fixed Amount', { DiscountAmount: 5 })]);
    const plans = [planId, percent.planId, amount.planId].map((productRatePlanId) => ({ productRatePlanId }));
    const number = await rig.client.subscribe(account, planId, '2026-01-01', { plans });
    const { sold } = await change(number, [of(percent.planId, { discountPercent: '15' })]);
    expect(charges(sold).map(pricing)).toContainEqual({ discountPercentage: 15 });
    await expect(change(number, [of(amount.planId, { unitPrice: '-7' })])).rejects.toThrow(/takes off an amount/);
  });

  it('sells in place of another plan what is priced by tiers', async () => {
    const { number } = await held(FEE);
    const { planId } = await rig.client.plan([VOLUME]);
    const exchange = of(planId, { action: 'Change Plan', quantity: '25', unitPrice: '4' });
    const { preview } = await change(number, [exchange]);
    expect(preview).toMatchObject({ mrr: '100', mrrChange: '0' });
  });
});
