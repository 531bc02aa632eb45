import Fraction from 'fraction.js';
import { roundToMoney, type Money } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { monthsBetween, type CalendarDate } from '../time/calendarDate.ts';
import { grossOf } from './gross.ts';
import { monthlyCharges, NOTHING_INHERITED, type Inherited } from './monthly.ts';
import { mrrChangesAfter } from './mrr.ts';

/** A charge and what it comes to by the month, from a day on. */
type Stretch = { amount: Fraction; from: CalendarDate };

/** Both are in lowest terms. */
const isSame = (a: Fraction, b: Fraction): boolean => a === b || (a.n === b.n && a.d === b.d && a.s === b.s);

/** Recurring charges: what each comes to by the month times the months that it does, counted from its own first day. */
function recurring(subscription: Subscription, inherited: Inherited, begin: CalendarDate, end: CalendarDate): Fraction {
  const days = [begin, ...mrrChangesAfter(subscription, begin, inherited)].filter((day) => day < end);
  const open = new Map<Charge, Stretch>();
  let total = new Fraction(0);
  const close = (charge: Charge, { amount, from }: Stretch, to: CalendarDate): void => {
    total = total.add(amount.mul(monthsBetween(from, to, charge.startsOn ?? begin)));
    open.delete(charge);
  };
  for (const day of [...new Set(days)].toSorted()) {
    const lines = new Map(monthlyCharges(subscription, day, inherited).map(({ charge, amount }) => [charge, amount]));
    for (const [charge, stretch] of [...open]) {
      const amount = lines.get(charge);
      if (amount === undefined || !isSame(amount, stretch.amount)) close(charge, stretch, day);
    }
    for (const [charge, amount] of lines) if (!open.has(charge)) open.set(charge, { amount, from: day });
  }
  for (const [charge, stretch] of [...open]) close(charge, stretch, end);
  return total;
}

/**
 * Total contract value, from the start of the subscription to the end of its current term: one-time charges in full,
 * recurring charges by the months that they hold; a part of a month at the end counts by its days (Zuora docs, "How TCV is
 * calculated" and "TCV of a subscription"). After discounts.
 *
 * @returns null for an evergreen subscription, which has no end, and for one of a term that nobody here knows
 */
export function tcvOf(subscription: Subscription, inherited: Inherited = NOTHING_INHERITED): Money | null {
  const { termType, termStartsOn, termEndsOn, cancelOn, currency } = subscription;
  const begin = subscription.startsOn ?? termStartsOn;
  if (termType !== 'Termed' || begin === null || termEndsOn === null) return null;
  const end = cancelOn !== null && cancelOn < termEndsOn ? cancelOn : termEndsOn;
  let total = recurring(subscription, inherited, begin, end);
  for (const charge of subscription.charges) {
    const startsOn = charge.startsOn ?? subscription.startsOn;
    if (charge.kind !== 'oneTime' || charge.model === 'discount' || startsOn === null) continue;
    if (startsOn >= begin && startsOn < end) total = total.add(grossOf(charge) ?? new Fraction(0));
  }
  return roundToMoney(total, currency);
}
