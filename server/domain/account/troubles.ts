import { amountsInWords, renewalWindowOpensOn } from '../health/health.ts';
import {
  FAR_OVER_PERCENT,
  LOW_USAGE_PERCENT,
  RENEWAL_PRESSING_DAYS,
  TRIAL_WARNING_DAYS,
  type RuleName,
  type Trouble,
} from '../health/rules.ts';
import type { MrrRules } from '../metrics/rules.ts';
import { exact } from '../money/decimal.ts';
import { inWords } from '../money/money.ts';
import { retryHelps } from '../payment/declines.ts';
import { isLive } from '../subscription/subscription.ts';
import { addDays, dayInWords, earliest, latest, type CalendarDate } from '../time/calendarDate.ts';
import { periodBefore, trendOf } from '../usage/forecast.ts';
import { isCurrent, percentUsed, type Usage } from '../usage/usage.ts';
import { bucketOf, type AgingBucket } from './aging.ts';
import { cardTrouble } from './cards.ts';
import { isGivenUp, mendedAt, type FailedCollection } from './dunning.ts';
import type { BillingFacts } from './facts.ts';
import { endedOn, isCommitment, nameOf } from './healthFacts.ts';
import { lossTrouble } from './losses.ts';
import { owedOf } from './owed.ts';
import type { BalanceView, SubscriptionView } from './view.ts';

/** What troubles are told from. */
export type Situation = {
  facts: BillingFacts;
  views: readonly SubscriptionView[];
  balances: readonly BalanceView[];
  failed: readonly FailedCollection[];
  /** Whether there is a subscription, was one, or never was. */
  has: 'live' | 'ended' | 'none';
  day: CalendarDate;
  /** Business time zone. */
  zone: string;
  rules: MrrRules;
};

const OVERDUE: Readonly<Record<Exclude<AgingBucket, 'notDue'>, readonly [RuleName, string]>> = {
  days1to30: ['overdueDays1to30', '1 to 30 days'],
  days31to60: ['overdueDays31to60', '31 to 60 days'],
  days61to90: ['overdueDays61to90', '61 to 90 days'],
  over90: ['overdueOver90', 'more than 90 days'],
};
const FAILED = ['paymentFailed1', 'paymentFailed2', 'paymentFailed3', 'paymentFailed4'] as const;

function overdueTroubles({ facts, balances, day }: Situation): Trouble[] {
  const oldest = earliest(owedOf(facts).map(({ dueOn }) => dueOn));
  const bucket = bucketOf(oldest, day);
  if (oldest === null || bucket === 'notDue') return [];
  const [rule, age] = OVERDUE[bucket];
  const overdue = balances.filter((one) => one.overdue.minor > 0);
  const amounts = amountsInWords(overdue.map((one) => one.overdue));
  const heavy = overdue.filter((one) => one.overdue.minor >= one.mrr.minor);
  return [
    { rule, text: `${amounts} is overdue, the oldest for ${age}: it was due on ${dayInWords(oldest)}.` },
    ...(heavy.length === 0
      ? []
      : [
          {
            rule: 'overdueAMonth' as const,
            text: `${amountsInWords(heavy.map((one) => one.overdue))} is overdue: no less than a month's revenue in its currency.`,
          },
        ]),
  ];
}

function dunningTroubles({ failed, facts, day }: Situation): Trouble[] {
  const troubles: Trouble[] = [];
  const most = failed.toSorted((a, b) => b.attempts - a.attempts)[0];
  if (most !== undefined) {
    const rule = FAILED[Math.min(Math.max(most.attempts, 1), FAILED.length) - 1]!;
    const count = most.attempts <= 1 ? 'failed' : `failed ${most.attempts} times`;
    troubles.push({
      rule,
      text: `Payment of ${inWords(most.invoice.balance)} for invoice ${most.invoice.number} ${count}.`,
    });
  }
  const accountOf = (key: string) => facts.billingAccounts.find((account) => account.key === key);
  const cured = failed.find(
    ({ invoice, lastFailure: last }) =>
      last !== null &&
      !retryHelps(last.declineCode, last.declineText) &&
      mendedAt(accountOf(invoice.billingAccountKey), last, day) === null,
  );
  if (cured !== undefined)
    troubles.push({
      rule: 'declineNeedsCustomer',
      text: `The payment for invoice ${cured.invoice.number} was declined for a reason that another attempt does not change.`,
    });
  const ended = failed.find(({ invoice }) => isGivenUp(invoice, accountOf(invoice.billingAccountKey)));
  if (ended !== undefined)
    troubles.push({
      rule: 'collectionEnded',
      text: `No further attempt is planned for invoice ${ended.invoice.number}.`,
    });
  const lost = facts.invoices.filter(({ status }) => status === 'Uncollectible');
  if (lost.length > 0)
    troubles.push({
      rule: 'uncollectible',
      text: `${amountsInWords(lost.map(({ amount }) => amount))} on ${lost.length === 1 ? `invoice ${lost[0]!.number}` : `${lost.length} invoices`} was written off as uncollectible.`,
    });
  return troubles;
}

function cancellationTroubles({ views, day }: Situation): Trouble[] {
  const live = views.filter(({ status }) => isLive(status));
  const booked = live.filter(({ subscription: { cancelOn } }) => cancelOn !== null && cancelOn > day);
  const first = booked.toSorted((a, b) => (a.subscription.cancelOn! < b.subscription.cancelOn! ? -1 : 1))[0];
  if (first === undefined) return [];
  const on = dayInWords(first.subscription.cancelOn!);
  return [
    booked.length === live.length
      ? { rule: 'cancelingAll', text: `Everything is canceled, first ${nameOf(first)} from ${on}.` }
      : { rule: 'cancelingPart', text: `${nameOf(first)} is canceled from ${on}.` },
  ];
}

function renewalTroubles({ views, day }: Situation): Trouble[] {
  const open = views
    .filter((view) => isLive(view.status) && isCommitment(view) && !view.subscription.autoRenew)
    .filter(({ nextRenewalOn }) => nextRenewalOn !== null && renewalWindowOpensOn(nextRenewalOn) <= day)
    .toSorted((a, b) => (a.nextRenewalOn! < b.nextRenewalOn! ? -1 : 1));
  const [next] = open;
  if (next === undefined) return [];
  const on = next.nextRenewalOn!;
  const rule = addDays(on, -RENEWAL_PRESSING_DAYS) <= day ? 'notRenewing30' : 'notRenewing90';
  return [{ rule, text: `${nameOf(next)} ends on ${dayInWords(on)} unless it is renewed.` }];
}

function trialTroubles({ views, day }: Situation): Trouble[] {
  const ends = earliest(
    views.map(({ status, subscription }) => (status === 'Trialing' ? subscription.trialEndsOn : null)),
  );
  if (ends === null || addDays(ends, -TRIAL_WARNING_DAYS) > day) return [];
  return [{ rule: 'trialEnding', text: `A trial ends on ${dayInWords(ends)}.` }];
}

/** The last whole period of each meter that has a limit and is still counted. */
function usageTroubles({ facts, day }: Situation): Trouble[] {
  const current = facts.usage.filter((usage) => isCurrent(usage, day));
  const percent = (usage: Usage) => exact(percentUsed(usage) ?? '0');
  const over = current
    .filter((usage) => percentUsed(usage) !== null && percent(usage).gt(100))
    .toSorted((a, b) => percent(b).compare(percent(a)))[0];
  const before = current.map((usage) => [usage, periodBefore(usage, facts.usage)] as const);
  const low = before.find(
    ([, last]) => last !== null && percentUsed(last) !== null && percent(last).lt(LOW_USAGE_PERCENT),
  )?.[1];
  const falling = before.find(([usage, last]) => trendOf(usage, last, day) === 'Falling')?.[0];
  return [
    ...(over === undefined
      ? []
      : [
          {
            rule: percent(over).gte(FAR_OVER_PERCENT) ? ('usageFarOver' as const) : ('usageOver' as const),
            text: `${percentUsed(over)} % of what ${over.meter} includes is used.`,
          },
        ]),
    ...(low == null
      ? []
      : [
          {
            rule: 'usageLow' as const,
            text: `Only ${percentUsed(low)} % of what ${low.meter} includes was used in the period from ${dayInWords(low.periodStartsOn)}.`,
          },
        ]),
    ...(falling === undefined
      ? []
      : [{ rule: 'usageFalling' as const, text: `${falling.meter} is used less than in the period before.` }]),
  ];
}

function churnTrouble({ views, day }: Situation): Trouble {
  const left = latest(views.map(endedOn).filter((on) => on !== null && on <= day));
  const text = left === null ? 'No subscription is left.' : `The last subscription ended on ${dayInWords(left)}.`;
  return { rule: 'churned', text };
}

/** @returns everything that is the matter, each rule once */
export function troublesOf(situation: Situation): Trouble[] {
  const owed = [...overdueTroubles(situation), ...dunningTroubles(situation)];
  if (situation.has !== 'live') return situation.has === 'ended' ? [...owed, churnTrouble(situation)] : owed;
  return [
    ...owed,
    ...cancellationTroubles(situation),
    ...renewalTroubles(situation),
    ...cardTrouble(situation),
    ...lossTrouble(situation),
    ...usageTroubles(situation),
    ...trialTroubles(situation),
  ];
}
