import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { deriveAccount } from '../account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../account/facts.ts';
import { NOTHING_INHERITED } from '../metrics/monthly.ts';
import { money } from '../money/money.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { instant } from '../time/instant.ts';
import type { SubscriptionChange } from './change.ts';
import { pendingChangeOf } from './pending.ts';
import { MOST_ENTRIES, nextForgottenOn, nextToldOn, timelineOf } from './timeline.ts';

const TODAY = calendarDate('2026-11-21');
const usd = (minor: number) => money(minor, 'USD');

const told = (objects: BillingObject[], day = TODAY) =>
  timelineOf(factsOf(objects), day, 'UTC').map(({ kind, sentence }) => `${kind}: ${sentence}`);

function change(more: Partial<SubscriptionChange> = {}): SubscriptionChange {
  return {
    kind: 'change',
    key: 'zuora:change:O-7:1',
    connection: 'zuora',
    source: 'Zuora',
    billingAccountKey: 'zuora:account:a1',
    subscriptionKey: 'zuora:subscription:A-S1',
    what: 'Product Updated',
    at: instant('2026-11-20T10:00:00Z'),
    effectiveOn: calendarDate('2026-11-20'),
    until: null,
    items: [],
    mrr: null,
    reason: null,
    order: { number: 'O-7', action: 'UpdateProduct', reverted: false },
    sourceUrl: 'https://example.com',
    ...more,
  };
}

const segment = (number: string, price: string, from: string | null, to: string | null) =>
  sample.charge({
    number,
    price,
    startsOn: from === null ? null : calendarDate(from),
    endsOn: to === null ? null : calendarDate(to),
  });

describe('what billing says now tells', () => {
  test.each<[string, BillingObject[], string[]]>([
    [
      'an invoice with its due date and what of it is for changes within a period',
      [
        sample.invoice({
          amount: usd(120_000),
          invoicedOn: calendarDate('2026-11-01'),
          dueOn: calendarDate('2026-12-01'),
          items: [sample.invoiceItem({ kind: 'Proration', amount: usd(1_230) }), sample.invoiceItem()],
        }),
      ],
      [
        'Invoice Posted: Invoice INV1 posted: USD 1,200.00, due 1 Dec 2026, of which USD 12.30 for changes within a period',
      ],
    ],
    ['a void invoice', [sample.invoice({ status: 'Void' })], ['Invoice Voided: Invoice INV1 of USD 500.00 was voided']],
    ['no draft', [sample.invoice({ status: 'Draft' }), sample.memo({ status: 'Draft' })], []],
    ['a memo', [sample.memo()], ['Memo Posted: Credit memo CM-1 of USD 100.00 posted']],
    [
      'a payment that failed, and why',
      [sample.payment({ status: 'Failed', declineCode: 'insufficient_funds' })],
      [
        'Payment Failed: Payment of USD 500.00 failed: There is not enough money on the account. A later attempt may succeed; another payment method helps at once.',
      ],
    ],
    [
      'a payment, its refund and its dispute',
      [
        sample.payment({
          status: 'Refunded',
          method: 'Visa •••• 4242',
          refunds: [
            {
              id: 'R-1',
              amount: usd(700),
              status: 'Succeeded',
              reason: null,
              failure: null,
              at: instant('2026-11-21T08:00:00Z'),
            },
          ],
          disputes: [
            {
              id: 'D-1',
              amount: usd(900),
              status: 'Needs a response',
              lost: usd(0),
              reason: null,
              openedAt: instant('2026-11-21T09:00:00Z'),
              dueAt: null,
            },
          ],
        }),
      ],
      [
        'Dispute: Dispute over USD 9.00 of payment P-1: needs a response',
        'Refund: Refund of USD 7.00 of payment P-1',
        'Payment Received: Payment of USD 500.00 received by Visa •••• 4242',
      ],
    ],
    [
      'a subscription that began and ended',
      [
        sample.subscription({
          startsOn: calendarDate('2026-09-01'),
          status: 'Canceled',
          cancelOn: calendarDate('2026-11-15'),
        }),
      ],
      ['Ended: Platform ended', 'Started: Platform started'],
    ],
    ['nothing that has not happened', [sample.subscription({ startsOn: calendarDate('2026-12-01') })], []],
  ])('%s', (_, objects, sentences) => {
    expect(told(objects)).toEqual(sentences);
  });
});

describe('what an order did to MRR', () => {
  const subscription = sample.subscription({
    charges: [segment('C-1', '1000', null, '2026-11-20'), segment('C-1', '1450', '2026-11-20', null)],
  });

  test('is the step between the day before and the day itself', () => {
    expect(told([subscription, change()])).toEqual([
      'Product Updated: Order O-7 (UpdateProduct): changed Platform from 20 Nov 2026: MRR +USD 450.00',
    ]);
  });

  test.each<[string, SubscriptionChange[]]>([
    ['another change of that day may have done it', [change(), change({ key: 'zuora:change:O-8:1' })]],
    ['it was reverted', [change({ order: { number: 'O-7', action: 'UpdateProduct', reverted: true } })]],
  ])('is left out where %s', (_, changes) => {
    const sentences = told([subscription, ...changes]);
    expect(sentences).toHaveLength(changes.length);
    for (const sentence of sentences) expect(sentence).not.toContain('MRR');
  });

  test('is left out for a discount of the customer, which stands in no event', () => {
    const heard = change({ order: null, what: 'Quantity Changed', mrr: { before: usd(1000), after: usd(3000) } });
    const halved = {
      name: 'Half',
      couponId: 'half',
      percentOff: '50',
      amountOff: null,
      duration: 'forever' as const,
      startsOn: null,
      endsOn: null,
      appliesToProducts: null,
    };
    expect(told([subscription, heard, sample.billingAccount()])).toEqual([
      'Quantity Changed: Changed Platform: MRR +USD 20.00',
    ]);
    expect(told([subscription, heard, sample.billingAccount({ discounts: [halved] })])).toEqual([
      'Quantity Changed: Changed Platform',
    ]);
  });
});

test('a change of a subscription that is not known is told by its number', () => {
  expect(
    told([change({ what: 'Canceled', order: { number: 'O-9', action: 'CancelSubscription', reverted: false } })]),
  ).toEqual(['Canceled: Order O-9 (CancelSubscription): canceled A-S1 from 20 Nov 2026']);
});

describe('how far back it goes', () => {
  const paid = (at: string) => sample.payment({ number: `P ${at}`, at: instant(at) });

  test('to what happened less than 90 days ago, in the business time zone', () => {
    const facts = factsOf([paid('2026-08-24T06:30:00Z'), paid('2026-08-24T20:00:00Z')]);
    expect(timelineOf(facts, TODAY, 'UTC')).toHaveLength(2);
    expect(timelineOf(facts, calendarDate('2026-11-22'), 'UTC')).toHaveLength(0);
    // Half past eleven of the 23rd in Los Angeles.
    expect(timelineOf(facts, TODAY, 'America/Los_Angeles').map(({ on }) => on)).toEqual(['2026-08-24']);
    expect(nextForgottenOn(timelineOf(facts, TODAY, 'UTC'))).toBe('2026-11-22');
    expect(nextForgottenOn([])).toBeNull();
  });

  test('not to what a clock that is ahead of ours dates tomorrow, which is told on that day', () => {
    const tomorrow = instant('2026-11-22T00:00:02Z');
    const refund = { id: 're_1', at: tomorrow, amount: money(100, 'USD'), reason: null, failure: null };
    const refunds = [{ ...refund, status: 'Succeeded' as const }];
    const ahead = [
      paid(tomorrow),
      sample.payment({ number: 'P-2', at: instant('2026-11-20T10:00:00Z'), refunds }),
      change({ what: 'Upgraded', at: tomorrow }),
    ];
    for (const one of ahead) {
      const facts = factsOf([one]);
      expect(nextToldOn(facts, TODAY, 'UTC')).toBe('2026-11-22');
      expect(nextToldOn(facts, calendarDate('2026-11-22'), 'UTC')).toBeNull();
      // Still the 21st in Los Angeles.
      expect(nextToldOn(facts, TODAY, 'America/Los_Angeles')).toBeNull();
      expect(deriveAccount('001000000000001AAA', facts, TODAY, 'UTC').nextChangeOn).toBe('2026-11-22');
    }
  });

  test('to the newest 200 of an Account', () => {
    const payments = Array.from({ length: MOST_ENTRIES + 5 }, (_, index) =>
      paid(new Date(Date.parse('2026-11-01T00:00:00Z') + index * 60_000).toISOString()),
    );
    const entries = timelineOf(factsOf(payments), TODAY, 'UTC');
    expect(entries).toHaveLength(MOST_ENTRIES);
    expect(entries[0]!.at).toBe(payments.at(-1)!.at);
    expect(entries.at(-1)!.at).toBe(payments[5]!.at);
  });
});

describe('what is booked', () => {
  const nothing = () => NOTHING_INHERITED;
  test.each<[string, Parameters<typeof sample.subscription>[0], string | null]>([
    ['nothing', {}, null],
    ['a cancellation', { cancelOn: calendarDate('2026-12-05') }, 'Canceled from 5 Dec 2026'],
    ['a pause of collection without an end', { collectionPaused: true }, 'Collection is paused'],
    [
      'a suspension',
      {
        statusHistory: [
          { status: 'Active', from: calendarDate('2026-07-01'), to: calendarDate('2026-12-10') },
          { status: 'Suspended', from: calendarDate('2026-12-10'), to: null },
        ],
        charges: [segment('C-1', '1000', null, '2026-12-10')],
      },
      'Suspended from 10 Dec 2026; MRR becomes USD 0.00 on 10 Dec 2026',
    ],
    [
      'a ramp',
      { charges: [segment('C-1', '1000', null, '2027-01-01'), segment('C-1', '1500', '2027-01-01', null)] },
      'MRR becomes USD 1,500.00 on 1 Jan 2027',
    ],
    [
      'a ramp after a cancellation, which never comes',
      {
        cancelOn: calendarDate('2026-12-05'),
        charges: [segment('C-1', '1000', null, '2027-01-01'), segment('C-1', '1500', '2027-01-01', null)],
      },
      'Canceled from 5 Dec 2026',
    ],
    ['nothing of what has ended', { status: 'Canceled', cancelOn: calendarDate('2026-11-01') }, null],
  ])('%s', (_, more, words) => {
    expect(pendingChangeOf(sample.subscription(more), TODAY, nothing)).toBe(words);
  });
});

describe('a word that nobody here knows', () => {
  test('for the state of a memo, a refund or a dispute is told as it came, and never as something that is known', () => {
    const at = instant('2026-11-20T09:00:00Z');
    const refund = { id: 'r1', amount: usd(4_000), status: 'UnderReview', reason: null, failure: null, at };
    expect(told([sample.memo({ status: 'UnderReview' }), sample.payment({ refunds: [refund], disputes: [] })])).toEqual(
      expect.arrayContaining([
        'Memo In Unknown State: Credit memo CM-1 of USD 100.00 has the state UnderReview, which is not known here: it counts neither as owed nor as paid',
        'Refund: Refund of USD 40.00 of payment P-1 has the state UnderReview',
      ]),
    );
  });

  test('for the status of a subscription tells neither that it began nor that it ended', () => {
    const more = { startsOn: calendarDate('2026-11-01'), cancelOn: calendarDate('2026-11-10') };
    expect(told([sample.subscription({ ...more, status: 'Canceled' })])).toHaveLength(2);
    expect(told([sample.subscription({ ...more, status: 'Hibernating' })])).toEqual([]);
  });

  test('for the state of an order is told with the action, without a step of MRR', () => {
    const charges = [segment('C-1', '1000', null, '2026-11-10'), segment('C-1', '1500', '2026-11-10', null)];
    const order = { number: 'O-1', action: 'UpdateProduct', reverted: false };
    const of = (more: Partial<typeof order & { state: string }>) =>
      told([
        sample.subscription({ charges }),
        change({ what: 'Product Updated', effectiveOn: calendarDate('2026-11-10'), order: { ...order, ...more } }),
      ]).find((one) => one.includes('O-1'));
    expect(of({})).toContain('MRR +USD 500.00');
    expect(of({ state: 'HalfDone' })).toContain(
      'Order O-1 (UpdateProduct), in the state HalfDone, which is not known here:',
    );
    expect(of({ state: 'HalfDone' })).not.toContain('MRR');
  });
});
