import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import { Fault } from '../../domain/fault.ts';
import type { UserAccess } from '../../workflows/ports/actions.ts';
import type { Found } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';
import { toFault } from './errors.ts';

/**
 * What users may see, as the org itself works it out.
 * Source: Object Reference, "UserRecordAccess": filtered by one UserId and up to 200 RecordId.
 */
export function createUserAccess(client: SalesforceClient): UserAccess {
  return {
    /** @param userId, recordId 18-character ids */
    async canRead(userId, recordId) {
      const soql = `SELECT RecordId, HasReadAccess FROM UserRecordAccess WHERE UserId = '${userId}' AND RecordId = '${recordId}'`;
      try {
        const session = await client.session();
        const answer = await session.request<{ records?: Found[] }>(`/query?q=${encodeURIComponent(soql)}`);
        if (!Array.isArray(answer?.records)) throw unreadable();
        return answer.records.some(
          (one) => id18(String(one['RecordId'])) === recordId && one['HasReadAccess'] === true,
        );
      } catch (error) {
        throw toFault(error, 'ask what a user may see');
      }
    },
  };
}

function unreadable(): Fault {
  return new Fault({
    code: 'salesforce_unreadable_answer',
    kind: 'unavailable',
    publicText: 'Salesforce did not say what a user may see; it is asked again.',
  });
}
