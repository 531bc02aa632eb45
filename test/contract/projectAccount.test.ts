import { expect, test } from 'vitest';
import { orgProjection } from '../../server/connectors/salesforce/convert.ts';
import { projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { projectAccount } from '../../server/workflows/mirror/projectAccount.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';

const ACCOUNT = '001000000000001AAA';
const OTHER = '001000000000002AAA';
const SUBSCRIPTION = 'stripe:subscription:sub_1';
const charge: OrgRow = {
  object: 'Billing_Charge__c',
  key: 'stripe:charge:si_1',
  partOf: SUBSCRIPTION,
  fields: { Status__c: 'Current', MRR__c: 490 },
  parents: { Billing_Subscription__r: { object: 'Billing_Subscription__c', key: SUBSCRIPTION } },
};

/** Projects an Account that has nothing any more, whose row of a charge is still there. */
async function rowsWhen(linkedTo: string | null): Promise<readonly OrgRow[]> {
  const day = new Date('2026-11-21T09:00:00Z');
  const result = await projectAccount({
    mirror: {
      ofAccount: () => Promise.resolve([]),
      ownerOf: (key) => Promise.resolve(key === SUBSCRIPTION ? 'stripe:account:cus_1' : null),
      linkOf: (billingAccountKey) => Promise.resolve({ billingAccountKey, accountId: linkedTo }),
    },
    orgRows: { projected: () => Promise.resolve([charge]) },
    accounts: { stateOf: () => Promise.resolve(null) },
    projection: orgProjection,
    clock: { businessNow: () => day },
    timeZone: 'UTC',
  })({
    key: projectionKeyOf(ACCOUNT),
    events: [],
    claimedAt: day,
    attempt: 1,
    pollAt: null,
    pollOnly: false,
    batch: false,
    refetch: [],
  });
  return result.projection!.rows.filter(({ object }) => object === charge.object);
}

test('a charge whose subscription went to another Account is left to that one, not removed', async () => {
  expect(await rowsWhen(OTHER)).toEqual([]);
});

test('a charge whose subscription is nowhere else is removed, with its amounts', async () => {
  expect(await rowsWhen(null)).toMatchObject([
    { key: charge.key, fields: { Status__c: 'Removed', MRR__c: 0, Quantity__c: 0 } },
  ]);
});
