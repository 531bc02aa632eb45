import { discountLines, isRunning } from '../catalog/discounts.ts';
import { byRate, sumOf, taxesOn } from '../catalog/taxRates.ts';
import { moveBalance } from '../customers/balance.ts';
import { inline } from '../protocol/lists.ts';
import type { Customer, Discount, Invoice, InvoiceLine, TaxRate } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { invoiceItemOf } from './lines.ts';

export function linesOf(world: World, invoice: Invoice): InvoiceLine[] {
  return (world.state.lines[invoice.id] ??= []);
}

export function subscriptionOf(invoice: Invoice): string | null {
  return invoice.parent?.subscription_details?.subscription ?? null;
}

/** A discount of one invoice only has had its turn once that invoice is finalized. */
const applies = (world: World, discount: Discount): boolean =>
  isRunning(discount, world.now()) &&
  (world.find('coupons', discount.source.coupon)?.duration !== 'once' ||
    !world.state.done[`discounted:${discount.id}`]);

/** Discounts of the subscription, or else those of the customer. */
export function discountsOf(world: World, subscriptionId: string | null, customerId: string | null): Discount[] {
  const own = world.find('subscriptions', subscriptionId)?.discounts ?? [];
  const customers = world.find('customers', customerId)?.discount?.id;
  const ids = own.length > 0 ? own : customers === undefined ? [] : [customers];
  return ids.map((id) => world.get('discounts', id)).filter((one) => applies(world, one));
}

/** Discounts of single lines, which go off before those of the whole invoice. */
function discountByLine(world: World, lines: readonly InvoiceLine[]): Discount[] {
  const ids = [...new Set(lines.flatMap((line) => line.discounts))];
  const discounts = ids.map((id) => world.get('discounts', id)).filter((one) => applies(world, one));
  for (const discount of discounts)
    discountLines(
      world,
      lines.filter((line) => line.discounts.includes(discount.id)),
      [discount],
    );
  return discounts;
}

/** Tax rates of a line: its subscription item's or invoice item's own, else those of the invoice. */
function ratesOf(world: World, invoice: Invoice, line: InvoiceLine): TaxRate[] {
  const { subscription, subscription_item: itemId } = line.parent?.subscription_item_details ?? {};
  const item = world.state.items[subscription ?? '']?.find((one) => one.id === itemId);
  const own = item?.tax_rates ?? world.find('invoiceItems', invoiceItemOf(line))?.tax_rates ?? [];
  return own.length > 0 ? own : invoice.default_tax_rates;
}

const discountOf = (line: InvoiceLine): number =>
  (line.discount_amounts ?? []).reduce((sum, one) => sum + one.amount, 0);

/** Sums of an invoice from its lines; while it is a draft. */
export function total(world: World, invoice: Invoice): void {
  const lines = linesOf(world, invoice);
  for (const line of lines) line.discount_amounts = [];
  const ofLines = discountByLine(world, lines);
  const own = world.state.invoiceDiscounts[invoice.id]?.map((id) => world.get('discounts', id));
  const discounts = own ?? discountsOf(world, subscriptionOf(invoice), invoice.customer);
  discountLines(world, lines, discounts);
  invoice.discounts = discounts.map((one) => one.id);
  invoice.total_discount_amounts = [...ofLines, ...discounts].map((one) => ({
    discount: one.id,
    amount: lines
      .flatMap((line) => line.discount_amounts ?? [])
      .filter((amount) => amount.discount === one.id)
      .reduce((sum, amount) => sum + amount.amount, 0),
  }));
  const exemption = world.find('customers', invoice.customer)?.tax_exempt;
  const exempt = exemption === 'exempt' ? 'exempt' : exemption === 'reverse' ? 'reverse' : null;
  for (const line of lines) line.taxes = taxesOn(line.amount - discountOf(line), ratesOf(world, invoice, line), exempt);
  const taxes = lines.flatMap((line) => line.taxes ?? []);
  const before = lines.flatMap((line) => taxesOn(line.amount, ratesOf(world, invoice, line), exempt));
  invoice.total_taxes = byRate(taxes);
  invoice.subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  invoice.subtotal_excluding_tax = invoice.subtotal - sumOf(before, 'inclusive');
  const discounted = invoice.total_discount_amounts.reduce((sum, one) => sum - one.amount, invoice.subtotal);
  invoice.total = discounted + sumOf(taxes, 'exclusive');
  invoice.total_excluding_tax = invoice.total - sumOf(taxes);
  invoice.amount_due = Math.max(0, invoice.total);
  invoice.amount_remaining = invoice.amount_due;
  invoice.lines = inline(`/v1/invoices/${invoice.id}/lines`, structuredClone(lines));
}

/** Uses up a customer's balance (negative is credit), or adds to it when the invoice owes the customer. */
export function applyBalance(world: World, invoice: Invoice, customer: Customer): void {
  invoice.starting_balance = customer.balance;
  const due = invoice.total + customer.balance;
  const after = due < 0 ? due : 0;
  invoice.ending_balance = after;
  invoice.amount_due = Math.max(0, due);
  invoice.amount_remaining = invoice.amount_due;
  if (customer.balance !== after)
    moveBalance(world, customer, {
      amount: after - customer.balance,
      type: 'applied_to_invoice',
      invoice: invoice.id,
      currency: invoice.currency,
    });
}
