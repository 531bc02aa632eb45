import Fraction from 'fraction.js';
import type { Price, Tier } from '../catalog/model.ts';
import { exact, sum } from '../decimal.ts';
import type { Segment } from '../subscriptions/model.ts';

const zero = new Fraction(0);

/** Price of a quantity under a charge's model, for one period of its price base; discounts have none of their own. */
export function priceOf(segment: Pick<Segment, 'model' | 'includedUnits'> & Price, quantity: Fraction): Fraction {
  const tiers = segment.tiers ?? [];
  switch (segment.model) {
    case 'FlatFee':
      return exact(segment.price ?? 0);
    case 'PerUnit':
      return exact(segment.price ?? 0).mul(quantity);
    case 'Volume':
      return volumePrice(tiers, quantity);
    case 'Tiered':
      return tieredPrice(tiers, quantity);
    case 'TieredwithOverage':
      return tieredPrice(tiers, quantity).add(overage(segment, quantity, tiers.at(-1)?.endingUnit ?? null));
    case 'Overage':
      return overage(segment, quantity, segment.includedUnits ?? 0);
    case 'DiscountFixedAmount':
    case 'DiscountPercentage':
      return zero;
  }
}

/** Units beyond those included, each at the overage price; null: there is no beyond. */
function overage(segment: Price, quantity: Fraction, included: number | null): Fraction {
  if (included === null || quantity.lte(exact(included))) return zero;
  return quantity.sub(exact(included)).mul(exact(segment.overagePrice ?? 0));
}

/** All units at the price of the tier that the quantity reaches. */
function volumePrice(tiers: readonly Tier[], quantity: Fraction): Fraction {
  if (!quantity.gt(0)) return zero;
  const reached =
    tiers.find((tier) => tier.endingUnit === null || quantity.lte(exact(tier.endingUnit))) ?? tiers.at(-1);
  if (!reached) return zero;
  return reached.priceFormat === 'FlatFee' ? exact(reached.price) : exact(reached.price).mul(quantity);
}

/** Every band of units at the price of its own tier. */
function tieredPrice(tiers: readonly Tier[], quantity: Fraction): Fraction {
  let below = zero;
  const parts: Fraction[] = [];
  for (const tier of tiers) {
    if (!quantity.gt(below)) break;
    const end = tier.endingUnit === null ? quantity : exact(tier.endingUnit);
    const top = quantity.lt(end) ? quantity : end;
    parts.push(tier.priceFormat === 'FlatFee' ? exact(tier.price) : exact(tier.price).mul(top.sub(below)));
    below = top;
  }
  return sum(parts);
}
