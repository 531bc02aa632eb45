import type { Link, Row } from 'c/billingRows';
import { amountOf, booleanOf, linkOf, numberOf, sourceOf, statusOf, SUBSCRIPTION_STATES, textOf } from 'c/billingRows';
import type { Fact } from 'c/factUtils';
import { fact } from 'c/factUtils';
import { fill, formatDate, formatMoney, fromToday } from 'c/textUtils';
import type { Deal } from './deal';
import * as labels from './labels';

export type Renewal = {
  readonly key: string;
  readonly link: Link;
  readonly plan: string;
  readonly source: string;
  readonly date: string;
  readonly away: string;
  readonly mrr: string;
  readonly goesOn: string;
};

const MOST_RENEWALS = 5;
const RUNS: ReadonlySet<string | null> = new Set(['Active', 'Trialing', 'Past Due', 'Unpaid', 'Paused', 'Suspended']);

/** What billing says of the subscription that the deal names. */
export function namedFacts({ page, subscription }: Deal, now: Date, timeZone: string): Fact[] {
  const number = textOf(page, 'Billing_Subscription_Number__c');
  if (!page || !number) {
    return [];
  }
  const link = subscription && linkOf(subscription, number);
  const currency = textOf(page, 'Billing_Currency__c');
  const money = (field: string) => formatMoney(numberOf(page, field), currency);
  const renewal = textOf(page, 'Billing_Next_Renewal__c');
  return [
    ...fact('number', labels.subscription, [number], link?.url ? { link } : {}),
    ...fact('plan', labels.plan, [textOf(page, 'Billing_Plan__c')]),
    ...fact('state', labels.status, [
      statusOf(textOf(page, 'Billing_Subscription_Status__c'), SUBSCRIPTION_STATES)?.label ?? null,
    ]),
    ...fact('renewal', labels.nextRenewal, [formatDate(renewal)], { note: fromToday(renewal, now, timeZone) }),
    ...fact('goes-on', labels.term, [subscription ? goesOn(subscription) : null]),
    ...fact('mrr', labels.mrr, [money('Billing_MRR__c')]),
    ...fact('arr', labels.arr, [money('Billing_ARR__c')]),
    ...fact('tcv', labels.tcv, [money('Billing_TCV__c')]),
    ...fact('pending', labels.pending, [textOf(subscription, 'Pending_Change__c')]),
  ];
}

/** What of the Account renews or ends next, without the subscription that the deal names. */
export function nextRenewals(deal: Deal, now: Date, timeZone: string): Renewal[] {
  const date = (row: Row) => textOf(row, 'Next_Renewal_Date__c') ?? '';
  return deal.subscriptions
    .filter((row) => row !== deal.subscription && date(row) !== '' && RUNS.has(textOf(row, 'Status__c')))
    .sort((a, b) => date(a).localeCompare(date(b)))
    .slice(0, MOST_RENEWALS)
    .map((row) => ({
      key: row.Id,
      link: linkOf(row, textOf(row, 'Number__c') ?? row.Id),
      plan: textOf(row, 'Plan__c') ?? '',
      source: deal.accounts.length > 1 ? sourceOf(row) : '',
      date: formatDate(date(row)),
      away: fromToday(date(row), now, timeZone),
      mrr: amountOf(row, 'MRR__c'),
      goesOn: goesOn(row),
    }));
}

function goesOn(row: Row): string {
  const cancels = formatDate(textOf(row, 'Cancel_On__c'));
  if (cancels) {
    return fill(labels.cancelsOn, cancels);
  }
  if (textOf(row, 'Term_Type__c') === 'Evergreen') {
    return labels.evergreen;
  }
  const renews = booleanOf(row, 'Auto_Renew__c');
  return renews === null ? '' : renews ? labels.renewsItself : labels.endsItself;
}
