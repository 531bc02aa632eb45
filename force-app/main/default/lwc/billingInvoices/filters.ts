import type { Choice } from 'c/pagedList';
import * as labels from './labels';

const newest = { Invoice_Date__c: { order: 'DESC', nulls: 'LAST' }, Name: { order: 'DESC' } };
const mostUrgent = { Due_Date__c: { order: 'ASC', nulls: 'LAST' }, Name: { order: 'ASC' } };

/** What people look for, each as GraphQL filters it. */
const CHOICES: ReadonlyMap<string, Choice> = new Map([
  ['All', { where: { Status__c: { ne: 'Removed' } }, orderBy: newest }],
  ['Open', { where: { Status__c: { eq: 'Open' } }, orderBy: mostUrgent }],
  ['Overdue', { where: { Days_Overdue__c: { gt: 0 } }, orderBy: mostUrgent }],
  ['Paid', { where: { Status__c: { eq: 'Paid' } }, orderBy: newest }],
]);

export const FILTERS = [
  { value: 'All', label: labels.all },
  { value: 'Open', label: labels.open },
  { value: 'Overdue', label: labels.overdue },
  { value: 'Paid', label: labels.paid },
];

/** One of the filters, whatever an admin wrote. */
export function filterOf(wanted: string): string {
  return CHOICES.has(wanted) ? wanted : 'All';
}

/** @param accountId of one billing account; empty for all */
export function chosenBy(filter: string, accountId: string): Choice {
  const { where, orderBy } = CHOICES.get(filter) ?? CHOICES.get('All')!;
  return { where: accountId ? { ...where, Billing_Account__c: { eq: accountId } } : where, orderBy };
}
