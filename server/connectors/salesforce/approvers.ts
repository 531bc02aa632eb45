import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import type { Approvers } from '../../workflows/ports/orders.ts';
import { inList, queryCurrent, type Found } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';

/** Whoever is assigned it may approve orders. */
export const APPROVER_SET = 'Finance_Approver';

const ASSIGNED = `FROM PermissionSetAssignment WHERE IsActive = true AND PermissionSet.Name = '${APPROVER_SET}'`;

/**
 * Users who hold the permission set itself; what they hold by a group of permission sets is not seen. To read it takes View Setup
 * and Configuration. Source: Object Reference, "PermissionSetAssignment".
 */
export function createApprovers(client: SalesforceClient): Approvers {
  return {
    async all() {
      const found = await queryCurrent(client, `SELECT AssigneeId, Assignee.Name, Assignee.IsActive ${ASSIGNED}`);
      return found
        .filter((one) => (one['Assignee'] as Found | null)?.['IsActive'] === true)
        .map((one) => ({ id: id18(String(one['AssigneeId'])), name: String((one['Assignee'] as Found)['Name']) }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async look(userId) {
      const id = id18(userId);
      const [[user], held] = await Promise.all([
        queryCurrent(client, `SELECT Name, IsActive FROM User WHERE Id IN ${inList([id])}`),
        queryCurrent(client, `SELECT Id ${ASSIGNED} AND AssigneeId IN ${inList([id])}`),
      ]);
      const name = typeof user?.['Name'] === 'string' ? user['Name'] : id;
      if (user?.['IsActive'] !== true) return { id, name, why: `${name} is no active user.` };
      if (held.length === 0) return { id, name, why: `${name} does not have the permission set ${APPROVER_SET}.` };
      return { id, name, why: null };
    },
  };
}
