import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customObject, MetadataOrg, metadataFile } from '../metadata/testing.ts';
import { callsOf } from '../testing.ts';

const listView = (name: string, column: string): string =>
  `<listViews><fullName>${name}</fullName><columns>${column}</columns><filterScope>Everything</filterScope><label>${name}</label></listViews>`;
const things = (rest = ''): Record<string, string> => ({ 'objects/Thing__c.object': customObject('Thing', rest) });
const report = (column: string): Record<string, string> => ({
  'reports/Public-meta.xml': metadataFile('ReportFolder', '<accessType>Public</accessType><name>Public</name>'),
  'reports/Public/Things.report': metadataFile(
    'Report',
    `<columns><field>${column}</field></columns><format>Tabular</format><name>Things</name><reportType>CustomEntity$Thing__c</reportType><scope>organization</scope><showDetails>true</showDetails>`,
  ),
});

let org: MetadataOrg;
beforeAll(async () => {
  org = await MetadataOrg.start();
});
afterAll(() => org.close());

const names = async (object: string): Promise<unknown> => {
  const { body } = await callsOf(org.sim, 'admin').query(`SELECT DeveloperName FROM ${object} ORDER BY DeveloperName`);
  return (body as { records: { DeveloperName: string }[] }).records.map(({ DeveloperName }) => DeveloperName);
};

describe('views that are deployed', () => {
  it('are there at once, run, and are gone with a reset', async () => {
    const deployed = await org.deploy({ ...things(listView('Every_Thing', 'NAME')), ...report('CUST_NAME') });
    expect(deployed).toMatchObject({ status: 'Succeeded', failures: [] });
    expect(await names('Report')).toEqual(['Things']);
    expect(await names('ListView')).toContain('Every_Thing');
    const { org: simulated, usernames } = org.sim;
    simulated.insert('Thing__c', [{ Name: 'One' }], { userId: simulated.userNamed(usernames.admin)!.Id });
    const { Id } = simulated.all('Report')[0]!;
    const run = await callsOf(org.sim, 'admin').call('GET', `/analytics/reports/${Id}?includeDetails=true`);
    expect(run.body).toMatchObject({
      factMap: { 'T!T': { aggregates: [{ value: 1 }], rows: [{ dataCells: [{ label: 'One' }] }] } },
    });
    await org.switch('reset', {});
    expect(await names('Report')).toEqual([]);
    expect(await names('ListView')).not.toContain('Every_Thing');
    expect(await names('ListView')).toContain('AllAccounts');
  });

  it('keep their ids when they are deployed anew', async () => {
    await org.deploy({ ...things(), ...report('CUST_NAME') });
    const idOf = (): string => org.sim.org.all('Report')[0]!.Id;
    const before = (await names('Report')) && idOf();
    await org.deploy(report('CUST_CREATED_DATE'));
    expect((await names('Report')) && idOf()).toBe(before);
  });

  it.each([
    ['a report', { ...things(), ...report('CUST_NOTHING') }, 'Report', /^Invalid field name:CUST_NOTHING/],
    [
      'a list view',
      things(listView('Wrong', 'ACCOUNT.NAME')),
      'ListView',
      /Could not resolve list view column: ACCOUNT.NAME/,
    ],
  ])('fail with the component named when %s is wrong', async (_what, files, componentType, problem) => {
    const { status, failures } = await org.deploy(files);
    expect(status).toBe('Failed');
    expect(failures[0]).toMatchObject({ componentType, problem: expect.stringMatching(problem) });
  });
});
