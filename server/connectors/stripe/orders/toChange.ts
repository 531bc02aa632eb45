import { Fault } from '../../../domain/fault.ts';
import type { ChargeUpdate, Order, OrderAction, PlanOrder, SoldPlan } from '../../../domain/order/order.ts';
import { daysBetween, type CalendarDate } from '../../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../../domain/time/instant.ts';
import type { StripeItem, StripeSubscription } from '../schema.ts';
import { toItem, toMetadata, toPriceParams, CATALOG_PRICE, type ItemParams } from './items.ts';
import { soldAt } from './metrics.ts';
import type { OrderPrice } from './prices.ts';
import { priceOf, segmentsOf, wholeNumberOf, type Segment } from './segments.ts';
import { catalogPriceOf, type HeldSubscription } from './subscriptionToChange.ts';
import type { StripeOrder, ToStripe } from './toSubscription.ts';

/** Names a deal that changed the subscription, beside the one that made it. */
export const changeKeyOf = (dealId: string): string => `salesforce_order_${dealId}`;

type ItemChange = ItemParams & { id?: string; deleted?: true };

/** What becomes of the items of a subscription: as it is sent, and as they are then. */
export type Changed = { items: ItemChange[]; once: ItemParams[]; after: StripeItem[] };

function unknown(what: string): Fault {
  return new Fault({
    code: 'order_refused',
    kind: 'invalid',
    publicText: `Stripe cannot ${what} from here. Do it in Stripe.`,
  });
}

function itemOf(of: SoldPlan, items: readonly StripeItem[]): StripeItem {
  const found = 'number' in of ? items.find(({ id }) => id === of.number) : undefined;
  if (found === undefined) throw unknown(`find ${of.name} in the subscription any more`);
  return found;
}

/** The segment that a plan is sold as, with its price. */
const soldOf = (plan: PlanOrder, on: CalendarDate): Segment =>
  segmentsOf({ actions: [{ type: 'AddProduct', startsOn: on, plan }] })[0]!;

const quantityOf = ({ quantity }: Pick<Segment, 'quantity'>): { quantity?: number } =>
  quantity === null ? {} : { quantity: wholeNumberOf(quantity) };

/** Everything that one action does to the items. */
export function changedItems(order: Order, { items }: StripeSubscription, { prices }: ToStripe): Changed {
  const { currency } = order;
  const changed: Changed = { items: [], once: [], after: [...items.data] };
  const replace = (id: string, now: StripeItem[]): void => {
    changed.after = changed.after.flatMap((item) => (item.id === id ? now : [item]));
  };

  function add(plan: PlanOrder, on: CalendarDate): void {
    const segment = soldOf(plan, on);
    const price = prices.get(segment.priceId)!;
    const params = toItem(segment, price, currency);
    if (price.recurring === null) {
      changed.once.push(params);
      return;
    }
    changed.items.push(params);
    const like = items.data[0]!;
    changed.after.push({
      ...like,
      id: `new-${segment.lineId}`,
      price: soldAt(segment, price, currency),
      ...quantityOf(segment),
      discounts: [],
      tax_rates: [],
      metadata: {},
    });
  }

  function exchange(of: SoldPlan, plan: PlanOrder, on: CalendarDate): void {
    const old = itemOf(of, items.data);
    const segment = soldOf(plan, on);
    const price = prices.get(segment.priceId)!;
    changed.items.push({ id: old.id, ...toItem(segment, price, currency) });
    replace(old.id, [{ ...old, price: soldAt(segment, price, currency), ...quantityOf(segment) }]);
  }

  function update(of: SoldPlan, charges: readonly ChargeUpdate[]): void {
    const old = itemOf(of, items.data);
    const [charge] = charges;
    if (charge === undefined) return;
    const own: OrderPrice = { ...old.price, active: true };
    const sold = { price: priceOf(charge), quantity: charge.quantity };
    const priced = sold.price === null ? {} : toPriceParams(sold, own, currency);
    const metadata = {
      ...toMetadata(charge.customFields ?? {}),
      ...('price_data' in priced && { [CATALOG_PRICE]: catalogPriceOf(old) }),
    };
    changed.items.push({
      id: old.id,
      ...priced,
      ...quantityOf(sold),
      ...(Object.keys(metadata).length > 0 && { metadata }),
    });
    replace(old.id, [{ ...old, price: soldAt(sold, own, currency), ...quantityOf(sold) }]);
  }

  function apply(action: OrderAction): void {
    if (action.type === 'AddProduct') add(action.plan, action.startsOn);
    else if (action.type === 'ChangePlan') exchange(action.of, action.plan, action.startsOn);
    else if (action.type === 'UpdateProduct') update(action.of, action.charges);
    else if (action.type === 'RemoveProduct') {
      const { id } = itemOf(action.of, items.data);
      changed.items.push({ id, deleted: true });
      replace(id, []);
    } else if (action.type !== 'CancelSubscription') throw unknown('change terms');
  }

  order.actions.forEach(apply);
  return changed;
}

/** The moment of a day at which a period would end, so that whole periods are billed as such. */
function momentOf(day: CalendarDate, { items }: StripeSubscription, zone: string): number {
  const end = Math.min(...items.data.map((item) => item.current_period_end));
  return end + daysBetween(dayOf(fromUnixSeconds(end), zone), day) * 86_400;
}

function cancelOf(order: Order, subscription: StripeSubscription, { timeZone }: ToStripe): object {
  const cancel = order.actions.find((action) => action.type === 'CancelSubscription');
  if (cancel === undefined) return {};
  return cancel.policy === 'SpecificDate'
    ? { cancel_at: momentOf(cancel.startsOn, subscription, timeZone) }
    : { cancel_at_period_end: true };
}

/** What an order makes of a subscription that is there, in one call (Stripe API, "Update a subscription"). */
export function toChange(order: Order, subscription: HeldSubscription, to: ToStripe): StripeOrder {
  const { items, once } = changedItems(order, subscription, to);
  const { collection_method: method } = subscription;
  return {
    path: `/v1/subscriptions/${subscription.id}`,
    params: {
      ...(items.length > 0 && { items }),
      ...(once.length > 0 && { add_invoice_items: once }),
      ...cancelOf(order, subscription, to),
      proration_behavior: to.settings.prorationBehavior,
      // A card that is refused leaves the subscription as it was.
      ...(method === 'charge_automatically' && { payment_behavior: 'error_if_incomplete' }),
      metadata: toMetadata({ ...order.customFields?.order, ...order.customFields?.subscription }),
    },
  };
}
