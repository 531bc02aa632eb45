import { keyOf } from '../../domain/billingAccount/key.ts';
import { withRest, type InvoiceItem, type InvoiceItemKind } from '../../domain/invoice/invoiceItem.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import { fromStripeAmount, fromStripeUnitPrice, zero } from '../../domain/money/money.ts';
import { addDays } from '../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../domain/time/instant.ts';
import type { StripeContext } from './context.ts';
import type { StripeInvoice, StripeLine } from './schema.ts';

function sumOf(amounts: readonly { amount: number }[]): number {
  return amounts.reduce((all, { amount }) => all + amount, 0);
}

function kindOf(line: StripeLine, isProration: boolean): InvoiceItemKind {
  if (isProration) return 'Proration';
  return line.amount < 0 ? 'Credit' : 'Charge';
}

function quantityOf({ quantity, quantity_decimal: decimal }: StripeLine): string | null {
  const told = decimal ?? quantity ?? null;
  return told === null ? null : toDecimal(exact(told));
}

/**
 * Stripe docs, "The invoice line item object": `amount` is before discounts, with the tax that is inclusive. Discounts of
 * the whole invoice are spread over its lines; credits that were granted come off before tax, too.
 */
function fromStripeLine(line: StripeLine, currency: string, context: StripeContext): InvoiceItem {
  const parent = line.parent?.subscription_item_details ?? line.parent?.invoice_item_details ?? null;
  const granted = line.pretax_credit_amounts.filter(({ type }) => type === 'credit_balance_transaction');
  const discount = sumOf(line.discount_amounts) + sumOf(granted);
  const inclusive = sumOf(line.taxes.filter(({ tax_behavior: behavior }) => behavior === 'inclusive'));
  const unitPrice = line.pricing?.unit_amount_decimal ?? null;
  const day = (seconds: number) => dayOf(fromUnixSeconds(seconds), context.timeZone);
  const startsOn = line.period == null ? null : day(line.period.start);
  const endsOn = line.period == null ? null : day(line.period.end);
  return {
    key: keyOf(context.connection, 'invoiceitem', line.id),
    name: line.description ?? 'Line without a description',
    kind: kindOf(line, parent?.proration === true),
    quantity: quantityOf(line),
    unitPrice: unitPrice === null ? null : fromStripeUnitPrice(unitPrice, currency),
    amount: fromStripeAmount(line.amount - discount - inclusive, currency),
    discount: fromStripeAmount(discount, currency),
    tax: fromStripeAmount(sumOf(line.taxes), currency),
    startsOn,
    // Of what is billed once the period begins and ends at the same moment.
    endsOn: startsOn !== null && endsOn !== null && endsOn <= startsOn ? addDays(startsOn, 1) : endsOn,
    subscriptionKey:
      parent?.subscription == null ? null : keyOf(context.connection, 'subscription', parent.subscription),
  };
}

function shippingOf(invoice: StripeInvoice, currency: string, context: StripeContext): InvoiceItem[] {
  const { amount_total: total, amount_tax: tax } = invoice.shipping_cost ?? { amount_total: 0, amount_tax: 0 };
  if (total === 0) return [];
  return [
    {
      key: keyOf(context.connection, 'invoiceitem', `${invoice.id}:shipping`),
      name: 'Shipping',
      kind: 'Charge',
      quantity: null,
      unitPrice: null,
      amount: fromStripeAmount(total - tax, currency),
      discount: zero(currency),
      tax: fromStripeAmount(tax, currency),
      startsOn: null,
      endsOn: null,
      subscriptionKey: null,
    },
  ];
}

/** @returns undefined when the invoice does not show all of its lines */
export function fromStripeLines(invoice: StripeInvoice, context: StripeContext): InvoiceItem[] | undefined {
  if (invoice.lines?.has_more !== false) return undefined;
  const currency = invoice.currency.toUpperCase();
  const lines = invoice.lines.data.map((line) => fromStripeLine(line, currency, context));
  return withRest(
    [...lines, ...shippingOf(invoice, currency, context)],
    fromStripeAmount(invoice.total, currency),
    keyOf(context.connection, 'invoiceitem', `${invoice.id}:rest`),
  );
}
