import Fraction from 'fraction.js';
import { exact } from '../money/decimal.ts';
import type { Charge, Interval, MonthConvention, Tier } from '../subscription/charge.ts';

/** Units as they are priced, after packing (Stripe docs, "Transform quantities"). */
function pricedUnits(charge: Charge): Fraction {
  const quantity = exact(charge.quantity ?? '1');
  if (charge.transform === null) return quantity;
  const packs = quantity.div(charge.transform.divideBy);
  return charge.transform.round === 'up' ? packs.ceil() : packs.floor();
}

function graduated(tiers: readonly Tier[], units: Fraction): Fraction {
  let total = new Fraction(0);
  let below = new Fraction(0);
  for (const tier of tiers) {
    const reached = below.equals(0) || units.gt(below);
    if (!reached) break;
    const upTo = tier.upTo === null ? units : exact(tier.upTo);
    const inBand = (units.lt(upTo) ? units : upTo).sub(below);
    total = total.add(exact(tier.flatAmount)).add(inBand.mul(exact(tier.unitPrice)));
    if (tier.upTo === null) break;
    below = exact(tier.upTo);
  }
  return total;
}

function volume(tiers: readonly Tier[], units: Fraction): Fraction {
  const tier = tiers.find(({ upTo }) => upTo === null || units.lte(exact(upTo))) ?? tiers.at(-1);
  return tier === undefined ? new Fraction(0) : units.mul(exact(tier.unitPrice)).add(exact(tier.flatAmount));
}

/**
 * @returns what one price interval of a charge costs before discounts, exact, in major units; null when the charge alone
 * does not tell
 */
export function grossOf(charge: Charge): Fraction | null {
  switch (charge.model) {
    case 'flat':
      return charge.price === null ? null : exact(charge.price);
    case 'perUnit':
      return charge.price === null ? null : exact(charge.price).mul(pricedUnits(charge));
    case 'graduated':
      return charge.tiers.length === 0 ? null : graduated(charge.tiers, pricedUnits(charge));
    case 'volume':
      return charge.tiers.length === 0 ? null : volume(charge.tiers, pricedUnits(charge));
    case 'discount':
    case 'other':
      return null;
  }
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
