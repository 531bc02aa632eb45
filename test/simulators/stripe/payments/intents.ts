import { addDispute } from './disputes.ts';
import { addCharge, captureSeconds, settle } from './charges.ts';
import { returned, type Decline } from './declines.ts';
import { behaviour, declineFor } from './methods.ts';
import type { Charge, PaymentIntent, PaymentMethod } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** A sandbox settles debits soon; the slow test accounts take three minutes (Stripe docs, "SEPA Direct Debit"). */
const debitSeconds = { usual: 30, slow: 180 } as const;

export const clientSecret = (world: World, id: string): string => `${id}_secret_${world.id('s', 25).slice(2)}`;

export function blankIntent(
  world: World,
  fields: Pick<PaymentIntent, 'amount' | 'currency' | 'customer' | 'description'> & Partial<PaymentIntent>,
): PaymentIntent {
  const id = world.id('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: clientSecret(world, id),
    confirmation_method: 'automatic',
    created: world.now(),
    customer_account: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
    ...fields,
  };
}

/** How one try to pay went. */
export type Attempt =
  | { status: 'succeeded' | 'requires_capture' | 'processing'; charge: Charge }
  | { status: 'requires_action'; charge: null }
  | { status: 'declined'; decline: Decline; charge: Charge };

export type Mode = {
  offSession: boolean;
  /** Whether the holder can be asked to prove who they are; otherwise such a payment is declined. */
  askHolder: boolean;
  returnUrl?: string | null;
};

/**
 * Whether the holder of the card must prove who they are before this payment or set-up. A card that was set up for it
 * needs no proof while its holder is away (Stripe docs, "Testing": 3D Secure).
 */
export function needsProof(world: World, method: PaymentMethod, intentId: string, offSession: boolean): boolean {
  const { authentication } = behaviour(world, method);
  if (authentication === undefined || world.state.done[`authenticated:${intentId}`]) return false;
  if (authentication === 'always') return true;
  if (authentication === 'on session') return !offSession;
  return !offSession || !world.state.done[`setup:${method.id}`];
}

export function nextAction(
  world: World,
  intentId: string,
  returnUrl: string | null | undefined,
): { type: string; redirect_to_url?: { return_url: string | null; url: string | null }; use_stripe_sdk?: object } {
  const url = `${world.url}/3d_secure/${intentId}`;
  return returnUrl
    ? { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } }
    : { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url, source: intentId } };
}

const proofMissing: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** Tries to pay an intent with a method: the charge and the intent report the outcome. Invoices are told by the caller. */
export function attempt(world: World, intent: PaymentIntent, method: PaymentMethod, mode: Mode): Attempt {
  if (method.type !== 'card') return debit(world, intent, method);
  const proof = needsProof(world, method, intent.id, mode.offSession);
  if (proof && mode.askHolder) {
    world.change(intent, null, (one) => {
      one.payment_method = method.id;
      one.status = 'requires_action';
      one.next_action = nextAction(world, one.id, mode.returnUrl) as PaymentIntent['next_action'];
      one.last_payment_error = null;
    });
    world.emit('payment_intent.requires_action', intent);
    return { status: 'requires_action', charge: null };
  }
  const decline = proof ? proofMissing : declineFor(world, method);
  if (decline) return fail(world, intent, method, decline);
  const captured = intent.capture_method !== 'manual';
  const charge = addCharge(world, { intent, method, decline: null, status: 'succeeded', captured });
  world.emit('charge.succeeded', charge);
  if (captured) succeed(world, intent, method, charge);
  else {
    world.change(intent, null, (one) => {
      one.latest_charge = charge.id;
      one.payment_method = method.id;
      one.status = 'requires_capture';
      one.amount_capturable = one.amount;
      one.next_action = null;
      one.last_payment_error = null;
    });
    world.emit('payment_intent.amount_capturable_updated', intent);
    world.at(world.now() + captureSeconds, 'expire-capture', intent.id);
  }
  return { status: captured ? 'succeeded' : 'requires_capture', charge };
}

function succeed(world: World, intent: PaymentIntent, method: PaymentMethod, charge: Charge): void {
  world.change(intent, null, (one) => {
    one.latest_charge = charge.id;
    one.payment_method = method.id;
    one.status = 'succeeded';
    one.amount_received = charge.amount_captured;
    one.amount_capturable = 0;
    one.next_action = null;
    one.processing = null;
    one.last_payment_error = null;
  });
  if (intent.setup_future_usage !== null) world.state.done[`setup:${method.id}`] = true;
  world.emit('payment_intent.succeeded', intent);
  disputeOf(world, charge, method);
}

/** Test cards that are made for it dispute what was paid with them. */
export function disputeOf(world: World, charge: Charge, method: PaymentMethod): void {
  const { dispute } = behaviour(world, method);
  if (dispute) addDispute(world, charge, dispute);
}

function fail(
  world: World,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline,
  failed?: Charge,
): Attempt & { status: 'declined' } {
  const charge = failed ?? addCharge(world, { intent, method, decline, status: 'failed', captured: false });
  world.emit('charge.failed', charge);
  refuse(world, intent, charge.id, {
    type: method.type === 'card' ? 'card_error' : 'invalid_request_error',
    code: decline.code,
    ...(decline.declineCode === null ? {} : { decline_code: decline.declineCode }),
    message: decline.message,
    charge: charge.id,
    payment_method: structuredClone(method),
  });
  return { status: 'declined', decline, charge };
}

function refuse(
  world: World,
  intent: PaymentIntent,
  chargeId: string | null,
  error: NonNullable<PaymentIntent['last_payment_error']>,
): void {
  world.change(intent, null, (one) => {
    if (chargeId !== null) one.latest_charge = chargeId;
    one.payment_method = null;
    one.next_action = null;
    one.processing = null;
    one.status = 'requires_payment_method';
    one.last_payment_error = error;
  });
  world.emit('payment_intent.payment_failed', intent);
}

/** The holder failed to prove who they are: no charge is made. */
export function failProof(world: World, intent: PaymentIntent): void {
  const method = world.find('paymentMethods', intent.payment_method);
  refuse(world, intent, null, {
    type: 'invalid_request_error',
    code: 'payment_intent_authentication_failure',
    message:
      'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
    ...(method ? { payment_method: structuredClone(method) } : {}),
  });
}

function debit(world: World, intent: PaymentIntent, method: PaymentMethod): Attempt {
  const charge = addCharge(world, { intent, method, decline: null, status: 'pending', captured: true });
  world.change(intent, null, (one) => {
    one.latest_charge = charge.id;
    one.payment_method = method.id;
    one.status = 'processing';
    one.next_action = null;
    one.last_payment_error = null;
  });
  world.emit('payment_intent.processing', intent);
  world.emit('charge.pending', charge);
  const { never, slow } = behaviour(world, method).debit ?? {};
  if (!never) world.at(world.now() + (slow ? debitSeconds.slow : debitSeconds.usual), 'settle-debit', intent.id);
  return { status: 'processing', charge };
}

/** The bank has answered a debit. */
export function settleDebit(world: World, intent: PaymentIntent): Attempt | null {
  const charge = world.find('charges', intent.latest_charge);
  const method = world.find('paymentMethods', intent.payment_method);
  if (intent.status !== 'processing' || !charge || !method) return null;
  const failure = behaviour(world, method).debit?.failure;
  if (failure !== undefined) {
    const decline = returned(failure);
    world.change(charge, null, (one) => {
      one.status = 'failed';
      one.captured = false;
      one.failure_code = decline.code;
      one.failure_message = decline.message;
    });
    return fail(world, intent, method, decline, charge);
  }
  world.change(charge, null, (one) => {
    one.status = 'succeeded';
    one.paid = true;
    one.amount_captured = one.amount;
    settle(world, one, method);
  });
  world.emit('charge.succeeded', charge);
  succeed(world, intent, method, charge);
  return { status: 'succeeded', charge };
}

/** Takes the money that was authorised, or a part of it; the rest goes back to the holder. */
export function capture(world: World, intent: PaymentIntent, amount: number): void {
  const charge = world.get('charges', intent.latest_charge ?? '');
  const method = world.find('paymentMethods', intent.payment_method);
  world.change(charge, null, (one) => {
    one.captured = true;
    one.amount_captured = amount;
    one.amount_refunded = one.amount - amount;
    settle(world, one, method);
  });
  world.emit('charge.captured', charge);
  if (method) succeed(world, intent, method, charge);
}

/** Ends an intent without money; what was authorised goes back to the holder. */
export function cancelIntent(
  world: World,
  intent: PaymentIntent,
  reason: PaymentIntent['cancellation_reason'],
): PaymentIntent {
  const charge = world.find('charges', intent.latest_charge);
  if (intent.status === 'requires_capture' && charge)
    world.change(charge, reason === 'automatic' ? 'charge.expired' : 'charge.refunded', (one) => {
      one.amount_refunded = one.amount;
      one.refunded = true;
    });
  if (intent.status === 'processing' && charge) world.change(charge, null, (one) => (one.status = 'failed'));
  world.change(intent, null, (one) => {
    one.status = 'canceled';
    one.canceled_at = world.now();
    one.cancellation_reason = reason;
    one.amount_capturable = 0;
    one.next_action = null;
  });
  world.emit('payment_intent.canceled', intent);
  return intent;
}

export function addIntentTimers(world: World): void {
  world.onTimer('expire-capture', (id) => {
    const intent = world.find('paymentIntents', id);
    if (intent?.status === 'requires_capture') cancelIntent(world, intent, 'automatic');
  });
}
