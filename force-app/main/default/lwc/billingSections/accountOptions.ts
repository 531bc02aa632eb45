import type { Row } from 'c/graphqlRows';
import { textOf } from 'c/graphqlRows';
import { nameOf } from 'c/sourceUtils';
import { fill, join } from 'c/textUtils';
import { labels } from './labels';

export type AccountOption = { readonly value: string; readonly label: string; readonly selected: boolean };

/** All billing accounts together, then each by its system and name, with its number where two would read the same. */
export function accountOptions(accounts: readonly Row[], picked: string): AccountOption[] {
  const named = accounts.map((row) => ({ row, name: join([textOf(row, 'Source__c'), nameOf(row)]) || row.Id }));
  const each = named.map(({ row, name }) => {
    const number = textOf(row, 'Number__c');
    const isAlone = named.filter((other) => other.name === name).length === 1;
    return { value: row.Id, label: isAlone || !number ? name : fill(labels.numbered, name, number) };
  });
  const sorted = each.sort((a, b) => a.label.localeCompare(b.label));
  return [{ value: '', label: labels.allAccounts }, ...sorted].map((one) => ({
    ...one,
    selected: one.value === picked,
  }));
}
