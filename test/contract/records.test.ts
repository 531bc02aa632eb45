import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOwnerReader } from '../../server/connectors/salesforce/owners.ts';
import { toRecords } from '../../server/connectors/salesforce/rows/records.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../../server/domain/account/facts.ts';
import { Fault } from '../../server/domain/fault.ts';
import { money } from '../../server/domain/money/money.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import type { RecordSettings } from '../../server/workflows/ports/orgProjection.ts';
import type { OrgRow, OrgWriter, OrgWriteResult } from '../../server/workflows/ports/orgRows.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { billingAccount, invoice, payment, subscription } from '../support/billingObjects.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { person } from '../support/orgPeople.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const day = calendarDate('2026-11-21');
const ALL: RecordSettings = {
  invoices: calendarDate('2026-11-01'),
  payments: calendarDate('2026-11-01'),
  deals: { from: calendarDate('2026-11-01'), stage: 'Closed Won', currency: 'USD' },
  timeZone: 'UTC',
};

let sim: RunningSalesforce;
let writer: OrgWriter;
let ownerOf: (accountId: string) => Promise<string | null>;
let accountId: string;

beforeAll(async () => {
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(() => sim.close());
beforeEach(() => {
  sim.org.reset();
  sim.ctx.faults.set([]);
  const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  writer = createOrgWriter(createOrgCalls(client));
  ownerOf = createOwnerReader(client);
  accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId: sim.org.userNamed(USERS.rep)!.Id })[0]!.id!;
});

function recordsOf(objects: readonly BillingObject[], known: readonly string[] = [], settings = ALL): OrgRow[] {
  return toRecords(deriveAccount(accountId, factsOf(objects), day, 'UTC'), settings, new Set(known));
}

async function write(rows: readonly OrgRow[], rowVersion = 1): Promise<OrgWriteResult[]> {
  const results: OrgWriteResult[] = [];
  for (const row of rows) {
    const write = { row, accountId, rowVersion, syncedAt: new Date(0) };
    const [result] = await writer.write([{ object: row.object, writes: [write] }]);
    if (result instanceof Fault) throw result;
    results.push(...result!);
  }
  return results;
}

/** As it is sent once it was made. */
const made = ({ initial: _people, ...row }: OrgRow): OrgRow => row;

const DEAL = [billingAccount(), subscription({ startsOn: calendarDate('2026-11-10') })];
const all = (object: string) => sim.org.all(object).filter((one) => one['Billing_Key__c'] != null);

describe('a deal that reports billing', () => {
  it('carries the mark against orders in the call that makes it and in every later one', async () => {
    const [row] = recordsOf(DEAL);
    for (const sent of [row!, made(row!)]) expect(sent.fields['Billing_Reported__c']).toBe(true);
    expect(await write([row!])).toEqual([{ outcome: 'written' }]);
    expect(all('Opportunity')).toMatchObject([{ Billing_Reported__c: true, IsWon: true, AccountId: accountId }]);
  });

  it('is one after a call that was cut off, and an older write that comes late changes nothing', async () => {
    const [row] = recordsOf(DEAL);
    sim.ctx.faults.set([{ method: 'PATCH', path: '/composite/sobjects', times: 1, reset: 'after' }]);
    await expect(write([row!], 2)).rejects.toMatchObject({ outcomeUnknown: true });
    expect(await write([row!], 2)).toEqual([{ outcome: 'written' }]);
    const newer = { ...made(row!), fields: { ...row!.fields, Billing_MRR__c: 77 } };
    expect(await write([newer], 3)).toEqual([{ outcome: 'written' }]);
    expect(await write([row!], 2)).toEqual([{ outcome: 'newer_is_there' }]);
    expect(all('Opportunity')).toMatchObject([{ Billing_MRR__c: 77 }]);
  });

  it('that somebody deleted is not made again, and is no failure', async () => {
    const [row] = recordsOf(DEAL);
    await write([row!]);
    person({ org: sim }).remove('Opportunity', all('Opportunity')[0]!.Id);
    expect(await write([made(row!)], 2)).toEqual([{ outcome: 'written' }]);
    expect(all('Opportunity')).toEqual([]);
  });

  it('with a stage that the org does not have is refused with its reason', async () => {
    const deals = { ...ALL.deals!, stage: 'x'.repeat(300) };
    const [result] = await write(recordsOf(DEAL, [], { ...ALL, deals }));
    expect(result).toMatchObject({ outcome: 'refused', retry: 'never' });
  });

  it.each([
    ['of a subscription from before it was switched on', { startsOn: calendarDate('2026-10-31') }],
    ['of a draft', { status: 'Draft' as const }],
    ['of one that was canceled before anybody saw it', { status: 'Canceled' as const }],
    ['of one without a beginning', { startsOn: null }],
  ])('%s is not made', (_what, more) => {
    const own = subscription({ startsOn: calendarDate('2026-11-10'), ...more });
    expect(recordsOf([billingAccount(), own])).toEqual([]);
  });

  it('goes on being told of once it was made, also when the subscription is canceled', () => {
    const own = subscription({ startsOn: calendarDate('2026-11-10'), status: 'Canceled' });
    const [row] = recordsOf([billingAccount(), own], [`${own.key}:new`]);
    expect(row!.fields).toMatchObject({ Billing_Subscription_Status__c: 'Canceled', Billing_MRR__c: 0 });
  });

  it.each([
    ['a further term', 'Termed', '2026-11-15', '2027-11-15', 'renewal:2026-11-15'],
    ['a further year without a term', 'Evergreen', '2026-11-15', '2027-11-15', 'renewal:2026-11-15'],
    ['a further month without a term', 'Evergreen', '2026-11-15', '2026-12-15', null],
  ] as const)('of %s is a renewal, or none', (_what, termType, from, to, part) => {
    const own = subscription({
      startsOn: calendarDate('2025-11-15'),
      termType,
      termStartsOn: calendarDate(from),
      termEndsOn: calendarDate(to),
    });
    const rows = recordsOf([billingAccount(), own]);
    expect(rows.map(({ key }) => key)).toEqual(part === null ? [] : [`${own.key}:${part}`]);
    for (const { initial } of rows) expect(initial).toMatchObject({ Type: 'Renewal', CloseDate: from });
  });

  it("is its Account's owner's, and nobody's who is not active", async () => {
    expect(await ownerOf(accountId)).toBe(sim.org.userNamed(USERS.rep)!.Id);
    expect(await ownerOf('001000000000009AAA')).toBeNull();
  });
});

describe('an activity', () => {
  const documents = [
    billingAccount(),
    invoice({ number: 'INV-1', invoicedOn: calendarDate('2026-11-20'), amount: money(12_000, 'USD') }),
  ];

  it('is completed and made once, also when the call was cut off', async () => {
    const rows = recordsOf(documents);
    sim.ctx.faults.set([{ method: 'PATCH', path: '/composite/sobjects', times: 1, reset: 'after' }]);
    await expect(write(rows)).rejects.toMatchObject({ outcomeUnknown: true });
    expect(await write(rows)).toEqual([{ outcome: 'written' }]);
    expect(all('Task')).toMatchObject([
      { Subject: 'Invoice INV-1 of USD 120.00', Status: 'Completed', ActivityDate: '2026-11-20', WhatId: accountId },
    ]);
  });

  it.each([
    ['a draft', { status: 'Draft' as const }],
    ['a void invoice', { status: 'Void' as const }],
    ['an invoice from before it was switched on', { invoicedOn: calendarDate('2026-10-31') }],
    ['an invoice without a day', { invoicedOn: null }],
  ])('is not made of %s', (_what, more) => {
    const own = invoice({ invoicedOn: calendarDate('2026-11-20'), ...more });
    expect(recordsOf([billingAccount(), own])).toEqual([]);
  });

  it('tells of a payment that it failed, and why; of one under way, or in a state that nobody knows, nothing', () => {
    const own = (status: 'Failed' | 'Pending' | 'UnderReview') =>
      payment({ status, at: '2026-11-20T10:00:00.000Z' as never, declineCode: 'insufficient_funds' });
    const [row] = recordsOf([billingAccount(), own('Failed')]);
    expect(row!.initial!['Subject']).toMatch(/failed$/);
    expect(String(row!.initial!['Description'])).toMatch(/\w+/);
    expect(recordsOf([billingAccount(), own('Pending')])).toEqual([]);
    expect(recordsOf([billingAccount(), own('UnderReview')])).toEqual([]);
  });
});
