import { amountOf, numberOf, textOf } from 'c/billingRows';
import { fill, formatInstant } from 'c/textUtils';
import type { Deal } from './deal';
import * as labels from './labels';

export type Warning = { readonly what: string; readonly advice: string; readonly next: string };

/** What the customer owes too late, before the deal is made; null when nothing is overdue or being collected. */
export function warningOf(deal: Deal, timeZone: string): Warning | null {
  const status = textOf(deal.health, 'Status__c');
  const overdue = deal.balances
    .filter((row) => (numberOf(row, 'Overdue__c') ?? 0) > 0)
    .sort((a, b) => (numberOf(b, 'Overdue__c') ?? 0) - (numberOf(a, 'Overdue__c') ?? 0))
    .map((row) => amountOf(row, 'Overdue__c'));
  const isDunning = status === 'In Dunning' || deal.dunning.length > 0;
  if (overdue.length === 0 && !isDunning && status !== 'Overdue') {
    return null;
  }
  const [first, ...others] = overdue;
  const amounts = others.reduce((before, amount) => fill(labels.and, before, amount), first ?? '');
  const what = amounts
    ? fill(isDunning ? labels.overdueDunning : labels.overdue, amounts)
    : isDunning
      ? labels.dunning
      : labels.isOverdue;
  return { what, advice: deal.isOpen ? adviceFor(deal) : '', next: nextStep(deal, timeZone) };
}

/** Types as Salesforce ships them, and the words that orgs put in their place. */
function adviceFor({ page, subscription }: Deal): string {
  const type = textOf(page, 'Type') ?? '';
  if (/renew/i.test(type)) {
    return labels.beforeRenewal;
  }
  if (/upgrade|upsell|expan|add-?on/i.test(type)) {
    return labels.beforeUpsell;
  }
  return subscription ? labels.beforeRenewal : labels.beforeDeal;
}

/** Of the case of dunning whose next step comes first. */
function nextStep({ dunning }: Deal, timeZone: string): string {
  const at = (row: (typeof dunning)[number]) => textOf(row, 'Next_Step_At__c') ?? '9';
  const [first] = [...dunning].sort((a, b) => at(a).localeCompare(at(b)));
  const step = textOf(first, 'Next_Step__c');
  const when = formatInstant(textOf(first, 'Next_Step_At__c'), timeZone);
  return step ? (when ? fill(labels.nextStep, step, when) : step) : '';
}
