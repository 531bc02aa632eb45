import { invalid } from '../protocol/errors.ts';
import { isMetered, itemsOf } from './items.ts';
import { prorate } from '../invoices/lines.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { clearable, flag, oneOf, range, required, shape, text, integer } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import { createFields, createSubscription } from './subscriptionCreate.ts';
import { billSubscription, cancelNow, isOver, issue, renew } from './subscriptionLife.ts';
import { updateFields, updateSubscription } from './subscriptionUpdate.ts';
import type { SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const statuses = oneOf(
  'active',
  'all',
  'canceled',
  'ended',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
);

export function addSubscriptionRoutes(routes: Routes, world: World): void {
  routes.post('/v1/subscriptions', createFields, ({ params }) => createSubscription(world, params));
  routes.get(
    '/v1/subscriptions',
    {
      ...paging,
      collection_method: oneOf('charge_automatically', 'send_invoice'),
      created: range,
      customer: text,
      price: text,
      status: statuses,
      test_clock: text,
    },
    ({ params }) =>
      page(
        '/v1/subscriptions',
        world.all('subscriptions'),
        (one) => {
          const { status } = params;
          const shown =
            status === 'all' ||
            (status === undefined
              ? one.status !== 'canceled'
              : status === 'ended'
                ? isOver(one)
                : one.status === status);
          return (
            shown &&
            within(one.created, params.created) &&
            (params.customer !== undefined || one.test_clock === (params.test_clock ?? null)) &&
            (params.customer === undefined || one.customer === params.customer) &&
            (params.collection_method === undefined || one.collection_method === params.collection_method) &&
            (params.price === undefined || itemsOf(world, one).some((item) => item.price.id === params.price))
          );
        },
        params,
      ),
  );
  routes.get('/v1/subscriptions/:id', {}, ({ path }) => world.get('subscriptions', path['id'] ?? ''));
  routes.post('/v1/subscriptions/:id', updateFields, ({ path, params }) =>
    updateSubscription(world, world.get('subscriptions', path['id'] ?? ''), params),
  );
  routes.delete(
    '/v1/subscriptions/:id',
    {
      invoice_now: flag,
      prorate: flag,
      cancellation_details: shape({ comment: clearable(text), feedback: updateFeedback }),
    },
    ({ path, params }) => {
      const subscription = world.get('subscriptions', path['id'] ?? '');
      if (isOver(subscription)) throw invalid(`No such subscription: ${subscription.id}`, 'id', 'resource_missing');
      if (params.prorate)
        for (const item of itemsOf(world, subscription)) prorate(world, item, subscription.customer, -1);
      if (params.cancellation_details)
        subscription.cancellation_details = {
          comment: params.cancellation_details.comment ?? null,
          feedback: params.cancellation_details.feedback ?? null,
          feedback_option: null,
          reason: 'cancellation_requested',
        };
      cancelNow(world, subscription, 'cancellation_requested');
      if (params.invoice_now) {
        const now = world.now();
        issue(world, billSubscription(world, subscription, 'subscription_update', [], { start: now, end: now }));
      }
      return subscription;
    },
  );
  routes.post(
    '/v1/subscriptions/:id/resume',
    {
      billing_cycle_anchor: oneOf('now', 'unchanged'),
      proration_behavior: oneOf('create_prorations', 'always_invoice', 'none'),
    },
    ({ path }) => {
      const subscription = world.get('subscriptions', path['id'] ?? '');
      if (subscription.status !== 'paused') throw invalid('Only paused subscriptions can be resumed.');
      world.change(subscription, null, (one) => {
        one.status = 'active';
        delete one.status_details;
      });
      world.emit('customer.subscription.resumed', subscription);
      issue(world, renew(world, subscription, world.now()));
      return subscription;
    },
  );
  addItemRoutes(routes, world);
}

const updateFeedback = clearable(
  oneOf(
    'customer_service',
    'low_quality',
    'missing_features',
    'other',
    'switched_service',
    'too_complex',
    'too_expensive',
    'unused',
  ),
);

function addItemRoutes(routes: Routes, world: World): void {
  const find = (id: string): SubscriptionItem => {
    const item = Object.values(world.state.items)
      .flat()
      .find((one) => one.id === id);
    if (!item) throw invalid(`Invalid subscription_item id: ${id}`, 'subscription_item', 'resource_missing');
    return item;
  };
  routes.get('/v1/subscription_items', { ...paging, subscription: text }, ({ params }) => {
    const subscription = world.get('subscriptions', required(params.subscription, 'subscription'), 'subscription');
    return page(
      `/v1/subscription_items?subscription=${subscription.id}`,
      itemsOf(world, subscription).toReversed(),
      () => true,
      params,
    );
  });
  routes.get('/v1/subscription_items/:id', {}, ({ path }) => find(path['id'] ?? ''));
  routes.post(
    '/v1/subscription_items/:id',
    {
      price: text,
      quantity: integer,
      proration_behavior: updateFields.proration_behavior,
      metadata: updateFields.metadata,
    },
    ({ path, params: { proration_behavior: behavior, ...change } }) => {
      const item = find(path['id'] ?? '');
      if (isMetered(item) && change.quantity !== undefined)
        throw invalid('You cannot set a quantity for a metered plan.', 'quantity');
      updateSubscription(world, world.get('subscriptions', item.subscription), {
        items: [{ id: item.id, ...change }],
        ...(behavior === undefined ? {} : { proration_behavior: behavior }),
      });
      return find(item.id);
    },
  );
}
