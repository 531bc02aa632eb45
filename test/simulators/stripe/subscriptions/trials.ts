import type { Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { cancelNow } from './ending.ts';
import { renew } from './renewal.ts';

const daySeconds = 86_400;

export const trialWarningSeconds = 3 * daySeconds;

/** What is done once for each end that a trial is given. */
export const trialWarning = (one: Subscription): string => `trial_will_end:${one.id}:${one.trial_end}`;

/** The trial ends by its clock: it turns into a paid period, or ends as its settings say without a way to pay. */
export function endTrial(world: World, subscription: Subscription): void {
  const customer = world.get('customers', subscription.customer);
  const payable =
    subscription.collection_method === 'send_invoice' ||
    (subscription.default_payment_method ?? customer.invoice_settings.default_payment_method) !== null;
  const without = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (!payable && without === 'cancel') cancelNow(world, subscription, 'cancellation_requested');
  else if (!payable && without === 'pause') {
    markPaused(world, subscription, 'trial_end_without_payment_method');
  } else renew(world, subscription, world.now());
}

/** Service stops: `customer.subscription.paused`, and nothing else tells it. */
export function markPaused(world: World, subscription: Subscription, why: string): void {
  world.change(subscription, null, (one) => {
    one.status = 'paused';
    one.status_details = {
      paused: { transitioned_at: world.now(), type: 'subscription', subscription: { type: why } },
    };
  });
  world.emit('customer.subscription.paused', subscription);
}
