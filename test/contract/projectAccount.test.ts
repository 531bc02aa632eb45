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

const INVOICE = 'stripe:invoice:in_1';
const line: OrgRow = {
  object: 'Billing_Invoice_Item__c',
  key: 'stripe:invoiceitem:il_1',
  partOf: INVOICE,
  fields: { Status__c: 'Current', Amount__c: 490, Tax__c: 93.1 },
  parents: {
    Billing_Invoice__r: { object: 'Billing_Invoice__c', key: INVOICE },
    Billing_Subscription__r: { object: 'Billing_Subscription__c', key: SUBSCRIPTION },
  },
};

/** Projects an Account that has nothing any more, whose row of a part of something is still there. */
async function rowsWhen(linkedTo: string | null, part = charge, whole = SUBSCRIPTION): Promise<readonly OrgRow[]> {
  const day = new Date('2026-11-21T09:00:00Z');
  const result = await projectAccount({
    mirror: {
      ofAccount: () => Promise.resolve([]),
      ownerOf: (key) => Promise.resolve(key === whole ? 'stripe:account:cus_1' : null),
      linkOf: (billingAccountKey) => Promise.resolve({ billingAccountKey, accountId: linkedTo }),
    },
    orgRows: { projected: () => Promise.resolve([part]) },
    history: { levelsOf: () => Promise.resolve([]) },
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
  return result.projection!.rows.filter(({ object }) => object === part.object);
}

test('a charge whose subscription went to another Account is left to that one, not removed', async () => {
  expect(await rowsWhen(OTHER)).toEqual([]);
});

test('a charge whose subscription is nowhere else is removed, with its amounts', async () => {
  expect(await rowsWhen(null)).toMatchObject([
    { key: charge.key, fields: { Status__c: 'Removed', MRR__c: 0, Quantity__c: 0 } },
  ]);
});

test('a line goes with its invoice, and not with the subscription that it bills', async () => {
  expect(await rowsWhen(OTHER, line, INVOICE)).toEqual([]);
  expect(await rowsWhen(null, line, INVOICE)).toMatchObject([
    { key: line.key, fields: { Status__c: 'Removed', Amount__c: 0, Discount__c: 0, Tax__c: 0 } },
  ]);
  expect(await rowsWhen(OTHER, line, SUBSCRIPTION)).toHaveLength(1);
});
