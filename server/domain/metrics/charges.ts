import type { Money } from '../money/money.ts';
import { zero } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { dayInWords, type CalendarDate } from '../time/calendarDate.ts';
import { chargeSteps } from './explain.ts';
import type { Mrr } from './mrr.ts';

/** A charge on a day, with what it adds to MRR. */
export type ChargeView = {
  charge: Charge;
  /** Tells it from every other charge and segment of its connection; stays the same over amendments. */
  id: string;
  status: 'Current' | 'Future' | 'Ended';
  mrr: Money;
  /** Where its part of MRR comes from, or why there is none: one line a step. */
  why: string[];
};

const REACHES: Readonly<Record<NonNullable<Charge['reduction']>['level'], string>> = {
  ratePlan: 'the charges of its rate plan',
  subscription: 'the charges of its subscription',
  account: 'all charges of its billing account',
};

function statusOf({ startsOn, endsOn }: Charge, day: CalendarDate): ChargeView['status'] {
  if (endsOn !== null && endsOn <= day) return 'Ended';
  return startsOn !== null && startsOn > day ? 'Future' : 'Current';
}

/**
 * A segment is told apart by its number, and where the billing system gives none by the day on which it begins; what holds
 * now keeps its name when something is planned after it.
 */
function idOf(charge: Charge, all: readonly Charge[]): string {
  const { number, segment, startsOn } = charge;
  if (segment != null) return `${number}:${segment}`;
  return startsOn === null || all.every((other) => other === charge || other.number !== number)
    ? number
    : `${number}:${startsOn}`;
}

/** @returns every charge of a subscription, also those that are not in force; their amounts sum to its MRR */
export function chargeViews(subscription: Subscription, mrr: Mrr, day: CalendarDate): ChargeView[] {
  const { currency } = subscription;
  return subscription.charges.map((charge): ChargeView => {
    const status = statusOf(charge, day);
    const id = idOf(charge, subscription.charges);
    const nothing = (text: string): ChargeView => ({ charge, id, status, mrr: zero(currency), why: [text] });
    if (status === 'Future') return nothing(`Begins on ${dayInWords(charge.startsOn!)}.`);
    if (status === 'Ended') return nothing(`Ended; ${dayInWords(charge.endsOn!)} was the first day without it.`);
    if (charge.model === 'discount' && charge.unknownWord !== undefined)
      return nothing(`What it reduces cannot be told: ${charge.unknownWord} is not known here.`);
    if (charge.model === 'discount')
      return nothing(`Reduces ${REACHES[charge.reduction?.level ?? 'ratePlan']}; it is in their MRR.`);
    const own = mrr.charges.find((one) => one.charge === charge);
    if (own === undefined) return nothing('Does not count.');
    const steps = mrr.why === null ? chargeSteps(own, currency).map(({ text }) => text) : [mrr.why];
    return { charge, id, status, mrr: own.amount, why: steps };
  });
}
