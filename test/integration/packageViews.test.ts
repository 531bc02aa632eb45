import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimClock } from '../simulators/kit/clock.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { callsOf, NOW, type Person } from '../simulators/salesforce/testing.ts';

type Row = Record<string, FieldValue>;
type Report = {
  factMap: Record<string, { aggregates: { label: string; value: number }[] }>;
  groupingsDown: { groupings: { label: string }[] };
  reportExtendedMetadata: { groupingColumnInfo: Record<string, unknown> };
};

let sim: RunningSalesforce;
const userId = (person: Person): string => sim.org.userNamed(sim.usernames[person])!.Id;

function insert(object: string, rows: Row[]): string[] {
  return sim.org.insert(object, rows, { userId: userId('admin') }).map(({ id, errors }) => {
    if (id === null) throw new Error(`${object}: ${errors[0]?.message}`);
    return id;
  });
}
const assign = (person: Person, name: string): void => {
  const set = sim.org.all('PermissionSet').find((record) => record['Name'] === name)!;
  insert('PermissionSetAssignment', [{ AssigneeId: userId(person), PermissionSetId: set.Id }]);
};
const reportId = (name: string): string => sim.org.all('Report').find((one) => one['DeveloperName'] === name)!.Id;
const run = (person: Person, name: string) =>
  callsOf(sim, person).call('GET', `/analytics/reports/${reportId(name)}?includeDetails=true`);
/** Labels of the groups with the first summary of each. */
const groups = async (name: string): Promise<string[]> => {
  const { body } = (await run('otherRep', name)) as { body: Report };
  return body.groupingsDown.groupings.map(
    ({ label }, at) => `${label}: ${String(body.factMap[`${at}!T`]?.aggregates[0]?.value)}`,
  );
};

/** Riley owns Acme; Olive, of Billing operations, owns Gamma. Each has billing in euro, and Gamma in dollars too. */
beforeAll(async () => {
  sim = await startSalesforceSim({ clock: new SimClock(Date.parse(NOW) - Date.now()) });
  assign('otherRep', 'Billing_Operations');
  const group = sim.org.all('Group').find((one) => one['DeveloperName'] === 'Billing_Operations')!;
  insert('GroupMember', [{ GroupId: group.Id, UserOrGroupId: userId('otherRep') }]);
  const account = (Name: string, owner: Person, arr: number): string =>
    insert('Account', [
      {
        ...{ Name, OwnerId: userId(owner), Subscription_Health__c: 'At Risk', Churn_Risk__c: 'High' },
        ...{ Billing_Currency__c: 'EUR', Billing_ARR__c: arr, Billing_Outstanding__c: 10 },
      },
    ])[0]!;
  const acme = account('Acme', 'rep', 1000);
  const gamma = account('Gamma', 'otherRep', 5000);
  const row = (kind: string, n: number, of: string, currency: string): Row => ({
    ...{ Name: `${kind}-${n}`, Key__c: `stripe:${kind}:${n}`, Account__c: of, Currency_Code__c: currency },
  });
  insert('Billing_Subscription__c', [
    { ...row('SUB', 1, acme, 'EUR'), Plan__c: 'Gold', ARR__c: 1000, Status__c: 'Active' },
    {
      ...{ ...row('SUB', 2, gamma, 'EUR'), Plan__c: 'Gold', ARR__c: 3000, Status__c: 'Active' },
      Next_Renewal_Date__c: '2026-12-10',
    },
    {
      ...{ ...row('SUB', 3, gamma, 'USD'), Plan__c: 'Silver', ARR__c: 2000, Status__c: 'Active' },
      Next_Renewal_Date__c: '2027-01-10',
    },
    { ...row('SUB', 4, gamma, 'USD'), Plan__c: 'Gone', ARR__c: 0, Status__c: 'Removed' },
  ]);
  const due = (Due_Date__c: string, Balance__c: number): Row => ({ Due_Date__c, Balance__c, Amount__c: Balance__c });
  insert('Billing_Invoice__c', [
    { ...row('INV', 1, acme, 'EUR'), ...due('2026-11-01', 70), Status__c: 'Open' },
    { ...row('INV', 2, gamma, 'EUR'), ...due('2026-11-01', 10), Status__c: 'Open' },
    { ...row('INV', 3, gamma, 'USD'), ...due('2026-07-01', 30), Status__c: 'Open' },
    { ...row('INV', 4, gamma, 'USD'), ...due('2027-01-01', 99), Status__c: 'Open' },
  ]);
  const failure = (n: number, Connection__c: string, State__c: string): Row => ({
    ...{ Name: `FAIL-${n}`, Key__c: `${Connection__c}:failure:${n}`, Connection__c, State__c, Account__c: acme },
    ...{
      Kind__c: 'Row refused',
      Reason__c: 'A rule.',
      What_To_Do__c: 'Change it.',
      Resolved_At__c: '2026-11-20T10:00:00Z',
    },
  });
  insert('Billing_Sync_Failure__c', [
    failure(1, 'stripe', 'Open'),
    failure(2, 'stripe', 'Open'),
    failure(3, 'zuora', 'Open'),
    failure(4, 'zuora', 'Resolved'),
  ]);
});
afterAll(() => sim.close());

describe('reports of the package', () => {
  it.each(['ARR_by_Plan', 'Overdue_by_Age', 'Renewals_by_Month', 'At_Risk_Accounts', 'Sync_Failures'])(
    '%s is there for Billing operations alone',
    async (name) => {
      expect((await run('otherRep', name)).status).toBe(200);
      expect((await run('rep', name)).status).toBe(404);
      expect((await run('repWithoutBilling', name)).status).toBe(404);
    },
  );

  it('count only what the user may see, each currency for itself', async () => {
    expect(await groups('ARR_by_Plan')).toEqual(['EUR: 3000', 'USD: 2000']);
    expect(await groups('At_Risk_Accounts')).toEqual(['EUR: 5000']);
    expect(await groups('Overdue_by_Age')).toEqual(['1 to 30 days: 10', 'Over 90 days: 30']);
    expect(await groups('Sync_Failures')).toEqual(['stripe: 2', 'zuora: 1']);
    expect(await groups('Renewals_by_Month')).toEqual(['December 2026: 3000', 'January 2027: 2000']);
  });

  it('stand together on a dashboard that others do not find', async () => {
    const { Id } = sim.org.all('Dashboard')[0]!;
    const dashboard = (person: Person) => callsOf(sim, person).call('GET', `/analytics/dashboards/${Id}`);
    const { status, body } = await dashboard('otherRep');
    expect(status).toBe(200);
    const { componentData } = body as { componentData: { status: { errorMessage: string | null } }[] };
    expect(componentData.map((one) => one.status.errorMessage).filter((message) => message !== null)).toEqual([]);
    expect((await dashboard('rep')).status).toBe(404);
  });
});

describe('lists and search of the package', () => {
  it('every list shows rows of Accounts that the user sees, and nothing to a user without billing', async () => {
    const views = sim.org
      .all('ListView')
      .filter((one) => String(one['SobjectType']).startsWith('Billing_'))
      .filter((one) => one['SobjectType'] !== 'Billing_Connection__c');
    expect(views.length).toBeGreaterThan(10);
    const rows = async (person: Person): Promise<string[]> => {
      const shown: string[] = [];
      for (const { Id, SobjectType } of views) {
        const path = `/sobjects/${String(SobjectType)}/listviews/${Id}/results`;
        const { status, body } = await callsOf(sim, person).call('GET', path);
        expect.soft([200, 403, 404], `${String(SobjectType)} ${status}`).toContain(status);
        const { records = [] } = body as { records?: { columns: { fieldNameOrPath: string; value: string }[] }[] };
        for (const record of records)
          shown.push(record.columns.find(({ fieldNameOrPath }) => fieldNameOrPath === 'Name')!.value);
      }
      return [...new Set(shown)].sort();
    };
    expect(await rows('rep')).toEqual(['INV-1', 'SUB-1']);
    // Failures are no Account's, and those of operations alone.
    const failures = ['FAIL-1', 'FAIL-2', 'FAIL-3', 'FAIL-4'];
    expect(await rows('otherRep')).toEqual([...failures, 'INV-2', 'INV-3', 'INV-4', 'SUB-2', 'SUB-3']);
    expect(await rows('repWithoutBilling')).toEqual([]);
  });

  it('failures that are open, and those that were resolved lately, are lists of their own', async () => {
    const shown = async (name: string): Promise<string[]> => {
      const { Id } = sim.org
        .all('ListView')
        .find((one) => one['SobjectType'] === 'Billing_Sync_Failure__c' && one['DeveloperName'] === name)!;
      const path = `/sobjects/Billing_Sync_Failure__c/listviews/${Id}/results`;
      const { body } = await callsOf(sim, 'otherRep').call('GET', path);
      const { records } = body as { records: { columns: { fieldNameOrPath: string; value: string }[] }[] };
      return records.map(({ columns }) => columns.find((one) => one.fieldNameOrPath === 'Name')!.value).sort();
    };
    expect(await shown('Open')).toEqual(['FAIL-1', 'FAIL-2', 'FAIL-3']);
    expect(await shown('Resolved_Lately')).toEqual(['FAIL-4']);
  });

  it('search finds invoices of Accounts that the user sees alone', async () => {
    const found = async (person: Person): Promise<string[]> => {
      const query = encodeURIComponent('FIND {INV*} IN ALL FIELDS RETURNING Billing_Invoice__c(Name)');
      const { body } = await callsOf(sim, person).call('GET', `/search?q=${query}`);
      return (body as { searchRecords: { Name: string }[] }).searchRecords.map(({ Name }) => Name).sort();
    };
    expect(await found('rep')).toEqual(['INV-1']);
    expect(await found('otherRep')).toEqual(['INV-2', 'INV-3', 'INV-4']);
  });
});
