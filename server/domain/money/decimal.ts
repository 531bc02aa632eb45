import Fraction from 'fraction.js';

/** An exact decimal number as text, such as `0.0035`; never a binary float. */
export type Decimal = string;

const POWERS = Array.from({ length: 32 }, (_, exponent) => 10n ** BigInt(exponent));

export function powerOfTen(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** Prices, quantities and percentages repeat, within an Account and over Accounts. */
const KNOWN = new Map<string, Fraction>();
const MOST_KNOWN = 10_000;

function parse(text: string): Fraction {
  const match = /^(-?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal number: ${text.slice(0, 40)}`);
  const [, whole = '0', part = '', power = '0'] = match;
  const digits = BigInt(whole + part);
  const shift = Number(power) - part.length;
  return shift < 0 ? new Fraction(digits, powerOfTen(-shift)) : new Fraction(digits * powerOfTen(shift));
}

/**
 * @param value a decimal, a number as JSON gave it (its shortest text is taken) or a fraction
 * @returns the exact value
 * @throws Error when the text is no decimal number
 */
export function exact(value: Decimal | number | Fraction): Fraction {
  if (value instanceof Fraction) return value;
  const text = String(value);
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  const parsed = parse(text);
  KNOWN.set(text, parsed);
  return parsed;
}

/**
 * @param digits how many digits to keep after the point
 * @returns the value as a plain decimal, rounded half up (away from zero), without trailing zeros
 */
export function toDecimal(value: Fraction, digits = 12): Decimal {
  if (value.d === 1n) return (value.s * value.n).toString();
  const scaled = roundHalfUp(value, digits);
  const negative = scaled < 0n;
  const text = (negative ? -scaled : scaled).toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const part = digits === 0 ? '' : text.slice(-digits).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
}

/** @returns the number with its thousands set apart, for people */
export function grouped(value: Decimal): string {
  const [whole = '0', part] = value.split('.');
  if (whole.length <= 3) return value;
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${part === undefined ? '' : `.${part}`}`;
}

/**
 * The one rounding step of money: half up, away from zero.
 * @param digits how many digits to keep after the point
 * @returns the rounded value in units of the last digit kept
 */
export function roundHalfUp(value: Fraction, digits = 0): bigint {
  const twice = 2n * value.n * powerOfTen(digits) + value.d;
  const rounded = twice / (2n * value.d);
  return value.s < 0n ? -rounded : rounded;
}
