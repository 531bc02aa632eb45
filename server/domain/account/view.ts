import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { HealthStatus } from '../health/health.ts';
import type { Points } from '../health/points.ts';
import type { Invoice } from '../invoice/invoice.ts';
import type { Memo } from '../memo/memo.ts';
import type { ChargeView } from '../metrics/charges.ts';
import type { Mrr } from '../metrics/mrr.ts';
import type { Money } from '../money/money.ts';
import type { Payment } from '../payment/payment.ts';
import type { Subscription, SubscriptionStatus } from '../subscription/subscription.ts';
import type { TimelineEntry } from '../timeline/timeline.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { UsageTrend } from '../usage/forecast.ts';
import type { Usage } from '../usage/usage.ts';
import type { Aging } from './aging.ts';
import type { Decline } from './decline.ts';
import type { DunningCase } from './dunningCase.ts';
import type { Converted } from './reporting.ts';

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
  /** What is booked already and has not happened yet, in words; null when nothing is. */
  pendingChange: string | null;
  /** What was last done to it, as far back as the timeline goes. */
  lastChange: { on: CalendarDate; sentence: string } | null;
};

/** What an Account has, owes and paid in one currency. */
export type BalanceView = {
  currency: string;
  mrr: Money;
  arr: Money;
  outstanding: Money;
  overdue: Money;
  /** `outstanding` by age. */
  aging: Aging;
  lastPayment: { on: CalendarDate; amount: Money } | null;
  /** All that was paid and not paid back, as far back as the billing systems list payments. */
  lifetimeValue: Money;
  /** In the currency of the configured rates, each null without a rate for it; null where no rates are configured. */
  converted: { arr: Money | null; outstanding: Money | null } | null;
};

/** What the billing systems say about one Account on one day, derived. */
export type AccountView = {
  accountId: string;
  asOf: CalendarDate;
  billingAccounts: {
    account: BillingAccount;
    currency: string | null;
    balance: Money | null;
    /** Why its payment method was declined; null unless it was when it was last charged. */
    decline: Decline | null;
  }[];
  subscriptions: SubscriptionView[];
  invoices: { invoice: Invoice; attempts: number }[];
  dunning: DunningCase[];
  memos: { memo: Memo; invoiceKey: string | null }[];
  payments: { payment: Payment; invoiceKey: string | null }[];
  usage: {
    usage: Usage;
    current: boolean;
    percent: string | null;
    trend: UsageTrend | null;
    /** When the limit is reached if the period goes on as it began; null when it is not, or was already. */
    limitReachedOn: CalendarDate | null;
  }[];
  /** What happened, newest first, as far back as the timeline goes. */
  events: TimelineEntry[];
  balances: BalanceView[];
  /** The currency with most MRR, then with most outstanding; null without any amount. */
  mainCurrency: string | null;
  /** ARR of all currencies in one; null where no rates are configured. */
  converted: Converted | null;
  /** By ARR; null where no tiers are configured, nothing is subscribed to, or the ARR is not known in their currency. */
  tier: string | null;
  plan: string | null;
  interval: string | null;
  nextRenewal: { on: CalendarDate; number: string } | null;
  lastPaymentOn: CalendarDate | null;
  health: { status: HealthStatus; summary: string } & Points;
  /** First later day on which the same facts would give another view; null when none is known. */
  nextChangeOn: CalendarDate | null;
};
