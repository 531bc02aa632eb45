/**
 * Digits after the decimal point of currencies that have not two.
 *
 * Source: Stripe docs, "Supported currencies" (zero-decimal and three-decimal currencies); ISO 4217 agrees except for MGA,
 * whose subunit is a fifth and is not used in amounts.
 */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  MGA: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

/** Stripe keeps these at two decimals in its API although they have none (Stripe docs, "Special cases"). */
const STRIPE_TWO_DECIMALS: ReadonlySet<string> = new Set(['ISK', 'UGX']);

/** @returns how many digits the minor unit of a currency stands after the point: 0, 2 or 3 */
export function exponentOf(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/** @returns the power of ten between Stripe's integer amounts and major units */
export function stripeExponentOf(currency: string): number {
  return STRIPE_TWO_DECIMALS.has(currency) ? 2 : exponentOf(currency);
}
