import { inline } from '../protocol/lists.ts';
import type { Plan, Price, Subscription, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** Every item of a subscription; change them only inside `World.change` of the subscription, then show them. */
export function itemsOf(world: World, subscription: Subscription): SubscriptionItem[] {
  return (world.state.items[subscription.id] ??= []);
}

/** Puts the first ten items into the subscription, as the API answers it. */
export function showItems(world: World, subscription: Subscription): void {
  const url = `/v1/subscription_items?subscription=${subscription.id}`;
  subscription.items = inline(url, structuredClone(itemsOf(world, subscription)));
}

export const isMetered = (item: SubscriptionItem): boolean => item.price.recurring?.usage_type === 'metered';

export function newItem(
  world: World,
  subscription: Subscription,
  price: Price,
  fields: { quantity?: number; metadata?: Record<string, string> },
  period: { start: number; end: number },
): SubscriptionItem {
  return {
    id: world.id('si', 14),
    object: 'subscription_item',
    billing_thresholds: null,
    created: world.now(),
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: fields.metadata ?? {},
    plan: planOf(price),
    price: structuredClone(price),
    ...(price.recurring?.usage_type === 'metered' ? {} : { quantity: fields.quantity ?? 1 }),
    subscription: subscription.id,
    tax_rates: [],
  };
}

/** The legacy form of a recurring price, which subscription items still carry. */
export function planOf(price: Price): Plan {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: price.recurring?.meter ?? null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: null,
    usage_type: price.recurring?.usage_type ?? 'licensed',
  };
}
