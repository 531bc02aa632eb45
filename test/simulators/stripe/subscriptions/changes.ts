import type { Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { itemsOf, showItems } from './items.ts';

export const isOver = (subscription: Subscription): boolean =>
  subscription.status === 'canceled' || subscription.status === 'incomplete_expired';

/** Changes a subscription and its items and reports it as `customer.subscription.updated`, or not at all. */
export function update(
  world: World,
  subscription: Subscription,
  change: (one: Subscription) => void,
  event: 'customer.subscription.updated' | null = 'customer.subscription.updated',
): Subscription {
  const items = structuredClone(itemsOf(world, subscription));
  try {
    return world.change(subscription, event, (one) => {
      change(one);
      showItems(world, one);
    });
  } catch (error) {
    world.state.items[subscription.id] = items;
    throw error;
  }
}
