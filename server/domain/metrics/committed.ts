import type { Money } from '../money/money.ts';
import { isLive, statusOn, type Subscription } from '../subscription/subscription.ts';
import { addDays, type CalendarDate } from '../time/calendarDate.ts';
import { NOTHING_INHERITED, type Inherited } from './monthly.ts';
import { mrrChangesAfter, mrrOf, type Mrr } from './mrr.ts';

/** A day on which the MRR of a subscription becomes another one without anybody changing anything. */
export type MrrChange = { on: CalendarDate; mrr: Mrr };

/** So far ahead is looked; what is agreed for later is of no use to a forecast, days. */
const HORIZON_DAYS = 366;

/** A trial that nobody ends goes over into the paid subscription, which the billing system says only when it does. */
function asOfLater(subscription: Subscription, day: CalendarDate): Subscription {
  const { status, trialEndsOn } = subscription;
  const isOver = status === 'Trialing' && trialEndsOn !== null && trialEndsOn <= day;
  return isOver ? { ...subscription, status: 'Active' } : subscription;
}

/** @returns what is agreed already: each later day, within a year, from which the MRR is another one than before */
export function agreedChanges(
  subscription: Subscription,
  asOf: CalendarDate,
  inherited: Inherited = NOTHING_INHERITED,
): MrrChange[] {
  const horizon = addDays(asOf, HORIZON_DAYS);
  const { trialEndsOn } = subscription;
  const trial = trialEndsOn !== null && trialEndsOn > asOf ? [trialEndsOn] : [];
  const days = [...new Set([...mrrChangesAfter(subscription, asOf, inherited), ...trial])]
    .filter((day) => day <= horizon)
    .toSorted();
  const changes: MrrChange[] = [];
  let before = mrrOf(subscription, asOf, inherited);
  for (const on of days) {
    const mrr = mrrOf(asOfLater(subscription, on), on, inherited);
    if (!mrr.exact.equals(before.exact)) changes.push({ on, mrr });
    before = mrr;
  }
  return changes;
}

/**
 * Committed MRR: what the MRR comes to once everything that is agreed has taken effect within a year: cancellations that
 * are booked, trials that end, subscriptions and ramps that have not begun, discounts that end. Renewals are taken to happen where the
 * subscription renews itself. (No vendor defines it; this is our choice, see docs/metrics.md.)
 */
export function committedMrrOf(
  subscription: Subscription,
  asOf: CalendarDate,
  inherited: Inherited = NOTHING_INHERITED,
): Money {
  const now = mrrOf(subscription, asOf, inherited).amount;
  const last = agreedChanges(subscription, asOf, inherited).at(-1);
  // Of a cancellation that Stripe will only tell when it happens the day alone is known.
  const { cancelOn } = subscription;
  const ends = cancelOn !== null && cancelOn <= addDays(asOf, HORIZON_DAYS) && isLive(statusOn(subscription, asOf));
  if (ends) return { ...now, minor: 0 };
  return last?.mrr.amount ?? now;
}
