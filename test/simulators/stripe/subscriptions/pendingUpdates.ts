import { voidInvoice } from '../invoices/invoiceLife.ts';
import { subscriptionOf } from '../invoices/invoiceTotals.ts';
import type { Invoice, Subscription, SubscriptionItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { update } from './changes.ts';
import { itemsOf } from './items.ts';

/** The invoice of a pending update can be paid for 23 hours (Stripe docs, "Pending updates"). */
const expirySeconds = 23 * 3_600;

/** What an update changes of a subscription besides its items, as far as it may be pending. */
const fields = [
  'billing_cycle_anchor',
  'discounts',
  'trial_end',
  'trial_start',
  'status',
  'cancel_at',
  'cancel_at_period_end',
] as const;

export type Before = { subscription: Subscription; items: SubscriptionItem[] };

export const snapshot = (world: World, subscription: Subscription): Before =>
  structuredClone({ subscription, items: itemsOf(world, subscription) });

/** Takes an update back until its invoice is paid; nobody has been told of it yet. */
export function holdUpdate(world: World, subscription: Subscription, before: Before, invoice: Invoice): void {
  const after = Object.fromEntries(
    fields.filter((key) => subscription[key] !== before.subscription[key]).map((key) => [key, subscription[key]]),
  );
  world.state.heldUpdates[subscription.id] = { invoice: invoice.id, after, items: itemsOf(world, subscription) };
  world.state.items[subscription.id] = before.items;
  world.change(subscription, null, (one) => Object.assign(one, before.subscription));
}

export function isHeld(world: World, invoice: Invoice): boolean {
  return world.state.heldUpdates[subscriptionOf(invoice) ?? '']?.invoice === invoice.id;
}

/** The invoice is paid: the update takes place. */
export function applyHeld(world: World, subscription: Subscription): void {
  const held = world.state.heldUpdates[subscription.id];
  if (!held) return;
  delete world.state.heldUpdates[subscription.id];
  const waited = subscription.pending_update !== null;
  update(world, subscription, (one) => {
    Object.assign(one, held.after, { pending_update: null, latest_invoice: held.invoice });
    world.state.items[one.id] = held.items;
  });
  if (waited) world.emit('customer.subscription.pending_update_applied', subscription);
}

/** The invoice could not be paid: the subscription shows what it would become. */
export function failHeld(world: World, subscription: Subscription, invoice: Invoice): void {
  const held = world.state.heldUpdates[subscription.id];
  if (!held || subscription.pending_update) return;
  const { after } = held;
  update(world, subscription, (one) => {
    one.latest_invoice = invoice.id;
    one.pending_update = {
      billing_cycle_anchor: after.billing_cycle_anchor ?? null,
      cancel_at_period_end: after.cancel_at_period_end ?? null,
      discount: null,
      discounts: after.discounts ?? null,
      expires_at: world.now() + expirySeconds,
      metadata: null,
      subscription_items: structuredClone(held.items),
      trial_end: after.trial_end ?? null,
      trial_from_plan: null,
    };
  });
}

/** The update will never take place. */
export function dropHeld(world: World, subscription: Subscription): void {
  if (!world.state.heldUpdates[subscription.id]) return;
  delete world.state.heldUpdates[subscription.id];
  update(world, subscription, (one) => (one.pending_update = null));
  world.emit('customer.subscription.pending_update_expired', subscription);
}

/** The 23 hours are over, or another update takes its place: its invoice is void. */
export function expireHeld(world: World, subscription: Subscription): void {
  const invoice = world.find('invoices', world.state.heldUpdates[subscription.id]?.invoice);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
  dropHeld(world, subscription);
}
