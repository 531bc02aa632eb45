import type Stripe from 'stripe';
import { z } from 'zod';
import type { SubscriptionToChange } from '../../../domain/order/order.ts';
import type { CatalogCache } from '../catalog.ts';
import { dayAt, type StripeContext } from '../context.ts';
import { endsAtOf } from '../convertSchedule.ts';
import { fromStripeSubscription } from '../convertSubscription.ts';
import { toStripeFault } from '../errors.ts';
import { readAll } from '../pages.ts';
import { itemSchema, subscriptionSchema } from '../schema.ts';
import { catalogPriceOf } from './effects.ts';
import { CATALOG_PRICE } from './items.ts';
import { heldScheduleSchema } from './keptPhase.ts';
import { plannedOf } from './plannedPhases.ts';

const heldSchema = subscriptionSchema.extend({
  collection_method: z.string(),
  billing_cycle_anchor: z.number().int(),
  schedule: heldScheduleSchema.nullish().transform((one) => (one?.status === 'active' ? one : null)),
});
/** A subscription as it is changed, with the schedule that it is run by; null where it goes on by itself. */
export type HeldSubscription = z.infer<typeof heldSchema>;

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

/** Plans of the catalog by the numbers of the charges that they are, and will be by the schedule. */
function planIdsOf(subscription: HeldSubscription): Record<string, string> {
  const { items, schedule } = subscription;
  const phases = schedule === null ? [] : plannedOf(subscription).phases.flatMap((phase) => phase.items);
  return Object.fromEntries([
    ...phases.map(({ number, sent, counted }) => [number, sent.metadata?.[CATALOG_PRICE] ?? counted.price] as const),
    ...items.data.map((item) => [item.id, catalogPriceOf(item)] as const),
  ]);
}

/** What its schedule will change stands among its charges; an end by its schedule is that of its term. */
export async function readSubscriptionToChange(
  stripe: Stripe,
  number: string,
  catalog: CatalogCache,
  context: StripeContext,
): Promise<SubscriptionToChange | null> {
  const read = await readSubscription(stripe, number);
  if (read === null) return null;
  await catalog.load([read]);
  const endsAt = read.schedule === null ? null : endsAtOf(read.schedule);
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
    planIds: planIdsOf(read),
    waitingOrders: [],
  };
}
