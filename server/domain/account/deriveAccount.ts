import { exact, toDecimal } from '../money/decimal.ts';
import { healthOf, renewalWindowOpensOn, summaryOf } from '../health/health.ts';
import { pointsOf } from '../health/points.ts';
import { RENEWAL_PRESSING_DAYS, TRIAL_WARNING_DAYS } from '../health/rules.ts';
import { isOpen } from '../invoice/invoice.ts';
import { invoiceOfMemo } from '../memo/memo.ts';
import { chargeViews } from '../metrics/charges.ts';
import { arrOf, mrrChangesAfter, mrrOf } from '../metrics/mrr.ts';
import type { MrrRules } from '../metrics/rules.ts';
import { tcvOf } from '../metrics/tcv.ts';
import { majorOf, sum, type Money } from '../money/money.ts';
import { billingIntervalOf } from '../subscription/interval.ts';
import { chargesOn, isLive, nextRenewalOn, planOf, statusOn, type Subscription } from '../subscription/subscription.ts';
import { pendingChangeOf } from '../timeline/pending.ts';
import { lastChangeOf, nextForgottenOn, nextToldOn, timelineOf } from '../timeline/timeline.ts';
import { addDays, earliest, latest, type CalendarDate } from '../time/calendarDate.ts';
import { forecastChangesOn, limitReachedOn, periodBefore, trendOf } from '../usage/forecast.ts';
import { isCurrent, percentUsed, type Usage } from '../usage/usage.ts';
import { agingDays } from './aging.ts';
import { balancesOf, mainCurrencyOf } from './balances.ts';
import { cardDays } from './cards.ts';
import { declineOf } from './decline.ts';
import { collectionsOf, failedCollections, invoiceOf } from './dunning.ts';
import { dunningCasesOf } from './dunningCase.ts';
import type { BillingFacts } from './facts.ts';
import { healthFacts, isCommitment, soonest } from './healthFacts.ts';
import { inheritedBy } from './inherited.ts';
import { lossDays } from './losses.ts';
import { owedOf } from './owed.ts';
import { convertAll, NO_REPORTING, tierOf, type Reporting } from './reporting.ts';
import { troublesOf } from './troubles.ts';
import type { AccountView, SubscriptionView } from './view.ts';

function quantityOf(subscription: Subscription, day: CalendarDate): string | null {
  const counted = chargesOn(subscription, day).filter(
    (charge) => charge.kind === 'recurring' && charge.quantity !== null,
  );
  if (counted.length === 0) return null;
  return toDecimal(
    counted.reduce((all, charge) => all.add(exact(charge.quantity!)), exact('0')),
    3,
  );
}

function subscriptionView(
  subscription: Subscription,
  facts: BillingFacts,
  day: CalendarDate,
  events: AccountView['events'],
  rules: MrrRules,
): SubscriptionView {
  const inherited = inheritedBy(subscription, facts, day, rules);
  const mrr = mrrOf(subscription, day, inherited);
  return {
    subscription,
    status: statusOn(subscription, day),
    mrr,
    charges: chargeViews(subscription, mrr, day),
    arr: arrOf(mrr),
    tcv: tcvOf(subscription, inherited),
    plan: planOf(subscription, day),
    interval: billingIntervalOf(subscription, day),
    quantity: quantityOf(subscription, day),
    nextRenewalOn: nextRenewalOn(subscription, day),
    pendingChange: pendingChangeOf(subscription, day, (on) => inheritedBy(subscription, facts, on, rules)),
    lastChange: lastChangeOf(subscription.key, events),
  };
}

function nextChange(
  facts: BillingFacts,
  views: readonly SubscriptionView[],
  day: CalendarDate,
  zone: string,
): CalendarDate | null {
  const dates: (CalendarDate | null)[] = [];
  for (const { subscription, nextRenewalOn: renewal } of views) {
    const { trialEndsOn, termStartsOn } = subscription;
    const { discounts = [] } = facts.billingAccounts.find(({ key }) => key === subscription.billingAccountKey) ?? {};
    dates.push(...mrrChangesAfter(subscription, day, { discounts }), ...lossDays(subscription, facts, day, zone));
    dates.push(trialEndsOn, termStartsOn);
    if (trialEndsOn !== null) dates.push(addDays(trialEndsOn, -TRIAL_WARNING_DAYS));
    if (renewal !== null)
      dates.push(renewalWindowOpensOn(renewal), addDays(renewal, -RENEWAL_PRESSING_DAYS), addDays(renewal, 1));
  }
  for (const { dueOn } of owedOf(facts)) if (dueOn !== null) dates.push(...agingDays(dueOn));
  for (const { invoicedOn } of facts.invoices) dates.push(invoicedOn);
  for (const { on } of facts.memos) dates.push(on);
  for (const usage of facts.usage) {
    dates.push(usage.periodStartsOn, usage.periodEndsOn);
    if (isCurrent(usage, day)) dates.push(forecastChangesOn(usage, periodBefore(usage, facts.usage), day));
  }
  for (const account of facts.billingAccounts) dates.push(...cardDays(account));
  return earliest(dates.filter((date) => date !== null && date > day));
}

function billingAccountView(
  account: BillingFacts['billingAccounts'][number],
  facts: BillingFacts,
): AccountView['billingAccounts'][number] {
  const own = facts.invoices.filter(({ billingAccountKey }) => billingAccountKey === account.key);
  const currency =
    account.currency ??
    own[0]?.amount.currency ??
    facts.subscriptions.find(({ billingAccountKey }) => billingAccountKey === account.key)?.currency ??
    null;
  const decline = declineOf(account, facts.payments);
  if (account.balance !== null || currency === null) return { account, currency, balance: account.balance, decline };
  const owed: Money[] = own
    .filter((invoice) => isOpen(invoice) && invoice.amount.currency === currency)
    .map(({ balance }) => balance);
  if (account.pendingDebit?.currency === currency) owed.push(account.pendingDebit);
  return { account, currency, balance: sum(owed, currency), decline };
}

function usageView(usage: Usage, facts: BillingFacts, day: CalendarDate): AccountView['usage'][number] {
  const current = isCurrent(usage, day);
  return {
    usage,
    current,
    percent: percentUsed(usage),
    trend: current ? trendOf(usage, periodBefore(usage, facts.usage), day) : null,
    limitReachedOn: limitReachedOn(usage, day),
  };
}

/**
 * Derives everything that an Account page shows from what the billing systems say.
 *
 * @param facts current objects of all billing accounts of the Account
 * @param day the day it is for, in business time
 * @param zone business time zone, for the days on which moments fall
 * @param reporting rates, tiers and rules of MRR that the org has chosen; without them nothing is converted
 */
export function deriveAccount(
  accountId: string,
  facts: BillingFacts,
  day: CalendarDate,
  zone: string,
  reporting: Reporting = NO_REPORTING,
): AccountView {
  const { mrr: rules } = reporting;
  const events = timelineOf(facts, day, zone, rules);
  const views = facts.subscriptions.map((subscription) => subscriptionView(subscription, facts, day, events, rules));
  const balances = balancesOf(facts, views, day, zone, reporting.conversion);
  const mainCurrency = mainCurrencyOf(balances);
  const live = views
    .filter(({ status }) => isLive(status))
    .toSorted(
      (a, b) =>
        Number(b.subscription.currency === mainCurrency) - Number(a.subscription.currency === mainCurrency) ||
        majorOf(b.mrr.amount).compare(majorOf(a.mrr.amount)),
    );
  // A commitment whose renewal somebody sees to comes before the next month of a monthly plan.
  const renewing = soonest(live.filter(isCommitment)) ?? soonest(live);
  const collections = collectionsOf(facts, zone);
  const failed = failedCollections(collections.values());
  const health = healthFacts(facts, views, balances, failed, day, zone, rules);
  const status = healthOf(health);
  const has = live.length > 0 ? 'live' : health.everSubscribed ? 'ended' : 'none';
  const points = pointsOf(troublesOf({ facts, views, balances, failed, has, day, zone, rules }), has);
  const arr = balances.map((balance) => balance.arr);
  const plans = [...new Set(live.map(({ plan }) => plan).filter((plan) => plan !== ''))];
  return {
    accountId,
    asOf: day,
    billingAccounts: facts.billingAccounts.map((account) => billingAccountView(account, facts)),
    subscriptions: views,
    invoices: facts.invoices.map((invoice) => ({ invoice, attempts: collections.get(invoice.key)!.attempts })),
    dunning: dunningCasesOf(facts, collections, day, zone),
    memos: facts.memos.map((memo) => ({ memo, invoiceKey: invoiceOfMemo(memo, facts.invoices)?.key ?? null })),
    payments: facts.payments.map((payment) => ({
      payment,
      invoiceKey: invoiceOf(payment, facts.invoices)?.key ?? null,
    })),
    usage: facts.usage.map((usage) => usageView(usage, facts, day)),
    events,
    balances,
    mainCurrency,
    converted: reporting.conversion && convertAll(arr, reporting.conversion),
    tier: live.length === 0 ? null : tierOf(arr, reporting),
    plan: plans.length === 0 ? null : plans.join(', '),
    interval: live[0]?.interval ?? null,
    nextRenewal: renewing === null ? null : { on: renewing.nextRenewalOn!, number: renewing.subscription.number },
    lastPaymentOn: latest(balances.map(({ lastPayment }) => lastPayment?.on ?? null)),
    health: { status, summary: summaryOf(health, status), ...points },
    nextChangeOn: earliest([
      nextChange(facts, views, day, zone),
      nextForgottenOn(events),
      nextToldOn(facts, day, zone),
    ]),
  };
}
