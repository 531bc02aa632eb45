import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../server/platform/log.ts';
import { currentPriority } from '../../server/platform/priority.ts';
import { createActionLog, forgetOldActions, listActions } from '../../server/sync/actions/audit.ts';
import { createRefreshBook } from '../../server/sync/actions/refreshes.ts';
import { createSendBook } from '../../server/sync/actions/sends.ts';
import { createRequestBook } from '../../server/sync/actions/requests.ts';
import { bumpKeys, refetchNow } from '../../server/sync/keys/bump.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { PARTITIONS } from '../../server/sync/outbox/partition.ts';
import type { KeyClaim, KeyResult } from '../../server/workflows/ports/keyWork.ts';
import type { OrgWriteResult } from '../../server/workflows/ports/orgRows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** What a refresh makes of keys and rows, without billing systems and without an org. */

const ACCOUNT = '001000000000001AAA';
const KEY = 'stripe:account:cus_1';
const ALL = Array.from({ length: PARTITIONS }, (_, at) => at);
const who = { clientId: 'c', userId: '005000000000001AAA', accountId: ACCOUNT };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query(
    'truncate dirty, org_refresh, org_rows, org_object_pause, account_link, connection, invoice_send, org_request',
  );
});

const store = () => createPostgresStore(database, { orgId: '', mappingVersion: '' });

function worker(handler: (claim: KeyClaim) => Promise<KeyResult>) {
  return createKeyWorker({ store: store(), handler, log: createLog('silent'), concurrency: 1 } as never);
}

const link = (key: string) =>
  database.pool.query('insert into account_link (billing_account_key, account_id) values ($1, $2)', [key, ACCOUNT]);

async function row(key: string, number: string, status: string, hash: string): Promise<void> {
  await database.pool.query(
    `insert into org_rows (object, key, account_id, partition, fields, parents, hash, row_version, pending)
     values ('Billing_Invoice__c', $1, $2, 0, $3, '{}', $4, 1, false)
     on conflict (object, key) do update set fields = excluded.fields, hash = excluded.hash`,
    [key, ACCOUNT, JSON.stringify({ Number__c: number, Status__c: status }), hash],
  );
}

const dirty = async () =>
  (await database.pool.query('select key, interactive, refetch, batch from dirty order by key')).rows as {
    key: string;
    interactive: boolean;
    refetch: string[];
  }[];

describe('a key for which somebody waits', () => {
  it('is worked before keys that wait longer, with calls that go first, and is an ordinary one afterwards', async () => {
    const worked: [string, string][] = [];
    await bumpKeys(database.db, ['stripe:account:cus_0']);
    await database.pool.query(`update dirty set not_before = now() - interval '5 min'`);
    await refetchNow(database.db, [KEY]);
    await worker((claim) => {
      worked.push([claim.key, currentPriority()]);
      return Promise.resolve({ done: [], againAt: new Date(Date.now() + 3_600_000) });
    }).drain();
    expect(worked).toEqual([
      [KEY, 'interactive'],
      ['stripe:account:cus_0', 'mirror'],
    ]);
    expect(await dirty()).toMatchObject([{ interactive: false }, { interactive: false, refetch: [] }]);
  });

  it('is tried at once although it waits after a failure, and although a backfill wants it', async () => {
    await bumpKeys(database.db, [KEY], 600_000, true);
    await database.pool.query('update dirty set attempt = 3');
    await refetchNow(database.db, [KEY]);
    const [claim] = await store().claimKeys(1, 1000, 1);
    expect(claim).toMatchObject({ key: KEY, batch: false, interactive: true, attempt: 4 });
  });

  it('stays so when it was asked for while it is worked', async () => {
    await refetchNow(database.db, [KEY]);
    let asked = 0;
    await worker(async () => {
      if ((asked += 1) === 1) await refetchNow(database.db, [KEY]);
      return { done: [] };
    }).drain();
    expect(asked).toBe(2);
    expect(await dirty()).toEqual([]);
  });
});

describe('a refresh', () => {
  it('tells what changed of each kind, without amounts, and no more than twenty rows one by one', async () => {
    await link(KEY);
    for (let n = 0; n < 25; n += 1) await row(`i${n}`, `INV-${String(n).padStart(2, '0')}`, 'Open', 'a');
    const refreshes = createRefreshBook(database.db);
    const { jobId } = await refreshes.start(who);
    expect(await refreshes.look({ jobId, ...who })).toMatchObject({ state: 'Running', message: 'Reading stripe.' });
    await database.pool.query('delete from dirty');
    for (let n = 0; n < 24; n += 1)
      await row(`i${n}`, `INV-${String(n).padStart(2, '0')}`, n === 0 ? 'Paid' : 'Open', 'b');
    await row('i99', 'INV-99', 'Draft', 'a');
    const done = await refreshes.look({ jobId, ...who });
    const lines = done!.changes.split('\n');
    expect(done).toMatchObject({ state: 'Done', message: 'Refreshed.' });
    expect(lines.slice(0, 2)).toEqual(['Invoice INV-00: Open to Paid', 'Invoice INV-01: changed']);
    expect(lines.slice(-1)).toEqual(['And 5 more.']);
    expect(await refreshes.look({ jobId, ...who }), 'it stays what it was').toEqual(done);
  });

  it('waits for what is derived and written, and says what was refused', async () => {
    await link(KEY);
    const refreshes = createRefreshBook(database.db);
    const { jobId } = await refreshes.start(who);
    await database.pool.query('delete from dirty');
    await row('i1', 'INV-1', 'Open', 'a');
    await bumpKeys(database.db, [`account:projection:${ACCOUNT}`]);
    const look = () => refreshes.look({ jobId, ...who });
    expect(await look()).toMatchObject({ state: 'Running', message: 'Writing to Salesforce.' });
    await database.pool.query('delete from dirty');
    await database.pool.query('update org_rows set pending = true');
    expect(await look()).toMatchObject({ state: 'Running', message: 'Writing to Salesforce.' });
    await database.pool.query('update org_rows set quarantined_at = now()');
    expect(await look()).toMatchObject({
      state: 'Done',
      message: 'Refreshed. Salesforce refuses Invoice INV-1: tell your administrator.',
      changes: 'Invoice INV-1: new, Open',
    });
  });

  it('does not wait for what waits for a refused record, or for an object that cannot be written', async () => {
    await link(KEY);
    const refreshes = createRefreshBook(database.db);
    const { jobId } = await refreshes.start(who);
    const look = () => refreshes.look({ jobId, ...who });
    await database.pool.query('delete from dirty');
    const parent = { object: 'Billing_Subscription__c', key: 'stripe:subscription:sub_1', parents: {} };
    const account = { object: 'Billing_Account__c', key: 'stripe:account:cus_1' };
    const rows = [
      { ...account, fields: { Number__c: 'cus_1' }, parents: {} },
      { ...parent, fields: { Number__c: 'sub_1' } },
      ...['si_1', 'si_2'].map((id) => ({
        ...{ object: 'Billing_Charge__c', key: `stripe:charge:${id}`, fields: {} },
        parents: { Billing_Account__r: account, Billing_Subscription__r: parent },
      })),
      { object: 'Usage__c', key: 'stripe:usage:1', fields: {}, parents: {} },
    ];
    await store().setRows(ACCOUNT, rows);
    const answers: Record<string, OrgWriteResult> = {
      Billing_Account__c: { outcome: 'written' },
      Billing_Subscription__c: { outcome: 'refused', retry: 'never', code: 'X', message: 'No 4711.' },
      Billing_Charge__c: { outcome: 'refused', retry: 'after_parent', code: 'INVALID_FIELD', message: 'No parent.' },
      Usage__c: { outcome: 'refused', retry: 'mapping', code: 'INVALID_TYPE', message: 'No such object.' },
    };
    const sent = await store().takeRows(ALL, 100);
    expect(sent).toHaveLength(rows.length);
    const answer = async (...objects: string[]): Promise<void> => {
      const taken = sent.filter(({ row: { object } }) => objects.includes(object));
      const results = taken.map(({ row }) => answers[row.object]!);
      await store().recordResults(taken, results, () => 1);
    };
    const waits = { state: 'Running', message: 'Writing to Salesforce.' };
    expect(await look()).toMatchObject(waits);
    await answer('Billing_Charge__c');
    expect(await look(), 'a parent that may still be taken').toMatchObject(waits);
    await answer('Billing_Subscription__c');
    expect(await look(), 'an account and usage that were not answered').toMatchObject(waits);
    await answer('Billing_Account__c', 'Usage__c');
    expect(await look()).toMatchObject({
      state: 'Done',
      message: 'Refreshed. Salesforce refuses Subscription sub_1 and 3 more: tell your administrator.',
    });
  });

  it('that cannot be done says why: put aside, failing, taking too long', async () => {
    await link(KEY);
    const refreshes = createRefreshBook(database.db);
    const jobs: string[] = [];
    for (let n = 0; n < 3; n += 1) jobs.push((await refreshes.start(who)).jobId);
    const look = (n: number) => refreshes.look({ jobId: jobs[n]!, ...who });
    await database.pool.query(`update dirty set reason = 'It is busy.', attempt = 1`);
    expect(await look(0)).toMatchObject({ state: 'Running', message: 'stripe could not be read: It is busy.' });
    await database.pool.query(`update org_refresh set started_at = now() - interval '11 min' where id = $1`, [jobs[0]]);
    expect(await look(0)).toMatchObject({
      state: 'Failed',
      message: expect.stringContaining('longer than usual') as string,
    });
    await database.pool.query('update dirty set quarantined_at = now()');
    expect(await look(1)).toMatchObject({ state: 'Failed', message: 'stripe could not be read: It is busy.' });
    await database.pool.query('update dirty set quarantined_at = null');
    await database.pool.query(
      `insert into dirty (key, quarantined_at) values ('account:projection:${ACCOUNT}', now())`,
    );
    await database.pool.query('delete from dirty where key = $1', [KEY]);
    expect(await look(2)).toMatchObject({ state: 'Failed', message: expect.stringContaining('worked out') as string });
  });

  it('is one job however often it is begun under its name, and nobody else can look at it', async () => {
    await link(KEY);
    const refreshes = createRefreshBook(database.db);
    await refreshes.start({ ...who, jobId: 'job' });
    await database.pool.query('delete from dirty');
    await refreshes.start({ ...who, jobId: 'job' });
    expect(await dirty()).toEqual([]);
    for (const other of [{ clientId: 'd' }, { userId: '005' }, { accountId: '001' }, { jobId: 'x' }])
      expect(await refreshes.look({ jobId: 'job', ...who, ...other })).toBeNull();
  });
});

describe('requests and sends whose process died', () => {
  it('are taken up again after two minutes, and not before', async () => {
    const requests = createRequestBook(database.db);
    const name = { clientId: 'c', operation: 'resendinvoice', requestKey: 'k' };
    expect(await requests.claim(name, { a: 1, b: 2 })).toEqual({ state: 'new' });
    expect(await requests.claim(name, { b: 2, a: 1 })).toEqual({ state: 'running' });
    expect(await requests.claim(name, { a: 2 })).toEqual({ state: 'other' });
    await database.pool.query(`update org_request set at = at - interval '121 s'`);
    const claims = await Promise.all([1, 2].map(() => requests.claim(name, { a: 1, b: 2 })));
    expect(claims.map(({ state }) => state).toSorted()).toEqual(['new', 'running']);
  });

  it('have the same effect again, for the same request alone', async () => {
    const sends = createSendBook(database.db);
    const request = { invoiceKey: 'stripe:invoice:in_1', clientId: 'c', userId: 'u', requestKey: 'k' };
    const first = await sends.claim(request, 600_000);
    expect(await sends.claim(request, 600_000)).toEqual(first);
    expect(await sends.claim({ ...request, requestKey: 'other' }, 600_000)).toMatchObject({
      state: 'recent',
      sent: false,
    });
    await sends.end((first as { effectId: string }).effectId, 'refused');
    const second = await sends.claim(request, 600_000);
    expect(second).toMatchObject({ state: 'new' });
    expect(second).not.toEqual(first);
    await sends.end((second as { effectId: string }).effectId, 'sent');
    expect(await sends.claim(request, 600_000)).toMatchObject({ state: 'recent', sent: true });
  });
});

it('what was noted of calls is kept for 400 days, and what makes them happen once for a day', async () => {
  const { pool } = database;
  const audit = createActionLog(database.db);
  const entry = {
    clientId: 'c',
    orgId: '00D',
    userId: 'u',
    operation: 'paymentlink',
    accountId: ACCOUNT,
    subject: null,
  };
  for (const outcome of ['record_not_found', 'done']) await audit.end(await audit.begin(entry), outcome);
  await createRequestBook(database.db).claim({ clientId: 'c', operation: 'o', requestKey: 'k' }, {});
  await link(KEY);
  await createRefreshBook(database.db).start(who);
  const counts = async () => {
    await forgetOldActions(database.db);
    const tables = ['org_action', 'org_request', 'org_refresh'];
    return Promise.all(tables.map(async (table) => (await pool.query(`select 1 from ${table}`)).rowCount));
  };
  await pool.query(`update org_request set at = at - interval '23 hours'`);
  await pool.query(`update org_refresh set started_at = started_at - interval '23 hours'`);
  await pool.query(`update org_action set at = at - interval '399 days'`);
  expect(await counts()).toEqual([2, 1, 1]);
  await pool.query(`update org_request set at = at - interval '2 hours'`);
  await pool.query(`update org_refresh set started_at = started_at - interval '2 hours'`);
  expect(await counts()).toEqual([2, 0, 0]);
  await pool.query(`update org_action set at = at - interval '2 days' where outcome = 'done'`);
  expect(await counts()).toEqual([1, 0, 0]);
  expect(await listActions(database.db, { accountId: ACCOUNT.slice(0, 15), userId: null, limit: 5 })).toMatchObject([
    { outcome: 'record_not_found' },
  ]);
});
