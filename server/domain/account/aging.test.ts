import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { add, money, sum } from '../money/money.ts';
import { addDays, calendarDate } from '../time/calendarDate.ts';
import { agingDays, agingOf, bucketOf, type AgingBucket } from './aging.ts';
import { deriveAccount } from './deriveAccount.ts';
import { factsOf, type BillingObject } from './facts.ts';

const TODAY = calendarDate('2026-11-21');
const due = (daysAgo: number) => addDays(TODAY, -daysAgo);

test.each<[number, AgingBucket]>([
  [-1, 'notDue'],
  [0, 'notDue'],
  [1, 'days1to30'],
  [30, 'days1to30'],
  [31, 'days31to60'],
  [60, 'days31to60'],
  [61, 'days61to90'],
  [90, 'days61to90'],
  [91, 'over90'],
  [4000, 'over90'],
])('what is %i days past its due date is in the bucket %s', (daysAgo, bucket) => {
  expect(bucketOf(due(daysAgo), TODAY)).toBe(bucket);
});

test('what has no due date is not due', () => {
  expect(bucketOf(null, TODAY)).toBe('notDue');
});

const days = fc.integer({ min: -40, max: 130 });

test('a bucket is the same from one of its days to the next, and turns on each of them', () => {
  fc.assert(
    fc.property(days, days, (daysAgo, later) => {
      const on = addDays(TODAY, later);
      const turns = agingDays(due(daysAgo)).includes(on);
      expect(bucketOf(due(daysAgo), on) !== bucketOf(due(daysAgo), addDays(on, -1))).toBe(turns);
    }),
  );
});

const currency = fc.constantFrom('USD', 'EUR', 'JPY');
const minor = fc.integer({ min: 0, max: 1e9 });
const dueOn = fc.option(days.map(due), { nil: null });
const invoice = fc
  .record({ id: fc.uuid(), minor, currency, dueOn, status: fc.constantFrom('Open', 'Paid', 'Draft', 'Void') })
  .map(({ id, ...one }): BillingObject => {
    const balance = money(one.minor, one.currency);
    return sample.invoice({ number: id, status: one.status, amount: balance, balance, dueOn: one.dueOn });
  });
const memo = fc
  .record({ id: fc.uuid(), minor, currency, dueOn, type: fc.constantFrom('Credit', 'Debit') })
  .map(({ id, ...one }): BillingObject => {
    const amount = money(one.minor, one.currency);
    return sample.memo({ number: id, type: one.type, amount, balance: amount, dueOn: one.dueOn });
  });

describe('an Account', () => {
  const derive = (objects: readonly BillingObject[], day = TODAY) => deriveAccount('001', factsOf(objects), day, 'UTC');

  test('owes in its buckets what is outstanding, in each currency apart', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(invoice, memo), { maxLength: 12 }), (objects) => {
        const { balances } = derive(objects);
        for (const { currency: code, aging, outstanding, overdue } of balances) {
          expect(sum(Object.values(aging), code)).toEqual(outstanding);
          expect(add(aging.notDue, overdue)).toEqual(outstanding);
        }
        const owed = objects
          .filter((one) =>
            one.kind === 'invoice' ? one.status === 'Open' : one.kind === 'memo' && one.type === 'Debit',
          )
          .reduce((all, one) => all + ('balance' in one ? one.balance!.minor : 0), 0);
        expect(balances.reduce((all, { outstanding }) => all + outstanding.minor, 0)).toBe(owed);
      }),
    );
  });

  test('does not change before the day it names, and is looked at on every day on which a bucket turns', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(invoice, memo), { maxLength: 6 }), (objects) => {
        const { nextChangeOn, balances, events } = derive(objects);
        const last = nextChangeOn === null ? addDays(TODAY, 200) : addDays(nextChangeOn, -1);
        const before = derive(objects, last);
        expect([before.balances, before.events]).toEqual([balances, events]);
        if (nextChangeOn === null) return;
        const then = derive(objects, nextChangeOn);
        expect([then.balances, then.events]).not.toEqual([balances, events]);
      }),
      { numRuns: 40 },
    );
  });

  test('counts a debit memo as owed, and says so when it is overdue', () => {
    const debit = sample.memo({ number: 'DM-1', type: 'Debit', balance: money(4_000, 'USD'), dueOn: due(45) });
    const view = derive([debit]);
    expect(view.balances).toMatchObject([{ currency: 'USD', outstanding: money(4_000, 'USD') }]);
    expect(view.balances[0]?.aging).toEqual({ ...agingOf([], 'USD', TODAY), days31to60: money(4_000, 'USD') });
    expect(view.health.summary).toBe('USD 40.00 is overdue: debit memo DM-1 was due on 7 Oct 2026.');
  });

  test('is worth what it paid and was not paid back, whatever else was tried', () => {
    const payments = [
      sample.payment({ number: 'P-1', amount: money(50_000, 'USD'), refunded: money(12_000, 'USD') }),
      sample.payment({ number: 'P-2', amount: money(900, 'USD'), refunded: money(900, 'USD'), status: 'Refunded' }),
      sample.payment({ number: 'P-3', amount: money(700, 'EUR') }),
      ...(['Pending', 'Failed', 'Canceled'] as const).map((status) => sample.payment({ number: status, status })),
    ];
    expect(derive(payments).balances.map(({ lifetimeValue }) => lifetimeValue)).toEqual([
      money(700, 'EUR'),
      money(38_000, 'USD'),
    ]);
  });
});
