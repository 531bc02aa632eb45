import { discountLines } from '../catalog/discounts.ts';
import { share } from '../catalog/pricing.ts';
import { invoicesOf } from '../invoices/invoiceLife.ts';
import { discountsOf, linesOf } from '../invoices/invoiceTotals.ts';
import { addInvoiceItem, invoiceItemOf, itemAmount, itemLines, type Period } from '../invoices/lines.ts';
import type { InvoiceItem, Subscription, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { isMetered } from './items.ts';

type Credited = NonNullable<NonNullable<InvoiceItem['proration_details']>['credited_items']>;
/** What was billed for an item and a period, after discounts, and is not taken back yet. */
type Debit = { amount: number; period: Period; credited: Credited };

const onVoid = (world: World, item: InvoiceItem): boolean => world.find('invoices', item.invoice)?.status === 'void';
const netOf = (line: { amount: number; discount_amounts: { amount: number }[] | null }): number =>
  (line.discount_amounts ?? []).reduce((rest, one) => rest - one.amount, line.amount);

/** Ids of the lines and invoice items that credits have taken back. */
function creditedIds(world: World): Set<string> {
  return new Set(
    world.all('invoiceItems').flatMap((item) => {
      const credited = item.proration_details?.credited_items;
      if (!credited || onVoid(world, item)) return [];
      return [credited.invoice_item ?? [], credited.invoice_line_item_details?.invoice_line_items ?? []].flat();
    }),
  );
}

/** What was debited for a period of the item that contains `at`: lines of invoices, and prorations that wait for one. */
function openDebits(world: World, subscription: Subscription, item: SubscriptionItem, at: number): Debit[] {
  const credited = creditedIds(world);
  const debits: Debit[] = [];
  for (const invoice of invoicesOf(world, subscription)) {
    if (invoice.status === 'void') continue;
    const lines = linesOf(world, invoice).filter(
      (line) =>
        line.parent?.subscription_item_details?.subscription_item === item.id &&
        line.amount > 0 &&
        line.period.start <= at &&
        at < line.period.end &&
        !credited.has(line.id) &&
        !credited.has(invoiceItemOf(line) ?? ''),
    );
    for (const period of new Map(
      lines.map((line) => [`${line.period.start}-${line.period.end}`, line.period]),
    ).values()) {
      const same = lines.filter((line) => line.period.start === period.start && line.period.end === period.end);
      debits.push({
        amount: same.reduce((sum, line) => sum + netOf(line), 0),
        period,
        credited: {
          type: 'invoice_line_items',
          invoice_line_item_details: { invoice: invoice.id, invoice_line_items: same.map((line) => line.id) },
        },
      });
    }
  }
  for (const one of world.all('invoiceItems'))
    if (
      one.invoice === null &&
      one.parent?.subscription_details?.subscription_item === item.id &&
      one.amount > 0 &&
      one.period.start <= at &&
      at < one.period.end &&
      !credited.has(one.id)
    )
      debits.push({
        amount: one.amount,
        period: one.period,
        credited: { type: 'invoice_item', invoice_item: one.id },
      });
  return debits;
}

type Discounted = { net: number; amounts: { amount: number; discount: string }[] };

/** An amount of an item after the percentages that are off at present; fixed amounts go off whole invoices only. */
function discounted(world: World, subscription: Subscription, item: SubscriptionItem, amount: number): Discounted {
  const [line] = itemLines(world, item, subscription.customer, { start: world.now(), end: world.now() + 1 });
  if (!line) return { net: amount, amounts: [] };
  line.amount = amount;
  const own = item.discounts.flatMap((id) => world.find('discounts', id) ?? []);
  const percent = [...own, ...discountsOf(world, subscription.id, subscription.customer)].filter(
    (one) => (world.find('coupons', one.source.coupon)?.percent_off ?? null) !== null,
  );
  discountLines(world, [line], percent);
  return { net: netOf(line), amounts: line.discount_amounts ?? [] };
}

function words(world: World, item: SubscriptionItem, start: string, at: number): string {
  const product = world.find('products', item.price.product)?.name ?? item.price.product;
  const day = new Date(at * 1000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const quantity = item.quantity === undefined || item.quantity === 1 ? '' : `${item.quantity} × `;
  return `${start} on ${quantity}${product} after ${day}`;
}

function addProration(
  world: World,
  item: SubscriptionItem,
  customer: string,
  start: {
    amount: number;
    description: string;
    period: Period;
    prorated: NonNullable<InvoiceItem['proration_details']>;
  },
): void {
  addInvoiceItem(world, {
    ...start,
    customer,
    currency: item.price.currency,
    quantity: item.quantity ?? 1,
    price: item.price,
    subscription: { id: item.subscription, item: item.id },
  });
}

/**
 * Credits the time of an item's period after `at`. With flexible billing it comes from what was debited, debit by debit;
 * with classic billing from the present price (Stripe docs, "Billing mode", "Prorations").
 */
export function creditUnused(world: World, subscription: Subscription, item: SubscriptionItem, at: number): void {
  if (isMetered(item)) return;
  const current = { start: item.current_period_start, end: item.current_period_end };
  const price = itemAmount(world, item, subscription.customer, current).amount;
  const debits: (Omit<Debit, 'credited'> & { credited: Credited | null })[] =
    subscription.billing_mode.type === 'classic'
      ? [{ amount: discounted(world, subscription, item, price).net, period: current, credited: null }]
      : openDebits(world, subscription, item, at);
  for (const { amount, period, credited } of debits) {
    if (period.end <= at) continue;
    addProration(world, item, subscription.customer, {
      amount: -share(amount, period.end - at, period.end - period.start),
      description: words(world, item, 'Unused time', at),
      period: { start: at, end: period.end },
      prorated: { credited_items: credited, discount_amounts: [] },
    });
  }
}

/** Charges an item as it is now for the rest of its period after `at`. */
export function chargeRest(
  world: World,
  subscription: Subscription,
  item: SubscriptionItem,
  at: number,
  whole: Period,
): void {
  if (isMetered(item) || item.current_period_end <= at) return;
  const price = itemAmount(world, item, subscription.customer, whole).amount;
  const gross = share(price, item.current_period_end - at, whole.end - whole.start);
  const { net, amounts } = discounted(world, subscription, item, gross);
  addProration(world, item, subscription.customer, {
    amount: net,
    description: words(world, item, 'Remaining time', at),
    period: { start: at, end: item.current_period_end },
    prorated: { credited_items: null, discount_amounts: amounts },
  });
}
