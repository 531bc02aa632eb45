import { Fault } from '../../../domain/fault.ts';
import type { ChargeUpdate, Order, OrderAction, PlanOrder, SoldPlan } from '../../../domain/order/order.ts';
import type { CalendarDate } from '../../../domain/time/calendarDate.ts';
import type { StripePrice } from '../schema.ts';
import { CATALOG_PRICE, toItem, toMetadata, toPriceParams, type ItemParams } from './items.ts';
import { soldAt } from './metrics.ts';
import type { OrderPrice } from './prices.ts';
import { priceOf, segmentsOf, wholeNumberOf, type Segment } from './segments.ts';
import type { ToStripe } from './toSubscription.ts';

/** What is sold as one item. */
export type HeldItem = { price: StripePrice; metadata: Readonly<Record<string, string>> };

/** What an item is sold at from then on: its price as it will be, and how many. */
type Sold = { params: ItemParams; price: OrderPrice; quantity?: number };

/** What an action makes of the items of a subscription, from its day on; items by the numbers of their charges. */
export type Effect =
  | { does: 'bill'; params: ItemParams }
  | ({ does: 'add'; lineId: string; endsOn: CalendarDate | null } & Sold)
  /** `params` hold what differs; `exchange` that it is sold as something else. */
  | ({ does: 'update' | 'exchange'; number: string } & Sold)
  | { does: 'remove'; number: string };

export function notFromHere(what: string): Fault {
  return new Fault({
    code: 'order_refused',
    kind: 'invalid',
    publicText: `Stripe cannot ${what} from here. Do it in Stripe.`,
  });
}

/** @returns the price of the catalog that an item was sold as */
export const catalogPriceOf = ({ metadata, price }: HeldItem): string => metadata[CATALOG_PRICE] ?? price.id;

const quantityOf = ({ quantity }: Pick<Segment, 'quantity'>): { quantity?: number } =>
  quantity === null ? {} : { quantity: wholeNumberOf(quantity) };

/** The segment that a plan is sold as. */
const soldOf = (plan: PlanOrder, on: CalendarDate): Segment =>
  segmentsOf({ actions: [{ type: 'AddProduct', startsOn: on, plan }] })[0]!;

/**
 * @param held an item as it is on the day, by the number of its charge; undefined where there is none
 * @throws Fault `order_refused` for what Stripe has not, or cannot do
 */
export function effectsOf(
  action: OrderAction,
  { currency }: Pick<Order, 'currency'>,
  held: (number: string) => HeldItem | undefined,
  { prices }: Pick<ToStripe, 'prices'>,
): Effect[] {
  function itemOf(of: SoldPlan): HeldItem & { number: string } {
    const found = 'number' in of ? held(of.number) : undefined;
    if (found === undefined) throw notFromHere(`find ${of.name} in the subscription any more`);
    return { ...found, number: (of as { number: string }).number };
  }

  function sell(plan: PlanOrder, on: CalendarDate): Sold & { segment: Segment; isOnce: boolean } {
    const segment = soldOf(plan, on);
    const price = prices.get(segment.priceId)!;
    return {
      segment,
      isOnce: price.recurring === null,
      params: toItem(segment, price, currency),
      price: soldAt(segment, price, currency),
      ...quantityOf(segment),
    };
  }

  function exchange(of: SoldPlan, plan: PlanOrder, on: CalendarDate): Effect {
    const old = itemOf(of);
    const { segment: _segment, isOnce: _isOnce, params, ...sold } = sell(plan, on);
    // Metadata is added to what is there, and would go on naming the price that was sold before.
    const stale = old.metadata[CATALOG_PRICE] !== undefined && params.metadata?.[CATALOG_PRICE] === undefined;
    const metadata = stale ? { metadata: { ...params.metadata, [CATALOG_PRICE]: '' } } : {};
    return { does: 'exchange', number: old.number, ...sold, params: { ...params, ...metadata } };
  }

  function update(of: SoldPlan, [charge]: readonly ChargeUpdate[]): Effect[] {
    const old = itemOf(of);
    if (charge === undefined) return [];
    const own: OrderPrice = { ...old.price, active: true };
    const sold = { price: priceOf(charge), quantity: charge.quantity };
    const priced = sold.price === null ? {} : toPriceParams(sold, own, currency);
    const metadata = {
      ...toMetadata(charge.customFields ?? {}),
      ...('price_data' in priced && { [CATALOG_PRICE]: catalogPriceOf(old) }),
    };
    const params = { ...priced, ...quantityOf(sold), ...(Object.keys(metadata).length > 0 && { metadata }) };
    return [{ does: 'update', number: old.number, params, price: soldAt(sold, own, currency), ...quantityOf(sold) }];
  }

  switch (action.type) {
    case 'AddProduct': {
      const { segment, isOnce, ...sold } = sell(action.plan, action.startsOn);
      return isOnce
        ? [{ does: 'bill', params: sold.params }]
        : [{ does: 'add', lineId: segment.lineId, endsOn: segment.to, ...sold }];
    }
    case 'ChangePlan':
      return [exchange(action.of, action.plan, action.startsOn)];
    case 'UpdateProduct':
      return update(action.of, action.charges);
    case 'RemoveProduct':
      return [{ does: 'remove', number: itemOf(action.of).number }];
    default:
      return [];
  }
}
