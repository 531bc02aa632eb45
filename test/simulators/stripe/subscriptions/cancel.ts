import type { Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { itemsOf } from './items.ts';
import { creditUnused } from './prorations.ts';
import { billSubscription, cancelNow, hasPending, issue, usageLines } from './subscriptionLife.ts';

/** Ends a subscription because somebody wants it: with a credit for unused time and a last invoice if asked for. */
export function cancelBy(
  world: World,
  subscription: Subscription,
  how: { prorate?: boolean; invoice_now?: boolean },
): void {
  const now = world.now();
  if (how.prorate) for (const item of itemsOf(world, subscription)) creditUnused(world, subscription, item, now);
  const usage = how.invoice_now ? usageLines(world, subscription, now) : [];
  cancelNow(world, subscription, 'cancellation_requested');
  if (how.invoice_now && (usage.length > 0 || hasPending(world, subscription)))
    issue(world, billSubscription(world, subscription, 'subscription_update', usage, { start: now, end: now }));
}
