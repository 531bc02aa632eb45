import { StripeRefusal, invalid, missing } from '../protocol/errors.ts';
import type { PaymentMethod } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { declineOf, type Decline } from './declines.ts';
import { behaviourOf, numberOfTestId, testAccount, testCard, type Behaviour, type TestCard } from './testNumbers.ts';

const blank = (world: World, type: PaymentMethod['type']) =>
  ({
    id: world.id('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type,
  }) satisfies PaymentMethod;

function keep(world: World, number: string, method: PaymentMethod): PaymentMethod {
  const { decline } = behaviourOf(number);
  if (decline !== undefined) world.state.declines[method.id] = decline;
  world.state.numbers[method.id] = number;
  return world.insert('paymentMethods', method);
}

function cardMethod(world: World, number: string, card: TestCard, expiry: { month: number; year: number }) {
  return keep(world, number, {
    ...blank(world, 'card'),
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: card.cvcCheck ?? 'pass' },
      country: card.country ?? 'US',
      display_brand: card.brand === 'amex' ? 'american_express' : card.brand,
      exp_month: expiry.month,
      exp_year: expiry.year,
      fingerprint: world.id('f', 16).slice(2),
      funding: card.funding ?? 'credit',
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  });
}

export type Holder = { account_holder_type?: 'company' | 'individual'; account_type?: 'checking' | 'savings' };

function accountMethod(world: World, number: string, holder: Holder = {}): PaymentMethod {
  const account = testAccount(number);
  const fingerprint = world.id('f', 16).slice(2);
  if (account?.kind === 'sepa_debit')
    return keep(world, number, {
      ...blank(world, 'sepa_debit'),
      sepa_debit: {
        bank_code: number.slice(4, 12),
        branch_code: '',
        country: account.country ?? null,
        fingerprint,
        generated_from: { charge: null, setup_attempt: null },
        last4: number.slice(-4),
      },
    });
  return keep(world, number, {
    ...blank(world, 'us_bank_account'),
    us_bank_account: {
      account_holder_type: holder.account_holder_type ?? 'individual',
      account_type: holder.account_type ?? 'checking',
      bank_name: 'STRIPE TEST BANK',
      financial_connections_account: null,
      fingerprint,
      last4: number.slice(-4),
      networks: { preferred: 'ach', supported: ['ach'] },
      routing_number: '110000000',
      status_details: {},
    },
  });
}

const soon = (world: World) => ({ month: 12, year: world.clock.now().getUTCFullYear() + 2 });

/** A new payment method from the id of a test method or token (`pm_card_visa`, `tok_visa`); undefined for other ids. */
export function methodOfTestId(world: World, id: string): PaymentMethod | undefined {
  const number = numberOfTestId(id);
  const card = number === undefined ? undefined : testCard(number);
  if (number === undefined) return undefined;
  if (card) return cardMethod(world, number, card, soon(world));
  const method = accountMethod(world, number);
  world.state.done[`verified:${method.id}`] = true;
  return method;
}

/** The payment method with this id; test ids give a new one. */
export function methodNamed(world: World, id: string, param: string): PaymentMethod {
  return methodOfTestId(world, id) ?? world.get('paymentMethods', id, param);
}

const cardFault = (code: string, message: string, param: string, declineCode?: string) =>
  new StripeRefusal(402, {
    type: 'card_error',
    code,
    message,
    param,
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
  });

/** Check digit of a card number (ISO/IEC 7812). */
const passesLuhn = (number: string): boolean =>
  [...number]
    .toReversed()
    .map((digit, at) => (at % 2 === 0 ? Number(digit) : Number(digit) * 2))
    .reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) %
    10 ===
  0;

/** @throws 402 for a number, expiry or security code that no card can have, and for a card that is no test card */
export function methodOfCard(
  world: World,
  entered: { number: string; month: number; year: number; cvc: string | undefined },
): PaymentMethod {
  const { number, month, year, cvc } = entered;
  if (!/^\d{12,19}$/.test(number) || !passesLuhn(number))
    throw cardFault('incorrect_number', 'Your card number is incorrect.', 'number');
  const now = world.clock.now();
  if (month < 1 || month > 12)
    throw cardFault('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  if (year < now.getUTCFullYear() || (year === now.getUTCFullYear() && month <= now.getUTCMonth()))
    throw cardFault('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  if (cvc !== undefined && !/^\d{3,4}$/.test(cvc))
    throw cardFault('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  const card = testCard(number);
  if (!card)
    throw cardFault(
      'card_declined',
      'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
      '',
      'test_mode_live_card',
    );
  return cardMethod(world, number, card, { month, year });
}

export function methodOfAccount(world: World, number: string, param: string, holder?: Holder): PaymentMethod {
  if (!testAccount(number))
    throw invalid('You must use a test bank account number in test mode.', param, 'account_number_invalid');
  return accountMethod(world, number, holder);
}

export const behaviour = (world: World, method: PaymentMethod): Behaviour =>
  behaviourOf(world.state.numbers[method.id]);

export function declineFor(world: World, method: PaymentMethod): Decline | null {
  const code = world.state.declines[method.id];
  return code === undefined ? null : (declineOf(code) ?? null);
}

/** 402 as a declined card answers it. */
export function declinedError(decline: Decline, more: object = {}): StripeRefusal {
  return new StripeRefusal(402, {
    type: 'card_error',
    code: decline.code,
    message: decline.message,
    ...(decline.declineCode === null ? {} : { decline_code: decline.declineCode }),
    ...(decline.code === 'incorrect_cvc' ? { param: 'cvc' } : {}),
    ...more,
  });
}

/**
 * Attaches a method, or a new one when `id` is the id of a test method such as `pm_card_visa`. The bank is asked: a card
 * that it declines is not attached (Stripe docs, "Testing": only a card made for it can be attached and then fail).
 * @throws 402 for such a card
 */
export function attach(world: World, id: string, customerId: string): PaymentMethod {
  const customer = world.get('customers', customerId, 'customer');
  const method = methodNamed(world, id, 'payment_method');
  if (method.customer !== null && method.customer !== customer.id)
    throw invalid('The payment method you provided has already been attached to a customer.', 'payment_method');
  if (world.state.done[`spent:${method.id}`]) throw spent();
  const decline = declineFor(world, method);
  if (decline && method.customer === null && !behaviour(world, method).attaches)
    throw declinedError(decline, { payment_method: structuredClone(method) });
  if (method.customer === customer.id) return method;
  world.change(method, null, (one) => (one.customer = customer.id));
  world.emit('payment_method.attached', method);
  return method;
}

export const spent = (): StripeRefusal =>
  invalid(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    'payment_method',
  );

export function ofCustomer(world: World, id: string, customer: string): PaymentMethod {
  const method = world.get('paymentMethods', id);
  if (method.customer !== customer) throw missing('PaymentMethod', method.id);
  return method;
}
