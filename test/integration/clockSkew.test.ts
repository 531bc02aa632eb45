import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIntake } from '../../server/sync/inbox/intake.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { placeEvents } from '../../server/workflows/mirror/placeEvents.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const KEY = 'stripe:account:cus_1';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
afterEach(() => {
  vi.useRealTimers();
});

describe.each([
  ['ten minutes behind', -600_000],
  ['ten minutes ahead', 600_000],
])('a process whose clock is %s of that of the database', (_what, skewMs) => {
  beforeEach(async () => {
    await database.pool.query('truncate inbox, inbox_payload, dirty, lease, org_rows');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + skewMs });
  });

  const store = () => createPostgresStore(database, stamp);

  it('works an event at once, alone, and tries again when it is time', async () => {
    await createIntake(store(), { coalesceMs: 0 }).accept([
      { connection: 'stripe', eventId: 'evt_1', kind: 'x', key: KEY, occurredAt: new Date(), payload: {} },
    ]);
    const [claim] = await store().claimKeys(10, 30_000);
    expect(claim).toMatchObject({ key: KEY, events: [{ eventId: 'evt_1' }] });
    expect(await store().claimKeys(10, 30_000), 'nobody else may have it').toEqual([]);
    await store().recordFailure(claim!, { action: 'retry', waitMs: 5_000 }, 'A fault of the test.');
    expect(await store().claimKeys(10, 30_000), 'it waits').toEqual([]);
    const { rows } = await database.pool.query<{ ms: number }>(
      'select (extract(epoch from not_before - now()) * 1000)::float8 as ms from dirty',
    );
    expect(rows[0]!.ms).toBeGreaterThan(3_000);
    expect(rows[0]!.ms).toBeLessThanOrEqual(5_000);
  });

  it('reckons how long an event has waited by the clock that its receipt is of', async () => {
    await createIntake(store(), { coalesceMs: 0 }).accept([
      { connection: 'stripe', eventId: 'evt_1', kind: 'x', key: 'stripe:invoice:in_1', occurredAt: null, payload: {} },
    ]);
    const [claim] = await store().claimKeys(10, 30_000);
    const waited = claim!.claimedAt.getTime() - claim!.events[0]!.receivedAt.getTime();
    expect(waited).toBeGreaterThanOrEqual(0);
    expect(waited).toBeLessThan(10_000);
    const place = placeEvents({
      mirror: { billingAccountOf: () => Promise.resolve(null) },
      billing: { whereIs: () => Promise.resolve(null) },
    });
    await store().commitResult(claim!, await place(claim!));
    const { rows } = await database.pool.query<{ ms: number }>(
      'select (extract(epoch from not_before - now()) * 1000)::float8 as ms from dirty',
    );
    expect(rows[0]!.ms, 'at most the second in which others may tell whose it is').toBeLessThanOrEqual(1_000);
    expect(rows[0]!.ms).toBeGreaterThan(-10_000);
  });

  it('shares leases with the others by one clock', async () => {
    expect(await store().takeLeases(['sweep:stripe'], 'skewed', 30_000)).toEqual(['sweep:stripe']);
    vi.useRealTimers();
    expect(await store().takeLeases(['sweep:stripe'], 'other', 30_000)).toEqual([]);
    await database.pool.query('update lease set until = now()');
    expect(await store().takeLeases(['sweep:stripe'], 'other', 30_000)).toEqual(['sweep:stripe']);
  });

  it('gives rows versions that rise with those that others gave', async () => {
    const row = (balance: number) => [
      { object: 'Billing_Invoice__c', key: 'stripe:invoice:in_1', fields: { Balance__c: balance }, parents: {} },
    ];
    const versions: number[] = [];
    for (const [balance, skewed] of [
      [1, true],
      [2, false],
      [3, true],
    ] as const) {
      if (skewed) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + skewMs });
      else vi.useRealTimers();
      await store().setRows('001000000000001AAA', row(balance));
      const { rows } = await database.pool.query<{ version: number }>(
        'select row_version::float8 as version from org_rows',
      );
      versions.push(rows[0]!.version);
    }
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
  });
});
