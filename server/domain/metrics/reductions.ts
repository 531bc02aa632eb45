import Fraction from 'fraction.js';
import { exact } from '../money/decimal.ts';
import type { Charge } from '../subscription/charge.ts';
import type { Discount } from '../subscription/discount.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { monthsOf } from './gross.ts';

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

function take(line: MonthlyCharge, off: Fraction, text: string): void {
  line.amount = line.amount.sub(off);
  if (off.gt(0)) line.steps.push({ text, left: line.amount });
}

/** Takes out the tax that the price contains. */
export function takeTax(line: MonthlyCharge): void {
  const tax = exact(line.charge.includedTaxPercent);
  const net = line.amount.div(tax.div(HUNDRED).add(1));
  take(line, line.amount.sub(net), `without the ${line.charge.includedTaxPercent} % tax in the price`);
}

/** A discount used once takes nothing off recurring revenue. */
export function isRecurring(discount: Discount, day: CalendarDate): boolean {
  return (
    discount.duration !== 'once' &&
    (discount.startsOn === null || discount.startsOn <= day) &&
    (discount.endsOn === null || day < discount.endsOn)
  );
}

/**
 * Takes one discount off the charges that it applies to. A percentage comes off each; an amount, which is for each
 * invoice, is spread over its billing interval and split in proportion to what the charges cost; never below 0.
 */
export function applyDiscount(lines: readonly MonthlyCharge[], discount: Discount, currency: string): void {
  const reached = lines.filter(
    ({ charge }) =>
      discount.appliesToProducts === null ||
      (charge.productId !== null && discount.appliesToProducts.includes(charge.productId)),
  );
  if (discount.percentOff !== null) {
    const left = percentLeft(discount.percentOff);
    for (const line of reached)
      take(line, line.amount.sub(line.amount.mul(left)), `less ${discount.percentOff} % (${discount.name})`);
    return;
  }
  if (discount.amountOff === null || discount.amountOff.currency !== currency) return;
  const total = reached.reduce((all, line) => all.add(line.amount), new Fraction(0));
  if (!total.gt(0)) return;
  const shortest = reached.reduce(
    (min, line) => (line.billingMonths.lt(min) ? line.billingMonths : min),
    reached[0]!.billingMonths,
  );
  const monthly = exact(discount.amountOff.amount).div(shortest);
  const off = monthly.gt(total) ? total : monthly;
  for (const line of reached)
    take(
      line,
      off.mul(line.amount).div(total),
      `less its part of ${currency} ${discount.amountOff.amount} (${discount.name})`,
    );
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
  const reached = lines
    .filter(({ charge }) => reduction.level !== 'ratePlan' || charge.ratePlanKey === discount.ratePlanKey)
    .toSorted((a, b) => (a.charge.number < b.charge.number ? -1 : 1));
  if (reduction.percentOff !== null) {
    const left = percentLeft(reduction.percentOff);
    for (const line of reached)
      take(line, line.amount.sub(line.amount.mul(left)), `less ${reduction.percentOff} % (${discount.name})`);
    return;
  }
  if (reduction.amountOff === null) return;
  let open = exact(reduction.amountOff).div(monthsOf(discount.priceInterval, discount.months, termMonths));
  for (const line of reached) {
    const off = open.gt(line.amount) ? line.amount : open;
    take(line, off, `less a fixed discount from ${currency} ${reduction.amountOff} (${discount.name})`);
    open = open.sub(off);
  }
}
