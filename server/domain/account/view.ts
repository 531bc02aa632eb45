import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { HealthStatus } from '../health/health.ts';
import type { Invoice } from '../invoice/invoice.ts';
import type { Memo } from '../memo/memo.ts';
import type { ChargeView } from '../metrics/charges.ts';
import type { Mrr } from '../metrics/mrr.ts';
import type { Money } from '../money/money.ts';
import type { Payment } from '../payment/payment.ts';
import type { Subscription, SubscriptionStatus } from '../subscription/subscription.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Usage } from '../usage/usage.ts';

export type SubscriptionView = {
  subscription: Subscription;
  status: SubscriptionStatus;
  mrr: Mrr;
  charges: ChargeView[];
  arr: Money;
  tcv: Money | null;
  plan: string;
  interval: string | null;
  quantity: string | null;
  nextRenewalOn: CalendarDate | null;
};

/** What an Account has, owes and paid in one currency. */
export type BalanceView = {
  currency: string;
  mrr: Money;
  arr: Money;
  outstanding: Money;
  overdue: Money;
  lastPayment: { on: CalendarDate; amount: Money } | null;
};

/** What the billing systems say about one Account on one day, derived. */
export type AccountView = {
  accountId: string;
  asOf: CalendarDate;
  billingAccounts: { account: BillingAccount; currency: string | null; balance: Money | null }[];
  subscriptions: SubscriptionView[];
  invoices: { invoice: Invoice; attempts: number }[];
  memos: { memo: Memo; invoiceKey: string | null }[];
  payments: { payment: Payment; invoiceKey: string | null }[];
  usage: { usage: Usage; current: boolean; percent: string | null }[];
  balances: BalanceView[];
  /** The currency with most MRR, then with most outstanding; null without any amount. */
  mainCurrency: string | null;
  plan: string | null;
  interval: string | null;
  nextRenewal: { on: CalendarDate; number: string } | null;
  lastPaymentOn: CalendarDate | null;
  health: { status: HealthStatus; summary: string };
  /** First later day on which the same facts would give another view; null when none is known. */
  nextChangeOn: CalendarDate | null;
};
