import type { Charge } from '../protocol/wire.ts';

export type Decline = {
  /** `failure_code` of the charge, `code` of the error. */
  code: string;
  /** `decline_code` of the error; the same as `code` where Stripe sets none. */
  declineCode: string | null;
  message: string;
};

const byIssuer = (declineCode: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
});

/** Codes and messages of Stripe docs, "Card declines" and "Testing". */
const declines: Record<string, Decline> = {
  card_declined: byIssuer('generic_decline'),
  generic_decline: byIssuer('generic_decline'),
  insufficient_funds: byIssuer('insufficient_funds', 'Your card has insufficient funds.'),
  lost_card: byIssuer('lost_card'),
  stolen_card: byIssuer('stolen_card'),
  do_not_honor: byIssuer('do_not_honor'),
  fraudulent: byIssuer('fraudulent'),
  card_velocity_exceeded: byIssuer(
    'card_velocity_exceeded',
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  ),
  card_not_supported: byIssuer('card_not_supported', 'Your card is not supported.'),
  try_again_later: byIssuer('try_again_later'),
  expired_card: { code: 'expired_card', declineCode: null, message: 'Your card has expired.' },
  incorrect_cvc: { code: 'incorrect_cvc', declineCode: null, message: "Your card's security code is incorrect." },
  processing_error: {
    code: 'processing_error',
    declineCode: null,
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
  authentication_required: {
    code: 'authentication_required',
    declineCode: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
};

/** Why banks return debits (Stripe docs, "ACH Direct Debit"). */
const returns: Record<string, string> = {
  account_closed: "The customer's bank account has been closed.",
  debit_not_authorized: 'The customer has notified their bank that this payment was unauthorized.',
  insufficient_funds: "The customer's account has insufficient funds to cover this payment.",
  no_account: "The customer's bank account could not be located.",
};

export const returned = (code: string): Decline => ({
  code,
  declineCode: null,
  message: returns[code] ?? 'The bank could not process the transaction.',
});

export const declineCodes: readonly string[] = Object.keys(declines);

export const declineOf = (code: string): Decline | undefined =>
  Object.hasOwn(declines, code) ? declines[code] : undefined;

export const approved: NonNullable<Charge['outcome']> = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 20,
  seller_message: 'Payment complete.',
  type: 'authorized',
};

export const blocked: NonNullable<Charge['outcome']> = {
  ...approved,
  network_status: 'not_sent_to_network',
  reason: 'highest_risk_level',
  risk_level: 'highest',
  risk_score: 92,
  seller_message: 'Stripe blocked this payment as too risky.',
  type: 'blocked',
};

export function declined(decline: Decline): NonNullable<Charge['outcome']> {
  return {
    advice_code: decline.declineCode === 'insufficient_funds' ? 'try_again_later' : null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: 'declined_by_network',
    reason: decline.declineCode ?? decline.code,
    risk_level: 'normal',
    risk_score: 20,
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  };
}
