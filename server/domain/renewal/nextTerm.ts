import Fraction from 'fraction.js';
import type { BillingFacts } from '../account/facts.ts';
import { inheritedBy } from '../account/inherited.ts';
import { monthlyCharges } from '../metrics/monthly.ts';
import type { MonthlyCharge } from '../metrics/reductions.ts';
import type { MrrRules } from '../metrics/rules.ts';
import { roundToMoney, type Money } from '../money/money.ts';
import { afterInterval } from '../subscription/interval.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { addDays, monthsBetween, type CalendarDate } from '../time/calendarDate.ts';

/** One without an end counts as a year. */
const EVERGREEN_MONTHS = new Fraction(12);

/** @returns length in months of the term that begins on a day; as long as the one before where billing does not say it */
export function nextTermMonths(subscription: Subscription, on: CalendarDate): Fraction {
  const { renewalTerm = null, termStartsOn, termEndsOn } = subscription;
  if (termStartsOn === on && termEndsOn !== null) return monthsBetween(on, termEndsOn);
  if (renewalTerm === 'Evergreen') return EVERGREEN_MONTHS;
  const end = renewalTerm === null ? null : afterInterval(on, renewalTerm);
  if (end !== null) return monthsBetween(on, end);
  return termStartsOn === null || termStartsOn >= on ? EVERGREEN_MONTHS : monthsBetween(termStartsOn, on);
}

/** What goes on of a subscription: charges with what they cost by the month, after discounts, and for how many months. */
export type NextTerm = { charges: readonly MonthlyCharge[]; months: Fraction; currency: string };

/**
 * The next term: the recurring charges in force on the last day of this one, whatever holds them up that day (a pause, a
 * suspension). Once it has begun: those of its first day. What was sold once, and usage, are not renewed.
 * (Zuora renews every charge that lasts as long as its subscription; docs, "Renew a subscription".)
 * @param on first day of the next term
 */
export function nextTermOf(
  subscription: Subscription,
  on: CalendarDate,
  facts: BillingFacts,
  rules: MrrRules,
): NextTerm {
  const isBegun = subscription.termStartsOn !== null && subscription.termStartsOn >= on;
  const day = isBegun ? on : addDays(on, -1);
  const charges = monthlyCharges(subscription, day, inheritedBy(subscription, facts, day, rules));
  return { charges, months: nextTermMonths(subscription, on), currency: subscription.currency };
}

/** What a term is worth as a whole. */
export function worthOf({ charges, months, currency }: NextTerm): Money {
  const monthly = charges.reduce((all, { amount }) => all.add(amount), new Fraction(0));
  return roundToMoney(monthly.mul(months), currency);
}
