import Fraction from 'fraction.js';
import { exact, sum } from '../decimal.ts';
import type { RatePlan, Segment, SubscriptionVersion } from '../subscriptions/model.ts';
import { isPending } from '../subscriptions/status.ts';

/** A segment with the rate plan and subscription it is sold in. */
export type Sold = { segment: Segment; plan: RatePlan; subscription: SubscriptionVersion };

/** What a subscription sells; nothing while it, or a charge of it, waits for its trigger date. */
export const soldIn = (subscription: SubscriptionVersion): Sold[] =>
  isPending(subscription)
    ? []
    : subscription.ratePlans.flatMap((plan) =>
        plan.segments.filter((one) => !one.pending).map((segment) => ({ segment, plan, subscription })),
      );

/** True for the day on which a segment is in force; the end date is the first day without it. */
export const covers = (segment: Segment, day: string): boolean =>
  segment.effectiveStartDate <= day && (segment.effectiveEndDate === null || day < segment.effectiveEndDate);

const overlaps = (a: Segment, b: Segment): boolean =>
  (b.effectiveEndDate === null || a.effectiveStartDate < b.effectiveEndDate) &&
  (a.effectiveEndDate === null || b.effectiveStartDate < a.effectiveEndDate);

export const isDiscount = ({ model }: Pick<Segment, 'model'>): boolean =>
  model === 'DiscountPercentage' || model === 'DiscountFixedAmount';

const order = { rateplan: 0, subscription: 1, account: 2 };

/**
 * Discounts out of `candidates` that reduce a charge, by level and kind of charge, in the order in which they are
 * applied: percentages before amounts, rate plan before subscription before account, then by charge number (Zuora
 * docs, "Process discounts").
 */
export function discountsOn(sold: Sold, candidates: readonly Sold[]): Sold[] {
  const kind = { OneTime: 'ONETIME', Recurring: 'RECURRING', Usage: 'USAGE' }[sold.segment.type];
  if (isDiscount(sold.segment)) return [];
  return candidates
    .filter(
      ({ segment, plan, subscription }) =>
        isDiscount(segment) &&
        (segment.applyDiscountTo ?? '').includes(kind) &&
        overlaps(segment, sold.segment) &&
        (segment.discountLevel === 'rateplan'
          ? plan.subscriptionRatePlanNumber === sold.plan.subscriptionRatePlanNumber
          : segment.discountLevel === 'subscription'
            ? subscription.number === sold.subscription.number
            : subscription.accountId === sold.subscription.accountId),
    )
    .sort(
      ({ segment: a }, { segment: b }) =>
        Number(a.model === 'DiscountFixedAmount') - Number(b.model === 'DiscountFixedAmount') ||
        order[a.discountLevel!] - order[b.discountLevel!] ||
        a.number.localeCompare(b.number),
    );
}

/** Part of a charge that is left after percentage discounts, each on the full price, never below nothing. */
export function netFactor(discounts: readonly Sold[]): Fraction {
  const off = sum(discounts.map(({ segment }) => exact(segment.discountPercentage ?? 0))).div(100);
  return off.gt(1) ? new Fraction(0) : new Fraction(1).sub(off);
}
