import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { deal, line, onSale, orderFacts, PLAN, planOnSale, orderedOf } from '../../../test/support/orderFacts.ts';
import { grossOf } from '../metrics/gross.ts';
import { exact, toDecimal } from '../money/decimal.ts';
import { roundToMoney } from '../money/money.ts';
import type { Tier } from '../subscription/charge.ts';
import { calendarDate as day } from '../time/calendarDate.ts';
import type { DealLine } from './deal.ts';
import type { OrderFacts } from './facts.ts';
import type { ActionOf, ChargeOnSale } from './order.ts';
import { planOrder } from './planOrder.ts';
import { orderInWords } from './words.ts';

// How lines sell what is priced by tiers, by usage, or takes something off.

const band = (upTo: string | null, unitPrice: string, flatAmount = '0'): Tier => ({ upTo, unitPrice, flatAmount });
/** Ten at 10, the others at 8: 25 of them are 220 tiered, and 200 by volume. */
const BANDS = [band('10', '10'), band(null, '8')];
const byTiers = (more: Partial<ChargeOnSale> = {}, tiers: readonly Tier[] = BANDS): ChargeOnSale =>
  onSale({ model: 'graduated', prices: [{ currency: 'USD', price: null, tiers }], ...more });
const metered = (more: Partial<ChargeOnSale> = {}, price: string | null = '0.5'): ChargeOnSale =>
  onSale({
    id: 'c9',
    name: 'Calls',
    kind: 'usage',
    quantity: null,
    prices: [{ currency: 'USD', price, tiers: [] }],
    ...more,
  });
const off = (reduces: 'percentOff' | 'amountOff'): ChargeOnSale =>
  onSale({ id: 'c7', name: 'Launch', model: 'discount', quantity: null, prices: [], reduces });

const facts = (lines: readonly Partial<DealLine>[], charges: readonly ChargeOnSale[]): OrderFacts =>
  orderFacts({
    subscription: null,
    plans: new Map([[PLAN, planOnSale({ charges })]]),
    deal: deal({
      kind: 'New',
      subscriptionNumber: null,
      lines: lines.map((more, index) =>
        line({ id: `00k00000000000${index}AAA`, quantity: '1', unitPrice: '0', ...more }),
      ),
      terms: { ...deal().terms, months: 12 },
    }),
  });
const words = (lines: readonly Partial<DealLine>[], charges: readonly ChargeOnSale[]): string[] => {
  const of = facts(lines, charges);
  return orderInWords(orderedOf(of), [...of.plans.values()]).slice(1);
};
const sold = (more: Partial<DealLine>, ...charges: ChargeOnSale[]) =>
  (orderedOf(facts([more], charges)).actions[0] as ActionOf<'CreateSubscription'>).plans[0]!.charges;

test.each<[string, Partial<DealLine>, ChargeOnSale[], string]>([
  ['billing’s own tiers', { quantity: '25' }, [byTiers()], 'Seats: 25 at the price of billing'],
  [
    'a discount alone, off each tier',
    { quantity: '25', discountPercent: '12.5' },
    [byTiers({}, [band('10', '10', '4'), band(null, '8')])],
    'Seats: 25 at USD 8.75 and USD 3.5 in all up to 10, USD 7 over 10 a month',
  ],
  [
    'a sales price, to which all tiers are scaled: 25 × 4.4 of 220 is a half',
    { quantity: '25', unitPrice: '4.4' },
    [byTiers()],
    'Seats: 25 at USD 5 up to 10, USD 4 over 10 a month',
  ],
  [
    'a sales price of volume, less its discount: 25 × 6.4 of 200 is 80 %',
    { quantity: '25', unitPrice: '8', discountPercent: '20' },
    [byTiers({ model: 'volume' })],
    'Seats: 25 at USD 8 up to 10, USD 6.4 over 10 a month',
  ],
  [
    'what bands cost as a whole',
    { quantity: '25', unitPrice: '2' },
    [byTiers({ model: 'volume' }, [band('10', '50'), band(null, '0', '100')])],
    'Seats: 25 at USD 25 up to 10, USD 50 in all over 10 a month',
  ],
  [
    'a sales price that is what the tiers come to',
    { quantity: '25', unitPrice: '8.8' },
    [byTiers()],
    'Seats: 25 at the price of billing',
  ],
  [
    'thirds of large prices, to as many digits as a number of JSON keeps',
    { quantity: '1', unitPrice: '1000000' },
    [byTiers({}, [band('3', '0', '3'), band('5', '0', '4'), band(null, '0', '5')])],
    'Seats: 1 at USD 1,000,000 in all up to 3, USD 1,333,333.33333333 in all up to 5, USD 1,666,666.66666667 in all over 5 a month',
  ],
  [
    'half a cent, on the side on which money rounds it: 10 × 0.7 and 1.55 × 7.7 to 12.705',
    { quantity: '11.55', unitPrice: '1.1' },
    [byTiers({ quantityDigits: 2 }, [band('10', '0.7'), band(null, '7.7')])],
    'Seats: 11.55 at USD 0.469685768 up to 10, USD 5.166543439 over 10 a month',
  ],
  [
    'what is billed once by tiers',
    { quantity: '25', discountPercent: '50' },
    [byTiers({ kind: 'oneTime' })],
    'Seats: 25 at USD 5 up to 10, USD 4 over 10',
  ],
  [
    'a discount alone off each recurring charge of several, one by tiers',
    { quantity: '25', discountPercent: '50' },
    [onSale({ id: 'c0', name: 'Fee', model: 'flat', quantity: null }), byTiers(), metered()],
    'Fee: at USD 10 a month; Seats: 25 at USD 5 up to 10, USD 4 over 10 a month',
  ],
  ['usage at billing’s own price', {}, [metered()], ', as billing prices it'],
  ['a metered unit', { unitPrice: '0.45', discountPercent: '10' }, [metered()], 'Calls: at USD 0.405 a unit'],
  ['all of the usage', { unitPrice: '99' }, [metered({ model: 'flat' })], 'Calls: at USD 99'],
  ['a discount alone off usage', { discountPercent: '10' }, [metered()], 'Calls: at USD 0.45 a unit'],
  [
    'a unit beyond what is included',
    { unitPrice: '0.4' },
    [metered({ model: 'overage' })],
    'Calls: at USD 0.4 a unit beyond what is included',
  ],
  [
    'a discount alone off the tiers of usage',
    { discountPercent: '10' },
    [metered({ model: 'volume', prices: [{ currency: 'USD', price: null, tiers: BANDS }] })],
    'Calls: at USD 9 up to 10, USD 7.2 over 10',
  ],
  [
    'a discount alone off tiers, and off what is beyond them',
    { discountPercent: '10' },
    [metered({ model: 'tieredOverage', prices: [{ currency: 'USD', price: '3', tiers: [band('20', '2')] }] })],
    'Calls: at USD 1.8 up to 20, USD 2.7 a unit beyond',
  ],
  [
    'a discount alone off all that is metered',
    { discountPercent: '10' },
    [metered(), metered({ id: 'c8', name: 'Data' }, '2')],
    'Calls: at USD 0.45 a unit; Data: at USD 1.8 a unit',
  ],
  ['a percentage off', { discountPercent: '15' }, [off('percentOff')], 'Launch: 15 % off'],
  ['an amount off', { unitPrice: '-50.5' }, [off('amountOff')], 'Launch: USD 50.5 off'],
  ['a discount of billing', {}, [off('percentOff')], ', as billing prices it'],
])('%s', (_, more, charges, expected) => {
  const [told] = words([more], charges);
  expect(told).toBe(`- Platform${expected.startsWith(',') ? expected : ` (${expected})`}`);
});

test.each<[string, Partial<DealLine>, ChargeOnSale[], string, RegExp]>([
  [
    'tiers that come to nothing for the quantity',
    { quantity: '5', unitPrice: '1' },
    [byTiers({}, [band('10', '0'), band(null, '8')])],
    'price_unclear',
    /costs nothing by the tiers of billing for a quantity of 5/,
  ],
  [
    'tiers that cannot be so fine',
    { quantity: '990000000', unitPrice: '0.000000123' },
    [byTiers({}, [band('200000000', '0.7'), band(null, '0.2')])],
    'price_too_fine',
    /would come to USD 121\.98, not to USD 121\.77/,
  ],
  ['a sales price below zero', { quantity: '5', unitPrice: '-1' }, [byTiers()], 'price_negative', /below zero/],
  [
    'a discount that makes a tier too fine',
    { quantity: '5', discountPercent: '33.33' },
    [byTiers({}, [band(null, '0.12345678')])],
    'price_too_fine',
    /more than 9 digits/,
  ],
  ['a quantity of usage', { quantity: '2', unitPrice: '1' }, [metered()], 'quantity_forbidden', /only be 1/],
  [
    'a sales price of usage by tiers',
    { unitPrice: '1' },
    [metered({ model: 'graduated', prices: [{ currency: 'USD', price: null, tiers: BANDS }] })],
    'price_unclear',
    /by tiers of what is used.*a discount of the line lowers each/,
  ],
  [
    'a sales price of several charges by usage',
    { unitPrice: '1' },
    [metered(), metered({ id: 'c8' })],
    'price_unclear',
    /2 charges by usage/,
  ],
  ['a price of a percentage', { unitPrice: '5' }, [off('percentOff')], 'price_unclear', /takes off a percentage/],
  ['no percentage at all', { discountPercent: '0' }, [off('percentOff')], 'price_unclear', /above 0/],
  [
    'a percentage of an amount off',
    { discountPercent: '5' },
    [off('amountOff')],
    'price_unclear',
    /takes off an amount.*below zero/,
  ],
  [
    'an amount and a percentage',
    { unitPrice: '-5', discountPercent: '5' },
    [off('amountOff')],
    'price_unclear',
    /an amount/,
  ],
  ['an amount that is too fine', { unitPrice: '-0.1234567891' }, [off('amountOff')], 'price_too_fine', /9 digits/],
  [
    'a percentage of several discounts',
    { discountPercent: '5' },
    [off('percentOff'), { ...off('percentOff'), id: 'c6' }],
    'price_unclear',
    /2 discounts/,
  ],
])('%s is told', (_, more, charges, code, text) => {
  const planned = planOrder(facts([more], charges));
  expect(planned).toMatchObject({ faults: [{ code, text: expect.stringMatching(text) as string }] });
});

describe('lines that follow each other', () => {
  const until = day('2027-06-01');
  const two = (first: Partial<DealLine>, second: Partial<DealLine>) => [
    { ...first, endsOn: until },
    { ...second, startsOn: until },
  ];

  test.each<[string, Partial<DealLine>[], ChargeOnSale[], string[]]>([
    [
      'of tiers, scaled and then billing’s own',
      two({ quantity: '25', unitPrice: '4.4' }, { quantity: '30' }),
      [byTiers()],
      [
        '- Platform (Seats: 25 at USD 5 up to 10, USD 4 over 10 a month)',
        '- From 2027-06-01 change Platform (Seats from 25 to 30, tiers to USD 10 up to 10, USD 8 over 10 a month)',
      ],
    ],
    [
      'of tiers, and then lowered',
      two({ quantity: '25' }, { quantity: '25', discountPercent: '10' }),
      [byTiers()],
      [
        '- Platform (Seats: 25 at the price of billing)',
        '- From 2027-06-01 change Platform (Seats tiers to USD 9 up to 10, USD 7.2 over 10 a month)',
      ],
    ],
    [
      'of usage, which the first line leaves as it is',
      two({}, { unitPrice: '0.4' }),
      [metered()],
      ['- Platform, as billing prices it', '- From 2027-06-01 change Platform (Calls from USD 0.5 to USD 0.4 a unit)'],
    ],
    [
      'of percentages',
      two({ discountPercent: '20' }, { discountPercent: '10' }),
      [off('percentOff')],
      ['- Platform (Launch: 20 % off)', '- From 2027-06-01 change Platform (Launch to 10 % off)'],
    ],
  ])('%s', (_, lines, charges, expected) => {
    expect(words(lines, charges)).toEqual(expected);
  });

  it('name what they change, though the first says nothing of it', () => {
    const { actions } = orderedOf(facts(two({}, { unitPrice: '0.4' }), [metered()]));
    const made = actions[0] as ActionOf<'CreateSubscription'>;
    expect(made.plans[0]!.charges).toEqual([
      { charge: 'c9', kind: 'usage', model: 'perUnit', quantity: null, price: null },
    ]);
  });

  test.each<[string, Partial<DealLine>[], ChargeOnSale, string]>([
    ['a percentage and then that of billing', two({ discountPercent: '20' }, {}), off('percentOff'), 'step_unclear'],
    ['amounts off', two({ unitPrice: '-5' }, { unitPrice: '-4' }), off('amountOff'), 'step_unclear'],
    [
      'tiers that are billed once',
      two({ quantity: '5' }, { quantity: '6' }),
      byTiers({ kind: 'oneTime' }),
      'step_billed_once',
    ],
  ])('%s are told', (_, lines, charge, code) => {
    expect(planOrder(facts(lines, [charge]))).toMatchObject({ faults: [{ code }] });
  });
});

/** Cents from 0.01 on. */
const cents = (most: number) => fc.integer({ min: 1, max: most }).map((minor) => toDecimal(exact(minor).div(100), 2));

test('tiers that are scaled come to just what the deal says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), cents(50_000), fc.option(cents(90_000))), {
        minLength: 1,
        maxLength: 5,
      }),
      cents(200_000),
      cents(99_999),
      fc.constantFrom('graduated' as const, 'volume' as const),
      (bands, quantity, unitPrice, model) => {
        let upTo = 0;
        const tiers = bands.map(([width, unit, flat], index) =>
          band(index === bands.length - 1 ? null : String((upTo += width)), unit, flat ?? '0'),
        );
        const charge = byTiers({ model }, tiers);
        const [override] = sold({ quantity, unitPrice }, { ...charge, quantityDigits: 2 });
        const whole = grossOf({ ...charge, price: null, quantity, tiers: override!.tiers ?? tiers })!;
        expect(roundToMoney(whole, 'USD')).toEqual(roundToMoney(exact(unitPrice).mul(exact(quantity)), 'USD'));
      },
    ),
  );
});
