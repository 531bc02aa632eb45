import type { Row } from 'c/billingRows';
import { hasMore, standingOf, textOf } from 'c/billingRows';

/** What billing holds for the Account of a Case; billing accounts of the person who asks stand first. */
export type Billing = {
  readonly accounts: readonly Row[];
  /** Ids of billing accounts whose invoices go to the person who asks. */
  readonly own: ReadonlySet<string>;
  readonly invoices: readonly Row[];
  /** False where Salesforce holds more invoices: the one before another is then not known for sure. */
  readonly hasAllInvoices: boolean;
  readonly lines: readonly Row[];
  readonly subscriptions: readonly Row[];
  readonly dunning: readonly Row[];
  readonly usage: readonly Row[];
  readonly health: Row | undefined;
};

/** Objects that make the panel worth showing. */
export const OBJECTS = ['Billing_Account__c', 'Billing_Invoice__c', 'Billing_Subscription__c'];

/** @param emails of the person who asks */
export function billingOf(data: unknown, emails: readonly string[]): Billing {
  const of = (object: string) => standingOf(data, object);
  const named = of('named');
  const known = new Set(named.map(({ Id }) => Id));
  const wanted = new Set(emails.map((email) => email.toLowerCase()));
  const isOwn = (account: Row) => wanted.has(textOf(account, 'Bill_To_Email__c')?.toLowerCase() ?? '');
  const accounts = of('Billing_Account__c');
  const own = accounts.filter(isOwn);
  return {
    accounts: [...own, ...accounts.filter((account) => !isOwn(account)).sort(byName)],
    own: new Set(own.map(({ Id }) => Id)),
    invoices: [...named, ...of('Billing_Invoice__c').filter(({ Id }) => !known.has(Id))],
    hasAllInvoices: !hasMore(data, 'Billing_Invoice__c'),
    lines: of('Billing_Invoice_Item__c'),
    subscriptions: of('Billing_Subscription__c'),
    dunning: of('Dunning_Case__c'),
    usage: of('Usage__c'),
    health: of('Billing_Health__c')[0],
  };
}

function byName(a: Row, b: Row): number {
  const text = (row: Row) => `${textOf(row, 'Name') ?? ''} ${textOf(row, 'Number__c') ?? ''}`;
  return text(a).localeCompare(text(b));
}
