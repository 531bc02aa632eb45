import { collect, invoicesOf, methodFor } from '../invoices/invoiceLife.ts';
import type { Collected } from '../invoices/invoiceLife.ts';
import { subscriptionOf } from '../invoices/invoiceTotals.ts';
import { StripeRefusal, invalid } from '../protocol/errors.ts';
import type { Invoice } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { isOver, update } from './changes.ts';
import { cancelNow } from './ending.ts';
import { markResumed } from './pause.ts';
import { applyHeld, dropHeld, failHeld, isHeld } from './pendingUpdates.ts';

/** One try to collect an open invoice; its subscription follows. */
export function payNow(world: World, invoice: Invoice, method = methodFor(world, invoice)): Collected {
  const retries = invoice.billing_reason !== 'subscription_create' && !isHeld(world, invoice);
  const outcome = collect(world, invoice, method, retries);
  afterPayment(world, invoice, outcome);
  return outcome;
}

/** The subscription follows its invoice; a debit that the bank has yet to answer counts as paid for now. */
export function afterPayment(world: World, invoice: Invoice, outcome: Collected): void {
  if (outcome.paid || outcome.pending === 'processing') paymentSucceeded(world, invoice);
  else paymentFailed(world, invoice);
}

export function paymentSucceeded(world: World, invoice: Invoice): void {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  if (subscription && isHeld(world, invoice)) {
    if (invoice.status === 'void') dropHeld(world, subscription);
    else applyHeld(world, subscription);
  }
  if (
    subscription?.status === 'paused' &&
    world.state.resuming[subscription.id] === invoice.id &&
    invoice.status === 'paid'
  )
    markResumed(world, subscription);
  if (!subscription || !['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) return;
  const owing = invoicesOf(world, subscription).some(
    (one) => one.id !== invoice.id && one.status === 'open' && isLate(world, one),
  );
  if (!owing) update(world, subscription, (one) => (one.status = 'active'));
}

const isLate = (world: World, invoice: Invoice): boolean =>
  invoice.attempted || (invoice.due_date !== null && invoice.due_date <= world.now());

function paymentFailed(world: World, invoice: Invoice): void {
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  if (subscription && isHeld(world, invoice)) return failHeld(world, subscription, invoice);
  if (!subscription || ['incomplete', 'paused'].includes(subscription.status) || isOver(subscription)) return;
  if (subscription.status === 'active' || subscription.status === 'trialing')
    update(world, subscription, (one) => (one.status = 'past_due'));
  if (invoice.next_payment_attempt !== null || invoice.attempt_count < 4) return;
  const { afterRetries } = world.state;
  if (afterRetries === 'canceled') cancelNow(world, subscription, 'payment_failed');
  else if (afterRetries === 'unpaid') update(world, subscription, (one) => (one.status = 'unpaid'));
}

/** @throws 402 or 400 when `act`, which is tried without any effect, ends in a payment that fails */
export function refuseFailure(world: World, act: () => Collected | null): void {
  const outcome = world.rehearse(act);
  if (outcome && !outcome.paid && outcome.pending !== 'processing') throw cardError({ ...outcome, chargeId: null });
}

/** 402 as a payment by the API answers it. */
export function cardError(outcome: Collected & { paid: false }): StripeRefusal {
  if (outcome.pending === 'requires_action')
    return new StripeRefusal(402, {
      type: 'card_error',
      code: 'invoice_payment_intent_requires_action',
      message:
        'This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.',
    });
  if (!outcome.decline)
    return invalid(
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
      undefined,
      'resource_missing',
    );
  return new StripeRefusal(402, {
    type: 'card_error',
    code: outcome.decline.code,
    message: outcome.decline.message,
    ...(outcome.decline.declineCode === null ? {} : { decline_code: outcome.decline.declineCode }),
    ...(outcome.chargeId === null ? {} : { charge: outcome.chargeId }),
  });
}
