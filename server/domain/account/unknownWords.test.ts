import { expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { unknownWordsOf } from './unknownWords.ts';

test('words that nobody here knows are told with what they are words for, and known ones are not', () => {
  const items = ['Charge', 'StoredValue', 'Discount'].map((kind) => sample.invoiceItem({ kind }));
  expect(unknownWordsOf(sample.invoice({ items }))).toEqual(['invoice item kind']);
  expect(unknownWordsOf(sample.memo({ status: 'UnderReview' }))).toEqual(['memo status']);
  expect(unknownWordsOf(sample.memo())).toEqual([]);
  expect(unknownWordsOf(sample.invoice())).toEqual([]);
  expect(unknownWordsOf(sample.subscription())).toEqual([]);
});
