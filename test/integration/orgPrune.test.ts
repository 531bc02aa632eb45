import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOrgRowRemover } from '../../server/connectors/salesforce/remover.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { createLog } from '../../server/platform/log.ts';
import { createOrgAccounts } from '../../server/sync/drift/accounts.ts';
import { rowsOf } from '../../server/sync/drift/checkStore.ts';
import { deletedLately, waitingRemovals } from '../../server/sync/operate/storage.ts';
import { createOutbox, type Outbox } from '../../server/sync/outbox/outbox.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { createOrgPrune } from '../../server/sync/retention/orgRows.ts';
import type { Store } from '../../server/sync/store.ts';
import type { BatchReads } from '../../server/workflows/ports/org.ts';
import type { DroppedRow } from '../../server/workflows/ports/orgRetention.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const log = createLog('silent');
const direct: BatchReads = (work) => work();
const ORG = '00D000000000001AAA';

let database: TestDatabase;
let store: Store;
let sim: RunningSalesforce;
let outbox: Outbox;
let accountId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: ORG, mappingVersion: '1' });
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(async () => {
  await sim.close();
  await database.close();
});

const client = () => createSalesforceClient(orgLogin(sim, secrets), () => new Date());
const remover = () => {
  const own = client();
  return createOrgRowRemover(own, createOrgCalls(own));
};
beforeEach(async () => {
  await database.pool.query('truncate org_rows, org_row_removal, org_removal, lease, upstream, dirty');
  sim.org.reset();
  sim.ctx.faults.set([]);
  accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId: sim.org.userNamed(USERS.rep)!.Id })[0]!.id!;
  outbox = createOutbox({
    store,
    objectOrder: ['Billing_Payment__c'],
    log,
    writer: createOrgWriter(createOrgCalls(client())),
  });
});

const payment = (index: number, status = 'Succeeded'): OrgRow => ({
  object: 'Billing_Payment__c',
  key: `stripe:payment:py_${index}`,
  fields: { Name: `py_${index}`, Status__c: status, Amount__c: index },
  parents: {},
});
const drop = ({ object, key }: OrgRow): DroppedRow => ({ object, key, reason: 'kept for 25 months' });
const prune = (removedDays: number | null = 90, batch = direct, by = remover()) =>
  createOrgPrune({ db: database.db, remover: by, batch, removedDays, log });
const inOrg = () =>
  sim.org
    .all('Billing_Payment__c')
    .filter((row) => row['IsDeleted'] !== true)
    .map((row) => row['Key__c']);
const removals = async () =>
  (await database.pool.query('select key, code, message from org_row_removal order by key')).rows as {
    key: string;
    code: string | null;
  }[];

/** Projects rows of the Account as a worker does. */
async function project(rows: readonly OrgRow[], dropped: readonly DroppedRow[] = []): Promise<void> {
  await store.bumpKeys([projectionKeyOf(accountId)]);
  const [claim] = await store.claimKeys(1, 60_000);
  await store.commitResult(claim!, { done: [], projection: { accountId, rows, dropped, nextChangeOn: null } });
  await outbox.flush();
}

it('rows that fall out are deleted two hundred a call, noted, and forgotten when they are certainly gone', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => payment(index + 1));
  await project(rows);
  expect(inOrg()).toHaveLength(250);
  await project([rows[0]!], rows.slice(1).map(drop));
  const before = sim.ctx.calls.total();
  expect(await prune().tick()).toBe(249);
  // A query a hundred keys and a call two hundred rows.
  expect(sim.ctx.calls.total() - before).toBeLessThanOrEqual(3 + 2 + 1);
  expect(inOrg()).toEqual(['stripe:payment:py_1']);
  const { rows: told } = await database.pool.query<{ object: string; reason: string; keys: string[] }>(
    'select object, reason, keys from org_removal order by id',
  );
  expect(told.map(({ object, reason, keys }) => [object, reason, keys.length])).toEqual([
    ['Billing_Payment__c', 'kept for 25 months', 200],
    ['Billing_Payment__c', 'kept for 25 months', 49],
  ]);
  expect(await prune().tick()).toBe(0);
  expect(await removals()).toHaveLength(249);
  await database.pool.query("update org_row_removal set look_at = now(), dropped_at = now() - interval '1 hour'");
  expect(await prune().tick()).toBe(0);
  expect(await removals()).toEqual([]);
});

it('a row that is written late, after it was deleted, is deleted again', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  await prune().tick();
  expect(inOrg()).toEqual([]);
  const userId = sim.org.userNamed(USERS.integration)!.Id;
  const late = { Key__c: payment(1).key, Account__c: accountId, Row_Version__c: 1, Status__c: 'Succeeded' };
  expect(sim.org.insert('Billing_Payment__c', [late], { userId })[0]).toMatchObject({ success: true });
  await database.pool.query("update org_row_removal set look_at = now(), dropped_at = now() - interval '1 hour'");
  expect(await prune().tick()).toBe(1);
  expect(inOrg()).toEqual([]);
});

it('a row that matters again is written anew and stays', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  await prune().tick();
  await project([{ ...payment(1), fields: { ...payment(1).fields, Status__c: 'Refunded' } }]);
  expect(inOrg()).toEqual([payment(1).key]);
  await database.pool.query("update org_row_removal set look_at = now(), dropped_at = now() - interval '1 hour'");
  expect(await prune().tick()).toBe(0);
  expect(inOrg()).toEqual([payment(1).key]);
  expect(await removals()).toEqual([]);
});

it('a row that comes back before it was deleted is never deleted', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  await project([payment(1)]);
  expect(await prune().tick()).toBe(0);
  expect(inOrg()).toEqual([payment(1).key]);
});

it('what is about to be deleted is neither drift nor unexpected', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  const names = [{ object: 'Billing_Payment__c', key: payment(1).key }];
  const known = [
    ...(await createOrgAccounts(database.db).projectedRows(names)),
    ...(await rowsOf(database.db, [accountId])),
  ];
  expect(known).toMatchObject([
    { row: names[0], accountId, confirmedVersion: null },
    { row: names[0], accountId, confirmedVersion: null },
  ]);
});

it('rows that are Removed go after their time, and no sooner', async () => {
  await project([payment(1, 'Removed'), payment(2, 'Removed'), payment(3)]);
  await database.pool.query("update org_rows set changed_at = now() - interval '89 days' where key like '%py_1'");
  await database.pool.query("update org_rows set changed_at = now() - interval '91 days' where key not like '%py_1'");
  expect(await prune(null).tick()).toBe(0);
  expect(await prune(90).tick()).toBe(1);
  expect(inOrg().sort()).toEqual([payment(1).key, payment(3).key]);
  const { rows } = await database.pool.query<{ reason: string }>('select reason from org_removal');
  expect(rows).toEqual([{ reason: 'Removed for 90 days' }]);
});

it('a row that somebody else has deleted counts as deleted', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  const [row] = sim.org.all('Billing_Payment__c');
  sim.org.remove('Billing_Payment__c', [row!.Id], { userId: sim.org.userNamed(USERS.admin)!.Id });
  expect(await prune().tick()).toBe(0);
  expect(await removals()).toMatchObject([{ code: null }]);
});

it('an answer that is lost is asked for again, and nothing is deleted twice', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  sim.ctx.faults.set([{ method: 'DELETE', path: '/composite/sobjects', reset: 'after', times: 1 }]);
  await expect(prune().tick()).rejects.toMatchObject({ code: 'salesforce_unavailable' });
  expect(inOrg()).toEqual([]);
  expect(await prune().tick()).toBe(0);
});

it('nothing is deleted while a call with rows of the same Accounts may be on its way', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  const names = Array.from({ length: 8 }, (_, index) => `outbox:${index}`);
  await store.takeLeases(names, 'somebody', 60_000);
  expect(await prune().tick()).toBe(0);
  expect(inOrg()).toHaveLength(1);
  await store.giveLeases(names, 'somebody');
  expect(await prune().tick()).toBe(1);
});

it('an org that does not let rows go says why, and they are tried again', async () => {
  await project([payment(1)]);
  await project([], [drop(payment(1))]);
  const refusing = {
    remove: async (_object: string, keys: readonly string[]) =>
      keys.map((key) => ({ key, outcome: 'refused' as const, code: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'no' })),
  };
  expect(await prune(90, direct, refusing).tick()).toBe(0);
  expect(await removals()).toMatchObject([{ code: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'no' }]);
  expect(await waitingRemovals(database.db, 90)).toEqual([
    {
      object: 'Billing_Payment__c',
      reason: 'kept for 25 months',
      rows: 1,
      refusal: 'INSUFFICIENT_ACCESS_OR_READONLY: no',
    },
  ]);
  await database.pool.query('update org_row_removal set look_at = now()');
  expect(await prune().tick()).toBe(1);
  expect(await waitingRemovals(database.db, 90)).toEqual([]);
  expect(await deletedLately(database.db)).toEqual([{ object: 'Billing_Payment__c', rows: 1 }]);
  expect(await removals()).toMatchObject([{ code: null, message: null }]);
});

it.each(['Account', 'Contact', 'Opportunity', 'Case', 'Task', 'Someone_Elses__c'])(
  'a record of %s is never deleted',
  async (object) => {
    await expect(remover().remove(object, ['001000000000001AAA'])).rejects.toMatchObject({ code: 'not_removable' });
  },
);
