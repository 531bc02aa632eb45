/**
 * What decline codes mean, in plain words with what helps.
 *
 * Sources: Stripe docs, "Decline codes" and "Card testing" for the snake_case codes; ISO 8583 response codes as payment
 * gateways pass them on (two digits); Zuora docs, "Payment gateway response codes" for the rest. Codes that point to fraud
 * are told to nobody: Stripe asks to show them as a generic decline.
 */
const GENERIC =
  'The bank declined the payment without saying why. Ask the customer to call the bank or to use another card.';
const FUNDS =
  'There is not enough money on the account. A later attempt may succeed; another payment method helps at once.';
const EXPIRED = 'The card has expired. Ask the customer for a new card.';
const NUMBER = 'The card number is wrong. Ask the customer to enter the card again.';
const SECURITY_CODE = 'The security code of the card is wrong. Ask the customer to enter the card again.';
const LIMIT =
  'The payment is above the limit of the card. Ask the customer to raise it with the bank or to use another card.';
const NOT_ALLOWED =
  'The card does not allow this kind of payment. Ask the customer to call the bank or to use another card.';
const AUTHENTICATION = 'The bank wants the customer to confirm the payment. Send the customer the link to the invoice.';
const TRY_LATER = 'The bank or the payment processor could not be reached. A later attempt may succeed.';
const CLOSED = 'The account behind the payment method cannot be charged. Ask the customer for another payment method.';
const MANDATE = 'The customer has withdrawn the permission for these payments. Ask before trying again.';
const DUPLICATE = 'A payment of the same amount was just made. Check the payments before trying again.';
const ADDRESS = 'The billing address does not match the one the bank has. Ask the customer to check it.';

const MEANINGS: Readonly<Record<string, string>> = {
  // Stripe
  approve_with_id: TRY_LATER,
  authentication_required: AUTHENTICATION,
  authentication_not_handled: AUTHENTICATION,
  bank_account_closed: CLOSED,
  bank_account_restricted: CLOSED,
  call_issuer: GENERIC,
  card_declined: GENERIC,
  card_not_supported: NOT_ALLOWED,
  card_velocity_exceeded: LIMIT,
  currency_not_supported: 'The card cannot be charged in this currency. Ask the customer for another card.',
  debit_not_authorized: MANDATE,
  do_not_honor: GENERIC,
  do_not_try_again: GENERIC,
  duplicate_transaction: DUPLICATE,
  expired_card: EXPIRED,
  fraudulent: GENERIC,
  generic_decline: GENERIC,
  incorrect_address: ADDRESS,
  incorrect_cvc: SECURITY_CODE,
  incorrect_number: NUMBER,
  incorrect_pin: 'The PIN is wrong. Ask the customer to try again.',
  incorrect_zip: ADDRESS,
  insufficient_funds: FUNDS,
  invalid_account: CLOSED,
  invalid_amount: LIMIT,
  invalid_cvc: SECURITY_CODE,
  invalid_expiry_month: EXPIRED,
  invalid_expiry_year: EXPIRED,
  invalid_number: NUMBER,
  invalid_pin: 'The PIN is wrong. Ask the customer to try again.',
  issuer_not_available: TRY_LATER,
  lost_card: GENERIC,
  merchant_blacklist: GENERIC,
  new_account_information_available: GENERIC,
  no_account: CLOSED,
  no_action_taken: GENERIC,
  not_permitted: GENERIC,
  offline_pin_required: NOT_ALLOWED,
  online_or_offline_pin_required: NOT_ALLOWED,
  payment_intent_authentication_failure: AUTHENTICATION,
  payment_method_customer_decline: 'The customer did not approve the payment. Ask before trying again.',
  payment_method_provider_decline: GENERIC,
  pickup_card: GENERIC,
  pin_try_exceeded: 'The PIN was wrong too often. Ask the customer for another card.',
  processing_error: TRY_LATER,
  reenter_transaction: TRY_LATER,
  restricted_card: GENERIC,
  revocation_of_all_authorizations: MANDATE,
  revocation_of_authorization: MANDATE,
  security_violation: GENERIC,
  service_not_allowed: NOT_ALLOWED,
  stolen_card: GENERIC,
  stop_payment_order: MANDATE,
  testmode_decline: 'A test card was used. Ask the customer for a real card.',
  transaction_not_allowed: NOT_ALLOWED,
  try_again_later: TRY_LATER,
  withdrawal_count_limit_exceeded: LIMIT,
  // ISO 8583
  '01': GENERIC,
  '04': GENERIC,
  '05': GENERIC,
  '07': GENERIC,
  '12': NOT_ALLOWED,
  '13': LIMIT,
  '14': NUMBER,
  '19': TRY_LATER,
  '41': GENERIC,
  '43': GENERIC,
  '51': FUNDS,
  '54': EXPIRED,
  '57': NOT_ALLOWED,
  '58': NOT_ALLOWED,
  '59': GENERIC,
  '61': LIMIT,
  '62': GENERIC,
  '65': LIMIT,
  '78': CLOSED,
  '91': TRY_LATER,
  '96': TRY_LATER,
};

/** Codes that would tell the customer that the bank suspects fraud; nobody is shown them. */
const HIDDEN: ReadonlySet<string> = new Set([
  'fraudulent',
  'lost_card',
  'stolen_card',
  'pickup_card',
  'merchant_blacklist',
  'security_violation',
  'restricted_card',
  'highest_risk_level',
  'elevated_risk_level',
  'rule',
  '04',
  '07',
  '41',
  '43',
  '59',
]);

/** Meanings that may have passed at a later attempt: money comes in, a bank is reached again. */
const PASSING: ReadonlySet<string> = new Set([GENERIC, FUNDS, LIMIT, TRY_LATER, DUPLICATE]);

/** Gateways put their own words before or after the code that matters; these words name the same causes. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/insufficient|not sufficient/i, FUNDS],
  [/expired/i, EXPIRED],
  [/cvv|cvc|security code/i, SECURITY_CODE],
  [/invalid (card|account) number|incorrect number/i, NUMBER],
  [/closed/i, CLOSED],
  [/authentication|3ds|3-d secure/i, AUTHENTICATION],
  [/limit/i, LIMIT],
  [/timeout|unavailable|try again|processor/i, TRY_LATER],
];

/** @returns the code as it may be shown to people; codes that point to fraud become `generic_decline` */
export function shownDeclineCode(code: string): string {
  return HIDDEN.has(code.toLowerCase()) ? 'generic_decline' : code;
}

/**
 * @param code of Stripe, ISO 8583 or a gateway
 * @param text what the gateway said besides; read only to recognise the cause, never shown
 * @returns what it means and what helps
 */
export function declineMeaning(code: string | null, text: string | null): string {
  const known = code === null ? undefined : MEANINGS[code.toLowerCase()];
  if (known !== undefined) return known;
  const words = `${code ?? ''} ${text ?? ''}`.replace(/[_-]/g, ' ');
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? GENERIC;
}

/**
 * @returns whether a later attempt may succeed without the customer doing anything. Codes that point to fraud count as a
 * generic decline, so that nobody learns of them this way either
 */
export function retryHelps(code: string | null, text: string | null): boolean {
  return PASSING.has(declineMeaning(code, text));
}
