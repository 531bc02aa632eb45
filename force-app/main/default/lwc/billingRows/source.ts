import openIn from '@salesforce/label/c.Billing_Open_In';
import { fill, join, shorten } from 'c/textUtils';
import type { Row } from './rows';
import { parentOf, textOf } from './rows';

export type Link = {
  /** null when there is no address that a browser may open. */
  readonly url: string | null;
  /** What is read aloud in the place of the text; null without an address. */
  readonly label: string | null;
  readonly text: string;
  /** The whole text, when it is shown shortened. */
  readonly title: string | null;
};

/** What one panel knows of a subscription and another one shows. */
export type Known = {
  readonly link: Link;
  /** Recurring revenue of a year, with its currency. */
  readonly arr: string;
};

/** An address that a browser may open; anything but http and https (such as `javascript:`) gives null. */
export function safeUrl(address: string | null): string | null {
  return /^https?:\/\//i.test(address ?? '') ? address : null;
}

/** Link into the billing system, with a name that tells it from its neighbours when read aloud. */
export function linkOf(row: Row, name: string): Link {
  const source = textOf(row, 'Source__c') ?? '';
  const text = shorten(name);
  const title = text === name ? null : name;
  const url = safeUrl(textOf(row, 'Source_Url__c'));
  return { url, label: url && fill(openIn, name, source), text, title };
}

/** Where a row comes from, such as "Zuora · Acme Europe"; what the user may not read is left out. */
export function sourceOf(row: Row): string {
  const account = parentOf(row, 'Billing_Account__r');
  return join([textOf(row, 'Source__c'), account && nameOf(account)]);
}

/**
 * What a billing account is called. Salesforce fills a name that nobody gave with the record's id, which tells people
 * nothing: the number stands in for it.
 */
export function nameOf(account: Row): string | null {
  const name = textOf(account, 'Name');
  return name === null || name === account.Id ? textOf(account, 'Number__c') : name;
}
