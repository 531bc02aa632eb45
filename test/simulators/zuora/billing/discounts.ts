import Fraction from 'fraction.js';
import { exact } from '../decimal.ts';
import { covers, discountsOn, type Sold } from '../metrics/discounts.ts';
import { billingPeriodLength, inMonths } from '../metrics/length.ts';
import type { Span } from './periods.ts';

/** What fixed amounts have left to give in one run, by discount charge and period. */
export type Left = Map<string, Fraction>;

const rank = { Recurring: 0, OneTime: 1, Usage: 2 };

/** The order in which charges get fixed amounts: recurring before one-time, then by number and start (Zuora docs, "Apply a fixed-amount discount charge to multiple regular charges"). */
export const inDiscountOrder = (a: Sold, b: Sold): number =>
  rank[a.segment.type] - rank[b.segment.type] ||
  a.segment.number.localeCompare(b.segment.number) ||
  a.segment.effectiveStartDate.localeCompare(b.segment.effectiveStartDate);

/** What a fixed-amount discount may take off in a span of a charge, and the key under which what is left of it is kept. */
function fixedAmount(discount: Sold, charge: Sold, span: Span): { key: string; amount: Fraction } {
  const { segment, subscription } = discount;
  const amount = exact(segment.discountAmount ?? 0);
  if (segment.type === 'OneTime') return { key: segment.number, amount };
  const key = `${segment.number} ${span.start}`;
  if (charge.segment.type !== 'Recurring') return { key, amount };
  const periods = inMonths(billingPeriodLength(charge.segment, charge.subscription)).div(
    inMonths(billingPeriodLength(segment, subscription)),
  );
  return { key, amount: amount.mul(periods).mul(span.share) };
}

/** Discounts on what is due for a span, in the order in which they apply, with the amounts that they take off (below zero, above for credits). */
export function discountsFor(
  charge: Sold,
  span: Span,
  amount: Fraction,
  everything: readonly Sold[],
  left: Left,
): { discount: Sold; off: Fraction }[] {
  const sign = amount.lt(0) ? -1 : 1;
  let rest = amount.abs();
  return discountsOn(charge, everything)
    .filter(({ segment }) => covers(segment, span.start))
    .flatMap((discount) => {
      const { segment } = discount;
      if (segment.model === 'DiscountPercentage') {
        const off = amount
          .abs()
          .mul(exact(segment.discountPercentage ?? 0))
          .div(100);
        rest = off.gt(rest) ? new Fraction(0) : rest.sub(off);
        return [{ discount, off: off.mul(-sign) }];
      }
      const { key, amount: full } = fixedAmount(discount, charge, span);
      const used = segment.type === 'OneTime' && segment.chargedThroughDate !== null && !left.has(key);
      const available = used ? new Fraction(0) : (left.get(key) ?? full);
      const off = available.lt(rest) ? available : rest;
      left.set(key, available.sub(off));
      rest = rest.sub(off);
      return off.equals(0) ? [] : [{ discount, off: off.mul(-sign) }];
    });
}
