import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { exact } from '../money/decimal.ts';
import { majorOf, money, roundToMoney } from '../money/money.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { deriveAccount } from './deriveAccount.ts';
import { factsOf, type BillingObject } from './facts.ts';
import { convert, convertAll, NO_REPORTING, type Conversion, type Reporting } from './reporting.ts';

const TODAY = calendarDate('2026-11-21');
const toDollars: Conversion = {
  currency: 'USD',
  on: calendarDate('2026-11-01'),
  rates: { EUR: '1.0834', JPY: '0.0065', KWD: '3.25' },
};

describe('a conversion', () => {
  test.each<[number, string, number]>([
    [10_000, 'USD', 10_000],
    [10_000, 'EUR', 10_834],
    [1, 'EUR', 1],
    [1000, 'JPY', 650],
    [1_000, 'KWD', 325],
    [-10_000, 'EUR', -10_834],
  ])('of %i minor units of %s comes to %i cents', (minor, currency, cents) => {
    expect(convert(money(minor, currency), toDollars)).toEqual(money(cents, 'USD'));
  });

  test('rounds half up', () => {
    expect(convert(money(1, 'EUR'), { ...toDollars, rates: { EUR: '0.5' } })).toEqual(money(1, 'USD'));
    expect(convert(money(1, 'EUR'), { ...toDollars, rates: { EUR: '0.499999' } })).toEqual(money(0, 'USD'));
  });

  test('needs a rate for what is not zero', () => {
    expect(convert(money(1, 'CHF'), toDollars)).toBeNull();
    expect(convert(money(0, 'CHF'), toDollars)).toEqual(money(0, 'USD'));
  });
});

describe('a total', () => {
  test('says what it is made of', () => {
    expect(convertAll([money(500_000, 'EUR'), money(0, 'JPY'), money(1_200_000, 'USD')], toDollars)).toEqual({
      currency: 'USD',
      on: '2026-11-01',
      total: money(1_741_700, 'USD'),
      note: 'EUR 5,000.00 at 1.0834 + USD 12,000.00, by rates of 1 Nov 2026.',
    });
  });

  test('is none where a rate is missing, and names it: a part of it is never shown as the whole', () => {
    expect(convertAll([money(1, 'CHF'), money(100, 'EUR'), money(1, 'SEK')], toDollars)).toMatchObject({
      total: null,
      note: 'Not converted: the rates of 1 Nov 2026 have none for CHF, SEK.',
    });
  });

  test('of nothing is 0', () => {
    expect(convertAll([], toDollars)).toMatchObject({ total: money(0, 'USD'), note: 'Nothing to convert.' });
  });

  test('is rounded once, over all currencies', () => {
    const third = { ...toDollars, rates: { EUR: '0.333333', JPY: '0.004' } };
    expect(convertAll([money(1, 'EUR'), money(1, 'JPY')], third).total).toEqual(money(1, 'USD'));
    const minor = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(minor, minor, minor, (euro, yen, dollars) => {
        const amounts = [money(euro, 'EUR'), money(yen, 'JPY'), money(dollars, 'USD')] as const;
        const sum = majorOf(amounts[0])
          .mul(exact('1.0834'))
          .add(majorOf(amounts[1]).mul(exact('0.0065')))
          .add(majorOf(amounts[2]));
        expect(convertAll(amounts, toDollars).total).toEqual(roundToMoney(sum, 'USD'));
      }),
    );
  });
});

describe('an Account', () => {
  const bands = [
    { name: 'Enterprise', from: '100000' },
    { name: 'Mid-Market', from: '12000' },
    { name: 'Small', from: '0.01' },
  ];
  const tiers = { currency: 'USD', bands };
  const view = (reporting: Partial<Reporting>, ...objects: BillingObject[]) =>
    deriveAccount('001', factsOf(objects), TODAY, 'UTC', { ...NO_REPORTING, ...reporting });
  const inEuro = sample.subscription({ number: 'A-S2', currency: 'EUR', charges: [sample.charge({ price: '9000' })] });

  test('has neither a converted ARR nor a tier unless that is configured', () => {
    expect(view(NO_REPORTING, sample.subscription())).toMatchObject({ converted: null, tier: null });
  });

  test('has the ARR of all its currencies in one, and each of them by itself', () => {
    const { converted, balances } = view({ conversion: toDollars, tiers: null }, sample.subscription(), inEuro);
    expect(converted?.total).toEqual(money(12_900_720, 'USD'));
    expect(balances.map((balance) => balance.converted?.arr)).toEqual([
      money(11_700_720, 'USD'),
      money(1_200_000, 'USD'),
    ]);
  });

  test.each<[string, Partial<Reporting>, BillingObject[], string | null]>([
    ['by its ARR', { conversion: null, tiers }, [sample.subscription()], 'Mid-Market'],
    [
      'by what comes to a band in several currencies',
      { conversion: toDollars, tiers },
      [sample.subscription(), inEuro],
      'Enterprise',
    ],
    ['unless a rate is missing', { conversion: null, tiers }, [sample.subscription(), inEuro], null],
    [
      'unless it is below every band',
      { conversion: null, tiers },
      [sample.subscription({ status: 'Trialing', trialEndsOn: calendarDate('2026-11-30') })],
      null,
    ],
    [
      'unless it has left',
      { conversion: null, tiers: { currency: 'USD', bands: [{ name: 'All', from: '0' }] } },
      [sample.subscription({ status: 'Canceled', cancelOn: TODAY })],
      null,
    ],
  ])('has a tier %s', (_, reporting, objects, tier) => {
    expect(view(reporting, ...objects).tier).toBe(tier);
  });
});
