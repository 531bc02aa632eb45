import { keyOf } from '../../domain/billingAccount/key.ts';
import type { Invoice, InvoiceStatus } from '../../domain/invoice/invoice.ts';
import type { InvoiceItem } from '../../domain/invoice/invoiceItem.ts';
import { fromStripeAmount, zero } from '../../domain/money/money.ts';
import { fromUnixSeconds } from '../../domain/time/instant.ts';
import { keptFields, METADATA } from '../../workflows/ports/billingFields.ts';
import { dayAt, origin, type StripeContext } from './context.ts';
import { fromStripeLines } from './convertLine.ts';
import type { StripeInvoice } from './schema.ts';

/** A word that is not known stands as it came. */
const INVOICE_STATUS: Readonly<Record<string, InvoiceStatus>> = {
  draft: 'Draft',
  open: 'Open',
  paid: 'Paid',
  uncollectible: 'Uncollectible',
  void: 'Void',
};

const COLLECTION_METHODS: ReadonlySet<string> = new Set(['charge_automatically', 'send_invoice']);

/**
 * @param paidThrough ids of payments that are known to belong to it, where the invoice does not say
 * @param items its lines, where the invoice does not show all
 */
export function fromStripeInvoice(
  invoice: StripeInvoice,
  customer: string,
  context: StripeContext,
  paidThrough: readonly string[] = (invoice.payments?.data ?? [])
    .flatMap(({ payment }) => [payment.payment_intent, payment.charge])
    .filter((id) => id !== null),
  items: readonly InvoiceItem[] | undefined = fromStripeLines(invoice, context),
): Invoice {
  const currency = invoice.currency.toUpperCase();
  const automatic = invoice.collection_method === 'charge_automatically';
  const issued = invoice.effective_at ?? invoice.status_transitions.finalized_at ?? invoice.created;
  const subscription = invoice.parent?.subscription_details?.subscription;
  const owed = invoice.status === 'open' || invoice.status === 'uncollectible';
  return {
    kind: 'invoice',
    key: keyOf(context.connection, 'invoice', invoice.id),
    id: invoice.id,
    ...origin(context, customer),
    number: invoice.number ?? invoice.id,
    status: INVOICE_STATUS[invoice.status] ?? invoice.status,
    amount: fromStripeAmount(invoice.total, currency),
    balance: owed ? fromStripeAmount(invoice.amount_remaining, currency) : zero(currency),
    invoicedOn: dayAt(context, issued),
    dueOn: invoice.status === 'draft' ? null : dayAt(context, invoice.due_date ?? (automatic ? issued : null)),
    attemptCount: invoice.attempt_count,
    nextAttemptAt: invoice.next_payment_attempt === null ? null : fromUnixSeconds(invoice.next_payment_attempt),
    ...(COLLECTION_METHODS.has(invoice.collection_method)
      ? { automaticCollection: automatic }
      : { automaticCollection: null, collectionWord: invoice.collection_method }),
    subscriptionKey: subscription === undefined ? null : keyOf(context.connection, 'subscription', subscription),
    paidThrough,
    ...(items === undefined ? {} : { items }),
    ...keptFields(context.fields?.invoice, METADATA, invoice.metadata),
    sourceUrl: context.links.invoice(invoice.id),
  };
}
