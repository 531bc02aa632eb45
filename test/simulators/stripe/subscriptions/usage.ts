import { linesOf, total } from '../invoices/invoiceTotals.ts';
import { addInvoiceItem, itemLines } from '../invoices/lines.ts';
import type { Invoice, InvoiceLine, Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { isMetered, itemsOf } from './items.ts';
import type { Before } from './pendingUpdates.ts';

/** Usage of the metered items since their periods began, as lines. */
export function usageLines(world: World, subscription: Subscription, until: number): InvoiceLine[] {
  return itemsOf(world, subscription)
    .filter((item) => isMetered(item) && item.current_period_start < until)
    .flatMap((item) => itemLines(world, item, subscription.customer, { start: item.current_period_start, end: until }));
}

/** The subscription item that a line is for. */
export const itemIdOf = (line: InvoiceLine): string | undefined =>
  line.parent?.subscription_item_details?.subscription_item;

/** Usage of an item, as the subscription has or had it, becomes an invoice item, which waits for the next invoice. */
export function keepForLater(world: World, { subscription, items }: Before, line: InvoiceLine): void {
  const item = items.find((one) => one.id === itemIdOf(line));
  addInvoiceItem(world, {
    customer: subscription.customer,
    currency: line.currency,
    amount: line.amount,
    quantity: line.quantity ?? 1,
    description: line.description,
    period: line.period,
    ...(item ? { price: item.price } : {}),
    subscription: { id: subscription.id, ...(item ? { item: item.id } : {}) },
  });
}

/** Usage of the period that was reported while its invoice was a draft still goes onto it. */
export function refreshUsage(world: World, subscription: Subscription, invoice: Invoice): void {
  const lines = linesOf(world, invoice);
  for (const item of itemsOf(world, subscription).filter(isMetered)) {
    const stale = lines.filter((line) => itemIdOf(line) === item.id);
    if (!stale[0]) continue;
    const fresh = itemLines(world, item, subscription.customer, stale[0].period);
    if (sumOf(fresh) === sumOf(stale)) continue;
    world.change(invoice, 'invoice.updated', (one) => {
      lines.splice(lines.indexOf(stale[0]!), stale.length, ...fresh.map((line) => ({ ...line, invoice: one.id })));
      total(world, one);
    });
  }
}

const sumOf = (lines: readonly InvoiceLine[]): number => lines.reduce((sum, line) => sum + line.amount, 0);
