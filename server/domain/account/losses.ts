import type Fraction from 'fraction.js';
import { amountsInWords } from '../health/health.ts';
import { LARGE_LOSS_PERCENT, LOSS_DAYS, type Trouble } from '../health/rules.ts';
import { mrrOf } from '../metrics/mrr.ts';
import type { MrrRules } from '../metrics/rules.ts';
import { exact } from '../money/decimal.ts';
import { majorOf, roundToMoney } from '../money/money.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { SubscriptionChange } from '../timeline/change.ts';
import { stepOf } from '../timeline/step.ts';
import { addDays, type CalendarDate } from '../time/calendarDate.ts';
import { dayOf } from '../time/instant.ts';
import type { BillingFacts } from './facts.ts';
import { inheritedBy } from './inherited.ts';
import type { SubscriptionView } from './view.ts';

type Losses = {
  facts: BillingFacts;
  views: readonly SubscriptionView[];
  day: CalendarDate;
  /** Business time zone, for the days on which changes were made. */
  zone: string;
  rules: MrrRules;
};

/** What a subscription earned on a day that is over. */
function earnedOn(subscription: Subscription, day: CalendarDate, { facts, rules }: Losses): Fraction {
  if (subscription.trialEndsOn !== null && subscription.trialEndsOn > day) return exact('0');
  // Of one that was canceled, and not by a date that was set before, nothing but the day tells what it was until then. One
  // that expired before it was ever paid earned nothing.
  const endsByDate = subscription.endsByDate || subscription.status === 'Canceled';
  return mrrOf({ ...subscription, endsByDate }, day, inheritedBy(subscription, facts, day, rules)).exact;
}

/** Days on which MRR may have gone down: something ended, or a reduction began. A price that begins adds. */
function turnsOf(subscription: Subscription): (CalendarDate | null)[] {
  const turns = [subscription.cancelOn, subscription.cancelBookedOn ?? null, subscription.termEndsOn];
  for (const { endsOn, startsOn, model, price, discounts } of subscription.charges) {
    turns.push(endsOn);
    if (model === 'discount' || price?.startsWith('-') === true) turns.push(startsOn);
    for (const discount of discounts) turns.push(discount.startsOn);
  }
  for (const discount of subscription.discounts) turns.push(discount.startsOn);
  for (const part of subscription.statusHistory) turns.push(part.from, part.to);
  return turns;
}

/** Changes of a subscription that say themselves what it earned before them. */
function toldChanges(subscription: Subscription, facts: BillingFacts): SubscriptionChange[] {
  return facts.changes.filter(({ subscriptionKey, mrr }) => subscriptionKey === subscription.key && mrr !== null);
}

/** What a subscription earned before each change since a day, where what told the change says it exactly. */
function earnedBeforeChanges(
  { subscription, mrr: now }: SubscriptionView,
  since: CalendarDate,
  { facts, day, zone, rules }: Losses,
): Fraction[] {
  return (
    toldChanges(subscription, facts)
      .map((change) => ({ change, on: dayOf(change.at, zone) }))
      .filter(({ on }) => on > since && on <= day)
      .filter(({ change, on }) => stepOf(change, subscription, on, facts, [], rules) !== null)
      .map(({ change }) => change.mrr!.before)
      // It is rounded, and what is now is not: what is less by the rounding alone is no loss.
      .filter(({ currency, minor }) => currency === now.amount.currency && minor > now.amount.minor)
      .map(majorOf)
  );
}

/** How far the MRR of a subscription is below the highest that it was since a day. */
function lossOf(view: SubscriptionView, since: CalendarDate, losses: Losses): Fraction {
  const { subscription, mrr } = view;
  const before = new Set(
    turnsOf(subscription)
      .filter((turn) => turn !== null && turn > since && turn <= losses.day)
      .map((turn) => addDays(turn!, -1)),
  );
  const earned = [...before].map((on) => earnedOn(subscription, on, losses));
  const highest = [...earned, ...earnedBeforeChanges(view, since, losses)].reduce(
    (max, one) => (one.gt(max) ? one : max),
    mrr.exact,
  );
  return highest.sub(mrr.exact);
}

/**
 * MRR that was lost lately, by what the billing systems date: subscriptions that ended, discounts that began, and charges
 * of Zuora that ended or were reduced. Stripe keeps no dates of what a subscription had before: there it is what changes
 * that were heard of say, such as fewer units.
 */
export function lossTrouble(losses: Losses): Trouble[] {
  const since = addDays(losses.day, -LOSS_DAYS);
  const lost = new Map<string, Fraction>();
  const left = new Map<string, Fraction>();
  for (const view of losses.views) {
    const { currency } = view.subscription;
    lost.set(currency, (lost.get(currency) ?? exact('0')).add(lossOf(view, since, losses)));
    left.set(currency, (left.get(currency) ?? exact('0')).add(view.mrr.exact));
  }
  const losing = [...lost].filter(([, amount]) => amount.gt(0)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (losing.length === 0) return [];
  const isLarge = losing.some(([currency, amount]) =>
    amount.mul(100).gte(amount.add(left.get(currency)!).mul(LARGE_LOSS_PERCENT)),
  );
  const amounts = amountsInWords(losing.map(([currency, amount]) => roundToMoney(amount, currency)));
  return [
    { rule: isLarge ? 'lostMuch' : 'lostSome', text: `${amounts} of MRR was lost in the last ${LOSS_DAYS} days.` },
  ];
}

/** @returns later days on which a loss is old enough not to count any more */
export function lossDays(
  subscription: Subscription,
  facts: BillingFacts,
  day: CalendarDate,
  zone: string,
): CalendarDate[] {
  const changed = toldChanges(subscription, facts).map(({ at }) => dayOf(at, zone));
  return [...turnsOf(subscription), ...changed]
    .filter((turn) => turn !== null)
    .map((turn) => addDays(turn, LOSS_DAYS))
    .filter((over) => over > day);
}
