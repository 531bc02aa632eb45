import type { InvoiceDesk, InvoiceLink } from '../ports/actions.ts';
import type { OrgCaller } from '../ports/orgClients.ts';
import { billingTrouble } from './billingTrouble.ts';
import { checkInvoice, notFound, type Asked, type CheckDeps } from './checks.ts';
import { once, type OnceDeps } from './once.ts';

export type DeskOf = (connection: string) => InvoiceDesk | null;

export type InvoiceLinkDeps = CheckDeps & OnceDeps & { deskOf: DeskOf };

export type InvoiceLinkAnswer = { available: boolean; url: string; expiresAt: string; message: string };

type AskedOfInvoice = Asked & { invoiceKey: string; requestKey: string };

/** A link opens without a login, so that it is fetched each time and kept nowhere. */
function linkTo(
  operation: 'paymentlink' | 'invoicepdf',
  fetchLink: (desk: InvoiceDesk, invoiceId: string) => Promise<InvoiceLink>,
  whatItOpens: (invoiceNumber: string) => string,
) {
  return async (deps: InvoiceLinkDeps, caller: OrgCaller, asked: AskedOfInvoice): Promise<InvoiceLinkAnswer> => {
    const invoice = await checkInvoice(deps, caller, asked);
    const desk = deps.deskOf(invoice.connection);
    if (desk === null) throw notFound();
    // Nothing but that it was asked for is noted of it: a repetition is carried out anew.
    const name = { clientId: caller.clientId, operation, requestKey: asked.requestKey };
    await once(deps, name, asked, () => Promise.resolve({}));
    const link = await fetchLink(desk, invoice.id).catch((error: unknown) => {
      throw billingTrouble(error);
    });
    if ('reason' in link) return { available: false, url: '', expiresAt: '', message: link.reason };
    const { url, expiresAt } = link;
    return { available: true, url, expiresAt: expiresAt.toISOString(), message: whatItOpens(invoice.number) };
  };
}

/** Gives the page on which an open invoice can be paid. */
export const paymentLink = linkTo(
  'paymentlink',
  (desk, id) => desk.paymentPage(id),
  (number) => `Whoever has this link can see and pay invoice ${number}.`,
);

/** Gives the PDF of an invoice, whose link leads to the payment page as well. */
export const invoicePdf = linkTo(
  'invoicepdf',
  (desk, id) => desk.pdf(id),
  (number) => `Whoever has this link can open invoice ${number} and its payment page.`,
);
