import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { metadataFile, MetadataOrg } from './testing.ts';

const FIXTURE = join(import.meta.dirname, '../automation/testing/force-app');
const from = (path: string): string => readFileSync(join(FIXTURE, `${path}-meta.xml`), 'utf8');
const SERVICE = Object.fromEntries(
  [
    'externalCredentials/Orders.externalCredential',
    'namedCredentials/Orders.namedCredential',
    'externalServiceRegistrations/Orders.externalServiceRegistration',
  ].map((path) => [path, from(path)]),
);

const flow = (label: string, status = 'Active', element = ''): Record<string, string> => ({
  'flows/Greet.flow': metadataFile(
    'Flow',
    `<apiVersion>66.0</apiVersion>${element}<interviewLabel>Greet</interviewLabel><label>${label}</label><processType>AutoLaunchedFlow</processType><start><locationX>0</locationX><locationY>0</locationY><connector><targetReference>Find</targetReference></connector></start><status>${status}</status>`,
  ),
});
const lookup = (field = 'Name', object = 'Account'): string =>
  `<recordLookups><name>Find</name><label>Find</label><locationX>0</locationX><locationY>0</locationY><assignNullValuesIfNoRecordsFound>false</assignNullValuesIfNoRecordsFound><filterLogic>and</filterLogic><filters><field>${field}</field><operator>EqualTo</operator><value><stringValue>x</stringValue></value></filters><getFirstRecordOnly>true</getFirstRecordOnly><object>${object}</object><storeOutputAutomatically>true</storeOutputAutomatically></recordLookups>`;
const GREET = flow('Greet', 'Active', lookup());

let org: MetadataOrg;
beforeAll(async () => {
  org = await MetadataOrg.start();
});
afterEach(async () => {
  await org.switch('reset', {});
});
afterAll(() => org.close());

type View = { ApiName: string; IsActive: boolean; VersionNumber: number; IsOutOfDate: boolean };
const views = async (): Promise<View[]> =>
  (await org.as().query<View>('SELECT ApiName, IsActive, VersionNumber, IsOutOfDate FROM FlowDefinitionView')).records;

describe('a flow', () => {
  it('runs after a deploy to a sandbox, as its status says', async () => {
    expect(await org.deploy(GREET)).toMatchObject({ failures: [], status: 'Succeeded' });
    expect(await views()).toMatchObject([{ ApiName: 'Greet', IsActive: true, VersionNumber: 1 }]);
  });

  it('arrives inactive in a production org, until an admin activates it over the Tooling API', async () => {
    await org.switch('metadata', { production: true });
    await org.deploy(GREET);
    expect(await views()).toMatchObject([{ IsActive: false }]);
    const { tooling } = org.as();
    const definitions = await tooling.query<{ Id: string }>(
      "SELECT Id, ActiveVersion.VersionNumber FROM FlowDefinition WHERE DeveloperName = 'Greet'",
    );
    expect(definitions.records).toMatchObject([{ ActiveVersion: null }]);
    const { Id } = definitions.records[0]!;
    await tooling.sobject('FlowDefinition').update({ Id, Metadata: { activeVersionNumber: 1 } } as never);
    expect(await views()).toMatchObject([{ IsActive: true }]);
  });

  it('goes on running as it was when a production org gets a newer version', async () => {
    await org.deploy(GREET);
    await org.switch('metadata', { production: true });
    await org.deploy(flow('Greet well', 'Active', lookup()));
    expect(await views()).toMatchObject([{ IsActive: true, VersionNumber: 1, IsOutOfDate: true }]);
    const versions = await org.as().tooling.query('SELECT VersionNumber, Status, MasterLabel FROM Flow');
    expect(versions.records).toMatchObject([
      { VersionNumber: 1, Status: 'Active', MasterLabel: 'Greet' },
      { VersionNumber: 2, Status: 'Draft', MasterLabel: 'Greet well' },
    ]);
    expect((await org.retrieve({ Flow: ['Greet'] }))['flows/Greet.flow']).toContain('Greet well');
  });

  it('is switched as an admin would in Setup', async () => {
    await org.deploy(GREET);
    expect((await org.switch('flows', { name: 'Greet', activeVersion: null })).status).toBe(200);
    expect(await views()).toMatchObject([{ IsActive: false }]);
    expect((await org.switch('flows', { name: 'Greet', activeVersion: 7 })).status).toBe(400);
    expect((await org.switch('flows', { name: 'Nobody', activeVersion: 1 })).status).toBe(400);
  });

  it('can call the external service that is deployed with it', async () => {
    const { failures } = await org.deploy(SERVICE);
    expect(failures).toEqual([]);
    expect(Object.keys(await org.retrieve({ NamedCredential: ['*'], ExternalCredential: ['*'] })).sort()).toEqual([
      'externalCredentials/Orders.externalCredential',
      'namedCredentials/Orders.namedCredential',
      'package.xml',
    ]);
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['reads an unknown field', flow('Greet', 'Active', lookup('Shoe__c')), 'Greet', /Shoe__c/],
    ['reads an unknown object', flow('Greet', 'Active', lookup('Name', 'Shoe__c')), 'Greet', /Shoe__c/],
    ['leads to an element that is not there', flow('Greet'), 'Greet', /Find/],
    [
      'calls an unknown action',
      flow(
        'Greet',
        'Active',
        '<actionCalls><name>Find</name><label>Find</label><locationX>0</locationX><locationY>0</locationY><actionName>Orders.nothing</actionName><actionType>externalService</actionType></actionCalls>',
      ),
      'Greet',
      /Orders\.nothing/,
    ],
    [
      'goes by a credential that is not there',
      { 'namedCredentials/Orders.namedCredential': SERVICE['namedCredentials/Orders.namedCredential']! },
      'Orders',
      /^In field: externalCredential - no ExternalCredential named Orders found/,
    ],
    [
      'belongs to a service without its credential',
      {
        'externalServiceRegistrations/Orders.externalServiceRegistration':
          SERVICE['externalServiceRegistrations/Orders.externalServiceRegistration']!,
      },
      'Orders',
      /^In field: namedCredentialReference - no NamedCredential named Orders found/,
    ],
    [
      'belongs to a service whose schema is none',
      {
        ...SERVICE,
        'externalServiceRegistrations/Orders.externalServiceRegistration': SERVICE[
          'externalServiceRegistrations/Orders.externalServiceRegistration'
        ]!.replace(/<schema\s*>[^]*?<\/schema\s*>/, '<schema>{</schema>'),
      },
      'Orders',
      /JSON|schema/i,
    ],
  ])('is refused when it %s', async (_what, files, fullName, problem) => {
    const { status, failures } = await org.deploy(files);
    expect(status).toBe('Failed');
    expect(failures).toContainEqual(expect.objectContaining({ fullName }));
    expect(failures.find((failure) => failure.fullName === fullName)!.problem).toMatch(problem);
  });
});

describe('the Tooling API', () => {
  it.each([
    ['SELECT Id FROM ApexClass', []],
    ["SELECT Id FROM FlowDefinition WHERE DeveloperName = 'Nobody' OR DeveloperName IN ('x', 'y') LIMIT 1", []],
  ])('answers %s', async (soql, records) => {
    expect((await org.as().tooling.query(soql)).records).toEqual(records);
  });

  it.each([
    ['SELECT Id FROM Account', 'INVALID_TYPE'],
    ['SELECT Id FROM SourceMember', 'INVALID_TYPE'],
    ['SELECT Id FROM MetadataComponentDependency', 'NOT_IMPLEMENTED'],
    ['SELECT COUNT() FROM Flow', 'NOT_IMPLEMENTED'],
    ["SELECT Id FROM Flow WHERE Status LIKE 'A%'", 'NOT_IMPLEMENTED'],
  ])('refuses %s', async (soql, errorCode) => {
    await org.deploy(GREET);
    await expect(org.as().tooling.query(soql)).rejects.toMatchObject({ errorCode });
  });

  it('refuses fields that a flow does not have', async () => {
    await org.deploy(GREET);
    await expect(org.as().tooling.query('SELECT Shoe FROM Flow')).rejects.toMatchObject({ errorCode: 'INVALID_FIELD' });
  });

  it('lets nobody but admins activate a flow', async () => {
    await org.deploy(GREET);
    const { records } = await org.as().tooling.query<{ Id: string }>('SELECT Id FROM FlowDefinition');
    const update = { Id: records[0]!.Id, Metadata: { activeVersionNumber: 0 } };
    await expect(
      org
        .as('rep')
        .tooling.sobject('FlowDefinition')
        .update(update as never),
    ).rejects.toMatchObject({
      errorCode: 'INSUFFICIENT_ACCESS',
    });
    expect(await views()).toMatchObject([{ IsActive: true }]);
  });

  it('tells what it does not have with 501, and counts it', async () => {
    const request = org.as().request('/services/data/v66.0/tooling/runTestsSynchronous');
    await expect(request).rejects.toMatchObject({ errorCode: 'NOT_IMPLEMENTED' });
    expect([...org.sim.ctx.calls.unsupported.keys()]).toContainEqual(expect.stringContaining('runTestsSynchronous'));
  });
});
