import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { person } from './orgPeople.ts';
import { give } from './permissionSets.ts';
import type { Stack } from './stack.ts';

/** What people of finance see of orders that wait for them, and do about it. */
export function finance(stack: Pick<Stack, 'org'>) {
  const { org } = stack.org;
  return {
    /** Makes somebody one of finance. */
    hire: (who: keyof typeof USERS): void => give(org, USERS[who], 'Finance_Approver'),
    /** @returns what was asked about the order of a deal, the first one first */
    requestsOf: (dealId: string): SRecord[] =>
      org
        .all('Billing_Request__c')
        .filter((one) => one['Opportunity__c'] === dealId)
        .sort((a, b) => (String(a['Key__c']) < String(b['Key__c']) ? -1 : 1)),
    decide: (who: keyof typeof USERS, { Id }: SRecord, decision: string, comment: string | null = null): void =>
      person(stack, who).edit('Billing_Request__c', Id, { Decision__c: decision, Decision_Comment__c: comment }),
    /** @returns a request as it is now */
    read: ({ Id }: SRecord): SRecord => org.get('Billing_Request__c', Id)!,
  };
}
