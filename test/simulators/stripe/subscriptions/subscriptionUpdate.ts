import { applyDiscounts, endDiscount } from '../catalog/discounts.ts';
import { taxRatesNamed } from '../catalog/taxRates.ts';
import { finalize, type Collected } from '../invoices/invoiceLife.ts';
import { itemLines, takePending } from '../invoices/lines.ts';
import { invalid } from '../protocol/errors.ts';
import { mergeMetadata } from '../protocol/params.ts';
import type { InvoiceLine, Subscription, SubscriptionItem } from '../protocol/wire.ts';
import { keepInPhase } from '../schedules/scheduleLife.ts';
import type { World } from '../world.ts';
import { billSubscription, hasPending, issue } from './billing.ts';
import { setCancellation } from './cancellation.ts';
import { isOver, update } from './changes.ts';
import { refuseFailure } from './collection.ts';
import { changesMeteredPrice, changesPrice, itemsAfter, planItems, type Planned } from './itemChanges.ts';
import { addOneOffs } from './itemPrices.ts';
import { isMetered, itemsOf } from './items.ts';
import { expireHeld, holdUpdate, snapshot, type Before } from './pendingUpdates.ts';
import { restartPeriods, wholePeriod } from './periods.ts';
import { chargeRest, creditUnused } from './prorations.ts';
import { discountOwner, refusedTax, trialSettings } from './subscriptionCreate.ts';
import type { UpdateParams } from './subscriptionParams.ts';
import { endTrial } from './trials.ts';
import { itemIdOf, keepForLater, usageLines } from './usage.ts';

const intervalOf = (item: SubscriptionItem): string =>
  `${item.price.recurring?.interval_count}${item.price.recurring?.interval}`;

/** What an update may hold whose payment decides whether it takes place (Stripe docs, "Pending updates"). */
const pendable = new Set([
  'add_invoice_items',
  'billing_cycle_anchor',
  'cancel_at_period_end',
  'discounts',
  'items',
  'off_session',
  'payment_behavior',
  'proration_behavior',
  'proration_date',
  'trial_end',
]);

/**
 * Carries out an update, prorates what it changes, and bills at once where the real service does.
 * @param bySchedule its schedule asks for it
 * @throws 402 with `error_if_incomplete` when the payment fails; then nothing has changed
 */
export function updateSubscription(
  world: World,
  subscription: Subscription,
  params: UpdateParams,
  bySchedule = false,
): Subscription {
  checkUpdate(world, subscription, params);
  if (params.payment_behavior === 'error_if_incomplete')
    refuseFailure(world, () =>
      carryOut(
        world,
        world.get('subscriptions', subscription.id),
        { ...params, payment_behavior: 'allow_incomplete' },
        bySchedule,
      ),
    );
  carryOut(world, subscription, params, bySchedule);
  if (params.items && !bySchedule) keepInPhase(world, subscription);
  return subscription;
}

function checkUpdate(world: World, subscription: Subscription, params: UpdateParams): void {
  if (isOver(subscription)) {
    if (Object.keys(params).every((key) => key === 'metadata' || key === 'cancellation_details')) return;
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
  }
  if (params.automatic_tax?.enabled) throw refusedTax(world);
  if (subscription.schedule !== null && (params.cancel_at !== undefined || params.cancel_at_period_end !== undefined))
    throw invalid(
      `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
      params.cancel_at === undefined ? 'cancel_at_period_end' : 'cancel_at',
    );
  if (params.payment_behavior === 'pending_if_incomplete') {
    const other = Object.keys(params).find((key) => !pendable.has(key));
    if (other !== undefined)
      throw invalid(`\`payment_behavior=pending_if_incomplete\` does not support updating \`${other}\`.`, other);
  }
  const at = params.proration_date;
  if (at === undefined) return;
  const items = itemsOf(world, subscription);
  if (items.some((item) => at < item.current_period_start || at > item.current_period_end))
    throw invalid(
      'Cannot specify a proration_date outside of the current period of the subscription.',
      'proration_date',
    );
}

function carryOut(
  world: World,
  subscription: Subscription,
  params: UpdateParams,
  bySchedule: boolean,
): Collected | null {
  const at = params.proration_date ?? world.now();
  const changes = planItems(world, subscription, params.items ?? [], bySchedule);
  const priced = changes.filter(changesPrice);
  const trialing = subscription.status === 'trialing';
  const restart =
    params.billing_cycle_anchor?.type === 'now' ||
    priced.some((one) => one.before && one.after && intervalOf(one.before) !== intervalOf(one.after));
  const trialAhead = typeof params.trial_end === 'number' && !trialing;
  const before = snapshot(world, subscription);
  const leaving = new Set(priced.filter(changesMeteredPrice).map((one) => one.before?.id));
  const usage = trialing
    ? []
    : usageLines(world, subscription, world.now()).filter((line) => restart || leaving.has(itemIdOf(line)));
  const touched = restart || trialAhead ? before.items : priced.flatMap((one) => one.before ?? []);
  if (world.state.heldUpdates[subscription.id] && (priced.length > 0 || restart || params.trial_end !== undefined))
    expireHeld(world, subscription);

  const ended = params.discounts
    ? subscription.discounts.filter((id) => !params.discounts?.some((one) => one.discount === id))
    : [];
  const rates = params.default_tax_rates && taxRatesNamed(world, params.default_tax_rates, 'default_tax_rates');
  const discounts = params.discounts && applyDiscounts(world, params.discounts, discountOwner(subscription));
  const holds = params.payment_behavior === 'pending_if_incomplete';
  const mutate = (one: Subscription): void => {
    assign(world, one, params);
    if (discounts) one.discounts = discounts;
    if (rates) one.default_tax_rates = rates;
    world.state.items[one.id] = itemsAfter(itemsOf(world, one), changes);
    if (restart && !trialing) restartPeriods(world, one, world.now());
    setCancellation(world, one, params);
  };
  update(world, subscription, mutate, holds ? null : 'customer.subscription.updated');

  const prorates = params.proration_behavior !== 'none' && !trialing && subscription.status !== 'paused';
  if (prorates) prorate(world, subscription, { touched, priced, restart, at });
  const cut = moveEnd(world, subscription, before.subscription.cancel_at, prorates);
  for (const id of ended) endDiscount(world, id);
  addOneOffs(world, subscription, params.add_invoice_items ?? []);
  if (!restart) for (const line of usage) keepForLater(world, before, line);
  if (params.trial_end === 'now' && trialing) return endTrialNow(world, subscription);
  if (subscription.status === 'trialing' && !trialAhead) {
    if (holds) tell(world, subscription, before);
    return null;
  }
  const always = params.proration_behavior === 'always_invoice' && (priced.length > 0 || cut || trialAhead);
  if ((restart && !trialing) || (always && hasPending(world, subscription)))
    return billNow(world, subscription, params, { restart: restart && !trialing, usage, before });
  if (holds) tell(world, subscription, before);
  return null;
}

/** Reports a change that was made silently. */
function tell(world: World, subscription: Subscription, before: Before): void {
  const [after, items] = [structuredClone(subscription), itemsOf(world, subscription)];
  Object.assign(subscription, before.subscription);
  update(world, subscription, (one) => {
    Object.assign(one, after);
    world.state.items[one.id] = items;
  });
}

function prorate(
  world: World,
  subscription: Subscription,
  change: {
    touched: readonly SubscriptionItem[];
    priced: readonly Planned[];
    restart: boolean;
    at: number;
  },
): void {
  const { at } = change;
  for (const item of change.touched) creditUnused(world, subscription, item, at);
  if (!change.restart && subscription.status !== 'trialing')
    for (const { after } of change.priced) {
      const item = itemsOf(world, subscription).find((one) => one.id === after?.id);
      if (item) chargeRest(world, subscription, item, at, wholePeriod(item, subscription.billing_cycle_anchor, at));
    }
}

/**
 * Credits what is billed beyond the end of the subscription, in place of the credit for an end that was planned before.
 * @returns whether there is such a credit
 */
function moveEnd(world: World, subscription: Subscription, before: number | null, prorates: boolean): boolean {
  const end = subscription.cancel_at;
  if (end === before) return false;
  for (const item of takePending(world, null, subscription.customer, subscription.id))
    if (item.proration && item.amount < 0 && item.period.start === before)
      world.remove('invoiceItems', item, 'invoiceitem.deleted');
  if (end === null || subscription.cancel_at_period_end || !prorates) return false;
  const cut = itemsOf(world, subscription).filter((item) => end < item.current_period_end);
  for (const item of cut) creditUnused(world, subscription, item, end);
  return cut.length > 0;
}

function endTrialNow(world: World, subscription: Subscription): Collected | null {
  update(world, subscription, (one) => (one.trial_end = world.now()));
  endTrial(world, subscription);
  const invoice = world.find('invoices', subscription.latest_invoice);
  return invoice?.status === 'draft' ? issue(world, invoice) : null;
}

function billNow(
  world: World,
  subscription: Subscription,
  params: UpdateParams,
  how: { restart: boolean; usage: readonly InvoiceLine[]; before: Before },
): Collected | null {
  const now = world.now();
  const items = itemsOf(world, subscription).filter((item) => !isMetered(item));
  const period = (item: SubscriptionItem) => ({ start: item.current_period_start, end: item.current_period_end });
  const lines = how.restart
    ? [...how.usage, ...items.flatMap((item) => itemLines(world, item, subscription.customer, period(item)))]
    : [];
  const invoice = billSubscription(world, subscription, 'subscription_update', lines, { start: now, end: now });
  if (params.payment_behavior === 'pending_if_incomplete') holdUpdate(world, subscription, how.before, invoice);
  else update(world, subscription, (one) => (one.latest_invoice = invoice.id));
  if (params.payment_behavior !== 'default_incomplete') return issue(world, invoice);
  finalize(world, invoice, null);
  if (invoice.status === 'open' && subscription.status === 'active')
    update(world, subscription, (one) => (one.status = 'past_due'));
  return null;
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
  if (params.trial_settings) one.trial_settings = trialSettings(one, params);
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
