import { expect, test } from 'vitest';
import { orgProjection } from '../../server/connectors/salesforce/convert.ts';
import { createRowRetention } from '../../server/connectors/salesforce/retention.ts';
import { projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { projectAccount } from '../../server/workflows/mirror/projectAccount.ts';
import { instant } from '../../server/domain/time/instant.ts';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import type { MirrorRecord } from '../../server/workflows/ports/mirror.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import * as sample from '../support/billingObjects.ts';

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

const recordOf = (body: BillingObject): MirrorRecord => ({
  key: body.key,
  kind: body.kind,
  billingAccountKey: 'billingAccountKey' in body ? body.billingAccountKey : body.key,
  asOf: new Date(0),
  version: 0,
  deleted: false,
  body,
});

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

test('a row that was removed under another mapping gives up what that mapping added, and else is left alone', async () => {
  const removed = { ...charge, fields: { Status__c: 'Removed', MRR__c: 0, Quantity__c: 0 } };
  expect(await rowsWhen(null, removed)).toEqual([]);
  expect(await rowsWhen(null, { ...removed, fields: { ...removed.fields, Copy_Of_MRR__c: 0 } })).toMatchObject([
    { key: charge.key, fields: removed.fields },
  ]);
});

test('a row that falls out is dropped where it was projected before, and the day of the next one is told', async () => {
  const day = new Date('2026-11-21T09:00:00Z');
  const payment = sample.payment({ at: instant('2024-01-15T10:00:00Z'), invoiceKeys: [] });
  const recent = sample.payment({ key: 'zuora:payment:p2', at: instant('2026-03-01T10:00:00Z'), invoiceKeys: [] });
  const project = async (before: readonly OrgRow[]) => {
    const { projection } = await projectAccount({
      mirror: {
        ofAccount: () =>
          Promise.resolve(
            [sample.billingAccount({ accountId: ACCOUNT }), payment, recent].map((body) => recordOf(body)),
          ),
        ownerOf: () => Promise.resolve(null),
        linkOf: () => Promise.resolve(null),
      },
      orgRows: { projected: () => Promise.resolve([...before]) },
      history: { levelsOf: () => Promise.resolve([]) },
      accounts: { stateOf: () => Promise.resolve(null) },
      projection: orgProjection,
      retain: createRowRetention(),
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
    return projection!;
  };
  const row: OrgRow = {
    object: 'Billing_Payment__c',
    key: payment.key,
    fields: { Status__c: 'Succeeded' },
    parents: {},
  };
  const first = await project([]);
  expect(first.dropped).toEqual([]);
  expect(first.rows.filter(({ object }) => object === row.object).map(({ key }) => key)).toEqual([recent.key]);
  expect(first.nextChangeOn).toBe('2028-04-01');
  const told: OrgRow = {
    object: 'Billing_Event__c',
    key: 'zuora:event:payment:p1',
    partOf: payment.key,
    fields: { Status__c: 'Current', Occurred_On__c: '2026-08-23', Occurred_At__c: '2026-08-24T01:00:00Z' },
    parents: {},
  };
  const second = await project([row, told]);
  expect(second.rows.filter(({ object }) => object === told.object)).toEqual([]);
  expect(second.dropped).toEqual([
    { object: row.object, key: row.key, reason: 'kept for 25 months' },
    { object: told.object, key: told.key, reason: 'kept for 90 days' },
  ]);
});

const RENEWAL = 'zuora:subscription:A-S1:renewal:2027-07-01';
const opened: OrgRow = {
  object: 'Opportunity',
  key: RENEWAL,
  partOf: 'zuora:subscription:A-S1',
  fields: {
    ...{ AccountId: ACCOUNT, Billing_Order_Kind__c: 'Renew', Billing_Subscription_Number__c: 'A-S1' },
    ...{ CloseDate: '2027-07-01', Amount: 12_000, Billing_Message__c: null },
  },
  initial: { Name: 'Acme', StageName: 'Prospecting' },
  parents: {},
};

/** What becomes of a renewal deal whose subscription was deleted in billing. */
async function endedAs(before: OrgRow, isClosed = false): Promise<OrgRow | undefined> {
  const day = new Date('2027-05-01T09:00:00Z');
  const lossReason = {
    field: 'Why__c',
    values: { canceled: 'Left', paymentsFailed: 'Money', expired: 'Out', termChanged: 'Moved' },
  };
  const settings = {
    ...{ stages: { open: 'Prospecting', won: 'Won', lost: 'Lost' }, initial: {}, currency: 'USD' },
    ...{ lossReason, ownerId: null, priceBook: null },
  };
  const rules = { daysBefore: 90, closeDaysBefore: 0, graceDays: 0, group: 'subscription' as const };
  const deal = { id: '006000000000001AAA', accountId: ACCOUNT, subscriptionNumber: 'A-S1' };
  const { projection } = await projectAccount({
    mirror: {
      ofAccount: () =>
        Promise.resolve([
          recordOf(sample.billingAccount({ accountId: ACCOUNT })),
          { ...recordOf(sample.subscription()), deleted: true },
        ]),
      ownerOf: () => Promise.resolve(null),
      linkOf: () => Promise.resolve(null),
    },
    orgRows: { projected: () => Promise.resolve([before]) },
    history: { levelsOf: () => Promise.resolve([]) },
    accounts: { stateOf: () => Promise.resolve(null) },
    projection: orgProjection,
    renewals: {
      inForce: () => ({ rules, settings }),
      org: { ownerOf: () => Promise.resolve(null), dealsBy: () => Promise.resolve(new Map()) },
      sold: () => Promise.resolve(new Set()),
    },
    deals: { ofAccount: () => Promise.resolve([{ ...deal, opened: { key: RENEWAL, isClosed, isWon: isClosed } }]) },
    clock: { businessNow: () => day },
    timeZone: 'UTC',
  })({
    ...{ key: projectionKeyOf(ACCOUNT), events: [], claimedAt: day, attempt: 1, pollAt: null },
    ...{ pollOnly: false, batch: false, refetch: [] },
  });
  return projection!.rows.find(({ key }) => key === RENEWAL);
}

test('a renewal whose subscription is deleted in billing is lost, with the reason; one that people closed is theirs', async () => {
  const message = 'A-S1 was deleted in billing, so there is nothing to renew.';
  const lost = await endedAs(opened);
  expect(lost!.fields).toEqual({
    ...opened.fields,
    ...{ StageName: 'Lost', Billing_Reported__c: true, Why__c: 'Left', Billing_Message__c: message },
  });
  expect(await endedAs(lost!)).toEqual(lost);
  const { CloseDate: _, ...theirs } = opened.fields;
  expect((await endedAs(opened, true))!.fields).toEqual({ ...theirs, Billing_Message__c: message });
});
