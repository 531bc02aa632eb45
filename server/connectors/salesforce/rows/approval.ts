import type { Approval } from '../../../workflows/ports/orders.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { REQUESTS } from '../requests.ts';
import { lines, text } from './fields.ts';

const STATES: Readonly<Record<Approval['state'], string>> = {
  Requested: 'Requested',
  Approved: 'Done',
  Rejected: 'Done',
  Expired: 'Expired',
  Void: 'Failed',
};

/** What finance is asked about the order of an Opportunity. A decision that does not count is taken back with the reason. */
export function approvalRow(
  dealId: string,
  { key, state, content, hash, expiresAt, message, takenBack }: Approval,
): OrgRow {
  return {
    object: REQUESTS,
    key,
    fields: {
      Kind__c: 'Approval',
      Opportunity__c: dealId,
      State__c: STATES[state],
      Content__c: lines(content, 32_000),
      Payload_Hash__c: hash,
      Expires_At__c: expiresAt,
      Message__c: text(message, 4000),
      ...(takenBack ? { Decision__c: null } : {}),
    },
    parents: {},
  };
}
