import type { BillingAccount } from '../../server/domain/billingAccount/billingAccount.ts';
import type { Invoice } from '../../server/domain/invoice/invoice.ts';
import type { InvoiceItem } from '../../server/domain/invoice/invoiceItem.ts';
import type { Memo } from '../../server/domain/memo/memo.ts';
import { money } from '../../server/domain/money/money.ts';
import type { Payment } from '../../server/domain/payment/payment.ts';
import type { Charge } from '../../server/domain/subscription/charge.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { instant } from '../../server/domain/time/instant.ts';
import type { Usage } from '../../server/domain/usage/usage.ts';

// Samples of what a billing system says about one customer of Zuora; a test gives what it is about and what it asserts on.

const from = { connection: 'zuora', source: 'Zuora' as const, sourceUrl: 'https://example.com' };
const billingAccountKey = 'zuora:account:a1';

export function billingAccount(more: Partial<BillingAccount> = {}): BillingAccount {
  return {
    ...from,
    kind: 'account',
    key: billingAccountKey,
    number: 'a1',
    name: null,
    status: 'Active',
    currency: 'USD',
    balance: null,
    pendingDebit: null,
    creditBalance: null,
    autoPay: false,
    card: null,
    billToEmail: null,
    discounts: [],
    accountId: null,
    ...more,
  };
}

/** A flat price a month, for good. */
export function charge(more: Partial<Charge> = {}): Charge {
  return {
    number: 'C-1',
    name: 'Platform: Seats',
    plan: 'Platform',
    productId: null,
    ratePlanKey: null,
    kind: 'recurring',
    model: 'flat',
    quantity: null,
    price: '1000',
    tiers: [],
    transform: null,
    priceInterval: { unit: 'month', count: 1 },
    billingInterval: { unit: 'month', count: 1 },
    months: 'thirtyDays',
    discounts: [],
    reduction: null,
    includedTaxPercent: '0',
    startsOn: null,
    endsOn: null,
    trialEndsOn: null,
    includedUnits: null,
    unit: null,
    ...more,
  };
}

/** Of a year, and renewed by itself. */
export function subscription(more: Partial<Subscription> = {}): Subscription {
  const { number = 'A-S1' } = more;
  return {
    ...from,
    kind: 'subscription',
    key: `zuora:subscription:${number}`,
    billingAccountKey,
    number,
    currency: 'USD',
    status: 'Active',
    statusHistory: [],
    startsOn: calendarDate('2026-07-01'),
    termType: 'Termed',
    termStartsOn: calendarDate('2026-07-01'),
    termEndsOn: calendarDate('2027-07-01'),
    autoRenew: true,
    trialEndsOn: null,
    cancelOn: null,
    endsByDate: true,
    collectionPaused: false,
    charges: [charge()],
    discounts: [],
    lastOrder: null,
    ...more,
  };
}

export function invoice(more: Partial<Invoice> = {}): Invoice {
  const { number = 'INV1' } = more;
  return {
    ...from,
    kind: 'invoice',
    key: `zuora:invoice:${number}`,
    billingAccountKey,
    number,
    status: 'Open',
    amount: money(50_000, 'USD'),
    balance: money(50_000, 'USD'),
    invoicedOn: calendarDate('2026-10-01'),
    dueOn: null,
    attemptCount: 0,
    nextAttemptAt: null,
    automaticCollection: null,
    subscriptionKey: null,
    paidThrough: [],
    ...more,
  };
}

/** Three units with tax; 24.00 and 2.25. */
export function invoiceItem(more: Partial<InvoiceItem> = {}): InvoiceItem {
  return {
    key: 'zuora:invoiceitem:i1',
    name: 'Platform: Seats',
    kind: 'Charge',
    quantity: '3',
    unitPrice: '0.00000015',
    amount: money(2400, 'USD'),
    discount: money(0, 'USD'),
    tax: money(225, 'USD'),
    startsOn: calendarDate('2026-10-01'),
    endsOn: calendarDate('2026-11-01'),
    subscriptionKey: null,
    ...more,
  };
}

/** A credit of 100.00 of which 60.00 were used. */
export function memo(more: Partial<Memo> = {}): Memo {
  const { number = 'CM-1' } = more;
  return {
    ...from,
    kind: 'memo',
    key: `zuora:creditmemo:${number}`,
    billingAccountKey,
    number,
    type: 'Credit',
    status: 'Posted',
    amount: money(10_000, 'USD'),
    applied: money(6_000, 'USD'),
    refunded: money(0, 'USD'),
    balance: money(4_000, 'USD'),
    reason: null,
    comment: null,
    on: calendarDate('2026-11-01'),
    dueOn: null,
    invoiceId: null,
    ...more,
  };
}

export function payment(more: Partial<Payment> = {}): Payment {
  const { number = 'P-1' } = more;
  return {
    ...from,
    kind: 'payment',
    key: `zuora:payment:${number}`,
    billingAccountKey,
    number,
    ids: [number],
    status: 'Succeeded',
    amount: money(50_000, 'USD'),
    refunded: money(0, 'USD'),
    at: instant('2026-11-20T09:00:00Z'),
    declineCode: null,
    declineText: null,
    method: null,
    invoiceKeys: [],
    ...more,
  };
}

/** Of a meter that the subscription includes 100 units of. */
export function usage(more: Partial<Usage> = {}): Usage {
  return {
    ...from,
    kind: 'usage',
    key: 'zuora:usage:C-2:2026-11-01',
    billingAccountKey,
    subscriptionKey: null,
    meter: 'Storage',
    unit: 'GB',
    currency: 'USD',
    quantity: '0',
    limit: '100',
    periodStartsOn: calendarDate('2026-11-01'),
    periodEndsOn: calendarDate('2026-12-01'),
    ...more,
  };
}
