import type { SubscriptionVersion } from './model.ts';

type SubscriptionStatus = 'Active' | 'Cancelled' | 'Suspended' | 'Pending Activation' | 'Pending Acceptance';

/** True while the tenant waits for the activation or acceptance of a new subscription. */
export const isPending = (subscription: SubscriptionVersion): boolean =>
  subscription.serviceActivationDate === null || subscription.customerAcceptanceDate === null;

/**
 * Status as of a day in the tenant's zone. A cancellation with a future date leaves it Active until then; a term that
 * ran out without renewal leaves it Active too, and shows in `statusHistory` only.
 */
export function statusOn(subscription: SubscriptionVersion, day: string): SubscriptionStatus {
  if (subscription.cancelledFrom !== null && subscription.cancelledFrom <= day) return 'Cancelled';
  if (subscription.serviceActivationDate === null) return 'Pending Activation';
  if (subscription.customerAcceptanceDate === null) return 'Pending Acceptance';
  const suspended = subscription.suspensions.some(({ from, to }) => from <= day && (to === null || day < to));
  return suspended ? 'Suspended' : 'Active';
}

type StatusPeriod = { startDate: string; endDate: string | null; status: string };

/** Stretches by status from the start of the subscription; ends exclusive. */
export function statusHistory(subscription: SubscriptionVersion): StatusPeriod[] {
  const { subscriptionStartDate: start, subscriptionEndDate: end, cancelledFrom } = subscription;
  if (isPending(subscription))
    return [{ startDate: start, endDate: cancelledFrom, status: statusOn(subscription, start) }];
  const periods: StatusPeriod[] = [];
  const add = (from: string, to: string | null, status: string) => {
    if (to === null || from < to) periods.push({ startDate: from, endDate: to, status });
  };
  let from = start;
  for (const one of subscription.suspensions) {
    const to = one.to === null || (end !== null && end < one.to) ? end : one.to;
    add(from, one.from, 'Active');
    add(one.from, to, 'Suspended');
    if (to === null) return periods;
    from = to;
  }
  add(from, end, 'Active');
  if (end !== null) add(end, null, cancelledFrom === null ? 'OutOfTerm' : 'Cancelled');
  return periods;
}
