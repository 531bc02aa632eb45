import { accountIdFrom, id18 } from '../../domain/billingAccount/salesforceId.ts';
import { Fault } from '../../domain/fault.ts';
import type { ActionLookup, InvoiceOfAccount, UserAccess } from '../ports/actions.ts';
import type { OrgCaller } from '../ports/orgClients.ts';

/** Who asks, and about what, as the call gave it. */
export type Asked = { organizationId: string; userId: string; accountId: string };

export type CheckDeps = { lookup: ActionLookup; access: UserAccess };

/** The one answer to whatever a person may not see, whether or not it is there. */
export function notFound(): Fault {
  return new Fault({
    code: 'record_not_found',
    kind: 'not_found',
    publicText: 'This record does not exist, or you may not see it.',
  });
}

function userIdFrom(text: string): string | null {
  return /^005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(text) ? id18(text) : null;
}

/** Only the org that rows go to may act, by a client of its own: a copied sandbox brings the secrets along, but not the id. */
export async function checkOrganization(
  lookup: ActionLookup,
  caller: OrgCaller,
  organizationId: string,
): Promise<string> {
  const pinned = await lookup.pinnedOrg();
  const asked = id18(organizationId.trim());
  if (asked === pinned && caller.orgId === pinned) return pinned;
  throw new Fault({
    code: 'other_org',
    kind: 'forbidden',
    publicText:
      'Billing is connected to another org than this one. In a copied sandbox nothing can be done: an administrator connects it to a server of its own.',
  });
}

/** @returns the 18-character ids of a user and of an Account that the user may read. @throws Fault */
export async function checkAccount(
  { lookup, access }: CheckDeps,
  caller: OrgCaller,
  asked: Asked,
): Promise<{ userId: string; accountId: string }> {
  await checkOrganization(lookup, caller, asked.organizationId);
  const [userId, accountId] = [userIdFrom(asked.userId), accountIdFrom(asked.accountId)];
  if (userId === null || accountId === null || !(await access.canRead(userId, accountId))) throw notFound();
  return { userId, accountId };
}

/** @returns an invoice of an Account that the user may read. @throws Fault */
export async function checkInvoice(
  deps: CheckDeps,
  caller: OrgCaller,
  asked: Asked & { invoiceKey: string },
): Promise<InvoiceOfAccount> {
  const { accountId } = await checkAccount(deps, caller, asked);
  const invoice = await deps.lookup.invoiceOf(accountId, asked.invoiceKey);
  if (invoice === null) throw notFound();
  return invoice;
}
