import type { Decimal } from '../money/decimal.ts';
import { add, money, sum, zero, type Money } from '../money/money.ts';
import type { CalendarDate } from '../time/calendarDate.ts';

/** What a line does to an invoice; a word of a billing system that is not among these stands as it came. */
export const INVOICE_ITEM_KINDS = [
  'Charge',
  'Proration',
  'Discount',
  'Credit',
  'Prepayment',
  'Tax',
  'Rounding',
  'Other',
] as const;
export type InvoiceItemKind = (typeof INVOICE_ITEM_KINDS)[number] | (string & {});

/** One line of an invoice. */
export type InvoiceItem = {
  /** `<connection>:invoiceitem:<id>` */
  key: string;
  /** What was billed, in the words of the billing system. */
  name: string;
  kind: InvoiceItemKind;
  quantity: Decimal | null;
  /** Major units; null where the billing system does not tell it of a line. */
  unitPrice: Decimal | null;
  /** What the line adds to the invoice before tax, after its discounts. */
  amount: Money;
  /** What discounts took off; contained in `amount`. Zero where discounts are lines of their own. */
  discount: Money;
  tax: Money;
  /** Service period: its first day, and the first day after it. */
  startsOn: CalendarDate | null;
  endsOn: CalendarDate | null;
  subscriptionKey: string | null;
};

/** @returns the lines by key, so that the same invoice always reads the same, whatever order a list has */
export function inOrder(items: readonly InvoiceItem[]): InvoiceItem[] {
  return items.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** @returns what the lines come to, with tax */
export function totalOf(items: readonly InvoiceItem[], currency: string): Money {
  return sum(
    items.map(({ amount, tax }) => add(amount, tax)),
    currency,
  );
}

/**
 * The lines of an invoice that sum to its total. What the total has and no line tells becomes a line of its own, which
 * says so: whoever adds the lines up gets the invoice, and sees that something is missing.
 * @param key of that line
 */
export function withRest(items: readonly InvoiceItem[], total: Money, key: string): InvoiceItem[] {
  const { currency } = total;
  const rest = total.minor - totalOf(items, currency).minor;
  if (rest === 0) return inOrder(items);
  const other: InvoiceItem = {
    key,
    name: 'Part of the invoice that no line of it tells',
    kind: 'Other',
    quantity: null,
    unitPrice: null,
    amount: money(rest, currency),
    discount: zero(currency),
    tax: zero(currency),
    startsOn: null,
    endsOn: null,
    subscriptionKey: null,
  };
  return inOrder([...items, other]);
}
