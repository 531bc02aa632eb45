import type { Row } from 'c/billingRows';
import { amountOf, booleanOf, linkOf, sourceOf, statusOf, SUBSCRIPTION_STATES, textOf } from 'c/billingRows';
import { fact } from 'c/factUtils';
import { fill, formatDate, formatLastDay, join } from 'c/textUtils';
import type { Billing } from './billing';
import type { Named } from './invoice';
import * as labels from './labels';

/** What an agent is asked about a subscription. */
export function namedSubscription(row: Row, billing: Billing): Named {
  const number = textOf(row, 'Number__c') ?? row.Id;
  const link = linkOf(row, number);
  const changed = formatDate(textOf(row, 'Last_Change_On__c'));
  const change = textOf(row, 'Last_Change__c');
  return {
    key: row.Id,
    number,
    status: statusOf(textOf(row, 'Status__c'), SUBSCRIPTION_STATES),
    source: billing.accounts.length > 1 ? sourceOf(row) : '',
    facts: [
      ...fact('plan', labels.plan, [join([textOf(row, 'Plan__c'), textOf(row, 'Billing_Interval__c')?.toLowerCase()])]),
      ...fact('mrr', labels.mrr, [amountOf(row, 'MRR__c')]),
      ...fact('term', labels.term, [termOf(row)]),
      ...fact('pending', labels.pending, [textOf(row, 'Pending_Change__c')]),
      ...fact('change', labels.lastChange, [change && changed ? fill(labels.changedOn, change, changed) : change]),
    ],
    links: link.url
      ? [{ ...link, key: 'source', text: fill(labels.openIn, textOf(row, 'Source__c') ?? labels.billing), title: null }]
      : [],
  };
}

/** How long it runs and how it goes on, such as "evergreen" or "to 30 Apr 2027, renews by itself". */
export function termOf(row: Row): string {
  const cancels = formatDate(textOf(row, 'Cancel_On__c'));
  if (cancels) {
    return fill(labels.cancelsOn, cancels);
  }
  if (textOf(row, 'Term_Type__c') === 'Evergreen') {
    return labels.evergreen;
  }
  const end = formatLastDay(textOf(row, 'Term_End_Date__c'));
  const renews = booleanOf(row, 'Auto_Renew__c');
  const goesOn = renews === null ? '' : renews ? labels.renewsItself : labels.endsItself;
  return end ? [fill(labels.until, end), goesOn].filter(Boolean).join(', ') : '';
}
