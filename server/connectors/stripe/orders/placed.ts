import type Stripe from 'stripe';
import { z } from 'zod';
import type { Order, PlacedOrder } from '../../../domain/order/order.ts';
import { readAll } from '../pages.ts';
import { DEAL } from './toSubscription.ts';

const metadata = z.record(z.string(), z.string()).nullish();

/** A subscription, or the schedule that makes one on its first day. */
export const madeSchema = z.object({
  id: z.string(),
  object: z.enum(['subscription', 'subscription_schedule']),
  subscription: z.string().nullish(),
  metadata,
});
type Made = z.infer<typeof madeSchema>;

/** Stripe numbers no orders: what was made stands for what was ordered. A schedule that has not begun has no subscription yet. */
export function toPlaced({ id, subscription }: Made): PlacedOrder {
  const number = subscription ?? id;
  return { number, status: 'Completed', subscriptionNumbers: [number] };
}

const changedSchema = z.object({
  metadata,
  subscription: z.string().nullish(),
  released_subscription: z.string().nullish(),
});

/**
 * A schedule names a change from the call on, its subscription from the day on.
 * @param key of the metadata that names the deal
 * @returns whether a schedule of a subscription was changed by a deal, also one that was released or has ended
 */
export async function isScheduledBy(
  stripe: Stripe,
  { id, customer }: { id: string; customer: string },
  key: string,
): Promise<boolean> {
  const { data } = await readAll('looking for a schedule', (page) =>
    stripe.subscriptionSchedules.list({ customer, limit: 100, ...page }),
  );
  return z
    .array(changedSchema)
    .parse(data)
    .some((one) => one.metadata?.[key] !== undefined && (one.subscription ?? one.released_subscription) === id);
}

/**
 * Looks through everything that the customer has or had: lists show at once what was made, which the search does not.
 * @returns what was made of a deal before; null when nothing was
 */
export async function madeOf(
  stripe: Stripe,
  { billingAccountNumber: customer, dealId }: Pick<Order, 'billingAccountNumber' | 'dealId'>,
): Promise<PlacedOrder | null> {
  const lists = await Promise.all([
    readAll('looking for a subscription', (page) =>
      stripe.subscriptions.list({ customer, status: 'all', limit: 100, ...page }),
    ),
    readAll('looking for a schedule', (page) => stripe.subscriptionSchedules.list({ customer, limit: 100, ...page })),
  ]);
  const found = z.array(madeSchema).parse(lists.flatMap(({ data }) => data));
  const made = found.find((one) => one.metadata?.[DEAL] === dealId);
  return made === undefined ? null : toPlaced(made);
}
