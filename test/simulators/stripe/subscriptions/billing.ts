import { draftInvoice, finalize, markUncollectible, voidInvoice, type Collected } from '../invoices/invoiceLife.ts';
import { subscriptionOf } from '../invoices/invoiceTotals.ts';
import { invoiceItemLine, takePending } from '../invoices/lines.ts';
import type { Invoice, InvoiceLine, Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { payNow, paymentSucceeded } from './collection.ts';
import { refreshUsage } from './usage.ts';

/** Whether something waits for the next invoice of a subscription. */
export const hasPending = (world: World, subscription: Subscription): boolean =>
  takePending(world, null, subscription.customer, subscription.id).length > 0;

/** Makes an invoice of a subscription from lines and from what waits for its next invoice. */
export function billSubscription(
  world: World,
  subscription: Subscription,
  reason: NonNullable<Invoice['billing_reason']>,
  lines: readonly InvoiceLine[],
  period: { start: number; end: number },
): Invoice {
  const pending = takePending(world, null, subscription.customer, subscription.id);
  const paused = subscription.pause_collection?.behavior === 'keep_as_draft';
  const invoice = draftInvoice(world, {
    customer: world.get('customers', subscription.customer),
    subscription,
    reason,
    currency: subscription.currency,
    lines: [...pending.map((item) => invoiceItemLine(world, item)), ...lines],
    period,
    collection: subscription.collection_method,
    daysUntilDue: subscription.collection_method === 'send_invoice' ? (subscription.days_until_due ?? 0) : null,
    autoAdvance: !paused && subscription.status !== 'unpaid',
  });
  for (const item of pending) world.change(item, null, (one) => (one.invoice = invoice.id));
  return invoice;
}

/** Draft → open, and the money is asked for; the subscription's status follows the outcome. */
export function issue(world: World, invoice: Invoice): Collected | null {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  if (subscription && invoice.status === 'draft') refreshUsage(world, subscription, invoice);
  finalize(world, invoice, world.now());
  const behavior = subscription?.pause_collection?.behavior;
  if (invoice.status === 'open' && behavior === 'void') voidInvoice(world, invoice);
  else if (invoice.status === 'open' && behavior === 'mark_uncollectible') markUncollectible(world, invoice);
  else if (invoice.status === 'open' && invoice.collection_method === 'charge_automatically')
    return payNow(world, invoice);
  if (invoice.status === 'paid') paymentSucceeded(world, invoice);
  return null;
}
