import { expect, test } from 'vitest';
import { money } from '../../domain/money/money.ts';
import type { BillingRecord } from '../../workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../workflows/ports/keyWork.ts';
import { readZuoraEvent } from './events.ts';
import { zuoraLinks } from './links.ts';

const CONTEXT = { connection: 'zuora', timeZone: 'UTC', accountIdField: 'CRMAccountId__c', links: zuoraLinks() };
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

function partsOf(object: string, known: ReadonlyMap<string, BillingRecord>, more: object = {}): readonly string[] {
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
      ...more,
    },
  };
  return readZuoraEvent(event, known, CONTEXT).fetch;
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

/** A credit memo of 25.00, posted in the second of the change; an account that was read well after it. */
function withMemo(more: object): ReadonlyMap<string, BillingRecord> {
  const key = 'zuora:creditmemo:CM1';
  const amounts = { amount: money(2500, 'USD'), applied: money(500, 'USD'), refunded: money(1000, 'USD') };
  const body = { kind: 'memo', key, status: 'Posted', ...amounts, balance: money(1000, 'USD'), ...more };
  const record = {
    key,
    kind: 'memo',
    billingAccountKey: KEY,
    asOf: new Date(CHANGED),
    version: 0,
    deleted: false,
    body,
  };
  return new Map([...readAfter(60_000), [key, record as unknown as BillingRecord]]);
}

const sweptMemo = { number: 'CM1', status: 'Posted', balance: '10', amount: '25', refunded: '10' };

test.each<[string, ReadonlyMap<string, BillingRecord>, boolean]>([
  [
    'nothing, though its account was read since: the memo may have come later than what was read',
    readAfter(60_000),
    false,
  ],
  ['the same', withMemo({}), true],
  ['another status', withMemo({ status: 'Draft' }), false],
  ['another balance', withMemo({ balance: money(2000, 'USD') }), false],
  ['another amount', withMemo({ amount: money(2600, 'USD') }), false],
  ['less paid back, with the same balance', withMemo({ refunded: money(0, 'USD') }), false],
])('a swept credit memo of which the mirror says %s is known or not', (_, known, isKnown) => {
  expect(partsOf('credit-memos', known, sweptMemo)).toEqual(isKnown ? [] : ['account', 'invoices', 'memos']);
});

test('a swept refund is read, whatever was read of its account before', () => {
  expect(partsOf('refunds', readAfter(60_000))).toEqual(['account', 'payments']);
});

test.each([
  [4_000, ['account']],
  [6_000, []],
])('a swept payment method is known once its account was read well after it: %i ms', (ms, parts) => {
  expect(partsOf('payment-methods', readAfter(ms))).toEqual(parts);
});
