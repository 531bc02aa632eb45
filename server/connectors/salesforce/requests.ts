import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import type { OrgRequests } from '../../workflows/ports/requests.ts';
import { inList, queryAll, type Found } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';
import { toFault } from './errors.ts';

/** Records by which people ask where a call is not possible. */
export const REQUESTS = 'Billing_Request__c';
/** Fields of them that are ours to write; a decision that does not count is taken back. */
export const REQUEST_FIELDS = [
  ...['State__c', 'Message__c', 'Decision__c', 'Kind__c', 'Key__c', 'Account__c', 'Opportunity__c', 'Content__c'],
  ...['Payload_Hash__c', 'Expires_At__c', 'Row_Version__c', 'Synced_At__c'],
];

const COLUMNS = 'Id, Account__c, CreatedById, CreatedDate, Kind__c, State__c, Expires_At__c';
/** Length of Message__c. */
const MOST_LETTERS = 4000;
/** What Salesforce says of a record that is not there any more. */
const GONE = ['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY'];

const dateOf = (value: unknown): Date | null => (typeof value === 'string' ? new Date(value) : null);

function isGone(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'errorCode' in error ? error.errorCode : null;
  return GONE.includes(String(code));
}

export function createOrgRequests(client: SalesforceClient): OrgRequests {
  return {
    async read(id) {
      const soql = `SELECT ${COLUMNS} FROM ${REQUESTS} WHERE IsDeleted = false AND Id IN ${inList([id])}`;
      const [record] = (await queryAll(client, soql)) as (Found | undefined)[];
      if (record === undefined) return null;
      return {
        id,
        accountId: typeof record['Account__c'] === 'string' ? id18(record['Account__c']) : null,
        requesterId: id18(String(record['CreatedById'])),
        kind: String(record['Kind__c']),
        // A record that somebody made without a state was asked for all the same.
        state: String(record['State__c'] ?? 'Requested'),
        createdAt: dateOf(record['CreatedDate']) ?? new Date(0),
        expiresAt: dateOf(record['Expires_At__c']),
      };
    },
    // Asked for apart, since an org with an older package has no such field.
    async failureOf(id) {
      const soql = `SELECT Sync_Failure__c, Sync_Failure__r.Key__c FROM ${REQUESTS} WHERE Id IN ${inList([id])}`;
      const [record] = (await queryAll(client, soql)) as (Found | undefined)[];
      const failure = record?.['Sync_Failure__r'] as Found | null | undefined;
      if (typeof record?.['Sync_Failure__c'] !== 'string' || typeof failure?.['Key__c'] !== 'string') return null;
      return { recordId: id18(record['Sync_Failure__c']), key: failure['Key__c'] };
    },
    async decisionOf(id) {
      const columns = 'Key__c, Decision__c, Decision_Comment__c, Payload_Hash__c';
      const [record] = (await queryAll(client, `SELECT ${columns} FROM ${REQUESTS} WHERE Id IN ${inList([id])}`)) as (
        Found | undefined
      )[];
      const textOf = (name: string) => (typeof record?.[name] === 'string' ? record[name] : null);
      return {
        key: textOf('Key__c'),
        decision: textOf('Decision__c'),
        comment: textOf('Decision_Comment__c'),
        hash: textOf('Payload_Hash__c'),
      };
    },
    async write(id, state, message) {
      try {
        const session = await client.session();
        await session.request({
          method: 'PATCH',
          url: `/sobjects/${REQUESTS}/${id}`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ State__c: state, Message__c: message.slice(0, MOST_LETTERS) }),
        });
      } catch (error) {
        if (!isGone(error)) throw toFault(error, 'tell how a request stands');
      }
    },
  };
}
