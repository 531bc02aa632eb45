import { BILLING_ACCOUNT_STATUSES } from '../billingAccount/billingAccount.ts';
import { INVOICE_STATUSES } from '../invoice/invoice.ts';
import { INVOICE_ITEM_KINDS } from '../invoice/invoiceItem.ts';
import { MEMO_STATUSES } from '../memo/memo.ts';
import { DISPUTE_STATUSES } from '../payment/dispute.ts';
import { PAYMENT_STATUSES } from '../payment/payment.ts';
import { REFUND_STATUSES } from '../payment/refund.ts';
import type { Charge } from '../subscription/charge.ts';
import { SUBSCRIPTION_STATUSES, TERM_TYPES, type Subscription } from '../subscription/subscription.ts';
import { CHANGE_KINDS } from '../timeline/change.ts';
import type { BillingObject } from './facts.ts';

const isUnknown = (words: readonly string[], word: string): boolean => !words.includes(word);

/** Of usage no price counts, whatever it is, but the length of its periods does. */
function inCharge({ kind, unknownWord, billingInterval, priceInterval }: Charge): string[] {
  if (billingInterval.word !== undefined || priceInterval.word !== undefined) return ['billing interval'];
  return kind !== 'usage' && unknownWord !== undefined ? ['charge model'] : [];
}

function inSubscription({
  status,
  statusHistory,
  termType,
  charges,
  discounts,
  unknownWords = [],
}: Subscription): string[] {
  const statuses = [status, ...statusHistory.map((part) => part.status)];
  const all = [...discounts, ...charges.flatMap((charge) => charge.discounts)];
  return [
    ...(statuses.some((word) => isUnknown(SUBSCRIPTION_STATUSES, word)) ? ['subscription status'] : []),
    ...(isUnknown(TERM_TYPES, termType) ? ['term type'] : []),
    ...charges.flatMap(inCharge),
    ...(all.some(({ unknownWord }) => unknownWord !== undefined) ? ['discount duration'] : []),
    ...unknownWords.map(({ what }) => what),
  ];
}

/**
 * Words of a billing system that stand as they came because nobody here knows them.
 * @returns for each what it is a word for, such as `memo status`
 */
export function unknownWordsOf(object: BillingObject): string[] {
  switch (object.kind) {
    case 'invoice':
      return [
        ...(isUnknown(INVOICE_STATUSES, object.status) ? ['invoice status'] : []),
        ...(object.collectionWord === undefined ? [] : ['collection method']),
        ...(object.items ?? [])
          .filter(({ kind }) => isUnknown(INVOICE_ITEM_KINDS, kind))
          .map(() => 'invoice item kind'),
      ];
    case 'memo':
      return isUnknown(MEMO_STATUSES, object.status) ? ['memo status'] : [];
    case 'subscription':
      return inSubscription(object);
    case 'account':
      return [
        ...(isUnknown(BILLING_ACCOUNT_STATUSES, object.status) ? ['billing account status'] : []),
        ...(object.discounts.some(({ unknownWord }) => unknownWord !== undefined) ? ['discount duration'] : []),
      ];
    case 'payment':
      return [
        ...(isUnknown(PAYMENT_STATUSES, object.status) ? ['payment status'] : []),
        ...(object.refunds ?? []).filter(({ status }) => isUnknown(REFUND_STATUSES, status)).map(() => 'refund status'),
        ...(object.disputes ?? [])
          .filter(({ status }) => isUnknown(DISPUTE_STATUSES, status))
          .map(() => 'dispute status'),
      ];
    case 'change':
      return [
        ...(isUnknown(CHANGE_KINDS, object.what) ? ['order action'] : []),
        ...(object.order?.state === undefined ? [] : ['order status']),
      ];
    case 'usage':
      return object.leftOut === undefined ? [] : ['usage status'];
  }
}
