import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../server/domain/fault.ts';
import { PARTITIONS, partitionOf } from '../../../server/sync/outbox/partition.ts';
import type { Store } from '../../../server/sync/store.ts';
import type { OrgRow, OrgWriteResult } from '../../../server/workflows/ports/orgRows.ts';
import { STAMP, SUBJECTS, type Subject } from './subjects.ts';

const ACCOUNT = '001000000000001AAA';
const ALL = Array.from({ length: PARTITIONS }, (_, index) => index);
const WRITTEN: OrgWriteResult = { outcome: 'written' };
const LOCKED: OrgWriteResult = { outcome: 'refused', retry: 'soon', code: 'UNABLE_TO_LOCK_ROW', message: 'Locked.' };
const NEVER: OrgWriteResult = { outcome: 'refused', retry: 'never', code: 'STRING_TOO_LONG', message: 'Too long.' };
const PARENTLESS: OrgWriteResult = { outcome: 'refused', retry: 'after_parent', code: 'X', message: 'No parent.' };

const invoice = (id: string, amount = 1): OrgRow => ({
  object: 'Billing_Invoice__c',
  key: `stripe:invoice:${id}`,
  fields: { Amount__c: amount },
  parents: { Billing_Account__r: { object: 'Billing_Account__c', key: 'stripe:account:cus_1' } },
});

describe.each(SUBJECTS)('rows for Salesforce in %s', (_name, open) => {
  let subject: Subject;
  let store: Store;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject.close());
  beforeEach(async () => {
    await subject.reset();
    store = subject.store();
  });

  const take = () => store.takeRows(ALL, 1000);
  const record = async (...results: OrgWriteResult[]) => store.recordResults(await take(), results, () => 1);
  const rows = async () => (await subject.look()).rows;

  it('wait until they are confirmed, and not again while their content stays', async () => {
    expect(await store.setRows(ACCOUNT, [invoice('in_1')])).toBe(1);
    expect(await store.backlogOf(ALL)).toMatchObject({ rows: 1, partitions: [partitionOf(ACCOUNT)] });
    const [taken] = await take();
    expect(taken).toMatchObject({ row: invoice('in_1'), accountId: ACCOUNT, attempt: 0 });
    expect(await take()).toEqual([taken]);
    expect(await store.recordResults([taken!], [WRITTEN], Math.random)).toEqual(['written']);
    expect(await store.setRows(ACCOUNT, [invoice('in_1')])).toBe(0);
    expect(await take()).toEqual([]);
    expect(await store.backlogOf(ALL)).toEqual({ rows: 0, batchRows: 0, partitions: [], oldestMs: 0 });
  });

  it('are taken from the partitions asked for, at most so many, and beside those of their Account', async () => {
    const other = '001000000000002AAA';
    await store.setRows(ACCOUNT, [invoice('in_2'), invoice('in_1')]);
    await store.setRows(other, [invoice('in_3')]);
    const elsewhere = ALL.filter((one) => one !== partitionOf(ACCOUNT));
    expect((await store.takeRows(elsewhere, 10)).map(({ accountId }) => accountId)).toEqual(
      partitionOf(other) === partitionOf(ACCOUNT) ? [] : [other],
    );
    expect((await store.takeRows([partitionOf(ACCOUNT)], 10)).filter((one) => one.accountId === ACCOUNT)).toMatchObject(
      [{ row: { key: 'stripe:invoice:in_1' } }, { row: { key: 'stripe:invoice:in_2' } }],
    );
    expect(await store.takeRows(ALL, 2)).toHaveLength(2);
  });

  it('without an Account are in the partition of what they are a part of', async () => {
    const product: OrgRow = {
      object: 'Product2',
      key: 'stripe:price:price_1',
      fields: { IsActive: true },
      parents: {},
    };
    const entry = (book: string): OrgRow => ({
      object: 'PricebookEntry',
      key: `${product.key}:${book}`,
      partOf: product.key,
      fields: { UnitPrice: 1 },
      parents: {},
    });
    await store.setRows(null, [product, entry('01s1'), entry('01s2'), entry('01s3')]);
    expect(await store.takeRows([partitionOf(product.key)], 10)).toHaveLength(4);
  });

  it('get a higher version with each change of content, also when they go back', async () => {
    const versions: number[] = [];
    for (const amount of [1, 2, 1]) {
      await store.setRows(ACCOUNT, [invoice('in_1', amount)]);
      versions.push((await take())[0]!.rowVersion);
    }
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('do not wait when they are what Salesforce confirmed and nothing else was sent', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1', 1)]);
    await record(WRITTEN);
    expect(await store.setRows(ACCOUNT, [invoice('in_1', 2)])).toBe(1);
    expect(await store.setRows(ACCOUNT, [invoice('in_1', 1)])).toBe(0);
    await store.setRows(ACCOUNT, [invoice('in_1', 2)]);
    await take();
    expect(await store.setRows(ACCOUNT, [invoice('in_1', 1)])).toBe(1);
  });

  it('stay pending when they change while their call is on its way, also when an older answer comes late', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1', 1)]);
    const first = await take();
    await store.setRows(ACCOUNT, [invoice('in_1', 2)]);
    const second = await take();
    await store.recordResults(first, [WRITTEN], Math.random);
    expect(await rows()).toMatchObject([{ pending: true }]);
    await store.recordResults(second, [WRITTEN], Math.random);
    await store.recordResults(first, [WRITTEN], Math.random);
    expect(await rows()).toMatchObject([{ pending: false }]);
    expect(await store.setRows(ACCOUNT, [invoice('in_1', 2)])).toBe(0);
  });

  it('leave a newer state alone that an older one was refused under', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1', 1)]);
    const first = await take();
    await store.setRows(ACCOUNT, [invoice('in_1', 2)]);
    await store.recordResults(first, [NEVER], Math.random);
    expect(await rows()).toMatchObject([{ pending: true, aside: false, attempt: 0 }]);
  });

  it('are tried 6 times while they are locked, after a wait each time, and anew when their content changes', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1')]);
    expect(await record(LOCKED)).toEqual(['retry']);
    expect(await take()).toEqual([]);
    for (let tries = 2; tries < 6; tries += 1) {
      await subject.advance(60_001);
      expect(await record(LOCKED)).toEqual(['retry']);
    }
    await subject.advance(60_001);
    expect(await record(LOCKED)).toEqual(['quarantine']);
    expect(await rows()).toMatchObject([{ aside: true, attempt: 6, code: 'UNABLE_TO_LOCK_ROW', message: 'Locked.' }]);
    await subject.advance(60_001);
    expect(await take()).toEqual([]);
    await store.setRows(ACCOUNT, [invoice('in_1', 2)]);
    expect(await record(WRITTEN)).toEqual(['written']);
    expect(await rows()).toMatchObject([{ aside: false, attempt: 0, code: null }]);
  });

  it('are put aside at once when trying again cannot help, and count as answered for no missing result', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1'), invoice('in_2')]);
    expect(await record(NEVER)).toEqual(['quarantine', 'retry']);
    expect(await rows()).toMatchObject([
      { aside: true, code: 'STRING_TOO_LONG' },
      { aside: false, code: 'NO_RESULT' },
    ]);
  });

  it('get another chance when the parent that they were put aside for arrives for their Account', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1')]);
    for (let tries = 1; tries <= 8; tries += 1) {
      await record(PARENTLESS);
      await subject.advance(60_001);
    }
    expect(await rows()).toMatchObject([{ aside: true }]);
    await store.setRows(ACCOUNT, [
      { object: 'Billing_Account__c', key: 'stripe:account:cus_1', fields: {}, parents: {} },
    ]);
    await record(WRITTEN);
    expect(await rows()).toMatchObject([{ aside: false }, { aside: false, attempt: 0, pending: true }]);
    expect(await take()).toHaveLength(1);
  });

  it('that were locked get another chance when any row of their Account is written', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1')]);
    for (let tries = 1; tries <= 6; tries += 1) {
      await record(LOCKED);
      await subject.advance(60_001);
    }
    expect(await rows()).toMatchObject([{ aside: true }]);
    await store.setRows(ACCOUNT, [invoice('in_2')]);
    await record(WRITTEN);
    expect(await take()).toMatchObject([{ row: { key: 'stripe:invoice:in_1' }, attempt: 0 }]);
  });

  it('get a version above the newer one that Salesforce holds, unless they have one, and are put aside in the end', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1')]);
    const versions: number[] = [];
    for (let tries = 1; tries < 8; tries += 1) {
      versions.push((await take())[0]!.rowVersion);
      expect(await record({ outcome: 'newer_is_there' })).toEqual(['newer_is_there']);
    }
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(versions.at(-1)).toBeGreaterThan(Date.now() + 10 * 60_000);
    expect(await record({ outcome: 'newer_is_there' })).toEqual(['quarantine']);
    expect(await rows()).toMatchObject([{ aside: true, code: 'NEWER_ROW_VERSION' }]);
    await store.setRows(ACCOUNT, [invoice('in_1', 2)]);
    const [older] = await take();
    await store.setRows(ACCOUNT, [invoice('in_1', 3)]);
    const [newer] = await take();
    await store.recordResults([newer!], [WRITTEN], Math.random);
    await store.recordResults([older!], [{ outcome: 'newer_is_there' }], Math.random);
    expect(await rows()).toMatchObject([{ pending: false, attempt: 0 }]);
  });

  it('of an object that cannot be written wait, uncounted, for longer each time, until one of them is written', async () => {
    const gone: OrgWriteResult = { outcome: 'refused', retry: 'mapping', code: 'INVALID_FIELD', message: 'Gone.' };
    const parent = { object: 'Billing_Account__c', key: 'stripe:account:cus_1', fields: {}, parents: {} };
    await store.setRows(ACCOUNT, [invoice('in_1')]);
    expect(await record(gone)).toEqual(['paused']);
    expect(await rows()).toMatchObject([{ pending: true, aside: false, attempt: 0, code: 'INVALID_FIELD' }]);
    await store.setRows(ACCOUNT, [parent, invoice('in_2')]);
    expect(await take()).toMatchObject([{ row: { object: 'Billing_Account__c' } }]);
    expect(await store.backlogOf(ALL)).toMatchObject({ rows: 1 });
    await record(WRITTEN);
    await subject.advance(6_001);
    expect(await record(gone, gone)).toEqual(['paused', 'paused']);
    await subject.advance(6_001);
    expect(await take()).toEqual([]);
    await store.releaseRows();
    expect(await record(WRITTEN, WRITTEN)).toEqual(['written', 'written']);
    await store.setRows(ACCOUNT, [invoice('in_3')]);
    await record(gone);
    await subject.advance(6_001);
    expect(await take()).toHaveLength(1);
  });

  it('are all released at once, those that were put aside', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1'), invoice('in_2')]);
    await record(NEVER, WRITTEN);
    expect(await store.releaseRows()).toBe(1);
    expect(await take()).toMatchObject([{ row: { key: 'stripe:invoice:in_1' }, attempt: 0 }]);
    expect(await store.releaseRows()).toBe(0);
  });

  it('know what the org last said of its API calls; an old reading is doubted by one process at a time', async () => {
    expect(await store.orgState()).toEqual({ budget: null, blocked: false });
    expect(await store.mayReadUsage()).toBe(false);
    await store.noteUsage({ used: 10, limit: 100 });
    await store.noteUsage({ used: 90, limit: 100 });
    expect(await store.orgState()).toMatchObject({ budget: { used: 90, limit: 100 } });
    expect(await store.mayReadUsage()).toBe(false);
    await subject.advance(300_001);
    expect((await store.orgState()).budget!.ageMs).toBeGreaterThan(300_000);
    expect(await store.mayReadUsage()).toBe(true);
    expect(await store.mayReadUsage()).toBe(false);
    expect((await subject.store({ ...STAMP, orgId: '00D000000000002AAA' }).orgState()).budget).toBeNull();
  });

  it('of another org or mapping are all to be written again', async () => {
    await store.setRows(ACCOUNT, [invoice('in_1')]);
    await record(WRITTEN);
    expect(await subject.store({ ...STAMP, mappingVersion: '2' }).setRows(ACCOUNT, [invoice('in_1')])).toBe(1);
  });

  it('wait while Salesforce is to be left alone: longer each time, as long as it asks, and not after a success', async () => {
    const down = new Fault({ code: 'x', kind: 'unavailable', publicText: 'Down.' });
    expect(await store.heldForMs('salesforce')).toBe(0);
    await store.hold('salesforce', down, () => 1);
    expect(await store.heldForMs('salesforce')).toBeLessThanOrEqual(500);
    await store.hold('salesforce', down, () => 1);
    expect(await store.heldForMs('salesforce')).toBeGreaterThan(500);
    const asked = new Fault({ code: 'x', kind: 'rate_limited', publicText: 'Busy.', retryAfterMs: 90_000 });
    await store.hold('salesforce', asked, () => 0);
    expect(await store.heldForMs('salesforce')).toBeGreaterThan(89_000);
    expect(await store.heldForMs('other')).toBe(0);
    await subject.advance(90_001);
    expect(await store.heldForMs('salesforce')).toBe(0);
    await store.endHold('salesforce');
    await store.hold('salesforce', down, () => 1);
    expect(await store.heldForMs('salesforce')).toBeLessThanOrEqual(500);
  });
});
