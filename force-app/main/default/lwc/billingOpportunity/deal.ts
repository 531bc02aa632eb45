import type { Row } from 'c/billingRows';
import { booleanOf, parentOf, rowsOf, standingOf, textOf } from 'c/billingRows';

/** What billing holds for the Account of a deal. */
export type Deal = {
  readonly page: Row | undefined;
  /** ISO 4217 code; of the org where it has one alone. */
  readonly currency: string;
  readonly isOpen: boolean;
  /** Billing accounts, the one that the deal is about first. */
  readonly accounts: readonly Row[];
  readonly canSeeAccounts: boolean;
  readonly subscriptions: readonly Row[];
  /** The one whose number the deal names. */
  readonly subscription: Row | undefined;
  readonly balances: readonly Row[];
  readonly dunning: readonly Row[];
  readonly health: Row | undefined;
  /** What becomes of the deal in billing; of this deal, whatever was asked before. */
  readonly order: Row | undefined;
};

/** Objects that make the panel worth showing. */
export const OBJECTS = ['Billing_Account__c', 'Billing_Subscription__c', 'Billing_Health__c', 'Billing_Order__c'];

/** @param orgCurrency of the org, for deals that have no currency of their own */
export function dealOf(page: Row | undefined, data: unknown, orgCurrency: string): Deal {
  const of = (object: string) => standingOf(data, object);
  const number = textOf(page, 'Billing_Subscription_Number__c')?.toLowerCase();
  const subscriptions = of('Billing_Subscription__c');
  const subscription = subscriptions.find((row) => textOf(row, 'Number__c')?.toLowerCase() === number);
  const currency = textOf(page, 'CurrencyIsoCode') ?? orgCurrency;
  const named = subscription && parentOf(subscription, 'Billing_Account__r')?.Id;
  const fit = (row: Row) =>
    Number(row.Id === named) * 4 +
    Number(textOf(row, 'Currency_Code__c') === currency) * 2 +
    Number(textOf(row, 'Status__c') === 'Active');
  return {
    page,
    currency,
    isOpen: booleanOf(page, 'IsClosed') !== true,
    accounts: of('Billing_Account__c').sort((a, b) => fit(b) - fit(a) || nameIn(a).localeCompare(nameIn(b))),
    canSeeAccounts: rowsOf(data, 'Billing_Account__c') !== undefined,
    subscriptions,
    subscription,
    balances: of('Billing_Balance__c'),
    dunning: of('Dunning_Case__c').filter((row) => textOf(row, 'Status__c') === 'Open'),
    health: of('Billing_Health__c')[0],
    order: of('Billing_Order__c').find((row) => textOf(row, 'Opportunity__c') === page?.Id),
  };
}

function nameIn(row: Row): string {
  return `${textOf(row, 'Name') ?? ''} ${textOf(row, 'Number__c') ?? ''}`;
}
