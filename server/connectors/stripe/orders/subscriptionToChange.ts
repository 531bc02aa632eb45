import type Stripe from 'stripe';
import { z } from 'zod';
import type { SubscriptionToChange } from '../../../domain/order/order.ts';
import type { CatalogCache } from '../catalog.ts';
import { dayAt, type StripeContext } from '../context.ts';
import { endsAtOf, phasesAhead } from '../convertSchedule.ts';
import { fromStripeSubscription } from '../convertSubscription.ts';
import { toStripeFault } from '../errors.ts';
import { readAll } from '../pages.ts';
import { itemSchema, subscriptionSchema, type StripeItem, type StripeSubscription } from '../schema.ts';
import { CATALOG_PRICE } from './items.ts';

const heldSchema = subscriptionSchema.extend({ collection_method: z.string() });
/** A subscription as it is changed. */
export type HeldSubscription = StripeSubscription & { collection_method: string };

const SUBSCRIPTION = /^sub_(?!sched_)\w+$/;
const SCHEDULE = /^sub_sched_\w+$/;

async function maybe<T>(doing: string, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    const fault = toStripeFault(error, doing);
    if (fault.kind === 'not_found') return null;
    throw fault;
  }
}

/** @returns the id of the subscription that is meant: its own, or that of the schedule which made it */
async function idOf(stripe: Stripe, number: string): Promise<string | null> {
  if (SUBSCRIPTION.test(number)) return number;
  if (!SCHEDULE.test(number)) return null;
  const schedule = await maybe('reading a schedule', () => stripe.subscriptionSchedules.retrieve(number));
  const made = schedule?.subscription ?? schedule?.released_subscription ?? null;
  return typeof made === 'string' ? made : (made?.id ?? null);
}

/** @returns a subscription with all its items and its schedule; null when there is none */
export async function readSubscription(stripe: Stripe, number: string): Promise<HeldSubscription | null> {
  const id = await idOf(stripe, number);
  if (id === null) return null;
  const expand = ['discounts', 'items.data.discounts', 'schedule'];
  const found = await maybe('reading a subscription', () => stripe.subscriptions.retrieve(id, { expand }));
  if (found === null) return null;
  const subscription = heldSchema.parse(found);
  if (!subscription.items.has_more) return subscription;
  const { data } = await readAll('reading subscription items', (page) =>
    stripe.subscriptionItems.list({ subscription: id, limit: 100, expand: ['data.discounts'], ...page }),
  );
  return { ...subscription, items: { data: data.map((item) => itemSchema.parse(item)), has_more: false } };
}

/** @returns the price of the catalog that an item was sold as */
export const catalogPriceOf = ({ metadata, price }: StripeItem): string => metadata[CATALOG_PRICE] ?? price.id;

/** What its schedule will still change waits; an end by its schedule is that of its term. */
export async function readSubscriptionToChange(
  stripe: Stripe,
  number: string,
  catalog: CatalogCache,
  context: StripeContext,
): Promise<SubscriptionToChange | null> {
  const read = await readSubscription(stripe, number);
  if (read === null) return null;
  await catalog.load([read]);
  const { schedule } = read;
  const isScheduled = schedule != null && typeof schedule !== 'string' && schedule.status === 'active';
  const endsAt = isScheduled ? endsAtOf(schedule) : null;
  const subscription = fromStripeSubscription(read, catalog, context);
  const term = {
    termType: 'Termed',
    termStartsOn: subscription.startsOn,
    termEndsOn: dayAt(context, endsAt),
    autoRenew: false,
    cancelOn: null,
  };
  return {
    subscription: {
      ...subscription,
      ...(endsAt !== null && term),
      charges: subscription.charges.map((charge) => ({ ...charge, ratePlanKey: charge.number })),
    },
    billedAccountNumber: read.customer,
    planIds: Object.fromEntries(read.items.data.map((item) => [item.id, catalogPriceOf(item)])),
    waitingOrders: isScheduled && phasesAhead(read).length > 0 ? [schedule.id] : [],
  };
}
