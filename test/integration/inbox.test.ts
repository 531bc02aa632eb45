import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createIntake } from '../../server/sync/inbox/intake.ts';
import { PAYLOAD } from '../../server/sync/inbox/payload.ts';
import type { InboxStore } from '../../server/sync/inbox/store.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let store: InboxStore;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: '', mappingVersion: '' });
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate inbox, inbox_payload, dirty'));

const event = (eventId: string, more: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  connection: 'stripe',
  eventId,
  kind: 'invoice.paid',
  key: 'stripe:account:cus_1',
  occurredAt: new Date('2026-11-21T10:00:00Z'),
  payload: { id: eventId, amount: 100 },
  ...more,
});

const rows = () =>
  database.db.selectFrom('inbox').selectAll().select(sql.raw<unknown>(PAYLOAD).as('payload')).orderBy('id').execute();
const dirty = () => database.db.selectFrom('dirty').selectAll().orderBy('key').execute();

describe('taking events in', () => {
  it('stores an event and makes its key dirty in one go', async () => {
    const intake = createIntake(store);
    expect(await intake.accept([event('evt_1')])).toEqual({ stored: 1, duplicates: 0 });
    expect(await rows()).toMatchObject([
      { connection: 'stripe', event_id: 'evt_1', payload: { id: 'evt_1', amount: 100 }, done_at: null },
    ]);
    expect((await dirty()).map(({ key }) => key)).toEqual(['stripe:account:cus_1']);
  });

  it('stores one of 50 deliveries that come at once, over two processes', async () => {
    const intakes = [createIntake(store), createIntake(store)];
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => intakes[index % 2]!.accept([event('evt_1')])),
    );
    expect(results.reduce((sum, { stored }) => sum + stored, 0)).toBe(1);
    expect(results.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(49);
    expect(await rows()).toHaveLength(1);
    expect(await rows()).toMatchObject([{ conflicts: 0 }]);
  });

  it('keeps the first content of an id that comes twice in one batch', async () => {
    const first = event('evt_1', { payload: { amount: 1 } });
    await createIntake(store).accept([first, event('evt_0'), event('evt_1', { payload: { amount: 2 } })]);
    expect(await rows()).toMatchObject([{ event_id: 'evt_0' }, { payload: { amount: 1 }, conflicts: 1 }]);
    const { rowCount } = await database.pool.query('select from inbox_payload');
    expect(rowCount).toBe(2);
  });

  it('keeps the first content of a known id, counts the other one and makes the key dirty again', async () => {
    const intake = createIntake(store);
    await intake.accept([event('evt_1')]);
    await database.pool.query('truncate dirty');
    expect(await intake.accept([event('evt_1', { payload: { id: 'evt_1', amount: 999 } })])).toEqual({
      stored: 0,
      duplicates: 1,
    });
    expect(await rows()).toMatchObject([{ payload: { amount: 100 }, conflicts: 1 }]);
    expect(await dirty()).toHaveLength(1);
  });

  it('counts each differing delivery of one batch, and none that says the same in another order', async () => {
    const intake = createIntake(store);
    const payloads = [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: 3 }, { a: 1 }];
    await intake.accept(payloads.map((payload) => event('evt_1', { payload })));
    expect(await rows()).toMatchObject([{ payload: { a: 1, b: 2 }, conflicts: 2 }]);
  });

  it('never takes the copy of an event that was read for a conflict, whichever comes first', async () => {
    const intake = createIntake(store);
    const copy = (id: string) => event(id, { payload: { rendered: 'otherwise' }, isCopy: true });
    await intake.accept([event('evt_1'), copy('evt_1')]);
    await intake.accept([copy('evt_2')]);
    await intake.accept([event('evt_2')]);
    expect(await rows()).toMatchObject([{ conflicts: 0 }, { conflicts: 0 }]);
  });

  it('has nothing left to do for an event that concerns no billing account', async () => {
    await createIntake(store).accept([event('evt_1', { key: null })]);
    expect((await rows())[0]!.done_at).not.toBeNull();
    expect(await dirty()).toEqual([]);
  });

  it('stores NUL and half surrogate pairs as replacement characters', async () => {
    await createIntake(store).accept([event('evt\0_1', { payload: { 'a\0': 'x\0y', b: '\ud83d' } })]);
    expect(await rows()).toMatchObject([{ event_id: 'evt\uFFFD_1', payload: { 'a\uFFFD': 'x\uFFFDy', b: '\uFFFD' } }]);
  });

  it('stores the others of a batch when one cannot be stored', async () => {
    const intake = createIntake(store);
    const results = await Promise.allSettled([
      intake.accept([event('evt_1')]),
      intake.accept([event('evt_2', { occurredAt: new Date(-8.64e15) })]),
      intake.accept([event('evt_3')]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ kind: 'invalid', code: 'event_not_storable' });
    expect((await rows()).map((row) => row.event_id)).toEqual(['evt_1', 'evt_3']);
  });

  it('refuses content that is nested too deeply', async () => {
    const payload: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
    await expect(createIntake(store).accept([event('evt_1', { payload })])).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  it('turns a burst away before it is stored when too much waits, and loses nothing of what it took', async () => {
    let open = (): void => {};
    const held = new Promise<void>((resolve) => (open = resolve));
    const slow = {
      storeRows: async (...args: Parameters<typeof store.storeRows>) => {
        await held;
        return store.storeRows(...args);
      },
    };
    const intake = createIntake(slow, { gatherMs: 0 });
    const answers = Array.from({ length: 7000 }, (_, index) => intake.accept([event(`evt_${index}`)]));
    const settled = Promise.allSettled(answers);
    open();
    const taken = (await settled).filter(({ status }) => status === 'fulfilled');
    const refused = (await settled).filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(1000);
    for (const { reason } of refused) expect(reason).toMatchObject({ kind: 'unavailable', retryAfterMs: 5000 });
    expect(taken.length + refused.length).toBe(7000);
    expect(await rows()).toHaveLength(taken.length);
  });

  it('says that the sender may try again when every connection is in use, and takes the event once one is free', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const intake = createIntake(createPostgresStore({ db: database.db, pool }, { orgId: '', mappingVersion: '' }));
    const held = await pool.connect();
    // Only now: the one connection may take its time to be made.
    pool.options.connectionTimeoutMillis = 100;
    await expect(intake.accept([event('evt_1')])).rejects.toMatchObject({ kind: 'unavailable', retryAfterMs: 5000 });
    expect(await rows()).toEqual([]);
    pool.options.connectionTimeoutMillis = 0;
    held.release();
    expect(await intake.accept([event('evt_1')])).toEqual({ stored: 1, duplicates: 0 });
    await pool.end();
  });

  it('says that the sender may try again when the database does not answer', async () => {
    const failure = await createIntake({ storeRows: () => Promise.reject(new Error('Connection terminated')) })
      .accept([event('evt_1')])
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Fault);
    expect(failure).toMatchObject({ kind: 'unavailable', retryAfterMs: 5000 });
  });
});
