import { expect, test } from 'vitest';
import { money } from '../../domain/money/money.ts';
import type { BillingRecord } from '../../workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../workflows/ports/keyWork.ts';
import { readZuoraEvent } from './events.ts';

const KEY = 'zuora:account:a1';
const CHANGED = Date.parse('2026-11-21T09:00:00Z');

/** An account that was read so long after the change. */
function readAfter(ms: number, more: object = {}): ReadonlyMap<string, BillingRecord> {
  const body = { kind: 'account', key: KEY, name: 'Acme', status: 'Active', currency: 'USD', autoPay: true, ...more };
  const record = {
    key: KEY,
    kind: 'account',
    billingAccountKey: KEY,
    asOf: new Date(CHANGED + ms),
    version: 0,
    deleted: false,
    body: { balance: money(1500, 'USD'), ...body },
  };
  return new Map([[KEY, record as unknown as BillingRecord]]);
}

function partsOf(object: string, known: ReadonlyMap<string, BillingRecord>): readonly string[] {
  const event: StoredEvent = {
    id: '1',
    connection: 'zuora',
    eventId: 'e',
    kind: `swept.${object}`,
    occurredAt: new Date(CHANGED),
    receivedAt: new Date(CHANGED),
    payload: {
      object,
      number: 'a1',
      version: 0,
      updatedDate: new Date(CHANGED).toISOString(),
      status: 'Active',
      balance: '15',
      name: 'Acme',
      autoPay: true,
    },
  };
  return readZuoraEvent(event, known, 'zuora').fetch;
}

test.each<[string, number, object, boolean]>([
  ['the same, right after the change', 1_000, {}, true],
  ['another name, right after the change: the read may have lagged', 1_000, { name: 'Old' }, false],
  ['another balance, right after the change', 4_000, { balance: money(0, 'USD') }, false],
  ['anything, well after the change', 6_000, { name: 'Newer' }, true],
  ['the same, before the change', -1_000, {}, false],
])('a swept account of which the mirror says %s is known or not', (_, ms, more, isKnown) => {
  expect(partsOf('accounts', readAfter(ms, more))).toEqual(isKnown ? [] : ['account']);
});

test.each([
  [4_000, ['account', 'invoices', 'memos']],
  [6_000, []],
])('a swept credit memo is known once its account was read well after it: %i ms', (ms, parts) => {
  expect(partsOf('credit-memos', readAfter(ms))).toEqual(parts);
});
