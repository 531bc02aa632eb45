import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { createDealReader } from '../../server/sync/deals/reader.ts';
import { createOrderBook } from '../../server/sync/orders/book.ts';
import { orderedSince } from '../../server/sync/orders/since.ts';
import { waitingForCatalog } from '../../server/sync/orders/waiting.ts';
import { DISCREPANCY_OPEN, type DealOrder } from '../../server/workflows/ports/orders.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const A = '001000000000001AAA';
const DEAL = '006000000000001AAA';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate dirty, named_deal, deal_order, deal_order_step, setting'));

const order = (more: Partial<DealOrder> = {}): DealOrder => ({
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
  asOf: '2026-11-22T10:00:00.000Z',
  ...more,
});

it('an order is kept, its Account projected, its Opportunity followed, and every step told with the one before', async () => {
  let saved = 0;
  const book = createOrderBook(database.db, () => (saved += 1));
  expect(await book.of(DEAL)).toBeNull();
  expect(await book.save(order(), null)).toBe(1);
  expect(await book.save(order({ state: 'Ordering', message: 'a\u0000b' }), 1)).toBe(2);
  expect(await book.of(DEAL)).toEqual({
    order: order({ state: 'Ordering', message: 'a\uFFFDb' }),
    version: 2,
    sinceMs: expect.any(Number) as number,
  });
  expect((await database.pool.query('select key from dirty')).rows).toEqual([{ key: projectionKeyOf(A) }]);
  const deal = {
    id: DEAL,
    accountId: A,
    subscriptionNumber: null,
    order: order({ state: 'Ordering', message: 'a\uFFFDb' }),
  };
  expect(await createDealReader(database.db).ofAccount(A)).toEqual([deal]);
  const steps = await database.pool.query('select state_before, state from deal_order_step order by id');
  expect(steps.rows).toEqual([
    { state_before: null, state: 'Not Ready' },
    { state_before: 'Not Ready', state: 'Ordering' },
  ]);
  expect(saved).toBe(2);
});

it('an order that is on its way is shown when that lasts, and one that was placed at once', async () => {
  const book = createOrderBook(database.db);
  const waitsMs = async () => {
    const { rows } = await database.pool.query<{ ms: number }>(
      'select (extract(epoch from not_before - now()) * 1000)::float8 as ms from dirty where key = $1',
      [projectionKeyOf(A)],
    );
    return rows[0]!.ms;
  };
  await book.save(order({ state: 'Ordering' }), null);
  expect(await waitsMs()).toBeGreaterThan(0);
  await book.save(order({ state: 'Ordered' }), 1);
  expect(await waitsMs()).toBeLessThanOrEqual(0);
});

it('an order that an older build stored names its subscription with each action', async () => {
  const book = createOrderBook(database.db);
  const stored = { number: `SF-${DEAL}`, subscriptionNumber: 'A-S1', actions: [{ type: 'RenewSubscription' }] };
  await book.save(order({ order: stored as unknown as DealOrder['order'] }), null);
  expect((await book.of(DEAL))!.order.order).toEqual({
    number: `SF-${DEAL}`,
    actions: [{ type: 'RenewSubscription', subscriptionNumber: 'A-S1' }],
  });
});

it('of two workers one decides, and the other one has changed nothing', async () => {
  const book = createOrderBook(database.db);
  await book.save(order(), null);
  await expect(book.save(order({ state: 'Ready' }), null)).rejects.toMatchObject({
    code: 'order_changed',
    retryable: true,
  });
  await book.save(order({ state: 'Ordering' }), 1);
  await expect(book.save(order({ state: 'Failed' }), 1)).rejects.toMatchObject({ code: 'order_changed' });
  expect(await book.of(DEAL)).toMatchObject({ order: { state: 'Ordering' }, version: 2 });
  expect((await database.pool.query('select 1 from deal_order_step')).rowCount).toBe(2);
});

it('what people named in the Opportunity stays known, and its Account follows', async () => {
  await database.pool.query('insert into named_deal values ($1, $2, $3)', [DEAL, '001000000000009AAA', 'A-S1']);
  await createOrderBook(database.db).save(order(), null);
  expect(await createDealReader(database.db).known([DEAL])).toMatchObject(
    new Map([[DEAL, { accountId: A, subscriptionNumber: 'A-S1', order: { state: 'Not Ready' } }]]),
  );
});

it('a renewal whose order is about to be sent is one that people won, whoever reads it first', async () => {
  const book = createOrderBook(database.db);
  const dealKey = 'zuora:subscription:A-S1:renewal:2027-01-01';
  const opened = async () => (await createDealReader(database.db).known([DEAL])).get(DEAL)!.opened;
  await book.save(order({ dealKey }), null);
  expect(await opened()).toBeUndefined();
  await book.save(order({ dealKey, state: 'Ordering' }), 1);
  expect(await opened()).toEqual({ key: dealKey, isClosed: true, isWon: true });
  await book.save(order({ dealKey, state: 'Ordered' }), 2);
  expect(await opened()).toEqual({ key: dealKey, isClosed: true, isWon: true });
});

it('orders count from the moment they were switched on, and from another one after they were off', async () => {
  const [first, later] = [new Date('2026-11-01T10:00:00Z'), new Date('2026-11-20T10:00:00Z')];
  expect(await orderedSince(database.db, true, first)).toEqual(first);
  expect(await orderedSince(database.db, true, later)).toEqual(first);
  expect(await orderedSince(database.db, false, later)).toBeNull();
  expect(await orderedSince(database.db, true, later)).toEqual(later);
});

it('a deal that says again what was ordered has those looked at that waited for it, and no others', async () => {
  const book = createOrderBook(database.db);
  const other = '006000000000002AAA';
  const waiting = (dealId: string, waitsFor: string) =>
    book.save(order({ dealId, faults: [{ code: DISCREPANCY_OPEN, text: 'Settle that first.', waitsFor }] }), null);
  await waiting('006000000000003AAA', DEAL);
  await waiting('006000000000004AAA', other);
  const discrepancy = { foundAt: '2026-11-22T10:00:00.000Z', resolvedAt: null, salesforce: [], billing: [] };
  await book.save(order({ state: 'Ordered', discrepancy }), null);
  const looked = async () =>
    (await database.pool.query<{ key: string }>("select key from dirty where key like '%:Opportunity:%'")).rows;
  expect(await looked()).toEqual([]);
  const resolvedAt = '2026-11-22T11:00:00.000Z';
  await book.save(order({ state: 'Ordered', discrepancy: { ...discrepancy, resolvedAt } }), 1);
  expect(await looked()).toEqual([{ key: 'salesforce:Opportunity:006000000000003AAA' }]);
});

it('those wait for the catalog of a connection whose products are wrong there, and no others', async () => {
  const book = createOrderBook(database.db);
  const dealId = (index: number) => `00600000000000${index}AAA`;
  const fault = (code: string) => ({ code, text: 'Mend it.' });
  const cases: Partial<DealOrder>[] = [
    { faults: [fault('term_missing'), fault('currency_not_sold')] },
    { faults: [fault('product_unmapped')] },
    { faults: [fault('term_missing')] },
    { faults: [fault('plan_gone')], connection: 'stripe' },
    { faults: [fault('plan_gone')], state: 'Failed' },
    { faults: [] },
  ];
  for (const [index, more] of cases.entries()) await book.save(order({ dealId: dealId(10 + index), ...more }), null);
  const key = (index: number) => `salesforce:Opportunity:${dealId(index)}`;
  expect(await waitingForCatalog(database.db, 'zuora')).toEqual([key(10), key(11)]);
  expect(await waitingForCatalog(database.db, 'stripe')).toEqual([key(13)]);
});

it('an order is saved beside the projection of its Account without either locking the other out', async () => {
  const book = createOrderBook(database.db);
  await book.save(order(), null);
  const other = await database.pool.connect();
  try {
    await other.query('begin');
    await other.query('select from dirty where key = $1 for update', [projectionKeyOf(A)]);
    const saving = book.save(order({ state: 'Ordering' }), 1);
    await vi.waitUntil(async () => {
      const { rowCount } = await database.pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return rowCount === 1;
    });
    await other.query('select from named_deal where account_id = $1 for share', [A]);
    await other.query('commit');
    expect(await saving).toBe(2);
  } finally {
    other.release();
  }
});
