import type { Source } from '../billingAccount/billingAccount.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Charge, Interval } from './charge.ts';
import type { Discount } from './discount.ts';

/**
 * State of a subscription; the words of the picklist in Salesforce. A word of a billing system that is not among these stands
 * as it came: such a subscription is neither live nor ended, and earns nothing.
 */
export const SUBSCRIPTION_STATUSES = [
  'Draft',
  'Pending',
  'Trialing',
  'Active',
  'Past Due',
  'Unpaid',
  'Paused',
  'Suspended',
  'Incomplete',
  'Canceled',
  'Expired',
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number] | (string & {});

/** Whether a subscription ends or renews on a date; a word of a billing system that is neither stands as it came. */
export const TERM_TYPES = ['Termed', 'Evergreen'] as const;
export type TermType = (typeof TERM_TYPES)[number] | (string & {});

/** A word of a billing system that is not known here and has no place of its own: what it is a word for, and the word. */
export type UnknownWord = { what: string; word: string };

export type Subscription = {
  kind: 'subscription';
  key: string;
  connection: string;
  source: Source;
  billingAccountKey: string;
  /** Stable number in Zuora, subscription id in Stripe. */
  number: string;
  currency: string;
  /** As the billing system says it; `statusOn` gives the one of a day. */
  status: SubscriptionStatus;
  /** Parts of its life that the billing system has dated, each [from, to). */
  statusHistory: readonly { status: SubscriptionStatus; from: CalendarDate | null; to: CalendarDate | null }[];
  startsOn: CalendarDate | null;
  termType: TermType;
  /** First day of the term; of the billing period where there is no term. */
  termStartsOn: CalendarDate | null;
  /** First day after it. */
  termEndsOn: CalendarDate | null;
  autoRenew: boolean;
  /** How long each later term is, or that it goes on without one; absent or null where the billing system does not say. */
  renewalTerm?: Interval | 'Evergreen' | null;
  trialEndsOn: CalendarDate | null;
  /** Day from which it is canceled, when that is known. */
  cancelOn: CalendarDate | null;
  /** Day on which the cancellation was booked; null where nothing is booked, absent where the day was not kept. */
  cancelBookedOn?: CalendarDate | null;
  /** True where a subscription ends on `cancelOn` by itself, before the billing system says anything more. */
  endsByDate: boolean;
  /** Invoices are made but not collected. */
  collectionPaused: boolean;
  /** Day on which collection begins again by itself; absent or null where it does not, or is not paused. */
  collectionResumesOn?: CalendarDate | null;
  charges: readonly Charge[];
  discounts: readonly Discount[];
  /** Plan of its later changes, where the billing system keeps one; they stand in charges and discounts. */
  scheduleId?: string | null;
  /** Stands for one that the billing system makes, under a number of its own, on the day on which it begins. */
  isPlanned?: boolean;
  /** What of it says something that nobody here knows, besides statuses, term type and charges. */
  unknownWords?: readonly UnknownWord[];
  /** Order that brought it to this state, where the billing system says it. */
  lastOrder: string | null;
  /** As of a billing account. */
  fields?: Readonly<Record<string, string>>;
  sourceUrl: string;
};

/** @returns whether it is one of ours, so that what it means is known */
export function isKnownStatus(status: SubscriptionStatus): boolean {
  return (SUBSCRIPTION_STATUSES as readonly string[]).includes(status);
}

/** @returns the status as of a day: what has begun, ended or been canceled by then counts */
export function statusOn(subscription: Subscription, day: CalendarDate): SubscriptionStatus {
  const { status, startsOn, cancelOn } = subscription;
  if (!isKnownStatus(status)) return status;
  const dated = subscription.statusHistory.find(
    (part) => part.from !== null && part.from <= day && (part.to === null || day < part.to),
  );
  if (status === 'Canceled' || status === 'Expired') {
    // Zuora calls a subscription canceled from the day the order is booked, also when it ends later.
    if (!subscription.endsByDate || cancelOn === null || cancelOn <= day) return status;
    return startsOn !== null && startsOn > day ? 'Pending' : 'Active';
  }
  if (subscription.endsByDate && cancelOn !== null && cancelOn <= day) return 'Canceled';
  if (status === 'Active' && dated?.status === 'Suspended') return 'Suspended';
  if (status === 'Suspended' && dated !== undefined && dated.status === 'Active') return 'Active';
  if (status === 'Active' && startsOn !== null && startsOn > day) return 'Pending';
  if (
    status === 'Active' &&
    subscription.termType === 'Termed' &&
    !subscription.autoRenew &&
    subscription.termEndsOn !== null &&
    subscription.termEndsOn <= day
  )
    return 'Expired';
  return status;
}

const LIVE: ReadonlySet<SubscriptionStatus> = new Set([
  'Trialing',
  'Active',
  'Past Due',
  'Unpaid',
  'Paused',
  'Suspended',
]);

/** @returns whether the customer still has the subscription: it has begun and has not ended */
export function isLive(status: SubscriptionStatus): boolean {
  return LIVE.has(status);
}

const EARNING: ReadonlySet<SubscriptionStatus> = new Set(['Active', 'Past Due']);

/** @returns whether it earns recurring revenue: active or past due (Stripe docs, "Billing analytics") */
export function isEarning(status: SubscriptionStatus): boolean {
  return EARNING.has(status);
}

/** @returns charges in force on a day */
export function chargesOn(subscription: Subscription, day: CalendarDate): Charge[] {
  return subscription.charges.filter(
    (charge) => (charge.startsOn === null || charge.startsOn <= day) && (charge.endsOn === null || day < charge.endsOn),
  );
}

/**
 * @returns the day on which the term (Stripe: the billing period) renews, by itself or by somebody; null when it will not:
 * it has ended, is canceled by then, or has neither term nor period
 */
export function nextRenewalOn(subscription: Subscription, day: CalendarDate): CalendarDate | null {
  const { termEndsOn, cancelOn } = subscription;
  if (termEndsOn === null || !isLive(statusOn(subscription, day))) return null;
  return cancelOn !== null && cancelOn <= termEndsOn ? null : termEndsOn;
}

/**
 * @returns names of what has been bought, as of a day; of its first day where it has not begun, of everything there ever was
 * when nothing is in force
 */
export function planOf(subscription: Subscription, day: CalendarDate): string {
  const { startsOn } = subscription;
  const inForce = chargesOn(subscription, startsOn !== null && startsOn > day ? startsOn : day);
  const charges = (inForce.length > 0 ? inForce : subscription.charges).filter((charge) => charge.model !== 'discount');
  return [...new Set(charges.map((charge) => charge.plan))].join(', ');
}
