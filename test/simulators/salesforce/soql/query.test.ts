import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../main.ts';
import { isNotSimulated } from '../org/schema/notSimulated.ts';
import { USERS } from '../org/seed.ts';
import { accountOf, callsOf, connect, startTestOrg } from '../testing.ts';

type Found = { totalSize: number; done: boolean; records: Record<string, unknown>[]; nextRecordsUrl?: string };
let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
let acme: string;

beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
  acme = accountOf(sim, 'rep', { Name: 'Acme', Industry: 'Energy', NumberOfEmployees: 10 });
  const beta = accountOf(sim, 'rep', { Name: 'beta', NumberOfEmployees: 20, ParentId: acme });
  accountOf(sim, 'rep', { Name: 'Gamma_1', Industry: 'Finance', NumberOfEmployees: 30 });
  accountOf(sim, 'otherRep', { Name: 'Hidden' });
  const userId = sim.org.userNamed(USERS.rep)!.Id;
  sim.org.insert('Contact', [{ FirstName: 'Jo', LastName: 'Doe', AccountId: acme }], { userId });
  const integration = { userId: sim.org.userNamed(USERS.integration)!.Id };
  const invoices = [
    { Key__c: 'stripe:invoice:1', Account__c: acme, Status__c: 'Open', Amount__c: 10.1, Due_Date__c: '2026-11-20' },
    { Key__c: 'stripe:invoice:2', Account__c: acme, Status__c: 'Paid', Amount__c: 20.2, Due_Date__c: '2026-11-21' },
    { Key__c: 'stripe:invoice:3', Account__c: beta, Status__c: 'Open', Amount__c: 30.3, Due_Date__c: '2026-12-01' },
    { Key__c: 'stripe:Invoice:4', Account__c: beta },
  ].map((row) => ({ ...row, Balance__c: row.Status__c === 'Open' ? row.Amount__c : 0, Row_Version__c: 1 }));
  for (const result of sim.org.upsert('Billing_Invoice__c', 'Key__c', invoices, integration))
    expect(result.success).toBe(true);
});
afterAll(() => sim.close());

const found = async (soql: string): Promise<Found> => {
  const { status, body } = await rep.query(soql);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body as Found;
};
const names = async (where: string): Promise<unknown[]> =>
  (await found(`SELECT Name FROM Account WHERE ${where} ORDER BY Name`)).records.map((record) => record['Name']);
const invoiceKeys = async (where: string): Promise<unknown[]> =>
  (await found(`SELECT Key__c FROM Billing_Invoice__c WHERE ${where} ORDER BY Key__c`)).records.map((record) =>
    String(record['Key__c']).slice(-1),
  );

describe('what is found', () => {
  it.each<[string, string[]]>([
    ["Name = 'ACME'", ['Acme']],
    ["Name != 'acme'", ['beta', 'Gamma_1']],
    ["name LIKE 'g%'", ['Gamma_1']],
    ["Name LIKE 'gamma\\_1'", ['Gamma_1']],
    ["Name LIKE 'be\\_a'", []],
    ["Name LIKE 'be_a'", ['beta']],
    ["Industry IN ('Energy', null)", ['Acme', 'beta']],
    ["Industry NOT IN ('Energy')", ['beta', 'Gamma_1']],
    ['Industry = null', ['beta']],
    ["Industry != 'Energy'", ['beta', 'Gamma_1']],
    ['NumberOfEmployees >= 20 AND NumberOfEmployees < 30', ['beta']],
    ["NOT (Name = 'Acme' OR Name = 'beta')", ['Gamma_1']],
    ["(Name = 'Acme' OR Name = 'beta') AND (NOT NumberOfEmployees > 10)", ['Acme']],
    ["Parent.Name = 'Acme'", ['beta']],
    ["Owner.Name = 'Riley Rep' AND IsDeleted = false AND ParentId = null", ['Acme', 'Gamma_1']],
    ["Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Doe')", ['Acme']],
    ['Id NOT IN (SELECT AccountId FROM Contact)', ['beta', 'Gamma_1']],
    ['CreatedDate = TODAY AND CreatedDate = THIS_YEAR', ['Acme', 'beta', 'Gamma_1']],
    ['CreatedDate < 1970-01-01T00:00:00Z', []],
    ['CreatedDate > 2026-11-21T10:29:59+01:00', ['Acme', 'beta', 'Gamma_1']],
  ])('WHERE %s', async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['Due_Date__c = YESTERDAY', ['1']],
    ['Due_Date__c < TODAY', ['1']],
    ['Due_Date__c <= TODAY', ['1', '2']],
    ['Due_Date__c > TODAY', ['3']],
    ['Due_Date__c = LAST_N_DAYS:1', ['1', '2']],
    ['Due_Date__c = NEXT_N_DAYS:10', ['3']],
    ['Due_Date__c = THIS_MONTH', ['1', '2']],
    ['Due_Date__c = NEXT_MONTH', ['3']],
    ['Due_Date__c = N_DAYS_AGO:1', ['1']],
    ['Due_Date__c = 2026-12-01', ['3']],
    ['Days_Overdue__c = 1', ['1']],
    ["Key__c = 'stripe:invoice:4'", []],
    ["Key__c = 'stripe:Invoice:4'", ['4']],
    ["Account__r.Name = 'beta' AND Amount__c > 0.5", ['3']],
  ])('WHERE %s', async (where, expected) => {
    expect(await invoiceKeys(where)).toEqual(expected);
  });

  it('ids are taken with 15 characters too', async () => {
    expect(await names(`Id = '${acme.slice(0, 15)}'`)).toEqual(['Acme']);
    expect(await invoiceKeys(`Account__c = '${acme.slice(0, 15)}'`)).toEqual(['1', '2']);
  });
});

describe('what it looks like', () => {
  it('parents are nested, children are a list or null', async () => {
    const { records } = await found(
      "SELECT Name, Owner.Name, Parent.Name, (SELECT Name FROM Contacts), (SELECT Key__c FROM Billing_Invoices__r WHERE Status__c = 'Open' ORDER BY Key__c LIMIT 1) FROM Account WHERE Name IN ('Acme', 'beta') ORDER BY Name",
    );
    const attributes = expect.objectContaining({ type: 'Account' });
    expect(records[0]).toEqual({
      attributes,
      Name: 'Acme',
      Owner: { attributes: expect.objectContaining({ type: 'User' }), Name: 'Riley Rep' },
      Parent: null,
      Contacts: { totalSize: 1, done: true, records: [{ attributes: expect.anything(), Name: 'Jo Doe' }] },
      Billing_Invoices__r: {
        totalSize: 1,
        done: true,
        records: [{ attributes: expect.anything(), Key__c: 'stripe:invoice:1' }],
      },
    });
    expect(records[1]).toMatchObject({ Name: 'beta', Parent: { attributes, Name: 'Acme' }, Contacts: null });
  });

  it('sorts without case, empty values first unless told otherwise, with LIMIT and OFFSET', async () => {
    const order = async (by: string) =>
      (await found(`SELECT Name FROM Account ORDER BY ${by}`)).records.map((record) => record['Name']);
    expect(await order('Industry')).toEqual(['beta', 'Acme', 'Gamma_1']);
    expect(await order('Industry DESC NULLS LAST')).toEqual(['Gamma_1', 'Acme', 'beta']);
    expect(await order('Owner.Name, Name DESC LIMIT 2 OFFSET 1')).toEqual(['beta', 'Acme']);
  });

  it('counts and groups', async () => {
    expect(await found('SELECT COUNT() FROM Account')).toEqual({ totalSize: 3, done: true, records: [] });
    const { records } = await found(
      'SELECT Status__c, COUNT(Id) invoices, SUM(Amount__c), MAX(Due_Date__c) latest FROM Billing_Invoice__c GROUP BY Status__c HAVING COUNT(Id) > 0 ORDER BY COUNT(Id) DESC, Status__c',
    );
    const attributes = { type: 'AggregateResult' };
    expect(records).toEqual([
      { attributes, Status__c: 'Open', invoices: 2, expr0: 40.4, latest: '2026-12-01' },
      { attributes, Status__c: null, invoices: 1, expr0: null, latest: null },
      { attributes, Status__c: 'Paid', invoices: 1, expr0: 20.2, latest: '2026-11-21' },
    ]);
    expect((await found('SELECT COUNT_DISTINCT(Industry), AVG(NumberOfEmployees) FROM Account')).records).toEqual([
      { attributes, expr0: 2, expr1: 20 },
    ]);
  });

  it('FIELDS(ALL) needs a LIMIT and leaves out what the user may not read', async () => {
    expect(await rep.query('SELECT FIELDS(ALL) FROM Account')).toMatchObject({
      status: 400,
      body: [{ errorCode: 'MALFORMED_QUERY', message: expect.stringContaining('LIMIT of at most 200') }],
    });
    const { records } = await found('SELECT FIELDS(ALL) FROM Account LIMIT 1');
    expect(records[0]).toHaveProperty('Billing_MRR__c');
    const bare = await callsOf(sim, 'repWithoutBilling').query('SELECT FIELDS(ALL) FROM Account LIMIT 1');
    expect(JSON.stringify(bare.body)).not.toContain('Billing_');
  });
});

describe('who asks', () => {
  it('another rep finds none of these Accounts, and none of their details', async () => {
    const other = callsOf(sim, 'otherRep');
    expect((await other.query('SELECT Name FROM Account')).body).toMatchObject({ records: [{ Name: 'Hidden' }] });
    expect((await other.query('SELECT Id FROM Billing_Invoice__c')).body).toMatchObject({ totalSize: 0 });
    expect((await other.query('SELECT COUNT(Id) c FROM Billing_Invoice__c')).body).toMatchObject({
      records: [{ c: 0 }],
    });
  });

  it('what is not readable does not exist: fields, in WHERE too, and objects', async () => {
    const bare = callsOf(sim, 'repWithoutBilling');
    for (const soql of ['SELECT Billing_MRR__c FROM Account', 'SELECT Id FROM Account WHERE Billing_MRR__c > 1'])
      expect(await bare.query(soql)).toMatchObject({
        status: 400,
        body: [{ errorCode: 'INVALID_FIELD', message: expect.stringContaining("No such column 'Billing_MRR__c'") }],
      });
    expect(await bare.query('SELECT Id FROM Usage__c')).toMatchObject({ body: [{ errorCode: 'INVALID_TYPE' }] });
    expect(await bare.query('SELECT Id, (SELECT Id FROM Billing_Invoices__r) FROM Account')).toMatchObject({
      body: [{ errorCode: 'INVALID_TYPE' }],
    });
  });
});

describe('what is refused', () => {
  it('shows the place of the mistake as an org does', async () => {
    expect((await rep.query('SELECT Id, Foo FROM Account')).body).toEqual([
      {
        errorCode: 'INVALID_FIELD',
        message:
          "\nSELECT Id, Foo FROM Account\n           ^\nERROR at Row:1:Column:12\nNo such column 'Foo' on entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
      },
    ]);
    expect((await rep.query('SELECT Id FROM ScratchOrgInfo')).body).toMatchObject([
      {
        errorCode: 'INVALID_TYPE',
        message: expect.stringMatching(/ERROR at Row:1:Column:16\nsObject type 'ScratchOrgInfo' is not supported/),
      },
    ]);
  });

  it.each([
    [
      "SELECT Id FROM Account WHERE Name = 'a' OR Name = 'b' AND Name = 'c'",
      'MALFORMED_QUERY',
      "unexpected token: 'AND'",
    ],
    ['SELECT Id FRM Account', 'MALFORMED_QUERY', "unexpected token: 'Account'"],
    ['SELECT Id FROM Account WHERE', 'MALFORMED_QUERY', 'unexpected end of query'],
    ['SELECT Id FROM Account ALL ROWS', 'MALFORMED_QUERY', "unexpected token: 'ROWS'"],
    ['SELECT Id FROM Account WHERE Name ~ 3', 'MALFORMED_QUERY', "unexpected token: '~'"],
    ['SELECT Name, COUNT(Id) FROM Account', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: Name'],
    ['SELECT Id, Id FROM Account', 'INVALID_FIELD', 'duplicate field selected: Id'],
    ['SELECT Id Name FROM Account', 'MALFORMED_QUERY', 'only aggregate expressions use field aliasing'],
    ['SELECT Owner.Name Other FROM Account', 'MALFORMED_QUERY', 'only aggregate expressions use field aliasing'],
    ['SELECT Id FROM Account WHERE Name = 3', 'INVALID_FIELD', 'should be enclosed in quotes'],
    ["SELECT Id FROM Account WHERE CreatedDate = '2026-01-01'", 'INVALID_FIELD', 'must be of type dateTime'],
    ["SELECT Id FROM Account WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: x'],
    ["SELECT Id FROM Account WHERE Description = 'x'", 'INVALID_FIELD', 'can not be filtered in a query call'],
    ['SELECT Foo__r.Name FROM Account', 'INVALID_FIELD', "Didn't understand relationship 'Foo__r'"],
    ['SELECT Id, (SELECT Id FROM Foos) FROM Account', 'INVALID_TYPE', "Didn't understand relationship 'Foos'"],
    ['SELECT Id FROM Account OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'],
    ['', 'MALFORMED_QUERY', 'SOQL statement cannot be empty'],
  ])('%s', async (soql, errorCode, message) => {
    const answer = await rep.query(soql);
    expect(answer).toMatchObject({ status: 400, body: [{ errorCode, message: expect.stringContaining(message) }] });
  });

  it.each([
    'SELECT Id FROM Account WHERE CreatedDate = THIS_FISCAL_YEAR',
    'SELECT convertCurrency(AnnualRevenue) FROM Account',
    'SELECT Id FROM Order',
    'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM asset)',
  ])('is 501 and told under /__sim/unsupported where a real org would answer: %s', async (soql) => {
    expect(await rep.query(soql)).toMatchObject({
      status: 501,
      body: [{ message: expect.stringContaining('not simulated') }],
    });
    const unsupported = (await (await fetch(`${sim.url}/__sim/unsupported`)).json()) as Record<string, unknown>;
    expect(Object.keys(unsupported).join()).toMatch(/THIS_FISCAL_YEAR|convertCurrency|object Order|object asset/);
  });

  it('calls no object unsimulated that is there', () => {
    expect(sim.org.schema.all().filter(({ name }) => isNotSimulated(name))).toEqual([]);
  });
});

describe('long results', () => {
  beforeAll(() => {
    const userId = sim.org.userNamed(USERS.admin)!.Id;
    sim.org.insert(
      'Opportunity',
      Array.from({ length: 4500 }, (_, at) => ({
        Name: `Deal ${at}`,
        StageName: 'Prospecting',
        CloseDate: '2026-12-31',
        OwnerId: sim.org.userNamed(USERS.rep)!.Id,
      })),
      { userId },
    );
  });

  it('come in pages that jsforce follows to the end', async () => {
    const first = await found('SELECT Name FROM Opportunity');
    expect([first.totalSize, first.done, first.records.length]).toEqual([4500, false, 2000]);
    expect(first.nextRecordsUrl).toMatch(/^\/services\/data\/v66\.0\/query\/01g\w{15}-2000$/);
    const connection = await connect(sim, 'rep');
    const all = await connection.query('SELECT Name FROM Opportunity', { autoFetch: true, maxFetch: 10_000 });
    expect(new Set(all.records.map((record) => record['Name'])).size).toBe(4500);
  });

  it('belong to who asked, and to the ten newest', async () => {
    const first = await found('SELECT Name FROM Opportunity');
    const next = first.nextRecordsUrl!.replace('/services/data/v66.0', '');
    const refused = { status: 400, body: [{ errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' }] };
    expect(await callsOf(sim, 'otherRep').call('GET', next)).toMatchObject(refused);
    expect((await rep.call('GET', next)).body).toMatchObject({ done: false });
    for (let count = 0; count < 10; count++) await found('SELECT Name FROM Opportunity');
    expect(await rep.call('GET', next)).toMatchObject(refused);
    expect(await rep.call('GET', '/query/nonsense')).toMatchObject(refused);
  });
});
