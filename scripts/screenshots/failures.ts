import { failureProjection, FAILURE_OBJECT } from '../../server/connectors/salesforce/rows/syncFailure.ts';
import type { Failure } from '../../server/workflows/ports/failures.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { Stack } from '../../test/support/stack.ts';

const HOUR_MS = 3_600_000;
const CODE = 'FIELD_CUSTOM_VALIDATION_EXCEPTION';

/** Three failures as the server would tell them, had they happened; nothing in the demo fails. */
const failures = (account: string): Failure[] =>
  [
    {
      ...{ id: 'row:Billing_Subscription__c:stripe:subscription:sub_Q1', kind: 'row', connection: 'stripe', account },
      ...{ object: 'Billing_Subscription__c', subject: 'stripe:subscription:sub_Q1', code: CODE, attempts: 1 },
      reason: `${CODE}: More than 100 a month needs a contract.`,
    },
    {
      ...{ id: 'row:Billing_Charge__c:stripe:charge:si_Q1', kind: 'row', connection: 'stripe', account },
      ...{ object: 'Billing_Charge__c', subject: 'stripe:charge:si_Q1', code: 'INVALID_FIELD', attempts: 12 },
      reason:
        'INVALID_FIELD: Foreign key external ID: stripe:subscription:sub_Q1 not found for field Key__c in entity Billing_Subscription__c',
    },
    {
      ...{ id: 'key:zuora:account:A00000042', kind: 'key', connection: 'zuora', account: null, object: null },
      ...{ subject: 'zuora:account:A00000042', code: 'zuora_refused', attempts: 8 },
      reason: 'Zuora refuses to give the account: the API user may not see it.',
    },
  ].map((one, at) => ({ ...one, since: new Date(Date.now() - (at + 2) * HOUR_MS), state: 'put aside' }) as Failure);

/** @returns ids of records that tell of failures, made if there are none */
export function failureRecords({ org: { org } }: Stack): string[] {
  const made = org.all(FAILURE_OBJECT);
  if (made.length > 0) return made.map(({ Id }) => Id);
  const rows = failures(org.all('Account')[0]!.Id).map((one) => {
    const seen = { firstSeen: one.since, lastSeen: one.since, times: 1 };
    const { key, fields } = failureProjection.open(one, seen);
    return { ...fields, Key__c: key, Row_Version__c: 1, Synced_At__c: one.since.toISOString() };
  });
  const results = org.insert(FAILURE_OBJECT, rows, { userId: org.userNamed(USERS.integration)!.Id });
  return results.map(({ id, errors }) => {
    if (id === null) throw new Error(`No failure could be made: ${JSON.stringify(errors)}`);
    return id;
  });
}
