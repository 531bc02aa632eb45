import { exact, toDecimal, type Decimal } from '../money/decimal.ts';
import type { Interval } from '../subscription/charge.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { carrying, fieldsFrom, type CustomFieldRules } from './customFields.ts';
import type { DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { ChargeOnSale, ChargeOverride, PlanOnSale, PlanOrder } from './order.ts';

/** Digits after the point that a price can have in Zuora (docs, "Preview an order", `unitPrice`). */
const MOST_PRICE_DIGITS = 9;

/** What a line comes to: how its plan is sold, or what is wrong with it. */
export type PlannedLine = { plan: PlanOrder } | { faults: readonly OrderFault[] };

type Priced = Pick<ChargeOnSale, 'kind' | 'model'>;

export const isPriced = ({ kind, model }: Priced): boolean =>
  kind !== 'usage' && (model === 'flat' || model === 'perUnit');
export const takesQuantity = ({ kind, model }: Priced): boolean =>
  kind !== 'usage' && ['perUnit', 'graduated', 'volume'].includes(model);
/** What a line sells, in distinction to what is metered, and to what takes off. */
export const isCommitted = ({ kind, model }: Priced): boolean => kind !== 'usage' && model !== 'discount';

/** @returns the price of a unit after the discount of the line, exact */
export function netPrice({ unitPrice, discountPercent }: Pick<DealLine, 'unitPrice' | 'discountPercent'>): Decimal {
  const left = exact('100').sub(exact(discountPercent ?? '0'));
  return toDecimal(exact(unitPrice).mul(left).div(100), 18);
}

function digitsAfterPoint(value: Decimal): number {
  return value.split('.')[1]?.length ?? 0;
}

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
  if (digitsAfterPoint(price) > MOST_PRICE_DIGITS)
    return orderFault(
      'price_too_fine',
      `The price after discount is ${price}, which has more than ${MOST_PRICE_DIGITS} digits after the point. Enter the sales price that is meant, without a discount.`,
      line.product,
    );
  return { price };
}

/** A line of which billing's own prices are to hold. */
export const isUnpriced = ({ unitPrice, discountPercent }: DealLine): boolean =>
  exact(unitPrice).compare(0) === 0 && discountPercent === null;

/** A line that takes a discount off billing's own prices. */
export const isDiscountAlone = ({ unitPrice, discountPercent, ofTerm }: DealLine): boolean =>
  exact(unitPrice).compare(0) === 0 && discountPercent !== null && ofTerm === undefined;

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

/** Prices by the id of the charge; those that are not among them stay billing's own. */
type Prices = { prices: ReadonlyMap<string, Decimal> };

/** A discount alone lowers each recurring charge by so much, where each has one price. */
function discounted(line: DealLine, committed: readonly ChargeOnSale[], currency: string): Prices | OrderFault {
  const prices = new Map<string, Decimal>();
  for (const charge of committed.filter(({ kind }) => kind === 'recurring')) {
    const own = charge.prices.find((one) => one.currency === currency)?.price ?? null;
    if (!isPriced(charge) || own === null) return unclearPrice(line, `has a charge without one price (${charge.name})`);
    const price = checkedPrice({ ...line, unitPrice: own }, charge.priceInterval);
    if ('code' in price) return price;
    prices.set(charge.id, price.price);
  }
  return prices.size === 0 ? unclearPrice(line, 'is billed once') : { prices };
}

/** A sum over unlike charges is no price of any of them, so a sales price is taken where there is one charge that it can mean. */
function pricesFor(line: DealLine, committed: readonly ChargeOnSale[], currency: string): Prices | OrderFault {
  const [charge] = committed;
  if (committed.length === 1 && isPriced(charge!)) {
    const price = checkedPrice(line, charge!.priceInterval);
    return 'code' in price ? price : { prices: new Map([[charge!.id, price.price]]) };
  }
  if (isUnpriced(line)) return { prices: new Map() };
  if (committed.length === 0) return unclearPrice(line, 'is billed by usage alone');
  if (committed.length === 1) return unclearPrice(line, 'is priced by tiers');
  return isDiscountAlone(line)
    ? discounted(line, committed, currency)
    : unclearPrice(line, `has ${committed.length} charges`);
}

/** @param committed charges that the quantity is to go to */
export function quantityFault({ product, quantity }: DealLine, committed: readonly Priced[]): OrderFault | null {
  if (exact(quantity).compare(0) <= 0)
    return orderFault(
      'quantity_not_positive',
      `The quantity is ${quantity}. Enter how many are sold, or remove the line.`,
      product,
    );
  if (!committed.some(takesQuantity) && quantity !== '1')
    return orderFault(
      'quantity_forbidden',
      `It is sold as a whole, so its quantity can only be 1; it is ${quantity}.`,
      product,
    );
  return null;
}

function catalogFaults(line: DealLine, plan: PlanOnSale, currency: string): OrderFault[] {
  if (!plan.active)
    return [
      orderFault(
        'plan_not_on_sale',
        `${plan.name} is not on sale in billing now. Choose a product that is.`,
        line.product,
      ),
    ];
  if (plan.charges.length === 0)
    return [
      orderFault(
        'plan_without_charges',
        `${plan.name} has no charges in billing, so nothing would be billed. Add them there.`,
        line.product,
      ),
    ];
  const unknown = plan.charges.find(({ unknownWord }) => unknownWord !== undefined);
  if (unknown !== undefined)
    return [
      orderFault(
        'charge_unknown',
        `Billing prices ${unknown.name} by "${unknown.unknownWord}", which is not known here. Place this order in billing.`,
        line.product,
      ),
    ];
  const lacking = plan.charges.find(
    ({ model, prices }) => model !== 'discount' && !prices.some((one) => one.currency === currency),
  );
  return lacking === undefined
    ? []
    : [
        orderFault(
          'currency_not_sold',
          `Billing has no price of ${lacking.name} in ${currency}. Add one there, or sell it in another currency.`,
          line.product,
        ),
      ];
}

/** How a plan is sold besides its quantity and price. */
export type PlanTerms = { endsOn: CalendarDate | null; customFields: Pick<CustomFieldRules, 'ratePlan' | 'charge'> };

/** What is billed once has no end; everything else ends with its plan. */
function overridesOf(
  { fields, quantity: sold }: DealLine,
  charges: readonly ChargeOnSale[],
  { prices }: Prices,
  { endsOn, customFields }: PlanTerms,
): ChargeOverride[] {
  const custom = carrying(fieldsFrom(customFields.charge, fields));
  const isNamed = endsOn !== null || custom.customFields !== undefined;
  return charges.flatMap((charge): ChargeOverride[] => {
    const { id, kind, model } = charge;
    const quantity = takesQuantity(charge) ? sold : null;
    const own = prices.get(id) ?? null;
    return quantity === null && own === null && !isNamed
      ? []
      : [{ charge: id, kind, model, quantity, price: own, ...custom }];
  });
}

/**
 * How one line sells its plan: its quantity goes to every charge that takes one, its sales price, less the discount of the line,
 * to the one charge that has a single price, and a discount alone to each recurring one of several.
 * @param plan what billing sells under the key of the line; undefined where it is gone
 */
export function planLine(
  line: DealLine,
  plan: PlanOnSale | undefined,
  currency: string,
  terms: PlanTerms,
): PlannedLine {
  if (plan === undefined)
    return {
      faults: [
        orderFault(
          'plan_gone',
          'Billing no longer has what this product stands for. Choose another product.',
          line.product,
        ),
      ],
    };
  const faults = catalogFaults(line, plan, currency);
  if (faults.length > 0) return { faults };
  const committed = plan.charges.filter(isCommitted);
  const price = pricesFor(line, committed, currency);
  const wrong = [quantityFault(line, committed), 'code' in price ? price : null].filter((one) => one !== null);
  if (wrong.length > 0 || 'code' in price) return { faults: wrong };
  const { endsOn, customFields } = terms;
  return {
    plan: {
      lineId: line.id,
      planId: plan.id,
      charges: overridesOf(line, plan.charges, price, terms),
      ...(endsOn !== null && { endsOn }),
      ...carrying(fieldsFrom(customFields.ratePlan, line.fields)),
    },
  };
}
