import { invalid } from '../protocol/errors.ts';
import {
  address,
  array,
  clearable,
  currency,
  either,
  flag,
  fullAddress,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  shape,
  text,
  time,
  type Read,
} from '../protocol/params.ts';
import type { PaymentIntent } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { usableMethod } from './confirm.ts';
import { createMethod, methodData } from './paymentMethods.ts';

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

export const intentFields = {
  amount: integer,
  currency,
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

export const confirming = {
  error_on_requires_action: flag,
  mandate_data: mandateData,
  off_session: either(flag, oneOf('one_off', 'recurring')),
  payment_method: text,
  payment_method_data: methodData,
  return_url: text,
  use_stripe_sdk: flag,
};

export type IntentParams = Read<typeof intentFields>;
export type Confirming = Read<typeof confirming>;

/** Smallest amounts that can be charged (Stripe docs, "Minimum and maximum charge amounts"). */
const smallest: Record<string, number> = { gbp: 30, jpy: 50, dkk: 250, nok: 300, sek: 300, mxn: 1_000, hkd: 400 };

/** @throws 400 for an amount that cannot be charged */
export function checkAmount(amount: number, currency: string): void {
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
export const typesFor = (currency: string): string[] => [
  'card',
  ...(currency === 'usd' ? ['us_bank_account'] : currency === 'eur' ? ['sepa_debit'] : []),
];

/** Sets what the parameters say; a method makes the intent ready to be confirmed. */
export function assignIntent(world: World, intent: PaymentIntent, params: IntentParams): void {
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
