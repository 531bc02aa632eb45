import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billingAccount, charge, subscription } from '../../../test/support/billingObjects.ts';
import { factsOf } from '../account/facts.ts';
import { DEFAULT_MRR_RULES } from '../metrics/rules.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { linesOf, totalOf } from './lines.ts';
import { nextTermOf, worthOf, type NextTerm } from './nextTerm.ts';

const ON = calendarDate('2027-07-01');
const PLAN = 'zuora:productrateplan:p1';

function term(charges: readonly Partial<Charge>[], more: Partial<Subscription> = {}): NextTerm {
  const own = subscription({ charges: charges.map((one) => charge({ sellableKey: PLAN, ...one })), ...more });
  return nextTermOf(own, ON, factsOf([billingAccount(), own]), DEFAULT_MRR_RULES);
}
const usd = (minor: number) => ({ minor, currency: 'USD' });
const seats = (quantity: string, price: string): Partial<Charge> => ({ model: 'perUnit', quantity, price });
const TENTH: Partial<Charge> = {
  number: 'C-9',
  model: 'discount',
  price: null,
  reduction: { percentOff: '10', amountOff: null, level: 'subscription', recurring: true },
};

describe('lines of the next term', () => {
  it.each<[string, Partial<Charge>, string, number]>([
    ['seats by the month', seats('60', '20'), '60', 24_000],
    ['a fee by the quarter', { price: '250', priceInterval: { unit: 'month', count: 3 } }, '1', 100_000],
    ['a fee by the year', { price: '999.99', priceInterval: { unit: 'year', count: 1 } }, '1', 99_999],
    ['half a seat', seats('2.5', '20'), '2.5', 24_000],
    ['what is free', seats('5', '0'), '5', 0],
    [
      'tiers, at what they come to for one',
      { model: 'volume', quantity: '10', price: null, tiers: [{ upTo: null, unitPrice: '3', flatAmount: '20' }] },
      '10',
      6000,
    ],
  ])('%s', (_what, more, quantity, minor) => {
    const found = term([more]);
    expect(linesOf(found)).toEqual({
      lines: [
        { number: 'C-1', name: 'Platform: Seats', sellableKey: PLAN, quantity, unitPrice: usd(minor), months: 12 },
      ],
      untold: [],
    });
    expect(totalOf(linesOf(found)!.lines, 'USD')).toEqual(worthOf(found));
  });

  it('are at the price after discounts, which have no line', () => {
    expect(linesOf(term([seats('60', '20'), TENTH]))!.lines).toMatchObject([{ number: 'C-1', unitPrice: usd(21_600) }]);
  });

  it('leave out what is not renewed, and what is of nothing', () => {
    const charges = [{ kind: 'oneTime' as const }, { kind: 'usage' as const }, seats('0', '20')];
    expect(linesOf(term(charges))).toEqual({ lines: [], untold: [] });
  });

  it('name what no line can tell', () => {
    const charges = [
      { ...seats('0.125', '20'), name: 'Storage' },
      { number: 'C-2', name: 'Special', sellableKey: null },
      { number: 'C-3' },
    ];
    expect(linesOf(term(charges))).toMatchObject({ lines: [{ number: 'C-3' }], untold: ['Storage', 'Special'] });
  });

  it('are none where the term is no number of months', () => {
    expect(linesOf(term([{}], { renewalTerm: { unit: 'day', count: 45 } }))).toBeNull();
  });

  it('add up to the worth but for half a cent a unit, whatever is sold', () => {
    const sold = fc.record({
      quantity: fc.integer({ min: 1, max: 500 }),
      price: fc.integer({ min: 0, max: 10_000_000 }),
      count: fc.constantFrom(1, 3, 6, 12),
    });
    fc.assert(
      fc.property(fc.array(sold, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 36 }), (all, count) => {
        const charges = all.map(({ quantity, price, count: every }, index) => ({
          ...seats(String(quantity), (price / 1000).toFixed(3)),
          number: `C-${index}`,
          priceInterval: { unit: 'month' as const, count: every },
        }));
        const found = term(charges, { renewalTerm: { unit: 'month', count } });
        const units = all.reduce((sum, { quantity }) => sum + quantity, 0);
        const difference = totalOf(linesOf(found)!.lines, 'USD').minor - worthOf(found).minor;
        expect(Math.abs(difference)).toBeLessThanOrEqual(units / 2 + 1);
      }),
    );
  });
});
