import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgBulkWriter } from '../../server/connectors/salesforce/bulk.ts';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient, type SalesforceOptions } from '../../server/connectors/salesforce/client.ts';
import { toFault, toRowResult, toRowResults } from '../../server/connectors/salesforce/errors.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { Fault } from '../../server/domain/fault.ts';
import type { OrgRow, OrgWrite, OrgWriter, OrgWriteResult } from '../../server/workflows/ports/orgRows.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';
import { faultOf } from '../support/faultOf.ts';

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

/** Writes one chunk. */
async function writeTo(to: OrgWriter, object: string, writes: readonly OrgWrite[]): Promise<OrgWriteResult[]> {
  const [result] = await to.write([{ object, writes }]);
  if (result instanceof Fault) throw result;
  return result!;
}

const writeRows = (object: string, writes: readonly OrgWrite[]) => writeTo(writer, object, writes);

function stored(object: string, key: string) {
  return sim.org.all(object).find((record) => record['Key__c'] === key);
}

beforeAll(async () => {
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
  options = orgLogin(sim, secrets);
});
afterAll(() => sim.close());

/** Sets a switch of the simulated org. */
async function turn(what: string, body: object): Promise<void> {
  const response = await fetch(`${sim.url}/__sim/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
}

beforeEach(async () => {
  sim.org.reset();
  sim.ctx.faults.set([]);
  await turn('rest', { collectionsInComposite: true });
  await turn('duplicate-rules', { rules: [] });
  const rep = sim.org.userNamed(USERS.rep)!.Id;
  accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId: rep })[0]!.id!;
  writer = createOrgWriter(createOrgCalls(createSalesforceClient(options, () => new Date())));
});

describe('rows to Salesforce', () => {
  it('creates and updates by external id, with lookups by the key of the parent and no reads', async () => {
    await writeRows('Billing_Account__c', [
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
    expect(await writeRows('Billing_Invoice__c', [invoice(12.5, 1)])).toEqual([{ outcome: 'written' }]);
    expect(await writeRows('Billing_Invoice__c', [invoice(0, 2)])).toEqual([{ outcome: 'written' }]);
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
    await writeRows('Billing_Invoice__c', [row(5, 7)]);
    expect(await writeRows('Billing_Invoice__c', [row(9, 6)])).toEqual([{ outcome: 'newer_is_there' }]);
    expect(stored('Billing_Invoice__c', 'stripe:invoice:in_1')).toMatchObject({ Balance__c: 5, Row_Version__c: 7 });
  });

  it('writes the fields of an Account that others own, guarded by a version too', async () => {
    const row = (mrr: number, version: number) =>
      write({ object: 'Account', key: accountId, fields: { Billing_MRR__c: mrr } }, version);
    expect(await writeRows('Account', [row(100, 2)])).toEqual([{ outcome: 'written' }]);
    expect(await writeRows('Account', [row(50, 1)])).toEqual([{ outcome: 'newer_is_there' }]);
    expect(sim.org.get('Account', accountId)).toMatchObject({ Billing_MRR__c: 100, Billing_Row_Version__c: 2 });
  });

  it('tells row by row what was refused and why', async () => {
    const results = await writeRows('Billing_Invoice__c', [
      write({ key: 'k:1', fields: { Status__c: 'Open' } }),
      write({ key: 'k:2', fields: { Source__c: 'Nonsense' } }),
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

  const billingAccount = (id: string, name: string | null = null) =>
    write({
      object: 'Billing_Account__c',
      key: `stripe:account:${id}`,
      fields: { Status__c: 'Active', ...(name === null ? {} : { Name: name }) },
    });
  const invoiceOf = (customer: string, id: string, fields: OrgRow['fields'] = { Status__c: 'Open' }) =>
    write({
      key: `stripe:invoice:${id}`,
      fields,
      parents: { Billing_Account__r: { object: 'Billing_Account__c', key: `stripe:account:${customer}` } },
    });
  const chunks = (...rows: OrgWrite[]) =>
    [...Map.groupBy(rows, ({ row }) => row.object)].map(([object, writes]) => ({ object, writes }));
  const written = { outcome: 'written' };
  const callCounts = () => Object.fromEntries(sim.ctx.calls.counts);

  it('writes parents and their children in one call, which the org counts as one', async () => {
    await writeRows('Billing_Invoice__c', [write({ key: 'warm-up' })]);
    const used = writer.usage()!.used;
    const account = write({ object: 'Account', key: accountId, fields: { Billing_MRR__c: 5 } });
    const results = await writer.write(
      chunks(account, billingAccount('cus_1'), invoiceOf('cus_1', 'in_1'), invoiceOf('cus_1', 'in_2')),
    );
    expect(results).toEqual([[written], [written], [written, written]]);
    expect(writer.usage()!.used).toBe(used + 1);
    expect(stored('Billing_Invoice__c', 'stripe:invoice:in_1')!['Billing_Account__c']).toBe(
      stored('Billing_Account__c', 'stripe:account:cus_1')!.Id,
    );
  });

  it('lets a row, or a chunk, that is refused spoil no other of the same call', async () => {
    const results = await writer.write([
      ...chunks(billingAccount('cus_1')),
      {
        object: 'Billing_Invoice__c',
        writes: [invoiceOf('cus_1', 'in_1'), invoiceOf('cus_1', 'in_2', { Source__c: 'Odd' })],
      },
      {
        object: 'Billing_Payment__c',
        writes: [write({ object: 'Billing_Payment__c', key: 'p', fields: { Amount__c: 'ten' } })],
      },
      { object: 'Usage__c', writes: [write({ object: 'Usage__c', key: 'u', fields: {} })] },
    ]);
    expect(results[0]).toEqual([written]);
    expect(results[1]).toMatchObject([written, { outcome: 'refused', retry: 'never' }]);
    expect(results[2]).toMatchObject({ kind: 'invalid', code: 'salesforce_refused_call' });
    expect(results[3]).toEqual([written]);
    expect(stored('Billing_Invoice__c', 'stripe:invoice:in_1')).toBeDefined();
  });

  it('writes each object by itself in an org that refuses Collections inside Composite, and remembers it', async () => {
    await turn('rest', { collectionsInComposite: false });
    const both = chunks(billingAccount('cus_1'), invoiceOf('cus_1', 'in_1'));
    await writeRows('Billing_Invoice__c', [write({ key: 'warm-up' })]);
    sim.ctx.calls.clear();
    expect(await writer.write(both)).toEqual([[written], [written]]);
    expect(Object.values(callCounts()).reduce((sum, count) => sum + count, 0)).toBe(3);
    sim.ctx.calls.clear();
    expect(await writer.write(both)).toEqual([[written], [written]]);
    expect(Object.keys(callCounts()).filter((route) => route.startsWith('POST'))).toEqual([]);
    expect(Object.values(callCounts()).reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('keeps text that looks like a reference between subrequests as it is', async () => {
    const results = await writer.write(
      chunks(billingAccount('cus_1'), invoiceOf('cus_1', 'in_1', { Status__c: 'Open', Number__c: '@{chunk0[0].id}' })),
    );
    expect(results).toEqual([[written], [written]]);
    expect(stored('Billing_Invoice__c', 'stripe:invoice:in_1')!['Number__c']).toBe('@{chunk0[0].id}');
  });

  it.each([
    { answer: 'cut' as const },
    { answer: 'empty' as const },
    { answer: 'html' as const },
    { answer: 'broken gzip' as const },
    { answer: 'wrong type' as const },
    { reset: 'after' as const },
    { reset: 'before' as const },
    { status: 502, after: true, body: '<html>bad gateway</html>' },
    { status: 403, body: '<html>a proxy says no</html>' },
    { status: 200, body: { compositeResponse: [] } },
    { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'An unexpected error occurred.' }] },
  ])(
    'assumes nothing and repeats nothing by itself after %o; the same rows sent again are there once',
    async (fault) => {
      await writeRows('Billing_Invoice__c', [write({ key: 'warm-up' })]);
      const rows = chunks(billingAccount('cus_1'), invoiceOf('cus_1', 'in_1'));
      sim.ctx.calls.clear();
      sim.ctx.faults.set([{ method: 'POST', path: 'composite$', times: 1, ...fault }]);
      expect(await faultOf(writer.write(rows))).toMatchObject({
        kind: 'unavailable',
        outcomeUnknown: true,
        retryable: true,
      });
      // The fault was for one call: a second one would have been answered.
      expect(Object.values(callCounts()).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
      expect(await writer.write(rows)).toEqual([[written], [written]]);
      expect(sim.org.all('Billing_Invoice__c').filter((row) => row['Key__c'] === 'stripe:invoice:in_1')).toHaveLength(
        1,
      );
    },
  );

  it('finds that a row that two calls made at the same moment is to be sent again, not put aside', () => {
    const error = {
      statusCode: 'DUPLICATE_VALUE',
      message: 'duplicate value found: Key__c duplicates value on record with id: a01000000000001',
      fields: [],
    };
    expect(toRowResult([error])).toMatchObject({ retry: 'soon' });
    expect(toRowResult([{ ...error, message: error.message.replace('Key__c', 'Number__c') }])).toMatchObject({
      retry: 'never',
    });
  });

  it('tells a field or an object that is gone, which stops all rows of an object, from what is wrong with a row', async () => {
    const gone = write({ key: 'k:1', fields: { Status__c: 'Open', Gone__c: 1 } });
    const [result] = await writeRows('Billing_Invoice__c', [gone]);
    expect(result).toMatchObject({ outcome: 'refused', retry: 'mapping', code: 'INVALID_FIELD' });
    expect((result as { message: string }).message).toContain('Deploy the package');
    const results = await writer.write([
      { object: 'Billing_Gone__c', writes: [write({ object: 'Billing_Gone__c', key: 'g' })] },
      ...chunks(billingAccount('cus_1')),
    ]);
    expect(results).toMatchObject([[{ outcome: 'refused', retry: 'mapping' }], [written]]);
  });

  it('takes several rows that may not be written at all for a permission that is gone, one for its own trouble', () => {
    const denied = {
      statusCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
      message: 'insufficient access rights on object id',
    };
    expect(toRowResults([[denied], [denied]])).toMatchObject([{ retry: 'mapping' }, { retry: 'mapping' }]);
    expect(toRowResults([[denied]])).toMatchObject([{ retry: 'never' }]);
    expect(toRowResults([[denied], null])).toMatchObject([{ retry: 'never' }, { outcome: 'written' }]);
  });

  it('blames no row for what the org or something on the way refuses', () => {
    const kindOf = (errorCode: string) => toFault({ errorCode, message: 'No.' }, 'write').kind;
    expect(kindOf('FUNCTIONALITY_NOT_ENABLED')).toBe('forbidden');
    expect(kindOf('API_DISABLED_FOR_ORG')).toBe('forbidden');
    expect(kindOf('ERROR_HTTP_407')).toBe('unavailable');
    expect(kindOf('JSON_PARSER_ERROR')).toBe('invalid');
    expect(kindOf('ERROR_HTTP_413')).toBe('invalid');
  });

  it('names the records that a duplicate rule finds alike, and guesses none of them', async () => {
    const alike = sim.org.insert('Billing_Account__c', [{ Key__c: 'other', Name: 'Acme', Account__c: accountId }], {
      userId: sim.org.userNamed(USERS.integration)!.Id,
    })[0]!.id!;
    await turn('duplicate-rules', { rules: [{ object: 'Billing_Account__c', fields: [{ field: 'Name' }] }] });
    const [result] = await writeRows('Billing_Account__c', [billingAccount('cus_1', 'Acme')]);
    expect(result).toMatchObject({ outcome: 'refused', retry: 'never', code: 'DUPLICATES_DETECTED' });
    expect((result as { message: string }).message).toContain(alike);
    expect(stored('Billing_Account__c', 'stripe:account:cus_1')).toBeUndefined();
  });

  it('writes rows by a bulk job: parents by key, nulls emptied, results row by row, in few calls', async () => {
    await writer.write(
      chunks(billingAccount('cus_1'), invoiceOf('cus_1', 'in_9', { Status__c: 'Open', Number__c: 'A' })),
    );
    await writer.write(chunks({ ...invoiceOf('cus_1', 'newer'), rowVersion: 9 }));
    const bulk = createOrgBulkWriter(createOrgCalls(createSalesforceClient(options, () => new Date())));
    const rows = [
      ...Array.from({ length: 450 }, (_, index) =>
        invoiceOf('cus_1', `bulk_${index}`, { Source__c: 'Stripe', Status__c: 'Open', Number__c: `N, "${index}"\n` }),
      ),
      { ...invoiceOf('cus_1', 'in_9', { Source__c: 'Stripe', Status__c: 'Paid', Number__c: null }), rowVersion: 2 },
      invoiceOf('cus_1', 'newer', { Source__c: 'Stripe', Status__c: 'Draft', Number__c: null }),
      invoiceOf('cus_1', 'odd', { Source__c: 'Nonsense: really', Status__c: 'Open', Number__c: null }),
      invoiceOf('cus_2', 'orphan', { Source__c: 'Stripe', Status__c: 'Open', Number__c: null }),
    ];
    expect(new Set(rows.map((row) => bulk.shapeOf(row))).size).toBe(1);
    sim.ctx.calls.clear();
    const id = await bulk.create('Billing_Invoice__c');
    await bulk.upload(id, rows);
    let state = await bulk.state(id);
    let polls = 1;
    for (; state === 'running'; polls += 1) state = await bulk.state(id);
    expect(state).toBe('done');
    const results = new Map((await bulk.results(id)).map((one) => [one.key, one]));
    // Create, upload, close, two files of results, and the login.
    expect(Object.values(callCounts()).reduce((sum, count) => sum + count, 0)).toBe(polls + 5 + 1);
    expect(results.size).toBe(454);
    expect(results.get('stripe:invoice:bulk_7')).toEqual({
      key: 'stripe:invoice:bulk_7',
      rowVersion: 1,
      result: { outcome: 'written' },
    });
    expect(results.get('stripe:invoice:newer')!.result).toEqual({ outcome: 'newer_is_there' });
    expect(results.get('stripe:invoice:odd')!.result).toMatchObject({
      retry: 'never',
      code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    });
    expect(results.get('stripe:invoice:orphan')!.result).toMatchObject({ retry: 'after_parent' });
    expect(stored('Billing_Invoice__c', 'stripe:invoice:in_9')).toMatchObject({ Number__c: null, Row_Version__c: 2 });
    expect(stored('Billing_Invoice__c', 'stripe:invoice:bulk_7')).toMatchObject({
      Number__c: expect.stringContaining('N, "7"') as unknown,
      Billing_Account__c: stored('Billing_Account__c', 'stripe:account:cus_1')!.Id,
    });
  });

  it('keeps out of bulk jobs what they cannot say, and Accounts', () => {
    const bulk = createOrgBulkWriter(createOrgCalls(createSalesforceClient(options, () => new Date())));
    expect(bulk.shapeOf(write({ key: 'k', fields: { Number__c: '#N/A' } }))).toBeNull();
    expect(bulk.shapeOf(write({ object: 'Account', key: accountId }))).toBeNull();
    expect(bulk.shapeOf(write({ key: 'k' }, 1, null))).toBeNull();
    expect(bulk.shapeOf(invoiceOf('cus_1', 'a'))).not.toBe(
      bulk.shapeOf(write({ key: 'b', fields: { Status__c: 'Open', Billing_Account__c: null } })),
    );
  });

  it('repeats no upload by itself, and lets a job go that has no rows', async () => {
    const bulk = createOrgBulkWriter(createOrgCalls(createSalesforceClient(options, () => new Date())));
    const id = await bulk.create('Billing_Invoice__c');
    sim.ctx.calls.clear();
    sim.ctx.faults.set([{ method: 'PUT', path: 'batches', status: 503, body: '<html>busy</html>', times: 2 }]);
    expect(await faultOf(bulk.upload(id, [write({ key: 'k' })]))).toMatchObject({ outcomeUnknown: true });
    expect(sim.ctx.faults.list()).toMatchObject([{ times: 1 }]);
    expect(await bulk.state(id)).toBe('open');
    await bulk.abort(id);
    expect(await bulk.state(id)).toBe('failed');
  });

  it('logs in again when the session has expired', async () => {
    await writeRows('Billing_Invoice__c', [write({ key: 'k:1' })]);
    sim.org.sessions.expireAll();
    expect(await writeRows('Billing_Invoice__c', [write({ key: 'k:2' })])).toEqual([{ outcome: 'written' }]);
  });

  it('comes again soon when the new session has ended, too: nobody was refused', async () => {
    await writeRows('Billing_Invoice__c', [write({ key: 'k:1' })]);
    const ended = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
    sim.ctx.faults.set([{ method: 'PATCH', path: 'composite/sobjects', times: 2, status: 401, body: ended }]);
    const fault = await faultOf(writeRows('Billing_Invoice__c', [write({ key: 'k:2' })]));
    expect(fault).toMatchObject({ code: 'salesforce_session_ended', kind: 'unavailable', outcomeUnknown: false });
    expect(fault?.retryAfterMs).toBeUndefined();
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
    await writeRows('Billing_Invoice__c', [write({ key: 'k:0' })]);
    sim.ctx.faults.set([{ method: 'PATCH', path: 'composite/sobjects', times: 1, ...fault }]);
    const rows = [write({ key: 'k:1', fields: { Status__c: 'Open' } })];
    expect(await faultOf(writeRows('Billing_Invoice__c', rows))).toMatchObject({ ...expected, retryable: true });
    expect(await writeRows('Billing_Invoice__c', rows)).toEqual([{ outcome: 'written' }]);
    expect(sim.org.all('Billing_Invoice__c').filter((row) => row['Key__c'] === 'k:1')).toHaveLength(1);
  });

  it('refuses to write to another org than the configured one', async () => {
    const other = createOrgWriter(
      createOrgCalls(createSalesforceClient({ ...options, orgId: '00D000000000999EAA' }, () => new Date())),
    );
    expect(await faultOf(writeTo(other, 'Billing_Invoice__c', [write({ key: 'k:1' })]))).toMatchObject({
      code: 'salesforce_other_org',
    });
    expect(stored('Billing_Invoice__c', 'k:1')).toBeUndefined();
  });

  it('says in plain words that the org does not let it in', async () => {
    const stranger = createOrgWriter(
      createOrgCalls(createSalesforceClient({ ...options, clientId: 'unknown' }, () => new Date())),
    );
    expect(await faultOf(writeTo(stranger, 'Billing_Invoice__c', [write({ key: 'k:1' })]))).toMatchObject({
      code: 'salesforce_refused_login',
      retryable: true,
    });
  });
});
