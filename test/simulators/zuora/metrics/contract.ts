import Fraction from 'fraction.js';
import { exact, sum } from '../decimal.ts';
import { covers, discountsOn, isDiscount, netFactor, soldIn, type Sold } from './discounts.ts';
import { billingPeriodLength, inMonths, monthsBetween, priceBaseLength } from './length.ts';
import { priceOf } from './price.ts';
import type { Segment, SubscriptionVersion } from '../subscriptions/model.ts';

const zero = new Fraction(0);

/** Before discounts, and after those of the rate plan and the subscription; account-level discounts never count. */
export type Amounts = { gross: Fraction; net: Fraction };

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

/**
 * Total contracted value of a segment before discounts; null for an evergreen recurring charge, which has no total
 * (Zuora docs, "How TCV is calculated").
 */
export function tcvOf(segment: Segment, subscription: SubscriptionVersion): Fraction | null {
  if (segment.type === 'Usage' || isDiscount(segment)) return zero;
  if (segment.effectiveEndDate !== null && segment.effectiveEndDate <= segment.effectiveStartDate) return zero;
  if (segment.type === 'OneTime') return priceOf(segment, exact(segment.quantity ?? 1));
  if (segment.effectiveEndDate === null) return null;
  return mrrOf(segment, subscription).mul(monthsBetween(segment.effectiveStartDate, segment.effectiveEndDate));
}

/** What a recurring fixed-amount discount takes off a month. */
const monthlyOff = (discount: Segment, subscription: SubscriptionVersion): Fraction =>
  discount.type === 'Recurring'
    ? exact(discount.discountAmount ?? 0).div(inMonths(billingPeriodLength(discount, subscription)))
    : zero;

/**
 * MRR of every segment that counts on a day. A fixed amount is spread over its charges by charge number, then by start
 * of the segment (Zuora docs, "Apply a fixed-amount discount charge to multiple regular charges").
 * @param counts picks the segments; those in force on the day when absent
 */
export function mrrOn(
  subscription: SubscriptionVersion,
  day: string,
  counts: (segment: Segment) => boolean = (segment) => covers(segment, day),
): Map<Segment, Amounts> {
  const active = soldIn(subscription).filter(({ segment }) => counts(segment));
  const regular = active
    .filter(({ segment }) => segment.type === 'Recurring' && !isDiscount(segment))
    .sort(
      ({ segment: a }, { segment: b }) =>
        a.number.localeCompare(b.number) || a.effectiveStartDate.localeCompare(b.effectiveStartDate),
    );
  const left = new Map<Segment, Fraction>();
  const result = new Map<Segment, Amounts>();
  for (const sold of regular) {
    const gross = mrrOf(sold.segment, subscription);
    const discounts = ofContract(discountsOn(sold, active));
    let net = gross.mul(netFactor(discounts));
    for (const { segment: discount } of discounts) {
      if (discount.model !== 'DiscountFixedAmount') continue;
      const rest = left.get(discount) ?? monthlyOff(discount, subscription);
      const off = rest.lt(net) ? rest : net;
      net = net.sub(off);
      left.set(discount, rest.sub(off));
    }
    result.set(sold.segment, { gross, net });
  }
  return result;
}

const ofContract = (discounts: readonly Sold[]): Sold[] =>
  discounts.filter(({ segment }) => segment.discountLevel !== 'account');

export const total = (amounts: Iterable<Amounts>): Amounts => {
  const all = [...amounts];
  return { gross: sum(all.map((one) => one.gross)), net: sum(all.map((one) => one.net)) };
};

/** MRR of a subscription as of a day. */
export const mrrAsOf = (subscription: SubscriptionVersion, day: string): Amounts =>
  total(mrrOn(subscription, day).values());

/** The last segment of every charge. */
export function lastSegments(segments: readonly Segment[]): Segment[] {
  const last = new Map<string, Segment>();
  for (const one of segments) last.set(one.number, one);
  return [...last.values()];
}

/**
 * Contracted MRR: what the subscription is booked to recur to in the end, future changes included; nothing once it is
 * cancelled, and all of it while it is suspended (Zuora docs, "Suspend subscriptions").
 */
export function contracted(subscription: SubscriptionVersion): Amounts {
  if (subscription.cancelledFrom !== null) return { gross: zero, net: zero };
  const plans = subscription.beforeSuspension ?? subscription.ratePlans;
  const contract = { ...subscription, ratePlans: plans };
  const end = subscription.subscriptionEndDate;
  const lasting = new Set(
    plans
      .filter((plan) => plan.lastChangeType !== 'Remove')
      .flatMap((plan) => lastSegments(plan.segments))
      .filter((segment) => segment.effectiveEndDate === end),
  );
  return total(mrrOn(contract, end ?? '9999-12-31', (segment) => lasting.has(segment)).values());
}

/** Contracted MRR before discounts. */
export const contractedMrr = (subscription: SubscriptionVersion): Fraction => contracted(subscription).gross;

/** TCV of every segment; gross null for an evergreen one. */
export function tcvAmounts(subscription: SubscriptionVersion): Map<Segment, Amounts | null> {
  const everything = soldIn(subscription);
  return new Map(
    everything.map((sold) => {
      const gross = tcvOf(sold.segment, subscription);
      return [sold.segment, gross === null ? null : { gross, net: gross.sub(tcvOff(sold, everything)) }];
    }),
  );
}

/** What discounts take off the TCV of a segment: stretch by stretch between the days on which something changes. */
function tcvOff(sold: Sold, everything: readonly Sold[]): Fraction {
  const { segment, subscription } = sold;
  const discounts = ofContract(discountsOn(sold, everything));
  if (discounts.length === 0) return zero;
  if (segment.type === 'OneTime') return oneTimeOff(segment, discounts);
  const changing = discounts.some((one) => one.segment.model === 'DiscountFixedAmount') ? everything : discounts;
  const cuts = cutsOf(
    changing.map((one) => one.segment),
    segment.effectiveStartDate,
    segment.effectiveEndDate!,
  );
  return sum(
    cuts.slice(1).map((to, index) => {
      const amounts = mrrOn(subscription, cuts[index]!).get(segment);
      const start = segment.effectiveStartDate;
      const months = monthsBetween(start, to).sub(monthsBetween(start, cuts[index]!));
      return amounts ? amounts.gross.sub(amounts.net).mul(months) : zero;
    }),
  );
}

function oneTimeOff(segment: Segment, discounts: readonly Sold[]): Fraction {
  const inForce = discounts.filter((one) => covers(one.segment, segment.effectiveStartDate));
  const gross = priceOf(segment, exact(segment.quantity ?? 1));
  const off = gross
    .mul(new Fraction(1).sub(netFactor(inForce)))
    .add(sum(inForce.map((one) => exact(one.segment.type === 'OneTime' ? (one.segment.discountAmount ?? 0) : 0))));
  return off.lt(gross) ? off : gross;
}

/** Days within a stretch on which one of the segments begins or ends, with both ends of the stretch. */
export function cutsOf(segments: readonly Segment[], from: string, to: string): string[] {
  const inside = segments
    .flatMap((one) => [one.effectiveStartDate, one.effectiveEndDate])
    .filter((day): day is string => day !== null && from < day && day < to);
  return [from, ...new Set(inside.sort()), to];
}

/** TCV of a subscription; null as soon as one recurring charge has no end. */
export function tcvTotal(subscription: SubscriptionVersion): Amounts | null {
  const parts = [...tcvAmounts(subscription).values()];
  return parts.includes(null) ? null : total(parts as Amounts[]);
}

/** TCV of a subscription before discounts. */
export const totalContractedValue = (subscription: SubscriptionVersion): Fraction | null =>
  tcvTotal(subscription)?.gross ?? null;
