import { keyOf } from '../../domain/billingAccount/key.ts';
import type { Memo, MemoStatus } from '../../domain/memo/memo.ts';
import { fromStripeAmount, zero } from '../../domain/money/money.ts';
import { dayOf, fromUnixSeconds } from '../../domain/time/instant.ts';
import type { StripeContext } from './context.ts';
import type { StripeCreditNote } from './schema.ts';

const STATUS: Readonly<Record<string, MemoStatus>> = { issued: 'Posted', void: 'Void' };

/**
 * Stripe docs, "Credit notes": one is used up as it is issued. What it does not pay back lowers its invoice, goes to the
 * balance of the customer, or is settled outside of Stripe.
 */
export function fromStripeCreditNote(note: StripeCreditNote, customer: string, context: StripeContext): Memo {
  const currency = note.currency.toUpperCase();
  const status = STATUS[note.status] ?? note.status;
  const refunded = note.refunds.reduce((all, { amount_refunded: amount }) => all + amount, 0);
  const counted = (amount: number) => (status === 'Posted' ? fromStripeAmount(amount, currency) : zero(currency));
  return {
    kind: 'memo',
    key: keyOf(context.connection, 'creditnote', note.id),
    connection: context.connection,
    source: 'Stripe',
    billingAccountKey: keyOf(context.connection, 'account', customer),
    number: note.number ?? note.id,
    type: 'Credit',
    status,
    amount: fromStripeAmount(note.total, currency),
    applied: counted(note.total - refunded),
    refunded: counted(refunded),
    balance: zero(currency),
    reason: note.reason,
    comment: note.memo,
    on: dayOf(fromUnixSeconds(note.effective_at ?? note.created), context.timeZone),
    dueOn: null,
    invoiceId: note.invoice,
    // The page of an invoice shows its credit notes.
    sourceUrl: note.invoice === null ? context.links.customer(customer) : context.links.invoice(note.invoice),
  };
}
