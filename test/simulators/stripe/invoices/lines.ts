import { isMetered } from '../subscriptions/items.ts';
import { usageOf } from '../usage/meters.ts';
import { amountOf, share } from '../catalog/pricing.ts';
import type { InvoiceItem, InvoiceLine, Price, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export type Period = { start: number; end: number };

/** An amount as people read it; Intl knows which currencies have no minor unit. */
export function moneyText(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

export function priceAmount(world: World, price: Price, quantity: number): number {
  return amountOf(price, world.state.tiers[price.id] ?? [], quantity);
}

/** What an item costs in a period at its present price and quantity; metered ones by their usage in it. */
export function itemAmount(
  world: World,
  item: SubscriptionItem,
  customer: string,
  period: Period,
): { quantity: number; amount: number } {
  const meter = item.price.recurring?.meter;
  const quantity =
    isMetered(item) && meter ? usageOf(world, world.get('meters', meter), customer, period) : (item.quantity ?? 1);
  return { quantity, amount: priceAmount(world, item.price, quantity) };
}

function describe(world: World, price: Price, quantity: number): string {
  const product = world.find('products', price.product)?.name ?? price.product;
  const { interval, interval_count: count = 1 } = price.recurring ?? {};
  const each = interval === undefined ? '' : ` / ${count === 1 ? interval : `every ${count} ${interval}s`}`;
  const unit = price.unit_amount === null ? '' : ` (at ${moneyText(price.unit_amount, price.currency)}${each})`;
  return `${quantity} × ${product}${unit}`;
}

const base = (world: World, currency: string) =>
  ({
    id: world.id('il'),
    object: 'line_item',
    currency,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: {},
    pretax_credit_amounts: [],
    taxes: [],
  }) satisfies Partial<InvoiceLine>;

const pricingOf = (price: Price): NonNullable<InvoiceLine['pricing']> => ({
  price_details: { price: price.id, product: price.product },
  type: 'price_details',
  unit_amount_decimal: price.unit_amount_decimal,
});

/** The line of one subscription item for one period. */
export function itemLine(
  world: World,
  item: SubscriptionItem,
  customer: string,
  period: Period,
  free = false,
): InvoiceLine {
  const { quantity, amount } = itemAmount(world, item, customer, period);
  const charged = free ? 0 : amount;
  return {
    ...base(world, item.price.currency),
    amount: charged,
    description: free
      ? `Trial period for ${describe(world, item.price, quantity)}`
      : describe(world, item.price, quantity),
    metadata: { ...item.metadata },
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription: item.subscription,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
    period,
    pricing: pricingOf(item.price),
    quantity,
    quantity_decimal: String(quantity),
    subscription: item.subscription,
    subtotal: charged,
  };
}

/** The line of an invoice item. */
export function invoiceItemLine(world: World, item: InvoiceItem): InvoiceLine {
  const { subscription = null, subscription_item: subscriptionItem } = item.parent?.subscription_details ?? {};
  return {
    ...base(world, item.currency),
    amount: item.amount,
    description: item.description,
    discountable: item.discountable,
    metadata: { ...item.metadata },
    parent:
      item.proration && subscriptionItem !== undefined
        ? {
            invoice_item_details: null,
            subscription_item_details: {
              invoice_item: item.id,
              proration: true,
              proration_details: { credited_items: null },
              subscription,
              subscription_item: subscriptionItem,
            },
            type: 'subscription_item_details',
          }
        : {
            invoice_item_details: {
              invoice_item: item.id,
              proration: item.proration,
              proration_details: { credited_items: null },
              subscription,
            },
            subscription_item_details: null,
            type: 'invoice_item_details',
          },
    period: { ...item.period },
    pricing: item.pricing,
    quantity: item.quantity,
    quantity_decimal: item.quantity_decimal,
    subscription,
    subtotal: item.amount,
  };
}

export type InvoiceItemStart = {
  customer: string;
  currency: string;
  amount: number;
  quantity: number;
  description: string | null;
  period: Period;
  price?: Price;
  subscription?: { id: string; item?: string };
  invoice?: string;
  proration?: boolean;
  metadata?: Record<string, string>;
};

export function addInvoiceItem(world: World, start: InvoiceItemStart): InvoiceItem {
  const proration = start.proration ?? false;
  const item: InvoiceItem = {
    id: world.id('ii'),
    object: 'invoiceitem',
    amount: start.amount,
    currency: start.currency,
    customer: start.customer,
    customer_account: null,
    date: world.now(),
    description: start.description,
    discountable: !proration,
    discounts: [],
    invoice: start.invoice ?? null,
    livemode: false,
    metadata: start.metadata ?? {},
    net_amount: start.amount,
    parent: start.subscription
      ? {
          subscription_details: {
            subscription: start.subscription.id,
            ...(start.subscription.item === undefined ? {} : { subscription_item: start.subscription.item }),
          },
          type: 'subscription_details',
        }
      : null,
    period: start.period,
    pricing: start.price
      ? pricingOf(start.price)
      : { type: 'price_details', unit_amount_decimal: String(start.amount) },
    proration,
    quantity: start.quantity,
    quantity_decimal: String(start.quantity),
    tax_rates: [],
    test_clock: world.get('customers', start.customer).test_clock ?? null,
  };
  return world.insert('invoiceItems', item, 'invoiceitem.created');
}

/** Credits the unused rest of an item's period, or charges the rest at what the item is now. */
export function prorate(world: World, item: SubscriptionItem, customer: string, sign: 1 | -1): void {
  const period = { start: item.current_period_start, end: item.current_period_end };
  const rest = { start: world.now(), end: period.end };
  if (isMetered(item) || rest.end <= rest.start) return;
  const { quantity, amount } = itemAmount(world, item, customer, period);
  const product = world.find('products', item.price.product)?.name ?? item.price.product;
  const day = new Date(rest.start * 1000).toISOString().slice(0, 10);
  addInvoiceItem(world, {
    customer,
    currency: item.price.currency,
    amount: sign * share(amount, rest.end - rest.start, period.end - period.start),
    quantity,
    description: sign < 0 ? `Unused time on ${product} after ${day}` : `Remaining time on ${product} after ${day}`,
    period: rest,
    price: item.price,
    subscription: { id: item.subscription, item: item.id },
    proration: true,
  });
}

/** Takes what waits for the next invoice of a subscription or, without one, of a customer. */
export function takePending(
  world: World,
  invoice: { id: string } | null,
  customer: string,
  subscription: string | null,
): InvoiceItem[] {
  const waiting = world
    .all('invoiceItems')
    .filter(
      (one) =>
        one.invoice === null &&
        one.customer === customer &&
        (one.parent?.subscription_details?.subscription ?? subscription) === subscription,
    );
  if (invoice) for (const one of waiting) one.invoice = invoice.id;
  return waiting;
}
