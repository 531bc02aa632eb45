import { daysBetween, type CalendarDate } from '../../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../../domain/time/instant.ts';
import type { StripeSubscription } from '../schema.ts';

const DAY_S = 86_400;

/** When the period that is under way ends first, seconds. */
export const periodEndOf = ({ items }: Pick<StripeSubscription, 'items'>): number =>
  Math.min(...items.data.map((item) => item.current_period_end));

/** The moment of a day at which a period would end, seconds: what takes effect between periods is billed in whole ones. */
export function cycleMoment(day: CalendarDate, subscription: Pick<StripeSubscription, 'items'>, zone: string): number {
  const end = periodEndOf(subscription);
  const at = end + daysBetween(dayOf(fromUnixSeconds(end), zone), day) * DAY_S;
  // Stripe counts by UTC, where the clocks of the zone may have been changed in between.
  const days = daysBetween(dayOf(fromUnixSeconds(at), zone), day);
  return at + days * DAY_S;
}
