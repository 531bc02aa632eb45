import type Stripe from 'stripe';
import { Fault } from '../../../domain/fault.ts';
import type { Order, PlacedOrder } from '../../../domain/order/order.ts';
import type { OrderDesk } from '../../../workflows/ports/orders.ts';
import type { StripeContext } from '../context.ts';
import { limitsOf } from './limits.ts';
import { metricsOfNew } from './metrics.ts';
import { madeOf, madeSchema, toPlaced } from './placed.ts';
import { readPrice, readPrices, toPlanOnSale } from './prices.ts';
import { toOrderFault } from './refusals.ts';
import { segmentsOf } from './segments.ts';
import type { StripeOrderSettings } from './settings.ts';
import { toNewSubscription, type StripeOrder, type ToStripe } from './toSubscription.ts';

const ID = /^\w+$/;

/**
 * Orders of one Stripe account. Nothing is made twice: what is made names its deal, and is looked for before anything is made;
 * for a day Stripe also repeats its answer to what comes with the same effect id (Stripe docs, "Idempotent requests").
 */
export function createStripeOrderDesk(
  stripe: Stripe,
  context: StripeContext,
  settings: StripeOrderSettings,
): OrderDesk {
  async function toStripe(order: Order): Promise<ToStripe> {
    const prices = await readPrices(
      stripe,
      segmentsOf(order).map(({ priceId }) => priceId),
    );
    return { prices, settings, timeZone: context.timeZone };
  }

  const find = (order: Order): Promise<PlacedOrder | null> => madeOf(stripe, order);
  const toRequest = async (order: Order): Promise<StripeOrder> => toNewSubscription(order, await toStripe(order));

  async function send({ path, params }: StripeOrder, effectId: string): Promise<PlacedOrder> {
    const metadata = { ...params.metadata, effect_id: effectId };
    try {
      const key = { idempotencyKey: `billing360-order-${effectId}` };
      return toPlaced(madeSchema.parse(await stripe.rawRequest('POST', path, { ...params, metadata }, key)));
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

    subscription: async () => null,

    faultsOf: (facts) => limitsOf(facts),

    toRequest,

    async preview(order) {
      try {
        return await metricsOfNew(stripe, order, await toStripe(order), context);
      } catch (error) {
        throw toOrderFault(error, 'previewing an order');
      }
    },

    async place(order, effectId) {
      const before = await find(order);
      if (before !== null) return before;
      const request = await toRequest(order);
      try {
        return await send(request, effectId);
      } catch (error) {
        // It may have been made all the same, and would be said to have failed for a day (Stripe docs, "Server errors").
        const isOpen =
          error instanceof Fault && error.kind === 'unavailable' && !error.outcomeUnknown && !error.notTried;
        const made = isOpen ? await find(order) : null;
        if (made === null) throw error;
        return made;
      }
    },

    find,
  };
}
