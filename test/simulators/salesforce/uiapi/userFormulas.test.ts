import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim, type RunningSalesforce } from '../main.ts';
import { USERS } from '../org/seed.ts';
import { accountOf, callsOf } from '../testing.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../force-app/main/default');
const MINE = `<?xml version="1.0" encoding="UTF-8"?>
<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>Is_Mine__c</fullName>
    <formula>OwnerId = $User.Id</formula>
    <label>Is mine</label>
    <type>Checkbox</type>
</CustomField>`;

let folder: string;
let sim: RunningSalesforce;
let id: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'user-formulas-'));
  cpSync(FORCE_APP, folder, { recursive: true });
  writeFileSync(join(folder, 'objects/Account/fields/Is_Mine__c.field-meta.xml'), MINE);
  writeFileSync(
    join(folder, 'permissionsets/See_Mine.permissionset-meta.xml'),
    `<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata"><fieldPermissions><editable>false</editable><field>Account.Is_Mine__c</field><readable>true</readable></fieldPermissions><label>See mine</label></PermissionSet>`,
  );
  sim = await startSalesforceSim({ forceApp: folder });
  const { org } = sim;
  const userId = org.userNamed(USERS.admin)!.Id;
  const set = org.all('PermissionSet').find((record) => record['Name'] === 'See_Mine')!.Id;
  for (const username of [USERS.rep, USERS.integration])
    org.insert('PermissionSetAssignment', [{ AssigneeId: org.userNamed(username)!.Id, PermissionSetId: set }], {
      userId,
    });
  id = accountOf(sim, 'rep', { Name: 'Acme' });
});
afterAll(async () => {
  await sim.close();
  rmSync(folder, { recursive: true });
});

describe('a formula that names the user', () => {
  it.each([
    ['rep', true],
    ['integration', false],
  ] as const)('is worked out for whoever reads: %s', async (person, mine) => {
    const calls = callsOf(sim, person);
    const record = await calls.call('GET', `/ui-api/records/${id}?fields=Account.Is_Mine__c`);
    expect(record.body).toMatchObject({ fields: { Is_Mine__c: { value: mine } } });
    const query = `{uiapi{query{Account(where:{Is_Mine__c:{eq:${mine}}}){edges{node{Is_Mine__c{value}}}}}}}`;
    const { body } = await calls.call('POST', '/graphql', { query });
    expect(body).toMatchObject({
      data: { uiapi: { query: { Account: { edges: [{ node: { Is_Mine__c: { value: mine } } }] } } } },
    });
  });
});
