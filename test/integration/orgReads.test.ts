import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { refusalsOfMissing } from '../../server/connectors/salesforce/errors.ts';
import { createLog } from '../../server/platform/log.ts';
import { currentPriority } from '../../server/platform/priority.ts';
import { createOrgCheck } from '../../server/sync/drift/check.ts';
import { createIntake } from '../../server/sync/inbox/intake.ts';
import { createBatchReads } from '../../server/sync/outbox/batchReads.ts';
import { createOutbox } from '../../server/sync/outbox/outbox.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import type { BatchReads } from '../../server/workflows/ports/org.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const ACCOUNT = '001000000000001AAA';
const ORG = '00D000000000001AAA';
const held = { version: 1, accountId: null, fields: {}, parents: {}, changedBy: '005000000000001AAA' };
const log = createLog('silent');
const noon = new Date('2026-11-21T12:00:00Z');

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: ORG, mappingVersion: '1' });
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate org_rows, org_account, org_check, lease, upstream, api_budget, dirty'));

const reads = (used: { now: number } = { now: 0 }): BatchReads =>
  createBatchReads({ store, reserve: 0.2, usage: async () => ({ used: used.now, limit: 1000 }) });

/** A check of an org in which everything is as it should be. @returns it, and the calls that it made */
function check(batch: BatchReads) {
  const calls: string[] = [];
  const orgCheck = createOrgCheck({
    db: database.db,
    orgId: ORG,
    reader: {
      account: async (id) => ({ id, deleted: false, masterId: null, modstamp: noon, held }),
      rows: async () => new Map(),
      rowsOf: async () => {
        calls.push(currentPriority());
        return { rows: new Map(), withoutKey: 0 };
      },
    },
    reads: batch,
    intake: createIntake(store),
    differs: () => false,
    refusalsOfMissing,
    clock: { now: () => noon, businessNow: () => noon },
    timeZone: 'UTC',
    log,
  });
  return { calls, orgCheck };
}

const accountRow: OrgRow = { object: 'Account', key: ACCOUNT, fields: { Billing_Plan__c: 'Growth' }, parents: {} };
const dirtyKeys = async () =>
  (await database.pool.query<{ key: string }>('select key from dirty order by key')).rows.map(({ key }) => key);

/** Writes the row of an Account into an org that answers with a code; null when it writes it. */
async function write(code: string | null): Promise<void> {
  const outbox = createOutbox({
    store,
    objectOrder: ['Account'],
    log,
    writer: {
      write: async (chunks) =>
        chunks.map(({ writes }) =>
          writes.map(() =>
            code === null
              ? { outcome: 'written' as const }
              : { outcome: 'refused' as const, retry: 'never' as const, code, message: 'entity is deleted' },
          ),
        ),
      usage: () => null,
    },
  });
  await outbox.setRows(ACCOUNT, [accountRow]);
  await outbox.flush();
}

it('reads that can wait stop before the reserve of API calls, as batch work, and tell what is left', async () => {
  const used = { now: 690 };
  const batch = reads(used);
  expect(await batch(async () => currentPriority())).toBe('batch');
  used.now = 700;
  await batch(async () => {});
  let called = false;
  await expect(batch(async () => (called = true))).rejects.toMatchObject({
    code: 'salesforce_calls_reserved',
    retryable: true,
    notTried: true,
  });
  expect(called).toBe(false);
});

it('reads that can wait find out once in a while whether calls have come free', async () => {
  const used = { now: 900 };
  const batch = reads(used);
  await batch(async () => {});
  await expect(batch(async () => {})).rejects.toMatchObject({ code: 'salesforce_calls_reserved' });
  await database.pool.query("update api_budget set read_at = now() - interval '6 min'");
  used.now = 100;
  await batch(async () => {});
  await batch(async () => {});
});

it('the daily check makes no call while what is left of the API calls is for others, and goes on where it was', async () => {
  await write(null);
  await store.noteUsage({ used: 800, limit: 1000 });
  const { calls, orgCheck } = check(reads());
  await expect(orgCheck.tick()).rejects.toMatchObject({ code: 'salesforce_calls_reserved' });
  expect(calls).toEqual([]);
  await store.noteUsage({ used: 100, limit: 1000 });
  expect(await orgCheck.tick()).toBe(1);
  expect(calls).toEqual(['batch']);
});

it.each(refusalsOfMissing)('an Account whose row is refused with %s is looked at, once', async (code) => {
  await write(code);
  const { orgCheck } = check(reads());
  await orgCheck.tick();
  expect(await dirtyKeys()).toEqual([`salesforce:Account:${ACCOUNT}`]);
  await database.pool.query('truncate dirty');
  await database.pool.query(
    `insert into org_account (account_id, state, modstamp, read_at) values ($1, 'live', now(), now() + interval '1 s')`,
    [ACCOUNT],
  );
  await orgCheck.tick();
  expect((await dirtyKeys()).filter((key) => key.startsWith('salesforce:Account:'))).toEqual([]);
});

it('an Account whose row is refused for another reason is not taken for gone', async () => {
  await write('FIELD_CUSTOM_VALIDATION_EXCEPTION');
  const { orgCheck } = check(reads());
  await orgCheck.tick();
  expect((await dirtyKeys()).filter((key) => key.startsWith('salesforce:Account:'))).toEqual([]);
});
