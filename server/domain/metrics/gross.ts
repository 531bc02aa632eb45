import Fraction from 'fraction.js';
import { exact, type Decimal } from '../money/decimal.ts';
import type { Charge, Interval, MonthConvention, Tier } from '../subscription/charge.ts';

/** One product of units and price, and what it comes to, in major units. */
export type GrossPart = {
  units: Fraction | null;
  unitPrice: Decimal | null;
  /** Which units, where bands have prices of their own: above `over` (0 for the first) up to `upTo`, null for no end. */
  band: { over: Fraction; upTo: Decimal | null } | null;
  /** True for what is paid for reaching a band, whatever the units in it. */
  isFlat: boolean;
  amount: Fraction;
};

type Priced = Pick<Charge, 'model' | 'quantity' | 'price' | 'tiers' | 'transform'>;

/** Units as they are priced, after packing (Stripe docs, "Transform quantities"). */
export function pricedUnits(charge: Pick<Charge, 'quantity' | 'transform'>): Fraction {
  const quantity = exact(charge.quantity ?? '1');
  if (charge.transform === null) return quantity;
  const packs = quantity.div(charge.transform.divideBy);
  return charge.transform.round === 'up' ? packs.ceil() : packs.floor();
}

function bandParts(tier: Tier, over: Fraction, units: Fraction): GrossPart[] {
  const band = { over, upTo: tier.upTo };
  const priced = { units, unitPrice: tier.unitPrice, band, isFlat: false, amount: units.mul(exact(tier.unitPrice)) };
  const flat = exact(tier.flatAmount);
  return flat.equals(0) ? [priced] : [priced, { units: null, unitPrice: null, band, isFlat: true, amount: flat }];
}

function graduated(tiers: readonly Tier[], units: Fraction): GrossPart[] {
  const parts: GrossPart[] = [];
  let below = new Fraction(0);
  for (const tier of tiers) {
    const reached = below.equals(0) || units.gt(below);
    if (!reached) break;
    const upTo = tier.upTo === null ? units : exact(tier.upTo);
    parts.push(...bandParts(tier, below, (units.lt(upTo) ? units : upTo).sub(below)));
    if (tier.upTo === null) break;
    below = exact(tier.upTo);
  }
  return parts;
}

function volume(tiers: readonly Tier[], units: Fraction): GrossPart[] {
  const found = tiers.findIndex(({ upTo }) => upTo === null || units.lte(exact(upTo)));
  const index = found < 0 ? tiers.length - 1 : found;
  const before = tiers[index - 1]?.upTo ?? null;
  return bandParts(tiers[index]!, before === null ? new Fraction(0) : exact(before), units);
}

/** @returns what one price interval of a charge is made of before discounts; null when the charge alone does not tell */
export function grossParts(charge: Priced): GrossPart[] | null {
  const single = (units: Fraction | null): GrossPart[] | null => {
    if (charge.price === null) return null;
    const amount = exact(charge.price).mul(units ?? 1);
    return [{ units, unitPrice: charge.price, band: null, isFlat: false, amount }];
  };
  switch (charge.model) {
    case 'flat':
      return single(null);
    case 'perUnit':
      return single(pricedUnits(charge));
    case 'graduated':
      return charge.tiers.length === 0 ? null : graduated(charge.tiers, pricedUnits(charge));
    case 'volume':
      return charge.tiers.length === 0 ? null : volume(charge.tiers, pricedUnits(charge));
    case 'overage':
    case 'tieredOverage':
    case 'discount':
    case 'other':
      return null;
  }
}

/** @returns what one price interval of a charge costs before discounts, exact, in major units; null as above */
export function grossOf(charge: Priced): Fraction | null {
  return grossParts(charge)?.reduce((all, { amount }) => all.add(amount), new Fraction(0)) ?? null;
}

/**
 * @param termMonths length of the term of the subscription; needed for intervals of unit `term`
 * @returns the length of an interval in months
 */
export function monthsOf(interval: Interval, convention: MonthConvention, termMonths: Fraction): Fraction {
  const count = new Fraction(interval.count);
  switch (interval.unit) {
    case 'month':
      return count;
    case 'year':
      return count.mul(12);
    case 'week':
      return convention === 'calendar' ? count.mul(new Fraction(12, 52)) : count.mul(new Fraction(7, 30));
    case 'day':
      return convention === 'calendar' ? count.mul(new Fraction(12, 365)) : count.mul(new Fraction(1, 30));
    case 'term':
      return termMonths;
  }
}
