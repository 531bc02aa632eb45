import Fraction from 'fraction.js';

/** An exact decimal number as text, such as `0.0035`; never a binary float. */
export type Decimal = string;

/**
 * @param value a decimal, a number as JSON gave it (its shortest text is taken) or a fraction
 * @returns the exact value
 * @throws Error when the text is no decimal number
 */
export function exact(value: Decimal | number | Fraction): Fraction {
  if (value instanceof Fraction) return value;
  const match = /^(-?\d+(?:\.\d+)?)(?:[eE]([+-]?\d{1,3}))?$/.exec(String(value));
  if (match === null) throw new Error(`not a decimal number: ${String(value).slice(0, 40)}`);
  const power = Number(match[2] ?? 0);
  const scale = new Fraction(10n ** BigInt(Math.abs(power)));
  const mantissa = new Fraction(match[1] ?? '0');
  return power < 0 ? mantissa.div(scale) : mantissa.mul(scale);
}

/**
 * @param digits how many digits to keep after the point
 * @returns the value as a plain decimal, rounded half up (away from zero), without trailing zeros
 */
export function toDecimal(value: Fraction, digits = 12): Decimal {
  const scaled = roundHalfUp(value.mul(10n ** BigInt(digits)));
  const negative = scaled < 0n;
  const text = (negative ? -scaled : scaled).toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const part = digits === 0 ? '' : text.slice(-digits).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
}

/** @returns the number with its thousands set apart, for people */
export function grouped(value: Decimal): string {
  const [whole = '0', part] = value.split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${part === undefined ? '' : `.${part}`}`;
}

/** The one rounding step of money: half up, away from zero, to a whole number. */
export function roundHalfUp(value: Fraction): bigint {
  const twice = 2n * value.n + value.d;
  const rounded = twice / (2n * value.d);
  return value.s < 0n ? -rounded : rounded;
}
