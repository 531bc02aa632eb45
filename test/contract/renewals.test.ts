import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createOrgDealReader } from '../../server/connectors/salesforce/changes/deals.ts';
import { createSalesforceClient, type SalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { describeObjects } from '../../server/connectors/salesforce/mapping/describe.ts';
import { createPriceBookReader } from '../../server/connectors/salesforce/priceBooks.ts';
import { createOrgRowRemover } from '../../server/connectors/salesforce/remover.ts';
import { checkRenewals, type WantedRenewals } from '../../server/connectors/salesforce/renewals/check.ts';
import { createRenewalFinder } from '../../server/connectors/salesforce/renewals/org.ts';
import { renewalRow, renewalRows, type KnownRenewal } from '../../server/connectors/salesforce/rows/renewal.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf } from '../../server/domain/account/facts.ts';
import { Fault } from '../../server/domain/fault.ts';
import { DEFAULT_MRR_RULES } from '../../server/domain/metrics/rules.ts';
import { renewalsOf } from '../../server/domain/renewal/renewal.ts';
import type { Charge } from '../../server/domain/subscription/charge.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import type { OrgRow, OrgWriteResult, OrgWriter } from '../../server/workflows/ports/orgRows.ts';
import type { RenewalRows, RenewalSettings } from '../../server/workflows/ports/renewals.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { billingAccount, charge, subscription } from '../support/billingObjects.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { person } from '../support/orgPeople.ts';
import { STAGES } from '../support/renewals.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const KEY = 'zuora:subscription:A-S1:renewal:2027-07-01';
const SETTINGS: RenewalSettings = {
  stages: STAGES,
  initial: {},
  currency: 'USD',
  lossReason: null,
  ownerId: null,
  priceBook: null,
};
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

describe('the products of a renewal deal', () => {
  const PLAN = 'zuora:productrateplan:p1';
  const LINE = `${KEY}:line:C-1`;
  let book: string;
  let priced: RenewalSettings;

  beforeEach(() => {
    const admin = { userId: sim.org.userNamed(USERS.admin)!.Id };
    const add = (object: string, fields: Record<string, FieldValue>) => sim.org.insert(object, [fields], admin)[0]!.id!;
    const standard = sim.org.all('Pricebook2').find((one) => one['IsStandard'])!.Id;
    book = add('Pricebook2', { Name: 'Billing', IsActive: true });
    const Product2Id = add('Product2', { Name: 'Seats', IsActive: true });
    for (const Pricebook2Id of [standard, book])
      add('PricebookEntry', { Pricebook2Id, Product2Id, UnitPrice: 20, IsActive: true });
    const entry = sim.org.all('PricebookEntry').find((one) => one['Pricebook2Id'] === book)!;
    const integration = { userId: sim.org.userNamed(USERS.integration)!.Id };
    sim.org.update('PricebookEntry', [{ Id: entry.Id, Billing_Key__c: `${PLAN}:${book}` }], integration);
    priced = { ...SETTINGS, initial: { Pricebook2Id: book }, priceBook: book };
  });

  const SOLD: Partial<Charge> = { sellableKey: PLAN, model: 'perUnit', quantity: '60', price: '20' };
  const rowsOf = (
    more: Partial<Charge>,
    known: Partial<KnownRenewal> = {},
    settings = priced,
    rest: Partial<Subscription> = {},
  ) => {
    const facts = factsOf([
      billingAccount({ name: 'Acme' }),
      subscription({ charges: [charge({ ...SOLD, ...more })], ...rest }),
    ]);
    const view = deriveAccount(accountId, facts, calendarDate('2027-06-01'), 'UTC');
    const rules = { daysBefore: 90, closeDaysBefore: 0, graceDays: 0, group: 'subscription' as const };
    const [deal] = renewalsOf({ view, facts, rules, mrr: DEFAULT_MRR_RULES, opened: new Set([KEY]) });
    return renewalRows(view, deal!, settings, {
      before: null,
      deal: null,
      sold: new Set([`${PLAN}:${book}`]),
      ...known,
    });
  };
  const lines = () => sim.org.all('OpportunityLineItem');
  const writeAll = async ({ row, lines: own }: RenewalRows, rowVersion = 1) => {
    const results = [];
    for (const one of [row!, ...own]) results.push(await write(rowVersion === 1 ? one : made(one), rowVersion));
    return results;
  };
  const WRITTEN = { outcome: 'written' };

  it('are made once, in the price book of billing, and follow', async () => {
    const first = rowsOf({});
    expect(await writeAll(first)).toEqual([WRITTEN, WRITTEN]);
    // The answer was lost, so that it is sent once more as it was made.
    expect(await write(first.lines[0]!, 2)).toEqual(WRITTEN);
    expect(lines()).toMatchObject([
      { Billing_Key__c: LINE, Quantity: 60, UnitPrice: 240, TotalPrice: 14_400, Billing_Charge_Number__c: 'C-1' },
    ]);
    expect(deals()).toMatchObject([{ Amount: 14_400, Billing_Renewal_Value__c: 14_400, Pricebook2Id: book }]);
    const next = rowsOf({ quantity: '70' }, { before: first.row, lines: first.lines });
    expect(await writeAll(next, 3)).toEqual([WRITTEN, WRITTEN]);
    expect(deals()).toMatchObject([{ Amount: 16_800, Billing_Message__c: null }]);
    expect(await write(made(first.lines[0]!), 2)).toEqual({ outcome: 'newer_is_there' });
  });

  it.each<[string, Record<string, FieldValue>]>([
    ['in quantity', { Quantity: 61 }],
    ['in price', { UnitPrice: 200 }],
    ['by a discount', { Discount: 5 }],
  ])('are left as a person changed them %s, and no failure', async (_what, change) => {
    const first = rowsOf({});
    await writeAll(first);
    person({ org: sim }).edit('OpportunityLineItem', lines()[0]!.Id, change);
    const next = rowsOf({ quantity: '70' }, { before: first.row, lines: first.lines });
    expect(await writeAll(next, 2)).toEqual([WRITTEN, WRITTEN]);
    expect(lines()).toMatchObject([{ Quantity: 60, Billing_Quantity__c: 60, ...change }]);
    const { deal } = (await createOrgDealReader(client, undefined, undefined, { lines: true }).deal(deals()[0]!.Id))!;
    expect(deal.opened).toEqual({ key: KEY, isClosed: false, isWon: false, kept: [LINE] });
    // Nor are they deleted with their charge.
    expect(await createOrgRowRemover(client, createOrgCalls(client)).remove('OpportunityLineItem', [LINE])).toEqual([
      { key: LINE, outcome: 'absent' },
    ]);
    expect(lines()).toHaveLength(1);
  });

  it('are left when a person has closed the deal meanwhile', async () => {
    const first = rowsOf({});
    await writeAll(first);
    person({ org: sim }).edit('Opportunity', deals()[0]!.Id, { StageName: 'Closed Won' });
    const late = rowsOf({ quantity: '70' }, { before: first.row, lines: first.lines });
    expect(await write(made(late.lines[0]!), 2)).toEqual(WRITTEN);
    expect(lines()).toMatchObject([{ Quantity: 60 }]);
    const opened = { key: KEY, isClosed: true, isWon: true };
    const known = { before: first.row, lines: first.lines, deal: { opened } };
    expect(rowsOf({ quantity: '80' }, known)).toMatchObject({ lines: [], gone: [] });
  });

  it('go when their charge does, as long as nobody changed them', async () => {
    const first = rowsOf({});
    await writeAll(first);
    const next = rowsOf({ number: 'C-2' }, { before: first.row, lines: first.lines });
    expect(next).toMatchObject({ gone: [LINE], lines: [{ key: `${KEY}:line:C-2` }] });
    expect(await createOrgRowRemover(client, createOrgCalls(client)).remove('OpportunityLineItem', next.gone)).toEqual([
      { key: LINE, outcome: 'removed' },
    ]);
    expect(lines()).toEqual([]);
  });

  it('that the price book does not have are named, and looked for again', () => {
    expect(rowsOf({}, { sold: new Set() })).toMatchObject({
      lines: [],
      lacks: true,
      row: {
        fields: {
          Amount: 14_400,
          Billing_Message__c:
            'Not among the products, since the price book of billing does not have it: Platform: Seats. In billing the next term is worth USD 14,400.00.',
        },
      },
    });
  });

  it('do not add up where a cent was rounded, which the deal says', () => {
    const { row } = rowsOf({ price: '0.3333' });
    expect(row!.fields).toMatchObject({
      Billing_Renewal_Value__c: 239.98,
      Billing_Message__c: 'In billing the next term is worth USD 239.98.',
    });
  });

  it.each<[string, () => ReturnType<typeof rowsOf>]>([
    ['of another currency', () => rowsOf({}, {}, priced, { currency: 'EUR' })],
    ['of a deal that was made without a price book', () => rowsOf({}, { before: rowsOf({}, {}, SETTINGS).row })],
    [
      'of one with another price book',
      () => rowsOf({}, { before: rowsOf({}).row }, { ...priced, priceBook: '01s000000000009AAA' }),
    ],
    [
      'of one that billing has lost',
      () => rowsOf({}, { before: rowsOf({}).row }, priced, { cancelOn: calendarDate('2027-07-01') }),
    ],
  ])('%s are not written', (_what, rows) => {
    expect(rows()).toMatchObject({ lines: [], gone: [], lacks: false });
  });

  it('are told to be impossible where the org does not let them be', async () => {
    const sold = { standard: book, sold: book, currency: 'USD', namesCurrency: false };
    const priceBook = { priceBooks: () => Promise.resolve(sold) };
    const wanted: WantedRenewals = {
      ...{ stages: STAGES, recordType: null, owner: null, lossReason: null, defaults: {}, currency: 'USD' },
      priceBook,
    };
    expect(await checkRenewals(client, wanted)).toMatchObject({
      settings: { priceBook: book, initial: { Pricebook2Id: book } },
    });
    const describe = describeObjects(client);
    const without = async (object: string) => {
      const fields = await describe(object);
      if (object !== 'OpportunityLineItem') return fields;
      const region = {
        ...fields!.get('quantity')!,
        name: 'Region__c',
        label: 'Region',
        nillable: false,
        defaultedOnCreate: false,
      };
      return new Map([
        ...fields!,
        ['region__c', region],
        ['billing_key__c', { ...fields!.get('billing_key__c')!, createable: false }],
      ]);
    };
    expect(await checkRenewals(client, wanted, without)).toEqual({
      faults: [
        'The integration user may not fill in Billing_Key__c of products of opportunities: deploy the package again and give it the permission set Integration_Write, or set products to false.',
        'A product of an opportunity cannot be made without Region (Region__c): give it a default in Setup, or set products to false.',
      ],
    });
    const missing = createPriceBookReader(client, { name: 'Elsewhere', currency: 'USD' });
    expect(await checkRenewals(client, { ...wanted, priceBook: missing })).toMatchObject({
      faults: [expect.stringContaining('The org has no price book "Elsewhere"') as string],
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
    priceBook: null,
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
        priceBook: null,
      },
    });
  });

  it('name a record type that there is, with which deals are made', async () => {
    const Id = '012000000000001AAA';
    const named = { Name: 'Renewal', SobjectType: 'Opportunity', DeveloperName: 'Renewal', IsActive: true };
    sim.org.store.put(sim.org.schema.object('RecordType')!, { Id, IsDeleted: false, ...named });
    expect(await check({ recordType: 'Renewal' })).toMatchObject({ settings: { initial: { RecordTypeId: Id } } });
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
