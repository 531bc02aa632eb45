import { invalid, missing } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import {
  address,
  clearable,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  required,
  shape,
  text,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { PaymentMethod } from '../protocol/wire.ts';
import type { World } from '../world.ts';

type Card = { brand: string; last4: string; decline?: string };

/** Cards by number and by the ids of test payment methods (Stripe docs, "Testing"). */
const cards: Record<string, Card & { ids: readonly string[] }> = {
  '4242424242424242': { brand: 'visa', last4: '4242', ids: ['pm_card_visa'] },
  '5555555555554444': { brand: 'mastercard', last4: '4444', ids: ['pm_card_mastercard'] },
  '378282246310005': { brand: 'amex', last4: '0005', ids: ['pm_card_amex'] },
  '3566002020360505': { brand: 'jcb', last4: '0505', ids: ['pm_card_jcb'] },
  '4000000000000002': {
    brand: 'visa',
    last4: '0002',
    decline: 'card_declined',
    ids: ['pm_card_chargeDeclined', 'pm_card_visa_chargeDeclined'],
  },
  '4000000000009995': {
    brand: 'visa',
    last4: '9995',
    decline: 'insufficient_funds',
    ids: ['pm_card_chargeDeclinedInsufficientFunds', 'pm_card_visa_chargeDeclinedInsufficientFunds'],
  },
  '4000000000009987': {
    brand: 'visa',
    last4: '9987',
    decline: 'lost_card',
    ids: ['pm_card_chargeDeclinedLostCard', 'pm_card_visa_chargeDeclinedLostCard'],
  },
  '4000000000009979': {
    brand: 'visa',
    last4: '9979',
    decline: 'stolen_card',
    ids: ['pm_card_chargeDeclinedStolenCard', 'pm_card_visa_chargeDeclinedStolenCard'],
  },
  '4000000000000069': {
    brand: 'visa',
    last4: '0069',
    decline: 'expired_card',
    ids: ['pm_card_chargeDeclinedExpiredCard'],
  },
  '4000000000000119': {
    brand: 'visa',
    last4: '0119',
    decline: 'processing_error',
    ids: ['pm_card_chargeDeclinedProcessingError'],
  },
  '4000000000000341': { brand: 'visa', last4: '0341', decline: 'card_declined', ids: ['pm_card_chargeCustomerFail'] },
};

const cardOfTestId = (id: string): Card | undefined => Object.values(cards).find((card) => card.ids.includes(id));

function create(world: World, card: Card, expiry: { month: number; year: number }): PaymentMethod {
  const method: PaymentMethod = {
    id: world.id('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: expiry.month,
      exp_year: expiry.year,
      fingerprint: world.id('f', 16).slice(2),
      funding: 'credit',
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: null,
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
  if (card.decline !== undefined) world.state.declines[method.id] = card.decline;
  return world.insert('paymentMethods', method);
}

/** Attaches a method, or a new one when `id` is the id of a test method such as `pm_card_visa`. */
export function attach(world: World, id: string, customerId: string): PaymentMethod {
  const customer = world.get('customers', customerId, 'customer');
  const card = cardOfTestId(id);
  const inTwoYears = world.clock.now().getUTCFullYear() + 2;
  const method = card
    ? create(world, card, { month: 12, year: inTwoYears })
    : world.get('paymentMethods', id, 'payment_method');
  if (method.customer !== null && method.customer !== customer.id)
    throw invalid('The payment method you provided has already been attached to a customer.', 'payment_method');
  method.customer = customer.id;
  world.emit('payment_method.attached', method);
  return method;
}

export function addPaymentMethodRoutes(routes: Routes, world: World): void {
  const details = {
    billing_details: shape({ address, email: clearable(text), name: clearable(text), phone: clearable(text) }),
    metadata,
  };
  routes.post(
    '/v1/payment_methods',
    {
      ...details,
      type: oneOf('card'),
      card: shape({ number: text, exp_month: integer, exp_year: integer, cvc: text, token: text }),
    },
    ({ params }) => {
      required(params.type, 'type');
      const { number, token, exp_month: month, exp_year: year } = required(params.card, 'card');
      const card =
        token === undefined
          ? cards[required(number, 'card[number]')]
          : cardOfTestId(token.replace(/^tok_/, 'pm_card_'));
      if (!card) {
        world.calls.refuse('card that is no test card');
        throw invalid('Your card was declined. This simulator takes test cards only.', 'card[number]');
      }
      const expiry =
        token === undefined
          ? { month: required(month, 'card[exp_month]'), year: required(year, 'card[exp_year]') }
          : undefined;
      const method = create(world, card, expiry ?? { month: 12, year: world.clock.now().getUTCFullYear() + 2 });
      Object.assign(method.billing_details, params.billing_details);
      method.metadata = mergeMetadata({}, params.metadata);
      return method;
    },
  );
  const ofCustomer = (id: string | undefined) => (one: PaymentMethod) => one.customer === id;
  const type = oneOf('card');
  routes.get('/v1/payment_methods', { ...paging, customer: text, type }, ({ params }) =>
    page('/v1/payment_methods', world.all('paymentMethods'), ofCustomer(required(params.customer, 'customer')), params),
  );
  routes.get('/v1/customers/:id/payment_methods', { ...paging, type }, ({ path, params }) => {
    const { id } = world.get('customers', path['id'] ?? '');
    return page(`/v1/customers/${id}/payment_methods`, world.all('paymentMethods'), ofCustomer(id), params);
  });
  routes.get('/v1/customers/:id/payment_methods/:method', {}, ({ path }) => {
    const method = world.get('paymentMethods', path['method'] ?? '');
    if (method.customer !== path['id']) throw missing('PaymentMethod', method.id);
    return method;
  });
  routes.get('/v1/payment_methods/:id', {}, ({ path }) => world.get('paymentMethods', path['id'] ?? ''));
  routes.post(
    '/v1/payment_methods/:id',
    { ...details, card: shape({ exp_month: integer, exp_year: integer }) },
    ({ path, params }) =>
      world.change(world.get('paymentMethods', path['id'] ?? ''), 'payment_method.updated', (one) => {
        Object.assign(one.billing_details, params.billing_details);
        if (one.card) Object.assign(one.card, params.card);
        one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata);
      }),
  );
  routes.post('/v1/payment_methods/:id/attach', { customer: text }, ({ path, params }) =>
    attach(world, path['id'] ?? '', required(params.customer, 'customer')),
  );
  routes.post('/v1/payment_methods/:id/detach', {}, ({ path }) => {
    const method = world.get('paymentMethods', path['id'] ?? '');
    const customer = world.find('customers', method.customer);
    if (customer?.invoice_settings.default_payment_method === method.id)
      world.change(customer, 'customer.updated', (one) => (one.invoice_settings.default_payment_method = null));
    return world.change(method, 'payment_method.detached', (one) => (one.customer = null));
  });
}
