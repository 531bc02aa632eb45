import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { FieldValue } from '../../test/simulators/salesforce/org/types.ts';
import type { Stack } from '../../test/support/stack.ts';

const ACTIONS = (
  id: string,
) => `New subscription SF-${id} of A00000007 from 2026-12-01 for 12 months, does not renew by itself
- Platform Enterprise (Seats: 40 at USD 145 a month)`;
const FIGURES = {
  MRR__c: 5_800,
  MRR_Change__c: 5_800,
  ARR__c: 69_600,
  TCV__c: 69_600,
  TCV_Change__c: 69_600,
  First_Invoice_Amount__c: 5_800,
  First_Invoice_Date__c: '2026-12-01',
};

/** How the order of a deal stands in a picture. */
export const ORDERS = {
  shadow: (id) => ({ State__c: 'Ready', Mode__c: 'Shadow', Actions__c: ACTIONS(id), ...FIGURES }),
  ordered: (id) => ({
    State__c: 'Ordered',
    Mode__c: 'Automatic',
    Actions__c: ACTIONS(id),
    ...FIGURES,
    Order_Number__c: `SF-${id}`,
    Subscription_Number__c: `SF-${id}`,
  }),
  pending: (id) => ({
    State__c: 'Pending',
    Mode__c: 'Automatic',
    Actions__c: ACTIONS(id),
    ...FIGURES,
    Order_Number__c: `SF-${id}`,
    Message__c: 'Billing took the order and holds it as Pending. Complete it in billing.',
  }),
  failed: (id) => ({
    State__c: 'Failed',
    Mode__c: 'Automatic',
    Actions__c: ACTIONS(id),
    ...FIGURES,
    Faults__c: 'Zuora refused the order: The account A00000007 is on hold. Nothing was ordered.',
  }),
} as const satisfies Record<string, (id: string) => Record<string, FieldValue>>;

let made = 0;

/** Makes a won deal of a customer in Zuora whose order stands so. @returns its id */
export function orderRecord({ org: { org }, clock }: Stack, name: keyof typeof ORDERS): string {
  const account = org.all('Account').find((one) => one['Name'] === 'Duff Brewing')!;
  const deal = {
    Name: 'Duff Brewing: Platform Enterprise',
    StageName: 'Closed Won',
    CloseDate: clock.now().toISOString().slice(0, 10),
    AccountId: account.Id,
    OwnerId: org.userNamed(USERS.rep)!.Id,
    // With a key of ours the server leaves it alone.
    Billing_Key__c: `picture:${++made}`,
  };
  const [saved] = org.insert('Opportunity', [deal], { userId: org.userNamed(USERS.admin)!.Id });
  if (!saved?.success) throw new Error(`The org did not take the deal: ${JSON.stringify(saved?.errors)}`);
  const id = saved.id!;
  const row = {
    Key__c: `picture:order:${id}`,
    Opportunity__c: id,
    Row_Version__c: 1,
    Source__c: 'Zuora',
    Connection__c: 'zuora',
    Currency_Code__c: 'USD',
    As_Of__c: clock.now().toISOString(),
    ...ORDERS[name](id),
  };
  const [written] = org.upsert('Billing_Order__c', 'Key__c', [row], { userId: org.userNamed(USERS.integration)!.Id });
  if (!written?.success) throw new Error(`The org did not take the order: ${JSON.stringify(written?.errors)}`);
  return id;
}
