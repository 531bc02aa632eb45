import { applyDiscounts } from '../catalog/discounts.ts';
import { mergeMetadata } from '../protocol/params.ts';
import type { Subscription, SubscriptionItem, SubscriptionSchedule } from '../protocol/wire.ts';
import { isOver, update } from '../subscriptions/changes.ts';
import { itemsOf, newItem } from '../subscriptions/items.ts';
import { periodEnd } from '../subscriptions/periods.ts';
import { createSubscription, discountOwner } from '../subscriptions/subscriptionCreate.ts';
import type { CreateParams, UpdateParams } from '../subscriptions/subscriptionParams.ts';
import { updateSubscription } from '../subscriptions/subscriptionUpdate.ts';
import { itemIdOf, keepForLater, usageLines } from '../subscriptions/usage.ts';
import type { World } from '../world.ts';
import type { Phase } from './phases.ts';

export const lastOf = (schedule: SubscriptionSchedule): Phase => schedule.phases.at(-1)!;

type Wanted = { coupon?: string; discount?: string; promotion_code?: string }[];
const wantedDiscounts = (discounts: Phase['discounts']): Wanted =>
  discounts.map((one) =>
    one.discount !== null
      ? { discount: one.discount }
      : one.promotion_code !== null
        ? { promotion_code: one.promotion_code }
        : { coupon: one.coupon ?? '' },
  );

/** What a phase says besides its items, as parameters of a subscription. */
function settingsOf(schedule: SubscriptionSchedule, phase: Phase) {
  const defaults = schedule.default_settings;
  const collection = (phase.collection_method ?? defaults.collection_method) as
    'charge_automatically' | 'send_invoice' | null;
  const days = phase.invoice_settings?.days_until_due ?? defaults.invoice_settings.days_until_due;
  const method = phase.default_payment_method ?? defaults.default_payment_method;
  const description = phase.description ?? defaults.description;
  return {
    ...(collection === null ? {} : { collection_method: collection }),
    ...(collection === 'send_invoice' && days !== null ? { days_until_due: days } : {}),
    ...(method === null ? {} : { default_payment_method: method }),
    ...(description === null ? {} : { description }),
    ...(phase.metadata && Object.keys(phase.metadata).length > 0 ? { metadata: phase.metadata } : {}),
    proration_behavior: phase.proration_behavior as 'create_prorations' | 'always_invoice' | 'none',
    ...(phase.add_invoice_items.length === 0
      ? {}
      : {
          add_invoice_items: phase.add_invoice_items.map(({ price, quantity }) => ({ price, quantity: quantity ?? 1 })),
        }),
  };
}

/** The schedule's time has come: it makes its subscription. */
export function begin(world: World, schedule: SubscriptionSchedule): void {
  const phase = schedule.phases[0]!;
  const customer = world.get('customers', schedule.customer);
  const { discounts } = phase;
  const params: CreateParams = {
    ...settingsOf(schedule, phase),
    customer: schedule.customer,
    billing_mode: { type: schedule.billing_mode.type as 'classic' | 'flexible' },
    items: phase.items.map((item) => ({
      price: item.price,
      ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
      ...(item.metadata ? { metadata: item.metadata } : {}),
      ...(item.discounts.length > 0 ? { discounts: wantedDiscounts(item.discounts) } : {}),
    })),
    ...(discounts.length > 0 ? { discounts: wantedDiscounts(discounts) } : {}),
    ...(phase.trial_end !== null && phase.trial_end > world.now() ? { trial_end: phase.trial_end } : {}),
    ...(customer.invoice_settings.default_payment_method === null && phase.default_payment_method === null
      ? { payment_behavior: 'default_incomplete' }
      : {}),
  };
  const subscription = createSubscription(world, params, schedule.id);
  world.change(schedule, 'subscription_schedule.updated', (one) => {
    one.status = 'active';
    one.subscription = subscription.id;
    one.current_phase = { start_date: phase.start_date, end_date: phase.end_date };
  });
  planEnd(world, schedule);
}

/** In its last phase the subscription shows that it will end, if it will. */
export function planEnd(world: World, schedule: SubscriptionSchedule): void {
  const subscription = world.find('subscriptions', schedule.subscription);
  if (!subscription || isOver(subscription)) return;
  const last = lastOf(schedule);
  const ends = schedule.end_behavior === 'cancel' && schedule.current_phase?.start_date === last.start_date;
  update(world, subscription, (one) => {
    one.cancel_at = ends ? last.end_date : null;
    one.canceled_at = ends ? (one.canceled_at ?? world.now()) : null;
  });
}

const intervalsOf = (items: readonly SubscriptionItem[]): string =>
  [...new Set(items.map(({ price }) => `${price.recurring?.interval_count}${price.recurring?.interval}`))].join();

/** At the end of a period the renewal bills the new items, so that nothing is prorated. */
function swapItems(world: World, subscription: Subscription, phase: Phase): void {
  const items = itemsOf(world, subscription);
  const now = world.now();
  const staying = new Set(phase.items.map((one) => one.price));
  for (const line of usageLines(world, subscription, now)) {
    const item = items.find((one) => one.id === itemIdOf(line));
    if (item && !staying.has(item.price.id)) keepForLater(world, { subscription, items }, line);
  }
  const next = phase.items.map((wanted) => {
    const price = world.get('prices', wanted.price);
    const item =
      structuredClone(items.find((one) => one.price.id === price.id)) ??
      newItem(world, subscription, price, {}, { start: now, end: now });
    if (wanted.quantity !== undefined) item.quantity = wanted.quantity;
    item.metadata = mergeMetadata(item.metadata, wanted.metadata ?? {});
    const owner = { ...discountOwner(subscription), subscription_item: item.id };
    item.discounts = applyDiscounts(world, wantedDiscounts(wanted.discounts), owner);
    return item;
  });
  const { proration_behavior: _none, ...settings } = settingsOf(
    world.get('subscriptionSchedules', subscription.schedule ?? ''),
    phase,
  );
  const discounts = applyDiscounts(world, wantedDiscounts(phase.discounts), discountOwner(subscription));
  const restarts = phase.billing_cycle_anchor === 'phase_start' || intervalsOf(items) !== intervalsOf(next);
  update(world, subscription, (one) => {
    world.state.items[one.id] = next;
    one.discounts = discounts;
    if (restarts) one.billing_cycle_anchor = now;
  });
  updateSubscription(world, subscription, settings, true);
}

/** In the middle of a period items change as by an update. */
function changeItems(world: World, subscription: Subscription, phase: Phase, params: UpdateParams): void {
  const items = itemsOf(world, subscription);
  const kept = new Set(phase.items.map((one) => one.price));
  updateSubscription(
    world,
    subscription,
    {
      ...params,
      items: [
        ...items.filter((one) => !kept.has(one.price.id)).map(({ id }) => ({ id, deleted: true })),
        ...phase.items.map((wanted) => {
          const present = items.find((one) => one.price.id === wanted.price);
          return {
            ...(present ? { id: present.id } : { price: wanted.price }),
            ...(wanted.quantity === undefined ? {} : { quantity: wanted.quantity }),
            ...(wanted.metadata ? { metadata: wanted.metadata } : {}),
            ...(wanted.discounts.length > 0 ? { discounts: wantedDiscounts(wanted.discounts) } : {}),
          };
        }),
      ],
      discounts: wantedDiscounts(phase.discounts),
      ...(phase.billing_cycle_anchor === 'phase_start' ? { billing_cycle_anchor: { type: 'now' as const } } : {}),
    },
    true,
  );
}

/** Brings the subscription to what a phase says. */
export function enterPhase(
  world: World,
  schedule: SubscriptionSchedule,
  phase: Phase,
  behavior: Partial<Pick<UpdateParams, 'proration_behavior'>> = {},
): void {
  const subscription = world.get('subscriptions', schedule.subscription ?? '');
  const trial = phase.trial_end !== null && phase.trial_end > world.now() && subscription.trial_end !== phase.trial_end;
  if (periodEnd(world, subscription) === world.now() && subscription.status !== 'trialing')
    swapItems(world, subscription, phase);
  else
    changeItems(world, subscription, phase, {
      ...settingsOf(schedule, phase),
      ...behavior,
      ...(trial ? { trial_end: phase.trial_end! } : {}),
    });
  world.change(schedule, 'subscription_schedule.updated', (one) => {
    one.current_phase = { start_date: phase.start_date, end_date: phase.end_date };
  });
  planEnd(world, schedule);
}
