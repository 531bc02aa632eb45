import type { Db } from '../../platform/db/database.ts';
import type { OrgIdentity } from '../../workflows/ports/orgRows.ts';
import { confirmOrg, orgPin } from '../outbox/pin.ts';
import { noteAction } from './action.ts';

export type { OrgIdentity };
export { orgPin };

/** @returns the org that rows are written to from now on; null when the id is neither the pinned nor the met one */
export async function confirmOrgAs(db: Db, operator: string, orgId: string): Promise<OrgIdentity | null> {
  const confirmed = await confirmOrg(db, orgId);
  if (confirmed !== null) await noteAction(db, operator, 'confirm-org', [orgId]);
  return confirmed;
}
