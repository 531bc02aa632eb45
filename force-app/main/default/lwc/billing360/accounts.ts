import type { Row } from 'c/graphqlRows';
import { rowsOf, standing, textOf } from 'c/graphqlRows';
import { fill } from 'c/textUtils';
import { labels } from './labels';

/** Says how many billing accounts there are and where, such as "3 billing accounts: 2 in Zuora, 1 in Stripe". */
export function accountsText(data: unknown): string {
  const found = rowsOf(data, 'Billing_Account__c');
  if (!found) {
    return '';
  }
  const accounts = standing(found);
  if (accounts.length === 0) {
    return labels.noAccounts;
  }
  const total = accounts.length === 1 ? labels.oneAccount : fill(labels.accounts, accounts.length);
  const places = countBySource(accounts).map(([source, count]) => fill(labels.accountsIn, count, source));
  return [total, places.join(', ')].filter(Boolean).join(': ');
}

function countBySource(accounts: readonly Row[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const account of accounts) {
    const source = textOf(account, 'Source__c');
    if (source) {
      counts.set(source, (counts.get(source) ?? 0) + 1);
    }
  }
  return [...counts].sort(([a], [b]) => b.localeCompare(a));
}
