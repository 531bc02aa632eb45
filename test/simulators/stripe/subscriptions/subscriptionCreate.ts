import { applyDiscounts } from '../catalog/discounts.ts';
import { taxRatesNamed } from '../catalog/taxRates.ts';
import { finalize, type Collected } from '../invoices/invoiceLife.ts';
import { itemLines } from '../invoices/lines.ts';
import { invalid, notSimulated } from '../protocol/errors.ts';
import { mergeMetadata, required } from '../protocol/params.ts';
import type { Customer, InvoiceLine, Subscription } from '../protocol/wire.ts';
import { checkRoomForSubscription } from '../time/testClocks.ts';
import type { World } from '../world.ts';
import { anchorOf, trialEnd } from './anchors.ts';
import { billSubscription, hasPending, issue } from './billing.ts';
import { setCancellation } from './cancellation.ts';
import { cardError, refuseFailure } from './collection.ts';
import { addOneOffs, checkItems, checkQuantity, priceOf } from './itemPrices.ts';
import { isMetered, itemsOf, newItem, showItems } from './items.ts';
import { periodOf, wholePeriod } from './periods.ts';
import { blankSubscription } from './subscriptionBlank.ts';
import type { CreateParams } from './subscriptionParams.ts';
import { trialWarning, trialWarningSeconds } from './trials.ts';

function checkPayable(world: World, params: CreateParams, customer: Customer, trial: number | null): void {
  if (params.collection_method === 'send_invoice') {
    required(params.days_until_due, 'days_until_due');
    if (!customer.email)
      throw invalid(
        'Missing email. In order to create invoices that are sent to the customer, the customer must have a valid email.',
      );
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

/**
 * A subscription with its first invoice; a card that fails leaves it `incomplete` (Stripe docs, "Subscription statuses").
 * @param schedule id of the schedule that makes it
 */
export function createSubscription(world: World, params: CreateParams, schedule: string | null = null): Subscription {
  if (params.payment_behavior === 'error_if_incomplete')
    refuseFailure(world, () => begin(world, { ...params, payment_behavior: 'allow_incomplete' }, schedule).outcome);
  return begin(world, params, schedule).subscription;
}

type Begun = { subscription: Subscription; outcome: Collected | null };

function begin(world: World, params: CreateParams, schedule: string | null): Begun {
  const customer = world.get('customers', required(params.customer, 'customer'), 'customer');
  checkRoomForSubscription(world, customer);
  const wanted = required(params.items, 'items');
  if (wanted.length === 0) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  if (params.automatic_tax?.enabled) throw refusedTax(world);
  if (params.payment_behavior === 'pending_if_incomplete')
    throw invalid('`pending_if_incomplete` can only be used when updating a subscription.', 'payment_behavior');
  if (params.billing_mode?.flexible?.proration_discounts === 'itemized')
    throw notSimulated(world, 'Billing mode flexible with proration_discounts=itemized');
  const trial = trialEnd(world, params);
  checkPayable(world, params, customer, trial);
  const prices = wanted.map((item, index) => priceOf(world, item, `items[${index}]`, schedule !== null));
  const mode = params.billing_mode?.type ?? 'flexible';
  checkItems(
    prices.map((price) => ({ price })),
    mode,
  );
  const currency = params.currency ?? prices[0]?.currency ?? 'usd';
  if (prices.some((price) => price.currency !== currency))
    throw invalid('The subscription items must all have the same currency.', 'items');
  if (customer.currency && customer.currency !== currency)
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${customer.currency}.`,
    );
  const now = world.now();
  const anchor = trial ?? anchorOf(world, params, prices);
  const subscription = blankSubscription(world, customer, currency, anchor);
  subscription.schedule = schedule;
  subscription.collection_method = params.collection_method ?? 'charge_automatically';
  subscription.days_until_due = params.days_until_due ?? null;
  subscription.default_payment_method = params.default_payment_method ?? null;
  subscription.description = params.description ?? null;
  subscription.default_tax_rates = taxRatesNamed(world, params.default_tax_rates ?? [], 'default_tax_rates');
  subscription.metadata = mergeMetadata({}, params.metadata);
  subscription.trial_start = trial === null ? null : now;
  subscription.trial_end = trial;
  subscription.billing_mode = { flexible: mode === 'classic' ? null : { proration_discounts: 'included' }, type: mode };
  subscription.trial_settings = trialSettings(subscription, params);
  world.state.items[subscription.id] = wanted.map((item, index) => {
    const price = prices[index]!;
    if (item.quantity !== undefined) checkQuantity(price, `items[${index}]`);
    const made = newItem(
      world,
      subscription,
      price,
      {
        metadata: mergeMetadata({}, item.metadata),
        ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
      },
      trial === null ? periodOf({ price }, anchor, now) : { start: now, end: trial },
    );
    made.tax_rates = taxRatesNamed(world, item.tax_rates ?? [], `items[${index}][tax_rates]`);
    if (item.discounts)
      made.discounts = applyDiscounts(world, item.discounts, {
        ...discountOwner(subscription),
        subscription_item: made.id,
      });
    return made;
  });
  setCancellation(world, subscription, params);
  showItems(world, subscription);
  if (params.discounts) subscription.discounts = applyDiscounts(world, params.discounts, discountOwner(subscription));
  return { subscription, outcome: start(world, subscription, params) };
}

export const discountOwner = (one: Subscription) => ({ customer: one.customer, subscription: one.id });

export function trialSettings(one: Subscription, params: Pick<CreateParams, 'trial_settings'>) {
  const wanted = params.trial_settings?.end_behavior;
  const present = one.trial_settings?.end_behavior;
  return {
    end_behavior: {
      billing_cycle_anchor: wanted?.billing_cycle_anchor ?? present?.billing_cycle_anchor ?? null,
      missing_payment_method: wanted?.missing_payment_method ?? present?.missing_payment_method ?? 'create_invoice',
    },
  };
}

export function refusedTax(world: World) {
  world.calls.refuse('automatic_tax[enabled]=true');
  return invalid(
    'You must have a valid head office address to enable automatic tax calculation in test mode.',
    'automatic_tax[enabled]',
  );
}

/** What the first period costs; one that is cut short by a later anchor costs its share, or nothing without prorations. */
function firstLines(world: World, subscription: Subscription, prorates: boolean): InvoiceLine[] {
  const free = subscription.status === 'trialing';
  const anchor = subscription.billing_cycle_anchor;
  const short = !free && anchor > world.now();
  if (short && !prorates) return [];
  return itemsOf(world, subscription)
    .filter((item) => !isMetered(item))
    .flatMap((item) => {
      const period = { start: item.current_period_start, end: item.current_period_end };
      const of = short ? wholePeriod(item, anchor, world.now()) : period;
      return itemLines(world, item, subscription.customer, period, { free, of });
    });
}

function start(world: World, subscription: Subscription, params: CreateParams): Collected | null {
  const trialing = subscription.trial_end !== null;
  const automatic = subscription.collection_method === 'charge_automatically';
  subscription.status = trialing ? 'trialing' : automatic ? 'incomplete' : 'active';
  const later = subscription.billing_cycle_anchor > world.now() && params.proration_behavior === 'none' && !trialing;
  if (later && automatic) subscription.status = 'active';
  world.insert('subscriptions', subscription, 'customer.subscription.created');
  if (
    trialing &&
    subscription.trial_end! - world.now() <= trialWarningSeconds &&
    world.once(trialWarning(subscription))
  )
    world.emit('customer.subscription.trial_will_end', subscription);
  addOneOffs(world, subscription, params.add_invoice_items ?? []);
  const lines = firstLines(world, subscription, params.proration_behavior !== 'none');
  if (later && !hasPending(world, subscription)) return null;
  const invoice = billSubscription(world, subscription, 'subscription_create', lines, {
    start: world.now(),
    end: world.now(),
  });
  world.change(subscription, null, (one) => (one.latest_invoice = invoice.id));
  let outcome: Collected | null = null;
  if (params.payment_behavior === 'default_incomplete' && automatic && !trialing) finalize(world, invoice, null);
  else outcome = issue(world, invoice);
  if (subscription.status === 'incomplete' && invoice.status === 'paid')
    world.change(subscription, 'customer.subscription.updated', (one) => (one.status = 'active'));
  return outcome;
}
