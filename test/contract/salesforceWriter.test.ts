import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSalesforceClient, type SalesforceOptions } from '../../server/connectors/salesforce/client.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { Fault } from '../../server/domain/fault.ts';
import type { OrgRow, OrgWrite, OrgWriter } from '../../server/workflows/ports/orgRows.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
let sim: RunningSalesforce;
let options: SalesforceOptions;
let accountId: string;
let writer: OrgWriter;

const syncedAt = new Date('2026-11-21T10:00:00.000Z');

function write(
  row: Partial<OrgRow> & Pick<OrgRow, 'key'>,
  rowVersion = 1,
  account: string | null = accountId,
): OrgWrite {
  return {
    row: { object: 'Billing_Invoice__c', fields: {}, parents: {}, ...row },
    accountId: account,
    rowVersion,
    syncedAt,
  };
}

function stored(object: string, key: string) {
  return sim.org.all(object).find((record) => record['Key__c'] === key);
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}

beforeAll(async () => {
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
  options = {
    loginUrl: sim.url,
    clientId: secrets.salesforceClientId,
    username: USERS.integration,
    privateKey: secrets.salesforcePrivateKey,
    apiVersion: '66.0',
    orgId: sim.orgId,
  };
});
afterAll(() => sim.close());

beforeEach(() => {
  sim.org.reset();
  sim.ctx.faults.set([]);
  const rep = sim.org.userNamed(USERS.rep)!.Id;
  accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId: rep })[0]!.id!;
  writer = createOrgWriter(createSalesforceClient(options, () => new Date()));
});

describe('rows to Salesforce', () => {
  it('creates and updates by external id, with lookups by the key of the parent and no reads', async () => {
    await writer.write('Billing_Account__c', [
      write({ object: 'Billing_Account__c', key: 'stripe:account:cus_1', fields: { Status__c: 'Active' } }),
    ]);
    const invoice = (balance: number, version: number) =>
      write(
        {
          key: 'stripe:invoice:in_1',
          fields: { Status__c: 'Open', Balance__c: balance },
          parents: { Billing_Account__r: { object: 'Billing_Account__c', key: 'stripe:account:cus_1' } },
        },
        version,
      );
    sim.ctx.calls.clear();
    expect(await writer.write('Billing_Invoice__c', [invoice(12.5, 1)])).toEqual([{ outcome: 'written' }]);
    expect(await writer.write('Billing_Invoice__c', [invoice(0, 2)])).toEqual([{ outcome: 'written' }]);
    expect(stored('Billing_Invoice__c', 'stripe:invoice:in_1')).toMatchObject({
      Account__c: accountId,
      Balance__c: 0,
      Row_Version__c: 2,
      Billing_Account__c: stored('Billing_Account__c', 'stripe:account:cus_1')!.Id,
    });
    expect([...sim.ctx.calls.counts.keys()].filter((route) => !route.startsWith('PATCH'))).toEqual([]);
    expect(writer.usage()!.used).toBeGreaterThan(0);
  });

  it('reads the refusal of an older version as: newer is there', async () => {
    const row = (balance: number, version: number) =>
      write({ key: 'stripe:invoice:in_1', fields: { Status__c: 'Open', Balance__c: balance } }, version);
    await writer.write('Billing_Invoice__c', [row(5, 7)]);
    expect(await writer.write('Billing_Invoice__c', [row(9, 6)])).toEqual([{ outcome: 'newer_is_there' }]);
    expect(stored('Billing_Invoice__c', 'stripe:invoice:in_1')).toMatchObject({ Balance__c: 5, Row_Version__c: 7 });
  });

  it('writes the fields of an Account that others own, guarded by a version too', async () => {
    const row = (mrr: number, version: number) =>
      write({ object: 'Account', key: accountId, fields: { Billing_MRR__c: mrr } }, version);
    expect(await writer.write('Account', [row(100, 2)])).toEqual([{ outcome: 'written' }]);
    expect(await writer.write('Account', [row(50, 1)])).toEqual([{ outcome: 'newer_is_there' }]);
    expect(sim.org.get('Account', accountId)).toMatchObject({ Billing_MRR__c: 100, Billing_Row_Version__c: 2 });
  });

  it('tells row by row what was refused and why', async () => {
    const results = await writer.write('Billing_Invoice__c', [
      write({ key: 'k:1', fields: { Status__c: 'Open' } }),
      write({ key: 'k:2', fields: { Status__c: 'Nonsense' } }),
      write({
        key: 'k:3',
        parents: { Billing_Account__r: { object: 'Billing_Account__c', key: 'stripe:account:unknown' } },
      }),
      write({ key: 'k:4', fields: { Status__c: 'Open' } }, 1, '001000000000000AAA'),
    ]);
    expect(results.map((one) => one.outcome)).toEqual(['written', 'refused', 'refused', 'refused']);
    expect(results[1]).toMatchObject({ retry: 'never', code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' });
    expect(results[2]).toMatchObject({ retry: 'after_parent' });
    expect(results[3]).toMatchObject({ retry: 'never' });
  });

  it('logs in again when the session has expired', async () => {
    await writer.write('Billing_Invoice__c', [write({ key: 'k:1' })]);
    sim.org.sessions.expireAll();
    expect(await writer.write('Billing_Invoice__c', [write({ key: 'k:2' })])).toEqual([{ outcome: 'written' }]);
  });

  it.each([
    ['an error page', { status: 503, body: '<html>maintenance</html>' }, { kind: 'unavailable', outcomeUnknown: true }],
    ['a cut connection', { reset: 'after' as const }, { kind: 'unavailable', outcomeUnknown: true }],
    ['an answer that is no list', { status: 200, body: {} }, { kind: 'unavailable', outcomeUnknown: true }],
    [
      'the daily limit',
      { status: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }] },
      { kind: 'rate_limited', outcomeUnknown: false },
    ],
  ])('makes a fault of %s, and the same rows can be sent again', async (_what, fault, expected) => {
    await writer.write('Billing_Invoice__c', [write({ key: 'k:0' })]);
    sim.ctx.faults.set([{ method: 'PATCH', path: 'composite/sobjects', times: 1, ...fault }]);
    const rows = [write({ key: 'k:1', fields: { Status__c: 'Open' } })];
    expect(await faultOf(writer.write('Billing_Invoice__c', rows))).toMatchObject({ ...expected, retryable: true });
    expect(await writer.write('Billing_Invoice__c', rows)).toEqual([{ outcome: 'written' }]);
    expect(sim.org.all('Billing_Invoice__c').filter((row) => row['Key__c'] === 'k:1')).toHaveLength(1);
  });

  it('refuses to write to another org than the configured one', async () => {
    const other = createOrgWriter(
      createSalesforceClient({ ...options, orgId: '00D000000000999EAA' }, () => new Date()),
    );
    expect(await faultOf(other.write('Billing_Invoice__c', [write({ key: 'k:1' })]))).toMatchObject({
      code: 'salesforce_other_org',
    });
    expect(stored('Billing_Invoice__c', 'k:1')).toBeUndefined();
  });

  it('says in plain words that the org does not let it in', async () => {
    const stranger = createOrgWriter(createSalesforceClient({ ...options, clientId: 'unknown' }, () => new Date()));
    expect(await faultOf(stranger.write('Billing_Invoice__c', [write({ key: 'k:1' })]))).toMatchObject({
      code: 'salesforce_refused_login',
      retryable: true,
    });
  });
});
