import fc from 'fast-check';
import { expect, test } from 'vitest';
import { totalOf } from '../../domain/invoice/invoiceItem.ts';
import { fromStripeAmount, money } from '../../domain/money/money.ts';
import { fromStripeLines } from './convertLine.ts';
import { stripeLinks } from './links.ts';
import { invoiceSchema } from './schema.ts';

const context = { connection: 'stripe', timeZone: 'UTC', links: stripeLinks() };

/** An invoice as Stripe answers it, as far as it is read. */
function invoiceOf(lines: readonly object[], more: object = {}) {
  return invoiceSchema.parse({
    id: 'in_1',
    object: 'invoice',
    customer: 'cus_1',
    status: 'open',
    currency: 'usd',
    total: 0,
    amount_remaining: 0,
    attempt_count: 0,
    collection_method: 'send_invoice',
    created: 1_700_000_000,
    status_transitions: {},
    lines: { data: lines, has_more: false },
    ...more,
  });
}

const tax = fc.record({
  amount: fc.integer({ min: 0, max: 5000 }),
  tax_behavior: fc.constantFrom('inclusive', 'exclusive'),
});
const reduction = fc.record({ amount: fc.integer({ min: 0, max: 5000 }) });
const line = fc.record({
  amount: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  discount_amounts: fc.option(fc.array(reduction, { maxLength: 3 })),
  taxes: fc.option(fc.array(tax, { maxLength: 3 })),
  description: fc.option(fc.string()),
});

test('lines with discounts and taxes of both kinds sum to the total that Stripe makes of them', () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 30 }),
      fc.constantFrom('usd', 'jpy', 'kwd'),
      fc.integer({ min: 0, max: 9_000 }),
      (drawn, currency, shipping) => {
        const lines = drawn.map((one, index) => ({ ...one, id: `il_${index}` }));
        const sumOf = (amounts: readonly { amount: number }[]) => amounts.reduce((all, { amount }) => all + amount, 0);
        // Stripe docs, "The invoice object": subtotal less discounts, with shipping and the tax that is exclusive.
        const total =
          sumOf(lines) -
          sumOf(lines.flatMap(({ discount_amounts: off }) => off ?? [])) +
          sumOf(
            lines.flatMap(({ taxes }) =>
              (taxes ?? []).filter(({ tax_behavior: behavior }) => behavior === 'exclusive'),
            ),
          ) +
          shipping;
        const invoice = invoiceOf(lines, { currency, total, shipping_cost: { amount_total: shipping, amount_tax: 0 } });
        const items = fromStripeLines(invoice, context)!;
        const code = currency.toUpperCase();
        expect(totalOf(items, code)).toEqual(fromStripeAmount(total, code));
        expect(items.filter(({ kind }) => kind === 'Other')).toEqual([]);
      },
    ),
  );
});

test('a line says what was billed, for which days and at which price; inclusive tax is no part of its amount', () => {
  const invoice = invoiceOf(
    [
      {
        id: 'il_1',
        amount: 11_900,
        description: '3 × Growth 🚀',
        discount_amounts: [{ amount: 900 }],
        taxes: [
          { amount: 1000, tax_behavior: 'inclusive' },
          { amount: 50, tax_behavior: 'exclusive' },
        ],
        parent: { subscription_item_details: { proration: false, subscription: 'sub_1' } },
        period: { start: 1_767_225_600, end: 1_769_904_000 },
        pricing: { unit_amount_decimal: '0.000015' },
        quantity: 2,
        quantity_decimal: '2.5',
      },
    ],
    { total: 11_050 },
  );
  expect(fromStripeLines(invoice, context)).toEqual([
    {
      key: 'stripe:invoiceitem:il_1',
      name: '3 × Growth 🚀',
      kind: 'Charge',
      quantity: '2.5',
      unitPrice: '0.00000015',
      amount: money(10_000, 'USD'),
      discount: money(900, 'USD'),
      tax: money(1050, 'USD'),
      startsOn: '2026-01-01',
      endsOn: '2026-02-01',
      subscriptionKey: 'stripe:subscription:sub_1',
    },
  ]);
});

test('what is null though it is promised is not guessed, and what is billed at one moment has one day', () => {
  const bare = { id: 'il_1', amount: 500, description: null, taxes: null, parent: null, period: null, pricing: null };
  const once = { id: 'il_2', amount: -200, period: { start: 1_767_225_600, end: 1_767_225_600 } };
  const items = fromStripeLines(invoiceOf([bare, once], { total: 300 }), context)!;
  expect(items).toMatchObject([
    {
      name: 'Line without a description',
      kind: 'Charge',
      quantity: null,
      unitPrice: null,
      startsOn: null,
      endsOn: null,
    },
    { kind: 'Credit', amount: money(-200, 'USD'), startsOn: '2026-01-01', endsOn: '2026-01-02', subscriptionKey: null },
  ]);
  expect(invoiceOf.bind(null, [{ ...bare, amount: null }])).toThrow();
});

test('a credit that was granted comes off its line, and a discount that is told twice comes off once', () => {
  const credits = [
    { amount: 300, type: 'credit_balance_transaction' },
    { amount: 100, type: 'discount' },
  ];
  const one = { id: 'il_1', amount: 1000, discount_amounts: [{ amount: 100 }], pretax_credit_amounts: credits };
  expect(fromStripeLines(invoiceOf([one], { total: 600 }), context)).toMatchObject([
    { amount: money(600, 'USD'), discount: money(400, 'USD') },
  ]);
});

test('of an invoice that shows its first lines only nothing is told of lines', () => {
  const lines = { data: [{ id: 'il_1', amount: 100 }], has_more: true };
  expect(fromStripeLines(invoiceOf([], { lines }), context)).toBeUndefined();
  expect(fromStripeLines(invoiceOf([], { lines: null }), context)).toBeUndefined();
});
