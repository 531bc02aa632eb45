import { exact, type Decimal } from '../money/decimal.ts';
import type { Tier } from '../subscription/charge.ts';
import type { ChargeOverride, ChargePricing, Reduction } from './order.ts';

const isSame = (a: Decimal | null, b: Decimal | null): boolean =>
  a === b || (a !== null && b !== null && exact(a).equals(exact(b)));

/** Bands of one charge begin and end alike. */
const haveSamePrices = (a: readonly Tier[], b: readonly Tier[]): boolean =>
  a.length === b.length &&
  a.every(({ unitPrice, flatAmount }, index) => {
    const other = b[index]!;
    return isSame(unitPrice, other.unitPrice) && isSame(flatAmount, other.flatAmount);
  });

const takesSameOff = (a: Reduction, b: Reduction | undefined): boolean =>
  b !== undefined &&
  isSame(a.percentOff ?? null, b.percentOff ?? null) &&
  isSame(a.amountOff ?? null, b.amountOff ?? null);

/** @returns what something is afterwards: what it does not say is as before */
export function filled(said: ChargePricing, was: ChargePricing): ChargePricing {
  const { tiers = was.tiers, reduction = was.reduction } = said;
  return {
    quantity: said.quantity ?? was.quantity,
    price: said.price ?? was.price,
    ...(tiers !== undefined && { tiers }),
    ...(reduction !== undefined && { reduction }),
  };
}

/** @returns what differs of a charge; null where nothing does. What it does not say stays, and is no difference. */
export function differing<T extends ChargeOverride>(override: T, was: ChargePricing): T | null {
  const { tiers, reduction, ...rest } = override;
  const quantity = isSame(rest.quantity, was.quantity) ? null : rest.quantity;
  const price = isSame(rest.price, was.price) ? null : rest.price;
  const changed = {
    ...(tiers !== undefined && !haveSamePrices(tiers, was.tiers ?? []) && { tiers }),
    ...(reduction !== undefined && !takesSameOff(reduction, was.reduction) && { reduction }),
  };
  const isEmpty = quantity === null && price === null && Object.keys(changed).length === 0;
  return isEmpty && rest.customFields === undefined ? null : ({ ...rest, quantity, price, ...changed } as T);
}
