import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { Invoice } from '../invoice/invoice.ts';
import { money } from '../money/money.ts';
import type { Payment } from '../payment/payment.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { instant, type Instant } from '../time/instant.ts';
import { deriveAccount } from './deriveAccount.ts';
import type { DunningCase } from './dunningCase.ts';
import { factsOf, type BillingObject } from './facts.ts';

const TODAY = calendarDate('2026-11-21');
const casesOf = (...objects: BillingObject[]) => deriveAccount('001', factsOf(objects), TODAY, 'UTC').dunning;
const only = (...objects: BillingObject[]): DunningCase => {
  const cases = casesOf(...objects);
  expect(cases).toHaveLength(1);
  return cases[0]!;
};
const at = (day: number): Instant => instant(`2026-11-${String(day).padStart(2, '0')}T09:00:00Z`);

const ofStripe = { connection: 'stripe', source: 'Stripe' as const };
const stripeInvoice = (more: Partial<Invoice> = {}) =>
  sample.invoice({
    ...ofStripe,
    key: 'stripe:invoice:in_1',
    automaticCollection: true,
    paidThrough: ['pi_1'],
    ...more,
  });
const failed = (number: string, day: number, more: Partial<Payment> = {}) =>
  sample.payment({ number, status: 'Failed', at: at(day), declineCode: 'insufficient_funds', ...more });
const charge = (number: string, day: number, more: Partial<Payment> = {}) =>
  failed(number, day, { ...ofStripe, ids: [number, 'pi_1'], ...more });
const paid = { status: 'Paid' as const, balance: money(0, 'USD') };
const autoPay = sample.billingAccount({ autoPay: true });

const expired = { declineCode: 'expired_card' };
const untried = {
  failuresInARow: 0,
  failedAt: null,
  notBefore: null,
  isStopped: false,
  declineCode: null,
  declineText: null,
};
/** An account with a payment method that it has since 5 November. */
const mended = (system: 'stripe' | 'zuora', more: Partial<BillingAccount>, expiry = '10/2030') =>
  sample.billingAccount({
    autoPay: true,
    card: { id: 'pm_2', brand: 'Visa', last4: '4242', expiry, since: at(5) },
    ...(system === 'stripe' ? { source: 'Stripe' } : {}),
    ...more,
  });

describe('an open case', () => {
  test('tells when Stripe tries again, how often it did, and what the decline means', () => {
    const nextAttemptAt = at(24);
    expect(
      only(stripeInvoice({ attemptCount: 2, nextAttemptAt }), charge('ch_1', 3), charge('ch_2', 10)),
    ).toMatchObject({
      isOpen: true,
      stage: 'Retrying',
      attempts: 2,
      firstFailureAt: at(3),
      lastFailureAt: at(10),
      declineCode: 'insufficient_funds',
      reason: expect.stringMatching(/not enough money/),
      nextStep: 'Payment is tried again by itself.',
      nextStepAt: nextAttemptAt,
      outcome: null,
    });
  });

  const INVOICE = 'zuora:invoice:INV1';
  test.each<[string, string, BillingObject[], Partial<DunningCase>]>([
    ['that nobody tries any more', 'Stripe', [stripeInvoice({ attemptCount: 4 })], { stage: 'Attempts Ended' }],
    [
      'that only the customer can mend, also while Stripe goes on trying',
      'Stripe',
      [stripeInvoice({ attemptCount: 1, nextAttemptAt: at(24) }), charge('ch_1', 3, { declineCode: 'expired_card' })],
      { stage: 'Customer Action', nextStepAt: at(24) },
    ],
    [
      'that the customer mended with another payment method since',
      'Stripe',
      [mended('stripe', {}), stripeInvoice({ nextAttemptAt: at(24) }), charge('ch_1', 3, expired)],
      {
        stage: 'Retrying',
        nextStep: 'Payment is tried again by itself. The customer has another payment method since 5 Nov 2026.',
        nextStepAt: at(24),
      },
    ],
    [
      'that was mended when nobody tried any more',
      'Stripe',
      [mended('stripe', {}), stripeInvoice(), charge('ch_1', 3, expired)],
      { stage: 'Attempts Ended', nextStep: expect.stringContaining('have the invoice charged once more') as string },
    ],
    [
      'that was mended, of an account that pays automatically',
      'Zuora',
      [
        mended('zuora', { charging: { ...untried } }),
        sample.invoice(),
        failed('P-1', 3, { invoiceKeys: [INVOICE], ...expired }),
      ],
      { stage: 'Retrying', nextStep: expect.stringContaining('another payment method since 5 Nov 2026') as string },
    ],
    [
      'that was declined as well',
      'Zuora',
      [
        mended('zuora', { charging: { ...untried, failedAt: at(6), failuresInARow: 1 } }),
        sample.invoice(),
        failed('P-1', 3, { invoiceKeys: [INVOICE], ...expired }),
      ],
      { stage: 'Customer Action' },
    ],
    [
      'whose payment method is older than the decline',
      'Stripe',
      [mended('stripe', {}), stripeInvoice({ nextAttemptAt: at(24) }), charge('ch_1', 6, expired)],
      { stage: 'Customer Action' },
    ],
    [
      'whose other payment method has expired as well',
      'Stripe',
      [mended('stripe', {}, '10/2026'), stripeInvoice({ nextAttemptAt: at(24) }), charge('ch_1', 3, expired)],
      { stage: 'Customer Action' },
    ],
    [
      'that is collected in a way that nobody knows',
      'Stripe',
      [autoPay, stripeInvoice({ automaticCollection: null, collectionWord: 'barter' }), charge('ch_1', 3)],
      { stage: 'Attempts Ended', nextStep: expect.stringContaining('barter, which is not known here') as string },
    ],
    [
      'that the customer pays by hand',
      'Stripe',
      [stripeInvoice({ automaticCollection: false }), charge('ch_1', 3)],
      { stage: 'Customer Action', attempts: 1 },
    ],
    [
      'that pays automatically',
      'Zuora',
      [autoPay, sample.invoice(), failed('P-1', 3, { invoiceKeys: [INVOICE] })],
      { stage: 'Retrying', nextStepAt: null },
    ],
    [
      'that does not',
      'Zuora',
      [sample.billingAccount(), sample.invoice(), failed('P-1', 3, { invoiceKeys: [INVOICE] })],
      { stage: 'Attempts Ended' },
    ],
    [
      'whose failed payments name no invoice',
      'Zuora',
      [autoPay, sample.invoice(), failed('P-1', 3), failed('P-2', 4)],
      { stage: 'Retrying', attempts: 2, firstFailureAt: at(3) },
    ],
    [
      'with a payment besides of which nobody knows what became',
      'Zuora',
      [
        autoPay,
        sample.invoice(),
        failed('P-1', 3, { invoiceKeys: [INVOICE] }),
        failed('P-2', 4, { invoiceKeys: [INVOICE], status: 'UnderReview' }),
      ],
      { stage: 'Retrying', attempts: 1, lastFailureAt: at(3) },
    ],
  ])('%s, of %s', (_, __, objects, told) => {
    expect(only(...objects)).toMatchObject({ isOpen: true, ...told });
  });

  test('whose payment method was mended takes no points for what only the customer can mend', () => {
    const told = (card: BillingObject) =>
      deriveAccount(
        '001',
        factsOf([card, sample.subscription(), stripeInvoice({ nextAttemptAt: at(24) }), charge('ch_1', 3, expired)]),
        TODAY,
        'UTC',
      ).health.reasons.join('\n');
    expect(told(sample.billingAccount())).toContain('another attempt does not change');
    expect(told(mended('stripe', {}))).not.toContain('another attempt does not change');
  });

  test('is none of an invoice in a state that nobody knows, whether it was open or settled before', () => {
    expect(casesOf(stripeInvoice({ status: 'half_paid', balance: money(0, 'USD') }), charge('ch_1', 3))).toEqual([]);
  });

  test('is none of an invoice whose payment never failed', () => {
    expect(casesOf(stripeInvoice(), sample.invoice({ number: 'INV2' }))).toEqual([]);
    expect(casesOf(stripeInvoice({ status: 'Draft', balance: money(0, 'USD') }), charge('ch_1', 3))).toEqual([]);
  });
});

describe('a closed case', () => {
  const memo = (reason: string) => sample.memo({ number: 'CM-9', invoiceId: 'id1', reason });
  const zuoraPaid = sample.invoice({ ...paid, id: 'id1' });
  const ofInvoice = { invoiceKeys: ['zuora:invoice:INV1'] };
  test.each<[string, BillingObject[], DunningCase['stage'], string]>([
    [
      'ends with the payment that came in',
      [stripeInvoice({ ...paid, attemptCount: 2 }), charge('ch_1', 3), charge('ch_2', 6, { status: 'Succeeded' })],
      'Recovered',
      'Paid on 6 Nov 2026.',
    ],
    [
      'stays closed when that payment is given back',
      [stripeInvoice(paid), charge('ch_1', 3), charge('ch_2', 6, { status: 'Refunded' })],
      'Recovered',
      'Paid on 6 Nov 2026.',
    ],
    ['was paid otherwise', [stripeInvoice({ ...paid, attemptCount: 3 })], 'Recovered', 'Paid.'],
    [
      'ends when the invoice is voided',
      [stripeInvoice({ status: 'Void', balance: money(0, 'USD') }), charge('ch_1', 3)],
      'Voided',
      'The invoice was voided.',
    ],
    [
      'ends when it is written off in Stripe',
      [stripeInvoice({ status: 'Uncollectible' }), charge('ch_1', 3)],
      'Written Off',
      'The invoice was written off as uncollectible.',
    ],
    [
      'ends when it is written off in Zuora, which makes a credit memo',
      [zuoraPaid, failed('P-1', 3, ofInvoice), memo('Write-off')],
      'Written Off',
      'Written off by credit memo CM-9.',
    ],
    [
      'ends with another credit',
      [zuoraPaid, failed('P-1', 3, ofInvoice), memo('Customer Satisfaction')],
      'Credited',
      'Settled by credit memo CM-9.',
    ],
    [
      'of Zuora whose failures named no invoice ends with the next payment that names it',
      [zuoraPaid, failed('P-1', 3), sample.payment({ number: 'P-2', at: at(6), ...ofInvoice })],
      'Recovered',
      'Paid on 6 Nov 2026.',
    ],
  ])('%s', (_, objects, stage, outcome) => {
    expect(only(...objects)).toMatchObject({ isOpen: false, stage, outcome, nextStep: null, nextStepAt: null });
  });

  test('is none where the first try of Stripe succeeded', () => {
    expect(casesOf(stripeInvoice({ ...paid, attemptCount: 1 }), charge('ch_1', 3, { status: 'Succeeded' }))).toEqual(
      [],
    );
  });

  test('takes no failure that came before or after what another payment settled', () => {
    const cases = casesOf(
      zuoraPaid,
      sample.payment({ number: 'P-1', at: at(2) }),
      failed('P-0', 1),
      sample.payment({ number: 'P-3', at: at(6), ...ofInvoice }),
      failed('P-4', 7),
    );
    expect(cases).toEqual([]);
  });
});

test('there is one case an invoice, open exactly while it is dunned, whatever the order of what billing tells', () => {
  const invoice = fc
    .record({
      number: fc.constantFrom('INV1', 'INV2', 'INV3'),
      status: fc.constantFrom('Open' as const, 'Paid' as const, 'Void' as const, 'Uncollectible' as const),
      attemptCount: fc.integer({ min: 0, max: 4 }),
      automaticCollection: fc.constantFrom(true, false, null),
    })
    .map((one): BillingObject => sample.invoice({ ...one, balance: money(one.status === 'Open' ? 50_000 : 0, 'USD') }));
  const payment = fc
    .record({
      number: fc.constantFrom('P-1', 'P-2', 'P-3', 'P-4'),
      status: fc.constantFrom('Failed' as const, 'Succeeded' as const),
      day: fc.integer({ min: 1, max: 20 }),
      of: fc.subarray(['zuora:invoice:INV1', 'zuora:invoice:INV2']),
    })
    .map(({ number, status, day, of }): BillingObject =>
      sample.payment({ number, status, at: at(day), invoiceKeys: of, declineCode: '51' }),
    );
  const unique = { selector: ({ key }: BillingObject) => key };
  const facts = fc.tuple(fc.uniqueArray(invoice, unique), fc.uniqueArray(payment, unique)).map((both) => both.flat());
  fc.assert(
    fc.property(facts, (objects) => {
      const cases = casesOf(...objects);
      const numbers = cases.map((one) => one.invoice.number);
      expect(new Set(numbers).size).toBe(numbers.length);
      const view = deriveAccount('001', factsOf(objects), TODAY, 'UTC');
      expect(cases.some(({ isOpen }) => isOpen)).toBe(view.health.status === 'In Dunning');
      for (const one of cases) {
        expect(one.isOpen).toBe(one.invoice.status === 'Open');
        expect(one.outcome === null).toBe(one.isOpen);
        expect(one.nextStep === null).toBe(!one.isOpen);
        expect(one.attempts).toBeGreaterThan(0);
      }
      expect(casesOf(...objects.toReversed())).toEqual(cases);
    }),
  );
});
