import fc from 'fast-check';
import Fraction from 'fraction.js';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { exact } from '../money/decimal.ts';
import { inWords, majorOf } from '../money/money.ts';
import type { Charge, Tier } from '../subscription/charge.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { agreedChanges, committedMrrOf } from './committed.ts';
import { explain, explanationInWords } from './explain.ts';
import { mrrOf } from './mrr.ts';

const TODAY = calendarDate('2026-11-21');

function subscription(charges: Charge[], more: Partial<Subscription> = {}): Subscription {
  return sample.subscription({ startsOn: calendarDate('2026-01-01'), charges, ...more });
}

const stepsOf = (charge: Charge, more: Partial<Subscription> = {}) =>
  explain(subscription([charge], more), TODAY).charges[0]!.steps.map(({ text, amount }) => [text, amount]);

describe('the steps of a charge', () => {
  test('say units, price, period and rounding', () => {
    const seats = sample.charge({
      model: 'perUnit',
      quantity: '7',
      price: '100',
      priceInterval: { unit: 'year', count: 1 },
    });
    expect(stepsOf(seats)).toEqual([
      ['7 × USD 100.00 a year = USD 700.00', '700'],
      ['for 12 months, so by the month = USD 58.333333333', '58.333333333'],
      ['rounded half up to USD 58.33 a month', '58.33'],
    ]);
  });

  const tiers: Tier[] = [
    { upTo: '10', unitPrice: '10', flatAmount: '0' },
    { upTo: null, unitPrice: '8', flatAmount: '5' },
  ];
  test('name each band of graduated tiers', () => {
    expect(stepsOf(sample.charge({ model: 'graduated', tiers, quantity: '25', price: null }))).toEqual([
      ['10 × USD 10.00 (units up to 10) a month = USD 100.00', '100'],
      ['15 × USD 8.00 (units over 10) a month = USD 220.00', '220'],
      ['USD 5.00 for reaching units over 10 a month = USD 225.00', '225'],
      ['USD 225.00 a month', '225'],
    ]);
  });

  test('name the band of a volume price, and packs', () => {
    expect(stepsOf(sample.charge({ model: 'volume', tiers, quantity: '25', price: null }))[0]).toEqual([
      '25 × USD 8.00 (units over 10), the price of all 25 a month = USD 200.00',
      '200',
    ]);
    const packed = sample.charge({
      model: 'perUnit',
      quantity: '25',
      price: '4',
      transform: { divideBy: 10, round: 'up' },
    });
    expect(stepsOf(packed).slice(0, 2)).toEqual([
      ['25 units are 3 packs of 10, rounded up', '3'],
      ['3 × USD 4.00 a month = USD 12.00', '12'],
    ]);
  });

  test('name discounts in the order in which they come off, and tax', () => {
    const discount = { duration: 'forever', startsOn: null, endsOn: null, appliesToProducts: null } as const;
    const charge = sample.charge({
      price: '200',
      includedTaxPercent: '25',
      discounts: [{ ...discount, name: 'Launch', percentOff: '10', amountOff: null }],
    });
    const own = { ...discount, name: 'Loyal', percentOff: null, amountOff: { amount: '30', currency: 'USD' } };
    expect(stepsOf(charge, { discounts: [own] })).toEqual([
      ['USD 200.00 a month = USD 200.00', '200'],
      ['less 10 % (Launch) = USD 180.00', '180'],
      ['less its part of USD 30 (Loyal) = USD 150.00', '150'],
      ['without the 25 % tax in the price = USD 120.00', '120'],
      ['USD 120.00 a month', '120'],
    ]);
  });

  test('say which convention makes months of weeks', () => {
    const weekly = { price: '140', priceInterval: { unit: 'week', count: 1 } } as const;
    expect(stepsOf(sample.charge({ ...weekly, months: 'thirtyDays' }))[1]).toEqual([
      'for 7/30 months (a month of 30 days), so by the month = USD 600.00',
      '600',
    ]);
    expect(stepsOf(sample.charge({ ...weekly, months: 'calendar' }))[1]).toEqual([
      'for 3/13 months (a year of 52 weeks and 365 days), so by the month = USD 606.666666667',
      '606.666666667',
    ]);
  });

  test.each<[string, Partial<Charge>, string]>([
    ['usage', { kind: 'usage' }, 'Platform: Seats: billed by usage, does not count.'],
    [
      'a model that nobody knows',
      { model: 'other' },
      'Platform: Seats: its price cannot be told from the subscription, does not count.',
    ],
    [
      'a price that is missing',
      { price: null },
      'Platform: Seats: its price cannot be told from the subscription, does not count.',
    ],
  ])('say why %s adds nothing', (_what, more, text) => {
    expect(stepsOf(sample.charge(more))).toEqual([[text, '0']]);
  });

  test('end in the amount, and the amounts sum to MRR', () => {
    const anyCharge = fc
      .record({
        price: fc.integer({ min: 0, max: 10_000_000 }),
        quantity: fc.integer({ min: 0, max: 5000 }),
        unit: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'year' as const),
        count: fc.integer({ min: 1, max: 36 }),
        months: fc.constantFrom('calendar' as const, 'thirtyDays' as const),
      })
      .map(({ price, quantity, unit, count, months }) =>
        sample.charge({
          model: 'perUnit',
          price: new Fraction(price, 1000).toString(),
          quantity: String(quantity),
          priceInterval: { unit, count },
          months,
        }),
      );
    fc.assert(
      fc.property(fc.array(anyCharge, { maxLength: 12 }), (charges) => {
        const numbered = charges.map((charge, index) => ({ ...charge, number: `C-${index}` }));
        const found = explain(subscription(numbered), TODAY);
        let sum = new Fraction(0);
        for (const { steps, mrr } of found.charges) {
          expect(exact(steps.at(-1)!.amount).equals(majorOf(mrr))).toBe(true);
          sum = sum.add(majorOf(mrr));
        }
        expect(sum.equals(majorOf(found.mrr))).toBe(true);
      }),
    );
  });
});

describe('what is agreed', () => {
  const ramp = [
    sample.charge({ segment: 1, price: '100', endsOn: calendarDate('2027-01-01') }),
    sample.charge({ segment: 2, price: '250', startsOn: calendarDate('2027-01-01') }),
  ];
  test('is told with its days: a ramp, and the end of a discount', () => {
    const changes = agreedChanges(subscription(ramp), TODAY);
    expect(changes.map(({ on, mrr }) => [on, inWords(mrr.amount)])).toEqual([['2027-01-01', 'USD 250.00']]);
  });

  test('makes committed MRR: a ramp counts as it will be, a cancellation that is booked not at all', () => {
    expect(inWords(committedMrrOf(subscription(ramp), TODAY))).toBe('USD 250.00');
    const ending = { cancelOn: calendarDate('2027-02-01') };
    expect(inWords(committedMrrOf(subscription(ramp, ending), TODAY))).toBe('USD 0.00');
    expect(inWords(mrrOf(subscription(ramp, ending), TODAY).amount)).toBe('USD 100.00');
    // Stripe says only when it is over.
    expect(inWords(committedMrrOf(subscription(ramp, { ...ending, endsByDate: false }), TODAY))).toBe('USD 0.00');
  });

  test('counts what is in trial from the day on which the trial ends, unless it is canceled by then', () => {
    const trial = { status: 'Trialing' as const, trialEndsOn: calendarDate('2026-12-01'), endsByDate: false };
    const trying = subscription([sample.charge()], trial);
    expect(agreedChanges(trying, TODAY).map(({ on, mrr }) => [on, inWords(mrr.amount)])).toEqual([
      ['2026-12-01', 'USD 1,000.00'],
    ]);
    expect(inWords(mrrOf(trying, TODAY).amount)).toBe('USD 0.00');
    expect(inWords(committedMrrOf(trying, TODAY))).toBe('USD 1,000.00');
    const leaving = subscription([sample.charge()], { ...trial, cancelOn: calendarDate('2026-12-01') });
    expect(inWords(committedMrrOf(leaving, TODAY))).toBe('USD 0.00');
  });

  test('counts a subscription that has not begun, and one that renews itself', () => {
    const coming = subscription([sample.charge()], { startsOn: calendarDate('2026-12-01') });
    expect(inWords(mrrOf(coming, TODAY).amount)).toBe('USD 0.00');
    expect(inWords(committedMrrOf(coming, TODAY))).toBe('USD 1,000.00');
    expect(inWords(committedMrrOf(subscription([sample.charge()]), TODAY))).toBe('USD 1,000.00');
    expect(inWords(committedMrrOf(subscription([sample.charge()], { autoRenew: false }), TODAY))).toBe('USD 0.00');
  });
});

test('the explanation as text ends with the totals', () => {
  const seats = sample.charge({
    model: 'perUnit',
    quantity: '7',
    price: '100',
    priceInterval: { unit: 'year', count: 1 },
  });
  expect(explanationInWords(explain(subscription([seats]), TODAY))).toEqual([
    'A-S1 on 21 Nov 2026: Active',
    '',
    'Platform: Seats',
    '  7 × USD 100.00 a year = USD 700.00',
    '  for 12 months, so by the month = USD 58.333333333',
    '  rounded half up to USD 58.33 a month',
    '',
    'MRR            USD 58.33',
    'ARR            USD 700.00, twelve times MRR before rounding',
    'TCV            USD 1,050.00, to the end of the current term',
    'Committed MRR  USD 58.33, when all that is agreed has taken effect',
  ]);
  expect(explanationInWords(explain(subscription([seats], { status: 'Suspended' }), TODAY))[1]).toBe(
    'Suspended: does not count while it rests.',
  );
});
