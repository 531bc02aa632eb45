import { Connection } from 'jsforce';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim } from '../../main.ts';
import type { Person } from '../../testing.ts';
import { ViewsOrg, viewsMetadata } from '../testing/viewsOrg.ts';

type Cells = { label: string; value: unknown }[];
type GroupBody = { key: string; label: string; value: unknown; groupings: GroupBody[] };
type Run = {
  allData: boolean;
  factMap: Record<string, { aggregates: Cells; rows: { dataCells: Cells }[] }>;
  groupingsDown: { groupings: GroupBody[] };
  groupingsAcross: { groupings: GroupBody[] };
  reportMetadata: { aggregates: string[]; detailColumns: string[]; reportFilters: object[] } & Record<string, unknown>;
  reportExtendedMetadata: Record<string, Record<string, { label: string; dataType: string }>>;
};

let org: ViewsOrg;
beforeAll(async () => {
  org = await ViewsOrg.start();
});
afterAll(() => org.close());

async function run(person: Person, name: string, query = ''): Promise<Run> {
  const { status, body } = await org.get(person, `/analytics/reports/${org.idOf('Report', name)}${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body as Run;
}
const values = (cells: Cells): unknown[] => cells.map(({ value }) => value);
const totalsOf = ({ factMap }: Run): Record<string, unknown[]> =>
  Object.fromEntries(Object.entries(factMap).map(([key, { aggregates }]) => [key, values(aggregates)]));
const labels = (groups: GroupBody[]): unknown[] =>
  groups.map(({ label, groupings }) => (groupings.length === 0 ? label : [label, ...labels(groupings)]));

describe('a summary report', () => {
  it('groups by currency and plan, the plans by their sum, over the rows that the user sees', async () => {
    const mine = await run('rep', 'ARR_by_Plan');
    expect(labels(mine.groupingsDown.groupings)).toEqual([
      ['EUR', 'Gold', 'Silver'],
      ['USD', 'Gold'],
    ]);
    expect(totalsOf(mine)).toEqual({
      '0!T': [1800, 2],
      '0_0!T': [1200, 1],
      '0_1!T': [600, 1],
      '1!T': [2400, 1],
      '1_0!T': [2400, 1],
      'T!T': [4200, 3],
    });
    expect(mine.factMap['0_0!T']!.rows).toEqual([]);
    const everything = await run('admin', 'ARR_by_Plan');
    expect(totalsOf(everything)).toMatchObject({ '0_0!T': [6200, 2], 'T!T': [9200, 4] });
    const other = await run('otherRep', 'ARR_by_Plan');
    expect(totalsOf(other)).toEqual({ '0!T': [5000, 1], '0_0!T': [5000, 1], 'T!T': [5000, 1] });
  });

  it('has its details in the innermost groups when asked, references and names by their id', async () => {
    const { factMap, reportMetadata } = await run('rep', 'ARR_by_Plan', '?includeDetails=true');
    const acme = org.sim.org.all('Account').find(({ Name }) => Name === 'Acme')!.Id;
    expect(factMap['0_0!T']!.rows).toEqual([
      {
        dataCells: [
          { label: 'SUB-1', value: expect.stringMatching(/^a\w{17}$/) },
          { label: 'Acme', value: acme },
          { label: '1,200', value: 1200 },
        ],
      },
    ]);
    expect(factMap['0!T']!.rows).toEqual([]);
    expect(reportMetadata).toMatchObject({
      aggregates: ['s!Billing_Subscription__c$ARR__c', 'RowCount'],
      groupingsDown: [
        { name: 'Billing_Subscription__c$Currency_Code__c', sortAggregate: null, sortOrder: 'Asc' },
        { sortAggregate: 's!Billing_Subscription__c$ARR__c', sortOrder: 'Desc' },
      ],
      hasDetailRows: true,
      reportFormat: 'SUMMARY',
      reportType: { label: 'Billing Subscriptions', type: 'Billing_Subscriptions__c' },
    });
  });

  it('groups dates by month within its time frame', async () => {
    const { groupingsDown, reportMetadata, ...rest } = await run('rep', 'Renewals_by_Month');
    expect(groupingsDown.groupings).toEqual([
      { groupings: [], key: '0', label: 'December 2026', value: '2026-12-01' },
      { groupings: [], key: '1', label: 'January 2027', value: '2027-01-01' },
    ]);
    expect(totalsOf({ groupingsDown, reportMetadata, ...rest })).toEqual({
      '0!T': [1800, 2],
      '1!T': [2400, 1],
      'T!T': [4200, 3],
    });
    expect(reportMetadata['standardDateFilter']).toMatchObject({
      column: 'Billing_Subscription__c$Next_Renewal_Date__c',
      durationValue: 'NEXT120',
      endDate: '2027-03-21',
      startDate: '2026-11-21',
    });
  });
});

describe('a matrix report', () => {
  it('has the buckets down in their order and currencies across, a day on the edge in the lower bucket', async () => {
    const result = await run('rep', 'Overdue_by_Age', '?includeDetails=true');
    expect(labels(result.groupingsDown.groupings)).toEqual(['Not due', '1-30', '31-60']);
    expect(labels(result.groupingsAcross.groupings)).toEqual(['EUR', 'USD']);
    expect(totalsOf(result)).toEqual({
      '0!0': [2000, 1],
      '0!T': [2000, 1],
      '1!0': [1500, 2],
      '1!T': [1500, 2],
      '2!1': [250, 1],
      '2!T': [250, 1],
      'T!0': [3500, 3],
      'T!1': [250, 1],
      'T!T': [3750, 4],
    });
    const names = result.factMap['1!0']!.rows.map(({ dataCells }) => dataCells[0]!.label);
    expect(names).toEqual(['INV-1', 'INV-2']);
    expect(result.factMap['1!T']!.rows).toEqual([]);
    const other = await run('otherRep', 'Overdue_by_Age');
    expect(labels(other.groupingsDown.groupings)).toEqual(['Over 60']);
  });
});

describe('a tabular report over an outer join', () => {
  it('keeps Accounts without invoices and counts each Account once in its own sums', async () => {
    const { factMap } = await run('rep', 'Accounts_and_Invoices', '?includeDetails=true');
    const { aggregates, rows } = factMap['T!T']!;
    expect(values(aggregates)).toEqual([350, 3820, 7]);
    expect(rows.map(({ dataCells }) => dataCells.map(({ label }) => label).join(' | '))).toEqual([
      'Delta | Riley Rep | 50 | - | -',
      'Beta | Riley Rep | 200 | INV-4 | 2,000',
      'Beta | Riley Rep | 200 | INV-5 | 0',
      'Beta | Riley Rep | 200 | INV-6 | 70',
      'Acme | Riley Rep | 100 | INV-1 | 1,000',
      'Acme | Riley Rep | 100 | INV-2 | 500',
      'Acme | Riley Rep | 100 | INV-3 | 250',
    ]);
  });

  it('leaves out columns and sums of fields that the user may not read', async () => {
    org.insert('Account', [{ Name: 'Nolan', OwnerId: org.userId('repWithoutBilling') }]);
    const { reportMetadata, factMap, reportExtendedMetadata } = await run('repWithoutBilling', 'Accounts_and_Invoices');
    expect(reportMetadata.detailColumns).toEqual(['Account$Name', 'Account$Owner', 'Account.Billing_Invoices__r$Name']);
    expect(reportMetadata.aggregates).toEqual(['RowCount']);
    expect(Object.keys(reportExtendedMetadata['detailColumnInfo']!)).toEqual(reportMetadata.detailColumns);
    expect(values(factMap['T!T']!.aggregates)).toEqual([1]);
  });
});

describe('who may run which report', () => {
  it('a report grouped by a field that the user may not read is refused, and one over a hidden object', async () => {
    for (const name of ['Overdue_by_Age', 'ARR_by_Plan'])
      expect(await org.get('repWithoutBilling', `/analytics/reports/${org.idOf('Report', name)}`)).toMatchObject({
        status: 403,
        body: [{ errorCode: 'FORBIDDEN' }],
      });
  });

  it('only those whom its folder is shared with find it, by the API and by SOQL', async () => {
    const path = `/analytics/reports/${org.idOf('Report', 'Draft_Invoices')}`;
    expect(await org.get('rep', path)).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
    expect((await org.get('otherRep', path)).status).toBe(200);
    const names = async (person: Person): Promise<unknown> => {
      const { body } = await org.calls(person).query('SELECT Name, FolderName FROM Report ORDER BY Name');
      return (body as { records: { Name: string }[] }).records.map(({ Name }) => Name);
    };
    expect(await names('rep')).toEqual(['Accounts and Invoices', 'ARR by Plan', 'Overdue by Age', 'Renewals by Month']);
    expect(await names('otherRep')).toContain('Draft Invoices');
    const listed = await org.get('rep', '/analytics/reports');
    expect((listed.body as object[]).length).toBe(4);
    const folders = await org.calls('rep').query("SELECT DeveloperName FROM Folder WHERE Type = 'Report'");
    expect(folders.body).toMatchObject({ records: [{ DeveloperName: 'Billing' }] });
  });

  it('users without Run Reports are refused', async () => {
    org.assign('integration', 'Integration_Write');
    for (const path of ['', `/${org.idOf('Report', 'ARR_by_Plan')}`])
      expect(await org.get('integration', `/analytics/reports${path}`)).toMatchObject({
        status: 403,
        body: [{ errorCode: 'FORBIDDEN', message: expect.stringContaining('Run Reports') }],
      });
    for (const object of ['Report', 'Dashboard', 'Folder'])
      expect(await org.calls('integration').query(`SELECT Id FROM ${object}`)).toMatchObject({
        status: 400,
        body: [{ errorCode: 'INVALID_TYPE' }],
      });
  });
});

describe('the Analytics API', () => {
  const path = (rest = ''): string => `/analytics/reports/${org.idOf('Report', 'Overdue_by_Age')}${rest}`;
  const post = (reportMetadata: object) => org.calls('rep').call('POST', path(), { reportMetadata });
  const column = 'Billing_Invoice__c$Due_Date__c';

  it('runs a report once with other filters', async () => {
    const filters = [
      { column: 'Billing_Invoice__c$Status__c', operator: 'equals', value: 'Open' },
      { column: 'BucketField_Age', operator: 'notEqual', value: 'Not due' },
      { column, operator: 'greaterThan', value: 'LAST 30 DAYS' },
      { column: 'Billing_Invoice__c$Account__c', operator: 'contains', value: 'acm' },
    ];
    const { body } = await post({ reportFilters: filters, reportBooleanFilter: '1 AND 2 AND NOT 3 AND 4' });
    expect(totalsOf(body as Run)).toMatchObject({ 'T!T': [1750, 3] });
    expect((body as Run).reportMetadata.reportFilters).toHaveLength(4);
    expect(totalsOf(await run('rep', 'Overdue_by_Age'))).toMatchObject({ 'T!T': [3750, 4] });
  });

  it('refuses filters that cannot be and answers 501 to other changes', async () => {
    const wrong = (filter: object, reportBooleanFilter: string | null = null) =>
      post({ reportFilters: [filter], reportBooleanFilter });
    for (const answer of [
      await wrong({ column: 'Nothing', operator: 'equals', value: '1' }),
      await wrong({ column, operator: 'contains', value: '1' }),
      await wrong({ column, operator: 'resembles', value: 'TODAY' }),
      await wrong({ column, operator: 'equals', value: 'SOMEDAY' }),
      await wrong({ column, operator: 'equals', value: 'TODAY' }, '1 AND 2'),
      await wrong({ column }),
      await org.calls('rep').call('POST', path(), {}),
    ])
      expect(answer).toMatchObject({ status: 400, body: [{ errorCode: 'BAD_REQUEST' }] });
    expect(await post({ reportFormat: 'TABULAR' })).toMatchObject({ status: 501 });
    expect((await org.calls('rep').call('POST', path('/instances'), {})).status).toBe(501);
    expect((await org.get('rep', path('?includeDetails=maybe'))).status).toBe(400);
  });

  it('answers jsforce', async () => {
    const accessToken = org.sim.tokenFor(org.sim.usernames.rep);
    const { analytics } = new Connection({ instanceUrl: org.sim.url, accessToken, version: '66.0' });
    expect((await analytics.reports()).map(({ name }) => name)).toContain('Overdue by Age');
    const report = analytics.report(org.idOf('Report', 'Overdue_by_Age'));
    expect((await report.describe()).reportMetadata.name).toBe('Overdue by Age');
    const detailed = await report.execute({ details: true });
    expect(detailed.factMap).toMatchObject({ 'T!T': { aggregates: [{ value: 3750 }, { value: 4 }] } });
    const reportFilters = [{ column: 'Billing_Invoice__c$Status__c', operator: 'equals', value: 'Draft' }];
    const changed = await report.execute({
      metadata: { reportMetadata: { reportFilters, reportBooleanFilter: null } } as never,
    });
    expect(changed.factMap).toMatchObject({ 'T!T': { aggregates: [{ value: 70 }, { value: 1 }] } });
    await expect(report.executeAsync()).rejects.toThrow('is not simulated');
    expect((await analytics.dashboards()).map(({ name }) => name)).toEqual(['Billing Overview']);
    const dashboard = analytics.dashboard(org.idOf('Dashboard', 'Billing_Overview'));
    expect(((await dashboard.describe()) as { name: string }).name).toBe('Billing Overview');
    expect(await dashboard.refresh()).toHaveProperty('statusUrl');
    expect((await dashboard.status()).componentStatus).toHaveLength(6);
  });

  it('describes a report and lists the report types of objects that the user may read', async () => {
    const { body } = await org.get('rep', path('/describe'));
    expect(body).toMatchObject({
      reportExtendedMetadata: {
        aggregateColumnInfo: { 's!Billing_Invoice__c$Balance__c': { dataType: 'double', label: 'Sum of Balance' } },
        groupingColumnInfo: { BucketField_Age: { dataType: 'string', groupingLevel: 0, label: 'Age' } },
      },
      reportMetadata: { reportFormat: 'MATRIX', reportBooleanFilter: '1 AND 2' },
      reportTypeMetadata: { categories: [{ label: 'Billing Invoices' }] },
    });
    const types = await org.get('repWithoutBilling', '/analytics/reportTypes');
    expect(JSON.stringify(types.body)).toContain('Billing_Invoices__c');
    expect(JSON.stringify(types.body)).not.toContain('Billing_Subscriptions__c');
  });
});

describe('other settings of reports', () => {
  const bucket = `<buckets><bucketType>picklist</bucketType><developerName>BucketField_State</developerName><masterLabel>State</masterLabel><otherBucketLabel>Rest</otherBucketLabel><sourceColumnName>Billing_Subscription__c$Status__c</sourceColumnName><useOther>true</useOther><values><sourceValues><sourceValue>Past Due</sourceValue></sourceValues><sourceValues><sourceValue>Unpaid</sourceValue></sourceValues><value>Late</value></values></buckets>`;
  const kinds = ['Average', 'Maximum', 'Minimum', 'Unique'].map((kind) => `<aggregateTypes>${kind}</aggregateTypes>`);
  let other: ViewsOrg;
  beforeAll(async () => {
    other = await ViewsOrg.start({
      changes: {
        'dashboards/Billing/Billing_Overview.dashboard-meta.xml': (text) =>
          text.replace('<groupingColumn>Billing_Subscription__c$Currency_Code__c', '<groupingColumn>BucketField_State'),
        'reports/Billing/ARR_by_Plan.report-meta.xml': (text) =>
          text
            .replace('<columns>', `${bucket}<columns>`)
            .replace('<aggregateTypes>Sum</aggregateTypes>', `$&${kinds.join('')}`)
            .replace('<field>Billing_Subscription__c$Currency_Code__c', '<field>BucketField_State')
            .replace('Active,Past Due', 'Active,Past Due,Draft'),
        'reports/Billing/Accounts_and_Invoices.report-meta.xml': (text) =>
          text.replace('<scope>organization', '<isSmartTotalDisabled>true</isSmartTotalDisabled><scope>user'),
        'reports/Operations/Draft_Invoices.report-meta.xml': (text) =>
          text
            .replace(
              /<filter>.*<\/filter>/s,
              '<sortColumn>Billing_Invoice__c$Amount__c</sortColumn><sortOrder>Desc</sortOrder>',
            )
            .replace('<scope>', '<rowLimit>2</rowLimit><scope>'),
      },
    });
  });
  afterAll(() => other.close());
  const runIn = async (person: Person, name: string, query = ''): Promise<Run> =>
    (await other.get(person, `/analytics/reports/${other.idOf('Report', name)}${query}`)).body as Run;

  it('buckets over lists put what is named nowhere into the rest; every kind of summary', async () => {
    const result = await runIn('rep', 'ARR_by_Plan');
    expect(labels(result.groupingsDown.groupings)).toEqual([
      ['Late', 'Gold'],
      ['Rest', 'Gold', 'Silver'],
    ]);
    expect(totalsOf(result)).toMatchObject({
      '0!T': [2400, 2400, 2400, 2400, 1, 1],
      '1!T': [2799, 933, 1200, 600, 3, 3],
      '1_0!T': [2199, 1099.5, 1200, 999, 2, 2],
    });
    expect(result.reportMetadata.aggregates.map((name) => name.split('!')[0])).toEqual([
      ...['s', 'a', 'mx', 'm', 'u', 'RowCount'],
    ]);
  });

  it('my records only, and sums over all rows without smart totals', async () => {
    expect(totalsOf(await runIn('rep', 'Accounts_and_Invoices'))).toEqual({ 'T!T': [950, 3820, 7] });
    expect(totalsOf(await runIn('admin', 'Accounts_and_Invoices'))).toEqual({ 'T!T': [0, 0, 0] });
  });

  it('the first rows only', async () => {
    const { factMap, reportMetadata } = await runIn('admin', 'Draft_Invoices', '?includeDetails=true');
    expect(factMap['T!T']!.rows.map(({ dataCells }) => dataCells[0]!.label)).toEqual(['INV-7', 'INV-4']);
    expect(values(factMap['T!T']!.aggregates)).toEqual([11_000, 2]);
    expect(reportMetadata['topRows']).toEqual({ direction: 'Desc', rowLimit: 2 });
  });
});

describe('metadata that is wrong stops the start with the file named', () => {
  const replaced = (from: string, to: string) => (text: string) => text.replace(from, to);
  const report = 'reports/Billing/ARR_by_Plan.report-meta.xml';
  it.each([
    [report, '$Plan__c<', '$Nope__c<', 'Invalid field name:Billing_Subscription__c$Nope__c'],
    [report, '<scope>', '<crossFilters/><scope>', '<crossFilters> is not supported'],
    [report, '<scope>', '<aggregates/><scope>', 'custom summary formulas'],
    [report, 'Billing_Subscriptions__c', 'Nothing__c', 'invalid report type: Nothing__c'],
    [report, 'Billing_Subscriptions__c', 'Opportunity', 'standard report type Opportunity'],
    [report, '>Summary<', '>Tabular<', 'do not fit a report of format Tabular'],
    [report, '>equals<', '>within<', 'the operator within is not supported'],
    [report, '>organization<', '>team<', 'scope team is not supported'],
    ['reports/Billing/Overdue_by_Age.report-meta.xml', '<from>30<', '<from>35<', 'without gaps: 31-60'],
    ['reports/Billing/Overdue_by_Age.report-meta.xml', '1 AND 2', '1 OR 3', 'references an undefined filter: 3'],
    ['reports/Billing/Renewals_by_Month.report-meta.xml', 'NEXT120', 'CURFY', 'the interval INTERVAL_CURFY'],
    ['reports/Billing/Renewals_by_Month.report-meta.xml', '>Month<', '>FiscalYear<', 'dateGranularity FiscalYear'],
    ['reports/Operations.reportFolder-meta.xml', '>Group<', '>Territory<', 'sharedToType Territory'],
    [
      'reportTypes/Billing_Invoices.reportType-meta.xml',
      '>Balance__c<',
      '>Nope__c<',
      'Invalid field Billing_Invoice__c.Nope__c',
    ],
    [
      'reportTypes/Accounts_with_Invoices.reportType-meta.xml',
      '>Billing_Invoices__r<',
      '>No__r<',
      'Invalid relationship No__r of Account',
    ],
  ])('%s with %s as %s', async (file, from, to, problem) => {
    const folder = viewsMetadata({ [file]: replaced(from, to) });
    try {
      const starting = startSalesforceSim({ forceApp: folder });
      await expect(starting).rejects.toThrow(`${folder}/${file}: `);
      await expect(starting).rejects.toThrow(problem);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
