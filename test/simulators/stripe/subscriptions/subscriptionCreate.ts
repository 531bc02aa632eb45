import { createPrice, priceData } from '../catalog/catalog.ts';
import { declineOf } from '../payments/declines.ts';
import { applyDiscounts, discountParams } from '../catalog/discounts.ts';
import { invalid } from '../protocol/errors.ts';
import { showItems, itemsOf, newItem } from './items.ts';
import { itemLine } from '../invoices/lines.ts';
import {
  array,
  clearable,
  either,
  flag,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  required,
  shape,
  text,
  time,
  type Read,
} from '../protocol/params.ts';
import { finalize } from '../invoices/invoiceLife.ts';
import { billSubscription, cardError, issue, periodEnd, periodOf, trialWarningSeconds } from './subscriptionLife.ts';
import { blankSubscription } from './subscriptionBlank.ts';
import { checkRoomForSubscription } from '../time/testClocks.ts';
import type { Customer, Price, Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const daySeconds = 86_400;

export const itemFields = { price: text, price_data: priceData, quantity: integer, metadata };

/** Parameters that create and update have in common. */
export const commonFields = {
  automatic_tax: shape({ enabled: flag }),
  cancel_at: clearable(either(time, oneOf('min_period_end', 'max_period_end'))),
  cancel_at_period_end: flag,
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  days_until_due: integer,
  default_payment_method: clearable(text),
  description: clearable(text),
  discounts: discountParams,
  metadata,
  off_session: flag,
  payment_behavior: oneOf('allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'pending_if_incomplete'),
  payment_settings: shape({
    payment_method_types: array(text),
    save_default_payment_method: oneOf('off', 'on_subscription'),
  }),
  proration_behavior: oneOf('create_prorations', 'always_invoice', 'none'),
  trial_end: either(time, oneOf('now')),
  trial_settings: shape({
    end_behavior: shape({ missing_payment_method: oneOf('cancel', 'create_invoice', 'pause') }),
  }),
};

export const createFields = {
  ...commonFields,
  billing_cycle_anchor: time,
  billing_mode: shape({ type: oneOf('classic', 'flexible') }),
  currency: text,
  customer: text,
  items: array(shape(itemFields)),
  trial_period_days: integer,
};

type CreateParams = Read<typeof createFields>;

/** The price that an item names or brings. */
export function priceOf(
  world: World,
  item: { price?: string; price_data?: ReturnType<typeof priceData> },
  param: string,
): Price {
  const price = item.price_data
    ? createPrice(world, item.price_data)
    : world.get('prices', required(item.price, `${param}[price]`), `${param}[price]`);
  if (price.type !== 'recurring')
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      `${param}[price]`,
    );
  if (!price.active)
    throw invalid('The price specified is inactive. This field only accepts active prices.', `${param}[price]`);
  return price;
}

function trialEnd(world: World, params: CreateParams): number | null {
  if (params.trial_end === 'now') return null;
  if (params.trial_end !== undefined) {
    if (params.trial_end <= world.now())
      throw invalid('Invalid timestamp: trial_end must be in the future.', 'trial_end');
    return params.trial_end;
  }
  return params.trial_period_days ? world.now() + params.trial_period_days * daySeconds : null;
}

function checkPayable(world: World, params: CreateParams, customer: Customer, trial: number | null): void {
  if (params.collection_method === 'send_invoice') {
    required(params.days_until_due, 'days_until_due');
    return;
  }
  if (params.days_until_due !== undefined)
    throw invalid('You can only set `days_until_due` if `collection_method` is `send_invoice`.', 'days_until_due');
  const method = params.default_payment_method ?? customer.invoice_settings.default_payment_method;
  if (method !== null) {
    const { customer: owner } = world.get('paymentMethods', method, 'default_payment_method');
    if (owner !== customer.id)
      throw invalid(
        'The payment method must be attached to the customer.',
        'default_payment_method',
        'resource_missing',
      );
  } else if (trial === null && params.payment_behavior !== 'default_incomplete')
    throw cardError({ paid: false, decline: null, chargeId: null });
}

/** A subscription with its first invoice; a card that fails leaves it `incomplete` (Stripe docs, "Subscription statuses"). */
export function createSubscription(world: World, params: CreateParams): Subscription {
  const customer = world.get('customers', required(params.customer, 'customer'), 'customer');
  checkRoomForSubscription(world, customer);
  const wanted = required(params.items, 'items');
  if (wanted.length === 0) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  if (wanted.length > 20) throw invalid('A subscription has at most 20 items.', 'items');
  if (params.automatic_tax?.enabled) throw refusedTax(world);
  if (params.payment_behavior === 'pending_if_incomplete')
    throw invalid('`pending_if_incomplete` can only be used when updating a subscription.', 'payment_behavior');
  const trial = trialEnd(world, params);
  checkPayable(world, params, customer, trial);
  const prices = wanted.map((item, index) => priceOf(world, item, `items[${index}]`));
  const currency = prices[0]?.currency ?? 'usd';
  if (prices.some((price) => price.currency !== currency))
    throw invalid('The subscription items must all have the same currency.', 'items');
  if (customer.currency && customer.currency !== currency)
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${customer.currency}.`,
    );
  const now = world.now();
  const anchor = trial ?? params.billing_cycle_anchor ?? now;
  const subscription = blankSubscription(world, customer, currency, anchor);
  subscription.collection_method = params.collection_method ?? 'charge_automatically';
  subscription.days_until_due = params.days_until_due ?? null;
  subscription.default_payment_method = params.default_payment_method ?? null;
  subscription.description = params.description ?? null;
  subscription.metadata = mergeMetadata({}, params.metadata);
  subscription.trial_start = trial === null ? null : now;
  subscription.trial_end = trial;
  subscription.billing_mode = {
    flexible: params.billing_mode?.type === 'classic' ? null : {},
    type: params.billing_mode?.type ?? 'flexible',
  };
  if (params.trial_settings?.end_behavior?.missing_payment_method)
    subscription.trial_settings = {
      end_behavior: {
        billing_cycle_anchor: null,
        missing_payment_method: params.trial_settings.end_behavior.missing_payment_method,
      },
    };
  world.state.items[subscription.id] = wanted.map((item, index) => {
    const price = prices[index]!;
    return newItem(
      world,
      subscription,
      price,
      {
        metadata: mergeMetadata({}, item.metadata),
        ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
      },
      trial === null ? periodOf({ price }, anchor, now) : { start: now, end: trial },
    );
  });
  showItems(world, subscription);
  setCancellation(world, subscription, params);
  if (params.discounts) subscription.discounts = applyDiscounts(world, params.discounts, discountOwner(subscription));
  return start(world, subscription, params);
}

export const discountOwner = (one: Subscription) => ({ customer: one.customer, subscription: one.id });

export function refusedTax(world: World) {
  world.calls.refuse('automatic_tax[enabled]=true');
  return invalid(
    'You must have a valid head office address to enable automatic tax calculation in test mode.',
    'automatic_tax[enabled]',
  );
}

function start(world: World, subscription: Subscription, params: CreateParams): Subscription {
  const trialing = subscription.trial_end !== null;
  const automatic = subscription.collection_method === 'charge_automatically';
  subscription.status = trialing ? 'trialing' : automatic ? 'incomplete' : 'active';
  const method = world.find(
    'paymentMethods',
    subscription.default_payment_method ??
      world.get('customers', subscription.customer).invoice_settings.default_payment_method,
  );
  if (
    params.payment_behavior === 'error_if_incomplete' &&
    !trialing &&
    automatic &&
    method &&
    world.state.declines[method.id]
  )
    throw refuseIncomplete(world, method.id);
  world.insert('subscriptions', subscription, 'customer.subscription.created');
  if (
    trialing &&
    subscription.trial_end! - world.now() <= trialWarningSeconds &&
    world.once(`trial_will_end:${subscription.id}`)
  )
    world.emit('customer.subscription.trial_will_end', subscription);
  const items = itemsOf(world, subscription);
  const lines = items
    .filter((item) => item.price.recurring?.usage_type !== 'metered')
    .map((item) =>
      itemLine(
        world,
        item,
        subscription.customer,
        { start: item.current_period_start, end: item.current_period_end },
        trialing,
      ),
    );
  const invoice = billSubscription(world, subscription, 'subscription_create', lines, {
    start: world.now(),
    end: world.now(),
  });
  world.change(subscription, null, (one) => (one.latest_invoice = invoice.id));
  if (params.payment_behavior === 'default_incomplete' && automatic && !trialing) finalize(world, invoice, null);
  else issue(world, invoice);
  if (subscription.status === 'incomplete' && invoice.status === 'paid')
    world.change(subscription, 'customer.subscription.updated', (one) => (one.status = 'active'));
  return subscription;
}

/** With `error_if_incomplete` a declined card leaves no subscription behind. */
function refuseIncomplete(world: World, methodId: string) {
  const code = world.state.declines[methodId] ?? 'card_declined';
  const decline = declineOf(code);
  return cardError({ paid: false, decline: decline ?? null, chargeId: null });
}

export function setCancellation(
  world: World,
  one: Subscription,
  params: { cancel_at?: number | 'min_period_end' | 'max_period_end' | null; cancel_at_period_end?: boolean },
): void {
  if (params.cancel_at !== undefined && params.cancel_at_period_end !== undefined)
    throw invalid('You can only set one of cancel_at and cancel_at_period_end.', 'cancel_at');
  const ends = itemsOf(world, one).map((item) => item.current_period_end);
  const wanted = params.cancel_at;
  if (params.cancel_at_period_end !== undefined) {
    one.cancel_at_period_end = params.cancel_at_period_end;
    one.cancel_at = params.cancel_at_period_end ? periodEnd(world, one) : null;
  } else if (wanted !== undefined) {
    one.cancel_at =
      wanted === 'min_period_end' ? Math.min(...ends) : wanted === 'max_period_end' ? Math.max(...ends) : wanted;
    if (typeof wanted === 'number' && wanted <= world.now())
      throw invalid('Invalid timestamp: cancel_at must be in the future.', 'cancel_at');
    one.cancel_at_period_end = false;
  } else return;
  one.canceled_at = one.cancel_at === null ? null : world.now();
  one.cancellation_details = {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: one.cancel_at === null ? null : 'cancellation_requested',
  };
}
