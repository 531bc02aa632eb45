import type { Order } from '../../../domain/order/order.ts';
import type { StripeItem, StripeSubscription } from '../schema.ts';
import { effectsOf, type Effect } from './effects.ts';
import { toMetadata, type ItemParams } from './items.ts';
import { cycleMoment } from './moments.ts';
import type { HeldSubscription } from './subscriptionToChange.ts';
import type { StripeOrder, ToStripe } from './toSubscription.ts';

/** Names a deal that changed the subscription, beside the one that made it. */
export const changeKeyOf = (dealId: string): string => `salesforce_order_${dealId}`;

type ItemChange = ItemParams & { id?: string; deleted?: true };

/** What becomes of the items of a subscription: as it is sent, and as they are then. */
export type Changed = { items: ItemChange[]; once: ItemParams[]; after: StripeItem[] };

/** Everything that an order does to the items of today. */
export function changedItems(order: Order, { items }: StripeSubscription, to: ToStripe): Changed {
  const changed: Changed = { items: [], once: [], after: [...items.data] };
  const replace = (id: string, now: (item: StripeItem) => StripeItem[]): void => {
    changed.after = changed.after.flatMap((item) => (item.id === id ? now(item) : [item]));
  };
  const counted = ({ quantity }: { quantity?: number }) => (quantity === undefined ? {} : { quantity });

  function carryOut(effect: Effect): void {
    if (effect.does === 'bill') changed.once.push(effect.params);
    else if (effect.does === 'add') {
      changed.items.push(effect.params);
      const like = { ...items.data[0]!, discounts: [], tax_rates: [], metadata: {} };
      changed.after.push({ ...like, id: `new-${effect.lineId}`, price: effect.price, ...counted(effect) });
    } else if (effect.does === 'remove') {
      changed.items.push({ id: effect.number, deleted: true });
      replace(effect.number, () => []);
    } else {
      const { number, params, price } = effect;
      changed.items.push({ id: number, ...params });
      replace(number, (item) => [{ ...item, price, ...counted(effect) }]);
    }
  }

  const held = (number: string) => items.data.find(({ id }) => id === number);
  for (const action of order.actions) effectsOf(action, order, held, to).forEach(carryOut);
  return changed;
}

function cancelOf(order: Order, subscription: StripeSubscription, { timeZone }: ToStripe): object {
  const cancel = order.actions.find((action) => action.type === 'CancelSubscription');
  if (cancel === undefined) return {};
  return cancel.policy === 'SpecificDate'
    ? { cancel_at: cycleMoment(cancel.startsOn, subscription, timeZone) }
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
