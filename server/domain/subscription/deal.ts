import { addMonths, type CalendarDate } from '../time/calendarDate.ts';
import { isKnownStatus, type Subscription, type SubscriptionStatus } from './subscription.ts';

/** What a subscription is to sales: that it was bought, that more was bought, or that it goes on for another term. */
export type ReportedDeal = {
  kind: 'New' | 'Upsell' | 'Renewal';
  /** First day of the term that it is about, or on which an upgrade holds. */
  on: CalendarDate;
  /** Tells it from the other deals of the subscription. */
  part: string;
};

/** A billing period of at least so many months is a term to sales; shorter ones renew without anybody selling anything. */
const TERM_MONTHS = 12;

/** Nothing was sold, or not any more. */
const NO_DEAL: ReadonlySet<SubscriptionStatus> = new Set(['Draft', 'Incomplete', 'Canceled', 'Expired']);

/** @returns whether a subscription that stands so is a deal that was won; of a state that nobody here knows it is not known */
export function isWon(status: SubscriptionStatus): boolean {
  return isKnownStatus(status) && !NO_DEAL.has(status);
}

/**
 * @returns the newest deal of a subscription; null where billing does not say when it began, or will make it under another
 * number, whose deal it is then
 */
export function newestDealOf(subscription: Subscription): ReportedDeal | null {
  const { startsOn, termType, termStartsOn, termEndsOn, isPlanned = false } = subscription;
  if (startsOn === null || isPlanned) return null;
  const isTerm =
    termStartsOn !== null &&
    (termType === 'Termed' || (termEndsOn !== null && termEndsOn >= addMonths(termStartsOn, TERM_MONTHS)));
  return isTerm && termStartsOn > startsOn
    ? { kind: 'Renewal', on: termStartsOn, part: `renewal:${termStartsOn}` }
    : { kind: 'New', on: startsOn, part: 'new' };
}
