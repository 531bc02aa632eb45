import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { customObject, metadataFile, MetadataOrg, textField } from '../testing.ts';

const THING = {
  'objects/Thing__c.object': customObject('Thing', textField('Colour__c') + textField('Size__c')),
  'reports/Billing-meta.xml': metadataFile('ReportFolder', '<name>Billing</name>'),
  'reports/Billing/Things.report': metadataFile(
    'Report',
    '<columns><field>Thing__c$Colour__c</field></columns><format>Tabular</format><name>Things</name><reportType>CustomEntity$Thing__c</reportType><scope>organization</scope><showDetails>true</showDetails><timeFrameFilter><dateColumn>CUST_CREATED_DATE</dateColumn><interval>INTERVAL_CUSTOM</interval></timeFrameFilter>',
  ),
};

let org: MetadataOrg;
beforeAll(async () => {
  org = await MetadataOrg.start();
  expect(await org.deploy(THING)).toMatchObject({ failures: [] });
});
afterAll(() => org.close());

describe('a retrieve', () => {
  it('gives an object with all that is its own', async () => {
    const files = await org.retrieve({ CustomObject: ['Thing__c'] });
    expect(Object.keys(files).sort()).toEqual(['objects/Thing__c.object', 'package.xml']);
    expect(files['objects/Thing__c.object']).toContain('<fullName>Size__c</fullName>');
    expect(files['package.xml']).toContain('<members>Thing__c.Colour__c</members>');
  });

  it('gives a single field alone', async () => {
    const { 'objects/Thing__c.object': text = '' } = await org.retrieve({ CustomField: ['Thing__c.Size__c'] });
    expect(text).toContain('Size__c');
    expect(text).not.toContain('Colour__c');
    expect(text).not.toContain('<label>Thing</label>');
  });

  it('takes all of a type by a wildcard, but no fields', async () => {
    expect(Object.keys(await org.retrieve({ CustomObject: ['*'], CustomField: ['*'] })).sort()).toEqual([
      'objects/Thing__c.object',
      'package.xml',
    ]);
  });

  it('gives a standard object of which nothing was set, when it is named', async () => {
    const files = await org.retrieve({ CustomObject: ['Account'] });
    expect(Object.keys(files).sort()).toEqual(['objects/Account.object', 'package.xml']);
    const listed = await org.as().metadata.list({ type: 'CustomObject' }, '66.0');
    expect(listed.map(({ fullName }) => fullName)).toEqual(expect.arrayContaining(['Account', 'Case', 'Thing__c']));
  });

  it('tells what is not there', async () => {
    const { metadata } = org.as();
    metadata.pollInterval = 20;
    const types = [
      { name: 'Flow', members: ['Nobody'] },
      { name: 'Shoe', members: ['*'] },
    ];
    const request = { apiVersion: '66.0', singlePackage: true, unpackaged: { types, version: '66.0' } };
    const { messages } = await metadata.retrieve(request as never).complete();
    expect(messages).toMatchObject([
      { problem: "Entity of type 'Flow' named 'Nobody' cannot be found" },
      { problem: "Unknown type name 'Shoe' specified in package.xml" },
    ]);
  });

  it('by package is not supported', async () => {
    const request = { apiVersion: '66.0', packageNames: ['Billing'], singlePackage: true };
    await expect(
      org
        .as()
        .metadata.retrieve(request as never)
        .complete(),
    ).rejects.toThrow('packageNames and specificFiles are not supported by the simulated org');
  });
});

describe('the Metadata API', () => {
  it('lists components with who made them', async () => {
    const { metadata } = org.as();
    expect(await metadata.list({ type: 'CustomField' }, '66.0')).toMatchObject([
      { fullName: 'Thing__c.Colour__c', createdByName: 'Ada Admin', fileName: 'objects/Thing__c.object' },
      { fullName: 'Thing__c.Size__c' },
    ]);
    expect(await metadata.list({ type: 'Report', folder: 'Billing' }, '66.0')).toMatchObject([
      { fullName: 'Billing/Things' },
    ]);
    expect(await metadata.list({ type: 'ReportFolder' }, '66.0')).toMatchObject([{ fullName: 'Billing' }]);
    await expect(metadata.list({ type: 'Shoe' }, '66.0')).rejects.toThrow('Unknown type:Shoe');
  });

  it('shows whose a component is that somebody else brought into the org', async () => {
    const files = { 'objects/Other__c.object': customObject('Other') };
    const by = org.sim.usernames.rep;
    expect((await org.switch('components', { files, by })).status).toBe(200);
    const { metadata } = org.as();
    const otherOf = async () =>
      (await metadata.list({ type: 'CustomObject' }, '66.0')).find((one) => one.fullName === 'Other__c');
    expect(await otherOf()).toMatchObject({ createdByName: 'Riley Rep', lastModifiedByName: 'Riley Rep' });
    await org.deploy({ 'objects/Other__c.object': customObject('Ours') });
    expect(await otherOf()).toMatchObject({ createdByName: 'Riley Rep', lastModifiedByName: 'Ada Admin' });
    expect((await org.switch('components', { files: { 'flows/X.flow': '<Flow>' } })).status).toBe(400);
    expect((await org.switch('components', { files, by: 'nobody' })).status).toBe(400);
  });

  it('describes its types', async () => {
    const { metadataObjects, partialSaveAllowed } = await org.as().metadata.describe('66.0');
    expect(partialSaveAllowed).toBe(true);
    expect(metadataObjects).toContainEqual(
      expect.objectContaining({ xmlName: 'PermissionSet', directoryName: 'permissionsets', suffix: 'permissionset' }),
    );
  });

  it('reads components', async () => {
    const { metadata } = org.as();
    expect(await metadata.read('CustomObject', 'Thing__c')).toMatchObject({
      fullName: 'Thing__c',
      label: 'Thing',
      fields: [{ fullName: 'Colour__c' }, { fullName: 'Size__c' }],
    });
    expect(await metadata.read('CustomField', 'Thing__c.Size__c')).toMatchObject({ label: 'Size__c' });
  });

  it('refuses what it does not have with a fault, and counts it', async () => {
    await expect(org.as().metadata.rename('CustomObject', 'A__c', 'B__c')).rejects.toThrow(
      'renameMetadata is not supported by the simulated org',
    );
    expect(org.sim.ctx.calls.unsupported.get('SOAP renameMetadata')).toBe(1);
  });

  const soap = (body: string, path = 'm/66.0') =>
    fetch(`${org.sim.url}/services/Soap/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', soapaction: '""' },
      body,
    });
  const envelope = (token: string, body: string): string =>
    `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader xmlns="http://soap.sforce.com/2006/04/metadata"><sessionId>${token}</sessionId></SessionHeader></e:Header><e:Body>${body}</e:Body></e:Envelope>`;

  it.each([
    ['no session', () => envelope('x', '<describeMetadata/>'), 'INVALID_SESSION_ID'],
    [
      'a user who is no admin',
      () => envelope(org.sim.tokenFor(org.sim.usernames.rep), '<describeMetadata/>'),
      'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions',
    ],
    ['what is no SOAP', () => 'hello', 'UNKNOWN_EXCEPTION'],
    [
      'a deploy that nobody asked for',
      () =>
        envelope(
          org.sim.tokenFor(org.sim.usernames.admin),
          '<checkDeployStatus><asyncProcessId>0Af000000000000</asyncProcessId></checkDeployStatus>',
        ),
      'INVALID_CROSS_REFERENCE_KEY',
    ],
    [
      'an unknown option',
      () =>
        envelope(
          org.sim.tokenFor(org.sim.usernames.admin),
          '<deploy><ZipFile/><DeployOptions><shoeSize>4</shoeSize></DeployOptions></deploy>',
        ),
      'unknown deploy option shoeSize',
    ],
  ])('answers %s with a fault', async (_what, body, fault) => {
    const answer = await soap(body());
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain(fault);
  });

  it('runs no Apex', async () => {
    const token = org.sim.tokenFor(org.sim.usernames.admin);
    const answer = await soap(envelope(token, '<executeAnonymous><String>x</String></executeAnonymous>'), 's/66.0/00D');
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('the simulated org runs no Apex');
  });
});

describe('a production org', () => {
  afterEach(() => org.switch('metadata', { production: false }));

  it('takes no deploy that could be kept in part', async () => {
    await org.switch('metadata', { production: true });
    await expect(org.deploy(THING, { rollbackOnError: false })).rejects.toThrow(
      'rollbackOnError must be set to true for a production organization',
    );
  });
});

describe('deploys over REST', () => {
  const call = (method: string, path: string, init: RequestInit = {}, person: 'admin' | 'rep' = 'admin') =>
    fetch(`${org.sim.url}/services/data/v66.0/metadata/deployRequest${path}`, {
      ...init,
      method,
      headers: { ...init.headers, authorization: `Bearer ${org.sim.tokenFor(org.sim.usernames[person])}` },
    });

  it.each<[string, () => Promise<Response>, number, string]>([
    ['no multipart body', () => call('POST', '', { body: '{}' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an unknown deploy', () => call('GET', '/0Af000000000000AAA'), 404, 'NOT_FOUND'],
    ['a quick deploy', () => call('POST', '/validatedDeployRequestId/0Af000000000000AAA'), 501, 'NOT_IMPLEMENTED'],
    ['a user who is no admin', () => call('GET', '/0Af000000000000AAA', {}, 'rep'), 403, 'INSUFFICIENT_ACCESS'],
  ])('refuse %s', async (_what, asked, status, errorCode) => {
    const answer = await asked();
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject([{ errorCode }]);
  });

  it('can be cancelled only while they are pending', async () => {
    const form = new FormData();
    form.set('json', JSON.stringify({ deployOptions: { singlePackage: true, rollbackOnError: true } }));
    form.set('file', new Blob(['no zip']), 'deploy.zip');
    const made = (await (await call('POST', '', { body: form })).json()) as { id: string };
    const cancel = () =>
      call('PATCH', `/${made.id}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ deployResult: { status: 'Canceling' } }),
      });
    const done = (await (await call('GET', `/${made.id}?includeDetails=true`)).json()) as { deployResult: unknown };
    expect(done.deployResult).toMatchObject({
      done: true,
      status: 'Failed',
      details: { componentFailures: [{ problem: 'The zip file is not valid' }] },
    });
    expect((await cancel()).status).toBe(400);
  });
});
