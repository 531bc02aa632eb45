import openIn from '@salesforce/label/c.Billing_Open_In';
import type { Row } from 'c/graphqlRows';
import { parentOf, textOf } from 'c/graphqlRows';
import { fill, join } from 'c/textUtils';

export type Link = { readonly url: string | null; readonly label: string };

/** An address that a browser may open; anything but http and https (such as `javascript:`) gives null. */
export function safeUrl(address: string | null): string | null {
  try {
    const url = new URL(address ?? '');
    return ['http:', 'https:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Link into the billing system, with a name that tells it from its neighbours when read aloud. */
export function linkOf(row: Row, name: string): Link {
  const source = textOf(row, 'Source__c') ?? '';
  return { url: safeUrl(textOf(row, 'Source_Url__c')), label: fill(openIn, name, source) };
}

/** Where a row comes from, such as "Zuora · Acme Europe"; what the user may not read is left out. */
export function sourceOf(row: Row): string {
  const account = parentOf(row, 'Billing_Account__r');
  return join([textOf(row, 'Source__c'), account && nameOf(account)]);
}

/** Salesforce fills a name that nobody gave with the record's id, which tells people nothing. */
function nameOf(account: Row): string | null {
  const name = textOf(account, 'Name');
  return name === null || name === account.Id ? textOf(account, 'Number__c') : name;
}
