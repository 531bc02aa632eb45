import type { Row } from 'c/graphqlRows';
import { textOf } from 'c/graphqlRows';
import type { Link } from 'c/sourceUtils';
import { linkOf, nameOf } from 'c/sourceUtils';
import { fill, join } from 'c/textUtils';
import { labels } from './labels';

export type AccountLink = { readonly key: string; readonly text: string; readonly link: Link };

/** The first few say enough in a header; the others are a click away. */
const SHORT_LIST = 4;

/** Each billing account by its system and name, such as "Zuora · Acme Europe", with the way there. */
export function accountLinks(accounts: readonly Row[]): AccountLink[] {
  const named = accounts.map((row) => ({ row, text: join([textOf(row, 'Source__c'), nameOf(row)]) }));
  return named
    .filter(({ text }) => text !== '')
    .map(({ row, text }) => {
      const number = textOf(row, 'Number__c');
      const alone = named.filter((other) => other.text === text).length === 1;
      const told = alone || !number ? text : fill(labels.numbered, text, number);
      return { key: row.Id, text: told, link: linkOf(row, told) };
    })
    .sort((a, b) => a.text.localeCompare(b.text));
}

export function shortAccounts(links: readonly AccountLink[]): readonly AccountLink[] {
  return links.length > SHORT_LIST ? links.slice(0, SHORT_LIST - 1) : links;
}

/** How many there are, or that there is none. */
export function accountsText(count: number): string {
  return count === 0 ? labels.noAccounts : count === 1 ? labels.oneAccount : fill(labels.accounts, count);
}
