import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from './main.ts';
import { startSalesforceSim } from './main.ts';
import { USERS } from './org/seed.ts';
import { bundle, testPackage } from './page/testPages.ts';
import { accountOf, callsOf, startTestOrg } from './testing.ts';

const WORKING = "import { LightningElement } from 'lwc';\nexport default class Hello extends LightningElement {}\n";

let sim: RunningSalesforce;
beforeAll(async () => {
  sim = await startTestOrg();
});
afterAll(() => sim.close());

describe('one org behind all its APIs', () => {
  it('what REST writes, GraphQL and UI API read, as the same user', async () => {
    const id = accountOf(sim, 'rep', { Name: 'Everywhere' });
    const rep = callsOf(sim, 'rep');
    const query = '{uiapi{query{Account(first:5){edges{node{Id Name{value}}}}}}}';
    const graphql = {
      status: 200,
      body: { data: { uiapi: { query: { Account: { edges: [{ node: { Id: id } }] } } } } },
    };
    expect(await rep.call('POST', '/graphql', { query })).toMatchObject(graphql);
    const record = await rep.call('GET', `/ui-api/records/${id}?fields=Account.Name`);
    expect(record).toMatchObject({ status: 200, body: { fields: { Name: { value: 'Everywhere' } } } });
    const other = callsOf(sim, 'otherRep');
    expect((await other.call('GET', `/ui-api/records/${id}?fields=Account.Name`)).status).not.toBe(200);
  });

  it('calls of pages, which come with a cookie, are not counted against the allowance', async () => {
    const cookie = `sid=${encodeURIComponent(sim.tokenFor(USERS.rep))}`;
    const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    const response = await fetch(`${sim.url}/services/data/v66.0/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: '{uiapi{query{Account(first:1){totalCount}}}}' }),
    });
    expect([response.status, response.headers.has('Sforce-Limit-Info')]).toEqual([200, false]);
  });

  it('a reset leaves a new org: the users, no records, no sessions', async () => {
    const rep = callsOf(sim, 'rep');
    expect((await fetch(`${sim.url}/__sim/reset`, { method: 'POST' })).status).toBe(200);
    expect(await rep.query('SELECT Id FROM Account')).toMatchObject({ status: 401 });
    expect((await callsOf(sim, 'rep').query('SELECT COUNT() FROM Account')).body).toMatchObject({ totalSize: 0 });
  });

  it('an address that no family answers is refused, to clients in JSON and to browsers with a page, and counted', async () => {
    const service = await fetch(`${sim.url}/services/apexrest/orders`);
    expect([service.status, await service.json()]).toMatchObject([404, [{ errorCode: 'NOT_FOUND' }]]);
    const page = await fetch(`${sim.url}/nowhere`);
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining('URL No Longer Exists')]);
    const streaming = await fetch(`${sim.url}/cometd/66.0`, { method: 'POST' });
    expect([streaming.status, await streaming.json()]).toMatchObject([
      501,
      [{ message: '/cometd/66.0 is not simulated' }],
    ]);
    const { unsupported } = sim.ctx.calls;
    expect(unsupported.get('POST /cometd/66.0')).toBe(1);
    expect([unsupported.get('GET /services/apexrest/orders'), unsupported.get('GET /nowhere')]).toEqual([1, 1]);
  });

  it('calls are counted by route, without ids', async () => {
    await fetch(`${sim.url}/__sim/calls/clear`, { method: 'POST' });
    const rep = callsOf(sim, 'rep');
    await rep.call('GET', `/sobjects/Account/${accountOf(sim, 'rep')}`);
    const calls = (await (await fetch(`${sim.url}/__sim/calls`)).json()) as Record<string, unknown>;
    expect(calls).toEqual({ total: 1, calls: { 'GET /sobjects/:object/:id': 1 } });
  });
});

it('record pages that could not be built are tried again at the next visit', async () => {
  const made = testPackage(bundle('hello', 'import "lwc"; broken(', 'Hello'));
  const own = await startSalesforceSim({ forceApp: made.forceApp });
  try {
    expect((await fetch(own.url)).status).toBe(500);
    made.write('lwc/hello/hello.ts', bundle('hello', WORKING, 'Hello')['lwc/hello/hello.ts']!);
    const mended = await fetch(own.url);
    expect([mended.status, await mended.text()]).toEqual([200, expect.stringContaining('Accounts')]);
  } finally {
    await own.close();
    made.remove();
  }
});

it('a folder without objects stops the start', async () => {
  await expect(startSalesforceSim({ forceApp: '/nowhere' })).rejects.toThrow('/nowhere/objects: holds no objects');
});
