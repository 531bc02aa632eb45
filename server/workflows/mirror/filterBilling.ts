import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import { partsTakenBy, takesAccount, type BillingFilter } from '../ports/billingFilter.ts';
import { PART_OF, type BillingSystem, type FetchedBillingAccount } from '../ports/billingSystem.ts';

function isTaken(filter: BillingFilter, account: FetchedBillingAccount & { found: true }): boolean {
  const bodies = account.parts.flatMap(({ records }) => records.map(({ body }) => body));
  const currency = bodies.find((body) => body.kind === 'account')?.currency ?? null;
  return takesAccount(filter, currency, account.fields ?? {});
}

/**
 * A billing system of which a filter leaves something out: kinds of objects are not asked for, and of a billing account
 * that is left out it is said that it is `excluded`, after one read of the account alone.
 */
export function filterBilling(billing: BillingSystem, filter: BillingFilter): BillingSystem {
  const taken = partsTakenBy(filter);
  const byAccount = filter.currencies !== null || Object.keys(filter.fields).length > 0;
  const takes = (kind: string): boolean => taken.has(PART_OF[kind] ?? 'account');

  return {
    ...billing,

    async fetch(id, asked) {
      const parts = asked.filter((part) => taken.has(part));
      if (parts.length === 0)
        return { found: true, billingAccountKey: keyOf(billing.connection, 'account', id), parts: [] };
      if (!byAccount || !parts.includes('account')) return billing.fetch(id, parts);
      const account = await billing.fetch(id, ['account']);
      if (!account.found) return account;
      if (!isTaken(filter, account)) return { ...account, parts: [], excluded: true };
      const others = parts.filter((part) => part !== 'account');
      if (others.length === 0) return account;
      const rest = await billing.fetch(id, others);
      if (!rest.found) return rest;
      const access = [...(account.access ?? []), ...(rest.access ?? [])];
      return { ...account, parts: [...account.parts, ...rest.parts], access };
    },

    read(event, known) {
      const reading = billing.read(event, known);
      const { records, fetch, about, changes } = reading;
      // What an event says of the account itself need not hold what decides whether it is taken.
      const asksForAccount = byAccount && records.some(({ kind }) => kind === 'account');
      const parts = new Set(fetch.filter((part) => taken.has(part)));
      if (asksForAccount) parts.add('account');
      return {
        ...reading,
        records: records.filter(({ kind }) => takes(kind) && !(byAccount && kind === 'account')),
        ...(changes === undefined ? {} : { changes: changes.filter(({ kind }) => takes(kind)) }),
        fetch: [...parts],
        about: asksForAccount ? [] : about.filter((key) => takes(partsOf(key).kind)),
      };
    },
  };
}
