import type { InvoiceDesk } from '../ports/actions.ts';
import type { OrgCaller } from '../ports/orgClients.ts';
import { billingTrouble } from './billingTrouble.ts';
import { checkInvoice, notFound, type Asked, type CheckDeps } from './checks.ts';
import { once, type OnceDeps } from './once.ts';

export type DeskOf = (connection: string) => InvoiceDesk | null;

export type PaymentLinkDeps = CheckDeps & OnceDeps & { deskOf: DeskOf };

export type PaymentLinkAnswer = { available: boolean; url: string; expiresAt: string; message: string };

/** Gives the page on which an invoice can be paid. It opens without a login, so that it is fetched each time and kept nowhere. */
export async function paymentLink(
  deps: PaymentLinkDeps,
  caller: OrgCaller,
  asked: Asked & { invoiceKey: string; requestKey: string },
): Promise<PaymentLinkAnswer> {
  const invoice = await checkInvoice(deps, caller, asked);
  const desk = deps.deskOf(invoice.connection);
  if (desk === null) throw notFound();
  // Nothing but that it was asked for is noted of it: a repetition is carried out anew.
  const name = { clientId: caller.clientId, operation: 'paymentlink', requestKey: asked.requestKey };
  await once(deps, name, asked, () => Promise.resolve({}));
  const page = await desk.paymentPage(invoice.id).catch((error: unknown) => {
    throw billingTrouble(error);
  });
  if ('reason' in page) return { available: false, url: '', expiresAt: '', message: page.reason };
  return {
    available: true,
    url: page.url,
    expiresAt: page.expiresAt.toISOString(),
    message: `Whoever has this link can see and pay invoice ${invoice.number}.`,
  };
}
