import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createLog } from '../../server/platform/log.ts';
import { createBulkLane, type BulkOptions } from '../../server/sync/outbox/bulk.ts';
import { createBulkStore } from '../../server/sync/outbox/bulkJobs.ts';
import { createOutbox } from '../../server/sync/outbox/outbox.ts';
import { setOrgRows } from '../../server/sync/outbox/setRows.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import type { BulkRowResult, OrgBulkWriter, OrgRow, OrgWrite } from '../../server/workflows/ports/orgRows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const objectOrder = ['Account', 'Billing_Account__c', 'Billing_Invoice__c'];
const THRESHOLD = 10;

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, stamp);
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate org_rows, lease, bulk_job, api_budget, org_object_pause'));

const accountOf = (index: number) => `001${String(index).padStart(12, '0')}AAA`;
const invoice = (id: string, amount = 1): OrgRow => ({
  object: 'Billing_Invoice__c',
  key: `stripe:invoice:${id}`,
  fields: { Amount__c: amount },
  parents: {},
});
const set = (account: number, rows: OrgRow[], batch: boolean) =>
  database.db
    .transaction()
    .execute((transaction) => setOrgRows(transaction, stamp, accountOf(account), rows, { batch }));
const backfill = async (accounts = 20) => {
  for (let index = 0; index < accounts; index += 1) await set(index, [invoice(`in_${index}`)], true);
};
const rows = () => database.db.selectFrom('org_rows').selectAll().orderBy('key').execute();

/** Salesforce's side of bulk jobs, as told. */
function jobsThat(behaviour: Partial<OrgBulkWriter> = {}) {
  const uploads: (readonly OrgWrite[])[] = [];
  const log: string[] = [];
  const answer = (write: OrgWrite): BulkRowResult => ({
    key: write.row.key,
    rowVersion: write.rowVersion,
    result: { outcome: 'written' },
  });
  const bulk: OrgBulkWriter = {
    shapeOf: ({ row }) => Object.keys(row.fields).join(),
    create: () => Promise.resolve(`750${log.push('create')}`),
    upload: (_id, writes) => Promise.resolve(void uploads.push(writes)),
    state: () => Promise.resolve('done'),
    results: () => Promise.resolve(uploads.flat().map(answer)),
    abort: () => Promise.resolve(void log.push('abort')),
    ...behaviour,
  };
  return { bulk, uploads, log, answer };
}

const laneOver = (bulk: OrgBulkWriter, options: Partial<BulkOptions> = {}) =>
  createBulkLane({
    ...{ store, jobs: createBulkStore(database.db), bulk, objectOrder, log: createLog('silent') },
    ...{ threshold: THRESHOLD, pollMs: 1, ...options },
  });

function outboxOver(lane?: { objects(): readonly string[] }) {
  const calls: string[][] = [];
  const outbox = createOutbox({
    store,
    objectOrder,
    log: createLog('silent'),
    writer: {
      usage: () => null,
      write(chunks) {
        calls.push(chunks.flatMap(({ writes }) => writes.map(({ row }) => row.key)));
        return Promise.resolve(chunks.map(({ writes }) => writes.map(() => ({ outcome: 'written' }))));
      },
    },
    ...(lane ? { bulkObjects: lane.objects } : {}),
  });
  return { outbox, calls };
}

describe('bulk jobs', () => {
  it('take many rows that can wait, sorted by Account, and confirm each by its version', async () => {
    await backfill();
    const { bulk, uploads, log } = jobsThat();
    expect(await laneOver(bulk).runOnce()).toBe(20);
    expect(log).toEqual(['create']);
    const accounts = uploads[0]!.map(({ accountId }) => accountId);
    expect(accounts).toEqual([...accounts].sort());
    expect((await rows()).every(({ pending, bulk_job }) => !pending && bulk_job === null)).toBe(true);
    await backfill();
    expect((await rows()).some(({ pending }) => pending)).toBe(false);
  });

  it('are not made for few rows, for rows that must not wait, nor while the budget is for others', async () => {
    const { bulk, log } = jobsThat();
    await backfill(THRESHOLD);
    expect(await laneOver(bulk).runOnce()).toBe(0);
    for (let index = 0; index < 20; index += 1) await set(index, [invoice(`live_${index}`)], false);
    expect(await laneOver(bulk).runOnce()).toBe(0);
    await set(99, [invoice('in_99')], true);
    await store.noteUsage({ used: 75, limit: 100 });
    expect(await laneOver(bulk).runOnce()).toBe(0);
    expect(log).toEqual([]);
    await store.noteUsage({ used: 10, limit: 100 });
    expect(await laneOver(bulk).runOnce()).toBe(THRESHOLD + 1);
  });

  it('take refusals row by row, and leave what they did not answer to the calls', async () => {
    await backfill();
    const jobs = jobsThat({
      results: () =>
        Promise.resolve(
          jobs.uploads[0]!.slice(2).map((write, index) => ({
            ...jobs.answer(write),
            ...(index === 0
              ? {
                  result: {
                    outcome: 'refused',
                    retry: 'never',
                    code: 'STRING_TOO_LONG',
                    message: 'Too long.',
                  } as const,
                }
              : {}),
          })),
        ),
    });
    await laneOver(jobs.bulk).runOnce();
    const left = (await rows()).filter(({ pending }) => pending);
    expect(left.map(({ code }) => code).sort()).toEqual(['STRING_TOO_LONG', null, null].sort());
    const { outbox, calls } = outboxOver();
    expect(await outbox.flush()).toBe(2);
    expect(calls).toHaveLength(1);
  });

  it('hold up live rows of their own Accounts alone, and never have an Account that is in a call', async () => {
    await backfill();
    let seen: string[][] = [];
    const jobs = jobsThat({
      async state() {
        const { outbox, calls } = outboxOver();
        await set(3, [invoice('live_of_3')], false);
        await set(50, [invoice('live_of_50')], false);
        await outbox.flush();
        seen = calls;
        return 'done';
      },
    });
    await laneOver(jobs.bulk).runOnce();
    expect(seen).toEqual([['stripe:invoice:live_of_50']]);
    const { outbox, calls } = outboxOver();
    await outbox.flush();
    expect(calls).toEqual([['stripe:invoice:live_of_3']]);
  });

  it('leave rows alone whose partition another process writes now', async () => {
    await backfill();
    const all = Array.from({ length: 8 }, (_, index) => `outbox:${index}`);
    await store.takeLeases(all, 'another', 60_000);
    const { bulk, log } = jobsThat();
    expect(await laneOver(bulk).runOnce()).toBe(0);
    expect(log).toEqual([]);
  });

  it('keep a row pending that changed while its job was on its way', async () => {
    await backfill();
    const jobs = jobsThat({
      async state() {
        await set(3, [invoice('in_3', 7)], false);
        return 'done';
      },
    });
    await laneOver(jobs.bulk).runOnce();
    expect((await rows()).filter(({ pending }) => pending)).toMatchObject([{ key: 'stripe:invoice:in_3' }]);
    const { outbox } = outboxOver();
    expect(await outbox.flush()).toBe(1);
  });

  it('wait for parents that are not written yet, and go by calls meanwhile not at all', async () => {
    await backfill();
    for (let index = 0; index < 15; index += 1)
      await set(
        index,
        [{ object: 'Billing_Account__c', key: `stripe:account:${index}`, fields: {}, parents: {} }],
        true,
      );
    const { bulk, uploads } = jobsThat();
    const lane = laneOver(bulk);
    expect(await lane.runOnce()).toBe(15);
    expect(uploads[0]![0]!.row.object).toBe('Billing_Account__c');
    expect(lane.objects()).toEqual(['Billing_Account__c', 'Billing_Invoice__c']);
    const { outbox } = outboxOver(lane);
    expect(await outbox.flush()).toBe(0);
    expect(await lane.runOnce()).toBe(20);
  });

  it.each([
    ['that no job takes', () => null],
    ['of as many shapes that no shape has enough of them', ({ row }: OrgWrite) => String(Number(row.key.at(-1)) % 3)],
  ])('leave rows %s to the calls', async (_what, shapeOf) => {
    await backfill();
    const { bulk, log } = jobsThat({ shapeOf });
    const lane = laneOver(bulk);
    expect(await lane.runOnce()).toBe(0);
    expect(log).toEqual([]);
    const { outbox } = outboxOver(lane);
    expect(await outbox.flush()).toBe(20);
  });

  it.each([
    ['before Salesforce was asked', null, 'done', 0],
    ['before its rows were there', '750x', 'open', 0],
    ['while it ran', '750x', 'done', 20],
    ['and failed', '750x', 'failed', 0],
  ] as const)('that a process left %s are ended by the next one', async (_what, salesforceId, state, confirmed) => {
    await backfill();
    const taken = await store.takeRows([0, 1, 2, 3, 4, 5, 6, 7], 100);
    const jobs = createBulkStore(database.db);
    await jobs.addBulkJob('left', 'Billing_Invoice__c', taken);
    if (salesforceId) await jobs.noteBulkJob('left', salesforceId);
    const { outbox } = outboxOver();
    expect(await outbox.flush()).toBe(0);
    const other = jobsThat({
      state: () => Promise.resolve(state),
      results: () => Promise.resolve(taken.map(other_answer)),
    });
    function other_answer(write: OrgWrite): BulkRowResult {
      return other.answer(write);
    }
    // With a threshold that no new job reaches.
    await laneOver(other.bulk, { threshold: 1000 }).runOnce();
    expect(other.log).toEqual(state === 'open' ? ['abort'] : []);
    const after = await rows();
    expect(after.filter(({ pending }) => !pending)).toHaveLength(confirmed);
    expect(after.every(({ bulk_job }) => bulk_job === null)).toBe(true);
    expect(await jobs.bulkJobs()).toEqual([]);
    expect(await outbox.flush()).toBe(20 - confirmed);
  });

  it('go on after an outage with the job that runs, and make no second one', async () => {
    await backfill();
    let asked = 0;
    const jobs = jobsThat({
      state() {
        asked += 1;
        if (asked > 1) return Promise.resolve('done');
        return Promise.reject(new Fault({ code: 'x', kind: 'unavailable', publicText: 'Down.' }));
      },
    });
    const lane = laneOver(jobs.bulk, { random: () => 0 });
    await expect(lane.runOnce()).rejects.toThrow('Down.');
    await lane.runOnce();
    expect(jobs.log).toEqual(['create']);
    expect((await rows()).some(({ pending }) => pending)).toBe(false);
  });

  it('that the org will not have leave their rows to the calls', async () => {
    await backfill();
    const refused = new Fault({ code: 'x', kind: 'forbidden', publicText: 'No Bulk API in this edition.' });
    const { bulk } = jobsThat({ create: () => Promise.reject(refused) });
    const lane = laneOver(bulk);
    await expect(lane.runOnce()).rejects.toThrow('No Bulk API');
    await lane.runOnce();
    expect(lane.objects()).toEqual([]);
    const { outbox } = outboxOver(lane);
    expect(await outbox.flush()).toBe(20);
  });

  it('do not keep a row waiting that a live change is about', async () => {
    await backfill();
    await set(3, [invoice('in_3')], false);
    const { bulk, uploads } = jobsThat();
    const lane = laneOver(bulk);
    await lane.runOnce();
    expect(uploads[0]!.map(({ row }) => row.key)).not.toContain('stripe:invoice:in_3');
  });
});
