import type Stripe from 'stripe';
import { Fault } from '../../../domain/fault.ts';
import { subscriptionsOf, type Order, type PlacedOrder } from '../../../domain/order/order.ts';
import { AT_ONCE, type OrderDesk } from '../../../workflows/ports/orders.ts';
import type { CatalogCache } from '../catalog.ts';
import type { StripeContext } from '../context.ts';
import { metricsOfChange } from './changeMetrics.ts';
import { limitsOf } from './limits.ts';
import { metricsOfNew } from './metrics.ts';
import { madeOf, madeSchema, toPlaced } from './placed.ts';
import { readPrice, readPrices, toPlanOnSale } from './prices.ts';
import { toOrderFault } from './refusals.ts';
import { segmentsOf } from './segments.ts';
import type { StripeOrderSettings } from './settings.ts';
import { readSubscription, readSubscriptionToChange, type HeldSubscription } from './subscriptionToChange.ts';
import { changeKeyOf, toChange } from './toChange.ts';
import { createOf, toNewSubscription, type StripeOrder, type ToStripe } from './toSubscription.ts';

const ID = /^\w+$/;

/** Prices that an order sells, also in place of others. */
const pricesOf = (order: Order): string[] => [
  ...segmentsOf(order).map(({ priceId }) => priceId),
  ...order.actions.flatMap((action) => (action.type === 'ChangePlan' ? [action.plan.planId] : [])),
];

/** What Stripe calls an order that changed something. */
const asChange = ({ number }: Order, { id }: Pick<HeldSubscription, 'id'>): PlacedOrder => ({
  number,
  status: 'Completed',
  subscriptionNumbers: [id],
});

/**
 * Orders of one Stripe account. Nothing is done twice: what is made or changed names its deal, and is looked at before anything
 * is sent; for a day Stripe also repeats its answer to what comes with the same effect id (Stripe docs, "Idempotent requests").
 */
export function createStripeOrderDesk(
  stripe: Stripe,
  catalog: CatalogCache,
  context: StripeContext,
  settings: StripeOrderSettings,
): OrderDesk {
  async function toStripe(order: Order): Promise<ToStripe> {
    return { prices: await readPrices(stripe, pricesOf(order)), settings, timeZone: context.timeZone };
  }

  async function held(order: Order): Promise<HeldSubscription> {
    const number = subscriptionsOf(order)[0]!;
    const subscription = await readSubscription(stripe, number);
    if (subscription !== null) return subscription;
    throw new Fault({
      code: 'order_refused',
      kind: 'invalid',
      publicText: `Stripe has no subscription ${number} any more.`,
    });
  }

  async function find(order: Order): Promise<PlacedOrder | null> {
    if (createOf(order) !== null) return madeOf(stripe, order);
    const subscription = await held(order);
    return subscription.metadata[changeKeyOf(order.dealId)] === undefined ? null : asChange(order, subscription);
  }

  async function toRequest(order: Order): Promise<StripeOrder> {
    const to = await toStripe(order);
    return createOf(order) === null ? toChange(order, await held(order), to) : toNewSubscription(order, to);
  }

  async function send(order: Order, { path, params }: StripeOrder, effectId: string): Promise<PlacedOrder> {
    const isNew = createOf(order) !== null;
    const metadata = { ...params.metadata, [isNew ? 'effect_id' : changeKeyOf(order.dealId)]: effectId };
    try {
      const key = { idempotencyKey: `billing360-order-${effectId}` };
      const made = madeSchema.parse(await stripe.rawRequest('POST', path, { ...params, metadata }, key));
      return isNew ? toPlaced(made) : asChange(order, made);
    } catch (error) {
      throw toOrderFault(error, 'placing an order');
    }
  }

  return {
    backdates: false,

    async plans(ids) {
      const read = await Promise.all(ids.filter((id) => ID.test(id)).map((id) => readPrice(stripe, id)));
      return new Map(
        read.filter((one) => one !== null).map((one) => [one.price.id, toPlanOnSale(context.connection, one)]),
      );
    },

    deliveryOf: () => AT_ONCE,

    subscription: (number) => readSubscriptionToChange(stripe, number, catalog, context),

    faultsOf: limitsOf,

    toRequest,

    async preview(order) {
      const to = await toStripe(order);
      const subscription = createOf(order) === null ? await held(order) : null;
      try {
        if (subscription === null) return await metricsOfNew(stripe, order, to, context);
        await catalog.load([subscription]);
        return await metricsOfChange(stripe, order, subscription, to, { catalog, context });
      } catch (error) {
        throw toOrderFault(error, 'previewing an order');
      }
    },

    async place(order, effectId) {
      const before = await find(order);
      if (before !== null) return before;
      const request = await toRequest(order);
      try {
        return await send(order, request, effectId);
      } catch (error) {
        // It may have been done all the same, and would be said to have failed for a day (Stripe docs, "Idempotent requests").
        const isOpen =
          error instanceof Fault && error.kind === 'unavailable' && !error.outcomeUnknown && !error.notTried;
        const made = isOpen ? await find(order) : null;
        if (made === null) throw error;
        return made;
      }
    },

    follow: async () => null,

    find,
  };
}
