import { beforeEach, expect, test } from 'vitest';
import type { KeyClaim, StoredEvent } from '../ports/keyWork.ts';
import { placeEvents } from './placeEvents.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
let mirrored: string | null;
let read: string | null | undefined;
let reads: number;

beforeEach(() => {
  [mirrored, read, reads] = [null, null, 0];
});

function work(...waitedMs: number[]) {
  const events = waitedMs.map((ms, index): StoredEvent => ({
    id: String(index + 1),
    connection: 'zuora',
    eventId: `n${index}`,
    kind: 'InvoicePosted',
    occurredAt: null,
    receivedAt: new Date(NOW.getTime() - ms),
    payload: {},
  }));
  const claim: KeyClaim = {
    key: 'zuora:invoice:INV1',
    events,
    claimedAt: NOW,
    attempt: 1,
    pollAt: null,
    pollOnly: false,
    batch: false,
    refetch: [],
  };
  return placeEvents({
    mirror: { billingAccountOf: () => Promise.resolve(mirrored) },
    billing: {
      whereIs() {
        reads += 1;
        return Promise.resolve(read);
      },
    },
  })(claim);
}

test('events of an object that the mirror knows go to its billing account without a read', async () => {
  mirrored = 'zuora:account:a1';
  expect(await work(10, 20)).toEqual({
    done: [],
    dirty: ['zuora:account:a1'],
    moved: { to: 'zuora:account:a1', events: ['1', '2'] },
  });
  expect(reads).toBe(0);
});

test('of an object that was told of just now nobody is asked, since events that come with it may say whose it is', async () => {
  read = 'zuora:account:a1';
  expect(await work(400, 10)).toEqual({ done: [], againAt: new Date(NOW.getTime() + 600) });
  expect(reads).toBe(0);
});

test('the billing account of another object is read once', async () => {
  read = 'zuora:account:a1';
  expect(await work(1_000, 10)).toMatchObject({ moved: { to: 'zuora:account:a1', events: ['1', '2'] } });
  expect(reads).toBe(1);
});

test('a key that is worked without an event makes its billing account dirty', async () => {
  read = 'zuora:account:a1';
  expect(await work()).toEqual({ done: [], dirty: ['zuora:account:a1'] });
});

test.each([
  [1_000, 5_000],
  [5_000, 5_000],
  [60_000, 60_000],
  [86_400_000, 6 * 3_600_000],
])('events of an unknown object that waited %i ms wait %i ms more', async (waited, more) => {
  expect(await work(waited)).toEqual({ done: [], againAt: new Date(NOW.getTime() + more) });
});

test('the newest event decides how long an unknown object is waited for', async () => {
  expect(await work(20 * 86_400_000, 0)).toEqual({ done: [], againAt: new Date(NOW.getTime() + 5_000) });
});

test('an object that is unknown after 30 days is put aside with the reason', async () => {
  await expect(work(31 * 86_400_000)).rejects.toMatchObject({ code: 'event_without_account', retryable: false });
});

test('events of an object that belongs to no billing account are done', async () => {
  read = undefined;
  expect(await work(1_000)).toEqual({ done: ['1'] });
});
