import Fraction from 'fraction.js';
import { toDecimal } from '../money/decimal.ts';
import { decimalInWords, inWords, roundToMoney, sum, type Money } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Discount } from '../subscription/discount.ts';
import { periodInWords } from '../subscription/interval.ts';
import { chargesOn, isEarning, statusOn, type Subscription } from '../subscription/subscription.ts';
import { calendarMonths, dayInWords, type CalendarDate } from '../time/calendarDate.ts';
import { grossOf, monthsOf } from './gross.ts';
import { applyDiscount, applyReduction, isRecurring, takeTax, type MonthlyCharge } from './reductions.ts';

/** What one charge adds to MRR, and why. */
export type ChargeMrr = {
  charge: Charge;
  /** Rounded half up, after discounts. */
  amount: Money;
  /** What one price interval costs, exact, in major units; null where it adds nothing whatever it costs. */
  gross: Fraction | null;
  /** Months that the price is for; null as above. */
  months: Fraction | null;
  /** From the price by the month to the amount: what was taken off, and what was left, exact. */
  steps: readonly { text: string; left: Fraction }[];
  /** The same in one sentence. */
  text: string;
};

export type Mrr = {
  /** Sum of the charges. */
  amount: Money;
  /** Unrounded, in major units: what ARR and totals are made from. */
  exact: Fraction;
  /** Why nothing of the subscription counts, in a sentence; null when it does. */
  why: string | null;
  /** Charges in force on the day, except discounts, which are in those that they reduce. */
  charges: ChargeMrr[];
};

/** What holds for a subscription without standing in it. */
export type Inherited = {
  /** Discounts of the billing account; a subscription's own replace them. */
  discounts: readonly Discount[];
  /** Discount charges of sibling subscriptions that reach the whole billing account (Zuora level `account`). */
  reductions: readonly Charge[];
};

export const NOTHING_INHERITED: Inherited = { discounts: [], reductions: [] };

/** @returns length of the current term in months; 12 where there is none */
function termMonthsOf(subscription: Subscription): Fraction {
  const { termStartsOn, termEndsOn } = subscription;
  if (termStartsOn === null || termEndsOn === null || termEndsOn <= termStartsOn) return new Fraction(12);
  return calendarMonths(termStartsOn, termEndsOn);
}

function priced(charge: Charge, gross: Fraction, currency: string): string {
  const period = periodInWords(charge.priceInterval);
  if (charge.model === 'perUnit' && charge.price !== null && charge.transform === null)
    return `${charge.quantity ?? '1'} × ${decimalInWords(charge.price, currency)} ${period}`;
  const total = decimalInWords(toDecimal(gross, 9), currency);
  if (charge.model === 'graduated') return `${charge.quantity ?? '1'} units by graduated tiers, ${total} ${period}`;
  if (charge.model === 'volume') return `${charge.quantity ?? '1'} units at the volume price, ${total} ${period}`;
  if (charge.transform !== null)
    return `${charge.quantity ?? '1'} units in packs of ${charge.transform.divideBy}, ${total} ${period}`;
  return `${total} ${period}`;
}

function notCounted(charge: Charge, day: CalendarDate): string | null {
  if (charge.kind === 'oneTime') return 'one-time, does not count';
  if (charge.kind === 'usage') return 'billed by usage, does not count';
  if (charge.trialEndsOn !== null && day < charge.trialEndsOn)
    return `in trial until ${dayInWords(charge.trialEndsOn)}, does not count yet`;
  return null;
}

const WHY_NOTHING: Readonly<Record<string, string>> = {
  Trialing: 'In trial: counts from the first paid day.',
  Paused: 'Paused: does not count while it rests.',
  Suspended: 'Suspended: does not count while it rests.',
  Unpaid: 'Unpaid after all attempts: does not count.',
  Incomplete: 'The first payment has not succeeded: does not count.',
  Pending: 'Has not begun: counts from its first day.',
  Draft: 'A draft: does not count.',
  Canceled: 'Canceled: does not count any more.',
  Expired: 'Expired: does not count any more.',
};

/** The charges of a subscription by the month on a day, whatever its status. */
function monthlyCharges(subscription: Subscription, day: CalendarDate, inherited: Inherited): MonthlyCharge[] {
  const { currency } = subscription;
  const term = termMonthsOf(subscription);
  const inForce = chargesOn(subscription, day);
  const lines: MonthlyCharge[] = [];
  for (const charge of inForce) {
    const gross = charge.kind === 'recurring' && notCounted(charge, day) === null ? grossOf(charge) : null;
    if (gross === null) continue;
    const months = monthsOf(charge.priceInterval, charge.months, term);
    const billingMonths = monthsOf(charge.billingInterval, charge.months, term);
    const line: MonthlyCharge = { charge, gross, months, billingMonths, amount: gross.div(months), steps: [] };
    for (const discount of charge.discounts) if (isRecurring(discount, day)) applyDiscount([line], discount, currency);
    lines.push(line);
  }
  const discounts = subscription.discounts.length > 0 ? subscription.discounts : inherited.discounts;
  for (const discount of discounts) if (isRecurring(discount, day)) applyDiscount(lines, discount, currency);
  const own = inForce.filter((charge) => charge.model === 'discount');
  for (const discount of [...own, ...inherited.reductions]) applyReduction(lines, discount, currency, term);
  for (const line of lines) {
    takeTax(line);
  }
  return lines;
}

/**
 * Monthly recurring revenue on a day, with the reason of every charge.
 *
 * Rules: active and past due subscriptions count, also when collection is paused or a cancellation is pending; trials,
 * paused, unpaid, one-time charges and usage are 0; recurring discounts come off, discounts used once do not; tax never
 * counts; each charge is normalised by its own interval and rounded half up once, after discounts. (Stripe docs, "Billing
 * analytics"; Zuora docs, "Monthly recurring revenue"; what neither says is chosen here.)
 */
export function mrrOf(subscription: Subscription, asOf: CalendarDate, inherited: Inherited = NOTHING_INHERITED): Mrr {
  const { currency } = subscription;
  const status = statusOn(subscription, asOf);
  const why = isEarning(status) ? null : (WHY_NOTHING[status] ?? 'Does not count.');
  const lines = why === null ? monthlyCharges(subscription, asOf, inherited) : [];
  const charges = chargesOn(subscription, asOf)
    .filter((charge) => charge.model !== 'discount')
    .map((charge): ChargeMrr => {
      const line = lines.find((candidate) => candidate.charge === charge);
      const amount = roundToMoney(line?.amount ?? new Fraction(0), currency);
      if (line === undefined) {
        const because = notCounted(charge, asOf) ?? 'its price cannot be told from the subscription, does not count';
        return { charge, amount, gross: null, months: null, steps: [], text: why ?? `${charge.name}: ${because}.` };
      }
      const { gross, months, steps } = line;
      const words = [priced(charge, gross, currency), ...steps.map(({ text }) => text)].join(', ');
      return { charge, amount, gross, months, steps, text: `${charge.name}: ${words} = ${inWords(amount)} a month.` };
    });
  return {
    amount: sum(
      charges.map(({ amount }) => amount),
      currency,
    ),
    exact: lines.reduce((all, line) => all.add(line.amount), new Fraction(0)),
    why,
    charges,
  };
}

/** Annual recurring revenue: twelve times the unrounded MRR. */
export function arrOf(mrr: Mrr): Money {
  return roundToMoney(mrr.exact.mul(12), mrr.amount.currency);
}

/**
 * Total value of the current term: one-time charges that fall in it in full, recurring charges by the months they hold,
 * a part of a month by its days (Zuora docs, "How TCV is calculated").
 *
 * @returns null for an evergreen subscription, which has no term
 */
export function tcvOf(subscription: Subscription, inherited: Inherited = NOTHING_INHERITED): Money | null {
  const { termType, termStartsOn, termEndsOn, cancelOn, currency } = subscription;
  if (termType === 'Evergreen' || termStartsOn === null || termEndsOn === null) return null;
  const end = cancelOn !== null && cancelOn < termEndsOn ? cancelOn : termEndsOn;
  const cuts = new Set<CalendarDate>([termStartsOn]);
  for (const charge of subscription.charges)
    for (const cut of [charge.startsOn, charge.endsOn, charge.trialEndsOn])
      if (cut !== null && cut > termStartsOn && cut < end) cuts.add(cut);
  const days = [...cuts].toSorted();
  let total = new Fraction(0);
  days.forEach((from, index) => {
    const months = calendarMonths(from, days[index + 1] ?? end);
    for (const line of monthlyCharges(subscription, from, inherited)) total = total.add(line.amount.mul(months));
  });
  for (const charge of subscription.charges) {
    const startsOn = charge.startsOn ?? subscription.startsOn;
    if (charge.kind !== 'oneTime' || charge.model === 'discount' || startsOn === null) continue;
    if (startsOn >= termStartsOn && startsOn < end) total = total.add(grossOf(charge) ?? new Fraction(0));
  }
  return roundToMoney(total, currency);
}

/** @returns later days on which the MRR of a subscription may differ without anything being changed */
export function mrrChangesAfter(subscription: Subscription, day: CalendarDate): CalendarDate[] {
  const dates: (CalendarDate | null)[] = [subscription.startsOn, subscription.cancelOn, subscription.termEndsOn];
  for (const charge of subscription.charges) {
    dates.push(charge.startsOn, charge.endsOn, charge.trialEndsOn);
    for (const discount of charge.discounts) dates.push(discount.startsOn, discount.endsOn);
  }
  for (const discount of subscription.discounts) dates.push(discount.startsOn, discount.endsOn);
  for (const part of subscription.statusHistory) dates.push(part.from, part.to);
  return dates.filter((date): date is CalendarDate => date !== null && date > day);
}
