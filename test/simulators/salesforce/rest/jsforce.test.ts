import { Connection, OAuth2 } from 'jsforce';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimClock } from '../../kit/clock.ts';
import { startSalesforceSim, type RunningSalesforce } from '../main.ts';
import { USERS } from '../org/seed.ts';
import { NOW } from '../testing.ts';

const REDIRECT = 'http://localhost:1717/back';
const app = {
  clientId: 'web-app',
  clientSecret: 'hush',
  redirectUris: [REDIRECT],
  scopes: ['api', 'refresh_token'],
  runAs: USERS.rep,
};

let sim: RunningSalesforce;
let connection: Connection;
const trusted = getCACertificates('default');
beforeAll(async () => {
  sim = await startSalesforceSim({
    clock: new SimClock(Date.parse(NOW) - Date.now()),
    tls: {},
    connectedApps: [app],
    passwordFlow: { password: 'secret', securityToken: 'TOKEN' },
  });
  setDefaultCACertificates([...trusted, sim.certificate!.cert]);
  connection = new Connection({
    instanceUrl: sim.tlsUrl!,
    accessToken: sim.tokenFor(USERS.rep),
    version: '66.0',
    callOptions: { client: 'JsforceTest' },
  });
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await sim.close();
});

const oauth2 = (extra: object = {}) =>
  new OAuth2({
    loginUrl: sim.tlsUrl!,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: REDIRECT,
    ...extra,
  });

/** What a person does at the login page; @returns parameters that the browser carries back */
async function logIn(url: string, fields: Record<string, string>): Promise<URLSearchParams> {
  const page = await (await fetch(url)).text();
  const hidden = [...page.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
    ([, name, value]) => [name!, value!.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(code))] as const,
  );
  const answer = await fetch(new URL('/services/oauth2/authorize', url), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }),
  });
  expect(answer.status).toBe(302);
  const back = new URL(answer.headers.get('location')!);
  expect(back.origin + back.pathname).toBe(REDIRECT);
  return back.searchParams;
}

describe('jsforce and OAuth', () => {
  it('logs in by the page with PKCE, calls, refreshes an expired token by itself, and logs out', async () => {
    const flow = oauth2({ useVerifier: true });
    const back = await logIn(flow.getAuthorizationUrl({ state: 'a b' }), { username: USERS.rep, pw: 'secret' });
    expect(back.get('state')).toBe('a b');
    const client = new Connection({ oauth2: flow, version: '66.0' });
    const user = await client.authorize({ grant_type: 'authorization_code', code: back.get('code')! });
    expect(user).toMatchObject({ id: sim.org.userNamed(USERS.rep)!.Id, organizationId: sim.orgId });
    expect(client.refreshToken).toMatch(/^5Aep/);
    expect(client.instanceUrl).toBe(sim.tlsUrl);
    const first = client.accessToken!;
    sim.org.sessions.end(first);
    expect(await client.query('SELECT Id FROM Organization')).toMatchObject({ totalSize: 1 });
    expect(client.accessToken).not.toBe(first);
    const { refreshToken, accessToken } = client;
    await client.logout(true);
    await expect(flow.refreshToken(refreshToken!)).rejects.toThrow('expired access/refresh token');
    const later = new Connection({ instanceUrl: sim.tlsUrl!, accessToken: accessToken! });
    await expect(later.query('SELECT Id FROM Account')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
  });

  it('gets a code once only, and none when the person denies', async () => {
    const flow = oauth2();
    const back = await logIn(flow.getAuthorizationUrl({}), { username: USERS.rep, pw: 'secret' });
    await flow.requestToken(back.get('code')!);
    await expect(flow.requestToken(back.get('code')!)).rejects.toThrow('expired authorization code');
    const denied = await logIn(flow.getAuthorizationUrl({}), { deny: '1' });
    expect(denied.get('error')).toBe('access_denied');
  });

  it('logs in by password and security token where the org allows it, and never by SOAP', async () => {
    const client = new Connection({ oauth2: oauth2() });
    await client.login(USERS.rep, 'secretTOKEN');
    expect(client.userInfo?.id).toBe(sim.org.userNamed(USERS.rep)!.Id);
    await expect(new Connection({ oauth2: oauth2() }).login(USERS.rep, 'secret')).rejects.toThrow(
      'authentication failure',
    );
    await expect(new Connection({ loginUrl: sim.tlsUrl! }).login(USERS.rep, 'secretTOKEN')).rejects.toThrow(
      'INVALID_OPERATION',
    );
  });

  it('acts by client credentials, and reads its identity over TLS', async () => {
    const client = new Connection({ loginUrl: sim.tlsUrl!, oauth2: oauth2(), version: '66.0' });
    await client.authorize({ grant_type: 'client_credentials' });
    const identity = await client.identity();
    expect(identity).toMatchObject({
      user_id: sim.org.userNamed(USERS.rep)!.Id,
      organization_id: sim.orgId,
      username: USERS.rep,
      display_name: 'Riley Rep',
      user_type: 'STANDARD',
      language: 'en_US',
    });
    expect(identity.urls.rest).toBe(`${sim.tlsUrl}/services/data/v{version}/`);
    expect(identity.photos.picture).toContain(sim.tlsUrl!);
  });
});

describe('jsforce and records', () => {
  it('creates, retrieves, updates, upserts and destroys one record', async () => {
    const made = await connection.sobject('Account').create({ Name: 'Initech' });
    expect(made).toEqual({ id: made.id, success: true, errors: [] });
    const read = await connection.sobject('Account').retrieve(made.id!);
    expect(read).toMatchObject({ attributes: { type: 'Account' }, Id: made.id, Name: 'Initech', Phone: null });
    expect(await connection.sobject('Account').update({ Id: made.id!, Name: 'Initrode' })).toMatchObject({
      success: true,
    });
    expect(await connection.sobject('Account').upsert({ Id: made.id!, Phone: '1' }, 'Id')).toMatchObject({
      created: false,
    });
    expect(await connection.sobject('Account').destroy(made.id!)).toMatchObject({ success: true });
    await expect(connection.sobject('Account').retrieve(made.id!)).rejects.toMatchObject({
      errorCode: 'ENTITY_IS_DELETED',
    });
  });

  it('creates, retrieves, updates and destroys many by Collections', async () => {
    const made = await connection.sobject('Account').create([{ Name: 'A' }, { Name: '' }, { Name: 'C' }]);
    expect(made.map(({ success }) => success)).toEqual([true, false, true]);
    const ids = made.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const read = await connection.sobject('Account').retrieve([...ids, '001000000000001AAA']);
    expect(read.map((record) => record?.Name ?? null)).toEqual(['A', 'C', null]);
    expect(await connection.sobject('Account').update(ids.map((Id) => ({ Id, Phone: '2' })))).toHaveLength(2);
    expect(await connection.sobject('Account').destroy(ids)).toEqual(
      ids.map((id) => ({ id, success: true, errors: [] })),
    );
  });

  it('queries with paging, autoFetch, queryAll, count, explain and by its own query builder', async () => {
    const userId = sim.org.userNamed(USERS.rep)!.Id;
    const rows = Array.from({ length: 2100 }, (_, at) => ({ Name: `Paged ${String(at).padStart(4, '0')}` }));
    sim.org.insert('Account', rows, { userId });
    const text = "SELECT Id, Name FROM Account WHERE Name LIKE 'Paged %' ORDER BY Name";
    const first = await connection.query(text);
    expect(first).toMatchObject({ totalSize: 2100, done: false });
    expect(first.records).toHaveLength(2000);
    const second = await connection.queryMore(first.nextRecordsUrl!);
    expect(second).toMatchObject({ totalSize: 2100, done: true });
    expect(second.records[99]).toMatchObject({ Name: 'Paged 2099' });
    expect((await connection.query(text, { autoFetch: true, maxFetch: 5000 })).records).toHaveLength(2100);
    const id = String(first.records[0]!['Id']);
    await connection.sobject('Account').destroy(id);
    const deleted = await connection.query(`SELECT Id, IsDeleted FROM Account WHERE Id = '${id}'`, { scanAll: true });
    expect(deleted.records).toMatchObject([{ Id: id, IsDeleted: true }]);
    expect(await connection.sobject('Account').count({ Name: { $like: 'Paged %' } })).toBe(2099);
    const plan = await connection.query(text).explain();
    expect(plan.plans[0]).toMatchObject({
      cardinality: 2099,
      leadingOperationType: 'TableScan',
      sobjectType: 'Account',
    });
    const found = await connection.sobject('Account').find({ Name: 'Paged 0001' }, ['Id', 'Name']).limit(3);
    expect(found).toMatchObject([{ Name: 'Paged 0001' }]);
  });

  it('searches in SOSL', async () => {
    const made = await connection.sobject('Account').create({ Name: 'Umbrella Corporation', Phone: '555-0100' });
    const { searchRecords } = await connection.search(
      'FIND {umbrella corp*} IN NAME FIELDS RETURNING Account(Id, Name ORDER BY Name LIMIT 5), Contact(Id)',
    );
    expect(searchRecords).toMatchObject([
      { attributes: { type: 'Account' }, Id: made.id, Name: 'Umbrella Corporation' },
    ]);
  });

  it('lists what was viewed, updated and deleted', async () => {
    const made = await connection.sobject('Account').create({ Name: 'Seen' });
    await connection.query(`SELECT Id, Name FROM Account WHERE Id = '${made.id}' FOR VIEW`);
    expect(await connection.recent()).toMatchObject([{ Id: made.id, Name: 'Seen' }]);
    expect(await connection.sobject('Account').recent()).toMatchObject([{ Id: made.id }]);
    const [start, end] = [new Date(Date.parse(NOW) - 3_600_000), new Date(Date.parse(NOW) + 3_600_000)];
    expect((await connection.sobject('Account').updated(start, end)).ids).toContain(made.id);
    await connection.sobject('Account').destroy(made.id!);
    const deleted = await connection.sobject('Account').deleted(start, end);
    expect(deleted.deletedRecords).toContainEqual({ id: made.id, deletedDate: expect.stringMatching(/^2026-11-21T/) });
    expect((await connection.sobject('Account').updated(start, end)).ids).not.toContain(made.id);
  });

  it('describes objects, layouts and quick actions', async () => {
    const all = await connection.describeGlobal();
    expect(all.sobjects.map(({ name }) => name)).toEqual(expect.arrayContaining(['Account', 'Opportunity']));
    const account = await connection.sobject('Account').describe();
    expect(account.urls['rowTemplate']).toBe('/services/data/v66.0/sobjects/Account/{ID}');
    expect(account.recordTypeInfos[0]).toMatchObject({ master: true, recordTypeId: '012000000000000AAA' });
    expect(account.childRelationships).toContainEqual(
      expect.objectContaining({ childSObject: 'Contact', field: 'AccountId', relationshipName: 'Contacts' }),
    );
    const flags =
      'aggregatable autoNumber calculated compoundFieldName controllerName dependentPicklist encrypted extraTypeInfo highScaleNumber htmlFormatted mask namePointing queryByDistance'.split(
        ' ',
      );
    for (const field of account.fields) expect(Object.keys(field)).toEqual(expect.arrayContaining(flags));
    const name = account.fields.find((field) => field.name === 'Name');
    expect(name).toMatchObject({
      nameField: true,
      type: 'string',
      length: 255,
      byteLength: 765,
      soapType: 'xsd:string',
    });
    const layouts = await connection.sobject('Account').layouts();
    expect(layouts.layouts[0]!.detailLayoutSections[0]!.layoutRows.length).toBeGreaterThan(5);
    expect((await connection.sobject('Account').compactLayouts()).compactLayouts[0]).toMatchObject({ name: 'SYSTEM' });
    expect(await connection.sobject('Account').quickActions()).toEqual([]);
    expect(await connection.sobject('Account').listviews()).toMatchObject({
      listviews: [{ developerName: 'AllAccounts' }, { developerName: 'MyAccounts' }, {}],
    });
  });

  it('reads limits and follows the calls in their headers', async () => {
    const limits = await connection.limits();
    expect(limits['DailyApiRequests']!.Max).toBe(100_000);
    expect(limits['DailyBulkApiBatches']).toEqual({ Max: 15_000, Remaining: 15_000 });
    const { used } = connection.limitInfo.apiUsage!;
    await connection.limits();
    expect(connection.limitInfo.apiUsage).toEqual({ used: used + 1, limit: 100_000 });
  });

  it('sends Composite requests, whose answers quote each other', async () => {
    const url = '/services/data/v66.0/sobjects';
    const { compositeResponse } = await connection.requestPost<{ compositeResponse: Record<string, unknown>[] }>(
      '/composite',
      {
        compositeRequest: [
          { method: 'POST', url: `${url}/Account`, referenceId: 'account', body: { Name: 'Composed' } },
          {
            method: 'POST',
            url: `${url}/Contact`,
            referenceId: 'contact',
            body: { LastName: 'Person', AccountId: '@{account.id}' },
          },
          { method: 'GET', url: `${url}/Contact/@{contact.id}/Account?fields=Name`, referenceId: 'back' },
        ],
      },
    );
    expect(compositeResponse.map(({ httpStatusCode }) => httpStatusCode)).toEqual([201, 201, 200]);
    expect(compositeResponse[2]).toMatchObject({ referenceId: 'back', body: { Name: 'Composed' } });
  });

  it('names its client in the origin of changes by row, and not in those by Collections', async () => {
    const origins: string[] = [];
    const stop = sim.org.onCommit(({ origin }) => origins.push(origin));
    await connection.sobject('Account').create({ Name: 'Tagged' });
    await connection.sobject('Account').create([{ Name: 'Untagged' }]);
    stop();
    expect(origins).toEqual(['com/salesforce/api/rest/66.0;client=JsforceTest', '']);
  });
});

describe('jsforce and Bulk API 2.0', () => {
  const wait = { pollInterval: 5, pollTimeout: 10_000 };

  it('inserts, and tells what failed', async () => {
    const results = await connection.bulk2.loadAndWaitForResults({
      object: 'Account',
      operation: 'insert',
      input: [
        { Name: 'Bulk, Inc.', Phone: '1' },
        { Name: null, Phone: '2' },
        { Name: 'With "quotes"', Phone: null },
      ],
      ...wait,
    });
    expect(results.successfulResults).toMatchObject([
      { sf__Id: expect.stringMatching(/^001/), sf__Created: 'true', Name: 'Bulk, Inc.' },
      { sf__Created: 'true', Name: 'With "quotes"' },
    ]);
    expect(results.failedResults).toMatchObject([
      { sf__Id: '', sf__Error: 'REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --', Phone: '2' },
    ]);
    expect(results.unprocessedRecords).toEqual([]);
  });

  it('queries, with paths to parents', async () => {
    const made = await connection.sobject('Account').create({ Name: 'Exported' });
    const stream = await connection.bulk2.query(
      `SELECT Id, Name, Owner.Name, CreatedDate, Phone FROM Account WHERE Id = '${made.id}'`,
      wait,
    );
    expect(await stream.toArray()).toEqual([
      {
        Id: made.id,
        Name: 'Exported',
        'Owner.Name': 'Riley Rep',
        CreatedDate: expect.stringMatching(/^2026-11-21T09:3\d:\d\d\.000Z$/),
        Phone: '',
      },
    ]);
  });
});
