import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { clearable, flag, oneOf, range, required, shape, text, unsimulated } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { isOver, update } from './changes.ts';
import { cancelBy } from './ending.ts';
import { itemsOf } from './items.ts';
import { expireResumption, pauseSubscription, resumeSubscription } from './pause.ts';
import { createSubscription } from './subscriptionCreate.ts';
import { billingMode, createFields, feedback, pauseFields, resumeFields, updateFields } from './subscriptionParams.ts';
import { updateSubscription } from './subscriptionUpdate.ts';

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
      automatic_tax: unsimulated,
      created: range,
      current_period_end: range,
      current_period_start: range,
      customer: text,
      customer_account: unsimulated,
      plan: text,
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
            itemsOf(world, one).some(
              (item) =>
                within(item.current_period_end, params.current_period_end) &&
                within(item.current_period_start, params.current_period_start) &&
                (params.price === undefined || item.price.id === params.price) &&
                (params.plan === undefined || item.price.id === params.plan),
            )
          );
        },
        params,
      ),
  );
  const find = (path: Record<string, string>): Subscription => world.get('subscriptions', path['id'] ?? '');
  routes.get('/v1/subscriptions/:id', {}, ({ path }) => find(path));
  routes.post('/v1/subscriptions/:id', updateFields, ({ path, params }) =>
    updateSubscription(world, find(path), params),
  );
  routes.delete(
    '/v1/subscriptions/:id',
    {
      invoice_now: flag,
      prorate: flag,
      cancellation_details: shape({ comment: clearable(text), feedback, feedback_option: unsimulated }),
    },
    ({ path, params }) => {
      const subscription = find(path);
      if (isOver(subscription)) throw invalid(`No such subscription: ${subscription.id}`, 'id', 'resource_missing');
      if (params.cancellation_details)
        subscription.cancellation_details = {
          comment: params.cancellation_details.comment ?? null,
          feedback: params.cancellation_details.feedback ?? null,
          feedback_option: null,
          reason: 'cancellation_requested',
        };
      cancelBy(world, subscription, params);
      return subscription;
    },
  );
  routes.post('/v1/subscriptions/:id/pause', pauseFields, ({ path, params }) =>
    pauseSubscription(world, find(path), params),
  );
  routes.post('/v1/subscriptions/:id/resume', resumeFields, ({ path, params }) =>
    resumeSubscription(world, find(path), params),
  );
  routes.post('/v1/subscriptions/:id/migrate', { billing_mode: billingMode }, ({ path, params }) => {
    const subscription = find(path);
    if (required(params.billing_mode?.type, 'billing_mode[type]') !== 'flexible')
      throw invalid('Subscriptions can only be migrated to `flexible`.', 'billing_mode[type]');
    if (subscription.billing_mode.type === 'flexible')
      throw invalid('This subscription has `billing_mode=flexible` already.', 'billing_mode[type]');
    return update(world, subscription, (one) => {
      one.billing_mode = {
        flexible: { proration_discounts: 'included' },
        type: 'flexible',
        updated_at: world.now(),
      };
    });
  });
  world.onTimer('resume_expires', (id) => expireResumption(world, id));
}
