import { settleAttempt } from '../invoices/invoiceLife.ts';
import { invalid, StripeRefusal } from '../protocol/errors.ts';
import type { PaymentIntent, PaymentMethod, SetupIntent } from '../protocol/wire.ts';
import { afterPayment } from '../subscriptions/collection.ts';
import type { World } from '../world.ts';
import { attempt, failProof, settleDebit, type Attempt, type Mode } from './intents.ts';
import { attach, declinedError, methodNamed, spent } from './methods.ts';
import { invoicePaidBy } from './payments.ts';
import { completeSetup, failSetupProof } from './setups.ts';

/**
 * The payment method that an intent is to use.
 * @throws 400 when it is another customer's, or was used or detached before
 */
export function usableMethod(world: World, id: string, customer: string | null): PaymentMethod {
  const method = methodNamed(world, id, 'payment_method');
  if (method.customer !== null && customer === null)
    throw invalid(
      `The PaymentMethod ${method.id} belongs to the Customer ${method.customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
      'payment_method',
    );
  if (method.customer !== null && method.customer !== customer)
    throw invalid(
      `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
      'payment_method',
      'resource_missing',
    );
  if (method.customer === null && world.state.done[`spent:${method.id}`]) throw spent();
  return method;
}

/**
 * Pays an intent with its method, as its own API does; an invoice that it pays and the subscription behind it follow.
 * @throws 402 with the intent when the payment is declined
 */
export function confirmIntent(world: World, intent: PaymentIntent, method: PaymentMethod, mode: Mode): PaymentIntent {
  const tried = attempt(world, intent, method, mode);
  afterAttempt(world, intent, method, tried);
  if (tried.status !== 'declined') return intent;
  throw declinedError(tried.decline, {
    charge: tried.charge.id,
    payment_intent: structuredClone(intent),
    payment_method: structuredClone(method),
  });
}

function afterAttempt(world: World, intent: PaymentIntent, method: PaymentMethod, tried: Attempt): void {
  const went = tried.status === 'succeeded' || tried.status === 'requires_capture' || tried.status === 'processing';
  if (went && method.customer === null) {
    if (intent.setup_future_usage !== null && intent.customer !== null) attach(world, method.id, intent.customer);
    else world.state.done[`spent:${method.id}`] = true;
  }
  tellInvoice(world, intent, tried);
}

function tellInvoice(world: World, intent: PaymentIntent, tried: Attempt): void {
  const invoice = invoicePaidBy(world, intent);
  if (invoice) afterPayment(world, invoice, settleAttempt(world, invoice, tried, { retries: false, counts: false }));
}

/** The holder of the card has answered the bank's question who they are, on the bank's page or under /__sim. */
export function answerProof(world: World, intent: PaymentIntent | SetupIntent, passed: boolean): void {
  if (intent.status !== 'requires_action')
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'return_intent_already_processed',
      message: 'This intent does not wait for an action.',
    });
  if (intent.object === 'setup_intent') {
    if (passed) completeSetup(world, intent);
    else failSetupProof(world, intent);
    return;
  }
  if (!passed) return failProof(world, intent);
  world.state.done[`authenticated:${intent.id}`] = true;
  const method = world.get('paymentMethods', intent.payment_method ?? '');
  if (method.type === 'us_bank_account') world.state.done[`verified:${method.id}`] = true;
  afterAttempt(world, intent, method, attempt(world, intent, method, { offSession: false, askHolder: true }));
}

export function addDebitTimer(world: World): void {
  world.onTimer('settle-debit', (id) => {
    const intent = world.find('paymentIntents', id);
    const settled = intent && settleDebit(world, intent);
    if (!intent || !settled) return;
    tellInvoice(world, intent, settled);
    tellCheckout(world, intent, settled);
  });
}

/** A checkout session that was completed with a debit learns what became of it. */
function tellCheckout(world: World, intent: PaymentIntent, settled: Attempt): void {
  const session = world.all('checkoutSessions').find((one) => one.payment_intent === intent.id);
  if (!session) return;
  const paid = settled.status === 'succeeded';
  if (paid) world.change(session, null, (one) => (one.payment_status = 'paid'));
  world.emit(`checkout.session.async_payment_${paid ? 'succeeded' : 'failed'}`, session);
}
