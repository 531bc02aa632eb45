import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isDatabaseTrouble } from '../../server/platform/db/trouble.ts';
import { createLog } from '../../server/platform/log.ts';
import { createDueTicker } from '../../server/sync/due/due.ts';
import { storeRows } from '../../server/sync/inbox/store.ts';
import { toInboxRow } from '../../server/sync/inbox/storable.ts';
import { bumpKeys } from '../../server/sync/keys/bump.ts';
import { claimKeys, renewLeases } from '../../server/sync/keys/claim.ts';
import { commitResult } from '../../server/sync/keys/commit.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const ROUNDS = 40;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate inbox, dirty, mirror, account_link, org_rows, account_due'));

it('of a process that stands still within a transaction are given up, and it goes on with another connection', async () => {
  await bumpKeys(database.db, projections.slice(0, 1));
  let resume = () => {};
  const standing = new Promise<void>((done) => (resume = done));
  const work = database.db.transaction().execute(async (transaction) => {
    await bumpKeys(transaction, projections.slice(0, 1));
    await standing;
    await bumpKeys(transaction, projections.slice(1, 2));
  });
  const stopped = work.then(null, (error: unknown) => error);
  await bumpKeys(database.db, projections.slice(0, 1));
  resume();
  expect(await stopped).toSatisfy(isDatabaseTrouble);
  const { rows } = await database.pool.query('select key from dirty');
  expect(rows).toEqual([{ key: projections[0] }]);
}, 20_000);

/** Runs all at once, again and again; a deadlock rejects one of them. */
async function together(...works: ((round: number) => Promise<unknown>)[]): Promise<void> {
  await Promise.all(
    works.map(async (work) => {
      for (let round = 0; round < ROUNDS; round += 1) await work(round);
    }),
  );
}

const accounts = Array.from({ length: 30 }, (_, index) => `001${String(index).padStart(12, '0')}AAA`);
const projections = accounts.map((id) => `account:projection:${id}`);

/** Claims what is ready and commits it one by one, as the key worker does. */
async function workAll(resultOf: (key: string) => { dirty?: string[]; due?: string }): Promise<void> {
  const claims = await claimKeys(database.db, 100, 60_000);
  await Promise.all(
    claims.map((claim) => {
      const { dirty = [], due } = resultOf(claim.key);
      const accountId = claim.key.slice('account:projection:'.length);
      return commitResult(database.db, stamp, claim, {
        done: claim.events.map(({ id }) => id),
        dirty,
        ...(due === undefined ? {} : { projection: { accountId, rows: [], nextChangeOn: due } }),
      });
    }),
  );
}

describe('transactions that meet on the same keys', () => {
  it('never deadlock: due dates and the work of projections', async () => {
    const ticker = createDueTicker({
      store: createPostgresStore(database, stamp),
      clock: { now: () => new Date(), businessNow: () => new Date('2026-03-10T12:00:00Z') },
      timeZone: 'UTC',
      log: createLog('silent'),
    });
    await bumpKeys(database.db, projections);
    await together(
      () => workAll(() => ({ due: '2026-03-10' })),
      () => ticker.tick(),
      () => ticker.tick(),
    );
    await bumpKeys(database.db, projections);
    await workAll(() => ({ due: '2026-03-11' }));
    expect(await ticker.tick()).toBe(0);
  });

  it('never deadlock: leases that are renewed while their keys are committed and bump others', async () => {
    const keys = [...projections, ...accounts.map((_, index) => `stripe:account:cus_${index}`)];
    await bumpKeys(database.db, keys);
    const claims = await claimKeys(database.db, 100, 60_000);
    const ofBillingAccounts = claims.filter(({ key }) => key.startsWith('stripe:'));
    await together(
      () => renewLeases(database.db, claims.toReversed(), 60_000),
      () => renewLeases(database.db, claims, 60_000),
      (round) =>
        Promise.all(
          ofBillingAccounts
            .slice(round * 2, round * 2 + 2)
            .map((claim) => commitResult(database.db, stamp, claim, { done: [], dirty: projections.toReversed() })),
        ),
    );
  });

  it('never deadlock: billing accounts between which objects move', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `stripe:account:cus_${index}`);
    await together(
      () => bumpKeys(database.db, keys),
      () => workAll((key) => ({ dirty: keys.filter((other) => other !== key) })),
      () => workAll((key) => ({ dirty: keys.filter((other) => other !== key).toReversed() })),
    );
  });

  it('never deadlock: events with another content and the work of their key', async () => {
    const event = (index: number, payload: unknown): ReceivedEvent => ({
      connection: 'stripe',
      eventId: `evt_${index}`,
      kind: 'invoice.paid',
      key: `stripe:account:cus_${index % 5}`,
      occurredAt: null,
      payload,
    });
    const events = (payload: unknown) => Array.from({ length: 40 }, (_, index) => toInboxRow(event(index, payload)));
    await storeRows(database.pool, events('first'), 0);
    await together(
      (round) => storeRows(database.pool, events(`second ${round}`), 0),
      (round) => storeRows(database.pool, events(`third ${round}`).toReversed(), 0),
      () => workAll(() => ({})),
    );
    const { rows } = await database.pool.query<{ conflicts: number }>('select min(conflicts) as conflicts from inbox');
    expect(rows[0]!.conflicts).toBe(2 * ROUNDS);
  });
});
