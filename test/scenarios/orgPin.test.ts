import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { createLog } from '../../server/platform/log.ts';
import { createOutbox } from '../../server/sync/outbox/outbox.ts';
import { checkOrg, confirmOrg, orgPin } from '../../server/sync/outbox/pin.ts';
import { orgStatus } from '../../server/sync/outbox/status.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const REFRESHED = '00D5g0000000002EAA';
let database: TestDatabase;
const sims: RunningSalesforce[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate org_rows, lease, org_pin, api_budget'));
afterEach(async () => {
  for (const sim of sims.splice(0)) await sim.close();
});

async function startOrg(options: { orgId?: string; sandbox?: boolean } = {}): Promise<RunningSalesforce> {
  const app = { clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey };
  const sim = await startSalesforceSim({ ...options, connectedApps: [app] });
  sims.push(sim);
  return sim;
}

/** What a process does that is configured for this org. */
function processFor(sim: RunningSalesforce) {
  const store = createPostgresStore(database, { orgId: sim.orgId, mappingVersion: '1' });
  const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date(), {
    checkOrg: (org) => checkOrg(database.db, org),
  });
  const outbox = createOutbox({
    store,
    writer: createOrgWriter(createOrgCalls(client)),
    objectOrder: [],
    log: createLog('silent'),
  });
  const endHold = () => store.endHold('salesforce');
  return { outbox, endHold, status: () => orgStatus(database.db, sim.orgId, 0.2) };
}

const row = (amount: number): OrgRow => ({
  object: 'Billing_Connection__c',
  key: 'stripe:connection:stripe',
  fields: { State__c: amount > 1 ? 'Delayed' : 'Connected' },
  parents: {},
});
const written = (sim: RunningSalesforce) => sim.org.all('Billing_Connection__c').length;

describe('the org that rows go to', () => {
  it('is pinned at the first login, by the one query of the write path', async () => {
    const org = await startOrg();
    const { outbox, status } = processFor(org);
    await outbox.setRows(null, [row(1)]);
    await outbox.flush();
    expect(written(org)).toBe(1);
    expect(await orgPin(database.db)).toEqual({
      pinned: {
        orgId: org.orgId,
        isSandbox: false,
        organizationType: 'Enterprise Edition',
        instanceName: 'SIM1',
      },
      met: null,
    });
    expect([...org.ctx.calls.counts.keys()].filter((route) => route.includes('query'))).toHaveLength(1);
    expect(await status()).toEqual({ state: 'Connected', message: '' });
  });

  it.each([
    ['another id, as a sandbox has after a refresh', { orgId: REFRESHED, sandbox: true }],
    ['become a sandbox under the same id', { sandbox: true }],
  ])('stops all processes when it has %s, until an operator confirms it', async (_what, options) => {
    const production = processFor(await startOrg());
    await production.outbox.setRows(null, [row(1)]);
    await production.outbox.flush();
    const copy = await startOrg(options);
    const other = processFor(copy);
    await other.outbox.setRows(null, [row(2)]);
    await other.outbox.flush();
    expect(written(copy)).toBe(0);
    // Those that have a session in the right org stop too.
    expect(await production.outbox.flush()).toBe(0);
    const { state, message } = await other.status();
    expect(state).toBe('Broken');
    expect(message).toContain(`confirm-org ${copy.orgId}`);

    expect(await confirmOrg(database.db, '00D5g0000000009EAA')).toBeNull();
    expect(await confirmOrg(database.db, copy.orgId)).toMatchObject({ orgId: copy.orgId, isSandbox: true });
    await other.endHold();
    await other.outbox.flush();
    expect(written(copy)).toBe(1);
    expect(await other.status()).toMatchObject({ state: 'Connected' });
  });

  it('goes on as it was when the operator confirms the pinned one, and the other is still not written to', async () => {
    const org = await startOrg();
    const right = processFor(org);
    await right.outbox.setRows(null, [row(1)]);
    await right.outbox.flush();
    const copy = await startOrg({ orgId: REFRESHED, sandbox: true });
    const wrong = processFor(copy);
    await wrong.outbox.setRows(null, [row(2)]);
    await wrong.outbox.flush();
    await confirmOrg(database.db, org.orgId);
    await right.endHold();
    expect(await right.outbox.flush()).toBe(1);
    await right.outbox.setRows(null, [row(1)]);
    await wrong.outbox.flush();
    expect(written(copy)).toBe(0);
  });

  it('may be moved to another instance by Salesforce', async () => {
    const org = { orgId: REFRESHED, isSandbox: false, organizationType: 'Enterprise Edition', instanceName: 'NA1' };
    await checkOrg(database.db, org);
    await checkOrg(database.db, { ...org, instanceName: 'NA2' });
    expect(await orgPin(database.db)).toMatchObject({ pinned: { instanceName: 'NA2' }, met: null });
  });

  it('is not written to when it does not tell which one it is', async () => {
    const org = await startOrg();
    org.ctx.faults.set([{ method: 'GET', path: 'query', body: { records: [] }, status: 200 }]);
    const { outbox } = processFor(org);
    await outbox.setRows(null, [row(1)]);
    await outbox.flush();
    expect(written(org)).toBe(0);
    expect(await orgPin(database.db)).toBeNull();
  });
});
