import { describe, expect, it, test } from 'vitest';
import {
  deal,
  faultsOf,
  held,
  line,
  orderedOf,
  orderFacts,
  PLAN,
  planOnSale,
  seats,
} from '../../../test/support/orderFacts.ts';
import type { Charge, Tier } from '../subscription/charge.ts';
import { calendarDate as day } from '../time/calendarDate.ts';
import type { DealLine } from './deal.ts';
import { planOrder } from './planOrder.ts';
import { orderInWords } from './words.ts';

// How lines change prices of what a subscription has: by tiers, by usage, of discounts, and one of several.

const band = (upTo: string | null, unitPrice: string): Tier => ({ upTo, unitPrice, flatAmount: '0' });
/** 25 of them: ten at 10 and the others at 8 are 220 a month, 2,640 a year. */
const banded: Charge = {
  ...seats,
  model: 'graduated',
  quantity: '25',
  price: null,
  tiers: [band('10', '10'), band(null, '8')],
};
const calls: Charge = {
  ...seats,
  number: 'C-3',
  name: 'Platform: Calls',
  kind: 'usage',
  quantity: null,
  price: '0.5',
};
const launch: Charge = {
  ...seats,
  number: 'C-7',
  name: 'Platform: Launch',
  model: 'discount',
  quantity: null,
  price: null,
  reduction: { percentOff: '10', amountOff: null, level: 'subscription', recurring: true },
};

const facts = (charges: readonly Charge[], ...lines: Partial<DealLine>[]) =>
  orderFacts({
    subscription: held({ charges }),
    plans: new Map([[PLAN, planOnSale()]]),
    deal: deal({
      lines: lines.map((more, index) =>
        line({ id: `00k00000000000${index}AAA`, quantity: '1', unitPrice: '0', ...more }),
      ),
    }),
  });
const words = (...of: Parameters<typeof facts>): string[] => orderInWords(orderedOf(facts(...of)), []).slice(1);

test.each<[string, Charge[], Partial<DealLine>, string]>([
  [
    'a sales price scales the tiers that it has',
    [banded],
    { quantity: '25', unitPrice: '4.4' },
    'Seats tiers to USD 5 up to 10, USD 4 over 10 a month',
  ],
  [
    'to what another quantity comes to: 30 × 13 of 260',
    [banded],
    { quantity: '30', unitPrice: '13' },
    'Seats from 25 to 30, tiers to USD 15 up to 10, USD 12 over 10 a month',
  ],
  [
    'a sales price that is what they come to changes the quantity alone',
    [{ ...banded, quantity: '24' }],
    { quantity: '25', unitPrice: '8.8' },
    'Seats from 24 to 25',
  ],
  [
    'a discount alone lowers each tier',
    [banded],
    { quantity: '25', discountPercent: '10' },
    'Seats tiers to USD 9 up to 10, USD 7.2 over 10 a month',
  ],
  [
    'all of it taken off is free',
    [seats],
    { quantity: '60', discountPercent: '100' },
    'Seats from USD 20 to USD 0 a month',
  ],
  [
    'a discount alone lowers the price of one of several that is named',
    [seats, banded, calls].map((one, index) => ({ ...one, number: `C-${index + 1}` })),
    { quantity: '60', discountPercent: '10', chargeNumber: 'C-1' },
    'Seats from USD 20 to USD 18 a month',
  ],
  [
    'what is metered, named',
    [seats, calls],
    { unitPrice: '0.4', chargeNumber: 'C-3' },
    'Calls from USD 0.5 to USD 0.4 a unit',
  ],
  ['what is metered, alone', [calls], { discountPercent: '20' }, 'Calls from USD 0.5 to USD 0.4 a unit'],
  [
    'what is beyond tiers of usage',
    [{ ...calls, model: 'tieredOverage', price: '2', tiers: [band('10', '1')] }],
    { discountPercent: '50' },
    'Calls tiers to USD 0.5 up to 10, from USD 2 to USD 1 a unit beyond',
  ],
  ['a percentage', [launch], { discountPercent: '20' }, 'Launch to 20 % off'],
  ['a percentage, named', [seats, launch], { discountPercent: '20', chargeNumber: 'C-7' }, 'Launch to 20 % off'],
])('%s', (_, charges, more, expected) => {
  expect(words(charges, more)).toEqual([`- From 2026-12-01 change Platform (${expected})`]);
});

test.each<[string, Charge[], Partial<DealLine>, string]>([
  ['tiers that stay', [banded], { quantity: '25' }, 'nothing_to_change'],
  ['usage that stays', [calls], {}, 'nothing_to_change'],
  ['a percentage that is the same', [launch], { discountPercent: '10' }, 'nothing_to_change'],
  [
    'a discount alone on the only charge, which a price of 0 makes free',
    [seats],
    { quantity: '60', discountPercent: '10' },
    'price_unclear',
  ],
  [
    'a sales price of usage by tiers',
    [{ ...calls, model: 'volume', price: null, tiers: banded.tiers }],
    { unitPrice: '1' },
    'price_unclear',
  ],
  ['a price of a percentage', [launch], { unitPrice: '3' }, 'price_unclear'],
  [
    'an amount that is taken off',
    [{ ...launch, reduction: { ...launch.reduction!, percentOff: null, amountOff: '5' } }],
    { unitPrice: '-6' },
    'charge_not_changeable',
  ],
  [
    'what billing alone can price',
    [{ ...seats, model: 'other', unknownWord: 'Prerated' }],
    {},
    'charge_not_changeable',
  ],
  ['one of two that are metered', [calls, { ...calls, number: 'C-4' }], { unitPrice: '1' }, 'charge_unclear'],
  [
    'usage beside what is billed once',
    [{ ...seats, kind: 'oneTime' }, calls],
    { unitPrice: '1' },
    'charge_not_changeable',
  ],
])('of %s nothing is ordered', (_, charges, more, code) => {
  expect(faultsOf(facts(charges, more))).toEqual([code]);
});

it('compares lines that follow each other with what billing has, not with what the one before made of it', () => {
  const until = day('2026-12-10');
  const last = day('2026-12-20');
  expect(
    words(
      [banded],
      { quantity: '25', discountPercent: '50', endsOn: until },
      { quantity: '25', discountPercent: '10', startsOn: until, endsOn: last },
      { quantity: '30', startsOn: last },
    ),
  ).toEqual([
    '- From 2026-12-01 change Platform (Seats tiers to USD 5 up to 10, USD 4 over 10 a month)',
    '- From 2026-12-10 change Platform (Seats tiers to USD 9 up to 10, USD 7.2 over 10 a month)',
    '- From 2026-12-20 change Platform (Seats from 25 to 30, tiers to USD 10 up to 10, USD 8 over 10 a month)',
  ]);
});

describe('a line that the product made for the next term', () => {
  /** 2,640 a year for 25 of them. */
  const ours = (more: Partial<DealLine>) => ({
    ...facts([banded]),
    deal: deal({
      kind: 'Renew',
      terms: { ...deal().terms, startsOn: null },
      lines: [
        line({
          quantity: '25',
          unitPrice: '105.6',
          chargeNumber: 'C-1',
          ofTerm: { months: 12, billingPrice: '105.6' },
          ...more,
        }),
      ],
    }),
  });
  const changed = (more: Partial<DealLine>) => orderInWords(orderedOf(ours(more)), []).slice(2);

  it('leaves tiers as they are while nobody changes its price', () => {
    expect(changed({})).toEqual([]);
    expect(changed({ quantity: '30' })).toEqual(['- From 2027-01-01 change Platform (Seats from 25 to 30)']);
  });

  it('scales tiers to another price of the term', () => {
    const half = '- From 2027-01-01 change Platform (Seats tiers to USD 5 up to 10, USD 4 over 10 a month)';
    expect(changed({ unitPrice: '52.8' })).toEqual([half]);
    expect(changed({ discountPercent: '50' })).toEqual([half]);
  });

  it('tells the price to put back where billing takes something off', () => {
    const text = expect.stringMatching(/has discounts in billing.*Set the sales price to 100/) as string;
    const more = { unitPrice: '90', ofTerm: { months: 12, billingPrice: '100' } };
    expect(planOrder(ours(more))).toMatchObject({ faults: [{ code: 'price_unclear', text }] });
  });
});
