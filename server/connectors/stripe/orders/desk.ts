import type Stripe from 'stripe';
import { Fault } from '../../../domain/fault.ts';
import { subscriptionsOf, type Order, type PlacedOrder } from '../../../domain/order/order.ts';
import { AT_ONCE, type OrderDesk } from '../../../workflows/ports/orders.ts';
import type { CatalogCache } from '../catalog.ts';
import type { StripeContext } from '../context.ts';
import { metricsOfChange, metricsOfSchedule } from './changeMetrics.ts';
import { limitsOf } from './limits.ts';
import { metricsOfNew } from './metrics.ts';
import { isScheduledBy, madeOf, madeSchema, toPlaced } from './placed.ts';
import { readPrice, readPrices, toPlanOnSale } from './prices.ts';
import { toOrderFault } from './refusals.ts';
import { segmentsOf } from './segments.ts';
import type { StripeOrderSettings } from './settings.ts';
import { readSubscription, readSubscriptionToChange, type HeldSubscription } from './subscriptionToChange.ts';
import { changeKeyOf, toChange } from './toChange.ts';
import { isScheduled, toAdoption, toSchedule, type Change } from './toSchedule.ts';
import { createOf, toNewSubscription, type StripeOrder, type ToStripe } from './toSubscription.ts';

const ID = /^\w+$/;

const isRefused = (error: unknown): boolean => error instanceof Fault && error.code === 'order_refused';

/** Prices that an order sells, also in place of others. */
const pricesOf = (order: Order): string[] => [
  ...segmentsOf(order).map(({ priceId }) => priceId),
  ...order.actions.flatMap((action) => (action.type === 'ChangePlan' ? [action.plan.planId] : [])),
];

/** What Stripe calls an order that changed something. */
const asChange = (order: Order): PlacedOrder => ({
  number: order.number,
  status: 'Completed',
  subscriptionNumbers: subscriptionsOf(order),
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
    const key = changeKeyOf(order.dealId);
    const isDone = subscription.metadata[key] !== undefined || (await isScheduledBy(stripe, subscription, key));
    return isDone ? asChange(order) : null;
  }

  /** How an order is carried out that changes a subscription. */
  async function changeOf(order: Order): Promise<Change> {
    const [to, subscription] = await Promise.all([toStripe(order), held(order)]);
    await catalog.load([subscription]);
    return { order, subscription, to, catalog };
  }

  async function requestOf(order: Order): Promise<StripeOrder> {
    if (createOf(order) !== null) return toNewSubscription(order, await toStripe(order));
    const change = await changeOf(order);
    return isScheduled(order, change.subscription)
      ? toSchedule(change)
      : toChange(order, change.subscription, change.to);
  }

  /**
   * Has a schedule made of a subscription that has none, where it takes one to carry an order out. Such a schedule changes
   * nothing, and lets the subscription go with the period: a process that dies now leaves no half order, and the next try goes
   * on from it.
   * @returns its id; null where none was made
   */
  async function adopt(order: Order, effectId: string): Promise<string | null> {
    if (createOf(order) !== null) return null;
    const subscription = await held(order);
    if (subscription.schedule !== null || !isScheduled(order, subscription)) return null;
    const { path, params } = toAdoption(subscription);
    const key = { idempotencyKey: `billing360-order-${effectId}-schedule` };
    try {
      return madeSchema.parse(await stripe.rawRequest('POST', path, { ...params }, key)).id;
    } catch (error) {
      throw toOrderFault(error, 'making a schedule');
    }
  }

  async function send(order: Order, { path, params }: StripeOrder, effectId: string): Promise<PlacedOrder> {
    const isNew = createOf(order) !== null;
    const metadata = { ...params.metadata, [isNew ? 'effect_id' : changeKeyOf(order.dealId)]: effectId };
    try {
      const key = { idempotencyKey: `billing360-order-${effectId}` };
      const made = madeSchema.parse(await stripe.rawRequest('POST', path, { ...params, metadata }, key));
      return isNew ? toPlaced(made) : asChange(order);
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

    async toRequest(order) {
      const request = await requestOf(order);
      if (createOf(order) !== null) return request;
      const subscription = await held(order);
      const isAdopted = subscription.schedule === null && isScheduled(order, subscription);
      return isAdopted ? [toAdoption(subscription), request] : request;
    },

    async preview(order) {
      try {
        if (createOf(order) !== null) return await metricsOfNew(stripe, order, await toStripe(order), context);
        const change = await changeOf(order);
        return isScheduled(order, change.subscription)
          ? await metricsOfSchedule(stripe, change, context)
          : await metricsOfChange(stripe, change, context);
      } catch (error) {
        throw toOrderFault(error, 'previewing an order');
      }
    },

    async place(order, effectId) {
      const before = await find(order);
      if (before !== null) return before;
      const adopted = await adopt(order, effectId);
      try {
        return await send(order, await requestOf(order), effectId);
      } catch (error) {
        // It may have been done all the same, and would be said to have failed for a day (Stripe docs, "Idempotent requests").
        const isOpen =
          error instanceof Fault && error.kind === 'unavailable' && !error.outcomeUnknown && !error.notTried;
        const made = isOpen ? await find(order) : null;
        if (made !== null) return made;
        // It is as it was before; where that fails as well, the schedule lets it go by itself.
        if (adopted !== null && isRefused(error)) await stripe.subscriptionSchedules.release(adopted).catch(() => null);
        throw error;
      }
    },

    follow: async () => null,

    find,
  };
}
