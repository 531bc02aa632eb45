import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createLog } from '../../server/platform/log.ts';
import { createIntake } from '../../server/sync/inbox/intake.ts';
import { bumpKeys, releaseKeys } from '../../server/sync/keys/bump.ts';
import { claimKeys, rearm } from '../../server/sync/keys/claim.ts';
import { commitResult } from '../../server/sync/keys/commit.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../../server/workflows/ports/keyWork.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const log = createLog('silent');
const KEY = 'stripe:account:cus_1';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, stamp);
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate inbox, dirty, mirror, account_link, org_rows, account_due'));

const event = (eventId: string, key = KEY): ReceivedEvent => ({
  connection: 'stripe',
  eventId,
  kind: 'invoice.paid',
  key,
  occurredAt: null,
  payload: {},
});
const take = (...events: ReceivedEvent[]) => createIntake(store, { coalesceMs: 0 }).accept(events);
const allDone = (claim: KeyClaim): KeyResult => ({ done: claim.events.map(({ id }) => id) });
const undone = async () =>
  (await database.db.selectFrom('inbox').select('event_id').where('done_at', 'is', null).orderBy('id').execute()).map(
    (row) => row.event_id,
  );
const dirty = () => database.db.selectFrom('dirty').selectAll().orderBy('key').execute();
const worker = (handler: KeyHandler, more: { retryBaseMs?: number; concurrency?: number } = {}) =>
  createKeyWorker({ store, handler, log, retryBaseMs: 0, ...more });
const expireLeases = () => database.pool.query("update dirty set lease_until = now() - interval '1 s'");

describe('working keys', () => {
  it('hands over the events of a key together and clears it', async () => {
    await take(event('evt_1'), event('evt_2'), event('evt_3', 'stripe:account:cus_2'));
    const claims: KeyClaim[] = [];
    await worker(async (claim) => {
      claims.push(claim);
      return allDone(claim);
    }).drain();
    expect(claims.map(({ key, events }) => [key, events.map(({ eventId }) => eventId)]).sort()).toEqual([
      [KEY, ['evt_1', 'evt_2']],
      ['stripe:account:cus_2', ['evt_3']],
    ]);
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });

  it('hands events on to the key that they belong to, where they are worked', async () => {
    await take(event('evt_1', 'stripe:invoice:in_1'), event('evt_2'));
    const seen: [string, string[]][] = [];
    await worker(
      async (claim) => {
        seen.push([claim.key, claim.events.map(({ eventId }) => eventId)]);
        if (claim.key === KEY) return allDone(claim);
        return { done: [], dirty: [KEY], moved: { to: KEY, events: claim.events.map(({ id }) => id) } };
      },
      { concurrency: 1 },
    ).drain();
    expect(
      seen
        .filter(([key]) => key === KEY)
        .flatMap(([, events]) => events)
        .sort(),
    ).toEqual(['evt_1', 'evt_2']);
    expect(seen.filter(([key]) => key !== KEY)).toEqual([['stripe:invoice:in_1', ['evt_1']]]);
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });

  it('runs a key again for an event that is committed while it is being worked', async () => {
    await take(event('evt_1'));
    const seen: string[][] = [];
    await worker(async (claim) => {
      seen.push(claim.events.map(({ eventId }) => eventId));
      if (seen.length === 1) await take(event('evt_2'));
      return allDone(claim);
    }).drain();
    expect(seen).toEqual([['evt_1'], ['evt_2']]);
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });

  it('lets another worker have a key whose lease has ended, and saves nothing of the first one', async () => {
    await take(event('evt_1'));
    const [late] = await claimKeys(database.db, 10, 60_000);
    expect(await claimKeys(database.db, 10, 60_000)).toEqual([]);
    await expireLeases();
    const [second] = await claimKeys(database.db, 10, 60_000);
    expect(second?.key).toBe(KEY);
    const record = {
      key: KEY,
      kind: 'account' as const,
      billingAccountKey: KEY,
      asOf: new Date(0),
      version: 0,
      deleted: false,
      body: {},
    };
    await expect(
      commitResult(database.db, stamp, late!, { ...allDone(late!), mirror: [{ record, via: 'fetch' }] }),
    ).rejects.toThrow('lease');
    expect(await undone()).toEqual(['evt_1']);
    expect(await database.db.selectFrom('mirror').selectAll().execute()).toEqual([]);
    expect(await commitResult(database.db, stamp, second!, allDone(second!))).toMatchObject({ cleared: true });
    expect(await undone()).toEqual([]);
  });

  it('puts a key aside that fails 8 times, and goes on with the others', async () => {
    await take(event('evt_1', 'stripe:account:poison'), event('evt_2'));
    let tries = 0;
    const poisoned = worker(async (claim) => {
      if (claim.key !== 'stripe:account:poison') return allDone(claim);
      tries += 1;
      throw new TypeError('boom');
    });
    await poisoned.drain();
    expect(tries).toBe(8);
    expect(await undone()).toEqual(['evt_1']);
    expect(await dirty()).toMatchObject([{ key: 'stripe:account:poison', attempt: 8, lease_owner: null }]);
    const [row] = await dirty();
    expect(row!.quarantined_at).not.toBeNull();
    expect(row!.reason).toBe('Something unexpected went wrong (TypeError). The log has the details.');
  });

  it('tries a key that was put aside once more when an event comes, and anew when it is released', async () => {
    await take(event('evt_1'));
    let tries = 0;
    const failing = worker(async () => {
      tries += 1;
      throw new Error('boom');
    });
    await failing.drain();
    await take(event('evt_2'));
    await failing.drain();
    expect(tries).toBe(9);
    expect(await releaseKeys(database.db)).toBe(1);
    await worker(async (claim) => allDone(claim)).drain();
    expect(await undone()).toEqual([]);
  });

  it('puts a key aside at once when trying again cannot help', async () => {
    await take(event('evt_1'));
    await worker(async () => {
      throw new Fault({ code: 'x', kind: 'invalid', publicText: 'The price has no currency.' });
    }).drain();
    expect(await dirty()).toMatchObject([{ attempt: 1, reason: 'The price has no currency.' }]);
  });

  it('waits as long as a billing system asks, and never puts a key aside for its outage', async () => {
    await take(event('evt_1'));
    await database.pool.query('update dirty set attempt = 40');
    await worker(async () => {
      throw new Fault({ code: 'x', kind: 'rate_limited', publicText: 'Stripe is busy.', retryAfterMs: 90_000 });
    }).drain();
    const { rows } = await database.pool.query<{ wait: number; quarantined: boolean }>(
      'select extract(epoch from not_before - now())::float8 as wait, quarantined_at is not null as quarantined from dirty',
    );
    expect(rows[0]!.quarantined).toBe(false);
    expect(rows[0]!.wait).toBeGreaterThan(80);
    await take(event('evt_2'));
    const again = await database.pool.query<{ wait: number }>(
      'select extract(epoch from not_before - now())::float8 as wait from dirty',
    );
    expect(again.rows[0]!.wait).toBeGreaterThan(80);
  });

  it('works a key again at the time that its handler names, or earlier for an event', async () => {
    await take(event('evt_1'));
    const againAt = new Date(Date.now() + 3_600_000);
    const handler: KeyHandler = async () => ({ done: [], againAt });
    expect(await worker(handler).drain()).toBe(1);
    expect((await dirty())[0]!.not_before).toEqual(againAt);
    await take(event('evt_2'));
    expect(await worker(async (claim) => allDone(claim)).drain()).toBe(1);
    expect(await undone()).toEqual([]);
  });

  it('finds events that nobody works any more', async () => {
    await take(event('evt_1'));
    await database.pool.query('truncate dirty');
    expect(await rearm(database.db, 30_000)).toBe(0);
    await database.pool.query("update inbox set received_at = now() - interval '31 s'");
    expect(await rearm(database.db, 30_000)).toBe(1);
    expect(await rearm(database.db, 30_000)).toBe(0);
  });

  it('shares keys between workers that run together, each key with one of them', async () => {
    await bumpKeys(
      database.db,
      Array.from({ length: 60 }, (_, index) => `stripe:account:cus_${index}`),
    );
    const seen: string[] = [];
    const handler: KeyHandler = async (claim) => {
      seen.push(claim.key);
      return { done: [] };
    };
    await Promise.all([worker(handler).drain(), worker(handler).drain(), worker(handler).drain()]);
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });

  it('works what comes while it runs, and stops when asked', async () => {
    let worked: (key: string) => void = () => {};
    const first = new Promise<string>((resolve) => (worked = resolve));
    const running = worker(async (claim) => {
      worked(claim.key);
      return allDone(claim);
    });
    running.start();
    await take(event('evt_1'));
    expect(await first).toBe(KEY);
    await running.stop();
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });
});
