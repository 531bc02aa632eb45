import { applyDiscounts, endDiscount } from '../catalog/discounts.ts';
import { invalid, missing } from '../protocol/errors.ts';
import { isMetered, itemsOf, newItem, planOf } from './items.ts';
import { itemLine, prorate } from '../invoices/lines.ts';
import { array, clearable, flag, mergeMetadata, oneOf, shape, text, time, type Read } from '../protocol/params.ts';
import { commonFields, discountOwner, itemFields, priceOf, refusedTax, setCancellation } from './subscriptionCreate.ts';
import { billSubscription, endTrial, isOver, issue, periodOf, update } from './subscriptionLife.ts';
import type { Subscription, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export const updateFields = {
  ...commonFields,
  billing_cycle_anchor: oneOf('now', 'unchanged'),
  cancellation_details: shape({
    comment: clearable(text),
    feedback: clearable(
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
    ),
  }),
  items: array(shape({ ...itemFields, id: text, deleted: flag })),
  pause_collection: clearable(
    shape({ behavior: oneOf('keep_as_draft', 'mark_uncollectible', 'void'), resumes_at: clearable(time) }),
  ),
  proration_date: time,
};

export type UpdateParams = Read<typeof updateFields>;
type ItemChange = NonNullable<UpdateParams['items']>[number];

const intervalOf = (item: SubscriptionItem): string =>
  `${item.price.recurring?.interval_count}${item.price.recurring?.interval}`;

/** Carries out an update, prorates what it changes, and bills at once where the real service does. */
export function updateSubscription(world: World, subscription: Subscription, params: UpdateParams): Subscription {
  if (isOver(subscription))
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
  if (params.automatic_tax?.enabled) throw refusedTax(world);
  if (params.proration_date !== undefined || params.payment_behavior === 'pending_if_incomplete') {
    const param = params.proration_date === undefined ? 'payment_behavior' : 'proration_date';
    world.calls.refuse(`subscription update with ${param}`);
    throw invalid(`Received unknown parameter: ${param}`, param, 'parameter_unknown');
  }
  const prorates = params.proration_behavior !== 'none' && subscription.status !== 'trialing';
  const changes = planItems(world, subscription, params.items ?? []);
  const restart =
    params.billing_cycle_anchor === 'now' ||
    changes.some((one) => one.before && one.after && intervalOf(one.before) !== intervalOf(one.after));
  const touched = restart
    ? structuredClone(itemsOf(world, subscription))
    : changes.flatMap((one) => (one.before ? [one.before] : []));
  const ended = params.discounts
    ? subscription.discounts.filter((id) => !params.discounts?.some((one) => one.discount === id))
    : [];
  const discounts = params.discounts && applyDiscounts(world, params.discounts, discountOwner(subscription));
  update(world, subscription, (one) => {
    assign(world, one, params);
    if (discounts) one.discounts = discounts;
    world.state.items[one.id] = itemsAfter(itemsOf(world, one), changes);
    if (restart && one.status !== 'trialing') {
      one.billing_cycle_anchor = world.now();
      for (const item of itemsOf(world, one)) {
        const period = periodOf(item, one.billing_cycle_anchor, world.now());
        item.current_period_start = period.start;
        item.current_period_end = period.end;
      }
    }
    setCancellation(world, one, params);
  });
  if (prorates) for (const item of touched) prorate(world, item, subscription.customer, -1);
  for (const id of ended) endDiscount(world, id);
  if (params.trial_end === 'now' && subscription.status === 'trialing') {
    update(world, subscription, (one) => (one.trial_end = world.now()));
    endTrialNow(world, subscription);
  } else if (subscription.status !== 'trialing') {
    if (prorates && !restart)
      for (const { after } of changes)
        if (after)
          prorate(
            world,
            itemsOf(world, subscription).find((one) => one.id === after.id)!,
            subscription.customer,
            1,
          );
    if (restart || (params.proration_behavior === 'always_invoice' && changes.length > 0))
      billNow(world, subscription, restart);
  }
  return subscription;
}

function endTrialNow(world: World, subscription: Subscription): void {
  endTrial(world, subscription);
  const invoice = world.find('invoices', subscription.latest_invoice);
  if (invoice?.status === 'draft') issue(world, invoice);
}

function billNow(world: World, subscription: Subscription, restart: boolean): void {
  const items = itemsOf(world, subscription).filter((item) => !isMetered(item));
  const lines = restart
    ? items.map((item) =>
        itemLine(world, item, subscription.customer, {
          start: item.current_period_start,
          end: item.current_period_end,
        }),
      )
    : [];
  const invoice = billSubscription(world, subscription, 'subscription_update', lines, {
    start: world.now(),
    end: world.now(),
  });
  update(world, subscription, (one) => (one.latest_invoice = invoice.id));
  issue(world, invoice);
}

type Planned = { before: SubscriptionItem | null; after: SubscriptionItem | null };

/** What becomes of which item; checked before anything is changed. */
function planItems(world: World, subscription: Subscription, changes: readonly ItemChange[]): Planned[] {
  const items = itemsOf(world, subscription);
  const planned = changes.map((change, index): Planned => {
    const param = `items[${index}]`;
    if (change.id === undefined) {
      const price = priceOf(world, change, param);
      checkCurrency(subscription, price.currency, param);
      if (items.some((one) => one.price.id === price.id))
        throw invalid(`Cannot add multiple subscription items with the same plan: ${price.id}`, `${param}[price]`);
      const period = periodOf({ price }, subscription.billing_cycle_anchor, world.now());
      const until =
        subscription.status === 'trialing' && subscription.trial_end !== null ? subscription.trial_end : period.end;
      const fields = {
        metadata: mergeMetadata({}, change.metadata),
        ...(change.quantity === undefined ? {} : { quantity: change.quantity }),
      };
      return { before: null, after: newItem(world, subscription, price, fields, { start: world.now(), end: until }) };
    }
    const before = items.find((one) => one.id === change.id);
    if (!before) throw missing('subscription item', change.id, `${param}[id]`);
    if (change.deleted) return { before: structuredClone(before), after: null };
    const after = structuredClone(before);
    if (change.price !== undefined || change.price_data !== undefined) {
      const price = priceOf(world, change, param);
      checkCurrency(subscription, price.currency, param);
      after.price = structuredClone(price);
      after.plan = planOf(price);
      if (isMetered(after)) delete after.quantity;
      else after.quantity ??= 1;
    }
    if (change.quantity !== undefined) {
      if (isMetered(after)) throw invalid('You cannot set a quantity for a metered plan.', `${param}[quantity]`);
      after.quantity = change.quantity;
    }
    after.metadata = mergeMetadata(after.metadata, change.metadata);
    return { before: structuredClone(before), after };
  });
  const deleted = planned.filter((one) => one.before && !one.after).length;
  if (deleted > 0 && items.length + planned.filter((one) => !one.before).length === deleted)
    throw invalid('A subscription must have at least one active plan.', 'items');
  return planned.filter(
    ({ before, after }) =>
      !before ||
      !after ||
      before.price.id !== after.price.id ||
      before.quantity !== after.quantity ||
      JSON.stringify(before.metadata) !== JSON.stringify(after.metadata),
  );
}

function checkCurrency(subscription: Subscription, currency: string, param: string): void {
  if (currency !== subscription.currency)
    throw invalid(
      `The price specified only supports \`${currency}\`. This doesn't match the expected currency: \`${subscription.currency}\`.`,
      `${param}[price]`,
    );
}

function itemsAfter(items: readonly SubscriptionItem[], changes: readonly Planned[]): SubscriptionItem[] {
  const kept = items.flatMap((item) => {
    const change = changes.find((one) => one.before?.id === item.id);
    return change ? (change.after ? [change.after] : []) : [item];
  });
  return [...kept, ...changes.flatMap(({ before, after }) => (!before && after ? [after] : []))];
}

function assign(world: World, one: Subscription, params: UpdateParams): void {
  if (params.collection_method !== undefined) one.collection_method = params.collection_method;
  if (params.days_until_due !== undefined) one.days_until_due = params.days_until_due;
  if (one.collection_method === 'charge_automatically') one.days_until_due = null;
  else if (one.days_until_due === null)
    throw invalid('Missing required param: days_until_due.', 'days_until_due', 'parameter_missing');
  if (params.default_payment_method !== undefined) {
    if (params.default_payment_method !== null)
      world.get('paymentMethods', params.default_payment_method, 'default_payment_method');
    one.default_payment_method = params.default_payment_method;
  }
  if (params.description !== undefined) one.description = params.description;
  one.metadata = mergeMetadata(one.metadata, params.metadata);
  if (params.pause_collection === null) one.pause_collection = null;
  else if (params.pause_collection)
    one.pause_collection = {
      behavior: params.pause_collection.behavior ?? 'keep_as_draft',
      resumes_at: params.pause_collection.resumes_at ?? null,
    };
  if (params.cancellation_details)
    one.cancellation_details = {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: null,
      ...one.cancellation_details,
      ...params.cancellation_details,
    };
  if (typeof params.trial_end === 'number') {
    if (params.trial_end <= world.now())
      throw invalid('Invalid timestamp: trial_end must be in the future.', 'trial_end');
    one.trial_end = params.trial_end;
    one.trial_start ??= world.now();
    one.status = 'trialing';
    one.billing_cycle_anchor = params.trial_end;
    for (const item of itemsOf(world, one)) item.current_period_end = params.trial_end;
  }
}
