import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { toMajor } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Discount } from '../subscription/discount.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { committedMrrOf } from './committed.ts';
import { explain, explanationInWords } from './explain.ts';
import { NOTHING_INHERITED } from './monthly.ts';
import { mrrChangesAfter, mrrOf } from './mrr.ts';
import { CHURN_RULES, DEFAULT_MRR_RULES, DISCOUNT_RULES, rulesOf, type MrrRules } from './rules.ts';

const TODAY = calendarDate('2026-11-21');
const day = calendarDate;

function discount(more: Partial<Discount>): Discount {
  return {
    name: 'Launch',
    percentOff: null,
    amountOff: null,
    duration: 'forever',
    startsOn: day('2026-11-10'),
    endsOn: null,
    appliesToProducts: null,
    ...more,
  };
}
const launch = discount({ percentOff: '10' });
const welcome = discount({ name: 'Welcome', percentOff: '50', duration: 'once' });

const seats = (more: Partial<Charge> = {}) =>
  sample.charge({ number: 'si_1', price: '100', months: 'calendar', productId: 'prod_1', ...more });

function ofStripe(more: Partial<Subscription> = {}): Subscription {
  const evergreen = { termType: 'Evergreen', endsByDate: false, cancelBookedOn: null } as const;
  const period = { termStartsOn: day('2026-11-10'), termEndsOn: day('2026-12-10') };
  return sample.subscription({
    source: 'Stripe',
    ...evergreen,
    ...period,
    startsOn: day('2026-01-10'),
    charges: [seats()],
    ...more,
  });
}

const by = (more: Partial<MrrRules>) => ({ ...NOTHING_INHERITED, rules: { ...DEFAULT_MRR_RULES, ...more } });
const mrr = (one: Subscription, more: Partial<MrrRules>, on = TODAY) => toMajor(mrrOf(one, on, by(more)).amount);
const stepsOf = (one: Subscription, more: Partial<MrrRules>) =>
  explain(one, TODAY, by(more)).charges[0]!.steps.map(({ text }) => text);

describe('discounts that come off', () => {
  const each = (one: Subscription, on = TODAY) => DISCOUNT_RULES.map((discounts) => mrr(one, { discounts }, on));

  test.each<[string, Partial<Subscription>, string[]]>([
    ['none is there', {}, ['100.00', '100.00', '100.00', '100.00']],
    ['one for good', { discounts: [launch] }, ['90.00', '100.00', '90.00', '100.00']],
    [
      'one for some months',
      { discounts: [discount({ percentOff: '10', duration: 'repeating', endsOn: day('2026-11-22') })] },
      ['90.00', '100.00', '90.00', '100.00'],
    ],
    [
      'one for some months that are over',
      { discounts: [discount({ percentOff: '10', duration: 'repeating', endsOn: TODAY })] },
      ['100.00', '100.00', '100.00', '100.00'],
    ],
    ['one that is used once', { discounts: [welcome] }, ['100.00', '50.00', '50.00', '100.00']],
    ['both', { discounts: [launch, welcome] }, ['90.00', '50.00', '45.00', '100.00']],
    ['those of an item', { charges: [seats({ discounts: [launch, welcome] })] }, ['90.00', '50.00', '45.00', '100.00']],
    [
      'an amount for good and one that is used once',
      {
        discounts: [
          discount({ amountOff: { amount: '30', currency: 'USD' } }),
          discount({ amountOff: { amount: '20', currency: 'USD' }, duration: 'once' }),
        ],
      },
      ['70.00', '80.00', '50.00', '100.00'],
    ],
    [
      'amounts of another currency and of another product',
      {
        discounts: [
          discount({ amountOff: { amount: '30', currency: 'EUR' }, duration: 'once' }),
          discount({ percentOff: '20', appliesToProducts: ['prod_2'] }),
        ],
      },
      ['100.00', '100.00', '100.00', '100.00'],
    ],
  ])('recurring, one-time, both or neither, where there is %s', (_what, more, expected) => {
    expect(each(ofStripe(more))).toEqual(expected);
  });

  test('also those of the customer, where the subscription has none of its own', () => {
    const inherited = (discounts: MrrRules['discounts']) => ({ ...by({ discounts }), discounts: [launch, welcome] });
    const found = DISCOUNT_RULES.map((discounts) => toMajor(mrrOf(ofStripe(), TODAY, inherited(discounts)).amount));
    expect(found).toEqual(['90.00', '50.00', '45.00', '100.00']);
    // Whose discounts hold is a matter of billing, and not of what is counted.
    const own = ofStripe({ discounts: [welcome] });
    expect(toMajor(mrrOf(own, TODAY, inherited('recurring')).amount)).toBe('100.00');
  });

  test('once, for one billing interval from the day on which it was given, though billing lists it for longer', () => {
    const once = (more: Partial<Charge>) => ofStripe({ discounts: [welcome], charges: [seats(more)] });
    const month = once({});
    expect(mrr(month, { discounts: 'both' }, day('2026-12-09'))).toBe('50.00');
    expect(mrr(month, { discounts: 'both' }, day('2026-12-10'))).toBe('100.00');
    expect(mrrChangesAfter(month, TODAY)).toContain('2026-12-10');
    const year = once({
      price: '1200',
      priceInterval: { unit: 'year', count: 1 },
      billingInterval: { unit: 'year', count: 1 },
    });
    expect(mrr(year, { discounts: 'both' }, day('2027-11-09'))).toBe('50.00');
    expect(mrr(year, { discounts: 'both' }, day('2027-11-10'))).toBe('100.00');
    const fortnight = once({ billingInterval: { unit: 'week', count: 2 } });
    expect(mrr(fortnight, { discounts: 'both' }, day('2026-11-23'))).toBe('50.00');
    expect(mrr(fortnight, { discounts: 'both' }, day('2026-11-24'))).toBe('100.00');
    expect(mrrChangesAfter(ofStripe(), TODAY, { discounts: [welcome] })).toContain('2026-12-10');
  });

  test('are named with the rule where that makes a difference', () => {
    const one = ofStripe({ discounts: [launch, welcome] });
    const first = 'USD 100.00 a month = USD 100.00';
    expect(stepsOf(one, {})).toEqual([
      first,
      'less 10 % (Launch) = USD 90.00',
      '50 % (Welcome) not taken off: it is used once, by the rule discounts: recurring = USD 90.00',
      'USD 90.00 a month',
    ]);
    expect(stepsOf(one, { discounts: 'both' })).toEqual([
      first,
      'less 10 % (Launch) = USD 90.00',
      'less 50 % (Welcome), used once, counted by the rule discounts: both = USD 45.00',
      'USD 45.00 a month',
    ]);
    expect(stepsOf(one, { discounts: 'neither' }).slice(1, 3)).toEqual([
      '10 % (Launch) not taken off, by the rule discounts: neither = USD 100.00',
      '50 % (Welcome) not taken off: it is used once, by the rule discounts: neither = USD 100.00',
    ]);
    const amount = ofStripe({ discounts: [discount({ amountOff: { amount: '30', currency: 'USD' } })] });
    expect(stepsOf(amount, { discounts: 'one-time' })[1]).toBe(
      'USD 30 (Launch) not taken off, by the rule discounts: one-time = USD 100.00',
    );
  });
});

test('how long a discount holds matters only where some discounts come off and others do not', () => {
  const seasonal = discount({ percentOff: '10', unknownWord: 'seasonal' });
  for (const of of [ofStripe({ discounts: [seasonal] }), ofStripe({ charges: [seats({ discounts: [seasonal] })] })]) {
    expect(mrr(of, { discounts: 'recurring' })).toBe('0.00');
    expect(mrr(of, { discounts: 'one-time' })).toBe('0.00');
    expect(mrr(of, { discounts: 'both' })).toBe('90.00');
    expect(mrr(of, { discounts: 'neither' })).toBe('100.00');
    expect(mrrOf(of, TODAY, by({})).charges[0]?.text).toContain('seasonal of the discount Launch is not known here');
    // Before it begins and of products that it does not reach, there is nothing to be known.
    expect(mrr(of, {}, day('2026-11-09'))).toBe('100.00');
  }
  const elsewhere = ofStripe({ discounts: [{ ...seasonal, appliesToProducts: ['prod_2'] }] });
  expect(mrr(elsewhere, {})).toBe('100.00');
  const customers = { ...by({}), discounts: [seasonal] };
  expect(toMajor(mrrOf(ofStripe(), TODAY, customers).amount)).toBe('0.00');
});

describe('a cancellation that is booked', () => {
  const leaving = ofStripe({ cancelOn: day('2026-12-10'), cancelBookedOn: day('2026-11-18') });

  test('is churn when the subscription ends, or from the day on which it was booked', () => {
    expect(mrr(leaving, {})).toBe('100.00');
    expect(mrr(leaving, { churn: 'cancellation' })).toBe('0.00');
    expect(mrr(leaving, { churn: 'cancellation' }, day('2026-11-18'))).toBe('0.00');
    expect(mrr(leaving, { churn: 'cancellation' }, day('2026-11-17'))).toBe('100.00');
    for (const churn of CHURN_RULES) expect(toMajor(committedMrrOf(leaving, TODAY, by({ churn })))).toBe('0.00');
  });

  test('says the rule and both days', () => {
    expect(explain(leaving, TODAY, by({ churn: 'cancellation' }))).toMatchObject({
      why: 'Canceled on 18 Nov 2026 for 10 Dec 2026: churn since it was booked, by the rule churn: cancellation.',
      charges: [{ steps: [{ amount: '0' }] }],
      changes: [],
    });
  });

  test('that billing tells without its day is churn on each day', () => {
    const { cancelBookedOn: _unknown, ...read } = leaving;
    expect(mrr(read, {})).toBe('100.00');
    expect(mrrOf(read, TODAY, by({ churn: 'cancellation' })).why).toBe(
      'Canceled for 10 Dec 2026: churn since it was booked, by the rule churn: cancellation.',
    );
  });

  test('was taken back or never made where no day of an end or of a booking is there', () => {
    expect(mrr(ofStripe(), { churn: 'cancellation' })).toBe('100.00');
    // The end of a schedule is a part of what was agreed, until Stripe books it.
    expect(mrr(ofStripe({ cancelOn: day('2027-06-01') }), { churn: 'cancellation' })).toBe('100.00');
  });

  test('does not hide why a subscription did not count anyway', () => {
    const trying = { ...leaving, status: 'Trialing' as const };
    expect(mrrOf(trying, TODAY, by({ churn: 'cancellation' })).why).toBe('In trial: counts from the first paid day.');
  });
});

test('the rules are those of Stripe: for Zuora its own definition holds whatever is chosen', () => {
  const chosen: MrrRules = { discounts: 'neither', churn: 'cancellation' };
  expect(rulesOf('Stripe', chosen)).toBe(chosen);
  expect(rulesOf('Zuora', chosen)).toEqual({ discounts: 'recurring', churn: 'end' });
});

test('the explanation ends with the rules where there is a choice', () => {
  expect(explanationInWords(explain(ofStripe(), TODAY)).at(-1)).toBe(
    'Rules of MRR   recurring discounts come off, those used once do not; a cancellation is churn when the subscription ends',
  );
  const chosen = by({ discounts: 'both', churn: 'cancellation' });
  expect(explanationInWords(explain(ofStripe(), TODAY, chosen)).at(-1)).toBe(
    'Rules of MRR   recurring discounts come off, and those used once; a cancellation is churn when it is booked',
  );
  expect(explain(sample.subscription(), TODAY).rules).toBeNull();
});
