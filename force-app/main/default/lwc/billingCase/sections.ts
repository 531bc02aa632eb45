import type { Link, Row, Status } from 'c/billingRows';
import { linkOf, numberOf, parentOf, sourceOf, standingOf, textOf } from 'c/billingRows';
import { textOfFact } from 'c/factUtils';
import { fill, formatDate, formatMoney } from 'c/textUtils';
import type { Billing } from './billing';
import type { Customer } from './customer';
import type { Named } from './invoice';
import { namedInvoice, paymentState } from './invoice';
import * as labels from './labels';
import type { Mention } from './mentions';
import { mentionsOf } from './mentions';
import { namedSubscription } from './subscription';

export type NamedInCase = Named & { readonly mention: Mention; readonly says: string; readonly isInvoice: boolean };

export type InvoiceLine = {
  readonly key: string;
  readonly link: Link;
  readonly dated: string;
  readonly source: string;
  readonly amount: string;
  readonly left: string;
  readonly status: Status | null;
};

const MOST_INVOICES = 5;

/** Invoices and subscriptions of the Account that the Case names, in the order in which it names them. */
export function namedIn(texts: readonly string[], billing: Billing, timeZone: string): NamedInCase[] {
  const number = (row: Row) => textOf(row, 'Number__c') ?? '';
  const rows = [...billing.invoices, ...billing.subscriptions];
  return mentionsOf(texts, rows.map(number)).flatMap((mention) => {
    const says = mention.times > 1 ? labels.mentionsTimes : labels.mentions;
    const about = { mention, says: fill(says, mention.number, mention.times) };
    const isIt = (row: Row) => number(row) === mention.number;
    const invoices = billing.invoices.filter(isIt).map((row) => namedInvoice(row, billing, timeZone));
    const subscriptions = billing.subscriptions.filter(isIt).map((row) => namedSubscription(row, billing));
    return [
      ...invoices.map((one) => ({ ...one, ...about, isInvoice: true })),
      ...subscriptions.map((one) => ({ ...one, ...about, isInvoice: false })),
    ];
  });
}

/** The newest invoices, those of the asking person's billing account before others. */
export function lastInvoices(data: unknown, billing: Billing): InvoiceLine[] {
  const isOwn = (row: Row) => Number(billing.own.has(parentOf(row, 'Billing_Account__r')?.Id ?? ''));
  const dated = (row: Row) => textOf(row, 'Invoice_Date__c') ?? '';
  const rows = standingOf(data, 'Billing_Invoice__c');
  return rows
    .sort((a, b) => isOwn(b) - isOwn(a) || dated(b).localeCompare(dated(a)))
    .slice(0, MOST_INVOICES)
    .map((row) => {
      const currency = textOf(row, 'Currency_Code__c');
      const [amount, balance] = [numberOf(row, 'Amount__c'), numberOf(row, 'Balance__c')];
      return {
        key: row.Id,
        link: linkOf(row, textOf(row, 'Number__c') ?? row.Id),
        dated: formatDate(textOf(row, 'Invoice_Date__c')),
        source: billing.accounts.length > 1 ? sourceOf(row) : '',
        amount: formatMoney(amount, currency),
        left: balance && balance !== amount ? fill(labels.left, formatMoney(balance, currency)) : '',
        status: paymentState(row),
      };
    });
}

/** Everything that is shown, as plain text to paste into an answer. */
export function copyOf(
  named: readonly NamedInCase[],
  health: Status | null,
  customers: readonly Customer[],
  invoices: readonly InvoiceLine[],
): string {
  const block = (...lines: readonly string[]) => lines.filter(Boolean).join('\n');
  return [
    ...named.map(({ number, status, facts, links }) =>
      block(
        [number, status?.label].filter(Boolean).join(': '),
        ...facts.map(textOfFact),
        ...links.map(({ text, url }) => `${text}: ${url}`),
      ),
    ),
    ...customers.map(({ name, facts }) => block(name, ...facts.map(textOfFact))),
    health ? `${labels.health}: ${health.label}` : '',
    invoices.length > 0
      ? block(
          labels.lastInvoices,
          ...invoices.map(({ link, dated, amount, left, status }) =>
            [link.title ?? link.text, dated, amount, left, status?.label].filter(Boolean).join(', '),
          ),
        )
      : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}
