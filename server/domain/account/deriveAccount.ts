import { exact, toDecimal } from '../money/decimal.ts';
import { healthOf, renewalWindowOpensOn, summaryOf, type HealthFacts } from '../health/health.ts';
import { isOpen, isOverdue } from '../invoice/invoice.ts';
import { invoiceOfMemo } from '../memo/memo.ts';
import { chargeViews } from '../metrics/charges.ts';
import { arrOf, mrrChangesAfter, mrrOf, tcvOf, type Inherited } from '../metrics/mrr.ts';
import { majorOf, sum, type Money } from '../money/money.ts';
import { billingIntervalOf } from '../subscription/interval.ts';
import { chargesOn, isLive, nextRenewalOn, planOf, statusOn, type Subscription } from '../subscription/subscription.ts';
import { addDays, daysBetween, earliest, latest, type CalendarDate } from '../time/calendarDate.ts';
import { dayOf } from '../time/instant.ts';
import { isCurrent, isOverLimit, percentUsed } from '../usage/usage.ts';
import { balancesOf, mainCurrencyOf } from './balances.ts';
import { attemptsOf, failedCollections, invoiceOf, reasonOf } from './dunning.ts';
import type { BillingFacts } from './facts.ts';
import type { AccountView, SubscriptionView } from './view.ts';

/** Billing periods of this many days or more are commitments whose renewal somebody sees to. */
const LONG_PERIOD_DAYS = 360;
/** Numbers of more characters, such as Stripe's ids, are for machines. */
const LONGEST_SPOKEN_NUMBER = 20;

/** @returns what holds for a subscription because of its billing account */
export function inheritedBy(subscription: Subscription, facts: BillingFacts, day: CalendarDate): Inherited {
  const account = facts.billingAccounts.find(({ key }) => key === subscription.billingAccountKey);
  const siblings = facts.subscriptions.filter(
    (other) => other.key !== subscription.key && other.billingAccountKey === subscription.billingAccountKey,
  );
  return {
    discounts: account?.discounts ?? [],
    reductions: siblings
      .filter((sibling) => isLive(statusOn(sibling, day)))
      .flatMap((sibling) => chargesOn(sibling, day))
      .filter((charge) => charge.reduction?.level === 'account'),
  };
}

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

function subscriptionView(subscription: Subscription, facts: BillingFacts, day: CalendarDate): SubscriptionView {
  const inherited = inheritedBy(subscription, facts, day);
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
  };
}

function isCommitment({ subscription }: SubscriptionView): boolean {
  const { termType, termStartsOn, termEndsOn } = subscription;
  if (termType === 'Termed') return true;
  return termStartsOn !== null && termEndsOn !== null && daysBetween(termStartsOn, termEndsOn) >= LONG_PERIOD_DAYS;
}

/** What people call a subscription: its plan, and its number where that is one that people use. */
function nameOf({ subscription, plan }: SubscriptionView): string {
  if (plan === '') return subscription.number;
  return subscription.number.length > LONGEST_SPOKEN_NUMBER ? plan : `${plan} (${subscription.number})`;
}

function soonest(views: readonly SubscriptionView[]): SubscriptionView | null {
  return views.reduce<SubscriptionView | null>(
    (min, view) =>
      view.nextRenewalOn !== null && (min === null || view.nextRenewalOn < min.nextRenewalOn!) ? view : min,
    null,
  );
}

function healthFacts(
  facts: BillingFacts,
  views: readonly SubscriptionView[],
  balances: AccountView['balances'],
  day: CalendarDate,
  zone: string,
): HealthFacts {
  const live = views.filter(({ status }) => isLive(status));
  const renewing = soonest(live.filter(isCommitment));
  const canceling = live
    .filter(({ subscription }) => subscription.cancelOn !== null && subscription.cancelOn > day)
    .toSorted((a, b) => (a.subscription.cancelOn! < b.subscription.cancelOn! ? -1 : 1))[0];
  return {
    today: day,
    everSubscribed: views.some(({ status }) => isLive(status) || status === 'Canceled' || status === 'Expired'),
    live: live.length,
    trialing: live.filter(({ status }) => status === 'Trialing').length,
    dunning: failedCollections(facts, zone).map((failed) => ({
      number: failed.invoice.number,
      amount: failed.invoice.balance,
      attempts: failed.attempts,
      lastTriedOn: failed.lastFailure?.at == null ? null : dayOf(failed.lastFailure.at, zone),
      nextAttemptOn: failed.invoice.nextAttemptAt === null ? null : dayOf(failed.invoice.nextAttemptAt, zone),
      reason: reasonOf(failed),
    })),
    overdue: facts.invoices
      .filter((invoice) => isOverdue(invoice, day))
      .map(({ number, balance, dueOn }) => ({ number, amount: balance, dueOn: dueOn! })),
    overLimit: facts.usage
      .filter((usage) => isOverLimit(usage, day))
      .map((usage) => ({
        meter: usage.meter,
        percent: percentUsed(usage) ?? '100',
        quantity: usage.quantity,
        limit: usage.limit ?? '0',
        unit: usage.unit,
      })),
    renewal:
      renewing === null
        ? null
        : {
            on: renewing.nextRenewalOn!,
            name: nameOf(renewing),
            autoRenew: renewing.subscription.autoRenew,
            arr: renewing.arr,
          },
    trialEndsOn: latest(
      live.map(({ subscription, status }) => (status === 'Trialing' ? subscription.trialEndsOn : null)),
    ),
    canceling:
      canceling === undefined
        ? null
        : { name: nameOf(canceling), on: canceling.subscription.cancelOn!, mrr: canceling.mrr.amount },
    lastEndedOn: latest(
      views
        .filter(({ status }) => status === 'Canceled' || status === 'Expired')
        .map(({ subscription }) => subscription.cancelOn ?? subscription.termEndsOn)
        .filter((ended) => ended !== null && ended <= day),
    ),
    mrr: balances.map(({ mrr }) => mrr),
    outstanding: balances.map(({ outstanding }) => outstanding),
  };
}

function nextChange(facts: BillingFacts, views: readonly SubscriptionView[], day: CalendarDate): CalendarDate | null {
  const dates: (CalendarDate | null)[] = [];
  for (const { subscription, nextRenewalOn: renewal } of views) {
    dates.push(...mrrChangesAfter(subscription, day), subscription.trialEndsOn, subscription.termStartsOn);
    if (renewal !== null) dates.push(renewalWindowOpensOn(renewal), addDays(renewal, 1));
  }
  for (const invoice of facts.invoices)
    if (isOpen(invoice) && invoice.dueOn !== null) dates.push(addDays(invoice.dueOn, 1));
  for (const usage of facts.usage) dates.push(usage.periodStartsOn, usage.periodEndsOn);
  for (const account of facts.billingAccounts)
    for (const discount of account.discounts) dates.push(discount.startsOn, discount.endsOn);
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
  if (account.balance !== null || currency === null) return { account, currency, balance: account.balance };
  const owed: Money[] = own
    .filter((invoice) => isOpen(invoice) && invoice.amount.currency === currency)
    .map(({ balance }) => balance);
  if (account.pendingDebit?.currency === currency) owed.push(account.pendingDebit);
  return { account, currency, balance: sum(owed, currency) };
}

/**
 * Derives everything that an Account page shows from what the billing systems say.
 *
 * @param facts current objects of all billing accounts of the Account
 * @param day the day it is for, in business time
 * @param zone business time zone, for the days on which moments fall
 */
export function deriveAccount(accountId: string, facts: BillingFacts, day: CalendarDate, zone: string): AccountView {
  const views = facts.subscriptions.map((subscription) => subscriptionView(subscription, facts, day));
  const balances = balancesOf(facts, views, day, zone);
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
  const health = healthFacts(facts, views, balances, day, zone);
  const status = healthOf(health);
  const plans = [...new Set(live.map(({ plan }) => plan).filter((plan) => plan !== ''))];
  return {
    accountId,
    asOf: day,
    billingAccounts: facts.billingAccounts.map((account) => billingAccountView(account, facts)),
    subscriptions: views,
    invoices: facts.invoices.map((invoice) => ({ invoice, attempts: attemptsOf(facts, invoice, zone) })),
    memos: facts.memos.map((memo) => ({ memo, invoiceKey: invoiceOfMemo(memo, facts.invoices)?.key ?? null })),
    payments: facts.payments.map((payment) => ({
      payment,
      invoiceKey: invoiceOf(payment, facts.invoices)?.key ?? null,
    })),
    usage: facts.usage.map((usage) => ({ usage, current: isCurrent(usage, day), percent: percentUsed(usage) })),
    balances,
    mainCurrency,
    plan: plans.length === 0 ? null : plans.join(', '),
    interval: live[0]?.interval ?? null,
    nextRenewal: renewing === null ? null : { on: renewing.nextRenewalOn!, number: renewing.subscription.number },
    lastPaymentOn: latest(balances.map(({ lastPayment }) => lastPayment?.on ?? null)),
    health: { status, summary: summaryOf(health, status) },
    nextChangeOn: nextChange(facts, views, day),
  };
}
