import { isMetered } from '../subscriptions/items.ts';
import { usageOf } from '../usage/meters.ts';
import { amountOf, partsOf, share, type Part } from '../catalog/pricing.ts';
import type { InvoiceItem, InvoiceLine, Price, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export type Period = { start: number; end: number };

/** An amount as people read it; Intl knows which currencies have no minor unit. */
export function moneyText(amount: number, currency: string): string {
  const options = { style: 'currency', currency: currency.toUpperCase() } as const;
  const digits = new Intl.NumberFormat('en-US', options).resolvedOptions().maximumFractionDigits ?? 2;
  const exact = Number.isInteger(amount) ? {} : { maximumFractionDigits: digits + 12 };
  return new Intl.NumberFormat('en-US', { ...options, ...exact }).format(amount / 10 ** digits);
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

/** Words such as `3 × Pro (at $20.00 / month)` or `100 × Pro (Tier 1 at $5.00 / month)`. */
function describe(world: World, price: Price, part: Part): string {
  const product = world.find('products', price.product)?.name ?? price.product;
  const { interval, interval_count: count = 1 } = price.recurring ?? {};
  const each = interval === undefined ? '' : ` / ${count === 1 ? interval : `every ${count} ${interval}s`}`;
  const cost = part.unit === null ? '' : `at ${moneyText(Number(part.unit), price.currency)}${each}`;
  const named = part.tier === null ? cost : `Tier ${part.tier}${part.flat ? ' flat fee' : ''} ${cost}`;
  return `${part.quantity} × ${product}${named === '' ? '' : ` (${named})`}`;
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

/**
 * The lines of one subscription item for one period, one a tier.
 * @param options `free` in a trial; `of` is the whole period when `period` is only a part of it, and pays that share
 */
export function itemLines(
  world: World,
  item: SubscriptionItem,
  customer: string,
  period: Period,
  options: { free?: boolean; of?: Period } = {},
): InvoiceLine[] {
  const { quantity } = itemAmount(world, item, customer, period);
  const { free = false, of = period } = options;
  return partsOf(item.price, world.state.tiers[item.price.id] ?? [], quantity).map((part) => {
    const charged = free
      ? 0
      : isMetered(item)
        ? part.amount
        : share(part.amount, period.end - period.start, of.end - of.start);
    return {
      ...base(world, item.price.currency),
      amount: charged,
      description: `${free ? 'Trial period for ' : ''}${describe(world, item.price, part)}`,
      discounts: [...item.discounts],
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
      pricing: { ...pricingOf(item.price), unit_amount_decimal: part.unit },
      quantity: part.quantity,
      quantity_decimal: String(part.quantity),
      subscription: item.subscription,
      subtotal: charged,
    };
  });
}

/** The lines that a credit takes back; what was pending when the credit was made is found by its invoice item. */
function creditedLines(world: World, item: InvoiceItem): { invoice: string; invoice_line_items: string[] } | null {
  const credited = item.proration_details?.credited_items;
  if (credited?.invoice_line_item_details) return structuredClone(credited.invoice_line_item_details);
  const debit = world.find('invoiceItems', credited?.invoice_item);
  if (!debit?.invoice) return null;
  const lines = (world.state.lines[debit.invoice] ?? []).filter((line) => invoiceItemOf(line) === debit.id);
  return { invoice: debit.invoice, invoice_line_items: lines.map((line) => line.id) };
}

/** The invoice item that a line stands for, if any. */
export const invoiceItemOf = (line: InvoiceLine): string | null =>
  line.parent?.subscription_item_details?.invoice_item ?? line.parent?.invoice_item_details?.invoice_item ?? null;

/** The line of an invoice item. */
export function invoiceItemLine(world: World, item: InvoiceItem): InvoiceLine {
  const { subscription = null, subscription_item: subscriptionItem } = item.parent?.subscription_details ?? {};
  const creditedItems = creditedLines(world, item);
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
              proration_details: { credited_items: creditedItems },
              subscription,
              subscription_item: subscriptionItem,
            },
            type: 'subscription_item_details',
          }
        : {
            invoice_item_details: {
              invoice_item: item.id,
              proration: item.proration,
              proration_details: { credited_items: creditedItems },
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
  /** Present for a proration. */
  prorated?: NonNullable<InvoiceItem['proration_details']>;
  metadata?: Record<string, string>;
};

export function addInvoiceItem(world: World, start: InvoiceItemStart): InvoiceItem {
  const proration = start.prorated !== undefined;
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
    ...(start.prorated ? { proration_details: start.prorated } : {}),
    quantity: start.quantity,
    quantity_decimal: String(start.quantity),
    tax_rates: [],
    test_clock: world.get('customers', start.customer).test_clock ?? null,
  };
  return world.insert('invoiceItems', item, 'invoiceitem.created');
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
