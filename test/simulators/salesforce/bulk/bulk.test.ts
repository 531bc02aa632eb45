import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningSalesforce } from '../main.ts';
import { USERS } from '../org/seed.ts';
import { accountOf, callsOf, startTestOrg } from '../testing.ts';

type Job = Record<string, unknown> & { id: string; state: string };

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
let token: string;
beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
  token = sim.tokenFor(USERS.rep);
});
afterAll(() => sim.close());
afterEach(() => rest({ bulkDelayMs: 0, bulkBatchLimit: 15_000 }));

async function rest(switches: object): Promise<void> {
  await fetch(`${sim.url}/__sim/rest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(switches),
  });
}

async function csv(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${sim.url}/services/data/v66.0${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function open(job: object): Promise<Job> {
  const { status, body } = await rep.call('POST', '/jobs/ingest', { object: 'Account', operation: 'insert', ...job });
  expect(status).toBe(200);
  return body as Job;
}
const info = async (id: string, kind = 'ingest'): Promise<Job> =>
  (await rep.call('GET', `/jobs/${kind}/${id}`)).body as Job;
const ended = (id: string, kind = 'ingest') =>
  vi.waitFor(
    async () => {
      const job = await info(id, kind);
      expect(['JobComplete', 'Failed', 'Aborted']).toContain(job.state);
      return job;
    },
    { timeout: 10_000, interval: 5 },
  );
const close = (id: string) => rep.call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' });

type Loaded = Job & { good: string; bad: string; left: string };
async function load(job: object, content: string): Promise<Loaded> {
  const { id } = await open(job);
  expect((await csv('PUT', `/jobs/ingest/${id}/batches`, content)).status).toBe(201);
  await close(id);
  const done = await ended(id);
  const results = async (what: string) => (await csv('GET', `/jobs/ingest/${id}/${what}`)).text;
  return {
    ...done,
    good: await results('successfulResults'),
    bad: await results('failedResults'),
    left: await results('unprocessedrecords'),
  };
}
const named = (name: string) => sim.org.all('Account').find((record) => record['Name'] === name);

describe('ingest jobs', () => {
  it('go from Open to UploadComplete, InProgress and JobComplete, each as long as the switch says', async () => {
    const job = await open({ lineEnding: 'LF' });
    expect(job).toMatchObject({
      id: expect.stringMatching(/^750\w{15}$/),
      state: 'Open',
      object: 'Account',
      operation: 'insert',
      apiVersion: 66,
      contentType: 'CSV',
      concurrencyMode: 'Parallel',
      columnDelimiter: 'COMMA',
      lineEnding: 'LF',
      contentUrl: `services/data/v66.0/jobs/ingest/${job.id}/batches`,
      createdById: sim.org.userNamed(USERS.rep)!.Id,
    });
    await rest({ bulkDelayMs: 1000 });
    await csv('PUT', `/jobs/ingest/${job.id}/batches`, 'Name\nSlow\n');
    expect((await close(job.id)).body).toMatchObject({ state: 'UploadComplete' });
    expect((await csv('GET', `/jobs/ingest/${job.id}/successfulResults`)).status).toBe(400);
    await vi.waitFor(async () => expect((await info(job.id)).state).toBe('InProgress'), {
      timeout: 10_000,
      interval: 20,
    });
    expect(named('Slow')).toBeUndefined();
    expect(await ended(job.id)).toMatchObject({
      state: 'JobComplete',
      jobType: 'V2Ingest',
      numberRecordsProcessed: 1,
      numberRecordsFailed: 0,
      retries: 0,
    });
    expect(named('Slow')).toBeDefined();
    expect((await rep.call('PATCH', `/jobs/ingest/${job.id}`, { state: 'Aborted' })).body).toEqual([
      { errorCode: 'INVALIDJOBSTATE', message: 'Aborting already Completed Job not allowed' },
    ]);
  });

  it('upsert by external id with parents by theirs, one bad row failing by itself', async () => {
    token = sim.tokenFor(USERS.integration);
    const integration = callsOf(sim, 'integration');
    rep = integration;
    const accountId = accountOf(sim, 'rep');
    const first = await load(
      { object: 'Billing_Account__c', operation: 'upsert', externalIdFieldName: 'Key__c' },
      `Key__c,Account__c,Row_Version__c\nstripe:account:1,${accountId},1\nstripe:account:2,001000000000001AAA,1\n`,
    );
    expect(first).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    const id = first.good.split('\n')[1]!.slice(1, 19);
    expect(first.good).toBe(
      `"sf__Id","sf__Created","Key__c","Account__c","Row_Version__c"\n"${id}","true","stripe:account:1","${accountId}","1"\n`,
    );
    expect(first.bad).toContain('"","INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--","stripe:account:2"');
    expect(first.left).toBe('"Key__c","Account__c","Row_Version__c"\n');
    const second = await load(
      { object: 'Billing_Account__c', operation: 'upsert', externalIdFieldName: 'key__c' },
      'Key__c,Row_Version__c\nstripe:account:1,2\n',
    );
    expect(second).toMatchObject({ externalIdFieldName: 'Key__c', numberRecordsFailed: 0 });
    expect(second.good).toContain(`"${id}","false"`);
    rep = callsOf(sim, 'rep');
    token = sim.tokenFor(USERS.rep);
  });

  it('update and delete by Id; empty cells say nothing and #N/A empties', async () => {
    const id = accountOf(sim, 'rep', { Name: 'Changed', Phone: '1', Website: 'https://a.example' });
    const updated = await load({ operation: 'update' }, `Id,Name,Phone,Website\n${id},,#N/A,https://b.example\n`);
    expect(updated.good).toContain(`"${id}","false"`);
    expect(sim.org.get('Account', id)).toMatchObject({ Name: 'Changed', Phone: null, Website: 'https://b.example' });
    const removed = await load({ operation: 'delete' }, `Id\n${id}\n001000000000001AAA\n`);
    expect(removed).toMatchObject({ numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    expect(removed.bad).toContain('"001000000000001AAA","INVALID_CROSS_REFERENCE_KEY:');
    expect(sim.org.get('Account', id)).toBeNull();
  });

  it('upsert by Id makes records where the cell is empty', async () => {
    const id = accountOf(sim, 'rep', { Name: 'Old one' });
    const { good } = await load(
      { operation: 'upsert', externalIdFieldName: 'Id' },
      `Id,Name\n${id},Renamed\n,Brand new\n`,
    );
    expect(good).toContain(`"${id}","false"`);
    expect(good).toMatch(/"001\w{15}","true","","Brand new"/);
  });

  it('read every delimiter, CRLF, quotes and line breaks inside them, and write results the same way', async () => {
    const { good } = await load(
      { columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' },
      'Name;Description\r\n"Semi; ""colon""";"two\nlines"\r\n',
    );
    expect(good).toMatch(
      /^"sf__Id";"sf__Created";"Name";"Description"\r\n"001\w+";"true";"Semi; ""colon""";"two\nlines"\r\n$/,
    );
    expect(named('Semi; "colon"')).toMatchObject({ Description: 'two\nlines' });
    for (const [columnDelimiter, sign] of Object.entries({ BACKQUOTE: '`', CARET: '^', PIPE: '|', TAB: '\t' })) {
      const { numberRecordsFailed } = await load({ columnDelimiter }, `Name${sign}Phone\n${columnDelimiter}${sign}1\n`);
      expect([columnDelimiter, numberRecordsFailed, named(columnDelimiter)?.['Phone']]).toEqual([
        columnDelimiter,
        0,
        '1',
      ]);
    }
  });

  it('convert cells to the type of their field, and fail rows whose cells have another', async () => {
    const { good, bad } = await load({}, 'Name,NumberOfEmployees,AnnualRevenue\nTyped,12,1.5e6\nWrong,many,1\n');
    expect(good).toContain('"Typed"');
    expect(named('Typed')).toMatchObject({ NumberOfEmployees: 12, AnnualRevenue: 1_500_000 });
    expect(bad).toContain(
      '"INVALID_TYPE_ON_FIELD_IN_RECORD:Employees: value not of required type: many:NumberOfEmployees --"',
    );
    const deals = await load(
      { object: 'Opportunity' },
      'Name,StageName,CloseDate\nA,Prospecting,2026-13-01\nB,Prospecting,2026-12-01\n',
    );
    expect(deals.good).toContain('"B"');
    expect(deals.bad).toContain(
      '"INVALID_TYPE_ON_FIELD_IN_RECORD:Close Date: value not of required type: 2026-13-01:CloseDate --"',
    );
  });

  it.each<[string, object, string, string]>([
    ['an unknown column', {}, 'Name,Nothing__c\na,b\n', 'InvalidBatch : Field name not found : Nothing__c'],
    ['a byte order mark', {}, '\uFEFFName\na\n', 'InvalidBatch : Field name not found : \uFEFFName'],
    ['a column twice', {}, 'Name,name\na,b\n', 'InvalidBatch : Duplicate field name : name'],
    [
      'CRLF in a job of LF',
      {},
      'Name\r\na\r\n',
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
    ],
    [
      'LF in a job of CRLF',
      { lineEnding: 'CRLF' },
      'Name\na\n',
      'ClientInputError : LineEnding is invalid on user data',
    ],
    ['a line that is too long', {}, 'Name\na,b\n', 'InvalidBatch : Failed to parse CSV'],
    ['a quote that does not end', {}, 'Name\n"a\n', 'InvalidBatch : Failed to parse CSV'],
  ])('fail as a whole for %s', async (_what, job, content, message) => {
    const before = sim.org.all('Account').length;
    const done = await load(job, content);
    expect(done.state).toBe('Failed');
    expect(done['errorMessage']).toContain(message);
    expect(done['numberRecordsProcessed']).toBe(0);
    expect(done.left.replaceAll('"', '')).toContain('a');
    expect(sim.org.all('Account')).toHaveLength(before);
  });

  it('fail as a whole for a column that the user may not read', async () => {
    rep = callsOf(sim, 'repWithoutBilling');
    token = sim.tokenFor(USERS.repWithoutBilling);
    const done = await load({}, 'Name,Billing_Status__c\na,b\n');
    rep = callsOf(sim, 'rep');
    token = sim.tokenFor(USERS.rep);
    expect(done).toMatchObject({ errorMessage: 'InvalidBatch : Field name not found : Billing_Status__c' });
  });

  it('delete for good with the permission to', async () => {
    const access = sim.org.accessOf(sim.org.userNamed(USERS.rep)!.Id);
    const granted = vi.spyOn(access, 'hasPermission').mockReturnValue(true);
    const id = accountOf(sim, 'rep', { Name: 'For good' });
    const done = await load({ operation: 'hardDelete' }, `Id\n${id}\n`);
    granted.mockRestore();
    expect(done).toMatchObject({ numberRecordsProcessed: 1, numberRecordsFailed: 0 });
    const text = encodeURIComponent(`SELECT Id FROM Account WHERE Id = '${id}'`);
    expect((await rep.call('GET', `/queryAll?q=${text}`)).body).toMatchObject({ totalSize: 0 });
  });

  it('work off many rows in transactions of 200, promise no order of results, and count batches', async () => {
    const sizes: number[] = [];
    const stop = sim.org.onCommit(({ changes }) => sizes.push(changes.length));
    const limit = async () =>
      ((await rep.call('GET', '/limits')).body as { DailyBulkApiBatches: { Remaining: number } }).DailyBulkApiBatches
        .Remaining;
    const before = await limit();
    const rows = Array.from({ length: 450 }, (_, at) => `Mass ${at}`);
    const done = await load({}, `Name\n${rows.join('\n')}\n`);
    stop();
    expect(done).toMatchObject({ numberRecordsProcessed: 450, numberRecordsFailed: 0 });
    expect(sizes).toEqual([200, 200, 50]);
    expect(before - (await limit())).toBe(1);
    expect(done.good.split('\n')[1]).toContain('"Mass 400"');
  });

  it('with nothing in them end with empty results', async () => {
    const { id } = await open({});
    await close(id);
    expect(await ended(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 0 });
    expect((await csv('GET', `/jobs/ingest/${id}/successfulResults`)).text).toBe('"sf__Id","sf__Created"\n');
    expect((await csv('GET', `/jobs/ingest/${id}/unprocessedrecords`)).text).toBe('');
  });

  it('try rows that are locked again, and fail them when they stay locked', async () => {
    const lock = (accountId: string, ms: number) =>
      fetch(`${sim.url}/__sim/lock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ accountId, ms }),
      });
    const id = accountOf(sim, 'rep', { Name: 'Locked' });
    await lock(id, 120);
    const content = `AccountId,LastName\n${id},Waiting\n`;
    const patient = await load({ object: 'Contact' }, content);
    expect(patient).toMatchObject({ numberRecordsFailed: 0 });
    expect(patient['retries']).toBeGreaterThan(0);
    await lock(id, 60_000);
    const failed = await load({ object: 'Contact' }, content);
    expect(failed).toMatchObject({ numberRecordsFailed: 1, retries: 10 });
    expect(failed.bad).toContain('UNABLE_TO_LOCK_ROW:unable to obtain exclusive access');
  });

  it('name their client in the origin of changes', async () => {
    const origins = new Set<string>();
    const stop = sim.org.onCommit(({ origin }) => origins.add(origin));
    const answer = await fetch(`${sim.url}/services/data/v66.0/jobs/ingest`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'sforce-call-options': 'client=sfdx toolbelt:; defaultNamespace=x',
      },
      body: '{"object":"Account","operation":"insert"}',
    });
    const { id } = (await answer.json()) as Job;
    await csv('PUT', `/jobs/ingest/${id}/batches`, 'Name\nTagged\n');
    await close(id);
    await ended(id);
    stop();
    expect([...origins]).toEqual(['com/salesforce/api/bulkapi/66.0;client=sfdx toolbelt:']);
  });

  it('take job and file in one multipart request', async () => {
    const body = [
      '--B',
      'Content-Type: application/json',
      'Content-Disposition: form-data; name="job"',
      '',
      '{"object":"Account","operation":"insert","lineEnding":"CRLF"}',
      '--B',
      'Content-Type: text/csv',
      'Content-Disposition: form-data; name="content"; filename="content"',
      '',
      'Name\r\nMultipart\r\n',
      '--B--',
      '',
    ].join('\r\n');
    const type = { 'content-type': 'multipart/form-data; boundary=B' };
    const answer = await csv('POST', '/jobs/ingest', body, type);
    expect(answer.status).toBe(200);
    const job = JSON.parse(answer.text) as Job;
    expect(job.state).toBe('UploadComplete');
    expect(await ended(job.id)).toMatchObject({ numberRecordsProcessed: 1, numberRecordsFailed: 0 });
    for (const bad of ['', '--B\r\n\r\nx\r\n--B--'])
      expect((await csv('POST', '/jobs/ingest', bad, type)).text).toContain('CLIENTINPUTERROR');
  });

  it('are aborted, deleted and listed, and refuse what their state does not allow', async () => {
    await rest({ bulkDelayMs: 60_000 });
    const { id } = await open({});
    expect((await rep.call('DELETE', `/jobs/ingest/${id}`)).body).toMatchObject([{ errorCode: 'INVALIDJOBSTATE' }]);
    await csv('PUT', `/jobs/ingest/${id}/batches`, 'Name\nNever\n');
    expect((await csv('PUT', `/jobs/ingest/${id}/batches`, 'Name\nTwice\n')).text).toContain('Found multiple contents');
    await close(id);
    expect((await close(id)).body).toMatchObject([{ errorCode: 'INVALIDJOBSTATE' }]);
    expect((await csv('PUT', `/jobs/ingest/${id}/batches`, 'Name\n')).text).toContain('INVALIDJOBSTATE');
    expect((await rep.call('PATCH', `/jobs/ingest/${id}`, { state: 'Aborted' })).body).toMatchObject({
      state: 'Aborted',
    });
    expect((await csv('GET', `/jobs/ingest/${id}/unprocessedrecords`)).text).toBe('Name\nNever\n');
    const { body } = await rep.call('GET', '/jobs/ingest');
    expect(body).toMatchObject({ done: true, nextRecordsUrl: null });
    expect((body as { records: Job[] }).records[0]).toMatchObject({ id, state: 'Aborted' });
    expect((await rep.call('DELETE', `/jobs/ingest/${id}`)).status).toBe(204);
    expect((await rep.call('GET', `/jobs/ingest/${id}`)).status).toBe(404);
    expect(named('Never')).toBeUndefined();
  });

  it('belong to their owner', async () => {
    const { id } = await open({});
    expect((await callsOf(sim, 'otherRep').call('GET', `/jobs/ingest/${id}`)).status).toBe(404);
    expect((await callsOf(sim, 'admin').call('GET', `/jobs/ingest/${id}`)).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown operation', { operation: 'merge' }, 'INVALIDOPERATION'],
    ['an unknown object', { object: 'Nothing__c' }, 'INVALIDENTITY'],
    ['upsert without a key', { operation: 'upsert' }, 'INVALIDJOB'],
    ['upsert by a field that is no key', { operation: 'upsert', externalIdFieldName: 'Name' }, 'INVALIDJOB'],
    ['insert with a key', { externalIdFieldName: 'Id' }, 'INVALIDJOB'],
    ['another content type', { contentType: 'JSON' }, 'INVALIDJOB'],
    ['an unknown delimiter', { columnDelimiter: 'SPACE' }, 'INVALIDJOB'],
    ['an unknown line ending', { lineEnding: 'CR' }, 'INVALIDJOB'],
    ['hardDelete without its permission', { operation: 'hardDelete' }, 'FEATURENOTENABLED'],
    ['a name that nobody knows', { foo: 1 }, 'JSON_PARSER_ERROR'],
  ])('are refused for %s', async (_what, job, errorCode) => {
    const asked = { object: 'Account', operation: 'insert', ...job };
    expect(await rep.call('POST', '/jobs/ingest', asked)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });

  it('are refused for upsert by a key that the user may not read', async () => {
    const asked = { object: 'Billing_Account__c', operation: 'upsert', externalIdFieldName: 'Key__c' };
    expect((await rep.call('POST', '/jobs/ingest', asked)).status).toBe(200);
    const access = sim.org.accessOf(sim.org.userNamed(USERS.rep)!.Id);
    const readable = vi.spyOn(access, 'readsField').mockReturnValue(false);
    const answer = await rep.call('POST', '/jobs/ingest', asked);
    readable.mockRestore();
    expect(answer).toMatchObject({ status: 400, body: [{ errorCode: 'INVALIDJOB' }] });
  });

  it('are refused once the batches of the day are used up, and for files that are no CSV', async () => {
    await rest({ bulkBatchLimit: 0 });
    expect((await rep.call('POST', '/jobs/ingest', { object: 'Account', operation: 'insert' })).body).toMatchObject([
      { errorCode: 'EXCEEDEDQUOTA' },
    ]);
    await rest({ bulkBatchLimit: 15_000 });
    const { id } = await open({});
    const wrong = await csv('PUT', `/jobs/ingest/${id}/batches`, '{}', { 'content-type': 'application/json' });
    expect([wrong.status, wrong.text]).toEqual([415, expect.stringContaining('UNSUPPORTED_MEDIA_TYPE')]);
    expect((await rep.call('PATCH', `/jobs/ingest/${id}`, { state: 'Done' })).body).toMatchObject([
      { errorCode: 'INVALIDJOBSTATE' },
    ]);
  });
});

describe('query jobs', () => {
  const ask = (query: string, more: object = {}) =>
    rep.call('POST', '/jobs/query', { operation: 'query', query, ...more });

  it('give their rows in pages by a locator', async () => {
    const userId = sim.org.userNamed(USERS.rep)!.Id;
    sim.org.insert(
      'Account',
      ['one', 'two', 'three'].map((Name) => ({ Name: `Page ${Name}`, Phone: 'page' })),
      { userId },
    );
    const made = await ask("SELECT Name, Owner.Name FROM Account WHERE Phone = 'page' ORDER BY Name");
    expect(made.body).toMatchObject({ state: 'UploadComplete', object: 'Account', operation: 'query', apiVersion: 66 });
    const { id } = made.body as Job;
    expect(await ended(id, 'query')).toMatchObject({ jobType: 'V2Query', numberRecordsProcessed: 3 });
    const first = await csv('GET', `/jobs/query/${id}/results?maxRecords=2`);
    expect(first.text).toBe('"Name","Owner.Name"\n"Page one","Riley Rep"\n"Page three","Riley Rep"\n');
    expect([first.headers.get('sforce-numberofrecords'), first.headers.get('content-type')]).toEqual(['2', 'text/csv']);
    const locator = first.headers.get('sforce-locator')!;
    const last = await csv('GET', `/jobs/query/${id}/results?maxRecords=2&locator=${locator}`);
    expect(last.text).toBe('"Name","Owner.Name"\n"Page two","Riley Rep"\n');
    expect(last.headers.get('sforce-locator')).toBe('null');
    expect((await csv('GET', `/jobs/query/${id}/results?locator=nonsense`)).text).toContain('INVALID_QUERY_LOCATOR');
    expect((await csv('GET', `/jobs/query/${id}/results?maxRecords=0`)).status).toBe(400);
  });

  it('show deleted records to queryAll alone, and a header when there is nothing', async () => {
    const id = accountOf(sim, 'rep', { Name: 'Gone' });
    sim.org.remove('Account', [id], { userId: sim.org.userNamed(USERS.rep)!.Id });
    const text = `SELECT Id, IsDeleted FROM Account WHERE Id = '${id}'`;
    const lines = async (operation: string) => {
      const { id: job } = (await ask(text, { operation })).body as Job;
      await ended(job, 'query');
      return (await csv('GET', `/jobs/query/${job}/results`)).text;
    };
    expect(await lines('query')).toBe('"Id","IsDeleted"\n');
    expect(await lines('queryAll')).toBe(`"Id","IsDeleted"\n"${id}","true"\n`);
  });

  it('are aborted, deleted and listed', async () => {
    await rest({ bulkDelayMs: 60_000 });
    const { id } = (await ask('SELECT Id FROM Account')).body as Job;
    expect((await csv('GET', `/jobs/query/${id}/results`)).text).toContain('INVALIDJOBSTATE');
    expect((await rep.call('DELETE', `/jobs/query/${id}`)).body).toMatchObject([{ errorCode: 'INVALIDJOBSTATE' }]);
    expect((await rep.call('PATCH', `/jobs/query/${id}`, { state: 'Aborted' })).body).toMatchObject({
      state: 'Aborted',
    });
    expect(((await rep.call('GET', '/jobs/query')).body as { records: Job[] }).records[0]!.id).toBe(id);
    expect((await rep.call('DELETE', `/jobs/query/${id}`)).status).toBe(204);
  });

  it.each<[string, string, string]>([
    ['what is no SOQL', 'SELECT FROM', 'MALFORMED_QUERY'],
    ['unknown fields', 'SELECT Nothing__c FROM Account', 'INVALID_FIELD'],
    ['unknown objects', 'SELECT Id FROM Nothing__c', 'INVALID_TYPE'],
    ['aggregates', 'SELECT COUNT(Id) FROM Account', 'API_ERROR'],
    ['groups', 'SELECT Name FROM Account GROUP BY Name', 'API_ERROR'],
    ['children', 'SELECT Id, (SELECT Id FROM Contacts) FROM Account', 'API_ERROR'],
    ['OFFSET', 'SELECT Id FROM Account LIMIT 1 OFFSET 1', 'API_ERROR'],
  ])('are refused for %s', async (_what, query, errorCode) => {
    expect(await ask(query)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });
});

it('Bulk API 1.0 answers 501 and says so', async () => {
  const answer = await fetch(`${sim.url}/services/async/50.0/job`, { method: 'POST', body: '<jobInfo/>' });
  expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('Bulk API 1.0 is not simulated')]);
  const unsupported = await (await fetch(`${sim.url}/__sim/unsupported`)).json();
  expect(unsupported).toMatchObject({ 'Bulk API 1.0': 1 });
});
