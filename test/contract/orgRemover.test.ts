import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOrgRowRemover } from '../../server/connectors/salesforce/remover.ts';
import type { OrgRowRemover } from '../../server/workflows/ports/orgRetention.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import type { MetadataFolder } from '../simulators/salesforce/org/testing/metadataFolder.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { packageWith } from '../support/orgFields.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();

let folder: MetadataFolder;
let sim: RunningSalesforce;
let remover: OrgRowRemover;
beforeAll(async () => {
  folder = packageWith([]);
  const path = join(folder.path, 'permissionsets/Integration_Write.permissionset-meta.xml');
  const [head, ...blocks] = readFileSync(path, 'utf8').split('<objectPermissions>');
  const without = blocks.map((block) =>
    block.includes('<object>Usage__c</object>')
      ? block.replace('<allowDelete>true</allowDelete>', '<allowDelete>false</allowDelete>')
      : block,
  );
  writeFileSync(path, [head, ...without].join('<objectPermissions>'));
  sim = await startSalesforceSim({
    forceApp: folder.path,
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
  const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  remover = createOrgRowRemover(client, createOrgCalls(client));
});
afterAll(async () => {
  await sim.close();
  folder.remove();
});

function rowOf(object: string, key: string): string {
  const owner = sim.org.userNamed(USERS.rep)!.Id;
  const accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId: owner })[0]!.id!;
  const userId = sim.org.userNamed(USERS.integration)!.Id;
  const [made] = sim.org.insert(object, [{ Key__c: key, Account__c: accountId, Row_Version__c: 1 }], { userId });
  return made!.id!;
}
const isThere = (object: string, id: string): boolean => sim.org.get(object, id)?.['IsDeleted'] === false;

it('deletes rows by their keys, in Accounts that others own, and says which are not there', async () => {
  // Keys are compared by case, and may hold what ends a text in a query.
  const keys = ["stripe:payment:o'brien\\", 'stripe:payment:A', 'stripe:payment:a'];
  const ids = keys.map((key) => rowOf('Billing_Payment__c', key));
  const results = await remover.remove('Billing_Payment__c', [keys[0]!, keys[1]!, 'stripe:payment:none']);
  expect(new Map(results.map(({ key, outcome }) => [key, outcome]))).toEqual(
    new Map([
      [keys[0], 'removed'],
      [keys[1], 'removed'],
      ['stripe:payment:none', 'absent'],
    ]),
  );
  expect(ids.map((id) => isThere('Billing_Payment__c', id))).toEqual([false, false, true]);
});

it('says what to do where the integration user may not delete', async () => {
  const id = rowOf('Usage__c', 'stripe:usage:1');
  expect(await remover.remove('Usage__c', ['stripe:usage:1'])).toEqual([
    {
      key: 'stripe:usage:1',
      outcome: 'refused',
      code: 'INSUFFICIENT_ACCESS_OR_READONLY',
      message: expect.stringContaining('Give the integration user the permission set Integration_Write.'),
    },
  ]);
  expect(isThere('Usage__c', id)).toBe(true);
});

it('takes an answer that is no list of results for no answer', async () => {
  rowOf('Billing_Payment__c', 'stripe:payment:odd');
  sim.ctx.faults.set([
    { method: 'DELETE', path: '/composite/sobjects', status: 200, body: { success: true }, times: 1 },
  ]);
  await expect(remover.remove('Billing_Payment__c', ['stripe:payment:odd'])).rejects.toMatchObject({
    code: 'salesforce_unreadable_answer',
    outcomeUnknown: true,
  });
});

it('refuses more rows than a call takes', async () => {
  const keys = Array.from({ length: 201 }, (_, index) => `stripe:payment:${index}`);
  await expect(remover.remove('Billing_Payment__c', keys)).rejects.toMatchObject({ code: 'not_removable' });
});
