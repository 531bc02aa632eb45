import Fraction from 'fraction.js';
import { Fault } from '../fault.ts';
import { exponentOf, stripeExponentOf } from './currency.ts';
import { exact, powerOfTen, roundHalfUp, toDecimal, type Decimal, grouped } from './decimal.ts';

/** An amount in whole minor units (cents; yen for JPY) with its ISO 4217 currency in upper case. */
export type Money = { readonly minor: number; readonly currency: string };

/** @throws Fault when the amount is no safe integer, so that no digit is ever lost unseen */
export function money(minor: number, currency: string): Money {
  if (!Number.isSafeInteger(minor)) {
    throw new Fault({
      code: 'amount_out_of_range',
      kind: 'invalid',
      publicText: 'An amount is too large to be kept exactly.',
      context: { minor: String(minor), currency },
    });
  }
  return { minor: minor === 0 ? 0 : minor, currency };
}

export function zero(currency: string): Money {
  return { minor: 0, currency };
}

/** @throws Fault of kind bug: two currencies are never added */
export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) {
    throw new Fault({
      code: 'currencies_mixed',
      kind: 'bug',
      publicText: 'Amounts of two currencies were to be added.',
      context: { a: a.currency, b: b.currency },
    });
  }
  return money(a.minor + b.minor, a.currency);
}

export function sum(amounts: readonly Money[], currency: string): Money {
  return amounts.reduce(add, zero(currency));
}

/** Rounds an exact amount in major units to money: half up, to the minor unit of the currency. */
export function roundToMoney(major: Fraction, currency: string): Money {
  return money(Number(roundHalfUp(major, exponentOf(currency))), currency);
}

/** @returns the exact amount in major units */
export function majorOf(amount: Money): Fraction {
  return new Fraction(BigInt(amount.minor), powerOfTen(exponentOf(amount.currency)));
}

/** @returns major units with all digits of the currency, such as `12.50`, `1200` (JPY) or `1.250` (KWD) */
export function toMajor(amount: Money): string {
  const digits = exponentOf(amount.currency);
  const text = String(Math.abs(amount.minor)).padStart(digits + 1, '0');
  const sign = amount.minor < 0 ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** @returns the amount for people, such as `USD 1,234.50` */
export function inWords(amount: Money): string {
  return `${amount.currency} ${grouped(toMajor(amount))}`;
}

/** @returns major units that may have more digits than the currency, for people, such as `USD 1,234.50` or `USD 0.0035` */
export function decimalInWords(major: Decimal, currency: string): string {
  const [whole = '0', part = ''] = major.split('.');
  const digits = part.padEnd(exponentOf(currency), '0');
  return `${currency} ${grouped(whole)}${digits === '' ? '' : `.${digits}`}`;
}

/** @param amount integer as Stripe's API gives it; Stripe docs, "Zero-decimal currencies" and "Special cases" */
export function fromStripeAmount(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  return roundToMoney(new Fraction(amount).div(powerOfTen(stripeExponentOf(code))), code);
}

/** @param amount unit price in Stripe's minor units, possibly with decimals */
export function fromStripeUnitPrice(amount: Decimal | number, currency: string): Decimal {
  return toDecimal(exact(amount).div(powerOfTen(stripeExponentOf(currency.toUpperCase()))), 18);
}

/** @param amount major units as a billing system gives them */
export function fromMajor(amount: Decimal | number, currency: string): Money {
  return roundToMoney(exact(amount), currency.toUpperCase());
}
