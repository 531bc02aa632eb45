import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, afterAll, describe, expect, it, vi } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { USERS } from '../../org/seed.ts';
import { accountOf, callsOf, startTestOrg } from '../../testing.ts';

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
});
afterAll(() => sim.close());

async function rest(switches: object): Promise<Response> {
  return fetch(`${sim.url}/__sim/rest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(switches),
  });
}
afterEach(async () => {
  const free = { latency: { baseMs: 0, perRowMs: 0 }, longRequests: { afterMs: 20_000, max: 25 } };
  await rest({ ...free, maintenance: false, perAppLimit: 0, collectionsHonourCallOptions: false });
});

async function raw(path: string, init: RequestInit = {}, version = 'v66.0') {
  const headers = { authorization: `Bearer ${sim.tokenFor(USERS.rep)}`, ...init.headers };
  const response = await fetch(`${sim.url}/services/data/${version}${path}`, { ...init, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    errors: text.startsWith('[') ? JSON.parse(text) : null,
  };
}
const json = { 'content-type': 'application/json' };
const named = (name: string) => sim.org.all('Account').filter((record) => record['Name'] === name);

describe('calls that do not fit', () => {
  it('unknown paths are 404, and methods that a path does not know 405', async () => {
    for (const path of [
      '/no/such/thing',
      '/chatter/feeds',
      '/sobjects/Nothing__c/describe',
      '/sobjects/Account/%E0%A4%A',
    ])
      expect(await raw(path)).toMatchObject({ status: 404, errors: [{ errorCode: 'NOT_FOUND' }] });
    expect(await raw('/sobjects/Account/describe', { method: 'DELETE' })).toMatchObject({
      status: 405,
      errors: [{ errorCode: 'METHOD_NOT_ALLOWED', message: "HTTP Method 'DELETE' not allowed. Allowed are HEAD,GET" }],
    });
  });

  it('what an org has and this one has not is 501 with a sentence', async () => {
    for (const path of ['/tabs', '/wave', '/async-queries', '/support/x'])
      expect(await raw(path)).toMatchObject({
        status: 501,
        errors: [{ errorCode: 'NOT_IMPLEMENTED', message: `${path} is not simulated` }],
      });
    const xml = await raw('/limits', { headers: { accept: 'application/xml' } });
    expect(xml).toMatchObject({ status: 501, errors: [{ message: 'XML as the form of answers is not simulated' }] });
  });

  it('addresses of more than 16,384 characters are 414', async () => {
    expect(await raw(`/query?q=${'x'.repeat(16_384)}`)).toMatchObject({ status: 414, errors: null });
  });

  it('bodies must be JSON, whole, and of a type that is known', async () => {
    const post = (headers: Record<string, string>, body: BodyInit) =>
      raw('/sobjects/Account', { method: 'POST', headers, body });
    expect(await post({ 'content-type': 'application/xml' }, '<Account/>')).toMatchObject({
      status: 415,
      errors: [{ errorCode: 'UNSUPPORTED_MEDIA_TYPE' }],
    });
    expect(await post(json, '{"Name":')).toMatchObject({ status: 400, errors: [{ errorCode: 'JSON_PARSER_ERROR' }] });
    expect(await post({ ...json, 'content-encoding': 'gzip' }, 'no gzip')).toMatchObject({
      status: 400,
      errors: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
    expect((await post({ ...json, 'content-encoding': 'compress' }, '{}')).status).toBe(415);
    expect((await post({ 'content-type': 'multipart/form-data; boundary=x' }, '--x--')).status).toBe(501);
  });
});

describe('calls that an org takes', () => {
  it('bodies packed by gzip, PATCH behind POST, HEAD, a slash at the end and doubled ones', async () => {
    const made = await raw('/sobjects/Account', {
      method: 'POST',
      headers: { ...json, 'content-encoding': 'gzip' },
      body: gzipSync('{"Name":"Zipped"}'),
    });
    expect(made.status).toBe(201);
    const { id } = JSON.parse(made.text) as { id: string };
    expect(made.headers.get('location')).toBe(`/services/data/v66.0/sobjects/Account/${id}`);
    const patch = await raw(`/sobjects/Account/${id}?_HttpMethod=PATCH`, {
      method: 'POST',
      headers: json,
      body: '{"Name":"Patched"}',
    });
    expect(patch.status).toBe(204);
    expect(named('Patched')).toHaveLength(1);
    const head = await raw(`/sobjects/Account/${id}/`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('are counted once each, and by connected app when the switch asks for it', async () => {
    await rest({ perAppLimit: 250 });
    const token = sim.org.sessions.open(sim.org.userNamed(USERS.rep)!.Id, { clientId: 'counted-app' });
    const headers = { authorization: `Bearer ${token}` };
    await raw('/limits', { headers });
    const info = (await raw('/limits', { headers })).headers.get('sforce-limit-info');
    expect(info).toMatch(/^api-usage=\d+\/100000; per-app-api-usage=2\/250\(appName=counted-app\)$/);
  });

  it('names the client of Collections in changes only when the switch says so', async () => {
    const origins: string[] = [];
    const stop = sim.org.onCommit(({ origin }) => origins.push(origin));
    const send = () =>
      raw('/composite/sobjects', {
        method: 'POST',
        headers: { ...json, 'sforce-call-options': 'client=Sync, defaultNamespace=x' },
        body: JSON.stringify({ records: [{ attributes: { type: 'Account' }, Name: 'Origin' }] }),
      });
    await send();
    await rest({ collectionsHonourCallOptions: true });
    await send();
    stop();
    expect(origins).toEqual(['', 'com/salesforce/api/rest/66.0;client=Sync']);
  });
});

it('the duplicate rule header lets alerts pass, on rows and in Collections', async () => {
  const insert = vi.spyOn(sim.org, 'insert');
  const save = async (path: string, body: object, header?: string) => {
    const headers = { ...json, ...(header === undefined ? {} : { 'sforce-duplicate-rule-header': header }) };
    await raw(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return insert.mock.lastCall![2].allowDuplicates;
  };
  const row = { Name: 'Again' };
  expect(await save('/sobjects/Account', row)).toBe(false);
  expect(await save('/sobjects/Account', row, 'allowSave=false')).toBe(false);
  expect(await save('/sobjects/Account', row, 'allowSave=true; includeRecordDetails=true')).toBe(true);
  const records = [{ attributes: { type: 'Account' }, ...row }];
  expect(await save('/composite/sobjects', { records }, 'runAsCurrentUser=true, allowSave=true')).toBe(true);
  insert.mockRestore();
});

describe('an org under load', () => {
  it('takes its time by call and by record', async () => {
    await rest({ latency: { baseMs: 60, perRowMs: 0 } });
    const started = Date.now();
    await rep.call('GET', '/limits');
    expect(Date.now() - started).toBeGreaterThanOrEqual(59);
  });

  it('saves before it answers late, so that a client that gave up has saved all the same', async () => {
    await rest({ latency: { baseMs: 0, perRowMs: 30_000 } });
    const body = JSON.stringify({ Name: 'Ambiguous' });
    const patience = new AbortController();
    const call = raw('/sobjects/Account', { method: 'POST', headers: json, body, signal: patience.signal });
    const refusal = expect(call).rejects.toThrow(/aborted/);
    await vi.waitFor(() => expect(named('Ambiguous')).toHaveLength(1), { timeout: 10_000 });
    patience.abort();
    await refusal;
  });

  it('refuses every call while too many last too long', async () => {
    await rest({ latency: { baseMs: 2500 }, longRequests: { afterMs: 0, max: 1 } });
    const before = sim.ctx.calls.total();
    const long = rep.call('GET', '/limits');
    await vi.waitFor(() => expect(sim.ctx.calls.total()).toBe(before + 1), { timeout: 10_000, interval: 5 });
    expect(await raw('/sobjects')).toMatchObject({
      status: 403,
      errors: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'ConcurrentPerOrgLongTxn Limit exceeded.' }],
    });
    expect((await long).status).toBe(200);
  });

  it('shows a page of HTML while it is maintained', async () => {
    await rest({ maintenance: true });
    const answer = await raw('/limits');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
    expect((await fetch(`${sim.url}/services/oauth2/userinfo`)).status).toBe(503);
  });

  it('refuses switches that it has not', async () => {
    for (const bad of [{ foo: 1 }, { maintenance: 'yes' }, { latency: { base: 1 } }])
      expect((await rest(bad)).status).toBe(400);
    expect(await (await fetch(`${sim.url}/__sim/rest`)).json()).toMatchObject({ maintenance: false, bulkDelayMs: 0 });
  });
});

it('a reset brings switches, usage and cursors back', async () => {
  accountOf(sim, 'rep');
  await rest({ perAppLimit: 9 });
  await fetch(`${sim.url}/__sim/reset`, { method: 'POST' });
  expect(await (await fetch(`${sim.url}/__sim/rest`)).json()).toMatchObject({ perAppLimit: 0 });
  expect((await raw('/limits')).headers.get('sforce-limit-info')).toBe('api-usage=1/100000');
});
