import Fraction from 'fraction.js';
import type { Charge } from '../subscription/charge.ts';
import type { Discount } from '../subscription/discount.ts';
import { chargesOn, type Subscription } from '../subscription/subscription.ts';
import { dayInWords, monthsBetween, type CalendarDate } from '../time/calendarDate.ts';
import { grossOf, monthsOf } from './gross.ts';
import {
  applyDiscount,
  applyReduction,
  holdsOn,
  reaches,
  reachesBy,
  takeTax,
  type MonthlyCharge,
} from './reductions.ts';
import { DEFAULT_MRR_RULES, type MrrRules } from './rules.ts';

/** What holds for a subscription without standing in it. */
export type Inherited = {
  /** Discounts of the billing account; a subscription's own replace them. */
  discounts: readonly Discount[];
  /** Discount charges of sibling subscriptions that reach the whole billing account (Zuora level `account`). */
  reductions: readonly Charge[];
  /** What of it counts, as chosen for its billing system. */
  rules: MrrRules;
};

export const NOTHING_INHERITED: Inherited = { discounts: [], reductions: [], rules: DEFAULT_MRR_RULES };

/** @returns length of the current term in months; 12 where there is none */
function termMonthsOf(subscription: Subscription): Fraction {
  const { termStartsOn, termEndsOn } = subscription;
  if (termStartsOn === null || termEndsOn === null || termEndsOn <= termStartsOn) return new Fraction(12);
  return monthsBetween(termStartsOn, termEndsOn);
}

/** @returns why a charge adds nothing on a day, in words; null when it may */
export function notCounted(charge: Charge, day: CalendarDate): string | null {
  if (charge.kind === 'oneTime') return 'one-time, does not count';
  if (charge.kind === 'usage') return 'billed by usage, does not count';
  if (charge.trialEndsOn !== null && day < charge.trialEndsOn)
    return `in trial until ${dayInWords(charge.trialEndsOn)}, does not count yet`;
  return null;
}

/** Discounts that may come off the charges of a subscription on a day besides their own: its own, or else those that it inherits. */
function discountsOn(subscription: Subscription, day: CalendarDate, inherited: Inherited): readonly Discount[] {
  const holding = subscription.discounts.filter((discount) => holdsOn(discount, day));
  return holding.length > 0 ? holding : inherited.discounts;
}

/** What reduces charges on a day in a way that nobody here knows. Where every discount or none comes off, its duration does not matter. */
type UnknownReducers = { discounts: readonly Discount[]; reductions: readonly Charge[]; rules: MrrRules };

const isUnknown = ({ unknownWord }: { unknownWord?: string }): boolean => unknownWord !== undefined;

function unknownReducers(
  subscription: Subscription,
  inForce: readonly Charge[],
  day: CalendarDate,
  inherited: Inherited,
): UnknownReducers {
  const reductions = [...inForce, ...inherited.reductions].filter((one) => one.reduction !== null && isUnknown(one));
  const discounts = discountsOn(subscription, day, inherited).filter(isUnknown);
  return { discounts, reductions, rules: inherited.rules };
}

/** @returns what reduces a charge in a way that nobody here knows, in words; null where nothing does */
function unknownReductionOf(
  charge: Charge,
  { discounts, reductions, rules }: UnknownReducers,
  day: CalendarDate,
): string | null {
  const matters = rules.discounts === 'recurring' || rules.discounts === 'one-time';
  const discount = matters
    ? [...charge.discounts, ...discounts].find((one) => isUnknown(one) && reaches(one, charge, day))
    : undefined;
  const found = discount ?? reductions.find((one) => reachesBy(one, charge));
  return found === undefined ? null : `${found.unknownWord} of the discount ${found.name}`;
}

/** @returns why a recurring charge in force has no price by the month, in words */
export function untold(charge: Charge, subscription: Subscription, day: CalendarDate, inherited: Inherited): string {
  const reducers = unknownReducers(subscription, chargesOn(subscription, day), day, inherited);
  const word = charge.unknownWord ?? unknownReductionOf(charge, reducers, day);
  const why = word === null ? '' : `: ${word} is not known here`;
  return `its price cannot be told from the subscription${why}`;
}

type Priced = Pick<MonthlyCharge, 'charge' | 'gross' | 'months' | 'billingMonths' | 'amount'>;

/** What does not depend on the day, worked out once: a term is looked at on each day on which something in it changes. */
type Pricing = {
  term: Fraction;
  /** Whether anything of its own reduces charges in a way that nobody here knows: with most nothing does. */
  hasUnknown: boolean;
  /** @returns what a recurring charge costs by the month before discounts; null where that is not told */
  priceOf(charge: Charge): Priced | null;
};

function newPricing(subscription: Subscription): Pricing {
  const term = termMonthsOf(subscription);
  const known = new Map<Charge, Priced | null>();
  const price = (charge: Charge): Priced | null => {
    const gross = charge.kind === 'recurring' ? grossOf(charge) : null;
    if (gross === null) return null;
    const months = monthsOf(charge.priceInterval, charge.months, term);
    const billingMonths = monthsOf(charge.billingInterval, charge.months, term);
    return { charge, gross, months, billingMonths, amount: gross.div(months) };
  };
  const discounts = [...subscription.discounts, ...subscription.charges.flatMap((charge) => charge.discounts)];
  const reductions = subscription.charges.filter(({ reduction }) => reduction !== null);
  return {
    term,
    hasUnknown: [...discounts, ...reductions].some(isUnknown),
    priceOf(charge) {
      const found = known.get(charge);
      if (found !== undefined) return found;
      const priced = price(charge);
      known.set(charge, priced);
      return priced;
    },
  };
}

const PRICINGS = new WeakMap<Subscription, Pricing>();

function pricingOf(subscription: Subscription): Pricing {
  const known = PRICINGS.get(subscription);
  if (known !== undefined) return known;
  const made = newPricing(subscription);
  PRICINGS.set(subscription, made);
  return made;
}

/** The charges of a subscription by the month on a day, whatever its status. */
export function monthlyCharges(subscription: Subscription, day: CalendarDate, inherited: Inherited): MonthlyCharge[] {
  const { currency } = subscription;
  const { rules } = inherited;
  const { term, priceOf, hasUnknown } = pricingOf(subscription);
  const inForce = chargesOn(subscription, day);
  const isTold = !hasUnknown && !inherited.discounts.some(isUnknown) && !inherited.reductions.some(isUnknown);
  const reducers = isTold ? null : unknownReducers(subscription, inForce, day, inherited);
  const lines: MonthlyCharge[] = [];
  for (const charge of inForce) {
    const price = notCounted(charge, day) === null ? priceOf(charge) : null;
    if (price === null || (reducers !== null && unknownReductionOf(charge, reducers, day) !== null)) continue;
    const line: MonthlyCharge = { ...price, steps: [] };
    for (const discount of charge.discounts) applyDiscount([line], discount, currency, day, rules);
    lines.push(line);
  }
  for (const discount of discountsOn(subscription, day, inherited))
    applyDiscount(lines, discount, currency, day, rules);
  const own = inForce.filter((charge) => charge.model === 'discount');
  for (const discount of [...own, ...inherited.reductions]) applyReduction(lines, discount, currency, term);
  for (const line of lines) takeTax(line);
  return lines;
}
