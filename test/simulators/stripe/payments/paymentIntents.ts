import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { array, flag, integer, mergeMetadata, metadata, oneOf, range, required, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { PaymentIntent } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { addDebitTimer, answerProof, confirmIntent, usableMethod } from './confirm.ts';
import { addIntentTimers, blankIntent, cancelIntent, capture } from './intents.ts';
import {
  assignIntent,
  automatic,
  checkAmount,
  confirming,
  intentFields,
  typesFor,
  type Confirming,
} from './intentParams.ts';
import { invoicePaidBy } from './payments.ts';
import { depositSeconds, isUnverified } from './setups.ts';

/** @throws 400 `payment_intent_unexpected_state` */
function inStatus(intent: PaymentIntent, message: string, ...statuses: string[]): void {
  if (!statuses.includes(intent.status)) throw invalid(message, undefined, 'payment_intent_unexpected_state');
}

const changeable = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export function addPaymentIntentRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('paymentIntents', id ?? '');
  addIntentTimers(world);
  addDebitTimer(world);
  routes.post(
    '/v1/payment_intents',
    {
      ...intentFields,
      ...confirming,
      automatic_payment_methods: automatic,
      capture_method: oneOf('automatic', 'automatic_async', 'manual'),
      confirm: flag,
      confirmation_method: oneOf('automatic', 'manual'),
    },
    ({ params }) => {
      const currency = required(params.currency, 'currency');
      checkAmount(required(params.amount, 'amount'), currency);
      if (params.off_session !== undefined && !params.confirm)
        throw invalid('off_session can only be used when confirm is true.', 'off_session');
      const customer = params.customer === undefined ? null : world.get('customers', params.customer, 'customer').id;
      const { capture_method = 'automatic_async', confirmation_method = 'automatic' } = params;
      const intent = blankIntent(world, {
        amount: params.amount ?? 0,
        currency,
        customer,
        description: null,
        capture_method,
        confirmation_method,
        automatic_payment_methods: {
          enabled: true,
          allow_redirects: params.automatic_payment_methods?.allow_redirects ?? 'always',
        },
        payment_method_types: typesFor(currency),
      });
      assignIntent(world, intent, params);
      if (params.confirm) checkConfirm(intent, params);
      world.insert('paymentIntents', intent, 'payment_intent.created');
      return params.confirm ? confirm(world, intent, params) : intent;
    },
  );
  routes.get('/v1/payment_intents', { ...paging, created: range, customer: text }, ({ params }) =>
    page(
      '/v1/payment_intents',
      world.all('paymentIntents'),
      (one) =>
        within(one.created, params.created) && (params.customer === undefined || one.customer === params.customer),
      params,
    ),
  );
  routes.get('/v1/payment_intents/:id', { client_secret: text }, ({ path, params }) => {
    const intent = find(path['id']);
    if (params.client_secret !== undefined && params.client_secret !== intent.client_secret)
      throw invalid(
        'The client_secret provided does not match the client_secret on the PaymentIntent.',
        'client_secret',
      );
    return intent;
  });
  routes.post('/v1/payment_intents/:id', intentFields, ({ path, params }) => {
    const intent = find(path['id']);
    const plain = Object.keys(params).every((key) => ['metadata', 'description', 'receipt_email'].includes(key));
    const [first = 'amount'] = Object.keys(params).filter((key) => !['metadata', 'description'].includes(key));
    if (!plain)
      inStatus(
        intent,
        `This PaymentIntent's ${first} could not be updated because it has a status of ${intent.status}. You may only update the ${first} of a PaymentIntent with one of the following statuses: ${changeable.join(', ')}.`,
        ...changeable,
      );
    if (params.amount !== undefined) checkAmount(params.amount, params.currency ?? intent.currency);
    return world.change(intent, null, (one) => assignIntent(world, one, params));
  });
  addActionRoutes(routes, world, find);
}

function addActionRoutes(routes: Routes, world: World, find: (id: string | undefined) => PaymentIntent): void {
  routes.post(
    '/v1/payment_intents/:id/confirm',
    {
      ...confirming,
      capture_method: oneOf('automatic', 'automatic_async', 'manual'),
      receipt_email: intentFields.receipt_email,
      setup_future_usage: intentFields.setup_future_usage,
      shipping: intentFields.shipping,
    },
    ({ path, params }) => {
      const intent = find(path['id']);
      inStatus(
        intent,
        intent.status === 'succeeded'
          ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
          : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.`,
        ...changeable,
      );
      checkConfirm(intent, params);
      world.change(intent, null, (one) => {
        assignIntent(world, one, params);
        if (params.capture_method !== undefined) one.capture_method = params.capture_method;
      });
      return confirm(world, intent, params);
    },
  );
  routes.post('/v1/payment_intents/:id/capture', { amount_to_capture: integer, metadata }, ({ path, params }) => {
    const intent = find(path['id']);
    inStatus(
      intent,
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
      'requires_capture',
    );
    const amount = params.amount_to_capture ?? intent.amount_capturable;
    if (amount < 1 || amount > intent.amount_capturable)
      throw invalid(
        `The amount_to_capture (${amount}) must be between 1 and the amount_capturable (${intent.amount_capturable}).`,
        'amount_to_capture',
        amount > intent.amount_capturable ? 'amount_too_large' : 'parameter_invalid_integer',
      );
    intent.metadata = mergeMetadata(intent.metadata, params.metadata);
    capture(world, intent, amount);
    return intent;
  });
  routes.post(
    '/v1/payment_intents/:id/cancel',
    { cancellation_reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned') },
    ({ path, params }) => {
      const intent = find(path['id']);
      const allowed = [...changeable, 'requires_capture', 'processing'];
      inStatus(
        intent,
        `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
        ...allowed,
      );
      if (invoicePaidBy(world, intent))
        throw invalid(
          'You cannot cancel this PaymentIntent because it belongs to an invoice. Void the invoice instead.',
        );
      return cancelIntent(world, intent, params.cancellation_reason ?? null);
    },
  );
  routes.post(
    '/v1/payment_intents/:id/verify_microdeposits',
    { amounts: array(integer), descriptor_code: text },
    ({ path, params }) => {
      const intent = find(path['id']);
      checkDeposits(intent.next_action?.type, params);
      answerProof(world, intent, true);
      return intent;
    },
  );
  for (const action of ['increment_authorization', 'apply_customer_balance'])
    routes.unsimulated('post', `/v1/payment_intents/:id/${action}`, `${action} of a payment intent`);
}

/** @throws 400 unless the deposits are those of test accounts: 32 and 45, or SM11AA (Stripe docs, "ACH Direct Debit") */
export function checkDeposits(
  action: string | undefined,
  given: { amounts?: number[]; descriptor_code?: string },
): void {
  if (action !== 'verify_with_microdeposits')
    throw invalid('This intent does not wait for microdeposits.', undefined, 'payment_method_unexpected_state');
  const amounts = given.amounts?.toSorted((a, b) => a - b).join(',') === '32,45';
  if (amounts || given.descriptor_code === 'SM11AA') return;
  throw invalid(
    'The amounts or descriptor code provided do not match those that were sent to the bank account.',
    given.amounts ? 'amounts' : 'descriptor_code',
    given.amounts
      ? 'payment_method_microdeposit_verification_amounts_mismatch'
      : 'payment_method_microdeposit_verification_descriptor_code_mismatch',
  );
}

function checkConfirm(intent: PaymentIntent, params: Confirming): void {
  const id = params.payment_method ?? intent.payment_method;
  if (id === null && params.payment_method_data === undefined)
    throw invalid(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      undefined,
      'payment_intent_unexpected_state',
    );
  const redirects =
    intent.allowed_payment_method_types === null && intent.automatic_payment_methods?.allow_redirects === 'always';
  if (redirects && params.return_url === undefined && !params.off_session && params.use_stripe_sdk !== true)
    throw invalid(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
    );
}

function confirm(world: World, intent: PaymentIntent, params: Confirming): PaymentIntent {
  const method = usableMethod(world, intent.payment_method ?? '', intent.customer);
  if (method.type !== 'card') {
    if (params.mandate_data === undefined && !world.state.done[`setup:${method.id}`])
      throw invalid(
        `PaymentIntents with \`${method.type}\` require a mandate: pass \`mandate_data\`.`,
        'mandate_data',
        'payment_intent_mandate_invalid',
      );
    world.state.done[`setup:${method.id}`] = true;
    if (isUnverified(world, method)) return awaitDeposits(world, intent);
  }
  const offSession = params.off_session !== undefined && params.off_session !== false;
  const done = confirmIntent(world, intent, method, {
    offSession,
    askHolder: !offSession,
    returnUrl: params.return_url ?? null,
  });
  if (done.status === 'requires_action' && params.error_on_requires_action) {
    world.change(done, null, (one) => {
      one.status = 'requires_payment_method';
      one.next_action = null;
      one.payment_method = null;
    });
    throw invalid(
      'This payment required an authentication action to complete, but `error_on_requires_action` was set.',
      undefined,
      'authentication_required',
    );
  }
  return done;
}

function awaitDeposits(world: World, intent: PaymentIntent): PaymentIntent {
  world.change(intent, null, (one) => {
    one.status = 'requires_action';
    one.next_action = {
      type: 'verify_with_microdeposits',
      verify_with_microdeposits: {
        arrival_date: world.now() + depositSeconds,
        hosted_verification_url: `${world.url}/3d_secure/${one.id}`,
        microdeposit_type: 'amounts',
      },
    };
  });
  world.emit('payment_intent.requires_action', intent);
  return intent;
}
