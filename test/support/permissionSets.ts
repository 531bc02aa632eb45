import type { SimulatedOrg } from '../simulators/salesforce/org/org.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';

/** Gives a permission set to a person. */
export function give(org: SimulatedOrg, username: string, permissionSet: string): void {
  const AssigneeId = org.userNamed(username)!.Id;
  const PermissionSetId = org.all('PermissionSet').find(({ Name }) => Name === permissionSet)!.Id;
  org.insert('PermissionSetAssignment', [{ AssigneeId, PermissionSetId }], { userId: org.userNamed(USERS.admin)!.Id });
}

/**
 * Takes a permission set from a person.
 * @returns gives it back
 */
export function takeAway(org: SimulatedOrg, username: string, permissionSet: string): () => void {
  const AssigneeId = org.userNamed(username)!.Id;
  const PermissionSetId = org.all('PermissionSet').find(({ Name }) => Name === permissionSet)!.Id;
  const admin = { userId: org.userNamed(USERS.admin)!.Id };
  const held = org
    .all('PermissionSetAssignment')
    .filter((row) => row['AssigneeId'] === AssigneeId && row['PermissionSetId'] === PermissionSetId);
  if (held.length === 0) throw new Error(`${username} has no ${permissionSet} that could be taken away`);
  org.remove(
    'PermissionSetAssignment',
    held.map(({ Id }) => Id),
    admin,
  );
  return () => void org.insert('PermissionSetAssignment', [{ AssigneeId, PermissionSetId }], admin);
}
