import type { Source } from '../billingAccount/billingAccount.ts';
import type { Discount } from '../subscription/discount.ts';

/** Which discounts come off MRR: those of every invoice, those used once, both, or neither. */
export const DISCOUNT_RULES = ['recurring', 'one-time', 'both', 'neither'] as const;
/** When a cancellation is churn: when the subscription ends, or when its cancellation is booked. */
export const CHURN_RULES = ['end', 'cancellation'] as const;

/**
 * What users of Stripe may choose about MRR, and nothing else (Stripe support, "Metric configurations"). Zuora lets nobody
 * choose: its definition holds for its subscriptions.
 */
export type MrrRules = { discounts: (typeof DISCOUNT_RULES)[number]; churn: (typeof CHURN_RULES)[number] };

export const DEFAULT_MRR_RULES: MrrRules = { discounts: 'recurring', churn: 'end' };

/** @returns the rules that hold for what a billing system bills */
export function rulesOf(source: Source, chosen: MrrRules): MrrRules {
  return source === 'Stripe' ? chosen : DEFAULT_MRR_RULES;
}

/** @returns whether a discount comes off MRR while it holds */
export function comesOff({ duration }: Pick<Discount, 'duration'>, { discounts }: MrrRules): boolean {
  return discounts === 'both' || discounts === (duration === 'once' ? 'one-time' : 'recurring');
}

const DISCOUNTS_IN_WORDS: Readonly<Record<MrrRules['discounts'], string>> = {
  recurring: 'recurring discounts come off, those used once do not',
  'one-time': 'discounts used once come off, recurring ones do not',
  both: 'recurring discounts come off, and those used once',
  neither: 'no discount comes off',
};

const CHURN_IN_WORDS: Readonly<Record<MrrRules['churn'], string>> = {
  end: 'a cancellation is churn when the subscription ends',
  cancellation: 'a cancellation is churn when it is booked',
};

export function rulesInWords({ discounts, churn }: MrrRules): string {
  return `${DISCOUNTS_IN_WORDS[discounts]}; ${CHURN_IN_WORDS[churn]}`;
}
