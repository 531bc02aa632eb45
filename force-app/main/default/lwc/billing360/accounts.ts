import type { Link, Panel, Row } from 'c/billingRows';
import { linkOf, nameOf, textOf } from 'c/billingRows';
import { fill, join } from 'c/textUtils';
import * as labels from './labels';

/** A billing account by its system and name, such as "Zuora · Acme Europe", with the way there. */
export type Account = { readonly key: string; readonly name: string; readonly link: Link };

/** A billing account that can be looked at alone, or all of them. */
export type Choice = { readonly key: string; readonly label: string; readonly selected: boolean };

/** Whose billing it is. */
export type Accounts = {
  /** How many there are, or that there is none. */
  readonly text: string;
  readonly shown: readonly Account[];
  /** Words of the button that shows all; empty where all are shown. */
  readonly showAll: string;
  /** null where there is nothing to choose from. */
  readonly choices: readonly Choice[] | null;
};

/** The first few say enough in a header; the others are a click away. */
const SHORT_LIST = 4;

/** @param chosen key of the one that is looked at alone; empty for all */
export function accountsOf({ phase, rows }: Panel, showsAll: boolean, chosen: string): Accounts {
  const all = namedAccounts(rows);
  const named = all.filter(({ name }) => name !== '');
  const isShort = !showsAll && named.length > SHORT_LIST;
  return {
    text: phase === 'empty' || phase === 'ready' ? countText(rows.length) : '',
    shown: isShort ? named.slice(0, SHORT_LIST - 1) : named,
    showAll: isShort ? fill(labels.showAllAccounts, named.length) : '',
    choices: all.length > 1 ? choicesOf(all, chosen) : null,
  };
}

function choicesOf(all: readonly Account[], chosen: string): Choice[] {
  const each = all.map(({ key, name }) => ({ key, label: name || key }));
  return [{ key: '', label: labels.allAccounts }, ...each].map((one) => ({ ...one, selected: one.key === chosen }));
}

/** Each has its number with it where two would read the same; one that may not be named has no name. */
function namedAccounts(rows: readonly Row[]): Account[] {
  const nameIn = (row: Row) => join([textOf(row, 'Source__c'), nameOf(row)]);
  const names = rows.map(nameIn);
  return rows
    .map((row) => {
      const plain = nameIn(row);
      const number = textOf(row, 'Number__c');
      const isAlone = names.filter((other) => other === plain).length === 1;
      const name = isAlone || !number ? plain : fill(labels.numbered, plain, number);
      return { key: row.Id, name, link: linkOf(row, name) };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

function countText(count: number): string {
  return count === 0 ? labels.noAccounts : count === 1 ? labels.oneAccount : fill(labels.accounts, count);
}
