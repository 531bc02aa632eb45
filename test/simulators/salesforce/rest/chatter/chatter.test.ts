import type { Connection } from 'jsforce';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { USERS } from '../../org/seed.ts';
import { connect, startTestOrg } from '../../testing.ts';

const BATCH = '/chatter/feed-elements/batch';
let sim: RunningSalesforce;
let connection: Connection;
let subjectId: string;
beforeAll(async () => {
  sim = await startTestOrg();
  connection = await connect(sim);
});
afterAll(() => sim.close());
beforeEach(async () => {
  await set({ enabled: true, permitted: true });
  const deal = { Name: 'Acme', StageName: 'Closed Won', CloseDate: '2026-11-10' };
  subjectId = sim.org.insert('Opportunity', [deal], { userId: sim.org.userNamed(USERS.admin)!.Id })[0]!.id!;
});

async function set(chatter: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${sim.url}/__sim/rest`, { method: 'POST', headers, body: JSON.stringify({ chatter }) });
}
const input = (segments: object[], subject = subjectId) => ({
  richInput: { feedElementType: 'FeedItem', subjectId: subject, body: { messageSegments: segments } },
});
const text = { type: 'Text', text: 'Hello' };
const send = (inputs: object[]) => connection.requestPost<{ hasErrors: boolean; results: object[] }>(BATCH, { inputs });
const feed = () =>
  connection.query(`SELECT Type, Body, ParentId, CreatedById FROM FeedItem WHERE ParentId = '${subjectId}'`);

it('posts with a mention, each for itself, and shows them in the feed of the record', async () => {
  const rep = sim.org.userNamed(USERS.rep)!;
  const answer = await send([
    input([{ type: 'Mention', id: rep.Id }, text]),
    input([text], '006000000000999AAA'),
    input([{ type: 'Mention', id: '005000000000999AAA' }]),
  ]);
  expect(answer).toMatchObject({
    hasErrors: true,
    results: [
      { statusCode: 201, result: { parent: { id: subjectId } } },
      { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
      { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
    ],
  });
  expect((await feed()).records).toMatchObject([
    { Type: 'TextPost', Body: `@${String(rep['Name'])}Hello`, ParentId: subjectId },
  ]);
});

it('refuses to mention somebody who is not active, and shapes that it does not know', async () => {
  const rep = sim.org.userNamed(USERS.otherRep)!.Id;
  sim.org.update('User', [{ Id: rep, IsActive: false }], { userId: sim.org.userNamed(USERS.admin)!.Id });
  const answer = await send([input([{ type: 'Mention', id: rep }]), input([]), input([{ type: 'Link' }])]);
  expect(answer.results).toMatchObject([
    { statusCode: 400, result: [{ message: expect.stringContaining('inactive user') }] },
    { statusCode: 400, result: [{ errorCode: 'INVALID_INPUT' }] },
    { statusCode: 400, result: [{ errorCode: 'INVALID_INPUT' }] },
  ]);
  await expect(send([])).rejects.toMatchObject({ errorCode: 'INVALID_INPUT' });
  expect((await feed()).records).toEqual([]);
});

it('without Chatter knows neither posts nor feeds, and posts nothing for who may not use it', async () => {
  await set({ enabled: false });
  await expect(send([input([text])])).rejects.toMatchObject({ errorCode: 'FUNCTIONALITY_NOT_ENABLED' });
  await expect(feed()).rejects.toMatchObject({ errorCode: 'INVALID_TYPE' });
  await set({ enabled: true, permitted: false });
  await expect(send([input([text])])).rejects.toMatchObject({ errorCode: 'INSUFFICIENT_ACCESS' });
  expect((await feed()).records).toEqual([]);
});
