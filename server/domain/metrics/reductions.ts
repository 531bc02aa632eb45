import Fraction from 'fraction.js';
import { exact } from '../money/decimal.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Discount } from '../subscription/discount.ts';
import { afterInterval } from '../subscription/interval.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { monthsOf } from './gross.ts';
import { comesOff, type MrrRules } from './rules.ts';

/** A recurring charge on its way from gross to net, by the month, exact, in major units. */
export type MonthlyCharge = {
  charge: Charge;
  /** What one price interval costs. */
  gross: Fraction;
  /** Length of its price interval. */
  months: Fraction;
  /** Length of its billing interval. */
  billingMonths: Fraction;
  amount: Fraction;
  /** What has been taken off, in words, and what was left. */
  steps: { text: string; left: Fraction }[];
};

const HUNDRED = new Fraction(100);

function percentLeft(percent: string): Fraction {
  const left = HUNDRED.sub(exact(percent)).div(HUNDRED);
  return left.lt(0) ? new Fraction(0) : left;
}

function leave(line: MonthlyCharge, left: Fraction, text: string): void {
  if (left.lt(line.amount)) line.steps.push({ text, left });
  line.amount = left;
}

/** Takes out the tax that the price contains. */
export function takeTax(line: MonthlyCharge): void {
  const tax = exact(line.charge.includedTaxPercent);
  if (tax.n === 0n) return;
  leave(
    line,
    line.amount.div(tax.div(HUNDRED).add(1)),
    `without the ${line.charge.includedTaxPercent} % tax in the price`,
  );
}

export function holdsOn({ startsOn, endsOn }: Discount, day: CalendarDate): boolean {
  return (startsOn === null || startsOn <= day) && (endsOn === null || day < endsOn);
}

/**
 * @returns first day without a discount that is used once: it reduces one invoice, and so one billing interval from the day
 * on which it was given (our choice: Stripe publishes none); null for one that holds for longer, and where no day is known
 */
export function usedUpOn({ duration, startsOn }: Discount, { billingInterval }: Charge): CalendarDate | null {
  return duration === 'once' && startsOn !== null ? afterInterval(startsOn, billingInterval) : null;
}

export function reaches(discount: Discount, charge: Charge, day: CalendarDate): boolean {
  const { appliesToProducts: products } = discount;
  if (products !== null && (charge.productId === null || !products.includes(charge.productId))) return false;
  const over = usedUpOn(discount, charge);
  return holdsOn(discount, day) && (over === null || day < over);
}

/** Says of a discount that holds why it takes nothing off. */
function passOver(lines: readonly MonthlyCharge[], { duration, name }: Discount, off: string, rules: MrrRules): void {
  const why = duration === 'once' ? ': it is used once' : '';
  for (const { steps, amount } of lines)
    steps.push({
      text: `${off} (${name}) not taken off${why}, by the rule discounts: ${rules.discounts}`,
      left: amount,
    });
}

/**
 * Takes one discount off the charges that it applies to, if the rules let it. A percentage comes off each; an amount, which
 * is for each invoice, is spread over its billing interval and split in proportion to what the charges cost; never below 0.
 */
export function applyDiscount(
  lines: readonly MonthlyCharge[],
  discount: Discount,
  currency: string,
  day: CalendarDate,
  rules: MrrRules,
): void {
  const reached = lines.filter(({ charge }) => reaches(discount, charge, day));
  const by = discount.duration === 'once' ? `, used once, counted by the rule discounts: ${rules.discounts}` : '';
  const counts = comesOff(discount, rules);
  if (discount.percentOff !== null) {
    if (!counts) return passOver(reached, discount, `${discount.percentOff} %`, rules);
    const left = percentLeft(discount.percentOff);
    for (const line of reached)
      leave(line, line.amount.mul(left), `less ${discount.percentOff} % (${discount.name})${by}`);
    return;
  }
  if (discount.amountOff === null || discount.amountOff.currency !== currency) return;
  if (!counts) return passOver(reached, discount, `${currency} ${discount.amountOff.amount}`, rules);
  const total = reached.reduce((all, line) => all.add(line.amount), new Fraction(0));
  if (!total.gt(0)) return;
  const shortest = reached.reduce(
    (min, line) => (line.billingMonths.lt(min) ? line.billingMonths : min),
    reached[0]!.billingMonths,
  );
  const monthly = exact(discount.amountOff.amount).div(shortest);
  const off = monthly.gt(total) ? total : monthly;
  for (const line of reached)
    leave(
      line,
      line.amount.sub(off.mul(line.amount).div(total)),
      `less its part of ${currency} ${discount.amountOff.amount} (${discount.name})${by}`,
    );
}

/** @returns whether a discount charge reduces a charge; one whose reach nobody here knows may reduce every one */
export function reachesBy({ reduction, ratePlanKey, unknownWord }: Charge, charge: Charge): boolean {
  if (reduction === null) return false;
  return unknownWord !== undefined || reduction.level !== 'ratePlan' || charge.ratePlanKey === ratePlanKey;
}

/**
 * Takes a Zuora discount charge off: a percentage off each charge it reaches, a fixed amount off one charge after the
 * other, by charge number (Zuora docs, "Apply a fixed-amount discount charge to multiple regular charges").
 */
export function applyReduction(
  lines: readonly MonthlyCharge[],
  discount: Charge,
  currency: string,
  termMonths: Fraction,
): void {
  const { reduction } = discount;
  if (reduction === null || !reduction.recurring) return;
  const reached = lines.filter(({ charge }) => reachesBy(discount, charge));
  if (reduction.percentOff !== null) {
    const left = percentLeft(reduction.percentOff);
    for (const line of reached) leave(line, line.amount.mul(left), `less ${reduction.percentOff} % (${discount.name})`);
    return;
  }
  if (reduction.amountOff === null) return;
  let open = exact(reduction.amountOff).div(monthsOf(discount.priceInterval, discount.months, termMonths));
  for (const line of reached.toSorted((a, b) => (a.charge.number < b.charge.number ? -1 : 1))) {
    const off = open.gt(line.amount) ? line.amount : open;
    leave(
      line,
      line.amount.sub(off),
      `less a fixed discount from ${currency} ${reduction.amountOff} (${discount.name})`,
    );
    open = open.sub(off);
  }
}
