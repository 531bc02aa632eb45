import type { ProductCharge } from '../catalog/model.ts';
import { category } from '../protocol/errors.ts';
import { lastSegments } from '../metrics/contract.ts';
import type { RatePlan, Segment, SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { priceOfNextTerm } from './pricing.ts';
import { refuse } from './refuse.ts';

/** A copy of a segment that follows it from a day on; `segment` numbers are put right by `renumber`. */
function following(tenant: Tenant, segment: Segment, day: string, orderDate: string): Segment {
  return {
    ...structuredClone(segment),
    id: tenant.newId(),
    version: segment.version + 1,
    effectiveStartDate: day,
    chargedThroughDate: null,
    originalOrderDate: orderDate,
    amendedByOrderOn: null,
  };
}

/** Counts the segments of every charge from 1 in the order of time. */
export function renumber(plan: RatePlan): void {
  const counts = new Map<string, number>();
  for (const one of plan.segments) {
    one.segment = (counts.get(one.number) ?? 0) + 1;
    counts.set(one.number, one.segment);
  }
}

/**
 * Changes a charge from a day on: the segment that covers it ends there and a next one begins, which ends where the
 * first one did. A change ahead of one that is booked already has to say so.
 * @param ahead true: the action gave `specificUpdateDate`
 */
export function splitSegment(
  tenant: Tenant,
  plan: RatePlan,
  chargeNumber: string,
  day: string,
  change: (segment: Segment) => void,
  { orderDate, ahead }: { orderDate: string; ahead: boolean },
): void {
  const own = plan.segments.filter((one) => one.number === chargeNumber);
  if (own.some((one) => one.effectiveStartDate > day) && !ahead)
    return refuse(
      category.rule,
      `Charge ${chargeNumber} has a later change already; give specificUpdateDate to change it before that.`,
    );
  const current = own.findLast((one) => one.effectiveStartDate <= day);
  if (!current) return refuse(category.rule, `Charge ${chargeNumber} starts after ${day}.`);
  if (current.effectiveEndDate !== null && day > current.effectiveEndDate)
    return refuse(category.rule, `Charge ${chargeNumber} has ended before ${day}.`);
  current.amendedByOrderOn = orderDate;
  if (current.pending || (current.effectiveStartDate === day && current.chargedThroughDate === null)) {
    change(current);
    current.version++;
    return;
  }
  const next = following(tenant, current, day, orderDate);
  change(next);
  current.effectiveEndDate = day;
  plan.segments.splice(plan.segments.indexOf(current) + 1, 0, next);
  renumber(plan);
}

/** Ends everything at a day: segments that cross it are cut, later ones go or, once billed, shrink to nothing. */
export function endSegments(plan: RatePlan, day: string, orderDate: string): void {
  plan.segments = plan.segments.filter(
    (one) => one.segment === 1 || one.effectiveStartDate < day || one.chargedThroughDate !== null,
  );
  for (const segment of plan.segments) {
    if (segment.effectiveEndDate !== null && segment.effectiveEndDate <= day) continue;
    segment.effectiveEndDate = segment.effectiveStartDate > day ? segment.effectiveStartDate : day;
    segment.amendedByOrderOn = orderDate;
  }
}

/** The last segments of charges that run to the end of the subscription, with their plans. */
function* lastingUntil(plans: readonly RatePlan[], end: string | null): Generator<[RatePlan, Segment]> {
  for (const plan of plans)
    if (plan.lastChangeType !== 'Remove')
      for (const segment of lastSegments(plan.segments))
        if (segment.endDateCondition === 'Subscription_End' && segment.effectiveEndDate === end) yield [plan, segment];
}

/** Moves the end of charges that run to the end of the subscription when that end moves; cuts what lies beyond. */
export function moveEnd(plans: readonly RatePlan[], from: string | null, to: string | null): void {
  for (const [, segment] of lastingUntil(plans, from)) {
    if (to !== null && segment.effectiveStartDate > to)
      return refuse(category.rule, `Charge ${segment.number} starts after ${to}, the new end of the subscription.`);
    segment.effectiveEndDate = to;
  }
  if (to === null) return;
  for (const segment of plans.flatMap((plan) => plan.segments))
    if (segment.effectiveEndDate !== null && segment.effectiveEndDate > to && segment.effectiveStartDate <= to)
      segment.effectiveEndDate = to;
}

/** Carries charges over the end of a term, at the price that their price change option gives for the next one. */
export function renewSegments(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  to: string | null,
  orderDate: string,
): void {
  const from = subscription.termEndDate!;
  for (const [plan, segment] of lastingUntil(subscription.ratePlans, from)) {
    const next = following(tenant, segment, from, orderDate);
    const product: ProductCharge | undefined = tenant.by('productCharges', 'id', segment.productRatePlanChargeId)[0];
    if (!priceOfNextTerm(next, product, subscription.currency)) {
      segment.effectiveEndDate = to;
      continue;
    }
    next.effectiveEndDate = to;
    segment.amendedByOrderOn = orderDate;
    plan.segments.splice(plan.segments.indexOf(segment) + 1, 0, next);
    renumber(plan);
  }
}

/** Brings charges back from a day on that a suspension has cut; one-time charges of the days between stay away. */
export function resumeSegments(
  tenant: Tenant,
  plan: RatePlan,
  before: RatePlan,
  { from, to, orderDate }: { from: string; to: string; orderDate: string },
): void {
  plan.segments = before.segments.flatMap((old): Segment[] => {
    const now = plan.segments.filter((one) => one.number === old.number && one.segment === old.segment);
    const { effectiveStartDate: start, effectiveEndDate: end } = old;
    if (end !== null && end <= from) return now;
    if (start >= from) {
      const restarts = start > to ? start : to;
      if ((end !== null && end <= restarts) || (old.type === 'OneTime' && start < to)) return now;
      return [
        {
          ...(now[0] ?? following(tenant, old, start, orderDate)),
          effectiveStartDate: restarts,
          effectiveEndDate: end,
        },
      ];
    }
    for (const cut of now) if (old.type === 'OneTime' || to === from) cut.effectiveEndDate = end;
    const goesOn = old.type !== 'OneTime' && to > from && (end === null || end > to);
    return goesOn ? [...now, following(tenant, old, to, orderDate)] : now;
  });
  renumber(plan);
}
