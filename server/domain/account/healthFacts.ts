import type { HealthFacts } from '../health/health.ts';
import { mrrOf } from '../metrics/mrr.ts';
import type { MrrRules } from '../metrics/rules.ts';
import type { Money } from '../money/money.ts';
import { isKnownStatus, isLive } from '../subscription/subscription.ts';
import { daysBetween, latest, type CalendarDate } from '../time/calendarDate.ts';
import { dayOf } from '../time/instant.ts';
import { isOverLimit, percentUsed } from '../usage/usage.ts';
import { bucketOf } from './aging.ts';
import { reasonOf, type FailedCollection } from './dunning.ts';
import type { BillingFacts } from './facts.ts';
import { inheritedBy } from './inherited.ts';
import { owedOf } from './owed.ts';
import type { AccountView, SubscriptionView } from './view.ts';

/** Billing periods of this many days or more are commitments whose renewal somebody sees to. */
const LONG_PERIOD_DAYS = 360;
/** Numbers of more characters, such as Stripe's ids, are for machines. */
const LONGEST_SPOKEN_NUMBER = 20;

/** @returns whether its renewal is one that somebody sees to, and not just the next month of a monthly plan */
export function isCommitment({ subscription }: SubscriptionView): boolean {
  const { termType, termStartsOn, termEndsOn } = subscription;
  if (termType === 'Termed') return true;
  return termStartsOn !== null && termEndsOn !== null && daysBetween(termStartsOn, termEndsOn) >= LONG_PERIOD_DAYS;
}

/** What people call a subscription: its plan, and its number where that is one that people use. */
export function nameOf({ subscription, plan }: SubscriptionView): string {
  if (plan === '') return subscription.number;
  return subscription.number.length > LONGEST_SPOKEN_NUMBER ? plan : `${plan} (${subscription.number})`;
}

/** @returns first day without a subscription that has ended; null while it has not, or where nothing tells the day */
export function endedOn({ status, subscription }: SubscriptionView): CalendarDate | null {
  return status === 'Canceled' || status === 'Expired' ? (subscription.cancelOn ?? subscription.termEndsOn) : null;
}

/** @returns the one that renews first; null when none does */
export function soonest(views: readonly SubscriptionView[]): SubscriptionView | null {
  return views.reduce<SubscriptionView | null>(
    (min, view) =>
      view.nextRenewalOn !== null && (min === null || view.nextRenewalOn < min.nextRenewalOn!) ? view : min,
    null,
  );
}

/** What a subscription whose cancellation is booked is by the month until it ends, whether or not that is churn already. */
function paidUntilItEnds(
  { subscription }: SubscriptionView,
  facts: BillingFacts,
  day: CalendarDate,
  rules: MrrRules,
): Money {
  return mrrOf(subscription, day, inheritedBy(subscription, facts, day, { ...rules, churn: 'end' })).amount;
}

/** @param failed open invoices whose collection failed */
export function healthFacts(
  facts: BillingFacts,
  views: readonly SubscriptionView[],
  balances: AccountView['balances'],
  failed: readonly FailedCollection[],
  day: CalendarDate,
  zone: string,
  rules: MrrRules,
): HealthFacts {
  const live = views.filter(({ status }) => isLive(status));
  const unclear = views.find(({ status }) => !isKnownStatus(status));
  const renewing = soonest(live.filter(isCommitment));
  const canceling = live
    .filter(({ subscription }) => subscription.cancelOn !== null && subscription.cancelOn > day)
    .toSorted((a, b) => (a.subscription.cancelOn! < b.subscription.cancelOn! ? -1 : 1))[0];
  return {
    today: day,
    // Of whom nobody knows whether he has a subscription it is not said that he had one.
    everSubscribed:
      live.length > 0 ||
      (unclear === undefined && views.some(({ status }) => status === 'Canceled' || status === 'Expired')),
    live: live.length,
    trialing: live.filter(({ status }) => status === 'Trialing').length,
    dunning: failed.map((one) => ({
      number: one.invoice.number,
      amount: one.invoice.balance,
      attempts: one.attempts,
      lastTriedOn: one.lastFailure?.at == null ? null : dayOf(one.lastFailure.at, zone),
      nextAttemptOn: one.invoice.nextAttemptAt === null ? null : dayOf(one.invoice.nextAttemptAt, zone),
      reason: reasonOf(one),
    })),
    overdue: owedOf(facts)
      .filter(({ dueOn }) => bucketOf(dueOn, day) !== 'notDue')
      .map(({ kind, number, balance, dueOn }) => ({ kind, number, amount: balance, dueOn: dueOn! })),
    overLimit: facts.usage
      .filter((usage) => isOverLimit(usage, day))
      .map((usage) => ({
        meter: usage.meter,
        percent: percentUsed(usage) ?? '100',
        quantity: usage.quantity,
        limit: usage.limit ?? '0',
        unit: usage.unit,
      })),
    renewal:
      renewing === null
        ? null
        : {
            on: renewing.nextRenewalOn!,
            name: nameOf(renewing),
            autoRenew: renewing.subscription.autoRenew,
            arr: renewing.arr,
          },
    trialEndsOn: latest(
      live.map(({ subscription, status }) => (status === 'Trialing' ? subscription.trialEndsOn : null)),
    ),
    canceling:
      canceling === undefined
        ? null
        : {
            name: nameOf(canceling),
            on: canceling.subscription.cancelOn!,
            mrr: paidUntilItEnds(canceling, facts, day, rules),
          },
    lastEndedOn: latest(views.map(endedOn).filter((ended) => ended !== null && ended <= day)),
    unclear: unclear === undefined ? null : { name: nameOf(unclear), status: unclear.status },
    mrr: balances.map(({ mrr }) => mrr),
    outstanding: balances.map(({ outstanding }) => outstanding),
  };
}
