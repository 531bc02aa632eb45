import { exact, toDecimal, type Decimal } from '../money/decimal.ts';
import type { Interval } from '../subscription/charge.ts';
import type { DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';

/** Digits after the point that a price can have in Zuora (docs, "Preview an order", `unitPrice`). */
export const MOST_PRICE_DIGITS = 9;

/** @returns the price of a unit after the discount of the line, exact */
export function netPrice({ unitPrice, discountPercent }: Pick<DealLine, 'unitPrice' | 'discountPercent'>): Decimal {
  const left = exact('100').sub(exact(discountPercent ?? '0'));
  return toDecimal(exact(unitPrice).mul(left).div(100), 18);
}

const digitsAfterPoint = (value: Decimal): number => value.split('.')[1]?.length ?? 0;

/** @returns months that a price buys; null where they are no whole number, or not known */
export function monthsOfPeriod({ unit, count, word }: Interval): number | null {
  if ((unit !== 'month' && unit !== 'year') || word !== undefined) return null;
  return unit === 'year' ? 12 * count : count;
}

/** @returns the price of a line as that of a billing period, to as many digits as it may have; null where that is not told */
function priceOfPeriod(line: DealLine, interval: Interval | null): Decimal | null {
  const net = netPrice(line);
  if (line.ofTerm === undefined || interval === null) return net;
  const period = monthsOfPeriod(interval);
  return period === null ? null : toDecimal(exact(net).mul(period).div(line.ofTerm.months), MOST_PRICE_DIGITS);
}

/** Why a price or an amount off cannot be sent digit by digit; null where it can. */
export const finenessFault = ({ product }: DealLine, price: Decimal): OrderFault | null =>
  digitsAfterPoint(price) <= MOST_PRICE_DIGITS
    ? null
    : orderFault(
        'price_too_fine',
        `The price after discount is ${price}, which has more than ${MOST_PRICE_DIGITS} digits after the point. Enter the sales price that is meant, without a discount.`,
        product,
      );

/**
 * @param interval what the price of the charge buys; null of what is billed once
 * @returns the price of a unit that a line sells at, or why it can be none
 */
export function checkedPrice(line: DealLine, interval: Interval | null): { price: Decimal } | OrderFault {
  const price = priceOfPeriod(line, interval);
  if (price === null) {
    const why = 'is billed by a period that is no number of months';
    return unclearPrice(line, why, `Set the sales price to ${line.ofTerm!.billingPrice}`);
  }
  if (exact(price).compare(0) < 0)
    return orderFault(
      'price_negative',
      'The sales price is below zero. Enter what the customer pays for a unit.',
      line.product,
    );
  return finenessFault(line, price) ?? { price };
}

/** A line of which billing's own prices are to hold. */
export const isUnpriced = ({ unitPrice, discountPercent }: DealLine): boolean =>
  exact(unitPrice).compare(0) === 0 && discountPercent === null;

/** A line that takes a discount off billing's own prices. */
export const isDiscountAlone = ({ unitPrice, discountPercent, ofTerm }: DealLine): boolean =>
  exact(unitPrice).compare(0) === 0 && discountPercent !== null && ofTerm === undefined;

/**
 * @param line of the only charge of its plan, which has one price
 * @returns why it is not known whether it is free or lowered; null where it is
 */
export const freeOrLowered = (line: DealLine): OrderFault | null =>
  isDiscountAlone(line) && exact(line.discountPercent!).compare(100) < 0
    ? orderFault(
        'price_unclear',
        `Its sales price is 0 and its discount ${line.discountPercent} %, so nobody knows what it is to cost. Enter the sales price; or take the discount off, and it is free.`,
        line.product,
      )
    : null;

/**
 * @param why such as `has 2 charges`
 * @param what to do, besides taking the discount off
 */
export function unclearPrice({ product }: DealLine, why: string, what = 'Set the sales price to 0'): OrderFault {
  return orderFault(
    'price_unclear',
    `It ${why}, so a sales price or a discount of the line means no price of billing. ${what} and take the discount off; billing's own prices hold.`,
    product,
  );
}

/** @param why such as `has 2 charges by usage` */
export const noSalesPrice = ({ product }: DealLine, why: string): OrderFault =>
  orderFault(
    'price_unclear',
    `It ${why}, so a sales price of the line means no price of billing. Set the sales price to 0: billing's own prices hold, or a discount of the line lowers each of them.`,
    product,
  );
