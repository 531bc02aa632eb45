import type { ActionLookup } from '../ports/actions.ts';
import type { OrgCaller } from '../ports/orgClients.ts';
import { checkOrganization } from './checks.ts';

/** Tells that the org can reach the server and is the one that billing is written to. */
export async function testConnection(
  { lookup }: { lookup: ActionLookup },
  caller: OrgCaller,
  { organizationId }: { organizationId: string },
): Promise<{ organizationId: string; message: string }> {
  const pinned = await checkOrganization(lookup, caller, organizationId);
  return { organizationId: pinned, message: 'This org can act on billing.' };
}
