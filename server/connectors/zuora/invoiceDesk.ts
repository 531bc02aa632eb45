import { z } from 'zod';
import type { InvoiceDesk } from '../../workflows/ports/actions.ts';
import type { ZuoraClient } from './client.ts';
import { accountSchema, maybeText } from './schema.ts';

const invoiceSchema = z.object({ status: z.string(), accountId: z.string(), billToContactId: maybeText });
const contactSchema = z.object({ workEmail: maybeText, personalEmail: maybeText });
const sentSchema = z.object({ success: z.literal(true) });

const NO_PAGE =
  'Zuora has no payment page for single invoices that could be linked to. Send the invoice to the customer, or take the payment in Zuora.';

/** Files of invoices are read with the credentials of the tenant alone (Zuora API, "Retrieve a file"). */
const NO_PDF =
  'Zuora gives the PDF of an invoice only to people who are signed in there. Open the invoice in Zuora, or send it to the customer.';

/** E-mails of the invoices of one Zuora tenant. */
export function createZuoraInvoiceDesk(client: ZuoraClient): InvoiceDesk {
  const invoiceOf = async (key: string) => {
    const path = `/v1/invoices/${encodeURIComponent(key)}`;
    return (await client.get('reading an invoice', path, [], invoiceSchema)).data;
  };

  /** The contact of the invoice where it has one of its own, else that of its account. */
  async function emailOf({ accountId, billToContactId }: z.infer<typeof invoiceSchema>): Promise<string | null> {
    if (billToContactId !== null) {
      const path = `/v1/contacts/${encodeURIComponent(billToContactId)}`;
      const { data } = await client.get('reading a contact', path, [], contactSchema);
      return data.workEmail ?? data.personalEmail;
    }
    const path = `/v1/accounts/${encodeURIComponent(accountId)}`;
    const { billToContact } = (await client.get('reading an account', path, [], accountSchema)).data;
    return billToContact?.workEmail ?? billToContact?.personalEmail ?? null;
  }

  return {
    async paymentPage(key) {
      const { status } = await invoiceOf(key);
      if (status === 'Draft') return { reason: 'This invoice is still a draft. Post it in Zuora first.' };
      if (status !== 'Posted') return { reason: `This invoice is ${status} in Zuora: nothing is to be paid.` };
      return { reason: NO_PAGE };
    },
    pdf: () => Promise.resolve({ reason: NO_PDF }),
    async recipient(key) {
      const invoice = await invoiceOf(key);
      if (invoice.status !== 'Posted')
        return { reason: `This invoice is ${invoice.status} in Zuora: posted ones alone can be sent.` };
      const address = await emailOf(invoice);
      return address === null
        ? { reason: 'The bill-to contact has no e-mail address in Zuora. Enter one there first.' }
        : { address };
    },
    async send(key, address, effectId) {
      // Named, so that it goes to the address that a person saw and to no other one (Zuora API, "Email an invoice").
      const body = { emailAddresses: address, includeAdditionalEmailAddresses: false, useEmailTemplateSetting: false };
      const path = `/v1/invoices/${encodeURIComponent(key)}/emails`;
      await client.effect('sending an invoice', path, body, sentSchema, `billing360-send-${effectId}`);
    },
  };
}
