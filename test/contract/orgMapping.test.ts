import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient, type SalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOrgProjection } from '../../server/connectors/salesforce/convert.ts';
import { shapesWith } from '../../server/connectors/salesforce/mapping/apply.ts';
import { checkMapping } from '../../server/connectors/salesforce/mapping/check.ts';
import { describeObjects } from '../../server/connectors/salesforce/mapping/describe.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf } from '../../server/domain/account/facts.ts';
import type { AccountView } from '../../server/domain/account/view.ts';
import { HEALTH_STATUSES } from '../../server/domain/health/health.ts';
import { money } from '../../server/domain/money/money.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import type { MappingEntry } from '../../server/workflows/ports/orgMapping.ts';
import type { MetadataFolder } from '../simulators/salesforce/org/testing/metadataFolder.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import * as sample from '../support/billingObjects.ts';
import { faultOf } from '../support/faultOf.ts';
import { packageWith, restricted } from '../support/orgFields.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const number = (precision: number, scale: number) => `<precision>${precision}</precision><scale>${scale}</scale>`;
const text = (length: number) => `<length>${length}</length>`;

let folder: MetadataFolder;
let sim: RunningSalesforce;
let client: SalesforceClient;
beforeAll(async () => {
  folder = packageWith([
    { object: 'Account', name: 'Plan_Name__c', type: 'Text', more: text(12) },
    { object: 'Account', name: 'Monthly__c', type: 'Number', more: number(18, 3) },
    { object: 'Account', name: 'Monthly_EUR__c', type: 'Currency', more: number(18, 2) },
    { object: 'Account', name: 'Small__c', type: 'Number', more: number(5, 3) },
    { object: 'Account', name: 'Whole__c', type: 'Number', more: number(18, 0) },
    { object: 'Account', name: 'Renews__c', type: 'Date' },
    { object: 'Account', name: 'Late__c', type: 'Checkbox', more: '<defaultValue>false</defaultValue>' },
    { object: 'Account', name: 'State__c', type: 'Picklist', more: restricted(...HEALTH_STATUSES) },
    { object: 'Account', name: 'Few__c', type: 'Picklist', more: restricted('Overdue', 'Trial') },
    { object: 'Account', name: 'Seen__c', type: 'Text', more: text(40), access: 'read' },
    { object: 'Account', name: 'Hidden__c', type: 'Text', more: text(40), access: 'none' },
    {
      object: 'Account',
      name: 'Double_MRR__c',
      type: 'Number',
      more: `${number(18, 2)}<formula>Billing_MRR__c * 2</formula>`,
      access: 'read',
    },
    { object: 'Billing_Invoice__c', name: 'Document__c', type: 'Text', more: text(6) },
    { object: 'Billing_Invoice__c', name: 'Open__c', type: 'Number', more: number(18, 3) },
    { object: 'Billing_Invoice__c', name: 'Rough__c', type: 'Number', more: number(18, 1) },
    { object: 'Account', name: 'Region__c', type: 'Picklist', more: restricted('EMEA', 'APAC') },
    { object: 'Billing_Account__c', name: 'Region__c', type: 'Text', more: text(6) },
    { object: 'Billing_Account__c', name: 'Seats__c', type: 'Number', more: number(4, 0) },
    { object: 'Billing_Account__c', name: 'Since__c', type: 'Date' },
    { object: 'Billing_Account__c', name: 'Seen_At__c', type: 'DateTime' },
    { object: 'Billing_Account__c', name: 'Vip__c', type: 'Checkbox', more: '<defaultValue>false</defaultValue>' },
    { object: 'Billing_Account__c', name: 'Mail__c', type: 'Email' },
    { object: 'Billing_Subscription__c', name: 'Center__c', type: 'Text', more: text(20) },
    { object: 'Billing_Charge__c', name: 'Center__c', type: 'Text', more: text(20) },
    { object: 'Billing_Invoice__c', name: 'Center__c', type: 'Text', more: text(20) },
  ]);
  sim = await startSalesforceSim({
    forceApp: folder.path,
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
  client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
});
afterAll(async () => {
  await sim.close();
  folder.remove();
});

const entry = (source: string, target: string, more: Partial<MappingEntry> = {}): MappingEntry => ({
  object: 'Account',
  source,
  target,
  overwrite: true,
  currency: null,
  ...more,
});
const ofInvoice = (source: string, target: string) =>
  entry(source, target, { object: 'Billing_Invoice__c', overwrite: false });
const leftOut = (object: string, target: string): MappingEntry => ({
  object,
  source: null,
  target,
  overwrite: false,
  currency: null,
});
const check = (...entries: MappingEntry[]) => checkMapping(entries, describeObjects(client));

const OBJECTS = ['Account', 'Billing_Account__c', 'Billing_Subscription__c', 'Billing_Charge__c', 'Billing_Invoice__c'];

const GOOD = [
  entry('plan', 'Plan_Name__c'),
  entry('mrr', 'Monthly__c'),
  entry('mrr', 'Monthly_EUR__c', { currency: 'EUR' }),
  entry('nextRenewal', 'Renews__c'),
  entry('hasOverdue', 'Late__c'),
  entry('status', 'State__c'),
  entry('openInvoiceCount', 'Whole__c'),
  ofInvoice('Number__c', 'Document__c'),
  ofInvoice('Balance__c', 'Open__c'),
];

describe('the check of a mapping against an org', () => {
  it('takes what the org has, with the names and lengths that it has there', async () => {
    const { fields, refused } = await check(...GOOD, entry('overdue', 'small__C'));
    expect(refused).toEqual([]);
    expect(fields.map(({ target, length }) => [target, length])).toEqual([
      ['Plan_Name__c', 12],
      ['Monthly__c', null],
      ['Monthly_EUR__c', null],
      ['Renews__c', null],
      ['Late__c', null],
      ['State__c', 255],
      ['Whole__c', null],
      ['Document__c', 6],
      ['Open__c', null],
      ['Small__c', null],
    ]);
  });

  it.each<[string, MappingEntry, RegExp]>([
    [
      'an object that is not written',
      entry('plan', 'X__c', { object: 'Contact' }),
      /Contact is no object that is written/,
    ],
    [
      'a source that there is not',
      entry('planet', 'Plan_Name__c'),
      /no source planet; npm run ops -- mapping --sources/,
    ],
    ['a name of every object as a source', entry('constructor', 'Plan_Name__c'), /no source constructor/],
    ['a field of another object as a source', ofInvoice('Meter__c', 'Document__c'), /no source Meter__c/],
    ['a field that is not there', entry('plan', 'Plan_Nme__c'), /has no such field that the integration user sees/],
    [
      'a field that the integration user does not see',
      entry('plan', 'Hidden__c'),
      /has no such field that the integration user sees/,
    ],
    ['a field that it may only read', entry('plan', 'Seen__c'), /may not edit it: grant Edit/],
    ['a formula', entry('mrr', 'Double_MRR__c'), /a formula or a roll-up/],
    ['a text for a date', entry('plan', 'Renews__c'), /of type date, and the source gives a text/],
    ['a date for a number', entry('nextRenewal', 'Monthly__c'), /of type double, and the source gives a date/],
    [
      'an amount for a field without decimals',
      entry('mrr', 'Whole__c'),
      /keeps 0 digits after the point, and the source gives 3/,
    ],
    ['an amount for the currency of the org', entry('mrr', 'Monthly_EUR__c'), /name the one currency/],
    [
      'more digits than the field keeps, in its currency',
      entry('mrr', 'Monthly_EUR__c', { currency: 'KWD' }),
      /keeps 2 digits after the point, and the source gives 3/,
    ],
    [
      'a currency for what is no amount',
      entry('plan', 'Plan_Name__c', { currency: 'EUR' }),
      /"currency" is for amounts/,
    ],
    [
      'any text for a restricted picklist',
      entry('plan', 'State__c'),
      /takes no other values, and the source gives any text/,
    ],
    ['statuses that a restricted picklist lacks', entry('status', 'Few__c'), /lacks In Dunning, .*Good Standing/],
    [
      'a number with more digits than its copy keeps',
      ofInvoice('Balance__c', 'Rough__c'),
      /keeps 1 digits after the point, and the source gives 3/,
    ],
    [
      'a lookup as a source',
      ofInvoice('Billing_Account__c', 'Document__c'),
      /nothing that the integration user can read and copy/,
    ],
    ['a field of the package', entry('plan', 'billing_plan__c'), /written already/],
    ['a field of the writer', ofInvoice('Number__c', 'Key__c'), /written already/],
    ['the name of an Account', entry('plan', 'Name'), /belong to Salesforce/],
    ['an address', entry('plan', 'BillingCity'), /belong to Salesforce/],
    [
      'metadata of what has none here',
      entry('metadata.region', 'X__c', { object: 'Billing_Payment__c', overwrite: false }),
      /sources of Account, Billing_Account__c, Billing_Subscription__c, Billing_Charge__c, Billing_Invoice__c alone/,
    ],
    [
      'metadata for a field that must not be edited',
      entry('metadata.region', 'Seen__c'),
      /may not edit it: grant Edit/,
    ],
    ['metadata for an amount of the org', entry('metadata.fee', 'Monthly_EUR__c'), /of type currency/],
    [
      'metadata in a currency',
      entry('metadata.fee', 'Monthly__c', { currency: 'EUR' }),
      /"currency" is for amounts of Account alone/,
    ],
    [
      'to leave out a field of our own objects',
      leftOut('Billing_Invoice__c', 'Balance__c'),
      /only fields of Account can/,
    ],
    ['to leave out a key', leftOut('Account', 'Billing_Row_Version__c'), /rows are told apart by it/],
    ['to leave out the name', leftOut('Account', 'Name'), /every org gets only what/],
    [
      'to leave out and to own',
      { ...leftOut('Account', 'Billing_Plan__c'), overwrite: true },
      /say nothing of a field that is left out/,
    ],
    [
      'what people may have entered, without a word',
      entry('plan', 'Plan_Name__c', { overwrite: false }),
      /say "overwrite": true/,
    ],
  ])('refuses %s in one readable line, and takes the rest', async (_what, bad, line) => {
    const { fields, refused } = await check(bad, entry('overdue', 'Small__c'));
    expect(refused).toEqual([expect.stringMatching(line)]);
    expect(refused[0]).toMatch(new RegExp(`^${bad.object}\\.${bad.target} is not written: .*\\.$`));
    expect(fields.map(({ target }) => target)).toEqual(['Small__c']);
  });

  it('refuses every one of several sources of one field, whatever the case of its letters', async () => {
    const three = await check(
      ...['metadata.a', 'metadata.b', 'custom.C__c'].map((source) => entry(source, 'Region__c')),
    );
    expect([three.fields, three.refused.length]).toEqual([[], 3]);
    const { fields, refused } = await check(entry('plan', 'Plan_Name__c'), entry('interval', 'plan_name__c'));
    expect(fields).toEqual([]);
    expect(refused).toEqual([
      expect.stringContaining('it has 2 sources, plan, interval: keep one'),
      expect.stringContaining('it has 2 sources, plan, interval: keep one'),
    ]);
  });

  it('leaves out what every org gets, by the name that it has there', async () => {
    const { fields, refused } = await check(leftOut('Account', 'billing_plan__C'));
    expect(refused).toEqual([]);
    expect(fields).toMatchObject([{ source: null, target: 'Billing_Plan__c' }]);
    const [account] = shapesWith(fields);
    expect(account!.fields).not.toContain('Billing_Plan__c');
    expect(account!.fields).toContain('Billing_MRR__c');
  });

  it('says that the org does not answer instead of refusing anything', async () => {
    sim.ctx.faults.set([{ path: '/describe$', status: 503, times: 1 }]);
    const failed = check(entry('plan', 'Plan_Name__c'));
    await expect(failed).rejects.toMatchObject({ retryable: true });
  });
});

describe('rows under a mapping', () => {
  const accountOf = (accountId: string, currency: string, minor: number) =>
    deriveAccount(
      accountId,
      factsOf([
        sample.billingAccount({ accountId }),
        sample.invoice({
          number: 'INV-00000042',
          status: 'Open',
          amount: money(minor, currency),
          balance: money(minor, currency),
          dueOn: calendarDate('2026-11-01'),
          items: [],
        }),
        sample.subscription({ currency, charges: [sample.charge({ name: 'A', plan: 'Plan of many words 🚀' })] }),
      ]),
      calendarDate('2026-11-21'),
      'UTC',
    );

  async function written(
    currency: string,
    entries: readonly MappingEntry[],
    minor = 12_345,
    makeView: (accountId: string) => AccountView = (accountId) => accountOf(accountId, currency, minor),
  ) {
    const userId = sim.org.userNamed(USERS.rep)!.Id;
    const accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId })[0]!.id!;
    const { fields, refused } = await checkMapping(entries, describeObjects(client));
    expect(refused).toEqual([]);
    const rows = createOrgProjection(() => fields).toOrgRows(makeView(accountId));
    const writer = createOrgWriter(createOrgCalls(client));
    const chunks = OBJECTS.map((object) => ({
      object,
      writes: rows
        .filter((row) => row.object === object)
        .map((row) => ({
          row: { ...row, parents: {} },
          accountId: object === 'Account' ? null : accountId,
          rowVersion: 1,
          syncedAt: new Date(),
        })),
    }));
    const results = await writer.write(chunks);
    const invoice = sim.org.all('Billing_Invoice__c').find((row) => row['Account__c'] === accountId);
    const rowOf = (object: string) => sim.org.all(object).find((row) => row['Account__c'] === accountId);
    return { results, rows, account: sim.org.get('Account', accountId)!, invoice, fields, rowOf };
  }

  it('are taken by the org as they are, texts cut with a mark', async () => {
    const { results, account, invoice } = await written('EUR', GOOD);
    expect(results.flat()).toEqual(Array.from({ length: 5 }, () => ({ outcome: 'written' })));
    expect(account).toMatchObject({
      Plan_Name__c: 'Plan of man…',
      Monthly__c: account['Billing_MRR__c'],
      Monthly_EUR__c: account['Billing_MRR__c'],
      Late__c: true,
      State__c: 'Overdue',
      Whole__c: 1,
      Name: 'Acme',
    });
    expect(invoice).toMatchObject({ Document__c: 'INV-0…', Open__c: 123.45, Balance__c: 123.45 });
  });

  it('leave the field of one currency empty where the Account has another', async () => {
    const { account } = await written('JPY', [entry('outstanding', 'Monthly_EUR__c', { currency: 'EUR' })]);
    expect(account).toMatchObject({ Billing_Outstanding__c: 12_345, Monthly_EUR__c: null });
  });

  it('are refused with a reason where a number does not fit, and only those of that Account', async () => {
    const { results } = await written('EUR', [entry('outstanding', 'Small__c')]);
    expect(results[0]).toMatchObject([
      {
        outcome: 'refused',
        retry: 'never',
        code: 'NUMBER_OUTSIDE_VALID_RANGE',
        message: expect.stringMatching(/Small.* Enlarge the field, or take it out of MAPPING_FILE/),
      },
    ]);
    expect(results[4]).toEqual([{ outcome: 'written' }]);
  });

  const customer = (source: string, target: string) =>
    entry(source, target, { object: 'Billing_Account__c', overwrite: false });
  const CUSTOMER = [
    entry('metadata.region', 'Region__c'),
    customer('metadata.region', 'Region__c'),
    customer('metadata.seats', 'Seats__c'),
    customer('metadata.since', 'Since__c'),
    customer('metadata.seen', 'Seen_At__c'),
    customer('metadata.vip', 'Vip__c'),
    customer('metadata.mail', 'Mail__c'),
    ...['Billing_Subscription__c', 'Billing_Charge__c', 'Billing_Invoice__c'].map((object) =>
      entry('custom.Center__c', 'Center__c', { object, overwrite: false }),
    ),
  ];
  const viewWith =
    (...given: Record<string, string>[]) =>
    (accountId: string) =>
      deriveAccount(
        accountId,
        factsOf([
          ...given.map((fields, index) =>
            sample.billingAccount({ accountId, key: `zuora:account:${accountId}${index}`, fields }),
          ),
          sample.subscription({
            number: `A-${accountId}`,
            fields: { 'custom.Center__c': 'S' },
            charges: [sample.charge({ number: `C-${accountId}`, fields: { 'custom.Center__c': 'C' } })],
          }),
          sample.invoice({ number: `I-${accountId}`, fields: { 'custom.Center__c': 'I' } }),
        ]),
        calendarDate('2026-11-21'),
        'UTC',
      );

  it('take metadata and custom fields by the type of the field, each from its own object', async () => {
    const { results, account, rowOf } = await written(
      'USD',
      CUSTOMER,
      0,
      viewWith({
        'metadata.region': 'EMEA',
        'metadata.seats': '25',
        'metadata.since': '2020-01-31',
        'metadata.seen': '2026-11-21T10:00:00+01:00',
        'metadata.vip': 'yes',
        'metadata.mail': 'a@b.example',
      }),
    );
    expect(results.flat()).toEqual(Array.from({ length: 5 }, () => ({ outcome: 'written' })));
    expect(account).toMatchObject({ Region__c: 'EMEA' });
    expect(rowOf('Billing_Account__c')).toMatchObject({
      Region__c: 'EMEA',
      Seats__c: 25,
      Since__c: '2020-01-31',
      Vip__c: true,
      Mail__c: 'a@b.example',
    });
    expect(Date.parse(String(rowOf('Billing_Account__c')!['Seen_At__c']))).toBe(Date.parse('2026-11-21T09:00:00Z'));
    expect(rowOf('Billing_Subscription__c')).toMatchObject({ Center__c: 'S' });
    expect(rowOf('Billing_Charge__c')).toMatchObject({ Center__c: 'C' });
    expect(rowOf('Billing_Invoice__c')).toMatchObject({ Center__c: 'I' });
  });

  it('leave a field empty that metadata do not fit, with the reason beside the row, and are taken', async () => {
    const { results, account, rows, rowOf } = await written(
      'USD',
      CUSTOMER,
      0,
      viewWith({
        'metadata.region': 'Middle Earth',
        'metadata.seats': '12345',
        'metadata.since': 'yesterday',
        'metadata.vip': `${'perhaps '.repeat(20)}`.trim(),
        'metadata.mail': 'nobody',
      }),
    );
    expect(results.flat()).toEqual(Array.from({ length: 5 }, () => ({ outcome: 'written' })));
    expect(account).toMatchObject({ Region__c: null });
    expect(rowOf('Billing_Account__c')).toMatchObject({ Region__c: 'Middl…', Vip__c: false });
    expect(rowOf('Billing_Account__c')).toMatchObject({
      Seats__c: null,
      Since__c: null,
      Seen_At__c: null,
      Mail__c: null,
    });
    expect(rows.flatMap(({ object, notes = [] }) => notes.map((note) => `${object} ${note}`))).toEqual([
      'Account Region__c is empty: "Middle Earth" (metadata.region) is no value of the picklist.',
      'Billing_Account__c Seats__c is empty: "12345" (metadata.seats) is too large.',
      'Billing_Account__c Since__c is empty: "yesterday" (metadata.since) is no date (YYYY-MM-DD).',
      expect.stringMatching(
        /^Billing_Account__c Vip__c is not set: "perhaps .{31}…" \(metadata.vip\) is neither true nor false\.$/,
      ),
      'Billing_Account__c Mail__c is empty: "nobody" (metadata.mail) is no email address.',
    ]);
  });

  it('choose none where the customers of one Account differ', async () => {
    const region = (text: string) => ({ 'metadata.region': text });
    const agreed = await written('USD', CUSTOMER, 0, viewWith(region('EMEA'), {}, region('EMEA')));
    expect(agreed.account).toMatchObject({ Region__c: 'EMEA' });
    const { account, rows } = await written('USD', CUSTOMER, 0, viewWith(region('EMEA'), region('APAC')));
    expect(account).toMatchObject({ Region__c: null });
    expect(rows[0]!.notes).toEqual([
      'Region__c is empty: the customers of this Account have different values of metadata.region.',
    ]);
  });

  it('take what two billing systems call by their own names in one field, each from its own', async () => {
    const both = [...CUSTOMER, entry('custom.Region__c', 'Region__c'), customer('custom.Region__c', 'region__C')];
    const { account, rowOf, rows } = await written('USD', both, 0, viewWith({ 'custom.Region__c': 'APAC' }));
    expect(account).toMatchObject({ Region__c: 'APAC' });
    expect(rowOf('Billing_Account__c')).toMatchObject({ Region__c: 'APAC' });
    expect(rows.flatMap(({ notes = [] }) => notes)).toEqual([]);
    const { fields } = await check(...both);
    for (const shape of shapesWith(fields)) expect(new Set(shape.fields).size).toBe(shape.fields.length);
    const differing = viewWith({ 'custom.Region__c': 'APAC' }, { 'metadata.region': 'EMEA' });
    const { rows: told } = await written('USD', both, 0, differing);
    expect(told[0]!.notes).toEqual([
      'Region__c is empty: the customers of this Account have different values of metadata.region, custom.Region__c.',
    ]);
  });

  it('keep texts of billing once they are removed, and no number', async () => {
    const { rows, fields } = await written(
      'USD',
      CUSTOMER,
      0,
      viewWith({ 'metadata.region': 'EMEA', 'metadata.seats': '25', 'metadata.vip': 'true' }),
    );
    const row = rows.find(({ object }) => object === 'Billing_Account__c')!;
    const projection = createOrgProjection(() => fields);
    const removed = projection.removedRow(row);
    expect(removed.fields).toMatchObject({ Status__c: 'Removed', Region__c: 'EMEA', Seats__c: 0, Vip__c: true });
    expect(projection.removedRow(removed)).toEqual(removed);
  });

  it('leave out what the mapping leaves out, and what is there stays', async () => {
    const { account, rows } = await written('EUR', [leftOut('Account', 'Billing_Plan__c')]);
    expect(account['Billing_Plan__c'] ?? null).toBeNull();
    expect(account).toMatchObject({ Billing_Outstanding__c: 123.45 });
    expect(rows[0]!.fields).not.toHaveProperty('Billing_Plan__c');
  });

  it('keep no amount in a copy once they are removed', async () => {
    const { rows, fields } = await written('EUR', GOOD);
    const invoice = rows.find(({ object }) => object === 'Billing_Invoice__c')!;
    expect(createOrgProjection(() => fields).removedRow(invoice).fields).toMatchObject({
      Status__c: 'Removed',
      Balance__c: 0,
      Open__c: 0,
      Document__c: 'INV-0…',
    });
    expect(createOrgProjection().removedRow(invoice).fields).not.toHaveProperty('Open__c');
  });
});

it('an org that does not describe an object once is asked again', async () => {
  const describeObject = describeObjects(client);
  sim.ctx.faults.set([{ path: '/sobjects/Account/describe$', status: 503 }]);
  await faultOf(describeObject('Account'));
  sim.ctx.faults.set([]);
  expect((await describeObject('Account'))?.has('name')).toBe(true);
});
