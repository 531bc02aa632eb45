import type { Link, Row, Status } from 'c/billingRows';
import { chip, linkOf, numberOf, parentOf, sourceOf, statusOf, textOf } from 'c/billingRows';
import type { Fact } from 'c/factUtils';
import { fact } from 'c/factUtils';
import { INVOICE_STATES } from 'c/invoiceStates';
import { fill, formatDate, formatInstant, formatMoney, formatPeriod, join } from 'c/textUtils';
import type { Billing } from './billing';
import { differenceOf, linesOf } from './difference';
import * as labels from './labels';

export type Named = {
  readonly key: string;
  readonly number: string;
  readonly status: Status | null;
  readonly source: string;
  readonly facts: readonly Fact[];
  readonly links: readonly (Link & { readonly key: string })[];
};

/** What an agent is asked about an invoice. */
export function namedInvoice(row: Row, billing: Billing, timeZone: string): Named {
  const number = textOf(row, 'Number__c') ?? row.Id;
  const currency = textOf(row, 'Currency_Code__c');
  const money = (field: string) => formatMoney(numberOf(row, field), currency);
  const subscriptionId = parentOf(row, 'Billing_Subscription__r')?.Id;
  const subscription = billing.subscriptions.find(({ Id }) => Id === subscriptionId);
  const lines = linesOf(row, billing.lines);
  const difference = billing.hasAllInvoices ? differenceOf(row, billing.invoices, billing.lines, subscription) : null;
  return {
    key: row.Id,
    number,
    status: paymentState(row),
    source: billing.accounts.length > 1 ? sourceOf(row) : '',
    facts: [
      ...fact('total', labels.total, [money('Amount__c')]),
      ...fact('open', labels.open, [money('Balance__c')]),
      ...fact('due', labels.due, [formatDate(textOf(row, 'Due_Date__c'))]),
      ...fact('covers', labels.covers, [covers(lines)], { note: bought(lines, subscription) }),
      ...fact('difference', labels.difference, [difference?.text ?? ''], { note: difference?.why ?? '' }),
      ...attempts(row, billing, timeZone),
    ],
    links: linksOf(row, number),
  };
}

/** How paying an invoice stands: how late it is where it is late, else its state. */
export function paymentState(row: Row): Status | null {
  const days = numberOf(row, 'Days_Overdue__c') ?? 0;
  const late = days === 1 ? labels.oneDayOverdue : fill(labels.daysOverdue, days);
  return days > 0 ? chip(late, 'bad') : statusOf(textOf(row, 'Status__c'), INVOICE_STATES);
}

function linksOf(row: Row, number: string): Named['links'] {
  const source = linkOf(row, number);
  const system = textOf(row, 'Source__c') ?? labels.billing;
  return source.url ? [{ ...source, key: 'source', text: fill(labels.openIn, system), title: null }] : [];
}

/** From the first day of the earliest line to the last day of the latest one. */
function covers(lines: readonly Row[]): string {
  const days = (field: string) => lines.map((line) => textOf(line, field)).filter((day) => day !== null);
  return formatPeriod(days('Period_Start__c').sort()[0], days('Period_End__c').sort().at(-1));
}

function bought(lines: readonly Row[], subscription: Row | undefined): string {
  const named = [...new Set(lines.map((line) => textOf(line, 'Description__c')).filter((name) => name !== null))];
  const plan = textOf(subscription, 'Plan__c') ?? named.slice(0, 2).join(', ');
  return join([plan, textOf(subscription, 'Billing_Interval__c')?.toLowerCase()]);
}

function attempts(row: Row, billing: Billing, timeZone: string): Fact[] {
  const isOpen = textOf(row, 'Status__c') === 'Open';
  const count = isOpen ? (numberOf(row, 'Attempt_Count__c') ?? 0) : 0;
  const dunning = billing.dunning.find((one) => parentOf(one, 'Billing_Invoice__r')?.Id === row.Id);
  const running = textOf(dunning, 'Status__c') === 'Open' ? dunning : undefined;
  const next = isOpen ? formatInstant(textOf(row, 'Next_Attempt__c'), timeZone) : '';
  const times = count === 1 ? labels.oneAttempt : fill(labels.attempts, count);
  const reason = textOf(running, 'Decline_Reason__c');
  const parts = [count > 0 ? times : null, next ? fill(labels.nextAttempt, next) : null];
  return fact('attempts', labels.attemptsLabel, [join(parts), reason], { note: textOf(running, 'Next_Step__c') ?? '' });
}
