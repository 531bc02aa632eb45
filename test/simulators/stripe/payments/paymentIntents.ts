import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  address,
  array,
  clearable,
  either,
  flag,
  fullAddress,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  required,
  shape,
  text,
  time,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { PaymentIntent } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { addDebitTimer, answerProof, confirmIntent, usableMethod } from './confirm.ts';
import { addIntentTimers, blankIntent, cancelIntent, capture } from './intents.ts';
import { createMethod, methodData } from './paymentMethods.ts';
import { invoicePaidBy } from './payments.ts';
import { depositSeconds, isUnverified } from './setups.ts';

export const methodTypes = array(oneOf('card', 'us_bank_account', 'sepa_debit', 'link'));
export const automatic = shape({ enabled: flag, allow_redirects: oneOf('always', 'never') });
export const mandateData = shape({
  customer_acceptance: shape({
    type: oneOf('online', 'offline'),
    accepted_at: time,
    online: shape({ ip_address: text, user_agent: text }),
    offline: shape({}),
  }),
});

export const shipping = shape({ address, carrier: text, name: text, phone: text, tracking_number: text });

/** An address to ship to, as intents show it. */
export const shownShipping = (given: ReturnType<typeof shipping>): NonNullable<PaymentIntent['shipping']> => ({
  ...given,
  address: fullAddress(given.address ?? {}),
});

const fields = {
  amount: integer,
  currency: text,
  customer: text,
  description: clearable(text),
  metadata,
  payment_method: text,
  payment_method_data: methodData,
  allowed_payment_method_types: methodTypes,
  receipt_email: clearable(text),
  setup_future_usage: clearable(oneOf('off_session', 'on_session')),
  shipping: clearable(shipping),
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  transfer_group: text,
};

const confirming = {
  error_on_requires_action: flag,
  mandate_data: mandateData,
  off_session: either(flag, oneOf('one_off', 'recurring')),
  payment_method: text,
  payment_method_data: methodData,
  return_url: text,
  use_stripe_sdk: flag,
};

type Fields = Read<typeof fields>;
type Confirming = Read<typeof confirming>;

/** Smallest amounts that can be charged (Stripe docs, "Minimum and maximum charge amounts"). */
const smallest: Record<string, number> = { gbp: 30, jpy: 50, dkk: 250, nok: 300, sek: 300, mxn: 1_000, hkd: 400 };

function checkAmount(amount: number, currency: string): void {
  const least = smallest[currency] ?? 50;
  if (amount < 1)
    throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
  if (amount < least)
    throw invalid(
      `Amount must be at least ${least} in the smallest unit of ${currency}.`,
      'amount',
      'amount_too_small',
    );
  if (amount > 99_999_999) throw invalid('Amount must be no more than $999,999.99', 'amount', 'amount_too_large');
}

/** Kinds of payment methods that the account takes in a currency. */
const typesFor = (currency: string): string[] => [
  'card',
  ...(currency === 'usd' ? ['us_bank_account'] : currency === 'eur' ? ['sepa_debit'] : []),
];

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
      ...fields,
      ...confirming,
      automatic_payment_methods: automatic,
      capture_method: oneOf('automatic', 'automatic_async', 'manual'),
      confirm: flag,
      confirmation_method: oneOf('automatic', 'manual'),
    },
    ({ params }) => {
      const currency = required(params.currency, 'currency').toLowerCase();
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
      assign(world, intent, params);
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
  routes.post('/v1/payment_intents/:id', fields, ({ path, params }) => {
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
    return world.change(intent, null, (one) => assign(world, one, params));
  });
  addActionRoutes(routes, world, find);
}

function addActionRoutes(routes: Routes, world: World, find: (id: string | undefined) => PaymentIntent): void {
  routes.post(
    '/v1/payment_intents/:id/confirm',
    {
      ...confirming,
      capture_method: oneOf('automatic', 'automatic_async', 'manual'),
      receipt_email: fields.receipt_email,
      setup_future_usage: fields.setup_future_usage,
      shipping: fields.shipping,
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
        assign(world, one, params);
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

/** Sets what the parameters say; a method makes the intent ready to be confirmed. */
function assign(world: World, intent: PaymentIntent, params: Fields): void {
  const { customer, metadata: meta, payment_method: id, payment_method_data: data, shipping: to, ...rest } = params;
  const plain: Partial<PaymentIntent> = {};
  const names = [
    'amount',
    'currency',
    'description',
    'allowed_payment_method_types',
    'receipt_email',
    'setup_future_usage',
    'statement_descriptor',
    'statement_descriptor_suffix',
    'transfer_group',
  ] as const;
  for (const name of names) if (rest[name] !== undefined) Object.assign(plain, { [name]: rest[name] });
  Object.assign(intent, plain);
  const allowed: readonly string[] | null = intent.allowed_payment_method_types;
  intent.payment_method_types = typesFor(intent.currency).filter((type) => allowed?.includes(type) ?? true);
  if (to !== undefined) intent.shipping = to && shownShipping(to);
  if (customer !== undefined) intent.customer = world.get('customers', customer, 'customer').id;
  intent.metadata = mergeMetadata(intent.metadata, meta);
  if (id === undefined && data === undefined) return;
  const method = usableMethod(world, id ?? createMethod(world, data ?? {}).id, intent.customer);
  if (!intent.payment_method_types.includes(method.type))
    throw invalid(
      `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of one of the following types: ${intent.payment_method_types.join(', ')}. Alternatively update the allowed_payment_method_types for this PaymentIntent to include "${method.type}".`,
      'payment_method',
      'payment_intent_incompatible_payment_method',
    );
  intent.payment_method = method.id;
  intent.next_action = null;
  intent.status = 'requires_confirmation';
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
