import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim } from '../../main.ts';
import type { Person } from '../../testing.ts';
import { ViewsOrg, viewsMetadata } from '../testing/viewsOrg.ts';

type Columns = { columns: { fieldNameOrPath: string; hidden?: boolean; value?: string | null }[] };
type Results = Columns & { size: number; done: boolean; records: Columns[] };

let org: ViewsOrg;
beforeAll(async () => {
  org = await ViewsOrg.start();
});
afterAll(() => org.close());

const overdue = (rest = ''): string =>
  `/sobjects/Billing_Invoice__c/listviews/${org.idOf('ListView', 'Overdue')}${rest}`;
async function results(person: Person, path: string): Promise<Results> {
  const { status, body } = await org.get(person, path);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body as Results;
}
const names = ({ records }: Results): unknown[] => records.map(({ columns }) => columns[0]!.value);
const ENERGY = '/sobjects/Account/listviews';

describe('list views over REST', () => {
  it('give the rows that fit their filter logic and that the user sees', async () => {
    expect(names(await results('rep', overdue('/results')))).toEqual(['INV-1', 'INV-2', 'INV-3', 'INV-4']);
    expect(names(await results('otherRep', overdue('/results')))).toEqual(['INV-7']);
    expect(await results('rep', overdue('/results?limit=1&offset=1'))).toMatchObject({
      developerName: 'Overdue',
      done: false,
      label: 'Overdue Invoices',
      size: 1,
      records: [
        {
          columns: expect.arrayContaining([
            { fieldNameOrPath: 'Name', value: 'INV-2' },
            { fieldNameOrPath: 'Account__r.Name', value: 'Acme' },
            { fieldNameOrPath: 'Balance__c', value: '500' },
            { fieldNameOrPath: 'Due_Date__c', value: '2026-10-22' },
            { fieldNameOrPath: 'CreatedBy.Name', value: 'Ada Admin' },
          ]),
        },
      ],
    });
    expect((await org.get('rep', overdue('/results?limit=5000'))).status).toBe(400);
  });

  it('describe the query that gives the same rows', async () => {
    const { body } = await org.get('rep', overdue('/describe'));
    expect(body).toMatchObject({
      scope: 'everything',
      sobjectType: 'Billing_Invoice__c',
      orderBy: [{ fieldNameOrPath: 'Name' }, { fieldNameOrPath: 'Id' }],
      whereCondition: {
        conjunction: 'and',
        conditions: [
          { field: 'Status__c', operator: 'equals', values: ["'Open'"] },
          { conjunction: 'or', conditions: [{ operator: 'lessThan', values: ['TODAY'] }, { values: ['1000'] }] },
        ],
      },
    });
    const found = await org.calls('rep').query((body as { query: string }).query);
    expect(found).toMatchObject({ status: 200 });
    expect((found.body as { records: { Name: string }[] }).records.map(({ Name }) => Name)).toEqual([
      'INV-1',
      'INV-2',
      'INV-3',
      'INV-4',
    ]);
  });

  it('are listed with those that every object has, and found by SOQL', async () => {
    const { body } = await org.get('rep', '/sobjects/Billing_Invoice__c/listviews');
    expect(body).toMatchObject({
      done: true,
      size: 3,
      listviews: [
        { developerName: 'All', soqlCompatible: true },
        { developerName: 'Overdue' },
        { label: /Recently/ },
      ].map((one) => ('label' in one ? { label: expect.stringMatching(one.label) } : one)),
    });
    const soql = "SELECT Id, Name FROM ListView WHERE SobjectType = 'Billing_Invoice__c' AND DeveloperName = 'Overdue'";
    expect((await org.calls('rep').query(soql)).body).toMatchObject({
      records: [{ Id: org.idOf('ListView', 'Overdue'), Name: 'Overdue Invoices' }],
    });
  });

  it('of mine have the records that the user owns', async () => {
    const mine = org.idOf('ListView', 'MyAccounts');
    expect(names(await results('rep', `${ENERGY}/${mine}/results`))).toEqual(['Acme', 'Beta', 'Delta']);
    expect(names(await results('admin', `${ENERGY}/${mine}/results`))).toEqual([]);
  });

  it('shared with a group are found by its members only', async () => {
    const id = org.idOf('ListView', 'Energy_of_Mine');
    expect((await org.get('rep', `${ENERGY}/${id}/results`)).status).toBe(404);
    expect(names(await results('otherRep', `${ENERGY}/${id}/results`))).toEqual(['Gamma']);
  });

  it('leave out columns that the user may not read, and refuse a filter on one', async () => {
    const all = `/sobjects/Billing_Invoice__c/listviews/${org.idOf('ListView', 'Overdue')}`;
    const described = await org.get('repWithoutBilling', `${all}/describe`);
    const shown = (described.body as Columns).columns.filter(({ hidden }) => !hidden);
    expect(shown.map(({ fieldNameOrPath }) => fieldNameOrPath)).toEqual(['Name', 'Account__r.Name', 'CreatedBy.Name']);
    expect(await org.get('repWithoutBilling', `${all}/results`)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD' }],
    });
    expect((await org.get('repWithoutBilling', '/sobjects/Billing_Subscription__c/listviews')).status).toBe(404);
  });

  it('of recent records follow queries for view', async () => {
    const recent = `${ENERGY}/${org.idOf('ListView', 'RecentlyViewedAccounts')}/results`;
    expect(names(await results('rep', recent))).toEqual([]);
    await org.calls('rep').query("SELECT Id, Name FROM Account WHERE Name = 'Beta' FOR VIEW");
    expect(names(await results('rep', recent))).toEqual(['Beta']);
  });
});

describe('list views over the UI API', () => {
  const path = (kind: string, rest = '/Overdue'): string => `/ui-api/${kind}/Billing_Invoice__c${rest}`;
  const shown = (body: unknown): unknown[] =>
    (body as { records: { fields: { Name: { value: string } } }[] }).records.map(({ fields }) => fields.Name.value);

  it('tell which there are, and of one its columns, filters and order', async () => {
    expect((await org.get('rep', path('list-info', ''))).body).toMatchObject({
      count: 3,
      lists: [{ apiName: 'All' }, { apiName: 'Overdue', id: org.idOf('ListView', 'Overdue') }, {}],
      nextPageToken: null,
    });
    expect((await org.get('rep', path('list-info'))).body).toMatchObject({
      displayColumns: [
        { fieldApiName: 'Name', label: 'Name', lookupId: null },
        { fieldApiName: 'Account__r.Name', label: 'Account', lookupId: 'Account__r.Id' },
        { fieldApiName: 'Balance__c' },
        { fieldApiName: 'Due_Date__c' },
        { fieldApiName: 'CreatedBy.Name' },
      ],
      filterLogicString: '1 AND (2 OR 3)',
      filteredByInfo: [{ fieldApiName: 'Status__c', operandLabels: ['Open'], operator: 'Equals' }, {}, {}],
      listReference: { listViewApiName: 'Overdue', objectApiName: 'Billing_Invoice__c', type: 'listView' },
      orderedByInfo: [{ fieldApiName: 'Name', isAscending: true }],
      visibility: 'Public',
    });
  });

  it('give records page by page with the columns of the list and further fields', async () => {
    const first = await org.get('rep', `${path('list-records')}?pageSize=3&sortBy=-Billing_Invoice__c.Balance__c`);
    expect(shown(first.body)).toEqual(['INV-4', 'INV-1', 'INV-2']);
    expect(first.body).toMatchObject({
      count: 3,
      nextPageToken: '3',
      records: [{ fields: { Account__r: { displayValue: 'Beta' }, Balance__c: { displayValue: '2,000' } } }, {}, {}],
    });
    const query = { pageSize: 3, pageToken: '3', fields: ['Billing_Invoice__c.Status__c'] };
    const second = await org.calls('rep').call('POST', path('list-records'), query);
    expect(second.body).toMatchObject({
      nextPageToken: null,
      previousPageToken: '0',
      records: [{ fields: { Status__c: { value: 'Open' } } }],
    });
  });

  it('refuse what is not there, hidden or not supported', async () => {
    for (const rest of ['/Nothing', '/Nothing/more'])
      expect((await org.get('rep', path('list-records', rest))).status).toBe(404);
    expect((await org.get('repWithoutBilling', '/ui-api/list-info/Billing_Subscription__c')).status).toBe(404);
    expect((await org.get('repWithoutBilling', path('list-records'))).status).toBe(400);
    for (const query of [
      'pageSize=0',
      'sortBy=Nope__c',
      'fields=Billing_Invoice__c.Nope__c',
      'searchTerm=x',
      'where=x',
    ])
      expect((await org.get('rep', `${path('list-records')}?${query}`)).status).toBe(400);
  });
});

describe('a list view file that is wrong stops the start with the file named', () => {
  const file = 'objects/Billing_Invoice__c/listViews/Overdue.listView-meta.xml';
  it.each([
    ['>Balance__c<', '>Nope__c<', 'Could not resolve list view column: Nope__c'],
    ['>NAME<', '>ACCOUNT.NAME<', 'Could not resolve list view column: ACCOUNT.NAME'],
    ['>Everything<', '>Queue<', 'filterScope Queue'],
    ['>Everything<', '>Mine<', 'records of Billing_Invoice__c have no owner'],
    ['1 AND (2 OR 3)', '1 AND 2 OR 3', 'missing parentheses around AND and OR'],
    ['1 AND (2 OR 3)', '1 AND 2', 'not referenced in your filter logic'],
    ['1 AND (2 OR 3)', '(1 AND 2', 'Invalid filter logic'],
    ['>1000<', '>many<', 'the filter value many is no number'],
    ['>greaterOrEqual<', '>contains<', 'the operator contains does not fit'],
    ['<label>', '<division/><label>', '<division> is not supported'],
    ['>Overdue<', '>Late<', 'holds Late'],
  ])('%s as %s', async (from, to, problem) => {
    const folder = viewsMetadata({ [file]: (text) => text.replace(from, to) });
    try {
      const starting = startSalesforceSim({ forceApp: folder });
      await expect(starting).rejects.toThrow(`${folder}/${file}: `);
      await expect(starting).rejects.toThrow(problem);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
