import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { toMajor } from '../money/money.ts';
import type { Charge, Interval, Tier } from '../subscription/charge.ts';
import type { Discount } from '../subscription/discount.ts';
import { SUBSCRIPTION_STATUSES, type Subscription } from '../subscription/subscription.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { NOTHING_INHERITED } from './monthly.ts';
import { arrOf, mrrChangesAfter, mrrOf } from './mrr.ts';

const TODAY = calendarDate('2026-11-21');
const MONTH: Interval = { unit: 'month', count: 1 };
const YEAR: Interval = { unit: 'year', count: 1 };

function charge(more: Partial<Charge> = {}): Charge {
  const billingInterval = more.priceInterval ?? MONTH;
  return sample.charge({
    productId: 'prod_1',
    ratePlanKey: 'RP-1',
    model: 'perUnit',
    quantity: '1',
    price: '100',
    billingInterval,
    months: 'calendar',
    ...more,
  });
}

function subscription(charges: Charge[], more: Partial<Subscription> = {}): Subscription {
  const evergreen = { termType: 'Evergreen', termStartsOn: null, termEndsOn: null, endsByDate: false } as const;
  return sample.subscription({ ...evergreen, startsOn: calendarDate('2026-01-01'), charges, ...more });
}

function discount(more: Partial<Discount>): Discount {
  return {
    name: 'Launch',
    percentOff: null,
    amountOff: null,
    duration: 'forever',
    startsOn: null,
    endsOn: null,
    appliesToProducts: null,
    ...more,
  };
}

const mrr = (one: Subscription, inherited = NOTHING_INHERITED) => toMajor(mrrOf(one, TODAY, inherited).amount);

describe('intervals', () => {
  test.each<[string, Interval, Charge['months'], string]>([
    ['day', { unit: 'day', count: 1 }, 'calendar', '3041.67'],
    ['week', { unit: 'week', count: 1 }, 'calendar', '433.33'],
    ['two weeks', { unit: 'week', count: 2 }, 'calendar', '216.67'],
    ['month', MONTH, 'calendar', '100.00'],
    ['quarter', { unit: 'month', count: 3 }, 'calendar', '33.33'],
    ['half year', { unit: 'month', count: 6 }, 'calendar', '16.67'],
    ['year', YEAR, 'calendar', '8.33'],
    ['three years', { unit: 'year', count: 3 }, 'calendar', '2.78'],
    // Zuora docs, "Monthly recurring revenue": price / days of base * 30.
    ['week of Zuora', { unit: 'week', count: 1 }, 'thirtyDays', '428.57'],
  ])('a price of 100 a %s', (_, priceInterval, months, expected) => {
    expect(mrr(subscription([charge({ priceInterval, months })]))).toBe(expected);
  });

  test('mixed intervals are summed after each is normalised; ARR is twelve times the unrounded sum', () => {
    const one = subscription([charge({ priceInterval: YEAR }), charge({ number: 'C-2', price: '0.01' })]);
    expect(mrr(one)).toBe('8.34');
    expect(toMajor(arrOf(mrrOf(one, TODAY)))).toBe('100.12');
  });

  test('the base of the price decides, not how often it is billed', () => {
    const one = charge({ price: '50', priceInterval: MONTH, billingInterval: YEAR, months: 'thirtyDays' });
    expect(mrr(subscription([one]))).toBe('50.00');
  });
});

describe('models', () => {
  const tiers: Tier[] = [
    { upTo: '10', unitPrice: '10', flatAmount: '0' },
    { upTo: null, unitPrice: '8', flatAmount: '0' },
  ];
  test('25 units by tiers are 220, by volume 200', () => {
    expect(mrr(subscription([charge({ model: 'graduated', tiers, price: null, quantity: '25' })]))).toBe('220.00');
    expect(mrr(subscription([charge({ model: 'volume', tiers, price: null, quantity: '25' })]))).toBe('200.00');
  });

  test('flat amounts of tiers are added for every band that is reached', () => {
    const flat: Tier[] = [
      { upTo: '10', unitPrice: '1', flatAmount: '5' },
      { upTo: null, unitPrice: '2', flatAmount: '7' },
    ];
    const at = (model: 'graduated' | 'volume', quantity: string) =>
      mrr(subscription([charge({ model, tiers: flat, price: null, quantity })]));
    expect([at('graduated', '10'), at('graduated', '11'), at('volume', '11'), at('graduated', '0')]).toEqual([
      '15.00',
      '24.00',
      '29.00',
      '5.00',
    ]);
  });

  test('packs are rounded before they are priced', () => {
    const packed = (round: 'up' | 'down') => charge({ quantity: '25', transform: { divideBy: 10, round } });
    expect(mrr(subscription([packed('up')]))).toBe('300.00');
    expect(mrr(subscription([packed('down')]))).toBe('200.00');
  });

  test('prices below a cent keep their decimals', () => {
    expect(mrr(subscription([charge({ price: '0.0035', quantity: '1000' })]))).toBe('3.50');
  });

  test('one-time charges and usage do not count, and say so', () => {
    const one = subscription([
      charge({ kind: 'oneTime', name: 'Set-up' }),
      charge({ kind: 'usage', name: 'API calls' }),
    ]);
    expect(mrr(one)).toBe('0.00');
    expect(mrrOf(one, TODAY).charges.map(({ text }) => text)).toEqual([
      'Set-up: one-time, does not count.',
      'API calls: billed by usage, does not count.',
    ]);
  });

  test('yen have no decimals', () => {
    expect(mrr(subscription([charge({ price: '1000', priceInterval: YEAR })], { currency: 'JPY' }))).toBe('83');
  });
});

describe('status', () => {
  test.each(SUBSCRIPTION_STATUSES)('%s', (status) => {
    const counts = status === 'Active' || status === 'Past Due';
    expect(mrr(subscription([charge()], { status }))).toBe(counts ? '100.00' : '0.00');
  });

  test('paused collection and a pending cancellation still count', () => {
    expect(mrr(subscription([charge()], { collectionPaused: true }))).toBe('100.00');
    expect(mrr(subscription([charge()], { cancelOn: calendarDate('2026-12-01') }))).toBe('100.00');
  });

  test('a subscription that ends by its date counts until that day', () => {
    const ending = { cancelOn: TODAY, endsByDate: true };
    expect(mrr(subscription([charge()], ending))).toBe('0.00');
    expect(mrr(subscription([charge()], { ...ending, cancelOn: calendarDate('2026-11-22') }))).toBe('100.00');
  });

  test('a charge counts in its own dates alone, and an item in trial not yet', () => {
    const from = (startsOn: string) => charge({ startsOn: calendarDate(startsOn) });
    expect(mrr(subscription([from('2026-11-21')]))).toBe('100.00');
    expect(mrr(subscription([from('2026-11-22')]))).toBe('0.00');
    expect(mrr(subscription([charge({ endsOn: TODAY })]))).toBe('0.00');
    expect(mrr(subscription([charge({ trialEndsOn: calendarDate('2026-11-22') })]))).toBe('0.00');
  });
});

describe('discounts', () => {
  test.each<[string, Partial<Discount>, string]>([
    ['percent forever', { percentOff: '10' }, '90.00'],
    [
      'percent repeating, before its end',
      { percentOff: '10', duration: 'repeating', endsOn: calendarDate('2026-11-22') },
      '90.00',
    ],
    ['percent repeating, at its end', { percentOff: '10', duration: 'repeating', endsOn: TODAY }, '100.00'],
    ['percent once', { percentOff: '50', duration: 'once' }, '100.00'],
    ['amount', { amountOff: { amount: '30', currency: 'USD' } }, '70.00'],
    ['amount larger than the price', { amountOff: { amount: '300', currency: 'USD' } }, '0.00'],
    ['amount in another currency', { amountOff: { amount: '30', currency: 'EUR' } }, '100.00'],
    ['for another product', { percentOff: '10', appliesToProducts: ['prod_2'] }, '100.00'],
  ])('%s', (_, more, expected) => {
    expect(mrr(subscription([charge()], { discounts: [discount(more)] }))).toBe(expected);
  });

  test('an amount on a yearly price is spread over the year', () => {
    const yearly = charge({ price: '1200', priceInterval: YEAR });
    const off = discount({ amountOff: { amount: '120', currency: 'USD' } });
    expect(mrr(subscription([yearly], { discounts: [off] }))).toBe('90.00');
  });

  test('item discounts come before those of the subscription, which replace those of the account', () => {
    const item = charge({ discounts: [discount({ percentOff: '50' })] });
    const inherited = { ...NOTHING_INHERITED, discounts: [discount({ percentOff: '90' })] };
    expect(mrr(subscription([item], { discounts: [discount({ percentOff: '10' })] }), inherited)).toBe('45.00');
    expect(mrr(subscription([charge()]), inherited)).toBe('10.00');
  });

  test('an amount over several items is split in proportion and takes off exactly its amount', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 1000 }),
        (prices, off) => {
          const charges = prices.map((cents, index) => charge({ number: `C-${index}`, price: String(cents) }));
          const total = prices.reduce((all, price) => all + price, 0);
          const one = subscription(charges, {
            discounts: [discount({ amountOff: { amount: String(off), currency: 'USD' } })],
          });
          expect(mrrOf(one, TODAY).exact.equals(Math.max(0, total - off))).toBe(true);
        },
      ),
    );
  });

  test('a fixed discount charge of Zuora takes from one charge after the other, in its rate plan alone', () => {
    const fixed = charge({
      number: 'C-9',
      model: 'discount',
      price: null,
      reduction: { percentOff: null, amountOff: '120', level: 'ratePlan', recurring: true },
    });
    const other = charge({ number: 'C-3', ratePlanKey: 'RP-2' });
    expect(mrr(subscription([charge(), charge({ number: 'C-2' }), other, fixed]))).toBe('180.00');
  });

  test('tax in the price does not count', () => {
    expect(mrr(subscription([charge({ price: '119', includedTaxPercent: '19' })]))).toBe('100.00');
  });
});

test('the days on which MRR may differ are those of charges, discounts, cancellation and term', () => {
  const one = subscription([charge({ startsOn: calendarDate('2026-12-01'), endsOn: calendarDate('2027-01-01') })], {
    cancelOn: calendarDate('2027-02-01'),
    discounts: [discount({ percentOff: '1', endsOn: calendarDate('2026-12-24') })],
  });
  expect(mrrChangesAfter(one, TODAY).toSorted()).toEqual(['2026-12-01', '2026-12-24', '2027-01-01', '2027-02-01']);
});
