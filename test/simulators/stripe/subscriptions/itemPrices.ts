import { createPrice, type priceData } from '../catalog/catalog.ts';
import { addInvoiceItem, priceAmount } from '../invoices/lines.ts';
import { invalid } from '../protocol/errors.ts';
import { mergeMetadata, required } from '../protocol/params.ts';
import type { Price, Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import type { CreateParams } from './subscriptionParams.ts';

const mostItems = 20;

const inline = (price: Price): string => `inline:${price.id}`;

/** A price that is made with what is sold at it, and for that alone: nothing else can be sold at it. */
function makeInline(world: World, data: NonNullable<ReturnType<typeof priceData>>): Price {
  const price = createPrice(world, { ...data, active: false });
  world.once(inline(price));
  return price;
}

/**
 * The price that an item names, also by the older name of the parameter, or brings.
 * @param bySchedule whether it is that of a phase, which may have been made with it
 */
export function priceOf(
  world: World,
  item: { plan?: string; price?: string; price_data?: ReturnType<typeof priceData> },
  param: string,
  bySchedule = false,
): Price {
  if (item.price_data && (item.price ?? item.plan) !== undefined)
    throw invalid('You may only specify one of these parameters: price, price_data.', `${param}[price_data]`);
  const price = item.price_data
    ? makeInline(world, item.price_data)
    : world.get('prices', required(item.price ?? item.plan, `${param}[price]`), `${param}[price]`);
  if (price.type !== 'recurring')
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      `${param}[price]`,
    );
  const isOwn = item.price_data !== undefined || (bySchedule && world.state.done[inline(price)] !== undefined);
  if (!price.active && !isOwn)
    throw invalid('The price specified is inactive. This field only accepts active prices.', `${param}[price]`);
  return price;
}

/** @throws 400 where usage is what counts */
export function checkQuantity(price: Price, param: string): void {
  if (price.recurring?.usage_type === 'metered')
    throw invalid('You cannot set a quantity for a metered plan.', `${param}[quantity]`);
}

/** @throws 400 for too many items, for one price twice, and for mixed intervals with classic billing */
export function checkItems(items: readonly { price: Price }[], mode: string): void {
  if (items.length > mostItems) throw invalid(`A subscription has at most ${mostItems} items.`, 'items');
  const prices = items.map(({ price }) => price.id);
  const twice = prices.find((id, index) => prices.indexOf(id) !== index);
  if (twice !== undefined)
    throw invalid(`Cannot add multiple subscription items with the same plan: ${twice}`, 'items');
  const intervals = new Set(items.map(({ price }) => `${price.recurring?.interval_count}${price.recurring?.interval}`));
  if (mode === 'classic' && intervals.size > 1)
    throw invalid(
      'All prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`. If you meant to update an existing subscription item instead of creating a new one, make sure to include the subscription item ID in your request.',
      'items',
    );
}

/** The price that a one-off item names or brings. */
export function oneOffPrice(
  world: World,
  one: Pick<NonNullable<CreateParams['add_invoice_items']>[number], 'price' | 'price_data'>,
  param: string,
): Price {
  if (one.price_data) return makeInline(world, one.price_data);
  const price = world.get('prices', required(one.price, param), param);
  if (price.active || world.state.done[inline(price)] !== undefined) return price;
  throw invalid('The price specified is inactive. This field only accepts active prices.', param);
}

/** One-off items that go onto the invoice which the request makes. */
export function addOneOffs(
  world: World,
  subscription: Subscription,
  added: NonNullable<CreateParams['add_invoice_items']>,
): void {
  for (const [index, one] of added.entries()) {
    const param = `add_invoice_items[${index}][price]`;
    const price = oneOffPrice(world, one, param);
    if (price.type !== 'one_time')
      throw invalid(
        'The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.',
        param,
      );
    const quantity = one.quantity ?? 1;
    addInvoiceItem(world, {
      customer: subscription.customer,
      currency: price.currency,
      amount: priceAmount(world, price, quantity),
      quantity,
      description: world.find('products', price.product)?.name ?? null,
      period: { start: world.now(), end: world.now() },
      price,
      subscription: { id: subscription.id },
      metadata: mergeMetadata({}, one.metadata),
    });
  }
}
