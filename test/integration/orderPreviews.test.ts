import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { createDealReader } from '../../server/sync/deals/reader.ts';
import { createOrderBook } from '../../server/sync/orders/book.ts';
import { createPreviewBook } from '../../server/sync/orders/previews.ts';
import type { DealOrder } from '../../server/workflows/ports/orders.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const A = '001000000000001AAA';
const DEAL = '006000000000001AAA';
const [EARLIER, NOW, LATER] = ['2026-11-22T09:00:00.000Z', '2026-11-22T10:00:00.000Z', '2026-11-22T11:00:00.000Z'];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate dirty, named_deal, deal_order, deal_order_step, deal_preview'));

const orderAt = (asOf: string, more: Partial<DealOrder> = {}): DealOrder => ({
  dealId: DEAL,
  accountId: A,
  state: 'Not Ready',
  mode: 'Automatic',
  connection: 'zuora',
  digest: 'd',
  faults: [],
  order: null,
  actions: [],
  metrics: null,
  placed: null,
  epoch: 1,
  message: null,
  tasks: [],
  approvals: [],
  changedBy: [],
  discrepancy: null,
  asOf,
  ...more,
});
const previewAt = (asOf: string) => orderAt(asOf, { mode: 'Preview', state: 'Ready' });
const shown = async () => (await createDealReader(database.db).known([DEAL])).get(DEAL)?.order ?? null;

async function keep(preview: DealOrder): Promise<void> {
  const previews = createPreviewBook(database.db);
  await previews.end(DEAL, (await previews.begin(DEAL))!, preview);
}

it('a preview is worked out by one at a time, kept, its Account projected and its Opportunity followed; no order comes of it', async () => {
  let saved = 0;
  const previews = createPreviewBook(database.db, () => (saved += 1));
  const run = await previews.begin(DEAL);
  expect(await previews.begin(DEAL)).toBeNull();
  expect(await previews.look(DEAL)).toEqual({ preview: null, isRunning: true });
  await previews.end(DEAL, run!, previewAt(NOW));
  expect(await previews.look(DEAL)).toEqual({ preview: previewAt(NOW), isRunning: false });
  expect(await shown()).toEqual(previewAt(NOW));
  expect((await database.pool.query('select key from dirty')).rows).toEqual([{ key: projectionKeyOf(A) }]);
  expect(await createOrderBook(database.db).of(DEAL)).toBeNull();
  expect((await database.pool.query('select 1 from deal_order_step')).rowCount).toBe(0);
  expect(saved).toBe(1);
});

it('who died with one in hand is given up after a minute, and changes nothing when he comes back', async () => {
  const previews = createPreviewBook(database.db);
  const first = await previews.begin(DEAL);
  await database.pool.query(`update deal_preview set began_at = now() - interval '61 seconds'`);
  expect(await previews.look(DEAL)).toEqual({ preview: null, isRunning: false });
  const second = await previews.begin(DEAL);
  expect(second).not.toBeNull();
  await previews.end(DEAL, first!, previewAt(EARLIER));
  await previews.end(DEAL, first!, null);
  expect(await previews.look(DEAL)).toEqual({ preview: null, isRunning: true });
  await previews.end(DEAL, second!, null);
  expect(await previews.begin(DEAL)).not.toBeNull();
});

it('what was worked out last is shown, unless an order was, or may have been, made', async () => {
  const book = createOrderBook(database.db);
  await book.save(orderAt(NOW), null);
  await keep(previewAt(EARLIER));
  expect(await shown()).toMatchObject({ mode: 'Automatic' });
  await keep(previewAt(LATER));
  expect(await shown()).toMatchObject({ mode: 'Preview', asOf: LATER });
  await book.save(orderAt(NOW, { state: 'Ordering' }), 1);
  expect(await shown()).toMatchObject({ state: 'Ordering' });
  const placed = { number: 'SF-1', status: 'Completed', subscriptionNumbers: ['SF-1'] };
  await book.save(orderAt(NOW, { state: 'Ordered', placed }), 2);
  expect(await shown()).toMatchObject({ state: 'Ordered' });
});

it('the preview of a deal that is closed is forgotten, and its Account projected only where there was one', async () => {
  const previews = createPreviewBook(database.db);
  await previews.forget(DEAL, A);
  expect((await database.pool.query('select 1 from dirty')).rowCount).toBe(0);
  await keep(previewAt(NOW));
  await database.pool.query('truncate dirty');
  await previews.forget(DEAL, A);
  expect(await shown()).toBeNull();
  expect((await database.pool.query('select key from dirty')).rows).toEqual([{ key: projectionKeyOf(A) }]);
});
