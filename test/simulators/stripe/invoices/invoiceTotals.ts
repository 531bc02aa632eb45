import { discountLines, isRunning } from '../catalog/discounts.ts';
import { inline } from '../protocol/lists.ts';
import type { Customer, Discount, Invoice, InvoiceLine } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export function linesOf(world: World, invoice: Invoice): InvoiceLine[] {
  return (world.state.lines[invoice.id] ??= []);
}

export function subscriptionOf(invoice: Invoice): string | null {
  return invoice.parent?.subscription_details?.subscription ?? null;
}

/** Discounts of the subscription, or else those of the customer. */
function discountsOf(world: World, invoice: Invoice): Discount[] {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  const customer = world.find('customers', invoice.customer);
  const own = (subscription?.discounts ?? []).map((id) => world.get('discounts', id));
  const all = own.length > 0 ? own : customer?.discount ? [world.get('discounts', customer.discount.id)] : [];
  return all.filter(
    (one) =>
      isRunning(one, world.now()) &&
      (world.find('coupons', one.source.coupon)?.duration !== 'once' || !world.state.done[`discounted:${one.id}`]),
  );
}

/** Sums of an invoice from its lines; while it is a draft. */
export function total(world: World, invoice: Invoice): void {
  const lines = linesOf(world, invoice);
  for (const line of lines) line.discount_amounts = [];
  const discounts = discountsOf(world, invoice);
  discountLines(world, lines, discounts);
  invoice.discounts = discounts.map((one) => one.id);
  invoice.total_discount_amounts = discounts.map((one) => ({
    discount: one.id,
    amount: lines
      .flatMap((line) => line.discount_amounts ?? [])
      .filter((amount) => amount.discount === one.id)
      .reduce((sum, amount) => sum + amount.amount, 0),
  }));
  invoice.subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  invoice.subtotal_excluding_tax = invoice.subtotal;
  invoice.total = invoice.total_discount_amounts.reduce((sum, one) => sum - one.amount, invoice.subtotal);
  invoice.total_excluding_tax = invoice.total;
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
  if (customer.balance !== after) world.change(customer, 'customer.updated', (one) => (one.balance = after));
}
