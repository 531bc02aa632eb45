import Fraction from 'fraction.js';

export type { Fraction };

/** Exact value of a JSON number, by its shortest decimal text. */
export const exact = (value: number | string | Fraction): Fraction =>
  value instanceof Fraction ? value : new Fraction(typeof value === 'number' ? decimalText(value) : value);

function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12) : text;
}

export const sum = (values: readonly Fraction[]): Fraction => values.reduce((a, b) => a.add(b), new Fraction(0));

/** Half away from zero; @returns the nearest JSON number */
export function rounded(value: Fraction, places: number): number {
  const scaled = value.abs().mul(10 ** places);
  const whole = scaled.add('1/2').floor();
  const result = whole.div(10 ** places).mul(value.s < 0n ? -1 : 1);
  return Number(result.toString(places + 2));
}

const withoutMinorUnit = new Set(['JPY', 'KRW', 'VND', 'CLP', 'ISK', 'UGX', 'XAF', 'XOF', 'XPF', 'PYG', 'RWF']);
const withThreeDecimals = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** Decimal places of the smallest unit of a currency (ISO 4217). */
export const scaleOf = (currency: string): number =>
  withoutMinorUnit.has(currency) ? 0 : withThreeDecimals.has(currency) ? 3 : 2;

/** Rounds an amount of a document to the smallest unit of its currency. */
export const money = (value: Fraction, currency: string): number => rounded(value, scaleOf(currency));

/** Rounds a metric or a unit price to the nine decimals that Zuora keeps. */
export const metric = (value: Fraction): number => rounded(value, 9);
