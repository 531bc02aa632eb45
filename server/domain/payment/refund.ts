import { inWords, type Money } from '../money/money.ts';
import type { Instant } from '../time/instant.ts';
import { plainWords } from './words.ts';

/** State of a refund; a word of a billing system that is not among these stands as it came. */
export const REFUND_STATUSES = ['Pending', 'Succeeded', 'Failed', 'Canceled'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number] | (string & {});

/** Money of a payment that is given back, or was to be. */
export type Refund = {
  /** Refund number in Zuora, refund id in Stripe. */
  id: string;
  amount: Money;
  status: RefundStatus;
  /** Why, as the billing system says it; null where it says nothing. */
  reason: string | null;
  /** Why it failed, as the billing system says it; null unless it did. */
  failure: string | null;
  at: Instant | null;
};

/** What failed or was taken back gave nothing back. */
const VAIN: ReadonlySet<RefundStatus> = new Set(['Failed', 'Canceled']);

/** Stripe docs, "Failed refunds". What points to theft is told to nobody, as with declined payments. */
const FAILURES: Readonly<Record<string, string>> = {
  charge_for_pending_refund_disputed: 'the customer disputed the payment meanwhile',
  declined: 'the bank of the customer declined it',
  expired_or_canceled_card: 'the card has expired or was canceled',
  insufficient_funds: 'our balance was too low',
  lost_or_stolen_card: 'the card can no longer take it',
  merchant_request: 'it was stopped on our request',
  unknown: 'the bank gave no reason',
};

/** @returns when money was last given back or sent on its way; null when none was */
export function lastRefundAt(refunds: readonly Refund[]): Instant | null {
  return refunds.reduce<Instant | null>(
    (last, { status, at }) => (!VAIN.has(status) && at !== null && (last === null || at > last) ? at : last),
    null,
  );
}

function sentenceOf({ status, amount, reason, failure }: Refund): string | null {
  switch (status) {
    case 'Succeeded':
      return reason === null ? null : plainWords(reason);
    case 'Canceled':
      return null;
    case 'Failed': {
      const why = failure === null ? '' : `: ${FAILURES[failure] ?? failure}`;
      return `A refund of ${inWords(amount)} failed${why}`;
    }
    default: {
      const state = status === 'Pending' ? 'is on its way' : `has the state ${status}`;
      return `${reason === null ? '' : `${plainWords(reason)}; `}${inWords(amount)} ${state}`;
    }
  }
}

/** @returns why money was given back, what of it is still on its way, and what could not be; null when there is nothing to say */
export function refundsInWords(refunds: readonly Refund[]): string | null {
  const sentences = new Set(refunds.map(sentenceOf).filter((sentence) => sentence !== null));
  return sentences.size === 0 ? null : [...sentences].map((one) => `${one.replace(/\.$/, '')}.`).join(' ');
}
