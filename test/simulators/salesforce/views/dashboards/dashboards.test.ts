import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim } from '../../main.ts';
import type { Person } from '../../testing.ts';
import { ViewsOrg, viewsMetadata } from '../testing/viewsOrg.ts';

type Component = {
  reportResult: { factMap: Record<string, { aggregates: { value: number }[] }> } | null;
  status: { dataStatus: string; errorCode: string | null };
};
type Body = { componentData: Component[]; dashboardMetadata: Record<string, unknown> };

let org: ViewsOrg;
beforeAll(async () => {
  org = await ViewsOrg.start();
});
afterAll(() => org.close());

const path = (): string => `/analytics/dashboards/${org.idOf('Dashboard', 'Billing_Overview')}`;
async function shown(person: Person): Promise<Body> {
  const { status, body } = await org.get(person, path());
  expect(status).toBe(200);
  return body as Body;
}
const totals = ({ componentData }: Body): unknown[] =>
  componentData.map(({ reportResult }) => reportResult?.factMap['T!T']!.aggregates[0]!.value ?? null);

describe('dashboards', () => {
  it('show each user what they see, and say so where a report is not for them', async () => {
    const mine = await shown('rep');
    expect(totals(mine)).toEqual([4200, 4200, 3750, 4200, 350, null]);
    expect(mine.componentData[5]!.status).toMatchObject({ dataStatus: 'ERROR', errorCode: 'FORBIDDEN' });
    expect(totals(await shown('otherRep'))).toEqual([5000, 5000, 9000, 5000, 900, 0]);
    expect(totals(await shown('admin'))).toEqual([9200, 9200, 12_750, 9200, 1250, 70]);
  });

  it('have months in the order of time, whatever their names', async () => {
    const url = `${org.sim.url}/lightning/r/Dashboard/${org.idOf('Dashboard', 'Billing_Overview')}/view`;
    const page = await fetch(url, { headers: { cookie: `sid=${org.sim.tokenFor(org.sim.usernames.admin)}` } });
    const rows = [...(await page.text()).matchAll(/<th scope="row">(\w+ \d{4})</g)].map(([, month]) => month);
    expect(rows).toEqual(['December 2026', 'January 2027', 'February 2027']);
  });

  it('describe their components, layout and running user', async () => {
    const { dashboardMetadata } = await shown('rep');
    expect(dashboardMetadata).toMatchObject({
      name: 'Billing Overview',
      dashboardType: 'LoggedInUser',
      runningUser: { displayName: 'Riley Rep', id: org.userId('rep') },
      layout: { gridLayout: true, numColumns: 12 },
    });
    expect(dashboardMetadata['components']).toMatchObject([
      { header: 'ARR up for renewal', properties: { visualizationType: 'Metric' } },
      {
        properties: {
          visualizationType: 'Column',
          groupings: [{ name: 'Billing_Subscription__c$Next_Renewal_Date__c' }],
        },
      },
      { reportId: org.idOf('Report', 'Overdue_by_Age') },
      {},
      {},
      {},
    ]);
    expect((await org.get('rep', `${path()}/describe`)).body).toEqual(dashboardMetadata);
  });

  it('are listed and found by SOQL for those who may run reports', async () => {
    expect((await org.get('rep', '/analytics/dashboards')).body).toMatchObject([{ name: 'Billing Overview' }]);
    const soql = 'SELECT Title, FolderName, Folder.DeveloperName, Type FROM Dashboard';
    expect((await org.calls('rep').query(soql)).body).toMatchObject({
      records: [{ Title: 'Billing Overview', FolderName: 'Billing', Folder: { DeveloperName: 'Billing' } }],
    });
    expect((await org.get('integration', path())).status).toBe(403);
    expect((await org.get('rep', '/analytics/dashboards/01Z000000000000AAA')).status).toBe(404);
    expect((await org.calls('rep').call('PUT', path())).status).toBe(201);
    expect((await org.get('rep', `${path()}/status`)).body).toMatchObject({
      componentStatus: Array.from({ length: 6 }, () => ({
        refreshDate: expect.stringMatching(/^2026-11-21T09:3.*\+0000$/),
        refreshStatus: 'IDLE',
      })),
    });
    expect((await org.calls('rep').call('DELETE', path())).status).toBe(501);
  });
});

describe('a dashboard file', () => {
  const file = 'dashboards/Billing/Billing_Overview.dashboard-meta.xml';
  it('of a specified user shows everybody what that user sees', async () => {
    const folder = viewsMetadata({
      [file]: (text) =>
        text.replace(
          'LoggedInUser</dashboardType>',
          'SpecifiedUser</dashboardType><runningUser>olive.other@billing360.example</runningUser>',
        ),
    });
    const sim = await startSalesforceSim({ forceApp: folder });
    try {
      const { org: other, usernames } = sim;
      const { Id } = other.all('Dashboard')[0]!;
      const OwnerId = other.userNamed(usernames.otherRep)!.Id;
      const account = { Name: 'Ours', Billing_ARR__c: 7, OwnerId };
      const [saved] = other.insert('Account', [account], { userId: other.userNamed(usernames.admin)!.Id });
      expect(saved!.success).toBe(true);
      const response = await fetch(`${sim.url}/services/data/v66.0/analytics/dashboards/${Id}`, {
        headers: { authorization: `Bearer ${sim.tokenFor(usernames.rep)}` },
      });
      const body = (await response.json()) as Body;
      expect(body.dashboardMetadata['runningUser']).toMatchObject({ displayName: 'Olive Other' });
      expect(totals(body)[4]).toBe(7);
    } finally {
      await sim.close();
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['>Billing/ARR_by_Plan<', '>Billing/Nothing<', 'no Report named Billing/Nothing found'],
    ['>Metric<', '>VisualforcePage<', 'components of type VisualforcePage are not supported'],
    ['>LoggedInUser<', '>MyTeamUser<', 'dashboardType MyTeamUser is not supported'],
    ['>LoggedInUser<', '>SpecifiedUser<', '<runningUser> is missing'],
    [
      '<groupingColumn>BucketField_Age<',
      '<groupingColumn>BucketField_No<',
      'BucketField_No is no grouping of Overdue_by_Age',
    ],
    ['<aggregate>Sum<', '<aggregate>Average<', 'has no summary a!'],
    ['<columnIndex>0<', '<columnIndex>10<', 'reaches beyond the grid'],
    ['<textColor>', '<dashboardFilters/><textColor>', '<dashboardFilters> is not supported'],
  ])('with %s as %s stops the start with the file named', async (from, to, problem) => {
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
