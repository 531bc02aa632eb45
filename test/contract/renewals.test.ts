import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient, type SalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { checkRenewals, type WantedRenewals } from '../../server/connectors/salesforce/renewals/check.ts';
import { createRenewalFinder } from '../../server/connectors/salesforce/renewals/org.ts';
import { renewalRow, type KnownRenewal } from '../../server/connectors/salesforce/rows/renewal.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf } from '../../server/domain/account/facts.ts';
import { Fault } from '../../server/domain/fault.ts';
import { DEFAULT_MRR_RULES } from '../../server/domain/metrics/rules.ts';
import { renewalsOf } from '../../server/domain/renewal/renewal.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import type { OrgRow, OrgWriteResult, OrgWriter } from '../../server/workflows/ports/orgRows.ts';
import type { RenewalSettings } from '../../server/workflows/ports/renewals.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { billingAccount, subscription } from '../support/billingObjects.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { person } from '../support/orgPeople.ts';
import { STAGES } from '../support/renewals.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const KEY = 'zuora:subscription:A-S1:renewal:2027-07-01';
const SETTINGS: RenewalSettings = { stages: STAGES, initial: {}, currency: 'USD', lossReason: null, ownerId: null };
const UNTOUCHED: KnownRenewal = { before: null, deal: null };

let sim: RunningSalesforce;
let client: SalesforceClient;
let writer: OrgWriter;
let accountId: string;

beforeAll(async () => {
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(() => sim.close());
beforeEach(() => {
  sim.org.reset();
  client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  writer = createOrgWriter(createOrgCalls(client));
  accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId: sim.org.userNamed(USERS.rep)!.Id })[0]!.id!;
});

/** The deal of a subscription as of a day. */
function rowOf(more: Partial<Subscription>, known = UNTOUCHED, on = '2027-06-01', settings = SETTINGS): OrgRow | null {
  const facts = factsOf([billingAccount({ name: 'Acme' }), subscription(more)]);
  const view = deriveAccount(accountId, facts, calendarDate(on), 'UTC');
  const rules = { daysBefore: 90, closeDaysBefore: 0, graceDays: 0, group: 'subscription' as const };
  const opened = new Set(known.before === null ? [] : [KEY]);
  const [deal] = renewalsOf({ view, facts, rules, mrr: DEFAULT_MRR_RULES, opened });
  return deal === undefined ? null : renewalRow(view, deal, settings, known);
}

async function write(row: OrgRow, rowVersion = 1): Promise<OrgWriteResult> {
  const [result] = await writer.write([
    { object: row.object, writes: [{ row, accountId, rowVersion, syncedAt: new Date(0) }] },
  ]);
  if (result instanceof Fault) throw result;
  return result![0]!;
}
const made = ({ initial: _, ...row }: OrgRow): OrgRow => row;
const deals = () => sim.org.all('Opportunity');
const RENEWED = { termStartsOn: calendarDate('2027-07-01'), termEndsOn: calendarDate('2028-07-01') };

describe('a renewal deal', () => {
  it('is opened, and closed with its mark in one write', async () => {
    const open = rowOf({})!;
    expect(await write(open)).toEqual({ outcome: 'written' });
    expect(deals()).toMatchObject([
      {
        Name: 'Acme: Platform (renewal 1 Jul 2027)',
        StageName: 'Prospecting',
        Amount: 12_000,
        CloseDate: '2027-07-01',
        Billing_Reported__c: false,
      },
    ]);
    const won = rowOf(RENEWED, { before: open, deal: null }, '2027-07-01')!;
    expect(made(won).fields).toMatchObject({ StageName: 'Closed Won', Billing_Reported__c: true });
    expect(await write(made(won), 2)).toEqual({ outcome: 'written' });
    expect(deals()).toMatchObject([{ Billing_Key__c: KEY, IsWon: true, Billing_Reported__c: true }]);
  });

  it.each([
    ['won', 'Closed Won'],
    ['lost', 'Closed Lost'],
  ])('that a person %s keeps stage, amount and dates, and is told what billing did', (_word, stage) => {
    const before = rowOf({})!;
    const opened = { key: KEY, isClosed: true, isWon: stage === 'Closed Won' };
    const row = rowOf(RENEWED, { before, deal: { opened } }, '2027-07-01')!;
    for (const field of ['StageName', 'Amount', 'CloseDate', 'Billing_Reported__c', 'Billing_Start_Date__c'])
      expect(row.fields).not.toHaveProperty(field);
    expect(row.fields['Billing_Message__c']).toBe('Renewed in billing from 1 Jul 2027: A-S1.');
    // Also when it is no longer known who closed it.
    expect(rowOf(RENEWED, { before: row, deal: null }, '2027-07-01')).toEqual(row);
  });

  it('that billing closed stays closed when the cancellation is taken back, and is won when billing renews it after all', () => {
    const before = rowOf({ cancelOn: calendarDate('2027-07-01') }, { before: rowOf({}), deal: null })!;
    expect(before.fields).toMatchObject({ StageName: 'Closed Lost', Billing_Reported__c: true });
    const again = rowOf({}, { before, deal: null })!;
    expect(again.fields).toMatchObject({
      StageName: 'Closed Lost',
      Billing_Reported__c: true,
      Billing_Message__c: expect.stringContaining('can be renewed again') as string,
    });
    const won = rowOf(RENEWED, { before: again, deal: null }, '2027-07-01')!;
    expect(won.fields).toMatchObject({ StageName: 'Closed Won', Billing_Reported__c: true });
  });

  it('tells why it was lost in the field of the settings, and not when it was renewed after all', () => {
    const values = { canceled: 'Left', paymentsFailed: 'No Money', expired: 'Ran Out', termChanged: 'Moved' };
    const settings = { ...SETTINGS, lossReason: { field: 'Loss_Reason__c', values } };
    const canceled = { cancelOn: calendarDate('2027-07-01') };
    const lost = rowOf(canceled, { before: rowOf({}), deal: null }, '2027-06-01', settings)!;
    expect(lost.fields).toMatchObject({ Loss_Reason__c: 'Left' });
    const won = rowOf(RENEWED, { before: lost, deal: null }, '2027-07-01', settings)!;
    expect(won.fields).toMatchObject({ Loss_Reason__c: null, StageName: 'Closed Won' });
  });

  it('in another currency has no amount, and says so', () => {
    const row = rowOf({ currency: 'EUR' })!;
    expect(row.fields).not.toHaveProperty('Amount');
    expect(row.fields['Billing_Message__c']).toMatch('billed in EUR');
  });

  it('is written no more once the next term is over', () => {
    const before = rowOf(RENEWED, { before: rowOf({}), deal: null }, '2027-07-01')!;
    const later = { termStartsOn: calendarDate('2028-07-01'), termEndsOn: calendarDate('2029-07-01') };
    expect(rowOf(later, { before, deal: null }, '2028-01-01')).toBeNull();
  });

  it('that is there already is found by its key', async () => {
    expect(await createRenewalFinder(client)([KEY])).toEqual(new Map());
    await write(rowOf({})!);
    person({ org: sim }).edit('Opportunity', deals()[0]!.Id, { StageName: 'Closed Lost' });
    expect((await createRenewalFinder(client)([KEY, 'zuora:subscription:A-S2:renewal:2027-07-01'])).get(KEY)).toEqual({
      key: KEY,
      isClosed: true,
      isWon: false,
      isReported: false,
    });
  });
});

describe('the settings', () => {
  const wanted: WantedRenewals = {
    stages: STAGES,
    recordType: null,
    owner: null,
    lossReason: null,
    defaults: {},
    currency: 'USD',
  };
  const check = (more: Partial<WantedRenewals>) => checkRenewals(client, { ...wanted, ...more });

  it('that the org takes are told as it has them', async () => {
    const { Id, Username } = sim.org.userNamed(USERS.admin)!;
    expect(await check({ owner: String(Username), defaults: { Type: 'Existing Business' } })).toEqual({
      settings: {
        stages: STAGES,
        initial: { Type: 'Existing Business' },
        currency: 'USD',
        lossReason: null,
        ownerId: Id,
      },
    });
  });

  it.each<[string, Partial<WantedRenewals>, string]>([
    ['an unknown stage', { stages: { ...STAGES, open: 'Dreaming' } }, 'The org has no active stage "Dreaming"'],
    ['an open stage that is closed', { stages: { ...STAGES, open: 'Closed Won' } }, 'cannot be stages.open'],
    ['a won stage that is lost', { stages: { ...STAGES, won: 'Closed Lost' } }, 'cannot be stages.won'],
    ['a lost stage that is won', { stages: { ...STAGES, lost: 'Closed Won' } }, 'cannot be stages.lost'],
    ['an unknown record type', { recordType: 'Renewal' }, 'no active record type "Renewal"'],
    ['an unknown user', { owner: 'nobody@example.com' }, 'no active user "nobody@example.com"'],
    ['an unknown field', { defaults: { Nothing__c: 'x' } }, 'no field Nothing__c'],
    [
      'an unknown field for the reason',
      {
        lossReason: { field: 'Why__c', values: { canceled: 'a', paymentsFailed: 'b', expired: 'c', termChanged: 'd' } },
      },
      'no field Why__c',
    ],
  ])('that name %s are refused in words', async (_what, more, words) => {
    expect(await check(more)).toEqual({ faults: [expect.stringContaining(words) as string] });
  });

  it('that leave out what the org requires, or name what a list does not have, are refused in words', async () => {
    const describe = async () =>
      new Map(
        [
          { name: 'Region__c', label: 'Region', type: 'picklist', nillable: false, defaultedOnCreate: false },
          { name: 'CurrencyIsoCode', label: 'Currency', type: 'picklist', nillable: false, defaultedOnCreate: true },
        ].map((field) => [
          field.name.toLowerCase(),
          {
            ...field,
            length: 255,
            precision: 0,
            scale: 0,
            createable: true,
            updateable: true,
            calculated: false,
            restrictedPicklist: true,
            picklistValues: [{ value: 'EMEA', active: true }],
          },
        ]),
      );
    expect(await checkRenewals(client, wanted, describe)).toEqual({
      faults: [
        'Opportunity cannot be made without Region (Region__c): give it a value in defaults.Region__c.',
        'The currency USD is not active in the org: correct SALESFORCE_CURRENCY, or activate it.',
      ],
    });
    expect(await checkRenewals(client, { ...wanted, defaults: { Region__c: 'Mars' } }, describe)).toMatchObject({
      faults: [expect.stringContaining('does not take "Mars"') as string, expect.anything() as string],
    });
  });
});
