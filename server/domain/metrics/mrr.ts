import Fraction from 'fraction.js';
import { toDecimal } from '../money/decimal.ts';
import { decimalInWords, inWords, roundToMoney, sum, type Money } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Discount } from '../subscription/discount.ts';
import { periodInWords } from '../subscription/interval.ts';
import {
  chargesOn,
  isEarning,
  statusOn,
  type Subscription,
  type SubscriptionStatus,
} from '../subscription/subscription.ts';
import { dayInWords, type CalendarDate } from '../time/calendarDate.ts';
import { monthlyCharges, NOTHING_INHERITED, notCounted, untold, type Inherited } from './monthly.ts';
import { usedUpOn } from './reductions.ts';
import type { MrrRules } from './rules.ts';

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

/** @returns why nothing of a subscription counts that stands so; what billing alone understands is told as it came */
function whyNothing(status: SubscriptionStatus): string {
  return WHY_NOTHING[status] ?? `Its status ${status} is not known here: does not count.`;
}

/** @returns why a subscription that its customer still has counts no more; null when it does */
function whyChurned({ cancelOn, cancelBookedOn }: Subscription, day: CalendarDate, { churn }: MrrRules): string | null {
  if (churn !== 'cancellation' || cancelOn === null) return null;
  // What was read before the day was kept is known to be booked, and not since when.
  const isBooked = cancelBookedOn === undefined || (cancelBookedOn !== null && cancelBookedOn <= day);
  if (!isBooked) return null;
  const booked = cancelBookedOn === undefined ? '' : ` on ${dayInWords(cancelBookedOn!)}`;
  return `Canceled${booked} for ${dayInWords(cancelOn)}: churn since it was booked, by the rule churn: ${churn}.`;
}

/**
 * Monthly recurring revenue on a day, with the reason of every charge.
 *
 * Rules: active and past due subscriptions count, also when collection is paused and, unless chosen otherwise, when a
 * cancellation is pending; trials, paused, unpaid, one-time charges and usage are 0; recurring discounts come off,
 * discounts used once do not, unless chosen otherwise; tax never counts; each charge is normalised by its own interval and
 * rounded half up once, after discounts. (Stripe docs, "Billing analytics"; Zuora docs, "Monthly recurring revenue"; what
 * neither says is chosen here.)
 */
export function mrrOf(subscription: Subscription, asOf: CalendarDate, inherited: Inherited = NOTHING_INHERITED): Mrr {
  const { currency } = subscription;
  const status = statusOn(subscription, asOf);
  const why = isEarning(status) ? whyChurned(subscription, asOf, inherited.rules) : whyNothing(status);
  const lines = why === null ? monthlyCharges(subscription, asOf, inherited) : [];
  const charges = chargesOn(subscription, asOf)
    .filter((charge) => charge.model !== 'discount')
    .map((charge): ChargeMrr => {
      const line = lines.find((candidate) => candidate.charge === charge);
      const amount = roundToMoney(line?.amount ?? new Fraction(0), currency);
      if (line === undefined) {
        const because = notCounted(charge, asOf) ?? `${untold(charge, subscription, asOf, inherited)}, does not count`;
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

/** Days on which a discount begins and ends for charges. */
function daysOf(discount: Discount, charges: readonly Charge[]): (CalendarDate | null)[] {
  const usedUp = discount.duration === 'once' ? charges.map((charge) => usedUpOn(discount, charge)) : [];
  return [discount.startsOn, discount.endsOn, ...usedUp];
}

/**
 * @param inherited discounts of the billing account
 * @returns later days on which the MRR of a subscription may differ without anything being changed
 */
export function mrrChangesAfter(
  subscription: Subscription,
  day: CalendarDate,
  inherited: Pick<Inherited, 'discounts'> = NOTHING_INHERITED,
): CalendarDate[] {
  const dates: (CalendarDate | null)[] = [subscription.startsOn, subscription.cancelOn, subscription.termEndsOn];
  for (const charge of subscription.charges) {
    dates.push(charge.startsOn, charge.endsOn, charge.trialEndsOn);
    for (const discount of charge.discounts) dates.push(...daysOf(discount, [charge]));
  }
  for (const discount of [...subscription.discounts, ...inherited.discounts])
    dates.push(...daysOf(discount, subscription.charges));
  for (const part of subscription.statusHistory) dates.push(part.from, part.to);
  return dates.filter((date): date is CalendarDate => date !== null && date > day);
}
