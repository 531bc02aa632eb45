import { exact, metric, money, type Fraction } from '../decimal.ts';
import { lastSegments, mrrOn, tcvAmounts, total, type Amounts } from './contract.ts';
import type { RatePlan, Segment, SubscriptionVersion } from '../subscriptions/model.ts';
import { discountsOn, isDiscount, soldIn } from './discounts.ts';
import { mrrPieces, oneTimePieces, tcbOf } from './pieces.ts';

type Total = Amounts | null;
type Totals = { cmrr: Total; tcv: Total; tcb: Total; discounted: boolean };

const zero = exact(0);
const none: Totals = {
  cmrr: { gross: zero, net: zero },
  tcv: { gross: zero, net: zero },
  tcb: { gross: zero, net: zero },
  discounted: false,
};

/** Totals of a charge over its segments; MRR of the last one, and none while the subscription is suspended. */
function totalsOf(subscription: SubscriptionVersion, segments: readonly Segment[], billCycleDay: number): Totals {
  const last = lastSegments(segments)[0]!;
  const suspended = subscription.suspensions.at(-1)?.to === null;
  const lasting = (segment: Segment) => segment === last || isDiscount(segment);
  const cmrr = suspended ? undefined : mrrOn(subscription, last.effectiveStartDate, lasting).get(last);
  const own = (piece: { segment: Segment }) => segments.includes(piece.segment);
  const tcvs = [...tcvAmounts(subscription)].filter(([segment]) => segments.includes(segment)).map(([, one]) => one);
  const recurring = mrrPieces(subscription).filter(own);
  const everything = soldIn(subscription);
  return {
    cmrr: cmrr ?? none.cmrr,
    tcv: tcvs.includes(null) ? null : total(tcvs as Amounts[]),
    tcb: recurring.some((one) => one.to === null)
      ? null
      : total([
          ...recurring.map((one) => tcbOf(subscription, billCycleDay, one)),
          ...oneTimePieces(subscription).filter(own),
        ]),
    discounted: everything
      .filter(own)
      .some((one) => discountsOn(one, everything).some((discount) => discount.segment.discountLevel !== 'account')),
  };
}

/** Amounts with what they add to those before, as previews show them: null for what there is none of. */
function compared(now: Total, before: Total, discounted: boolean, round: (value: Fraction) => number) {
  if (now === null) return { regular: null, discount: null, regularDelta: null, discountDelta: null };
  const old = before ?? none.tcv!;
  const discount = now.net.sub(now.gross);
  return {
    regular: round(now.gross),
    discount: discounted ? round(discount) : null,
    regularDelta: metric(exact(round(now.gross)).sub(exact(round(old.gross)))),
    discountDelta: discounted ? metric(exact(round(discount)).sub(exact(round(old.net.sub(old.gross))))) : null,
  };
}

/**
 * Charge metrics of an order preview: what every regular charge of a subscription comes to, and what the order adds.
 * Charges without amounts, such as usage, are left out.
 */
export function chargeMetrics(
  base: SubscriptionVersion | null,
  next: SubscriptionVersion,
  billCycleDay: number,
): Record<string, unknown>[] {
  const inCurrency = (value: Fraction) => money(value, next.currency);
  return next.ratePlans.flatMap((plan) =>
    chargesOf(plan).map((segments) => {
      const number = segments[0]!.number;
      const old = base?.ratePlans.flatMap((one) => chargesOf(one)).find((one) => one[0]!.number === number);
      const now = totalsOf(next, segments, billCycleDay);
      const before = old ? totalsOf(base!, old, billCycleDay) : none;
      return {
        productRatePlanId: plan.productRatePlanId,
        productRatePlanChargeId: segments[0]!.productRatePlanChargeId,
        originRatePlanId: plan.formerIds[0] ?? plan.id,
        chargeNumber: number,
        cmrr: compared(now.cmrr, before.cmrr, now.discounted, metric),
        tcv: compared(now.tcv, before.tcv, now.discounted, inCurrency),
        tcb: compared(now.tcb, before.tcb, now.discounted, inCurrency),
      };
    }),
  );
}

/** Segments of a plan by charge, without usage and discounts. */
function chargesOf(plan: RatePlan): Segment[][] {
  const regular = plan.segments.filter((one) => one.type !== 'Usage' && !isDiscount(one) && !one.pending);
  return lastSegments(regular).map(({ number }) => regular.filter((one) => one.number === number));
}
