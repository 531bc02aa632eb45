import Fraction from 'fraction.js';
import { isOpen, isOverdue } from '../invoice/invoice.ts';
import { add, majorOf, roundToMoney, sum, zero, type Money } from '../money/money.ts';
import type { Payment } from '../payment/payment.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { dayOf } from '../time/instant.ts';
import type { BillingFacts } from './facts.ts';
import type { BalanceView, SubscriptionView } from './view.ts';

function lastPaymentIn(payments: readonly Payment[], currency: string, zone: string): BalanceView['lastPayment'] {
  const last = payments
    .filter(({ status, at, amount }) => status === 'Succeeded' && at !== null && amount.currency === currency)
    .reduce<Payment | null>((max, payment) => (max === null || payment.at! > max.at! ? payment : max), null);
  return last === null ? null : { on: dayOf(last.at!, zone), amount: last.amount };
}

/** @returns one entry for each currency in which the Account has, owes or paid anything, by code */
export function balancesOf(
  facts: BillingFacts,
  subscriptions: readonly SubscriptionView[],
  day: CalendarDate,
  zone: string,
): BalanceView[] {
  const currencies = new Set([
    ...subscriptions.map(({ subscription }) => subscription.currency),
    ...facts.invoices.map(({ amount }) => amount.currency),
    ...facts.payments.map(({ amount }) => amount.currency),
  ]);
  return [...currencies].toSorted().map((currency) => {
    const own = subscriptions.filter(({ subscription }) => subscription.currency === currency);
    const exactMrr = own.reduce((all, { mrr }) => all.add(mrr.exact), new Fraction(0));
    const open = facts.invoices.filter((invoice) => invoice.amount.currency === currency && isOpen(invoice));
    const balance = (invoices: typeof open): Money =>
      sum(
        invoices.map((invoice) => invoice.balance),
        currency,
      );
    return {
      currency,
      mrr: own.reduce((all, { mrr }) => add(all, mrr.amount), zero(currency)),
      arr: roundToMoney(exactMrr.mul(12), currency),
      outstanding: balance(open),
      overdue: balance(open.filter((invoice) => isOverdue(invoice, day))),
      lastPayment: lastPaymentIn(facts.payments, currency, zone),
    };
  });
}

/** @returns the currency with most MRR, then with most outstanding, in major units; null when there is none */
export function mainCurrencyOf(balances: readonly BalanceView[]): string | null {
  const sorted = balances.toSorted(
    (a, b) =>
      majorOf(b.mrr).compare(majorOf(a.mrr)) ||
      majorOf(b.outstanding).compare(majorOf(a.outstanding)) ||
      (a.currency < b.currency ? -1 : 1),
  );
  return sorted[0]?.currency ?? null;
}
