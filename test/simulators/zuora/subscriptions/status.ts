import type { SubscriptionVersion } from '../model.ts';

export type SubscriptionStatus = 'Active' | 'Cancelled';

/**
 * Status as of a day in the tenant's zone. A cancellation with a future date leaves it Active until then; a term that
 * ran out without renewal leaves it Active too, and shows in `statusHistory` only.
 */
export function statusOn(subscription: SubscriptionVersion, day: string): SubscriptionStatus {
  return subscription.cancelledFrom !== null && subscription.cancelledFrom <= day ? 'Cancelled' : 'Active';
}

export function statusHistory(
  subscription: SubscriptionVersion,
): { startDate: string; endDate: string | null; status: string }[] {
  const { subscriptionStartDate: start, subscriptionEndDate: end } = subscription;
  const active = { startDate: start, endDate: end, status: 'Active' };
  if (end === null) return [active];
  return [
    active,
    { startDate: end, endDate: null, status: subscription.cancelledFrom === null ? 'OutOfTerm' : 'Cancelled' },
  ];
}
