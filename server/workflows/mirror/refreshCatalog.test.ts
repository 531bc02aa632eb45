import { expect, test } from 'vitest';
import type { KeyClaim } from '../ports/keyWork.ts';
import { refreshCatalog } from './refreshCatalog.ts';

const NOW = new Date('2026-11-21T09:00:00Z');

function work(key: string, waitedMs: number, sells = false) {
  const receivedAt = new Date(NOW.getTime() - waitedMs);
  const event = { id: '1', connection: 'stripe', eventId: 'e', kind: 'product.updated', occurredAt: null, receivedAt };
  const claim: KeyClaim = {
    key,
    events: [{ ...event, payload: {} }],
    claimedAt: NOW,
    attempt: 1,
    pollAt: null,
    pollOnly: false,
    batch: false,
    refetch: [],
  };
  return refreshCatalog({
    sells,
    mirror: { using: (...args) => Promise.resolve(args[2] === 'unused' ? [] : [args.join(' ')]) },
  })(claim);
}

test('an edit waits until no process can hold the state before it', async () => {
  expect(await work('stripe:product:prod_1', 89_000)).toEqual({ done: [], againAt: new Date(NOW.getTime() + 1000) });
});

test.each(['product', 'coupon'])('what uses an edited %s is read anew', async (kind) => {
  expect(await work(`stripe:${kind}:x`, 90_000)).toEqual({
    done: ['1'],
    refetch: { keys: [`stripe ${kind} x`], parts: ['account', 'subscriptions'] },
  });
});

test('an edit that concerns nobody is done', async () => {
  expect(await work('stripe:product:unused', 90_000)).toEqual({ done: ['1'] });
});

test('an edited product is also read for the price book, a coupon is not', async () => {
  expect(await work('stripe:product:unused', 90_000, true)).toEqual({ done: ['1'], dirty: ['stripe:catalog:all'] });
  expect(await work('stripe:coupon:unused', 90_000, true)).toEqual({ done: ['1'] });
});
