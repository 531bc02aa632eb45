import { addDays } from '../dates.ts';
import { category } from '../protocol/errors.ts';
import type { SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { refuse } from './refuse.ts';
import type { RampRequest } from './schema/order.ts';

/** Defines, changes or removes the ramp of a subscription: intervals without gap or overlap within its term. */
export function applyRamp(tenant: Tenant, subscription: SubscriptionVersion, request: RampRequest): void {
  if (request.delete) {
    subscription.ramp = null;
    return;
  }
  const intervals = request.intervals?.map((one) => ({
    name: one.name ?? null,
    description: one.description ?? null,
    startDate: one.startDate,
    endDate: one.endDate,
  }));
  if (!intervals) return refuse(category.missingField, 'Missing required value: intervals.');
  intervals.forEach((one, index) => {
    const before = intervals[index - 1];
    if (one.endDate < one.startDate || (before && one.startDate !== addDays(before.endDate, 1)))
      return refuse(category.rule, 'Ramp intervals must follow each other without gap or overlap.');
  });
  const end = subscription.subscriptionEndDate;
  if (
    intervals[0]!.startDate < subscription.subscriptionStartDate ||
    (end !== null && intervals.at(-1)!.endDate >= end)
  )
    return refuse(category.rule, 'Ramp intervals must lie within the subscription.');
  subscription.ramp = {
    id: subscription.ramp?.id ?? tenant.newId(),
    number: subscription.ramp?.number ?? tenant.number('R-'),
    name: request.name ?? null,
    description: request.description ?? null,
    intervals,
    charges: request.charges?.map((one) => chargeOf(subscription, one)) ?? null,
  };
}

function chargeOf(
  subscription: SubscriptionVersion,
  { chargeNumber, uniqueToken }: NonNullable<RampRequest['charges']>[number],
): string {
  const found = subscription.ratePlans
    .flatMap((plan) => plan.segments)
    .find((one) => one.number === chargeNumber || (uniqueToken !== undefined && one.uniqueToken === uniqueToken));
  return found?.number ?? refuse(category.badValue, `The charge ${chargeNumber ?? uniqueToken} is invalid.`);
}
