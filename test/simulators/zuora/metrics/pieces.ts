import type Fraction from 'fraction.js';
import { addDays } from '../dates.ts';
import { exact, money, sum } from '../decimal.ts';
import { spansBetween } from '../billing/periods.ts';
import { cutsOf, mrrOn, periodAmount, tcvAmounts, type Amounts } from './contract.ts';
import type { Segment, SubscriptionVersion } from '../subscriptions/model.ts';
import { isDiscount, soldIn } from './discounts.ts';
import { monthsBetween } from './length.ts';

const never = '9999-12-31';

/** A stretch of a segment in which its amounts are the same; `to` null: evergreen. */
export type Piece = { segment: Segment; from: string; to: string | null } & Amounts;

/** Regular one-time and recurring segments of a subscription that have a length. */
const regularSegments = (subscription: SubscriptionVersion): Segment[] =>
  soldIn(subscription)
    .map((one) => one.segment)
    .filter((one) => one.type !== 'Usage' && !isDiscount(one) && one.effectiveStartDate !== one.effectiveEndDate);

/** MRR of every recurring segment, stretch by stretch between the days on which discounts or other charges change. */
export function mrrPieces(subscription: SubscriptionVersion): Piece[] {
  const everything = soldIn(subscription).map((one) => one.segment);
  const changing = everything.filter(isDiscount).length > 0 ? everything : [];
  return regularSegments(subscription)
    .filter((one) => one.type === 'Recurring')
    .flatMap((segment) => {
      const cuts = cutsOf(changing, segment.effectiveStartDate, segment.effectiveEndDate ?? never);
      return cuts.slice(1).map((to, index): Piece => {
        const from = cuts[index]!;
        return { segment, from, to: to === never ? null : to, ...mrrOn(subscription, from).get(segment)! };
      });
    });
}

/** Value of a one-time segment: its price on the day it is charged, for that one day. */
export function oneTimePieces(subscription: SubscriptionVersion): Piece[] {
  const values = tcvAmounts(subscription);
  return regularSegments(subscription)
    .filter((one) => one.type === 'OneTime')
    .map((segment) => {
      const from = segment.effectiveStartDate;
      return { segment, from, to: addDays(from, 1), ...values.get(segment)! };
    });
}

/** TCV of a stretch of a segment. */
export const tcvOfPiece = ({ gross, net, from, to }: Piece): Amounts => {
  const months = monthsBetween(from, to!);
  return { gross: gross.mul(months), net: net.mul(months) };
};

/**
 * What a recurring segment is going to be billed in a stretch, period by period, each rounded as an invoice rounds
 * (Zuora docs, "Order delta TCB calculation").
 */
export function tcbOf(
  subscription: SubscriptionVersion,
  billCycleDay: number,
  { segment, from, to, gross, net }: Piece,
): Amounts {
  const full = periodAmount(segment, subscription);
  const part = (of: Fraction) => exact(money(of, subscription.currency));
  const billed = spansBetween(segment, subscription, billCycleDay, from, to!).map((span) => full.mul(span.share));
  const kept = gross.equals(0) ? exact(1) : net.div(gross);
  return { gross: sum(billed.map(part)), net: sum(billed.map((amount) => part(amount.mul(kept)))) };
}
