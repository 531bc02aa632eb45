import { INVOICE_ITEM_KINDS } from '../invoice/invoiceItem.ts';
import { MEMO_STATUSES } from '../memo/memo.ts';
import type { BillingObject } from './facts.ts';

/**
 * Words of a billing system that stand as they came because nobody here knows them.
 * @returns for each what it is a word for, such as `memo status`
 */
export function unknownWordsOf(object: BillingObject): string[] {
  const isUnknown = (words: readonly string[], word: string): boolean => !words.includes(word);
  switch (object.kind) {
    case 'invoice':
      return (object.items ?? [])
        .filter(({ kind }) => isUnknown(INVOICE_ITEM_KINDS, kind))
        .map(() => 'invoice item kind');
    case 'memo':
      return isUnknown(MEMO_STATUSES, object.status) ? ['memo status'] : [];
    default:
      return [];
  }
}
