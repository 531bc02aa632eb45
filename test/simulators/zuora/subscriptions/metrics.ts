import Fraction from 'fraction.js';
import { addMonths, daysBetween } from '../dates.ts';
import { exact, sum } from '../decimal.ts';
import type { RatePlan, Segment, SubscriptionVersion, Tier } from '../model.ts';

const zero = new Fraction(0);

/** Price of a quantity under a charge's model, for one period of its price base. */
export function priceOf(
  segment: Pick<Segment, 'model' | 'price' | 'tiers' | 'includedUnits' | 'overagePrice'>,
  quantity: Fraction,
): Fraction {
  switch (segment.model) {
    case 'FlatFee':
      return exact(segment.price ?? 0);
    case 'PerUnit':
      return exact(segment.price ?? 0).mul(quantity);
    case 'Volume':
      return volumePrice(segment.tiers ?? [], quantity);
    case 'Tiered':
      return tieredPrice(segment.tiers ?? [], quantity);
    case 'Overage': {
      const over = quantity.sub(exact(segment.includedUnits ?? 0));
      return over.gt(0) ? over.mul(exact(segment.overagePrice ?? 0)) : zero;
    }
    case 'DiscountPercentage':
      return zero;
  }
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

const monthsIn: Record<string, number> = {
  Month: 1,
  Quarter: 3,
  Semi_Annual: 6,
  Annual: 12,
  Eighteen_Months: 18,
  Two_Years: 24,
  Three_Years: 36,
  Five_Years: 60,
};

/** Length of a billing period: whole months, or days for the week-based ones. */
export type PeriodLength = { months: number } | { days: number };

export function billingPeriodLength(segment: Segment, subscription: SubscriptionVersion): PeriodLength {
  const count = segment.specificBillingPeriod ?? 1;
  switch (segment.billingPeriod) {
    case 'Specific_Months':
      return { months: count };
    case 'Week':
      return { days: 7 };
    case 'Specific_Weeks':
      return { days: 7 * count };
    case 'Specific_Days':
      return { days: count };
    case 'Subscription_Term':
      return termLength(subscription);
    default:
      return { months: monthsIn[segment.billingPeriod ?? 'Month'] ?? 1 };
  }
}

function termLength(subscription: SubscriptionVersion): PeriodLength {
  const count = subscription.currentTerm ?? 1;
  switch (subscription.currentTermPeriodType) {
    case 'Week':
      return { days: 7 * count };
    case 'Day':
      return { days: count };
    case 'Year':
      return { months: 12 * count };
    default:
      return { months: count };
  }
}

function priceBaseLength(segment: Segment, subscription: SubscriptionVersion): PeriodLength {
  switch (segment.listPriceBase) {
    case 'Per_Month':
      return { months: 1 };
    case 'Per_Year':
      return { months: 12 };
    case 'Per_Week':
      return { days: 7 };
    case 'Per_Specific_Months':
      return { months: segment.specificListPriceBase ?? 1 };
    default:
      return billingPeriodLength(segment, subscription);
  }
}

/** How much of a month a period is; a month counts 30 days where the period is counted in days. */
const inMonths = (length: PeriodLength): Fraction =>
  'months' in length ? new Fraction(length.months) : new Fraction(length.days, 30);

/**
 * Monthly recurring revenue of a segment before discounts: price divided by the months of its base, weeks over a month
 * of 30 days; 0 for one-time, usage and discount charges (Zuora docs, "Monthly recurring revenue").
 */
export function mrrOf(segment: Segment, subscription: SubscriptionVersion): Fraction {
  if (segment.type !== 'Recurring') return zero;
  return priceOf(segment, exact(segment.quantity ?? 1)).div(inMonths(priceBaseLength(segment, subscription)));
}

/** What one full billing period of a segment costs. */
export function periodAmount(segment: Segment, subscription: SubscriptionVersion): Fraction {
  const ratio = inMonths(billingPeriodLength(segment, subscription)).div(
    inMonths(priceBaseLength(segment, subscription)),
  );
  return priceOf(segment, exact(segment.quantity ?? 1)).mul(ratio);
}

/** Whole months from a date, and the rest by actual days of the month it lies in. */
export function monthsBetween(from: string, to: string): Fraction {
  if (to <= from) return zero;
  let whole = 0;
  while (addMonths(from, whole + 1) <= to) whole++;
  const start = addMonths(from, whole);
  const rest = new Fraction(daysBetween(start, to), daysBetween(start, addMonths(from, whole + 1)));
  return rest.add(whole);
}

/**
 * Total contracted value of a segment before discounts; null for an evergreen recurring charge, which has no total
 * (Zuora docs, "How TCV is calculated").
 */
export function tcvOf(segment: Segment, subscription: SubscriptionVersion): Fraction | null {
  if (segment.type === 'Usage' || segment.model === 'DiscountPercentage') return zero;
  if (segment.type === 'OneTime') return priceOf(segment, exact(segment.quantity ?? 1));
  if (segment.effectiveEndDate === null) return null;
  return mrrOf(segment, subscription).mul(monthsBetween(segment.effectiveStartDate, segment.effectiveEndDate));
}

/** True for the day on which a segment is in force; the end date is the first day without it. */
export const covers = (segment: Segment, day: string): boolean =>
  segment.effectiveStartDate <= day && (segment.effectiveEndDate === null || day < segment.effectiveEndDate);

const overlaps = (a: Segment, b: Segment): boolean =>
  (b.effectiveEndDate === null || a.effectiveStartDate < b.effectiveEndDate) &&
  (a.effectiveEndDate === null || b.effectiveStartDate < a.effectiveEndDate);

/** A segment with the rate plan and subscription it is sold in. */
export type Sold = { segment: Segment; plan: RatePlan; subscription: SubscriptionVersion };

export const soldIn = (subscription: SubscriptionVersion): Sold[] =>
  subscription.ratePlans.flatMap((plan) => plan.segments.map((segment) => ({ segment, plan, subscription })));

/** Discounts out of `candidates` that reduce a charge, by level and kind of charge. */
export function discountsOn(sold: Sold, candidates: readonly Sold[]): Sold[] {
  const kind = { OneTime: 'ONETIME', Recurring: 'RECURRING', Usage: 'USAGE' }[sold.segment.type];
  if (sold.segment.model === 'DiscountPercentage') return [];
  return candidates.filter(
    ({ segment, plan, subscription }) =>
      segment.model === 'DiscountPercentage' &&
      (segment.applyDiscountTo ?? '').includes(kind) &&
      overlaps(segment, sold.segment) &&
      (segment.discountLevel === 'rateplan'
        ? plan === sold.plan
        : segment.discountLevel === 'subscription'
          ? subscription.number === sold.subscription.number
          : subscription.accountId === sold.subscription.accountId),
  );
}

/** Part of a charge that is left after percentage discounts, each on the full price, never below nothing. */
export function netFactor(discounts: readonly Sold[]): Fraction {
  const off = sum(discounts.map(({ segment }) => exact(segment.discountPercentage ?? 0))).div(100);
  return off.gt(1) ? zero : new Fraction(1).sub(off);
}

/** The last segment of every charge that was not removed and runs as long as its subscription. */
function lastSegments(subscription: SubscriptionVersion): Sold[] {
  const last = new Map<string, Sold>();
  for (const sold of soldIn(subscription)) last.set(sold.segment.number, sold);
  return [...last.values()].filter(
    ({ plan, segment }) =>
      plan.lastChangeType !== 'Remove' && segment.effectiveEndDate === subscription.subscriptionEndDate,
  );
}

/** Contracted MRR: what the subscription is booked to recur to in the end, future changes and discounts included. */
export function contractedMrr(subscription: SubscriptionVersion): Fraction {
  if (subscription.cancelledFrom !== null) return zero;
  const sold = lastSegments(subscription);
  return sum(sold.map((one) => mrrOf(one.segment, subscription).mul(netFactor(discountsOn(one, sold)))));
}

/** TCV of a subscription after discounts; null as soon as one recurring charge has no end. */
export function totalContractedValue(subscription: SubscriptionVersion): Fraction | null {
  const sold = soldIn(subscription);
  const parts = sold.map((one) => {
    const tcv = tcvOf(one.segment, subscription);
    return tcv === null ? null : tcv.mul(netFactor(discountsOn(one, sold)));
  });
  return parts.includes(null) ? null : sum(parts as Fraction[]);
}
