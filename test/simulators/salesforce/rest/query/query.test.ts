import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { accountOf, callsOf, startTestOrg } from '../../testing.ts';

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
  accountOf(sim, 'rep');
});
afterAll(() => sim.close());

const query = (soql: string, more = '') => rep.call('GET', `/query?q=${encodeURIComponent(soql)}${more}`);

describe('columns of a query, as sf asks for them', () => {
  it('are told with their types, paths nested', async () => {
    const { body } = await query('SELECT Id, Name, AnnualRevenue, Owner.Profile.Name FROM Account', '&columns=true');
    expect(body).toMatchObject({
      entityName: 'Account',
      groupBy: false,
      idSelected: true,
      keyPrefix: '001',
      columnMetadata: [
        { columnName: 'Id', apexType: 'Id', aggregate: false, joinColumns: [] },
        { columnName: 'Name', displayName: 'Name', textType: true, custom: false },
        { columnName: 'AnnualRevenue', apexType: 'Double', numberType: true },
        {
          columnName: 'Owner',
          joinColumns: [{ columnName: 'Profile', joinColumns: [{ columnName: 'Name' }] }],
        },
      ],
    });
  });

  it('of aggregates and children too', async () => {
    const grouped = await query(
      'SELECT Name, COUNT(Id), MAX(Phone) newest FROM Account GROUP BY Name',
      '&columns=true',
    );
    expect(grouped.body).toMatchObject({
      groupBy: true,
      idSelected: false,
      columnMetadata: [{ columnName: 'Name' }, { columnName: 'expr0', aggregate: true }, { columnName: 'newest' }],
    });
    const children = await query('SELECT (SELECT LastName FROM Contacts) FROM Account', '&columns=true');
    expect(children.body).toMatchObject({
      columnMetadata: [{ columnName: 'Contacts', joinColumns: [{ columnName: 'LastName' }] }],
    });
  });
});

describe('what a query may not be asked', () => {
  it('nothing, other parameters, pages that are not there', async () => {
    expect((await rep.call('GET', '/query')).body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
    expect((await query('SELECT Id FROM Account', '&foo=1')).status).toBe(501);
    expect((await rep.call('GET', '/query/01gxx')).body).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }]);
    expect((await rep.call('POST', '/query', { q: 'x' })).status).toBe(405);
  });

  it('more groups than one batch has', async () => {
    const { Id: userId } = sim.org.userNamed(sim.usernames.rep)!;
    const contacts = Array.from({ length: 2001 }, (_, at) => ({ LastName: `Group ${at}` }));
    expect(sim.org.insert('Contact', contacts, { userId }).every(({ success }) => success)).toBe(true);
    const grouped = 'SELECT LastName FROM Contact GROUP BY LastName';
    expect(await query(grouped)).toMatchObject({ status: 400, body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }] });
    expect((await query(`${grouped} LIMIT 2000`)).body).toMatchObject({ totalSize: 2000, done: true });
  });

  it('a plan of what would not run', async () => {
    const explain = (soql: string) => rep.call('GET', `/query?explain=${encodeURIComponent(soql)}`);
    expect((await explain('SELECT Nothing FROM Account')).body).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
    expect((await explain('')).body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
    expect((await explain("SELECT Id FROM Account WHERE OwnerId = '005000000000001AAA'")).body).toMatchObject({
      plans: [{ leadingOperationType: 'Index', fields: ['OwnerId'] }, { leadingOperationType: 'TableScan' }],
    });
  });
});

it('counts of records are told by object', async () => {
  const { body } = await rep.call('GET', '/limits/recordCount?sObjects=Account,Nothing__c');
  expect(body).toEqual({ sObjects: [{ count: 1, name: 'Account' }] });
  expect((await rep.call('GET', '/limits/recordCount?sObjects=')).status).toBe(400);
});
