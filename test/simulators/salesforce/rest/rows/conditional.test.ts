import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { USERS } from '../../org/seed.ts';
import { accountOf, startTestOrg } from '../../testing.ts';

let sim: RunningSalesforce;
let id: string;
beforeAll(async () => {
  sim = await startTestOrg();
  id = accountOf(sim, 'rep', { Name: 'Conditional' });
});
afterAll(() => sim.close());

async function call(path: string, headers: Record<string, string>, body?: object) {
  const response = await fetch(`${sim.url}/services/data/v66.0/sobjects/${path}`, {
    method: body ? 'PATCH' : 'GET',
    headers: { authorization: `Bearer ${sim.tokenFor(USERS.rep)}`, 'content-type': 'application/json', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const EARLY = 'Sat, 01 Jan 2000 00:00:00 GMT';
const LATE = 'Fri, 01 Jan 2100 00:00:00 GMT';

describe('conditional requests', () => {
  it('of an Account go by its entity tag, which changes with it', async () => {
    const read = await call(`Account/${id}`, {});
    const etag = read.headers.get('etag')!;
    expect(read.headers.get('last-modified')).toMatch(/^Sat, 21 Nov 2026 09:3\d:\d\d GMT$/);
    expect(await call(`Account/${id}`, { 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    expect((await call(`Account/${id}`, { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await call(`Account/${id}`, { 'if-match': etag }, { Phone: '1' })).status).toBe(204);
    const stale = await call(`Account/${id}`, { 'if-match': etag }, { Phone: '2' });
    expect([stale.status, JSON.parse(stale.text)]).toEqual([
      412,
      [{ errorCode: 'PRECONDITION_FAILED', message: 'Precondition of the request does not hold' }],
    ]);
    expect(sim.org.get('Account', id)).toMatchObject({ Phone: '1' });
    expect((await call(`Account/${id}`, { 'if-match': '"a", *' })).status).toBe(200);
  });

  it('of every record go by the time of its last change', async () => {
    const userId = sim.org.userNamed(USERS.rep)!.Id;
    const [contact] = sim.org.insert('Contact', [{ LastName: 'Timed', AccountId: id }], { userId });
    const path = `Contact/${contact!.id!}`;
    expect((await call(path, {})).headers.get('etag')).toBeNull();
    expect((await call(path, { 'if-modified-since': LATE })).status).toBe(304);
    expect((await call(path, { 'if-modified-since': EARLY })).status).toBe(200);
    expect((await call(path, { 'if-unmodified-since': EARLY }, { LastName: 'x' })).status).toBe(412);
    expect((await call(path, { 'if-unmodified-since': LATE }, { LastName: 'y' })).status).toBe(204);
    expect((await call(path, { 'if-modified-since': 'nonsense' })).status).toBe(200);
  });

  it('of a describe go by the time of the schema', async () => {
    expect((await call('Account/describe', { 'if-modified-since': LATE })).status).toBe(304);
    expect((await call('Account/describe', { 'if-modified-since': EARLY })).status).toBe(200);
  });
});
