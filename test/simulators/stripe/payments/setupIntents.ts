import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  array,
  clearable,
  flag,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  text,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { SetupIntent } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { answerProof, usableMethod } from './confirm.ts';
import { automatic, mandateData, methodTypes } from './intentParams.ts';
import { checkDeposits } from './paymentIntents.ts';
import { createMethod, methodData } from './paymentMethods.ts';
import { addSetup, confirmSetup } from './setups.ts';

const fields = {
  customer: text,
  description: clearable(text),
  metadata,
  payment_method: text,
  payment_method_data: methodData,
  allowed_payment_method_types: clearable(methodTypes),
};
const confirming = {
  mandate_data: mandateData,
  payment_method: text,
  payment_method_data: methodData,
  return_url: text,
  use_stripe_sdk: flag,
};

/** Kinds of payment methods that the account can set up. */
const accepted = ['card', 'us_bank_account', 'sepa_debit'];

const changeable = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** @throws 400 `setup_intent_unexpected_state` */
function inStatus(setup: SetupIntent, verb: string, ...statuses: string[]): void {
  if (!statuses.includes(setup.status))
    throw invalid(
      `You cannot ${verb} this SetupIntent because it has a status of ${setup.status}. Only a SetupIntent with one of the following statuses may be used: ${statuses.join(', ')}.`,
      undefined,
      'setup_intent_unexpected_state',
    );
}

export function addSetupIntentRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('setupIntents', id ?? '');
  routes.post(
    '/v1/setup_intents',
    {
      ...fields,
      ...confirming,
      automatic_payment_methods: automatic,
      confirm: flag,
      usage: oneOf('off_session', 'on_session'),
    },
    ({ params }) => {
      const customer = params.customer === undefined ? null : world.get('customers', params.customer, 'customer').id;
      const setup = addSetup(world, {
        customer,
        usage: params.usage ?? 'off_session',
        payment_method_types: accepted,
        automatic_payment_methods: {
          enabled: true,
          allow_redirects: params.automatic_payment_methods?.allow_redirects ?? 'always',
        },
      });
      assign(world, setup, params);
      return params.confirm ? confirm(world, setup, params) : setup;
    },
  );
  routes.get('/v1/setup_intents', { ...paging, created: range, customer: text, payment_method: text }, ({ params }) =>
    page(
      '/v1/setup_intents',
      world.all('setupIntents'),
      (one) =>
        within(one.created, params.created) &&
        (params.customer === undefined || one.customer === params.customer) &&
        (params.payment_method === undefined || one.payment_method === params.payment_method),
      params,
    ),
  );
  routes.get('/v1/setup_intents/:id', { client_secret: text }, ({ path }) => find(path['id']));
  routes.post('/v1/setup_intents/:id', fields, ({ path, params }) => {
    const setup = find(path['id']);
    inStatus(setup, 'update', ...changeable);
    return world.change(setup, null, (one) => assign(world, one, params));
  });
  routes.post('/v1/setup_intents/:id/confirm', confirming, ({ path, params }) => {
    const setup = find(path['id']);
    inStatus(setup, 'confirm', ...changeable);
    world.change(setup, null, (one) => assign(world, one, params));
    return confirm(world, setup, params);
  });
  routes.post(
    '/v1/setup_intents/:id/cancel',
    { cancellation_reason: oneOf('abandoned', 'duplicate', 'requested_by_customer') },
    ({ path, params }) => {
      const setup = find(path['id']);
      inStatus(setup, 'cancel', ...changeable);
      world.change(setup, null, (one) => {
        one.status = 'canceled';
        one.cancellation_reason = params.cancellation_reason ?? null;
        one.next_action = null;
      });
      world.emit('setup_intent.canceled', setup);
      return setup;
    },
  );
  routes.post(
    '/v1/setup_intents/:id/verify_microdeposits',
    { amounts: array(integer), descriptor_code: text },
    ({ path, params }) => {
      const setup = find(path['id']);
      checkDeposits(setup.next_action?.type, params);
      answerProof(world, setup, true);
      return setup;
    },
  );
  routes.get('/v1/mandates/:id', {}, ({ path }) => world.get('mandates', path['id'] ?? ''));
}

function assign(world: World, setup: SetupIntent, params: Read<typeof fields>): void {
  if (params.customer !== undefined) setup.customer = world.get('customers', params.customer, 'customer').id;
  if (params.description !== undefined) setup.description = params.description;
  if (params.allowed_payment_method_types !== undefined) {
    setup.allowed_payment_method_types = params.allowed_payment_method_types;
    const allowed: readonly string[] | null = params.allowed_payment_method_types;
    setup.payment_method_types = accepted.filter((type) => allowed?.includes(type) ?? true);
  }
  setup.metadata = mergeMetadata(setup.metadata ?? {}, params.metadata);
  const { payment_method: id, payment_method_data: data } = params;
  if (id === undefined && data === undefined) return;
  const method = usableMethod(world, id ?? createMethod(world, data ?? {}).id, setup.customer);
  if (!setup.payment_method_types.includes(method.type))
    throw invalid(
      `The PaymentMethod provided (${method.type}) is not allowed for this SetupIntent.`,
      'payment_method',
      'payment_intent_incompatible_payment_method',
    );
  setup.payment_method = method.id;
  setup.next_action = null;
  setup.status = 'requires_confirmation';
}

function confirm(world: World, setup: SetupIntent, params: Read<typeof confirming>): SetupIntent {
  if (setup.payment_method === null)
    throw invalid(
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
      undefined,
      'setup_intent_unexpected_state',
    );
  const redirects =
    setup.allowed_payment_method_types === null && setup.automatic_payment_methods?.allow_redirects === 'always';
  if (redirects && params.return_url === undefined && params.use_stripe_sdk !== true)
    throw invalid(
      'This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.',
    );
  const method = usableMethod(world, setup.payment_method, setup.customer);
  if (method.type !== 'card' && params.mandate_data === undefined)
    throw invalid(
      `SetupIntents with \`${method.type}\` require \`mandate_data\`.`,
      'mandate_data',
      'setup_intent_mandate_invalid',
    );
  return confirmSetup(world, setup, method, params.return_url ?? null);
}
