import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { toMajor } from '../money/money.ts';
import type { Charge, Interval, Tier } from '../subscription/charge.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { mrrOf } from './mrr.ts';
import { tcvOf } from './tcv.ts';

// What the vendors work out in their documentation, to the cent. Each example names its page.

const day = calendarDate;
const MONTH: Interval = { unit: 'month', count: 1 };
const TODAY = day('2026-11-21');

function charge(more: Partial<Charge>): Charge {
  return sample.charge({ billingInterval: more.priceInterval ?? MONTH, ...more });
}

function mrr(charges: Charge[], on = TODAY, more: Partial<Subscription> = {}): string {
  const open = { startsOn: null, termType: 'Evergreen', termStartsOn: null, termEndsOn: null } as const;
  return toMajor(mrrOf(sample.subscription({ ...open, charges, ...more }), on).amount);
}

function tcv(charges: Charge[], from: string, to: string): string {
  const term = { startsOn: day(from), termStartsOn: day(from), termEndsOn: day(to) };
  return toMajor(tcvOf(sample.subscription({ ...term, charges }))!);
}

const tier = (upTo: string | null, unitPrice: string, flatAmount = '0'): Tier => ({ upTo, unitPrice, flatAmount });

/** A discount charge that reaches its rate plan. */
const percentOff = (percent: string, more: Partial<Charge> = {}): Charge =>
  charge({
    number: 'C-9',
    model: 'discount',
    price: null,
    reduction: { percentOff: percent, amountOff: null, level: 'subscription', recurring: true },
    ...more,
  });

describe('Zuora, "Monthly recurring revenue"', () => {
  test.each<[string, Interval, string]>([
    ['140 a week', { unit: 'week', count: 1 }, '600.00'],
    ['140 for two weeks', { unit: 'week', count: 2 }, '300.00'],
  ])('%s', (_, priceInterval, expected) => {
    expect(mrr([charge({ price: '140', priceInterval })])).toBe(expected);
  });
});

test('Zuora, "Charge models": 25 units, the first 10 at 10, then at 8: by tiers 220, by volume 200', () => {
  const tiers = [tier('10', '10'), tier(null, '8')];
  expect(mrr([charge({ model: 'graduated', quantity: '25', price: null, tiers })])).toBe('220.00');
  expect(mrr([charge({ model: 'volume', quantity: '25', price: null, tiers })])).toBe('200.00');
});

test('Zuora, "Order delta MRR - Discounts": 20 % off 65 is 52, off 50 is 40', () => {
  expect(mrr([charge({ price: '65' }), percentOff('20')])).toBe('52.00');
  expect(mrr([charge({ price: '50' }), percentOff('20')])).toBe('40.00');
});

test('Zuora, "MRR (contracted) changes export": 10 % off 100 is 90', () => {
  expect(mrr([charge({ price: '100' }), percentOff('10')])).toBe('90.00');
});

test('Zuora CPQ, "Charge segment": 10 % off 10 for three months: 9, then 10; 27 for the three', () => {
  const charges = [charge({ price: '10' }), percentOff('10', { endsOn: day('2025-04-01') })];
  expect([mrr(charges, day('2025-01-01')), mrr(charges, day('2025-04-01'))]).toEqual(['9.00', '10.00']);
  expect(tcv(charges, '2025-01-01', '2025-04-01')).toBe('27.00');
});

describe('Zuora, "How TCV is calculated"', () => {
  test('100 for two months are 200', () => {
    expect(tcv([charge({ price: '100' })], '2026-01-01', '2026-03-01')).toBe('200.00');
  });

  test('a one-time charge of 10 is 10', () => {
    const once = charge({ kind: 'oneTime', price: '10', startsOn: day('2026-01-01') });
    expect(tcv([once], '2026-01-01', '2027-01-01')).toBe('10.00');
  });
});

test('Zuora, "Total contract value after subscription amendments": 10 units at 10, then 12 from 15 February', () => {
  const unit = { model: 'perUnit', price: '10' } as const;
  const first = charge({ ...unit, quantity: '10', startsOn: day('2027-01-01'), endsOn: day('2027-02-15') });
  const second = charge({ ...unit, quantity: '12', startsOn: day('2027-02-15') });
  expect(tcv([first], '2027-01-01', '2028-01-01')).toBe('150.00');
  // 100 × (1 + 14/28), and 120 × (10 + 17/31).
  expect(tcv([first, second], '2027-01-01', '2028-01-01')).toBe('1415.81');
});

test('Zuora, "Order metrics", part 3: 7 more at 5.00 from 18 August to 31 December are 35.00 and 155.81', () => {
  const more = charge({ model: 'perUnit', quantity: '7', price: '5', startsOn: day('2018-08-18') });
  expect(mrr([more], day('2018-09-01'))).toBe('35.00');
  expect(tcv([more], '2018-01-01', '2019-01-01')).toBe('155.81');
});

test.each([
  ['2017-02-27', '11 months and 5 of 31 days', '11161.29'],
  ['2017-02-28', 'the end of a month: 11 months and 1 of 28 days', '11035.71'],
])('Zuora community, "TCV calculation": 1,000 from %s to 1 February 2018: %s', (from, _, expected) => {
  expect(tcv([charge({ price: '1000', startsOn: day(from) })], from, '2018-02-01')).toBe(expected);
});

test('Zuora, "TCV in ramp interval metrics", example 2: 50 + 20 + 15, 114, 228', () => {
  const segments = [
    charge({ price: '5', startsOn: day('2021-01-01'), endsOn: day('2021-11-01') }),
    charge({ price: '10', startsOn: day('2021-11-01'), endsOn: day('2023-01-01') }),
    charge({ price: '20', startsOn: day('2023-01-01') }),
    charge({ number: 'C-2', kind: 'oneTime', price: '15', startsOn: day('2021-01-01') }),
    percentOff('10', { startsOn: day('2022-07-01'), endsOn: day('2023-07-01') }),
  ];
  expect(tcv(segments.slice(0, 4), '2021-01-01', '2022-01-01')).toBe('85.00');
  expect(tcv(segments, '2021-01-01', '2024-01-01')).toBe('427.00');
});

describe('Stripe, "Billing metric definitions" and "Billing analytics"', () => {
  test('1,200 a year count 100', () => {
    expect(mrr([charge({ price: '1200', priceInterval: { unit: 'year', count: 1 } })])).toBe('100.00');
  });

  test('100 subscribers at 100 a month and 50 at 600 a year are 12,500', () => {
    const yearly = { price: '600', priceInterval: { unit: 'year', count: 1 } } as const;
    expect(
      mrr([
        charge({ model: 'perUnit', quantity: '100', price: '100' }),
        charge({ model: 'perUnit', quantity: '50', ...yearly }),
      ]),
    ).toBe('12500.00');
  });

  test('a coupon of 50 % for ever halves it', () => {
    const half = { name: 'Half', percentOff: '50', amountOff: null, duration: 'forever' } as const;
    const discounts = [{ ...half, startsOn: null, endsOn: null, appliesToProducts: null }];
    expect(mrr([charge({ price: '80' })], TODAY, { discounts })).toBe('40.00');
  });
});
