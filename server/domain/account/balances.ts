import Fraction from 'fraction.js';
import { add, majorOf, roundToMoney, sum, zero } from '../money/money.ts';
import { keptOf, type Payment } from '../payment/payment.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { dayOf } from '../time/instant.ts';
import { agingOf } from './aging.ts';
import type { BillingFacts } from './facts.ts';
import { owedOf } from './owed.ts';
import { convert, type Conversion } from './reporting.ts';
import type { BalanceView, SubscriptionView } from './view.ts';

/** @param payments of one currency */
function lastPaymentIn(payments: readonly Payment[], zone: string): BalanceView['lastPayment'] {
  const last = payments
    .filter(({ status, at }) => status === 'Succeeded' && at !== null)
    .reduce<Payment | null>((max, payment) => (max === null || payment.at! > max.at! ? payment : max), null);
  return last === null ? null : { on: dayOf(last.at!, zone), amount: last.amount };
}

/** @returns one entry for each currency in which the Account has, owes or paid anything, by code */
export function balancesOf(
  facts: BillingFacts,
  subscriptions: readonly SubscriptionView[],
  day: CalendarDate,
  zone: string,
  conversion: Conversion | null,
): BalanceView[] {
  const owed = owedOf(facts);
  const currencies = new Set([
    ...subscriptions.map(({ subscription }) => subscription.currency),
    ...facts.invoices.map(({ amount }) => amount.currency),
    ...owed.map(({ balance }) => balance.currency),
    ...facts.payments.map(({ amount }) => amount.currency),
  ]);
  return [...currencies].toSorted().map((currency) => {
    const own = subscriptions.filter(({ subscription }) => subscription.currency === currency);
    const exactMrr = own.reduce((all, { mrr }) => all.add(mrr.exact), new Fraction(0));
    const aging = agingOf(
      owed.filter(({ balance }) => balance.currency === currency),
      currency,
      day,
    );
    const overdue = sum([aging.days1to30, aging.days31to60, aging.days61to90, aging.over90], currency);
    const payments = facts.payments.filter(({ amount }) => amount.currency === currency);
    const outstanding = add(aging.notDue, overdue);
    const arr = roundToMoney(exactMrr.mul(12), currency);
    return {
      currency,
      mrr: own.reduce((all, { mrr }) => add(all, mrr.amount), zero(currency)),
      arr,
      outstanding,
      overdue,
      aging,
      lastPayment: lastPaymentIn(payments, zone),
      lifetimeValue: sum(payments.map(keptOf), currency),
      converted: conversion && { arr: convert(arr, conversion), outstanding: convert(outstanding, conversion) },
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
