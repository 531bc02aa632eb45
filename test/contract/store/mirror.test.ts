import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MrrLevel } from '../../../server/domain/metrics/movements.ts';
import { money } from '../../../server/domain/money/money.ts';
import { calendarDate } from '../../../server/domain/time/calendarDate.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createKeyWorker } from '../../../server/sync/keys/worker.ts';
import { Collision } from '../../../server/sync/mirror/save.ts';
import type { KeyResult } from '../../../server/workflows/ports/keyWork.ts';
import type { MirrorRecord, MirrorWrite } from '../../../server/workflows/ports/mirror.ts';
import type { Store } from '../../../server/sync/store.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

const KEY = 'stripe:account:cus_1';
const ACCOUNT_A = '001000000000001AAA';
const ACCOUNT_B = '001000000000002AAA';

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

describe.each(SUBJECTS)('the mirror in %s', (_name, open) => {
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

  /** Commits what working a key came to. */
  async function commit(result: Partial<KeyResult>, key = KEY): Promise<void> {
    await store.bumpKeys([key]);
    const claims = await store.claimKeys(100, 60_000);
    const claim = claims.find((one) => one.key === key)!;
    await store.commitResult(claim, { done: [], ...result }).finally(() => store.giveBack(claims));
  }
  const save = (record: MirrorRecord, via: MirrorWrite['via'] = 'snapshot') => commit({ mirror: [{ record, via }] });
  const link = (accountId: string | null) => commit({ link: { billingAccountKey: KEY, accountId } });
  const dirtyKeys = async () => (await subject.look()).dirty.map(({ key }) => key);
  const clean = () => subject.forgetKeys();
  const body = async () => (await store.ofBillingAccount(KEY))[0]?.body;

  it('tells which billing accounts use a product or a coupon', async () => {
    const sold = { charges: [{ productId: 'prod_1', discounts: [{ couponId: 'co_1' }] }] };
    const of = (id: string, more: Partial<MirrorRecord>) => ({
      via: 'fetch' as const,
      record: invoice(1, sold, { key: `stripe:subscription:${id}`, kind: 'subscription', ...more }),
    });
    await commit({
      mirror: [
        of('sub_1', {}),
        of('sub_2', { billingAccountKey: 'stripe:account:cus_2', body: { charges: [{ productId: 'prod_12' }] } }),
        of('sub_3', { billingAccountKey: 'stripe:account:cus_3', deleted: true }),
        of('sub_4', { key: 'stripe-eu:subscription:sub_4', billingAccountKey: 'stripe-eu:account:cus_4' }),
      ],
    });
    expect(await store.using('stripe', 'product', 'prod_1')).toEqual([KEY]);
    expect(await store.using('stripe', 'coupon', 'co_1')).toEqual([KEY]);
    expect(await store.using('stripe', 'product', 'co_1')).toEqual([]);
  });

  it('hands out the records of keys, tombstones too, and the billing accounts that are not deleted page by page', async () => {
    const account = (id: string, more: Partial<MirrorRecord> = {}) =>
      invoice(
        1,
        {},
        { key: `stripe:account:${id}`, kind: 'account', billingAccountKey: `stripe:account:${id}`, ...more },
      );
    const gone = invoice(1, 'open', { deleted: true });
    const other = account('', { key: 'stripe-eu:account:cus_5', billingAccountKey: 'stripe-eu:account:cus_5' });
    const records = [
      ...['cus_1', 'cus_2', 'cus_4'].map((id) => account(id)),
      account('cus_3', { deleted: true }),
      gone,
      other,
    ];
    await commit({ mirror: records.map((record) => ({ record, via: 'fetch' as const })) });
    const found = await store.recordsOf(['stripe:account:cus_2', gone.key, 'stripe:invoice:in_9']);
    expect(found.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([records[1], gone]);
    expect(await store.recordsOf([])).toEqual([]);
    const first = await store.accountsAfter('stripe', null, 2);
    expect(first).toEqual(['stripe:account:cus_1', 'stripe:account:cus_2']);
    expect(await store.accountsAfter('stripe', first[1]!, 2)).toEqual(['stripe:account:cus_4']);
    expect(await store.accountsAfter('stripe', 'stripe:account:cus_4', 2)).toEqual([]);
  });

  it('what has gone while its billing account moved is among the rows of the Account that it moved to', async () => {
    await link(ACCOUNT_A);
    await save(invoice(1, {}), 'fetch');
    const row = { object: 'Billing_Invoice__c', key: 'stripe:invoice:in_1', fields: {}, parents: {} };
    const part = { ...row, object: 'Billing_Invoice_Item__c', key: 'stripe:invoiceitem:il_1', partOf: row.key };
    const rows = [row, part];
    await commit({ projection: { accountId: ACCOUNT_A, rows, nextChangeOn: null } }, 'account:projection:a');
    await commit({
      link: { billingAccountKey: KEY, accountId: ACCOUNT_B },
      mirror: [{ record: invoice(2, {}, { deleted: true }), via: 'fetch' }],
    });
    const found = await store.projected(ACCOUNT_B);
    expect(found.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual(rows);
  });

  it('keeps the levels of MRR of each currency, and replaces those of a currency as a whole', async () => {
    const level = (on: string, minor: number, currency: string, estimated = false) => ({
      on: calendarDate(on),
      mrr: money(minor, currency),
      estimated,
    });
    const project = (levels: MrrLevel[]) =>
      commit({ projection: { accountId: ACCOUNT_A, rows: [], nextChangeOn: null, levels } }, 'account:projection:a');
    await project([level('2026-11-21', 5, 'USD'), level('2026-01-01', 3, 'USD', true), level('2026-11-21', 7, 'EUR')]);
    const euros = level('2026-11-21', 7, 'EUR');
    expect(await store.levelsOf(ACCOUNT_A)).toEqual([
      euros,
      level('2026-01-01', 3, 'USD', true),
      level('2026-11-21', 5, 'USD'),
    ]);
    await project([level('2026-11-22', 0, 'USD')]);
    await project([]);
    expect(await store.levelsOf(ACCOUNT_A)).toEqual([euros, level('2026-11-22', 0, 'USD')]);
    expect(await store.levelsOf(ACCOUNT_B)).toEqual([]);
  });

  describe('records', () => {
    it('reads back what was saved', async () => {
      const record = invoice(1, { total: '10.00', lines: [1, 2] }, { version: 3 });
      await save(record);
      expect(await store.ofBillingAccount(KEY)).toEqual([record]);
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

    it('takes usage of no owner that read it in the same second as another: it is read again in a later one', async () => {
      const OTHER = 'stripe:account:cus_2';
      const usage = (second: number, owner: string, more: Partial<MirrorRecord> = {}) =>
        invoice(second, { quantity: '5' }, { kind: 'usage', key: 'z:usage:1', billingAccountKey: owner, ...more });
      await save(usage(2, OTHER), 'fetch');
      await expect(save(usage(2, KEY), 'fetch')).rejects.toThrow(Collision);
      await expect(save(usage(2, KEY, { deleted: true }), 'fetch')).rejects.toThrow(Collision);
      await save(usage(1, KEY, { deleted: true }), 'fetch');
      expect(await store.ofBillingAccount(OTHER)).toEqual([usage(2, OTHER)]);
      await save(usage(3, KEY), 'fetch');
      expect(await store.ofBillingAccount(KEY)).toEqual([usage(3, KEY)]);
    });

    it('does not revive what was deleted', async () => {
      await save(invoice(2, 'open'));
      await save(invoice(2, 'open', { deleted: true }));
      await save(invoice(9, 'open'), 'fetch');
      expect(await store.ofBillingAccount(KEY)).toMatchObject([{ deleted: true }]);
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
      expect(await store.ofAccount(ACCOUNT_A)).toHaveLength(1);
      await link(ACCOUNT_B);
      expect(await dirtyKeys()).toEqual([`account:projection:${ACCOUNT_A}`, `account:projection:${ACCOUNT_B}`]);
      expect(await store.ofAccount(ACCOUNT_A)).toEqual([]);
      expect(await store.linkOf(KEY)).toEqual({ billingAccountKey: KEY, accountId: ACCOUNT_B });
    });

    it('knows the billing account of a record, and of none that is gone', async () => {
      await save(invoice(1, 'open'));
      expect(await store.billingAccountOf('stripe:invoice:in_1')).toBe(KEY);
      await save(invoice(2, 'open', { deleted: true }));
      expect(await store.billingAccountOf('stripe:invoice:in_1')).toBeNull();
      expect(await store.ownerOf('stripe:invoice:in_1')).toBe(KEY);
      expect(await store.ownerOf('stripe:invoice:in_2')).toBeNull();
      expect(await store.billingAccountOf('stripe:invoice:in_2')).toBeNull();
    });

    it('has the Account projected anew that rows are still with when their billing account moves on', async () => {
      await link(ACCOUNT_A);
      await save(invoice(1, 'open'));
      const row = { object: 'Billing_Invoice__c', key: 'stripe:invoice:in_1', fields: {}, parents: {} };
      await commit({ projection: { accountId: ACCOUNT_A, rows: [row], nextChangeOn: null } }, 'account:projection:a');
      await link(ACCOUNT_B);
      await clean();
      await link(null);
      expect(await dirtyKeys()).toEqual([`account:projection:${ACCOUNT_A}`, `account:projection:${ACCOUNT_B}`]);
    });

    it('keeps a billing account that no Account is named for', async () => {
      await link(null);
      await save(invoice(1, 'open'));
      expect(await body()).toBe('open');
      expect(await store.linkOf(KEY)).toBeNull();
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
      await store.bumpKeys([projection(ACCOUNT_A), projection(ACCOUNT_B)]);
      let secondCommitted: () => void = () => {};
      const second = new Promise<void>((resolve) => (secondCommitted = resolve));
      let tries = 0;
      const worker = createKeyWorker({
        store,
        log: createLog('silent'),
        handler: async ({ key }) => {
          if (key === projection(ACCOUNT_B))
            return { done: [], projection: { accountId: ACCOUNT_B, rows: [row('Open')], nextChangeOn: null } };
          const before = await store.projected(ACCOUNT_A);
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
      expect(await store.projected(ACCOUNT_A)).toEqual([]);
      expect(await store.projected(ACCOUNT_B)).toEqual([row('Open')]);
    });
  });
});
