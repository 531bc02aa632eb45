import { exact, toDecimal, type Decimal } from '../money/decimal.ts';
import type { DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { ChargeOnSale, ChargeOverride, PlanOnSale, PlanOrder } from './order.ts';

/** Digits after the point that a price can have in Zuora (docs, "Preview an order", `unitPrice`). */
const MOST_PRICE_DIGITS = 9;

/** What a line comes to: how its plan is sold, or what is wrong with it. */
export type PlannedLine = { plan: PlanOrder } | { faults: readonly OrderFault[] };

const isPriced = ({ kind, model }: ChargeOnSale): boolean =>
  kind !== 'usage' && (model === 'flat' || model === 'perUnit');
const takesQuantity = ({ kind, model }: ChargeOnSale): boolean =>
  kind !== 'usage' && ['perUnit', 'graduated', 'volume'].includes(model);

/** @returns the price of a unit after the discount of the line, exact */
export function netPrice({ unitPrice, discountPercent }: Pick<DealLine, 'unitPrice' | 'discountPercent'>): Decimal {
  const left = exact('100').sub(exact(discountPercent ?? '0'));
  return toDecimal(exact(unitPrice).mul(left).div(100), 18);
}

function digitsAfterPoint(value: Decimal): number {
  return value.split('.')[1]?.length ?? 0;
}

/** A sum over unlike charges is no price of any of them, so a sales price is taken where there is one charge that it can mean. */
function priceFor(line: DealLine, committed: readonly ChargeOnSale[]): { price: Decimal | null } | OrderFault {
  const price = netPrice(line);
  const [charge] = committed;
  if (committed.length === 1 && isPriced(charge!)) {
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
  if (exact(line.unitPrice).compare(0) === 0 && line.discountPercent === null) return { price: null };
  const why =
    committed.length === 0
      ? 'is billed by usage alone'
      : committed.length > 1
        ? `has ${committed.length} charges`
        : 'is priced by tiers';
  return orderFault(
    'price_unclear',
    `It ${why}, so a sales price or a discount of the line means no price of billing. Set the sales price to 0 and take the discount off; billing's own prices hold.`,
    line.product,
  );
}

function quantityFault({ product, quantity }: DealLine, committed: readonly ChargeOnSale[]): OrderFault | null {
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

/**
 * How one line sells its plan: its quantity goes to every charge that takes one, its sales price, less the discount of the line,
 * to the one charge that has a single price.
 * @param plan what billing sells under the key of the line; undefined where it is gone
 */
export function planLine(line: DealLine, plan: PlanOnSale | undefined, currency: string): PlannedLine {
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
  const committed = plan.charges.filter(({ kind, model }) => kind !== 'usage' && model !== 'discount');
  const price = priceFor(line, committed);
  const wrong = [quantityFault(line, committed), 'code' in price ? price : null].filter((one) => one !== null);
  if (wrong.length > 0 || 'code' in price) return { faults: wrong };
  const charges = committed.flatMap((charge): ChargeOverride[] => {
    const quantity = takesQuantity(charge) ? line.quantity : null;
    const own = isPriced(charge) ? price.price : null;
    return quantity === null && own === null
      ? []
      : [{ charge: charge.id, kind: charge.kind, model: charge.model, quantity, price: own }];
  });
  return { plan: { lineId: line.id, planId: plan.id, charges } };
}
