import type { PaymentMethod, SetupIntent } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { clientSecret, needsProof, nextAction } from './intents.ts';
import { attach, behaviour, declinedError, declineFor } from './methods.ts';

export function addSetup(
  world: World,
  fields: Pick<SetupIntent, 'customer' | 'usage' | 'payment_method_types'> & Partial<SetupIntent>,
): SetupIntent {
  const id = world.id('seti');
  const setup: SetupIntent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: clientSecret(world, id),
    created: world.now(),
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    single_use_mandate: null,
    status: 'requires_payment_method',
    ...fields,
  };
  return world.insert('setupIntents', setup, 'setup_intent.created');
}

/** Days until test deposits arrive; they are worth 32 and 45 cents (Stripe docs, "ACH Direct Debit"). */
export const depositSeconds = 86_400;

/** Whether a bank account has yet to be verified by small deposits. */
export const isUnverified = (world: World, method: PaymentMethod): boolean =>
  method.type === 'us_bank_account' && !world.state.done[`verified:${method.id}`];

/**
 * Tries to set a method up for later payments.
 * @throws 402 with the set-up when the bank declines
 */
export function confirmSetup(
  world: World,
  setup: SetupIntent,
  method: PaymentMethod,
  returnUrl: string | null | undefined,
): SetupIntent {
  setup.payment_method = method.id;
  const decline = declineFor(world, method);
  if (decline && !behaviour(world, method).attaches) {
    world.change(setup, null, (one) => {
      one.payment_method = null;
      one.status = 'requires_payment_method';
      one.last_setup_error = {
        type: 'card_error',
        code: decline.code,
        ...(decline.declineCode === null ? {} : { decline_code: decline.declineCode }),
        message: decline.message,
        payment_method: structuredClone(method),
      };
    });
    world.emit('setup_intent.setup_failed', setup);
    throw declinedError(decline, { setup_intent: structuredClone(setup), payment_method: structuredClone(method) });
  }
  const unverified = isUnverified(world, method);
  if (!unverified && !needsProof(world, method, setup.id, false)) return completeSetup(world, setup);
  world.change(setup, null, (one) => {
    one.status = 'requires_action';
    one.next_action = unverified
      ? {
          type: 'verify_with_microdeposits',
          verify_with_microdeposits: {
            arrival_date: world.now() + depositSeconds,
            hosted_verification_url: `${world.url}/3d_secure/${one.id}`,
            microdeposit_type: 'amounts',
          },
        }
      : (nextAction(world, one.id, returnUrl) as SetupIntent['next_action']);
  });
  world.emit('setup_intent.requires_action', setup);
  return setup;
}

/** The method is ready for later payments, and belongs to the customer if the set-up names one. */
export function completeSetup(world: World, setup: SetupIntent): SetupIntent {
  const method = world.get('paymentMethods', setup.payment_method ?? '');
  world.state.done[`setup:${method.id}`] = true;
  if (method.type === 'us_bank_account') world.state.done[`verified:${method.id}`] = true;
  if (setup.customer !== null) attach(world, method.id, setup.customer);
  const mandate = method.type === 'card' ? null : addMandate(world, method).id;
  world.change(setup, null, (one) => {
    one.status = 'succeeded';
    one.next_action = null;
    one.last_setup_error = null;
    one.mandate = mandate;
  });
  world.emit('setup_intent.succeeded', setup);
  return setup;
}

export function failSetupProof(world: World, setup: SetupIntent): void {
  world.change(setup, null, (one) => {
    one.payment_method = null;
    one.next_action = null;
    one.status = 'requires_payment_method';
    one.last_setup_error = {
      type: 'invalid_request_error',
      code: 'setup_intent_authentication_failure',
      message:
        'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again.',
    };
  });
  world.emit('setup_intent.setup_failed', setup);
}

/** The holder of a bank account agrees to be debited. */
function addMandate(world: World, method: PaymentMethod) {
  return world.insert('mandates', {
    id: world.id('mandate'),
    object: 'mandate',
    customer_acceptance: {
      accepted_at: world.now(),
      online: { ip_address: '127.0.0.1', user_agent: 'simulator' },
      type: 'online',
    },
    livemode: false,
    multi_use: {},
    payment_method: method.id,
    payment_method_details:
      method.type === 'sepa_debit'
        ? {
            sepa_debit: { reference: world.id('r', 16).slice(2).toUpperCase(), url: `${world.url}/mandates` },
            type: 'sepa_debit',
          }
        : { type: 'us_bank_account', us_bank_account: { collection_method: 'paper' } },
    status: 'active',
    type: 'multi_use',
  });
}
