import { Fault } from '../../../domain/fault.ts';
import { exact, toDecimal, type Decimal } from '../../../domain/money/decimal.ts';
import { powerOfTen } from '../../../domain/money/decimal.ts';
import { stripeExponentOf } from '../../../domain/money/currency.ts';
import { fromStripeUnitPrice } from '../../../domain/money/money.ts';
import type { ChargeOverride, CustomFields, OrderAction, PlanOrder } from '../../../domain/order/order.ts';
import type { CalendarDate } from '../../../domain/time/calendarDate.ts';
import type { OrderPrice } from './prices.ts';

/** One price as it is sold from a day until another; what changes of it later is the next segment of its line. */
export type Segment = {
  lineId: string;
  priceId: string;
  from: CalendarDate;
  /** First day without it; null where it holds as long as the subscription. */
  to: CalendarDate | null;
  /** null where the price counts nothing, or is billed by usage. */
  quantity: Decimal | null;
  /** Of a unit, major units; null for that of the catalog. */
  price: Decimal | null;
  customFields: CustomFields;
};

/**
 * @returns price of a unit that is not that of the catalog; null where it is
 * @throws Fault for prices of tiers and of what is metered, which are those of the catalog alone
 */
export function priceOf({ price, tiers, kind }: Pick<ChargeOverride, 'price' | 'tiers' | 'kind'>): Decimal | null {
  if (tiers === undefined && (price === null || kind !== 'usage')) return price;
  throw new Fault({
    code: 'order_refused',
    kind: 'invalid',
    publicText:
      'Stripe sells what is priced by tiers or by usage at the prices of its catalog alone. Set the sales price to 0 and take the discount off.',
  });
}

/** The price of Stripe is the one charge of its plan. */
function segmentOf({ lineId, planId, charges, endsOn, customFields }: PlanOrder, from: CalendarDate): Segment {
  const [charge] = charges;
  return {
    lineId,
    priceId: planId,
    from,
    to: endsOn ?? null,
    quantity: charge?.quantity ?? null,
    price: charge === undefined ? null : priceOf(charge),
    customFields: { ...customFields, ...charge?.customFields },
  };
}

function plansOf(action: OrderAction): readonly PlanOrder[] {
  if (action.type === 'CreateSubscription') return action.plans;
  return action.type === 'AddProduct' ? [action.plan] : [];
}

/** @returns everything that an order sells anew, with the days on which it holds */
export function segmentsOf({ actions }: { actions: readonly OrderAction[] }): Segment[] {
  const segments: Segment[] = [];
  for (const action of actions) {
    segments.push(...plansOf(action).map((plan) => segmentOf(plan, action.startsOn)));
    if (action.type !== 'UpdateProduct' || !('lineId' in action.of)) continue;
    const { lineId } = action.of;
    const open = segments.findLast((one) => one.lineId === lineId)!;
    const [update] = action.charges;
    segments.push({
      ...open,
      from: action.startsOn,
      quantity: update?.quantity ?? open.quantity,
      price: (update && priceOf(update)) ?? open.price,
    });
    open.to = action.startsOn;
  }
  return segments;
}

/** @returns what a price costs by itself in its own currency, major units; null where tiers say it */
const listedAt = ({ currency, unit_amount_decimal: decimal, unit_amount: whole }: OrderPrice): Decimal | null => {
  const amount = decimal ?? whole;
  return amount === null ? null : fromStripeUnitPrice(amount, currency);
};

/** Whether a price is sold as it stands in the catalog. */
export function isListed({ price: sold }: Pick<Segment, 'price'>, price: OrderPrice, currency: string): boolean {
  if (sold === null) return true;
  const listed = price.currency === currency.toLowerCase() ? listedAt(price) : null;
  return listed !== null && exact(sold).equals(exact(listed));
}

/** @returns a price in Stripe's minor units, exact (Stripe API, `unit_amount_decimal`: at most twelve digits after the point) */
export const unitAmountOf = (price: Decimal, currency: string): Decimal =>
  toDecimal(exact(price).mul(powerOfTen(stripeExponentOf(currency))), 12);

/** @throws Fault for a fraction, which Stripe does not sell */
export function wholeNumberOf(quantity: Decimal): number {
  const number = Number(quantity);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Fault({
    code: 'order_refused',
    kind: 'invalid',
    publicText: `Stripe sells whole units only, and the quantity is ${quantity}.`,
  });
}
