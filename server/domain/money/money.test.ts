import fc from 'fast-check';
import Fraction from 'fraction.js';
import { describe, expect, test } from 'vitest';
import { exact, roundHalfUp, toDecimal } from './decimal.ts';
import { add, fromMajor, fromStripeAmount, fromStripeUnitPrice, inWords, money, toMajor } from './money.ts';

describe('money', () => {
  test.each([
    [1234, 'USD', '12.34', 'USD 12.34'],
    [-5, 'USD', '-0.05', 'USD -0.05'],
    [1_234_567, 'JPY', '1234567', 'JPY 1,234,567'],
    [1250, 'KWD', '1.250', 'KWD 1.250'],
    [100_000_000, 'EUR', '1000000.00', 'EUR 1,000,000.00'],
  ])('%i minor units of %s', (minor, currency, major, words) => {
    expect(toMajor(money(minor, currency))).toBe(major);
    expect(inWords(money(minor, currency))).toBe(words);
  });

  test.each([
    [1099, 'usd', 1099, 'USD'],
    [500, 'jpy', 500, 'JPY'],
    [1250, 'kwd', 1250, 'KWD'],
    [12_300, 'isk', 123, 'ISK'],
    [500, 'ugx', 5, 'UGX'],
  ])("Stripe's %i %s", (amount, code, minor, currency) => {
    expect(fromStripeAmount(amount, code)).toEqual({ minor, currency });
  });

  test("Stripe's unit prices keep decimals below a cent", () => {
    expect(fromStripeUnitPrice('0.05', 'usd')).toBe('0.0005');
    expect(fromStripeUnitPrice(4900, 'usd')).toBe('49');
    expect(fromStripeUnitPrice('0.5', 'jpy')).toBe('0.5');
  });

  test('two currencies are never added, and no digit is lost unseen', () => {
    expect(() => add(money(1, 'USD'), money(1, 'EUR'))).toThrow('currencies_mixed');
    expect(() => money(2 ** 53, 'USD')).toThrow('amount_out_of_range');
    expect(() => money(0.5, 'USD')).toThrow('amount_out_of_range');
  });

  test('major units come back as they were', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.constantFrom('USD', 'JPY', 'KWD', 'ISK'),
        (minor, currency) => {
          expect(fromMajor(toMajor(money(minor, currency)), currency)).toEqual(money(minor, currency));
        },
      ),
    );
  });
});

describe('decimals', () => {
  test.each([
    ['0.5', 1n],
    ['-0.5', -1n],
    ['0.4999', 0n],
    ['1.5', 2n],
    ['2.5', 3n],
  ])('%s rounds half up to %s', (text, whole) => {
    expect(roundHalfUp(exact(text))).toBe(whole);
  });

  test('numbers are read by their shortest text, exponents too', () => {
    expect(toDecimal(exact(1e-7))).toBe('0.0000001');
    expect(toDecimal(exact(0.1).add(exact(0.2)))).toBe('0.3');
    expect(toDecimal(new Fraction(1, 3), 3)).toBe('0.333');
    expect(() => exact('0.(3)')).toThrow('not a decimal number');
  });
});
