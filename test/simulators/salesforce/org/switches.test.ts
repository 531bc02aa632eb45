import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../main.ts';
import { accountOf, callsOf, startTestOrg } from '../testing.ts';

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
beforeEach(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
});
afterEach(() => sim.close());

async function turn(name: string, body: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${sim.url}/__sim/${name}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}
const create = async (object: string, row: unknown): Promise<unknown> =>
  (await rep.call('POST', `/sobjects/${object}`, row)).body;

describe('switches of what saves run into', () => {
  it('let two calls on one Account clash while the first still holds its locks', async () => {
    const account = accountOf(sim, 'rep');
    expect(await turn('row-locks', { holdMs: 60_000 })).toBe(200);
    const contact = { LastName: 'Ada', AccountId: account };
    expect(await create('Contact', contact)).toMatchObject({ success: true });
    expect(await create('Contact', contact)).toMatchObject([{ errorCode: 'UNABLE_TO_LOCK_ROW' }]);
    expect(await turn('row-locks', { holdMs: -1 })).toBe(400);
  });

  it('lock records in approval', async () => {
    const account = accountOf(sim, 'rep');
    expect(await turn('approval-lock', { recordId: account })).toBe(200);
    const change = () => rep.call('PATCH', `/sobjects/Account/${account}`, { Phone: '1' });
    expect((await change()).body).toMatchObject([{ errorCode: 'ENTITY_IS_LOCKED' }]);
    expect(await turn('approval-lock', { recordId: account, locked: false })).toBe(200);
    expect((await change()).status).toBe(204);
    expect(await turn('approval-lock', { recordId: 'nothing' })).toBe(400);
  });

  it('make saves fail as a trigger would', async () => {
    expect(await turn('triggers', { triggers: [{ object: 'Account', message: 'boom' }] })).toBe(200);
    expect(await create('Account', { Name: 'Acme' })).toMatchObject([
      { errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message: 'boom' },
    ]);
    expect(await turn('triggers', { triggers: [{ object: 'Nothing__c', message: 'boom' }] })).toBe(400);
  });

  it('find duplicates, and let pass who insists where they only warn', async () => {
    accountOf(sim, 'otherRep', { Name: 'Acme' });
    const rule = { object: 'Account', fields: [{ field: 'Name', method: 'CompanyName' }], action: 'warn' };
    expect(await turn('duplicate-rules', { rules: [rule] })).toBe(200);
    expect(await create('Account', { Name: 'ACME Inc.' })).toMatchObject([
      { errorCode: 'DUPLICATES_DETECTED', duplicateResult: { allowSave: true, duplicateRule: 'Switched_Account' } },
    ]);
    const response = await fetch(`${sim.url}/services/data/v66.0/sobjects/Account`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${sim.tokenFor(sim.usernames.rep)}`,
        'content-type': 'application/json',
        'Sforce-Duplicate-Rule-Header': 'allowSave=true',
      },
      body: JSON.stringify({ Name: 'ACME Inc.' }),
    });
    expect(response.status).toBe(201);
    expect(await turn('duplicate-rules', { rules: [{ object: 'Account', fields: [{ field: 'Nope' }] }] })).toBe(400);
  });
});
