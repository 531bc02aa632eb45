import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deal,
  held,
  line,
  onSale,
  orderedOf,
  orderFacts,
  PLAN,
  planOnSale,
  seats,
} from '../../../test/support/orderFacts.ts';
import type { ActionOf } from './order.ts';

/** A decimal as people type it: digits, and how many of them stand after the point. */
const decimal = (most: number) =>
  fc.tuple(fc.integer({ min: 1, max: 99_999_999 }), fc.integer({ min: 0, max: most })).map(([digits, after]) => {
    const text = String(digits).padStart(after + 1, '0');
    const [whole, part] = [text.slice(0, text.length - after), text.slice(text.length - after).replace(/0+$/, '')];
    return { text: part === '' ? whole : `${whole}.${part}`, digits: BigInt(digits), after };
  });

const isSameNumber = (text: string, digits: bigint, after: number): boolean => {
  const [whole = '', part = ''] = text.split('.');
  const length = Math.max(part.length, after);
  return BigInt(whole + part.padEnd(length, '0')) === digits * 10n ** BigInt(length - after);
};

test('quantities and prices of a sale arrive digit by digit, and a discount comes off exactly', () => {
  fc.assert(
    fc.property(decimal(5), decimal(5), fc.integer({ min: 0, max: 99 }), (quantity, price, percent) => {
      const sold = line({
        quantity: quantity.text,
        unitPrice: price.text,
        discountPercent: percent === 0 ? null : String(percent),
      });
      const action = orderedOf(
        orderFacts({
          subscription: null,
          plans: new Map([[PLAN, planOnSale({ charges: [onSale()] })]]),
          deal: deal({ kind: 'New', subscriptionNumber: null, lines: [sold], terms: { ...deal().terms, months: 12 } }),
        }),
      ).actions[0] as ActionOf<'CreateSubscription'>;
      const [override] = action.plans[0]!.charges;
      expect(override!.quantity).toBe(quantity.text);
      expect(isSameNumber(override!.price!, price.digits * BigInt(100 - percent), price.after + 2)).toBe(true);
    }),
  );
});

test('of a change, what differs by the last digit is sent as it was entered, and what is the same is not', () => {
  fc.assert(
    fc.property(decimal(5), decimal(5), decimal(5), decimal(5), (quantity, price, newQuantity, newPrice) => {
      const charge = { ...seats, quantity: quantity.text, price: price.text };
      const isSame = (a: typeof price, b: typeof price) => isSameNumber(a.text, b.digits, b.after);
      fc.pre(!isSame(quantity, newQuantity) || !isSame(price, newPrice));
      const action = orderedOf(
        orderFacts({
          subscription: held({ charges: [charge] }),
          deal: deal({ lines: [line({ quantity: newQuantity.text, unitPrice: newPrice.text })] }),
        }),
      ).actions[0] as ActionOf<'UpdateProduct'>;
      expect(action.charges[0]).toMatchObject({
        quantity: isSame(quantity, newQuantity) ? null : newQuantity.text,
        price: isSame(price, newPrice) ? null : newPrice.text,
        was: { quantity: quantity.text, price: price.text },
      });
    }),
  );
});
