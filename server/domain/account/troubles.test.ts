import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { Invoice } from '../invoice/invoice.ts';
import { money } from '../money/money.ts';
import type { Discount } from '../subscription/discount.ts';
import type { SubscriptionChange } from '../timeline/change.ts';
import type { Payment } from '../payment/payment.ts';
import { addDays, calendarDate } from '../time/calendarDate.ts';
import { instant } from '../time/instant.ts';
import { deriveAccount } from './deriveAccount.ts';
import { factsOf, type BillingObject } from './facts.ts';

const TODAY = calendarDate('2026-11-21');
const inDays = (days: number) => addDays(TODAY, days);
const derive = (objects: readonly BillingObject[], day = TODAY) => deriveAccount('001', factsOf(objects), day, 'UTC');
const health = (...objects: BillingObject[]) => derive(objects).health;

const subscription = sample.subscription;
const owed = (daysAgo: number, more: Partial<Invoice> = {}) => sample.invoice({ dueOn: inDays(-daysAgo), ...more });
/** Pays automatically, with a method that was declined. */
const stopped = (isStopped: boolean) =>
  sample.billingAccount({
    autoPay: true,
    charging: {
      failuresInARow: 3,
      failedAt: instant('2026-11-12T09:00:00Z'),
      notBefore: null,
      isStopped,
      declineCode: null,
      declineText: null,
    },
  });
const failed = (number: string, more: Partial<Payment> = {}) =>
  sample.payment({
    number,
    status: 'Failed',
    at: instant('2026-11-12T09:00:00Z'),
    declineCode: 'insufficient_funds',
    invoiceKeys: ['zuora:invoice:INV1'],
    ...more,
  });
const card = (expiry: string, more: Partial<BillingAccount> = {}) =>
  sample.billingAccount({ autoPay: true, card: { id: 'c', brand: 'Visa', last4: '4242', expiry }, ...more });
const ofStripe = { connection: 'stripe', source: 'Stripe' as const };
const monthly = subscription({
  ...ofStripe,
  termType: 'Evergreen',
  termStartsOn: inDays(-10),
  termEndsOn: inDays(20),
  endsByDate: false,
});
/** A change of units `daysAgo` (below zero), with the MRR in cents that its event says. */
const changed = (daysAgo: number, before: number, after: number): SubscriptionChange => ({
  ...ofStripe,
  kind: 'change',
  key: `stripe:change:evt_${daysAgo}:items`,
  billingAccountKey: monthly.billingAccountKey,
  subscriptionKey: monthly.key,
  what: 'Quantity Changed',
  at: instant(`${inDays(daysAgo)}T09:00:00Z`),
  effectiveOn: null,
  until: null,
  items: [],
  mrr: { before: money(before, 'USD'), after: money(after, 'USD') },
  reason: null,
  order: null,
  sourceUrl: 'https://example.com',
});
const loyalty: Discount = {
  name: 'Loyalty',
  percentOff: '0',
  amountOff: null,
  duration: 'forever',
  startsOn: inDays(-300),
  endsOn: null,
  appliesToProducts: null,
};
const october = (quantity: string) =>
  sample.usage({
    key: 'zuora:usage:C-2:2026-10-01',
    quantity,
    periodStartsOn: calendarDate('2026-10-01'),
    periodEndsOn: calendarDate('2026-11-01'),
  });

describe('points go', () => {
  test.each<[string, BillingObject[], string[]]>([
    ['not for what is not due yet', [subscription(), owed(0)], []],
    [
      'for what is overdue, by its age',
      [subscription(), owed(30)],
      ['-10: USD 500.00 is overdue, the oldest for 1 to 30 days: it was due on 22 Oct 2026.'],
    ],
    [
      'for the oldest of it, and once more when it comes to a month of revenue',
      [subscription(), owed(91), owed(31, { number: 'INV2' })],
      [
        '-40: USD 1,000.00 is overdue, the oldest for more than 90 days: it was due on 22 Aug 2026.',
        "-10: USD 1,000.00 is overdue: no less than a month's revenue in its currency.",
      ],
    ],
    [
      'for failed payments, by how many there were',
      [subscription(), sample.invoice(), failed('P-1'), failed('P-2')],
      ['-15: Payment of USD 500.00 for invoice INV1 failed 2 times.'],
    ],
    [
      'for a decline that no further attempt cures',
      [subscription(), sample.invoice(), failed('P-1', { declineCode: 'expired_card' })],
      [
        '-10: The payment for invoice INV1 was declined for a reason that another attempt does not change.',
        '-10: Payment of USD 500.00 for invoice INV1 failed.',
      ],
    ],
    [
      'for collection that came to its end',
      [subscription(), sample.invoice({ automaticCollection: true, attemptCount: 7 })],
      [
        '-25: Payment of USD 500.00 for invoice INV1 failed 7 times.',
        '-15: No further attempt is planned for invoice INV1.',
      ],
    ],
    [
      'for a payment method that Zuora does not try any more',
      [subscription(), stopped(true), sample.invoice(), failed('P-1')],
      ['-15: No further attempt is planned for invoice INV1.', '-10: Payment of USD 500.00 for invoice INV1 failed.'],
    ],
    [
      'for one that it goes on with',
      [subscription(), stopped(false), sample.invoice(), failed('P-1')],
      ['-10: Payment of USD 500.00 for invoice INV1 failed.'],
    ],
    [
      'for what was written off',
      [subscription(), sample.invoice({ status: 'Uncollectible' })],
      ['-20: USD 500.00 on invoice INV1 was written off as uncollectible.'],
    ],
    [
      'for a cancellation of all there is',
      [subscription({ cancelOn: inDays(14) })],
      ['-40: Everything is canceled, first Platform (A-S1) from 5 Dec 2026.'],
    ],
    [
      'for a cancellation of a part',
      [subscription({ cancelOn: inDays(14) }), subscription({ number: 'A-S2' })],
      ['-20: Platform (A-S1) is canceled from 5 Dec 2026.'],
    ],
    ['not for a renewal that comes by itself', [subscription({ termEndsOn: inDays(20) })], []],
    [
      'for a renewal within 90 days on which nobody has agreed',
      [subscription({ termEndsOn: inDays(90), autoRenew: false })],
      ['-10: Platform (A-S1) ends on 19 Feb 2027 unless it is renewed.'],
    ],
    [
      'for one within 30 days, also behind one that comes by itself',
      [
        subscription({ termEndsOn: inDays(30), autoRenew: false }),
        subscription({ number: 'A-S2', termEndsOn: inDays(5) }),
      ],
      ['-15: Platform (A-S1) ends on 21 Dec 2026 unless it is renewed.'],
    ],
    [
      'for a card that ends before the next period',
      [card('11/2026'), { ...monthly, billingAccountKey: 'zuora:account:a1' }],
      ['-5: The card Visa ending in 4242 expires after 30 Nov 2026, before the next renewal.'],
    ],
    ['not for one that ends after it', [card('12/2026'), { ...monthly, billingAccountKey: 'zuora:account:a1' }], []],
    [
      'for a card that has expired',
      [card('10/2026'), subscription()],
      ['-10: The card Visa ending in 4242 expired after 31 Oct 2026.'],
    ],
    ['not for a card that nobody charges', [card('10/2026', { autoPay: false }), subscription()], []],
    ['not for a card whose month is no month', [card('13/2026'), subscription()], []],
    [
      'for a subscription that ended lately, by what it earned',
      [
        subscription(),
        { ...monthly, key: 'stripe:subscription:s', status: 'Canceled', cancelOn: inDays(-89), startsOn: inDays(-300) },
      ],
      ['-20: USD 1,000.00 of MRR was lost in the last 90 days.'],
    ],
    [
      'not for one that ended before, never was paid for, or was in trial to its end',
      [
        subscription(),
        { ...monthly, key: 'stripe:subscription:1', status: 'Canceled', cancelOn: inDays(-90) },
        { ...monthly, key: 'stripe:subscription:2', status: 'Expired', cancelOn: inDays(-5) },
        { ...monthly, key: 'stripe:subscription:3', status: 'Canceled', cancelOn: inDays(-5), trialEndsOn: inDays(-5) },
      ],
      [],
    ],
    [
      'for a charge that was reduced lately, also where it grew before',
      [
        subscription({
          charges: [
            sample.charge({ endsOn: inDays(-60) }),
            sample.charge({ startsOn: inDays(-60), endsOn: inDays(-30), price: '1100' }),
            sample.charge({ startsOn: inDays(-30), price: '900' }),
          ],
        }),
      ],
      ['-10: USD 200.00 of MRR was lost in the last 90 days.'],
    ],
    [
      'for fewer units, as a change says that Stripe keeps no date of',
      [{ ...monthly, charges: [sample.charge({ price: '800' })] }, changed(-89, 100_000, 80_000)],
      ['-10: USD 200.00 of MRR was lost in the last 90 days.'],
    ],
    [
      'not for what was changed before, what was added, and what is back',
      [monthly, changed(-90, 150_000, 100_000), changed(-20, 50_000, 100_000), changed(-10, 100_000, 50_000)],
      [],
    ],
    [
      'not for what is less by a rounding alone',
      [
        {
          ...monthly,
          charges: [sample.charge({ price: '100.06', priceInterval: { unit: 'year', count: 1 }, months: 'calendar' })],
        },
        changed(-5, 834, 834),
      ],
      [],
    ],
    [
      'not where a discount of the customer, which the change does not say, may have been taken off',
      [
        sample.billingAccount({ discounts: [loyalty] }),
        { ...monthly, charges: [sample.charge({ price: '800' })] },
        changed(-5, 100_000, 80_000),
      ],
      [],
    ],
    [
      'for use far above the limit',
      [subscription(), sample.usage({ quantity: '150' })],
      ['-10: 150 % of what Storage includes is used.'],
    ],
    [
      'for use above it',
      [subscription(), sample.usage({ quantity: '101' })],
      ['-5: 101 % of what Storage includes is used.'],
    ],
    [
      'for a whole period of little use',
      [subscription(), october('19.9'), sample.usage({ quantity: '15' })],
      ['-10: Only 19.9 % of what Storage includes was used in the period from 1 Oct 2026.'],
    ],
    [
      'for use that falls',
      [subscription(), october('80'), sample.usage({ quantity: '20' })],
      ['-5: Storage is used less than in the period before.'],
    ],
    [
      'for a trial that ends within two weeks',
      [subscription({ status: 'Trialing', trialEndsOn: inDays(14) })],
      ['-5: A trial ends on 5 Dec 2026.'],
    ],
    ['not for one that ends later', [subscription({ status: 'Trialing', trialEndsOn: inDays(15) })], []],
    [
      'for having left',
      [subscription({ status: 'Canceled', cancelOn: inDays(-20) })],
      ['-100: The last subscription ended on 1 Nov 2026.'],
    ],
  ])('%s', (_, objects, reasons) => {
    expect(health(...objects).reasons).toEqual(reasons);
  });

  test.each(['lost_card', 'stolen_card', 'fraudulent'])('not for what a decline as %s would tell', (declineCode) => {
    const reasons = (code: string) =>
      health(subscription(), sample.invoice(), failed('P-1', { declineCode: code })).reasons;
    expect(reasons(declineCode)).toEqual(reasons('generic_decline'));
  });

  test('in each currency by itself', () => {
    const { reasons } = health(
      subscription(),
      owed(10),
      owed(10, { number: 'INV2', amount: money(300, 'EUR'), balance: money(300, 'EUR') }),
    );
    expect(reasons).toEqual([
      '-10: EUR 3.00 and USD 500.00 is overdue, the oldest for 1 to 30 days: it was due on 11 Nov 2026.',
      "-10: EUR 3.00 is overdue: no less than a month's revenue in its currency.",
    ]);
  });
});

/** What may be the matter, each of it alone or with any other. */
const TROUBLES: Record<string, BillingObject> = {
  overdue: owed(10),
  older: owed(70, { number: 'INV2' }),
  euro: owed(40, { number: 'INV3', amount: money(300, 'EUR'), balance: money(300, 'EUR') }),
  debit: sample.memo({ type: 'Debit', balance: money(9_900, 'USD'), dueOn: inDays(-95) }),
  failed: failed('P-1'),
  again: failed('P-2', { at: instant('2026-11-14T09:00:00Z') }),
  hard: failed('P-3', { declineCode: 'expired_card', at: instant('2026-11-16T09:00:00Z') }),
  ended: sample.invoice({ number: 'INV4', automaticCollection: true, attemptCount: 4 }),
  lost: sample.invoice({ number: 'INV5', status: 'Uncollectible' }),
  card: card('10/2026'),
  over: sample.usage({ quantity: '120' }),
};
const names = Object.keys(TROUBLES);

test('more trouble never makes the score better, nor the risk of churn lower', () => {
  const live = fc.constantFrom(
    subscription(),
    subscription({ autoRenew: false, termEndsOn: inDays(25) }),
    subscription({ status: 'Canceled', cancelOn: inDays(-3) }),
  );
  fc.assert(
    fc.property(live, fc.uniqueArray(fc.constantFrom(...names)), fc.constantFrom(...names), (sold, some, more) => {
      const before = health(sold, ...some.map((name) => TROUBLES[name]!));
      const after = health(sold, ...[...new Set([...some, more])].map((name) => TROUBLES[name]!));
      expect(after.score!).toBeLessThanOrEqual(before.score!);
      expect(after.churn?.score ?? 0).toBeGreaterThanOrEqual(before.churn?.score ?? 0);
    }),
  );
});

test.each([
  ['one that nobody has agreed to renew', { autoRenew: false, termEndsOn: inDays(25) }],
  ['a trial', { status: 'Trialing' as const, trialEndsOn: inDays(5) }],
])('a cancellation that is booked for %s makes the score no better', (_, more) => {
  for (const others of [[], [subscription({ number: 'A-S2' })]]) {
    const before = health(subscription(more), ...others);
    const after = health(subscription({ ...more, cancelOn: inDays(25) }), ...others);
    expect(after.score!).toBeLessThan(before.score!);
    expect(after.churn!.score).toBeGreaterThan(before.churn!.score);
  }
});

test('a loss that a change tells is looked at again when it counts no more, also where the timeline is too long to show it', () => {
  const invoices = Array.from({ length: 200 }, (_, index) =>
    sample.invoice({ number: `I-${index}`, status: 'Paid', balance: money(0, 'USD'), invoicedOn: inDays(-1) }),
  );
  const facts = factsOf([monthly, changed(-89, 150_000, 100_000), ...invoices]);
  const view = deriveAccount('001', facts, TODAY, 'UTC');
  expect(view.health.reasons).toEqual(['-20: USD 500.00 of MRR was lost in the last 90 days.']);
  expect(view.nextChangeOn).toBe(inDays(1));
});

test('points stay as they are until the day on which the Account is looked at again', () => {
  const sold = fc.constantFrom(
    subscription({ termEndsOn: inDays(100), autoRenew: false }),
    subscription({ status: 'Trialing', trialEndsOn: inDays(40) }),
    subscription({ cancelOn: inDays(30) }),
    subscription({
      charges: [sample.charge({ endsOn: inDays(-50) }), sample.charge({ startsOn: inDays(-50), price: '5' })],
    }),
  );
  const more = fc.constantFrom<BillingObject[]>(
    [],
    [card('01/2027')],
    [card('12/2026')],
    [owed(5)],
    [october('60'), sample.usage({ quantity: '30' })],
  );
  fc.assert(
    fc.property(sold, more, fc.integer({ min: 0, max: 110 }), (one, others, days) => {
      const day = inDays(days);
      const now = derive([one, ...others], day);
      const until = now.nextChangeOn ?? addDays(day, 30);
      for (let on = day; on < until; on = addDays(on, 1))
        expect(derive([one, ...others], on).health).toEqual(now.health);
    }),
    { numRuns: 60 },
  );
});
