/** What a reason takes off the score, what it adds to the risk of churn, and what helps. */
export type Rule = { health: number; churn: number; action: string };

const ASK_FOR_PAYMENT = 'Ask the customer when what is overdue will be paid.';
const AGREE_ON_PAYMENT = 'Tell the customer that the payment failed, and agree on how it will be paid.';
const WIN_BACK = 'Find out why the customer leaves before the cancellation takes effect.';
const RENEW = 'Agree on the renewal: the subscription does not renew by itself.';
const REGAIN = 'Find out why the customer has less than before.';
const NEW_CARD = 'Ask the customer for a new card before the next payment is due.';

/**
 * Every reason that the points of health and of churn risk know (docs/metrics.md), the one whose action helps most first.
 * Of reasons that are steps of one, such as the ages of what is overdue, only the gravest is given; each step weighs no
 * less than the one before it, and a booked cancellation no less than a renewal that nobody has agreed on, which it takes
 * the place of: more trouble never makes a score better.
 */
export const RULES = {
  declineNeedsCustomer: {
    health: 10,
    churn: 10,
    action: 'Ask the customer for another payment method: a further attempt does not help.',
  },
  collectionEnded: {
    health: 15,
    churn: 20,
    action: 'Call the customer and agree on the payment: no further attempt is planned.',
  },
  paymentFailed1: { health: 10, churn: 10, action: AGREE_ON_PAYMENT },
  paymentFailed2: { health: 15, churn: 15, action: AGREE_ON_PAYMENT },
  paymentFailed3: { health: 20, churn: 20, action: AGREE_ON_PAYMENT },
  paymentFailed4: { health: 25, churn: 25, action: AGREE_ON_PAYMENT },
  overdueDays1to30: { health: 10, churn: 5, action: ASK_FOR_PAYMENT },
  overdueDays31to60: { health: 20, churn: 10, action: ASK_FOR_PAYMENT },
  overdueDays61to90: { health: 30, churn: 20, action: ASK_FOR_PAYMENT },
  overdueOver90: { health: 40, churn: 30, action: ASK_FOR_PAYMENT },
  overdueAMonth: { health: 10, churn: 5, action: ASK_FOR_PAYMENT },
  cancelingAll: { health: 40, churn: 80, action: WIN_BACK },
  cancelingPart: { health: 20, churn: 35, action: WIN_BACK },
  cardExpired: { health: 10, churn: 10, action: NEW_CARD },
  notRenewing30: { health: 15, churn: 30, action: RENEW },
  notRenewing90: { health: 10, churn: 20, action: RENEW },
  uncollectible: {
    health: 20,
    churn: 20,
    action: 'Settle with finance what was written off before more is sold.',
  },
  lostMuch: { health: 20, churn: 30, action: REGAIN },
  lostSome: { health: 10, churn: 15, action: REGAIN },
  usageLow: { health: 10, churn: 20, action: 'Help the customer to use what is paid for.' },
  usageFalling: { health: 5, churn: 10, action: 'Ask the customer why less is used than before.' },
  usageFarOver: { health: 10, churn: 5, action: 'Offer a larger plan: much more is used than is included.' },
  usageOver: { health: 5, churn: 0, action: 'Offer a larger plan: more is used than is included.' },
  trialEnding: { health: 5, churn: 15, action: 'Speak with the customer before the trial ends.' },
  cardExpiring: { health: 5, churn: 5, action: NEW_CARD },
  churned: { health: 100, churn: 0, action: 'Find out whether the customer can be won back.' },
} as const satisfies Record<string, Rule>;
export type RuleName = keyof typeof RULES;

/** Something that is the matter with the billing of an Account. It names days and never counts them, as summaries do. */
export type Trouble = { rule: RuleName; text: string };

/** Days before the day on which a renewal that nobody has agreed on is pressing. */
export const RENEWAL_PRESSING_DAYS = 30;
/** Days before the last day of a card, and of a trial, from which it counts. */
export const CARD_WARNING_DAYS = 60;
export const TRIAL_WARNING_DAYS = 14;
/** Days for which MRR that was lost counts. */
export const LOSS_DAYS = 90;
/** Share of the MRR from which a loss is a large one, percent. */
export const LARGE_LOSS_PERCENT = 25;
/** Percent of the limit below which a whole period is little used, and from which it is far over. */
export const LOW_USAGE_PERCENT = 20;
export const FAR_OVER_PERCENT = 150;
