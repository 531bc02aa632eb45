import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim, type RunningSalesforce } from '../main.ts';
import { USERS } from '../org/seed.ts';
import { MetadataFolder, onField } from '../org/testing/metadataFolder.ts';
import { accountOf, callsOf } from '../testing.ts';

type Found = { totalSize: number; done: boolean; records: Record<string, unknown>[] };
let folder: MetadataFolder;
let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
let acme: string;
let beta: string;

const tags =
  '<valueSet><restricted>true</restricted><valueSetDefinition><value><fullName>a</fullName><default>false</default><label>Alpha</label></value><value><fullName>b</fullName><default>false</default><label>Beta</label></value><value><fullName>c</fullName><default>false</default><label>c</label></value></valueSetDefinition></valueSet>';

beforeAll(async () => {
  folder = new MetadataFolder();
  folder
    .field('Opportunity', 'Tags__c', 'MultiselectPicklist', `${tags}<visibleLines>3</visibleLines>`)
    .field('Opportunity', 'Kind__c', 'Picklist', tags)
    .permissionSet('Tags', onField('Opportunity.Tags__c') + onField('Opportunity.Kind__c'));
  sim = await startSalesforceSim({ forceApp: folder.path });
  rep = callsOf(sim, 'rep');
  const admin = { userId: sim.org.userNamed(USERS.admin)!.Id };
  const userId = sim.org.userNamed(USERS.rep)!.Id;
  const set = sim.org.all('PermissionSet').find((one) => one['Name'] === 'Tags')!;
  sim.org.insert('PermissionSetAssignment', [{ AssigneeId: userId, PermissionSetId: set.Id }], admin);
  acme = accountOf(sim, 'rep', { Name: 'Acme', Phone: '1' });
  beta = accountOf(sim, 'rep', { Name: 'beta' });
  const deal = { StageName: 'Prospecting', AccountId: acme };
  const deals = [
    { ...deal, Name: 'One', CloseDate: '2026-01-31', Amount: 1000.5, Tags__c: 'a;b', Kind__c: 'a' },
    { ...deal, Name: 'Two', CloseDate: '2026-02-28', Amount: 20, Tags__c: 'b', Kind__c: 'b', Type: 'New Business' },
    { ...deal, Name: 'Three', CloseDate: '2025-02-01', Amount: 3, Type: 'New Business', StageName: 'Closed Won' },
  ];
  const made = sim.org.insert('Opportunity', deals, { userId });
  expect(made.map(({ errors }) => errors)).toEqual([[], [], []]);
  const about = [{ WhatId: acme, Subject: 'Call' }, { WhatId: made[0]!.id, Subject: 'Mail' }, { Subject: 'Nothing' }];
  sim.org.insert('Task', about, { userId });
});
afterAll(async () => {
  await sim.close();
  folder.remove();
});

const found = async (soql: string): Promise<Record<string, unknown>[]> => {
  const { status, body } = await rep.query(soql);
  expect([status, body]).toEqual([200, expect.anything()]);
  return (body as Found).records;
};
const names = async (where: string): Promise<unknown[]> =>
  (await found(`SELECT Name FROM Opportunity WHERE ${where} ORDER BY CloseDate`)).map((record) => record['Name']);

describe('functions in WHERE', () => {
  it.each<[string, string[]]>([
    ['CALENDAR_YEAR(CloseDate) = 2026', ['One', 'Two']],
    ['CALENDAR_MONTH(CloseDate) = 2 AND CALENDAR_YEAR(CloseDate) > 2025', ['Two']],
    ['DAY_IN_MONTH(CloseDate) >= 28', ['One', 'Two']],
    ['CALENDAR_QUARTER(CloseDate) IN (1, 2)', ['Three', 'One', 'Two']],
    ['DAY_ONLY(CreatedDate) = TODAY', ['Three', 'One', 'Two']],
    ["toLabel(Kind__c) = 'Alpha'", ['One']],
    ["Tags__c INCLUDES ('a;b', 'c')", ['One']],
    ["Tags__c INCLUDES ('b')", ['One', 'Two']],
    ["Tags__c EXCLUDES ('a')", ['Three', 'Two']],
  ])('%s', async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  it('and in SELECT show labels and formats', async () => {
    const [record] = await found(
      "SELECT toLabel(Tags__c), FORMAT(Amount), FORMAT(CloseDate) closes FROM Opportunity WHERE Name = 'One'",
    );
    expect(record).toMatchObject({ Tags__c: 'Alpha;Beta', Amount: '$1,000.50', closes: '1/31/2026' });
  });
});

describe('groups', () => {
  const attributes = { type: 'AggregateResult' };

  it('by functions, with the name that was asked for', async () => {
    expect(
      await found(
        'SELECT CALENDAR_YEAR(CloseDate) y, SUM(Amount) s FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate) ORDER BY CALENDAR_YEAR(CloseDate) DESC',
      ),
    ).toEqual([
      { attributes, y: 2026, s: 1020.5 },
      { attributes, y: 2025, s: 3 },
    ]);
    expect(
      await found(
        'SELECT CALENDAR_YEAR(CloseDate), COUNT(Id) FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate) HAVING COUNT(Id) > 1',
      ),
    ).toEqual([{ attributes, expr0: 2026, expr1: 2 }]);
  });

  it('with totals by ROLLUP and CUBE', async () => {
    const select = 'SELECT StageName, Type, GROUPING(Type) t, COUNT(Id) n FROM Opportunity';
    expect(await found(`${select} GROUP BY ROLLUP(StageName, Type)`)).toEqual([
      { attributes, StageName: 'Prospecting', Type: null, t: 0, n: 1 },
      { attributes, StageName: 'Prospecting', Type: 'New Business', t: 0, n: 1 },
      { attributes, StageName: 'Closed Won', Type: 'New Business', t: 0, n: 1 },
      { attributes, StageName: 'Prospecting', Type: null, t: 1, n: 2 },
      { attributes, StageName: 'Closed Won', Type: null, t: 1, n: 1 },
      { attributes, StageName: null, Type: null, t: 1, n: 3 },
    ]);
    expect(await found(`${select} GROUP BY CUBE(StageName, Type)`)).toHaveLength(8);
  });
});

describe('references to several objects', () => {
  it('lead to the fields that all have', async () => {
    const records = await found('SELECT Subject, What.Name, What.Type, Owner.Name FROM Task ORDER BY Subject');
    expect(records[0]).toMatchObject({
      What: {
        attributes: { type: 'Name', url: expect.stringContaining(`/Account/${acme}`) },
        Name: 'Acme',
        Type: 'Account',
      },
      Owner: { attributes: { type: 'Name' }, Name: 'Riley Rep' },
    });
    expect(records[1]).toMatchObject({ What: { Name: 'One', Type: 'Opportunity' } });
    expect(records[2]).toMatchObject({ What: null });
    expect(await found("SELECT Id FROM Task WHERE What.Type = 'Account'")).toHaveLength(1);
    expect(await rep.query('SELECT What.Phone2 FROM Task')).toMatchObject({ body: [{ errorCode: 'INVALID_FIELD' }] });
  });

  it('show other fields by what they lead to', async () => {
    const soql =
      'SELECT Subject, TYPEOF What WHEN Account THEN Phone, Name WHEN Case THEN Subject ELSE Name END FROM Task ORDER BY Subject';
    const records = await found(soql);
    expect(records.map(({ What }) => What)).toEqual([
      { attributes: expect.objectContaining({ type: 'Account' }), Phone: '1', Name: 'Acme' },
      { attributes: expect.objectContaining({ type: 'Name' }), Name: 'One' },
      null,
    ]);
    const bad = await rep.query('SELECT TYPEOF Account WHEN Account THEN Phone END FROM Opportunity');
    expect(bad).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_FIELD' }] });
  });
});

describe('what is refused', () => {
  it.each([
    ['SELECT Name, SUM(Amount) FROM Opportunity', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: Name'],
    ['SELECT COUNT(Id) FROM Opportunity LIMIT 1', 'MALFORMED_QUERY', 'cannot also use LIMIT'],
    [
      'SELECT Amount, COUNT(Id) FROM Opportunity GROUP BY Amount',
      'MALFORMED_QUERY',
      "field 'Amount' can not be grouped",
    ],
    ['SELECT SUM(Name) FROM Opportunity', 'INVALID_FIELD', 'does not support aggregate operator SUM'],
    [
      'SELECT CALENDAR_YEAR(CloseDate) FROM Opportunity',
      'MALFORMED_QUERY',
      'Field must be grouped or aggregated: CloseDate',
    ],
    [
      'SELECT Id FROM Opportunity WHERE CALENDAR_YEAR(Name) = 1',
      'INVALID_FIELD',
      'The function CALENDAR_YEAR cannot be used',
    ],
    [
      'SELECT Id FROM Opportunity WHERE HOUR_IN_DAY(CloseDate) = 1',
      'INVALID_FIELD',
      'The function HOUR_IN_DAY cannot be used',
    ],
    [
      "SELECT Id FROM Opportunity WHERE Name INCLUDES ('a')",
      'INVALID_QUERY_FILTER_OPERATOR',
      'invalid operator on string field',
    ],
    ['SELECT Id FROM Opportunity ORDER BY Tags__c', 'INVALID_FIELD', 'can not be sorted in a query call'],
    ['SELECT Id FROM Opportunity ORDER BY Description', 'INVALID_FIELD', 'can not be sorted in a query call'],
    [
      "SELECT Id FROM Account WHERE Name = 'a' OR Id IN (SELECT AccountId FROM Contact)",
      'MALFORMED_QUERY',
      "not allowed with the 'OR' operator",
    ],
    [
      'SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)',
      'INVALID_QUERY_FILTER_OPERATOR',
      'invalid operator',
    ],
    ['SELECT Id, (SELECT Id FROM Contacts LIMIT 1 OFFSET 1) FROM Account', 'MALFORMED_QUERY', 'OFFSET'],
    [
      'SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account',
      'INVALID_FIELD',
      'cannot go more than 5 levels up',
    ],
    [
      'SELECT StageName, GROUPING(StageName) FROM Opportunity GROUP BY StageName',
      'MALFORMED_QUERY',
      'GROUPING needs ROLLUP or CUBE',
    ],
    ['SELECT RecordId FROM UserRecordAccess', 'MALFORMED_QUERY', 'UserRecordAccess must be filtered'],
    ['SELECT Id FROM Account ALL ROWS', 'MALFORMED_QUERY', "unexpected token: 'ROWS'"],
  ])('%s', async (soql, errorCode, message) => {
    expect(await rep.query(soql)).toMatchObject({
      status: 400,
      body: [{ errorCode, message: expect.stringContaining(message) }],
    });
  });

  it('a query of more than 100,000 characters', async () => {
    const soql = `SELECT Id FROM Account WHERE Name = '${'x'.repeat(100_000)}'`;
    const run = () =>
      rep.call('POST', '/composite/batch', {
        batchRequests: [{ method: 'GET', url: `v66.0/query?q=${encodeURIComponent(soql)}` }],
      });
    expect(JSON.stringify((await run()).body)).toContain('cannot be longer than 100000 characters');
  });
});

describe('clauses that change nothing here', () => {
  it.each(['WITH SECURITY_ENFORCED', 'WITH USER_MODE', 'FOR VIEW', 'FOR REFERENCE', 'FOR UPDATE'])(
    '%s',
    async (clause) => {
      expect(await found(`SELECT Id FROM Account ${clause}`)).toHaveLength(2);
    },
  );
});

describe('scopes', () => {
  it('mine leaves what others own', async () => {
    const userId = sim.org.userNamed(USERS.rep)!.Id;
    const admin = { userId: sim.org.userNamed(USERS.admin)!.Id };
    const [other] = sim.org.insert('Account', [{ Name: 'Theirs' }], admin);
    sim.org.insert(
      'AccountShare',
      [{ AccountId: other!.id, UserOrGroupId: userId, AccountAccessLevel: 'Read' }],
      admin,
    );
    expect(await found('SELECT Id FROM Account')).toHaveLength(3);
    expect(await found('SELECT Id FROM Account USING SCOPE mine')).toHaveLength(2);
    const access = await found(
      `SELECT RecordId, HasReadAccess, HasEditAccess, MaxAccessLevel FROM UserRecordAccess WHERE UserId = '${userId}' AND RecordId IN ('${acme}', '${other!.id}')`,
    );
    expect(access).toMatchObject([
      { RecordId: acme, HasReadAccess: true, HasEditAccess: true, MaxAccessLevel: 'All' },
      { RecordId: other!.id, HasReadAccess: true, HasEditAccess: false, MaxAccessLevel: 'Read' },
    ]);
    sim.org.remove('Account', [other!.id!], admin);
  });
});

describe('long lists of children', () => {
  it('come in pages', async () => {
    const userId = sim.org.userNamed(USERS.rep)!.Id;
    const rows = Array.from({ length: 450 }, (_, at) => ({ LastName: `Doe ${at}`, AccountId: beta }));
    sim.org.insert('Contact', rows, { userId });
    const [record] = await found("SELECT Id, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'beta'");
    const list = record!['Contacts'] as Found & { nextRecordsUrl: string };
    expect([list.totalSize, list.done, list.records.length]).toEqual([450, false, 200]);
    const next = await rep.call('GET', list.nextRecordsUrl.replace('/services/data/v66.0', ''));
    expect(next.body).toMatchObject({ totalSize: 450, done: true });
    expect((next.body as Found).records).toHaveLength(250);
  });
});
