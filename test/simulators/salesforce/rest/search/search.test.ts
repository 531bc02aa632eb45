import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { accountOf, callsOf, startTestOrg } from '../../testing.ts';

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
  accountOf(sim, 'rep', { Name: 'Northwind Traders', Website: 'https://shop.example', Phone: '555-0123' });
  accountOf(sim, 'rep', { Name: 'Northwind Services', Phone: '555-0999' });
  accountOf(sim, 'otherRep', { Name: 'Northwind of another' });
});
afterAll(() => sim.close());

const search = (sosl: string) => rep.call('GET', `/search?q=${encodeURIComponent(sosl)}`);
const names = ({ body }: { body: unknown }): unknown[] =>
  (body as { searchRecords: { Name?: unknown }[] }).searchRecords.map(({ Name }) => Name);

describe('SOSL', () => {
  it('finds words by their beginning in the fields asked for, among what the user sees', async () => {
    expect(names(await search('FIND {north*} IN NAME FIELDS RETURNING Account(Name ORDER BY Name)'))).toEqual([
      'Northwind Services',
      'Northwind Traders',
    ]);
    expect(names(await search('FIND {"0123"} RETURNING Account(Name)'))).toEqual(['Northwind Traders']);
    expect(names(await search('find {shop} in name fields returning account(Name)'))).toEqual([]);
    const some =
      "FIND {northwind} RETURNING Account(Id, Name WHERE Phone LIKE '555-0%' ORDER BY Name DESC LIMIT 1), Contact";
    expect(names(await search(some))).toEqual(['Northwind Traders']);
    expect(names(await search('FIND {northwind} RETURNING Account(Name ORDER BY Name LIMIT 1 OFFSET 1)'))).toEqual([
      'Northwind Traders',
    ]);
    expect((await search('FIND {northwind} LIMIT 1')).body).toEqual({
      searchRecords: [{ attributes: { type: 'Account', url: expect.any(String) }, Id: expect.any(String) }],
    });
  });

  it.each<[string, string]>([
    ['no search term', 'SELECT Id FROM Account'],
    ['one letter', 'FIND {x} RETURNING Account'],
    ['unknown scopes', 'FIND {north} IN SOME FIELDS'],
    ['nonsense after it', 'FIND {north} WHERE x'],
    ['list views', 'FIND {north} RETURNING Account(Name USING ListView=Recent)'],
  ])('is refused with %s', async (_what, sosl) => {
    expect(await search(sosl)).toMatchObject({ status: 400, body: [{ errorCode: 'MALFORMED_SEARCH' }] });
  });

  it('is refused for fields and objects that are not there', async () => {
    expect((await search('FIND {north} RETURNING Account(Nothing__c)')).body).toMatchObject([
      { errorCode: 'INVALID_FIELD' },
    ]);
    expect((await search('FIND {north} RETURNING Nothing__c')).body).toMatchObject([{ errorCode: 'INVALID_TYPE' }]);
    expect((await rep.call('GET', '/search')).body).toMatchObject([{ errorCode: 'MALFORMED_SEARCH' }]);
  });
});

describe('parameterized search', () => {
  it('takes its parameters in the address and in the body', async () => {
    const address = '/parameterizedSearch?q=northwind&sobject=Account&Account.fields=Id,Name&Account.limit=1';
    expect(names(await rep.call('GET', address))).toEqual(['Northwind Traders']);
    const body = {
      q: 'northwind',
      in: 'NAME',
      fields: ['Name'],
      sobjects: [{ name: 'Account', where: "Name LIKE '%Services'" }],
    };
    expect(names(await rep.call('POST', '/parameterizedSearch', body))).toEqual(['Northwind Services']);
  });

  it.each<[string, object]>([
    ['no term', { sobjects: [] }],
    ['an unknown scope', { q: 'north', in: 'SOME' }],
    ['fields that are no names', { q: 'north', sobjects: [{ name: 'Account', fields: ['Id, (SELECT'] }] }],
    ['no name of an object', { q: 'north', sobjects: [{}] }],
    ['a limit of nothing', { q: 'north', overallLimit: 0 }],
    ['a name that nobody knows', { q: 'north', foo: 1 }],
  ])('is refused with %s', async (_what, body) => {
    expect((await rep.call('POST', '/parameterizedSearch', body)).status).toBe(400);
  });
});
