import { invalid, missing } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import { required, text, unsimulated, type Read } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { itemsOf } from './items.ts';
import { itemFields, updateFields } from './subscriptionParams.ts';
import { updateSubscription } from './subscriptionUpdate.ts';

/** How a change of a single item is billed; the rest of its parameters are the item's own. */
const billing = {
  off_session: updateFields.off_session,
  payment_behavior: updateFields.payment_behavior,
  proration_behavior: updateFields.proration_behavior,
  proration_date: updateFields.proration_date,
};

function split<T extends Read<typeof billing>>(params: T) {
  const { off_session, payment_behavior, proration_behavior, proration_date, ...item } = params;
  const given = Object.entries({ off_session, payment_behavior, proration_behavior, proration_date });
  const how = Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Read<typeof billing>;
  return { how, item };
}

export function addSubscriptionItemRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined): SubscriptionItem => {
    const item = Object.values(world.state.items)
      .flat()
      .find((one) => one.id === id);
    if (!item) throw missing('subscription item', id ?? '');
    return item;
  };
  routes.get('/v1/subscription_items', { ...paging, subscription: text }, ({ params }) => {
    const subscription = world.get('subscriptions', required(params.subscription, 'subscription'), 'subscription');
    const rows = itemsOf(world, subscription).map((item, index) => ({ item, id: item.id, created: -index }));
    const list = page(`/v1/subscription_items?subscription=${subscription.id}`, rows, () => true, params);
    return { ...list, data: list.data.map(({ item }) => item) };
  });
  routes.get('/v1/subscription_items/:id', {}, ({ path }) => find(path['id']));
  routes.post('/v1/subscription_items', { ...itemFields, ...billing, subscription: text }, ({ params }) => {
    const { subscription: id, ...rest } = params;
    const subscription = world.get('subscriptions', required(id, 'subscription'), 'subscription');
    const { how, item } = split(rest);
    const known = new Set(itemsOf(world, subscription).map((one) => one.id));
    updateSubscription(world, subscription, { ...how, items: [item] });
    const added = itemsOf(world, subscription).find((one) => !known.has(one.id));
    if (!added) throw invalid('The item waits until its invoice is paid.', 'payment_behavior');
    return added;
  });
  routes.post('/v1/subscription_items/:id', { ...itemFields, ...billing }, ({ path, params }) => {
    const { id, subscription } = find(path['id']);
    const { how, item } = split(params);
    updateSubscription(world, world.get('subscriptions', subscription), { ...how, items: [{ id, ...item }] });
    return find(id);
  });
  routes.delete('/v1/subscription_items/:id', { ...billing, clear_usage: unsimulated }, ({ path, params }) => {
    const { id, subscription } = find(path['id']);
    const { how } = split(params);
    updateSubscription(world, world.get('subscriptions', subscription), { ...how, items: [{ id, deleted: true }] });
    return { id, object: 'subscription_item', deleted: true };
  });
}
