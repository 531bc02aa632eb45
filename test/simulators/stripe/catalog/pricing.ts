import type { Price, Tier } from '../protocol/wire.ts';

const scale = 12;
const one = 10n ** BigInt(scale);

/** `"0.5"` → 500000000000n: exact decimals with the 12 places that Stripe keeps. */
function scaled(value: string): bigint {
  const [whole = '0', fraction = ''] = value.replace('-', '').split('.');
  const size = BigInt(whole) * one + BigInt(fraction.padEnd(scale, '0'));
  return value.startsWith('-') ? -size : size;
}

/** Half away from zero. */
export function rounded(numerator: bigint, denominator: bigint): number {
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator];
  const result = Number((n * 2n + d) / (d * 2n));
  return negative && result !== 0 ? -result : result;
}

/** `value` × `part` / `whole`, rounded to a minor unit. */
export function share(value: number, part: number, whole: number): number {
  return rounded(BigInt(value) * BigInt(part), BigInt(whole));
}

const unitOf = (tier: Tier): bigint => scaled(tier.unit_amount_decimal ?? String(tier.unit_amount ?? 0));
const flatOf = (tier: Tier): bigint => scaled(tier.flat_amount_decimal ?? String(tier.flat_amount ?? 0));

/** One line of what a quantity costs: units at one price, or the flat amount of a tier (counted from 1). */
export type Part = {
  quantity: number;
  amount: number;
  /** Minor units for one, exact. */
  unit: string | null;
  tier: number | null;
  flat: boolean;
};

function tierParts(tier: Tier, index: number, units: bigint): Part[] {
  const unit = { quantity: Number(units), tier: index + 1, flat: false };
  const parts: Part[] = [
    { ...unit, amount: rounded(units * unitOf(tier), one), unit: tier.unit_amount_decimal ?? '0' },
  ];
  const flat = tier.flat_amount_decimal ?? null;
  if (flat !== null && flatOf(tier) !== 0n)
    parts.push({ quantity: 1, amount: rounded(flatOf(tier), one), unit: flat, tier: index + 1, flat: true });
  return parts;
}

/** Each band is billed at its own price (Stripe docs, "Graduated pricing"). */
function graduated(tiers: readonly Tier[], quantity: bigint): Part[] {
  const parts: Part[] = [];
  let from = 0n;
  for (const [index, tier] of tiers.entries()) {
    if (quantity <= from && index > 0) break;
    const to = tier.up_to === null ? quantity : BigInt(tier.up_to);
    parts.push(...tierParts(tier, index, (quantity < to ? quantity : to) - from));
    from = to;
  }
  return parts;
}

/** All units are billed at the price of the band that is reached (Stripe docs, "Volume pricing"). */
function volume(tiers: readonly Tier[], quantity: bigint): Part[] {
  const index = tiers.findIndex((tier) => tier.up_to === null || quantity <= BigInt(tier.up_to));
  return index < 0 ? [] : tierParts(tiers[index]!, index, quantity);
}

/**
 * What `quantity` units cost for one period, in minor units of the price's currency: one part, or those of each tier.
 * @param tiers of a tiered price; empty for others
 */
export function partsOf(price: Price, tiers: readonly Tier[], quantity: number): Part[] {
  let units = BigInt(Math.round(quantity));
  if (price.transform_quantity) {
    const by = BigInt(price.transform_quantity.divide_by);
    units = price.transform_quantity.round === 'up' ? (units + by - 1n) / by : units / by;
  }
  if (price.billing_scheme === 'tiered')
    return price.tiers_mode === 'volume' ? volume(tiers, units) : graduated(tiers, units);
  const unit = price.unit_amount_decimal;
  return [{ quantity, amount: rounded(units * scaled(unit ?? '0'), one), unit, tier: null, flat: false }];
}

/** The sum of the parts, each of which is rounded by itself. */
export function amountOf(price: Price, tiers: readonly Tier[], quantity: number): number {
  return partsOf(price, tiers, quantity).reduce((sum, part) => sum + part.amount, 0);
}

/** @returns the amount in whole minor units, or null when it is not whole */
export function wholeAmount(decimal: string): number | null {
  const value = scaled(decimal);
  return value % one === 0n ? Number(value / one) : null;
}
