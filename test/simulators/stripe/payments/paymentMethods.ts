import { invalid } from '../protocol/errors.ts';
import { otherPaymentMethods } from '../protocol/leftOutParams.ts';
import { page, paging } from '../protocol/lists.ts';
import {
  address,
  clearable,
  fullAddress,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  required,
  shape,
  text,
  unsimulated,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { PaymentMethod } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { attach, methodOfAccount, methodOfCard, methodOfTestId, ofCustomer } from './methods.ts';

const details = {
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  billing_details: shape({
    address,
    email: clearable(text),
    name: clearable(text),
    phone: clearable(text),
    tax_id: text,
  }),
  metadata,
};

const simulatedKinds = oneOf('card', 'us_bank_account', 'sepa_debit');
const kinds: typeof simulatedKinds = (raw, path) =>
  otherPaymentMethods.some((kind) => kind === raw) ? unsimulated(raw, path) : simulatedKinds(raw, path);

const holder = { account_holder_type: oneOf('company', 'individual'), account_type: oneOf('checking', 'savings') };

const dataFields = {
  ...Object.fromEntries(otherPaymentMethods.map((kind) => [kind, unsimulated])),
  ...details,
  type: kinds,
  card: shape({ number: text, exp_month: integer, exp_year: integer, cvc: text, token: text }),
  us_bank_account: shape({ ...holder, account_number: text, routing_number: text }),
  sepa_debit: shape({ iban: text }),
};

/** The parameter `payment_method_data` of intents, with the same fields as a payment method that is created. */
export const methodData = shape(dataFields);

function billing(method: PaymentMethod, given: Read<typeof details>['billing_details']): void {
  if (!given) return;
  const { address: to, ...plain } = given;
  Object.assign(method.billing_details, plain);
  if (to !== undefined) method.billing_details.address = fullAddress(to);
}

export function createMethod(world: World, params: Read<typeof dataFields>): PaymentMethod {
  const method = madeOf(world, params);
  billing(method, params.billing_details);
  if (params.allow_redisplay !== undefined) method.allow_redisplay = params.allow_redisplay;
  method.metadata = mergeMetadata({}, params.metadata);
  return method;
}

function madeOf(world: World, params: Read<typeof dataFields>): PaymentMethod {
  const type = required(params.type, 'type');
  if (type === 'us_bank_account') {
    const given = required(params.us_bank_account, 'us_bank_account');
    required(params.billing_details?.name, 'billing_details[name]');
    const routing = required(given.routing_number, 'us_bank_account[routing_number]');
    if (routing !== '110000000')
      throw invalid(
        'You must use a test routing number in test mode.',
        'us_bank_account[routing_number]',
        'routing_number_invalid',
      );
    const number = required(given.account_number, 'us_bank_account[account_number]');
    return methodOfAccount(world, number, 'us_bank_account[account_number]', given);
  }
  if (type === 'sepa_debit') {
    const iban = required(params.sepa_debit?.iban, 'sepa_debit[iban]').replaceAll(' ', '');
    required(params.billing_details?.name, 'billing_details[name]');
    required(params.billing_details?.email, 'billing_details[email]');
    return methodOfAccount(world, iban, 'sepa_debit[iban]');
  }
  const card = required(params.card, 'card');
  if (card.token !== undefined) {
    const made = methodOfTestId(world, card.token);
    if (!made) throw invalid(`No such token: '${card.token}'`, 'card[token]', 'resource_missing');
    return made;
  }
  return methodOfCard(world, {
    number: required(card.number, 'card[number]').replaceAll(' ', ''),
    month: required(card.exp_month, 'card[exp_month]'),
    year: required(card.exp_year, 'card[exp_year]'),
    cvc: card.cvc,
  });
}

export function addPaymentMethodRoutes(routes: Routes, world: World): void {
  routes.post('/v1/payment_methods', dataFields, ({ params }) => createMethod(world, params));
  const matches = (customer: string | undefined, type: string | undefined) => (one: PaymentMethod) =>
    one.customer === customer && customer !== undefined && (type === undefined || one.type === type);
  routes.get('/v1/payment_methods', { ...paging, customer: text, type: kinds }, ({ params }) =>
    page('/v1/payment_methods', world.all('paymentMethods'), matches(params.customer, params.type), params),
  );
  routes.get('/v1/customers/:id/payment_methods', { ...paging, type: kinds }, ({ path, params }) => {
    const { id } = world.get('customers', path['id'] ?? '');
    return page(`/v1/customers/${id}/payment_methods`, world.all('paymentMethods'), matches(id, params.type), params);
  });
  routes.get('/v1/customers/:id/payment_methods/:method', {}, ({ path }) =>
    ofCustomer(world, path['method'] ?? '', path['id'] ?? ''),
  );
  routes.get('/v1/payment_methods/:id', {}, ({ path }) => world.get('paymentMethods', path['id'] ?? ''));
  routes.post(
    '/v1/payment_methods/:id',
    { ...details, card: shape({ exp_month: integer, exp_year: integer }), us_bank_account: shape(holder) },
    ({ path, params }) => {
      const method = world.get('paymentMethods', path['id'] ?? '');
      if (method.customer === null)
        throw invalid('You must save this PaymentMethod to a customer before you can update it.');
      return world.change(method, 'payment_method.updated', (one) => {
        billing(one, params.billing_details);
        if (one.card) Object.assign(one.card, params.card);
        if (one.us_bank_account) Object.assign(one.us_bank_account, params.us_bank_account);
        if (params.allow_redisplay !== undefined) one.allow_redisplay = params.allow_redisplay;
        one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata);
      });
    },
  );
  routes.post('/v1/payment_methods/:id/attach', { customer: text }, ({ path, params }) =>
    attach(world, path['id'] ?? '', required(params.customer, 'customer')),
  );
  routes.post('/v1/payment_methods/:id/detach', {}, ({ path }) => {
    const method = world.get('paymentMethods', path['id'] ?? '');
    const customer = world.find('customers', method.customer);
    if (!customer)
      throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.');
    if (customer.invoice_settings.default_payment_method === method.id)
      world.change(customer, 'customer.updated', (one) => (one.invoice_settings.default_payment_method = null));
    world.state.done[`spent:${method.id}`] = true;
    return world.change(method, 'payment_method.detached', (one) => (one.customer = null));
  });
}
