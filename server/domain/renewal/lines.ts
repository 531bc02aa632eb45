import { exact, type Decimal } from '../money/decimal.ts';
import { roundToMoney, type Money } from '../money/money.ts';
import { takesQuantity } from '../order/models.ts';
import type { NextTerm } from './nextTerm.ts';

/** What goes on in the next term of one charge. */
export type RenewalLine = {
  /** Number of the charge. */
  number: string;
  /** What people call the charge. */
  name: string;
  /** What it was sold as. */
  sellableKey: string;
  /** 1 of what is sold as a whole. */
  quantity: Decimal;
  /** What a unit costs for all of the next term, after discounts. */
  unitPrice: Money;
  /** Length of the next term. */
  months: number;
};

/** What goes on by charge, and the names of charges that no line of a deal can tell. */
export type RenewalLines = { lines: readonly RenewalLine[]; untold: readonly string[] };

/** Digits after the point of a quantity of a deal. Source: Object Reference, "OpportunityLineItem" (Quantity). */
const MOST_QUANTITY_DIGITS = 2;

const fits = (quantity: Decimal): boolean => (quantity.split('.')[1]?.length ?? 0) <= MOST_QUANTITY_DIGITS;

/**
 * The next term of a subscription by charge. Each line has the price of all of the term, so that lines add up to what it is
 * worth, but for the rounding of each unit price.
 * @returns null where the term is no whole number of months, of which no price of a month follows
 */
export function linesOf({ charges, months, currency }: NextTerm): RenewalLines | null {
  if (months.d !== 1n) return null;
  const untold: string[] = [];
  const lines = charges.flatMap(({ charge, amount }): RenewalLine[] => {
    const { number, name, sellableKey } = charge;
    const quantity = takesQuantity(charge) ? (charge.quantity ?? '1') : '1';
    if (exact(quantity).equals(0)) return [];
    if (sellableKey == null || !fits(quantity)) {
      untold.push(name);
      return [];
    }
    const unitPrice = roundToMoney(amount.mul(months).div(exact(quantity)), currency);
    return [{ number, name, sellableKey, quantity, unitPrice, months: Number(months.n) }];
  });
  return { lines, untold };
}

/** What lines come to, as Salesforce adds them up. */
export function totalOf(lines: readonly Pick<RenewalLine, 'quantity' | 'unitPrice'>[], currency: string): Money {
  const minor = lines.reduce((all, { quantity, unitPrice }) => {
    const total = exact(quantity).mul(unitPrice.minor);
    return all + Number(total.round(0).valueOf());
  }, 0);
  return { minor, currency };
}
