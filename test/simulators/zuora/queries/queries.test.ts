import { unzipSync } from 'fflate';
import { gunzipSync } from 'node:zlib';
import { fetch } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rows, startTest, text, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await zuora.sim.close();
});

const zoql = (queryString: string, conf?: object) =>
  zuora.call('POST', '/v1/action/query', { queryString, ...(conf && { conf }) });

describe('ZOQL', () => {
  it('selects by comparisons, AND before OR, and leaves nulls out', async () => {
    const one = await zuora.account({ name: 'Alpha', crmId: '001' });
    await zuora.account({ name: 'Beta', currency: 'EUR' });
    await zuora.account({ name: 'Gamma', currency: 'EUR' });
    const names = async (where: string) =>
      rows((await zoql(`select Name, CrmId from Account where ${where}`)).body.records).map((row) => row.Name);
    expect((await zoql(`select Id, CrmId from Account where Name = 'Alpha'`)).body).toEqual({
      size: 1,
      done: true,
      records: [{ Id: one.id, CrmId: '001' }],
    });
    expect((await zoql(`select Name, CrmId from Account where Name = 'Beta'`)).body.records).toEqual([
      { Name: 'Beta' },
    ]);
    expect(await names(`Currency = 'USD' or Currency = 'EUR' and Name = 'Gamma'`)).toEqual(['Alpha', 'Gamma']);
    expect(await names(`Name like 'B%'`)).toEqual(['Beta']);
    expect(await names('CrmId = null')).toEqual(['Beta', 'Gamma']);
    expect(await names(`UpdatedDate >= '2026-11-21T11:00:00'`)).toHaveLength(3);
    expect(await names(`UpdatedDate > '2026-11-21T13:00:00-08:00'`)).toEqual([]);
  });

  it('prints instants in the zone of the tenant, as CRUD does', async () => {
    const account = await zuora.account();
    const created = (await zoql('select CreatedDate from Account')).body.records?.[0]?.CreatedDate;
    expect(created).toMatch(/^2026-11-21T12:\d\d:\d\d\.000-08:00$/);
    expect((await zuora.get(`/v1/object/account/${account.id}`)).body.CreatedDate).toBe(created);
    await zuora.today('2027-07-01');
    await zuora.call('PUT', `/v1/accounts/${account.id}`, { notes: 'in summer' });
    expect((await zoql('select UpdatedDate from Account')).text).toMatch(/T13:\d\d:\d\d\.000-07:00/);
  });

  it('comes in batches whose locator dies after fifteen minutes', async () => {
    for (let count = 0; count < 3; count++) await zuora.account();
    const first = (await zoql('select Id from Account', { batchSize: 2 })).body;
    expect([first.size, first.done, rows(first.records).length]).toEqual([3, false, 2]);
    const more = () => zuora.call('POST', '/v1/action/queryMore', { queryLocator: first.queryLocator });
    expect((await more()).body).toMatchObject({ size: 3, done: true, records: [{}] });
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 16 * 60_000);
    expect((await more()).body).toMatchObject({ FaultCode: 'INVALID_QUERY_LOCATOR' });
  });

  it.each([
    ['select * from Account', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Account', 'MALFORMED_QUERY'],
    ['select Id from Account order by Name', 'MALFORMED_QUERY'],
    [`select Id from Account where Name in ('a')`, 'MALFORMED_QUERY'],
    [`select Id from Account where (Name = 'a')`, 'MALFORMED_QUERY'],
    [`select Id from Account where Name like '%a%'`, 'MALFORMED_QUERY'],
    ['select count(Id) from Account', 'MALFORMED_QUERY'],
    ['select Shoe from Account', 'INVALID_FIELD'],
    ['select Id from Orders', 'INVALID_TYPE'],
    ['select Id from CreditMemo', 'INVALID_TYPE'],
    ['select Id from Nothing', 'INVALID_TYPE'],
  ])('refuses %s with %s, in a shape of its own', async (query, code) => {
    const answer = await zoql(query);
    expect([answer.status, answer.body.FaultCode]).toEqual([400, code]);
    expect(Object.keys(answer.body)).toEqual(['FaultCode', 'FaultMessage']);
  });
});

describe('action calls', () => {
  it('answer an array with the outcome of every object', async () => {
    const account = await zuora.account();
    const contact = { AccountId: account.id, FirstName: 'Grace', LastName: 'Hopper', NickName: 'G' };
    const made = await zuora.call('POST', '/v1/action/create', {
      type: 'Contact',
      objects: [contact, { AccountId: account.id, FirstName: 'X' }, { ...contact, Shoe: 1 }],
    });
    expect(made.body).toMatchObject([
      { Success: true },
      { Success: false, Errors: [{ Code: 'MISSING_REQUIRED_VALUE' }] },
      { Success: false, Errors: [{ Code: 'INVALID_FIELD' }] },
    ]);
    const id = rows(made.body)[0]?.Id;
    const update = { type: 'Contact', objects: [{ Id: id, City: 'Paris' }] };
    expect((await zuora.call('POST', '/v1/action/update', update)).body).toEqual([{ Success: true, Id: id }]);
    expect((await zoql(`select City, NickName from Contact where Id = '${text(id)}'`)).body.records).toEqual([
      { City: 'Paris', NickName: 'G' },
    ]);
    const gone = await zuora.call('POST', '/v1/action/delete', { type: 'Contact', ids: [id, 'nothing'] });
    expect(gone.body).toMatchObject([{ success: true, id }, { Success: false }]);
  });

  it('change accounts, custom fields included, and cancel them', async () => {
    const account = await zuora.account();
    const update = (fields: object) =>
      zuora.call('POST', '/v1/action/update', { type: 'Account', objects: [{ Id: account.id, ...fields }] });
    expect((await update({ Name: 'New', CRMAccountId__c: '001' })).body).toEqual([{ Success: true, Id: account.id }]);
    const read = await zuora.get(`/v1/object/account/${account.id}`);
    expect(read.body).toMatchObject({ Name: 'New', CRMAccountId__c: '001', AccountNumber: account.number });
    await update({ Status: 'Canceled' });
    expect((await update({ Name: 'Newer' })).body).toMatchObject([
      { Success: false, Errors: [{ Code: 'TRANSACTION_FAILED' }] },
    ]);
    expect((await zuora.call('POST', '/v1/action/subscribe', {})).status).toBe(501);
  });
});

describe('data query', () => {
  const job = (query: string, more: object = {}): Promise<Loose> =>
    zuora.post('/query/jobs', { query, outputFormat: 'JSON', compression: 'NONE', output: { target: 'S3' }, ...more });
  const look = async (made: Loose) => (await zuora.get(`/query/jobs/${text(made.data?.id)}`)).body.data!;
  const lines = async (query: string, more: object = {}) => {
    const done = await look(await job(query, more));
    expect(done.errorMessage).toBeUndefined();
    const file = await (await fetch(text(done.dataFile))).text();
    return file
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('goes from submitted over in_progress to completed, and its file needs no token', async () => {
    await zuora.account({ name: 'Alpha' });
    await zuora.post('/__sim/options', { jobMs: 60_000 });
    const made = await job('SELECT id, name, crmid FROM account');
    expect(made.data?.queryStatus).toBe('submitted');
    expect((await look(made)).queryStatus).toBe('in_progress');
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 60_001);
    const done = await look(made);
    expect(done).toMatchObject({ queryStatus: 'completed', outputRows: 1 });
    const file = await fetch(text(done.dataFile));
    expect(JSON.parse(await file.text())).toMatchObject({ name: 'Alpha', crmid: null });
    expect((await fetch(text(done.dataFile).replace(/Signature=.*/, 'Signature=x'))).status).toBe(403);
  });

  it('filters, sorts, limits and counts', async () => {
    for (const [name, currency] of [
      ['Beta', 'EUR'],
      ['Alpha', 'USD'],
      ['Gamma', 'EUR'],
    ])
      await zuora.account({ name, currency });
    const names = async (rest: string) =>
      (await lines(`SELECT a.name FROM account a ${rest}`)).map((row) => row['name']);
    expect(await names(`WHERE a.currency = 'EUR' ORDER BY name DESC`)).toEqual(['Gamma', 'Beta']);
    expect(await names(`WHERE (currency = 'USD' OR name LIKE 'G%') AND NOT name = 'X' ORDER BY name`)).toEqual([
      'Alpha',
      'Gamma',
    ]);
    expect(await names(`WHERE name IN ('Alpha','Beta') AND crmId IS NULL ORDER BY name LIMIT 1`)).toEqual(['Alpha']);
    expect(await names(`WHERE updateddate >= timestamp '2026-11-21 00:00:00' ORDER BY name`)).toHaveLength(3);
    expect(await names(`WHERE updateddate BETWEEN date '2026-11-22' AND date '2026-11-23'`)).toEqual([]);
    expect(await lines(`SELECT count(*) AS n FROM account`)).toEqual([{ n: 3 }]);
  });

  it('reads the deleted rows, and those alone, when it is asked for them', async () => {
    const account = await zuora.account();
    const draft = async () => {
      const invoiceItems = [{ amount: 5, serviceStartDate: '2026-11-21', chargeName: 'Fee' }];
      return text(
        (await zuora.post('/v1/invoices', { accountId: account.id, invoiceDate: '2026-11-21', invoiceItems })).id,
      );
    };
    const [gone, kept] = [await draft(), await draft()];
    await zuora.call('DELETE', `/v1/invoices/${gone}`);
    const query = `SELECT id, accountid FROM invoice WHERE updateddate >= timestamp '2026-11-21 00:00:00 +00:00'`;
    expect((await lines(query)).map((row) => row['id'])).toEqual([kept]);
    expect(await lines(query, { readDeleted: true })).toEqual([{ id: gone, accountid: account.id }]);
    expect((await zuora.get(`/v1/invoices/${kept}`)).status).toBe(200);
  });

  it('reads every version of subscriptions with their charges', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 10 }] },
    ]);
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    await zuora.post('/__sim/act/upgrade', { subscription: number, price: 20 });
    expect(await lines('SELECT version, islatestversion FROM subscription ORDER BY version')).toEqual([
      { version: 1, islatestversion: false },
      { version: 2, islatestversion: true },
    ]);
    expect(await lines(`SELECT mrr FROM rateplancharge WHERE islastsegment = true ORDER BY mrr`)).toEqual([
      { mrr: 10 },
      { mrr: 20 },
    ]);
    expect((await lines('SELECT * FROM orders'))[0]).toMatchObject({ ordernumber: expect.any(String) as string });
  });

  it('writes CSV and compresses', async () => {
    await zuora.account({ name: 'Smith, Inc' });
    const file = async (more: object) => {
      const done = await look(await job('SELECT name FROM account', more));
      return Buffer.from(await (await fetch(text(done.dataFile))).arrayBuffer());
    };
    const csv = 'name\n"Smith, Inc"\n';
    expect(gunzipSync(await file({ outputFormat: 'CSV', compression: 'GZIP' })).toString()).toBe(csv);
    const [inside] = Object.values(unzipSync(await file({ outputFormat: 'CSV', compression: 'ZIP' })));
    expect(Buffer.from(inside!).toString()).toBe(csv);
    expect((await file({ outputFormat: 'DSV', columnSeparator: '|' })).toString()).toBe('name\nSmith, Inc\n');
  });

  it.each([
    ['SELECT id FROM shoe', 'shoe'],
    ['SELECT shoe FROM account', 'shoe'],
    ['DELETE FROM account', 'DELETE'],
    ['SELECT id FROM account WHERE name ~ 1', '~'],
  ])('fails the job of %s and says why', async (query, word) => {
    const done = await look(await job(query));
    expect(done.queryStatus).toBe('failed');
    expect(done.errorMessage).toContain(word);
    expect(done.dataFile).toBeUndefined();
  });

  it.each([
    ['SELECT status FROM account GROUP BY status', 'GROUP BY'],
    ['SELECT a.id FROM account a JOIN subscription s ON s.accountid = a.id', 'JOIN'],
    ['SELECT max(balance) FROM account', 'MAX('],
    ['SELECT id FROM account WHERE id IN (SELECT accountid FROM invoice)', '(SELECT'],
  ])('says that %s is not simulated', async (query, what) => {
    const refused = await zuora.call('POST', '/query/jobs', {
      query,
      outputFormat: 'JSON',
      compression: 'NONE',
      output: { target: 'S3' },
    });
    expect([refused.status, refused.text]).toEqual([501, expect.stringContaining(what)]);
    expect((await zuora.get('/__sim/unsupported')).body).toEqual({ [`${what} in a Data Query`]: 1 });
    expect((await look(await job(`SELECT id FROM account WHERE name = 'JOIN (SELECT'`))).queryStatus).toBe('completed');
  });

  it('is cancelled while it runs, and refused with settings that it has not got', async () => {
    await zuora.post('/__sim/options', { jobMs: 60_000 });
    const made = await job('SELECT id FROM account');
    const cancelled = await zuora.call('DELETE', `/query/jobs/${text(made.data?.id)}`);
    expect(cancelled.body.data?.queryStatus).toBe('cancelled');
    expect((await zuora.get('/query/jobs?queryStatus=cancelled')).body.data).toMatchObject([{ id: made.data?.id }]);
    const status = async (more: object) =>
      (
        await zuora.call('POST', '/query/jobs', {
          query: 'SELECT id FROM account',
          outputFormat: 'JSON',
          compression: 'NONE',
          output: { target: 'S3' },
          ...more,
        })
      ).status;
    expect(await status({ output: { target: 'FTP' } })).toBe(400);
    expect(await status({ outputFormat: 'DSV' })).toBe(400);
    expect((await zuora.get('/query/jobs/none')).status).toBe(404);
  });
});

describe('AQuA', () => {
  const export_ = (name: string, query: string) => ({ name, query, type: 'zoqlexport' });

  it('exports with joins to objects above, by labels as in the query', async () => {
    const account = await zuora.account({ name: 'Alpha' });
    await zuora.post('/v1/invoices', {
      accountId: account.id,
      invoiceDate: '2026-11-21',
      invoiceItems: [{ amount: 5, serviceStartDate: '2026-11-21' }],
    });
    const made = await zuora.call('POST', '/v1/batch-query/', {
      format: 'csv',
      version: '1.1',
      name: 'Export',
      useQueryLabels: true,
      queries: [export_('invoices', 'select Account.Name, Invoice.Amount, InvoiceNumber from Invoice')],
    });
    expect(made.body).toMatchObject({ status: 'submitted', batches: [{ status: 'submitted', full: true }] });
    const done = (await zuora.get(`/v1/batch-query/jobs/${text(made.body.id)}`)).body;
    expect(done).toMatchObject({ status: 'completed', batches: [{ status: 'completed', recordCount: 1 }] });
    const file = await zuora.get(`/v1/files/${text(done.batches?.[0]?.fileId)}`);
    expect(file.text).toBe('Account.Name,Invoice.Amount,InvoiceNumber\nAlpha,5,INV00000001\n');
  });

  it('exports only what changed since the last job of a partner and project', async () => {
    const run = async () => {
      const made = await zuora.call('POST', '/v1/batch-query/', {
        partner: 'salesforce',
        project: 'sync',
        queries: [export_('accounts', 'select Id from Account')],
      });
      return (await zuora.get(`/v1/batch-query/jobs/${text(made.body.id)}`)).body.batches?.[0];
    };
    await zuora.account();
    await zuora.today('2026-11-22');
    expect(await run()).toMatchObject({ full: true, recordCount: 1 });
    await zuora.today('2026-11-23');
    expect(await run()).toMatchObject({ full: false, recordCount: 0 });
    await zuora.account();
    expect(await run()).toMatchObject({ full: false, recordCount: 1 });
  });

  it('aborts a query that it cannot run, and refuses what it has not got', async () => {
    const made = await zuora.call('POST', '/v1/batch-query/', { queries: [export_('a', 'select Shoe from Account')] });
    const done = (await zuora.get(`/v1/batch-query/jobs/${text(made.body.id)}`)).body;
    expect(done).toMatchObject({ status: 'error', batches: [{ status: 'aborted' }] });
    expect((await zuora.call('POST', '/v1/batch-query/', { queries: [] })).status).toBe(400);
    const deleted = { ...export_('a', 'select Id from Account'), deleted: { column: 'D', format: 'Boolean' } };
    expect((await zuora.call('POST', '/v1/batch-query/', { queries: [deleted] })).status).toBe(501);
    expect((await zuora.get('/v1/files/none')).status).toBe(404);
  });
});
