import { blankCustomer } from '../customers/customers.ts';
import { confirmIntent } from '../payments/confirm.ts';
import { attach, methodNamed } from '../payments/methods.ts';
import { blankIntent } from '../payments/intents.ts';
import { shownShipping } from '../payments/intentParams.ts';
import { confirmSetup } from '../payments/setups.ts';
import { invalid } from '../protocol/errors.ts';
import { mergeMetadata } from '../protocol/params.ts';
import type { CheckoutSession, PaymentMethod } from '../protocol/wire.ts';
import { createSubscription } from '../subscriptions/subscriptionCreate.ts';
import type { World } from '../world.ts';

/** What a person enters on the page. */
export type Buyer = { card?: string; email?: string; name?: string };

function customerOf(world: World, session: CheckoutSession, buyer: Buyer): string | null {
  if (session.customer !== null) return session.customer;
  if (session.mode === 'payment' && session.customer_creation !== 'always') return null;
  const customer = blankCustomer(world);
  customer.email = session.customer_email ?? buyer.email ?? null;
  customer.name = buyer.name ?? null;
  return world.insert('customers', customer, 'customer.created').id;
}

function payOnce(world: World, session: CheckoutSession, customer: string | null, method: PaymentMethod): void {
  const plan = world.state.checkoutPlans[session.id]?.payment_intent_data;
  const intent = blankIntent(world, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer,
    description: plan?.description ?? null,
    capture_method: plan?.capture_method ?? 'automatic_async',
    metadata: mergeMetadata({}, plan?.metadata),
    setup_future_usage: plan?.setup_future_usage ?? null,
    shipping: plan?.shipping ? shownShipping(plan.shipping) : null,
    payment_method_types: session.payment_method_types,
  });
  world.insert('paymentIntents', intent, 'payment_intent.created');
  world.state.done[`authenticated:${intent.id}`] = true;
  confirmIntent(world, intent, method, { offSession: false, askHolder: true, returnUrl: null });
  session.payment_intent = intent.id;
}

function subscribe(world: World, session: CheckoutSession, customer: string, method: PaymentMethod): void {
  const { subscription_data: plan, discounts } = world.state.checkoutPlans[session.id] ?? {};
  attach(world, method.id, customer);
  const lines = world.state.checkoutLines[session.id] ?? [];
  const ofType = (type: string) =>
    lines.flatMap((line) => (line.price?.type === type ? { price: line.price.id, quantity: line.quantity ?? 1 } : []));
  const subscription = createSubscription(world, {
    customer,
    items: ofType('recurring').map(({ price, quantity }) =>
      world.find('prices', price)?.recurring?.usage_type === 'metered' ? { price } : { price, quantity },
    ),
    add_invoice_items: ofType('one_time'),
    default_payment_method: method.id,
    payment_behavior: 'error_if_incomplete',
    metadata: mergeMetadata({}, plan?.metadata),
    ...(plan?.description === undefined ? {} : { description: plan.description }),
    ...(plan?.trial_end === undefined ? {} : { trial_end: plan.trial_end }),
    ...(plan?.trial_period_days === undefined ? {} : { trial_period_days: plan.trial_period_days }),
    ...(discounts ? { discounts } : {}),
  });
  session.subscription = subscription.id;
  session.invoice = subscription.latest_invoice;
}

/**
 * Completes a session as a person on its page does, with a test card, and proves who they are when the bank asks.
 * @throws 402 when the card is declined; the session stays open
 */
export function completeCheckout(world: World, session: CheckoutSession, buyer: Buyer): CheckoutSession {
  if (session.status !== 'open') throw invalid(`This Checkout Session is ${session.status}.`, 'session');
  const method = methodNamed(world, buyer.card ?? 'pm_card_visa', 'card');
  const customer = customerOf(world, session, buyer);
  const setup = world.find('setupIntents', session.setup_intent);
  if (setup) {
    setup.customer ??= customer;
    world.state.done[`authenticated:${setup.id}`] = true;
    confirmSetup(world, setup, method, null);
  } else if (session.mode === 'subscription') subscribe(world, session, customer ?? '', method);
  else if (session.amount_total !== 0) payOnce(world, session, customer, method);
  const row = world.find('customers', customer);
  world.change(session, null, (one) => {
    one.status = 'complete';
    one.url = null;
    one.customer = customer;
    one.customer_details = {
      address: row?.address ?? null,
      business_name: null,
      email: row?.email ?? one.customer_email ?? buyer.email ?? null,
      individual_name: null,
      name: row?.name ?? buyer.name ?? null,
      phone: row?.phone ?? null,
      tax_exempt: 'none',
      tax_ids: [],
    };
    const paid = isPaid(world, one);
    if (one.payment_status === 'unpaid' && paid) one.payment_status = 'paid';
  });
  world.emit('checkout.session.completed', session);
  return session;
}

/** A debit that the bank has yet to answer leaves the session unpaid. */
function isPaid(world: World, session: CheckoutSession): boolean {
  const intent = world.find('paymentIntents', session.payment_intent);
  if (intent) return intent.status === 'succeeded' || intent.status === 'requires_capture';
  return world.find('invoices', session.invoice)?.status === 'paid';
}
