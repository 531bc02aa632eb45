import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { money } from '../money/money.ts';
import { totalOf, withRest } from './invoiceItem.ts';

const minor = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
const currency = fc.constantFrom('USD', 'JPY', 'KWD');
const lines = fc.array(fc.tuple(minor, minor), { maxLength: 40 });

const itemsOf = (amounts: readonly (readonly [number, number])[], code: string) =>
  amounts.map(([amount, tax], index) =>
    sample.invoiceItem({ key: `zuora:invoiceitem:${index}`, amount: money(amount, code), tax: money(tax, code) }),
  );

test('the lines of an invoice sum to it, whatever a billing system tells of them', () => {
  fc.assert(
    fc.property(lines, minor, currency, (amounts, total, code) => {
      const items = withRest(itemsOf(amounts, code), money(total, code), 'zuora:invoiceitem:rest');
      expect(totalOf(items, code)).toEqual(money(total, code));
    }),
  );
});

test('lines that sum to the invoice get no further one, and their order does not matter', () => {
  fc.assert(
    fc.property(lines, currency, (amounts, code) => {
      const items = itemsOf(amounts, code);
      const total = totalOf(items, code);
      const kept = withRest(items, total, 'zuora:invoiceitem:rest');
      expect(kept).toHaveLength(items.length);
      expect(withRest(items.toReversed(), total, 'zuora:invoiceitem:rest')).toEqual(kept);
    }),
  );
});

test('what no line tells is a line of its own that says so', () => {
  const items = withRest([sample.invoiceItem()], money(3000, 'USD'), 'zuora:invoiceitem:rest');
  expect(items.find(({ key }) => key === 'zuora:invoiceitem:rest')).toMatchObject({
    kind: 'Other',
    name: 'Part of the invoice that no line of it tells',
    amount: money(375, 'USD'),
    tax: money(0, 'USD'),
  });
});
