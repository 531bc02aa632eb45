import Fraction from 'fraction.js';
import { DEFAULT_MRR_RULES, type MrrRules } from '../metrics/rules.ts';
import { exact, type Decimal } from '../money/decimal.ts';
import { inWords, majorOf, roundToMoney, type Money } from '../money/money.ts';
import { dayInWords, type CalendarDate } from '../time/calendarDate.ts';

/** Rates by which amounts of other currencies are told in one. */
export type Conversion = {
  currency: string;
  /** Day of the rates, told beside every converted amount. */
  on: CalendarDate;
  /** What one unit of a currency is worth in `currency`, by ISO 4217 code. */
  rates: Readonly<Record<string, Decimal>>;
};

/** Names of customers by ARR. */
export type ArrTiers = {
  currency: string;
  /** From the highest to the lowest; `from` is the least ARR of a tier in major units. */
  bands: readonly { name: string; from: Decimal }[];
};

/** What an org has chosen for its reports. Tiers are in the currency of the conversion, where there is one. */
export type Reporting = { conversion: Conversion | null; tiers: ArrTiers | null; mrr: MrrRules };

export const NO_REPORTING: Reporting = { conversion: null, tiers: null, mrr: DEFAULT_MRR_RULES };

/** @returns the exact value in the target currency, major units; null where there is no rate for what is not zero */
function worthOf(amount: Money, { currency, rates }: Omit<Conversion, 'on'>): Fraction | null {
  if (amount.currency === currency) return majorOf(amount);
  if (amount.minor === 0) return new Fraction(0);
  const rate = rates[amount.currency];
  return rate === undefined ? null : majorOf(amount).mul(exact(rate));
}

/** @returns an amount in the target currency, rounded once; null without a rate for it */
export function convert(amount: Money, conversion: Conversion): Money | null {
  const worth = worthOf(amount, conversion);
  return worth === null ? null : roundToMoney(worth, conversion.currency);
}

/** A sum over currencies: all of them, or none where a rate is missing; never a part of them. */
export type Converted = { currency: string; on: CalendarDate; total: Money | null; note: string };

/** @param amounts one of each currency; their sum is rounded once, half up */
export function convertAll(amounts: readonly Money[], conversion: Conversion): Converted {
  const { currency, on } = conversion;
  const told = amounts.filter(({ minor }) => minor !== 0);
  const missing = told.filter((amount) => worthOf(amount, conversion) === null).map((amount) => amount.currency);
  if (missing.length > 0)
    return {
      currency,
      on,
      total: null,
      note: `Not converted: the rates of ${dayInWords(on)} have none for ${missing.join(', ')}.`,
    };
  const sum = told.reduce((all, amount) => all.add(worthOf(amount, conversion)!), new Fraction(0));
  const parts = told.map((amount) =>
    amount.currency === currency ? inWords(amount) : `${inWords(amount)} at ${conversion.rates[amount.currency]}`,
  );
  return {
    currency,
    on,
    total: roundToMoney(sum, currency),
    note: parts.length === 0 ? 'Nothing to convert.' : `${parts.join(' + ')}, by rates of ${dayInWords(on)}.`,
  };
}

/**
 * @param arr one amount of each currency
 * @returns the tier of an ARR; null below the lowest one, and where the ARR in its currency is not known
 */
export function tierOf(
  arr: readonly Money[],
  { conversion, tiers }: Pick<Reporting, 'conversion' | 'tiers'>,
): string | null {
  if (tiers === null) return null;
  const { currency, bands } = tiers;
  const worth = arr.map((amount) => worthOf(amount, { currency, rates: conversion?.rates ?? {} }));
  if (!worth.every((one) => one !== null)) return null;
  const total = worth.reduce((all, one) => all.add(one), new Fraction(0));
  return bands.find(({ from }) => total.gte(exact(from)))?.name ?? null;
}
