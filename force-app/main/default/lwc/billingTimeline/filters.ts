import type { Choice } from 'c/pagedList';
import * as labels from './labels';

const beginning = (...words: readonly string[]) => words.map((word) => ({ Kind__c: { like: `${word}%` } }));
const INVOICES = beginning('Invoice', 'Memo');
const PAYMENTS = beginning('Payment', 'Refund', 'Dispute');

/** Kinds of events as people tell them apart; all that is about no document or payment is about a subscription. */
const CHOICES: ReadonlyMap<string, object> = new Map<string, object>([
  ['All', {}],
  ['Subscriptions', { not: { or: [...INVOICES, ...PAYMENTS] } }],
  ['Invoices', { or: INVOICES }],
  ['Payments', { or: PAYMENTS }],
]);

export const FILTERS = [
  { value: 'All', label: labels.all },
  { value: 'Subscriptions', label: labels.subscriptions },
  { value: 'Invoices', label: labels.invoices },
  { value: 'Payments', label: labels.payments },
];

/** @param accountId of one billing account; empty for all */
export function chosenBy(filter: string, accountId: string): Choice {
  const where = { Status__c: { ne: 'Removed' }, ...CHOICES.get(filter) };
  return {
    where: accountId ? { ...where, Billing_Account__c: { eq: accountId } } : where,
    orderBy: { Occurred_At__c: { order: 'DESC', nulls: 'LAST' }, Name: { order: 'DESC' } },
  };
}
