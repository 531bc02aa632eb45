import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../server/platform/log.ts';
import { bumpKeys } from '../../server/sync/keys/bump.ts';
import { claimKeys } from '../../server/sync/keys/claim.ts';
import { commitResult } from '../../server/sync/keys/commit.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { createMirrorReader } from '../../server/sync/mirror/reader.ts';
import { createOrgRowsReader } from '../../server/sync/outbox/reader.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { KeyResult } from '../../server/workflows/ports/keyWork.ts';
import type { MirrorRecord, MirrorWrite } from '../../server/workflows/ports/mirror.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const KEY = 'stripe:account:cus_1';
const ACCOUNT_A = '001000000000001AAA';
const ACCOUNT_B = '001000000000002AAA';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate inbox, dirty, mirror, account_link, org_rows, account_due'));

const invoice = (second: number, body: unknown, more: Partial<MirrorRecord> = {}): MirrorRecord => ({
  key: 'stripe:invoice:in_1',
  kind: 'invoice',
  billingAccountKey: KEY,
  asOf: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
  version: 0,
  deleted: false,
  body,
  ...more,
});

/** Commits what working a key came to. */
async function commit(result: Partial<KeyResult>, key = KEY): Promise<void> {
  await bumpKeys(database.db, [key]);
  const claims = await claimKeys(database.db, 100, 60_000);
  await commitResult(
    database.db,
    stamp,
    claims.find((claim) => claim.key === key)!,
    { done: [], ...result },
  );
  await database.pool.query('update dirty set lease_owner = null, lease_until = null');
}
const save = (record: MirrorRecord, via: MirrorWrite['via'] = 'snapshot') => commit({ mirror: [{ record, via }] });
const link = (accountId: string | null) => commit({ link: { billingAccountKey: KEY, accountId } });
const dirtyKeys = async () =>
  (await database.db.selectFrom('dirty').select('key').orderBy('key').execute()).map((row) => row.key);
const clean = () => database.pool.query('truncate dirty');
const body = async () => (await createMirrorReader(database.db).ofBillingAccount(KEY))[0]?.body;

it('what has gone while its billing account moved is among the rows of the Account that it moved to', async () => {
  await link(ACCOUNT_A);
  await save(invoice(1, {}), 'fetch');
  const row = { object: 'Billing_Invoice__c', key: 'stripe:invoice:in_1', fields: {}, parents: {} };
  await commit({ projection: { accountId: ACCOUNT_A, rows: [row], nextChangeOn: null } }, 'account:projection:a');
  await commit({
    link: { billingAccountKey: KEY, accountId: ACCOUNT_B },
    mirror: [{ record: invoice(2, {}, { deleted: true }), via: 'fetch' }],
  });
  expect(await createOrgRowsReader(database.db).projected(ACCOUNT_B)).toEqual([row]);
});

describe('the mirror', () => {
  it('reads back what was saved', async () => {
    const record = invoice(1, { total: '10.00', lines: [1, 2] }, { version: 3 });
    await save(record);
    expect(await createMirrorReader(database.db).ofBillingAccount(KEY)).toEqual([record]);
  });

  it('never lets older state over newer, whatever the order it comes in', async () => {
    await save(invoice(2, 'paid'));
    await save(invoice(1, 'open'));
    expect(await body()).toBe('paid');
    await save(invoice(1, 'open'), 'fetch');
    expect(await body()).toBe('paid');
    await save(invoice(2, 'snapshot of the same second'));
    expect(await body()).toBe('paid');
    await save(invoice(2, 'fetched in the same second'), 'fetch');
    expect(await body()).toBe('fetched in the same second');
  });

  it('does not revive what was deleted', async () => {
    await save(invoice(2, 'open'));
    await save(invoice(2, 'open', { deleted: true }));
    await save(invoice(9, 'open'), 'fetch');
    expect(await createMirrorReader(database.db).ofBillingAccount(KEY)).toMatchObject([{ deleted: true }]);
  });

  it('keeps the newest of several writes of one record', async () => {
    await commit({
      mirror: [
        { record: invoice(3, 'newest'), via: 'snapshot' },
        { record: invoice(1, 'oldest'), via: 'snapshot' },
      ],
    });
    expect(await body()).toBe('newest');
  });

  it('has the Account projected anew when content changed, not when only the time did', async () => {
    await link(ACCOUNT_A);
    await save(invoice(1, { status: 'open', total: 1 }));
    expect(await dirtyKeys()).toEqual([`account:projection:${ACCOUNT_A}`]);
    await clean();
    await save(invoice(2, { total: 1, status: 'open' }));
    expect(await dirtyKeys()).toEqual([]);
  });

  it('has both Accounts projected anew when a billing account moves', async () => {
    await save(invoice(1, 'open'));
    expect(await dirtyKeys()).toEqual([]);
    await link(ACCOUNT_A);
    await clean();
    expect(await createMirrorReader(database.db).ofAccount(ACCOUNT_A)).toHaveLength(1);
    await link(ACCOUNT_B);
    expect(await dirtyKeys()).toEqual([`account:projection:${ACCOUNT_A}`, `account:projection:${ACCOUNT_B}`]);
    expect(await createMirrorReader(database.db).ofAccount(ACCOUNT_A)).toEqual([]);
    expect(await createMirrorReader(database.db).linkOf(KEY)).toEqual({ billingAccountKey: KEY, accountId: ACCOUNT_B });
  });

  it('keeps a billing account that no Account is named for', async () => {
    await link(null);
    await save(invoice(1, 'open'));
    expect(await body()).toBe('open');
    expect(await createMirrorReader(database.db).linkOf(KEY)).toBeNull();
  });
});

describe('a row whose billing account moves while both Accounts are being projected', () => {
  const row = (status: string) => ({
    object: 'Billing_Invoice__c',
    key: 'stripe:invoice:in_1',
    fields: { Status__c: status },
    parents: {},
  });
  const projection = (accountId: string) => `account:projection:${accountId}`;

  it('ends with the new Account, though the old one commits last', async () => {
    await commit(
      { projection: { accountId: ACCOUNT_A, rows: [row('Open')], nextChangeOn: null } },
      projection(ACCOUNT_A),
    );
    await bumpKeys(database.db, [projection(ACCOUNT_A), projection(ACCOUNT_B)]);
    const reader = createOrgRowsReader(database.db);
    let secondCommitted: () => void = () => {};
    const second = new Promise<void>((resolve) => (secondCommitted = resolve));
    let tries = 0;
    const worker = createKeyWorker({
      store: createPostgresStore(database, stamp),
      log: createLog('silent'),
      handler: async ({ key }) => {
        if (key === projection(ACCOUNT_B))
          return { done: [], projection: { accountId: ACCOUNT_B, rows: [row('Open')], nextChangeOn: null } };
        const before = await reader.projected(ACCOUNT_A);
        tries += 1;
        if (tries === 1) await second;
        return {
          done: [],
          projection: { accountId: ACCOUNT_A, rows: before.map(() => row('Removed')), nextChangeOn: null },
        };
      },
      onRows: () => secondCommitted(),
    });
    await worker.drain();
    expect(tries).toBe(2);
    expect(await reader.projected(ACCOUNT_A)).toEqual([]);
    expect(await reader.projected(ACCOUNT_B)).toEqual([row('Open')]);
  });
});
