import type Stripe from 'stripe';
import { z } from 'zod';
import type { InvoiceDesk } from '../../workflows/ports/actions.ts';
import { answeredAt } from './client.ts';
import { toStripeFault } from './errors.ts';

const invoiceSchema = z.object({
  status: z.string().nullable(),
  hosted_invoice_url: z.url().nullish(),
  invoice_pdf: z.url().nullish(),
  due_date: z.number().nullish(),
  status_transitions: z.object({ finalized_at: z.number().nullish() }),
  collection_method: z.string(),
  customer_email: z.string().nullish(),
  customer: z.union([
    z.object({ deleted: z.literal(true) }),
    z.object({ email: z.string().nullish(), deleted: z.literal(false).optional() }),
  ]),
});
type Invoice = z.infer<typeof invoiceSchema>;

const DAY_MS = 86_400_000;
/** Stripe docs, "Hosted Invoice Page" (the PDF has the same token): 30 days after the due date, or after it was finalized where it has none; */
const AFTER_DUE_DAYS = 30;
/** never longer than 120 days in all; */
const LONGEST_DAYS = 120;
/** and whatever that comes to, an address that the API gives out is good for 10 days. */
const AT_LEAST_DAYS = 10;

/** @returns when the hosted page and the PDF of an invoice end whose addresses were read at `now` */
export function hostedPageEnd({ finalizedAt, dueAt }: { finalizedAt: Date; dueAt: Date | null }, now: Date): Date {
  const days = (from: Date, count: number) => from.getTime() + count * DAY_MS;
  const end = Math.min(days(dueAt ?? finalizedAt, AFTER_DUE_DAYS), days(finalizedAt, LONGEST_DAYS));
  return new Date(Math.max(end, days(now, AT_LEAST_DAYS)));
}

/** Why there is no page to pay on; none for an invoice that is open. */
const NO_PAGE: Readonly<Record<string, string>> = {
  draft: 'This invoice is still a draft, so that nobody can pay it yet. Finalize it in Stripe first.',
  paid: 'This invoice is paid.',
  void: 'This invoice is void: nothing is to be paid.',
  uncollectible: 'This invoice was given up as uncollectible. Open it in Stripe to take a payment for it.',
};

/**
 * Why it cannot be sent. Stripe sends invoices that the customer pays by hand, also when they are paid (Stripe API, "Send an
 * invoice for manual payment").
 */
function unsendable({
  status,
  collection_method: method,
  customer,
  customer_email: onInvoice,
}: Invoice): string | null {
  if (status === 'draft') return 'This invoice is still a draft. Finalize it in Stripe first.';
  if (status !== 'open' && status !== 'paid')
    return `This invoice is ${status ?? 'of no known state'}, and Stripe sends none of those. Open it there to get its PDF.`;
  if (method !== 'send_invoice')
    return 'Stripe charges this invoice by itself, and sends no e-mail for such ones. Give the customer the payment link or the PDF.';
  if ('email' in customer ? !customer.email || !onInvoice : true)
    return 'The customer has no e-mail address in Stripe. Enter one there first.';
  // Which of the two Stripe would write to is not said in its documents: nobody is shown an address that may be the wrong one.
  if ('email' in customer && customer.email !== onInvoice)
    return 'The e-mail address of the customer was changed after this invoice was made. Send it from Stripe, where you choose the address.';
  return null;
}

function endOf({ due_date: due, status_transitions: changes }: Invoice, now: Date): Date | null {
  if (!changes.finalized_at) return null;
  const [finalizedAt, dueAt] = [new Date(changes.finalized_at * 1000), due ? new Date(due * 1000) : null];
  return hostedPageEnd({ finalizedAt, dueAt }, now);
}

/** Payment pages, PDFs and e-mails of the invoices of one Stripe account. */
export function createStripeInvoiceDesk(stripe: Stripe): InvoiceDesk {
  async function read(id: string): Promise<{ invoice: Invoice; now: Date }> {
    try {
      const answer = await stripe.invoices.retrieve(id, { expand: ['customer'] });
      return { invoice: invoiceSchema.parse(answer), now: answeredAt(answer) };
    } catch (error) {
      throw toStripeFault(error, 'reading an invoice');
    }
  }

  return {
    async paymentPage(id) {
      const { invoice, now } = await read(id);
      const { status, hosted_invoice_url: url } = invoice;
      if (status !== 'open')
        return { reason: NO_PAGE[status ?? ''] ?? 'Nobody here knows the state of this invoice. Open it in Stripe.' };
      const expiresAt = endOf(invoice, now);
      if (!url || expiresAt === null) return { reason: 'Stripe has no payment page for this invoice. Open it there.' };
      return { url, expiresAt };
    },
    async pdf(id) {
      const { invoice, now } = await read(id);
      const { status, invoice_pdf: url } = invoice;
      if (status === 'draft')
        return { reason: 'This invoice is still a draft, which has no PDF. Finalize it in Stripe first.' };
      const expiresAt = endOf(invoice, now);
      if (!url || expiresAt === null) return { reason: 'Stripe has no PDF of this invoice. Open it there.' };
      return { url, expiresAt };
    },
    async recipient(id) {
      const { invoice } = await read(id);
      const reason = unsendable(invoice);
      return reason === null ? { address: invoice.customer_email! } : { reason };
    },
    async send(id, _address, effectId) {
      try {
        // Stripe writes to the customer's own address, which `recipient` has just read.
        await stripe.invoices.sendInvoice(id, {}, { idempotencyKey: `billing360-send-${effectId}` });
      } catch (error) {
        throw toStripeFault(error, 'sending an invoice');
      }
    },
  };
}
