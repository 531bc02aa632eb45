import { Fault } from '../../domain/fault.ts';
import type { InvoiceDesk, InvoiceOfAccount, SendBook } from '../ports/actions.ts';
import type { OrgCaller } from '../ports/orgClients.ts';
import { billingTrouble } from './billingTrouble.ts';
import { checkInvoice, notFound, type Asked, type CheckDeps } from './checks.ts';
import { once, type OnceDeps } from './once.ts';
import type { DeskOf } from './invoiceLinks.ts';

export type SendDeps = CheckDeps & OnceDeps & { deskOf: DeskOf; sends: SendBook };

export type RecipientAnswer = { available: boolean; address: string; message: string };
export type SendAnswer = { sent: boolean; message: string };

/** An invoice is not sent again within this time. */
const WINDOW_MS = 10 * 60_000;

async function recipientOf(desk: InvoiceDesk, { id }: InvoiceOfAccount) {
  return desk.recipient(id).catch((error: unknown) => {
    throw billingTrouble(error);
  });
}

/** Tells to whom an invoice would be sent, before anybody sends it. */
export async function invoiceRecipient(
  deps: CheckDeps & { deskOf: DeskOf },
  caller: OrgCaller,
  asked: Asked & { invoiceKey: string },
): Promise<RecipientAnswer> {
  const invoice = await checkInvoice(deps, caller, asked);
  const desk = deps.deskOf(invoice.connection);
  if (desk === null) throw notFound();
  const recipient = await recipientOf(desk, invoice);
  if ('reason' in recipient) return { available: false, address: '', message: recipient.reason };
  return {
    available: true,
    address: recipient.address,
    message: `Invoice ${invoice.number} will be sent to this address.`,
  };
}

const minuteOf = (at: Date) => `${at.toISOString().slice(11, 16)} UTC`;

function sentRecently(at: Date, sent: boolean): Fault {
  const again = minuteOf(new Date(at.getTime() + WINDOW_MS + 59_999));
  return new Fault({
    code: 'sent_recently',
    kind: 'conflict',
    publicText: sent
      ? `This invoice was sent at ${minuteOf(at)}. It can be sent again at ${again}.`
      : `This invoice is being sent since ${minuteOf(at)}. If it does not arrive, it can be sent again at ${again}.`,
  });
}

/** What a send without an answer came to. It is begun again with the same effect alone, which is carried out once. */
function unknownOutcome(cause: unknown): Fault {
  return new Fault({
    code: 'send_outcome_unknown',
    kind: 'unavailable',
    publicText:
      'The billing system did not say whether the invoice was sent. Ask the customer, or look there, before you send it again in ten minutes.',
    cause,
  });
}

async function send(deps: SendDeps, desk: InvoiceDesk, invoice: InvoiceOfAccount, address: string, effectId: string) {
  try {
    await desk.send(invoice.id, address, effectId);
  } catch (error) {
    if (!(error instanceof Fault)) throw unknownOutcome(error);
    const certain = error.notTried || ['invalid', 'not_found', 'forbidden', 'rate_limited'].includes(error.kind);
    if (!certain) throw unknownOutcome(error);
    await deps.sends.end(effectId, 'refused');
    if (error.kind !== 'invalid' && error.kind !== 'not_found') throw billingTrouble(error);
    throw new Fault({
      code: 'send_refused',
      kind: 'conflict',
      publicText: 'The billing system refused to send this invoice. Open it there to see why.',
      cause: error,
    });
  }
  await deps.sends.end(effectId, 'sent');
}

/** Sends an invoice once more, to the address that the person saw, once for each request and not twice in ten minutes. */
export async function resendInvoice(
  deps: SendDeps,
  caller: OrgCaller,
  asked: Asked & { invoiceKey: string; address: string; requestKey: string },
): Promise<SendAnswer> {
  const invoice = await checkInvoice(deps, caller, asked);
  const desk = deps.deskOf(invoice.connection);
  if (desk === null) throw notFound();
  const { clientId } = caller;
  const { requestKey, userId } = asked;
  return once(deps, { clientId, operation: 'resendinvoice', requestKey }, asked, async () => {
    const recipient = await recipientOf(desk, invoice);
    if ('reason' in recipient)
      throw new Fault({ code: 'not_sendable', kind: 'conflict', publicText: recipient.reason });
    if (recipient.address !== asked.address)
      throw new Fault({
        code: 'address_changed',
        kind: 'conflict',
        publicText: 'The address of the customer has changed since it was shown. Look at the new one first.',
      });
    const claim = await deps.sends.claim({ invoiceKey: invoice.key, clientId, userId, requestKey }, WINDOW_MS);
    if (claim.state === 'recent') throw sentRecently(claim.at, claim.sent);
    await send(deps, desk, invoice, recipient.address, claim.effectId);
    return { sent: true, message: `Invoice ${invoice.number} was sent.` };
  });
}
