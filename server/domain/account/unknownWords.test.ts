import { expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { money } from '../money/money.ts';
import { unknownWordsOf } from './unknownWords.ts';

test('words that nobody here knows are told with what they are words for, and known ones are not', () => {
  const items = ['Charge', 'StoredValue', 'Discount'].map((kind) => sample.invoiceItem({ kind }));
  expect(unknownWordsOf(sample.invoice({ items }))).toEqual(['invoice item kind']);
  expect(unknownWordsOf(sample.memo({ status: 'UnderReview' }))).toEqual(['memo status']);
  expect(unknownWordsOf(sample.memo())).toEqual([]);
  const refund = {
    id: 're_1',
    amount: money(100, 'USD'),
    status: 'UnderScrutiny',
    reason: null,
    failure: null,
    at: null,
  };
  const dispute = {
    id: 'du_1',
    amount: money(100, 'USD'),
    lost: money(0, 'USD'),
    status: 'asleep',
    reason: null,
    openedAt: null,
    dueAt: null,
  };
  expect(unknownWordsOf(sample.payment({ refunds: [refund], disputes: [dispute] }))).toEqual([
    'refund status',
    'dispute status',
  ]);
  expect(unknownWordsOf(sample.payment({ refunds: [{ ...refund, status: 'Failed' }], disputes: [] }))).toEqual([]);
  expect(unknownWordsOf(sample.payment({ status: 'UnderReview' }))).toEqual(['payment status']);
  expect(unknownWordsOf(sample.billingAccount({ status: 'Frozen' }))).toEqual(['billing account status']);
  expect(unknownWordsOf(sample.billingAccount())).toEqual([]);
  expect(unknownWordsOf(sample.invoice())).toEqual([]);
  expect(unknownWordsOf(sample.subscription())).toEqual([]);
  const charge = { model: 'other', unknownWord: 'MultiAttributePricing' } as const;
  const charges = [sample.charge(charge), sample.charge({ ...charge, kind: 'usage' })];
  expect(unknownWordsOf(sample.subscription({ charges }))).toEqual(['charge model']);
  expect(unknownWordsOf(sample.invoice({ status: 'HalfPosted', collectionWord: 'barter' }))).toEqual([
    'invoice status',
    'collection method',
  ]);
  expect(unknownWordsOf(sample.subscription({ status: 'Hibernating', termType: 'ROLLING' }))).toEqual([
    'subscription status',
    'term type',
  ]);
  const interval = { unit: 'month', count: 1, word: 'decade' } as const;
  expect(unknownWordsOf(sample.subscription({ charges: [sample.charge({ billingInterval: interval })] }))).toEqual([
    'billing interval',
  ]);
  expect(unknownWordsOf(sample.usage({ leftOut: { quantity: '1', states: ['Disowned'] } }))).toEqual(['usage status']);
  expect(unknownWordsOf(sample.usage())).toEqual([]);
});
