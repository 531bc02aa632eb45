import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import type { Invoice } from '../invoice/invoice.ts';
import { money } from '../money/money.ts';
import type { Payment } from '../payment/payment.ts';
import type { Charge } from '../subscription/charge.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { instant } from '../time/instant.ts';
import { agingOf } from './aging.ts';
import { deriveAccount } from './deriveAccount.ts';
import { factsOf, type BillingObject } from './facts.ts';

const TODAY = calendarDate('2026-11-21');
const charge = (price: string, more: Partial<Charge> = {}) => sample.charge({ price, ...more });
const subscription = sample.subscription;
const invoice = (dueOn: string, more: Partial<Invoice> = {}) => sample.invoice({ dueOn: calendarDate(dueOn), ...more });
const usage = (quantity: string) => sample.usage({ quantity });

function payment(status: Payment['status'], at: string, more: Partial<Payment> = {}): Payment {
  const declineCode = status === 'Failed' ? 'insufficient_funds' : null;
  return sample.payment({ number: `P-${at}`, status, at: instant(at), declineCode, ...more });
}

function derive(...objects: BillingObject[]) {
  return deriveAccount('001000000000001AAA', factsOf(objects), TODAY, 'UTC');
}

describe('what is most pressing', () => {
  test.each<[string, BillingObject[], string]>([
    ['No Subscription', [], 'No subscription yet.'],
    ['Good Standing', [subscription()], 'In good standing, USD 1,000.00 a month; nothing is owed.'],
    [
      'Good Standing',
      [subscription(), invoice('2026-11-21')],
      'In good standing, USD 1,000.00 a month; USD 500.00 is open and not yet due.',
    ],
    ['Overdue', [subscription(), invoice('2026-11-20')], 'USD 500.00 is overdue: invoice INV1 was due on 20 Nov 2026.'],
    [
      'In Dunning',
      [subscription(), invoice('2026-11-01'), payment('Failed', '2026-11-12T09:00:00Z')],
      'In dunning: payment of USD 500.00 failed once, last on 12 Nov 2026; no further attempt is planned. There is not enough money on the account. A later attempt may succeed; another payment method helps at once.',
    ],
    ['Over Limit', [subscription(), usage('124')], 'Storage is over its limit: 124 of 100 GB used (124 %).'],
    ['Good Standing', [subscription(), usage('100')], 'In good standing, USD 1,000.00 a month; nothing is owed.'],
    [
      'Renewal Due',
      [subscription({ termEndsOn: calendarDate('2027-02-19'), autoRenew: false })],
      'Platform (A-S1) ends unless it is renewed on 19 Feb 2027: USD 12,000.00 a year.',
    ],
    [
      'Good Standing',
      [subscription({ termEndsOn: calendarDate('2027-02-20') })],
      'In good standing, USD 1,000.00 a month; nothing is owed.',
    ],
    [
      'Trial',
      [subscription({ status: 'Trialing', trialEndsOn: calendarDate('2026-11-30') })],
      'In trial until 30 Nov 2026; nothing is billed yet.',
    ],
    [
      'Churned',
      [subscription({ status: 'Canceled', cancelOn: calendarDate('2026-11-01') })],
      'Churned: the last subscription ended on 1 Nov 2026.',
    ],
    [
      'Good Standing',
      [subscription({ cancelOn: calendarDate('2026-12-05') })],
      'In good standing, USD 1,000.00 a month; nothing is owed. Platform (A-S1) is canceled from 5 Dec 2026 (USD 1,000.00 a month).',
    ],
  ])('%s', (status, objects, summary) => {
    expect(derive(...objects).health).toMatchObject({ status, summary });
  });

  test('a payment that succeeded after a failed one ends dunning', () => {
    const paid = derive(
      subscription(),
      invoice('2026-12-01'),
      payment('Failed', '2026-11-12T09:00:00Z'),
      payment('Succeeded', '2026-11-13T09:00:00Z'),
    );
    expect(paid.health.status).toBe('Good Standing');
  });
});

test('balances are kept by currency, and the main one has most MRR', () => {
  const euro = subscription({ number: 'A-S2', currency: 'EUR', charges: [charge('2000')] });
  const view = derive(subscription(), euro, invoice('2026-11-20'), payment('Succeeded', '2026-11-03T09:00:00Z'));
  expect(view.mainCurrency).toBe('EUR');
  expect(view.balances).toEqual([
    {
      currency: 'EUR',
      mrr: money(200_000, 'EUR'),
      arr: money(2_400_000, 'EUR'),
      outstanding: money(0, 'EUR'),
      overdue: money(0, 'EUR'),
      aging: agingOf([], 'EUR', TODAY),
      lastPayment: null,
      lifetimeValue: money(0, 'EUR'),
      converted: null,
    },
    {
      currency: 'USD',
      mrr: money(100_000, 'USD'),
      arr: money(1_200_000, 'USD'),
      outstanding: money(50_000, 'USD'),
      overdue: money(50_000, 'USD'),
      aging: { ...agingOf([], 'USD', TODAY), days1to30: money(50_000, 'USD') },
      lastPayment: { on: '2026-11-03', amount: money(50_000, 'USD') },
      lifetimeValue: money(50_000, 'USD'),
      converted: null,
    },
  ]);
  expect(view.lastPaymentOn).toBe('2026-11-03');
});

describe('the next day on which anything differs', () => {
  test.each<[string, BillingObject[], string | null]>([
    ['nothing', [], null],
    ['an invoice falls overdue the day after its due date', [invoice('2026-11-25')], '2026-11-26'],
    ['the renewal window opens', [subscription()], '2027-04-02'],
    ['a cancellation takes effect', [subscription({ cancelOn: calendarDate('2026-12-05') })], '2026-12-05'],
    ['a usage period ends', [usage('1')], '2026-12-01'],
    [
      'a charge starts',
      [subscription({ charges: [charge('1', { startsOn: calendarDate('2026-11-30') })] })],
      '2026-11-30',
    ],
    ['a trial ends', [subscription({ status: 'Trialing', trialEndsOn: calendarDate('2026-11-29') })], '2026-11-29'],
  ])('%s', (_, objects, day) => {
    expect(derive(...objects).nextChangeOn).toBe(day);
  });
});

test('a renewal is looked for among live subscriptions alone', () => {
  const soon = subscription({
    number: 'A-S2',
    termEndsOn: calendarDate('2026-12-31'),
    status: 'Canceled',
    cancelOn: TODAY,
  });
  expect(derive(subscription(), soon).nextRenewal).toEqual({ on: '2027-07-01', number: 'A-S1' });
});

test('an Account of which nobody can tell whether it has a subscription is neither churned nor a customer, and says why', () => {
  const ended = sample.subscription({ number: 'A-S1', status: 'Canceled', cancelOn: calendarDate('2026-11-01') });
  const unclear = sample.subscription({ number: 'A-S2', status: 'Hibernating' });
  const healthOfAll = (...objects: BillingObject[]) =>
    deriveAccount('001', factsOf(objects), calendarDate('2026-11-21'), 'UTC').health;
  expect(healthOfAll(ended).status).toBe('Churned');
  expect(healthOfAll(ended, unclear)).toMatchObject({
    status: 'No Subscription',
    summary:
      'No subscription that is known to be live: Platform (A-S2) has the status Hibernating, which is not known here.',
  });
});
