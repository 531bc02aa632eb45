import { keyOf } from '../../domain/billingAccount/key.ts';
import { withRest, type InvoiceItem, type InvoiceItemKind } from '../../domain/invoice/invoiceItem.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import { fromMajor, zero, type Money } from '../../domain/money/money.ts';
import { addDays, calendarDate } from '../../domain/time/calendarDate.ts';
import type { ZuoraContext } from './context.ts';
import type { ZuoraInvoiceItem } from './schema.ts';

/** Zuora docs, "Processing type"; a discount is an item of its own. */
function kindOf({ processingType, chargeAmount }: ZuoraInvoiceItem): InvoiceItemKind {
  if (processingType !== null && processingType !== 'Charge') return processingType;
  return exact(chargeAmount).lt(0) ? 'Credit' : 'Charge';
}

function nameOf({ productName, chargeName }: ZuoraInvoiceItem): string {
  return [productName, chargeName].filter((part) => part !== null).join(': ') || 'Item without a name';
}

function fromZuoraInvoiceItem(item: ZuoraInvoiceItem, currency: string, context: ZuoraContext): InvoiceItem {
  const { serviceStartDate: first, serviceEndDate: last, subscriptionName } = item;
  return {
    key: keyOf(context.connection, 'invoiceitem', item.id),
    name: nameOf(item),
    kind: kindOf(item),
    quantity: item.quantity === null ? null : toDecimal(exact(item.quantity)),
    unitPrice: null,
    amount: fromMajor(item.chargeAmount, currency),
    discount: zero(currency),
    tax: fromMajor(item.taxAmount, currency),
    startsOn: first === null ? null : calendarDate(first.slice(0, 10)),
    // Service dates of items include the last day, unlike those of charges.
    endsOn: last === null ? null : addDays(calendarDate(last.slice(0, 10)), 1),
    subscriptionKey: subscriptionName === null ? null : keyOf(context.connection, 'subscription', subscriptionName),
  };
}

/**
 * @param total amount of the invoice, with tax
 * @param invoiceId names the line of what no item tells
 */
export function fromZuoraInvoiceItems(
  items: readonly ZuoraInvoiceItem[],
  total: Money,
  invoiceId: string,
  context: ZuoraContext,
): InvoiceItem[] {
  return withRest(
    items.map((item) => fromZuoraInvoiceItem(item, total.currency, context)),
    total,
    keyOf(context.connection, 'invoiceitem', `${invoiceId}:rest`),
  );
}
