import { applyDiscounts } from '../catalog/discounts.ts';
import { taxRatesNamed } from '../catalog/taxRates.ts';
import { invalid, missing } from '../protocol/errors.ts';
import { mergeMetadata } from '../protocol/params.ts';
import type { Subscription, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { checkItems, checkQuantity, priceOf } from './itemPrices.ts';
import { isMetered, itemsOf, newItem, planOf } from './items.ts';
import { periodOf } from './periods.ts';
import { discountOwner } from './subscriptionCreate.ts';
import type { UpdateParams } from './subscriptionParams.ts';

type ItemChange = NonNullable<UpdateParams['items']>[number];

/** An item before and after an update; null where there is none. */
export type Planned = { before: SubscriptionItem | null; after: SubscriptionItem | null };

/** Whether a change has to do with money: only such a one is prorated. */
export const changesPrice = ({ before, after }: Planned): boolean =>
  !before || !after || before.price.id !== after.price.id || before.quantity !== after.quantity;

/** Whether a metered price is taken off the subscription. */
export const changesMeteredPrice = ({ before, after }: Planned): boolean =>
  before !== null && isMetered(before) && before.price.id !== after?.price.id;

function setQuantity(item: SubscriptionItem, quantity: number | undefined, param: string): void {
  if (quantity === undefined) return;
  checkQuantity(item.price, param);
  item.quantity = quantity;
}

function added(
  world: World,
  subscription: Subscription,
  change: ItemChange,
  param: string,
  bySchedule: boolean,
): SubscriptionItem {
  const price = priceOf(world, change, param, bySchedule);
  checkCurrency(subscription, price.currency, param);
  const period =
    subscription.status === 'trialing' && subscription.trial_end !== null
      ? { start: world.now(), end: subscription.trial_end }
      : periodOf({ price }, subscription.billing_cycle_anchor, world.now());
  const item = newItem(world, subscription, price, { metadata: mergeMetadata({}, change.metadata) }, period);
  setQuantity(item, change.quantity, param);
  return item;
}

function changed(
  world: World,
  subscription: Subscription,
  before: SubscriptionItem,
  change: ItemChange,
  param: string,
): SubscriptionItem {
  const after = structuredClone(before);
  if (change.price !== undefined || change.plan !== undefined || change.price_data !== undefined) {
    const price = priceOf(world, change, param);
    checkCurrency(subscription, price.currency, param);
    after.price = structuredClone(price);
    after.plan = planOf(price);
    if (isMetered(after)) delete after.quantity;
    else after.quantity ??= 1;
  }
  setQuantity(after, change.quantity, param);
  after.metadata = mergeMetadata(after.metadata, change.metadata);
  return after;
}

/** What becomes of which item; everything is checked before anything is changed. */
export function planItems(
  world: World,
  subscription: Subscription,
  changes: readonly ItemChange[],
  bySchedule: boolean,
): Planned[] {
  const items = itemsOf(world, subscription);
  const planned = changes.map((change, index): Planned => {
    const param = `items[${index}]`;
    if (change.id === undefined) return { before: null, after: added(world, subscription, change, param, bySchedule) };
    const before = items.find((one) => one.id === change.id);
    if (!before) throw missing('subscription item', change.id, `${param}[id]`);
    if (change.deleted) return { before: structuredClone(before), after: null };
    return { before: structuredClone(before), after: changed(world, subscription, before, change, param) };
  });
  const rest = itemsAfter(items, planned);
  if (rest.length === 0) throw invalid('A subscription must have at least one active plan.', 'items');
  checkItems(rest, subscription.billing_mode.type);
  for (const [index, { after }] of planned.entries()) {
    const wanted = changes[index]?.discounts;
    const owner = { ...discountOwner(subscription), subscription_item: after?.id ?? '' };
    const rates = changes[index]?.tax_rates;
    if (after && rates) after.tax_rates = taxRatesNamed(world, rates, `items[${index}][tax_rates]`);
    if (after && wanted) after.discounts = applyDiscounts(world, wanted, owner);
  }
  return planned.filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
}

function checkCurrency(subscription: Subscription, currency: string, param: string): void {
  if (currency !== subscription.currency)
    throw invalid(
      `The price specified only supports \`${currency}\`. This doesn't match the expected currency: \`${subscription.currency}\`.`,
      `${param}[price]`,
    );
}

export function itemsAfter(items: readonly SubscriptionItem[], changes: readonly Planned[]): SubscriptionItem[] {
  const kept = items.flatMap((item) => {
    const change = changes.find((one) => one.before?.id === item.id);
    return change ? (change.after ? [change.after] : []) : [item];
  });
  return [...kept, ...changes.flatMap(({ before, after }) => (!before && after ? [after] : []))];
}
