import type { Row, Status } from 'c/billingRows';
import { nameOf, needsAction, parentOf, statusOf, textOf } from 'c/billingRows';
import { fill, join } from 'c/textUtils';
import { billingOf } from './billing';
import type { Customer } from './customer';
import { customersOf, healthChip } from './customer';
import * as labels from './labels';
import { writtenIn } from './mentions';
import type { InvoiceLine, NamedInCase } from './sections';
import { copyOf, lastInvoices, namedIn } from './sections';

export type View = {
  readonly subtitle: string;
  readonly named: readonly NamedInCase[];
  readonly health: Status | null;
  readonly summary: string | null;
  readonly summaryClass: string;
  readonly customers: readonly Customer[];
  /** Offers the billing accounts that are not shown yet; empty when there are none. */
  readonly showAllText: string;
  /** Without an invoice to ask about, the flows ask which one is meant. */
  readonly asksOfCase: boolean;
  readonly invoices: readonly InvoiceLine[];
  readonly copied: string;
  /** Something is under way that the person would want to watch. */
  readonly inMotion: boolean;
};

const MOST_CUSTOMERS = 3;

/** Everything that the panel shows, out of the Case and what billing holds for its Account. */
export function viewOf(page: Row | undefined, data: unknown, showsAll: boolean, timeZone: string): View {
  const billing = billingOf(data, emailsOf(page));
  const named = namedIn(writtenIn(page), billing, timeZone);
  const health = healthChip(billing.health);
  const all = customersOf(billing, new Date());
  const customers = showsAll ? all : all.slice(0, MOST_CUSTOMERS);
  const invoices = lastInvoices(data, billing);
  return {
    subtitle: subtitleOf(billing.accounts),
    named,
    health,
    summary: textOf(billing.health, 'Summary__c'),
    summaryClass: summaryClass(textOf(billing.health, 'Status__c')),
    customers,
    showAllText: customers.length < all.length ? fill(labels.showAll, all.length) : '',
    asksOfCase: !named.some(({ isInvoice }) => isInvoice),
    invoices,
    copied: copyOf(named, health, customers, invoices),
    inMotion: textOf(billing.health, 'Status__c') === 'In Dunning',
  };
}

/** Red or amber only where somebody should do something. */
function summaryClass(status: string | null): string {
  return needsAction(status) ? `note note_${statusOf(status)?.tone ?? 'quiet'}` : 'quiet summary';
}

/** Of the person who asks: of the Contact, and the one that a form or an email was sent from. */
function emailsOf(page: Row | undefined): string[] {
  const contact = page ? parentOf(page, 'Contact') : null;
  return [textOf(contact, 'Email'), textOf(page, 'SuppliedEmail')].filter((email) => email !== null);
}

function subtitleOf(accounts: readonly Row[]): string {
  const [only] = accounts;
  return only && accounts.length === 1
    ? join([textOf(only, 'Source__c'), nameOf(only)])
    : accounts.length > 1
      ? fill(labels.accounts, accounts.length)
      : '';
}

/** Before anything is known. */
export const NOTHING: View = viewOf(undefined, undefined, false, 'UTC');
