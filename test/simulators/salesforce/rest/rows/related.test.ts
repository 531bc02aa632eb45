import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { USERS } from '../../org/seed.ts';
import { accountOf, callsOf, NOW, startTestOrg } from '../../testing.ts';

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
let accountId: string;
let contactId: string;
beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
  accountId = accountOf(sim, 'rep', { Name: 'Parent' });
  contactId = contactOf('Child');
});
afterAll(() => sim.close());

const userId = () => sim.org.userNamed(USERS.rep)!.Id;
const contactOf = (LastName: string, AccountId: string | null = accountId): string =>
  sim.org.insert('Contact', [{ LastName, AccountId }], { userId: userId() })[0]!.id!;
const notFound = { status: 404, body: [{ errorCode: 'NOT_FOUND' }] };

describe('relationships in addresses', () => {
  it('lead to parents, over several steps, and to lists of children', async () => {
    expect((await rep.call('GET', `/sobjects/Contact/${contactId}/Account?fields=Name`)).body).toEqual({
      attributes: { type: 'Account', url: `/services/data/v66.0/sobjects/Account/${accountId}` },
      Name: 'Parent',
      Id: accountId,
    });
    expect((await rep.call('GET', `/sobjects/Contact/${contactId}/Account/Owner?fields=Username`)).body).toMatchObject({
      Username: USERS.rep,
    });
    expect((await rep.call('GET', `/sobjects/Account/${accountId}/contacts?fields=LastName`)).body).toMatchObject({
      totalSize: 1,
      done: true,
      records: [{ attributes: { type: 'Contact' }, LastName: 'Child' }],
    });
    expect((await rep.call('GET', `/sobjects/Account/${accountId}/Opportunities`)).body).toEqual({
      totalSize: 0,
      done: true,
      records: [],
    });
  });

  it('change and delete the parent, never a list', async () => {
    expect((await rep.call('PATCH', `/sobjects/Contact/${contactId}/Account`, { Phone: '9' })).status).toBe(204);
    expect(sim.org.get('Account', accountId)).toMatchObject({ Phone: '9' });
    expect(await rep.call('PATCH', `/sobjects/Account/${accountId}/Contacts`, {})).toMatchObject(notFound);
  });

  it('are 404 where they lead to nothing', async () => {
    const orphan = contactOf('Orphan', null);
    for (const path of [
      `Contact/${orphan}/Account`,
      `Contact/${contactId}/Nothing`,
      `Contact/${contactId}/Account/Contacts/Account`,
      `Contact/003000000000001AAA/Account`,
    ])
      expect(await rep.call('GET', `/sobjects/${path}`)).toMatchObject(notFound);
    expect((await rep.call('GET', `/sobjects/Contact/${contactId}/Account?fields=Nothing`)).status).toBe(400);
  });
});

describe('rows by Id as a key', () => {
  it('are updated, and made where the key is empty', async () => {
    const made = await rep.call('POST', '/sobjects/Account/Id', { Name: 'No key' });
    expect(made).toMatchObject({ status: 201, body: { success: true, created: true } });
    const { id } = made.body as { id: string };
    expect(await rep.call('PATCH', `/sobjects/Account/Id/${id}`, { Name: 'By Id' })).toMatchObject({
      status: 200,
      body: { id, created: false },
    });
    expect((await rep.call('GET', `/sobjects/Account/Id/${id}`)).body).toMatchObject({ Name: 'By Id' });
    expect((await rep.call('PATCH', '/sobjects/Account/Id/001000000000001AAA', { Name: 'x' })).status).toBe(404);
  });
});

describe('lists of what changed', () => {
  const at = (minutes: number) => encodeURIComponent(new Date(Date.parse(NOW) + minutes * 60_000).toISOString());
  const ask = (what: string, start: string, end: string) =>
    rep.call('GET', `/sobjects/Account/${what}?start=${start}&end=${end}`);

  it('name what was deleted with its time, how far they reach and how far back', async () => {
    const id = accountOf(sim, 'rep');
    const hidden = accountOf(sim, 'otherRep');
    sim.org.remove('Account', [id], { userId: userId() });
    const updated = (await ask('updated', at(-10), at(10))).body as { ids: string[]; latestDateCovered: string };
    expect(updated.ids).toContain(accountId);
    expect(updated.ids).not.toContain(id);
    expect(updated.ids).not.toContain(hidden);
    expect(updated.latestDateCovered).toMatch(/^2026-11-21T09:3\d:00\.000\+0000$/);
    expect((await ask('deleted', at(-10), at(10))).body).toEqual({
      deletedRecords: [{ id, deletedDate: expect.stringMatching(/^2026-11-21T09:3/) }],
      earliestDateAvailable: expect.stringMatching(/^2026-11-06T09:3\d:00\.000\+0000$/),
      latestDateCovered: expect.stringMatching(/^2026-11-21T09:3\d:00\.000\+0000$/),
    });
    expect((await ask('updated', at(-20), at(-10))).body).toMatchObject({
      ids: [],
      latestDateCovered: '2026-11-21T09:20:00.000+0000',
    });
  });

  it.each<[string, string, number, number, string, string]>([
    ['an end before the start', 'updated', 10, -10, 'INVALID_REPLICATION_DATE', 'endDate must be at least one minute'],
    ['less than a minute', 'updated', 0, 0.5, 'INVALID_REPLICATION_DATE', 'endDate must be at least one minute'],
    [
      'more than 30 days',
      'updated',
      -31 * 1440,
      0,
      'INVALID_REPLICATION_DATE',
      'startDate cannot be more than 30 days',
    ],
    ['what the bin has lost', 'deleted', -16 * 1440, 0, 'INVALID_REPLICATION_DATE', 'before earliestDateAvailable'],
  ])('refuse %s', async (_what, list, start, end, errorCode, message) => {
    const answer = await ask(list, at(start), at(end));
    expect(answer).toMatchObject({ status: 400, body: [{ errorCode, message: expect.stringContaining(message) }] });
  });

  it('and queries of everything forget what was deleted more than 15 days ago', async () => {
    const id = accountOf(sim, 'rep');
    sim.org.remove('Account', [id], { userId: userId() });
    const text = encodeURIComponent(`SELECT Id FROM Account WHERE Id = '${id}'`);
    const total = async () => ((await rep.call('GET', `/queryAll?q=${text}`)).body as { totalSize: number }).totalSize;
    const today = sim.org.clock.offsetMs;
    sim.org.clock.setOffset(today + 14 * 86_400_000);
    expect(await total()).toBe(1);
    sim.org.clock.setOffset(today + 16 * 86_400_000);
    expect(await total()).toBe(0);
    expect((await rep.call('GET', `/sobjects/Account/${id}`)).body).toMatchObject([{ errorCode: 'NOT_FOUND' }]);
    sim.org.clock.setOffset(today);
  });

  it('refuse missing and wrong times', async () => {
    expect(await rep.call('GET', '/sobjects/Account/updated')).toMatchObject({
      status: 400,
      body: [{ errorCode: 'MISSING_ARGUMENT' }],
    });
    expect(await ask('updated', 'yesterday', at(1))).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_INPUT' }],
    });
  });
});

it('recent items are limited, and refuse a limit that is no number', async () => {
  expect((await rep.call('GET', '/recent?limit=0')).status).toBe(400);
  for (const name of ['r1', 'r2']) {
    const id = accountOf(sim, 'rep', { Name: name });
    await rep.query(`SELECT Id FROM Account WHERE Id = '${id}' FOR VIEW`);
  }
  expect((await rep.call('GET', '/recent?limit=1')).body).toMatchObject([{ Name: 'r2' }]);
  expect((await callsOf(sim, 'otherRep').call('GET', '/recent')).body).toEqual([]);
});
