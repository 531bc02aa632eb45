import { billingFieldsOf } from '../connectors/salesforce/mapping/billingFields.ts';
import type { Config } from '../platform/config/config.ts';
import { CUSTOM, METADATA, type BillingFieldNames } from '../workflows/ports/billingFields.ts';
import { accountFieldsOf } from './billTo.ts';

/**
 * @returns names of what is kept of billing objects besides what everybody needs: what the mapping shows in Salesforce, and
 * what billing takes over from there, without which nobody would see that somebody changed it in billing
 */
export function keptFieldsOf({ mapping, billTo, connections }: Config): BillingFieldNames {
  const kept = billingFieldsOf(mapping);
  const taken = accountFieldsOf(billTo);
  const ofAccounts = connections.flatMap(({ connection, system }) =>
    Object.keys(taken.get(connection) ?? {}).map((name) => `${system === 'Stripe' ? METADATA : CUSTOM}${name}`),
  );
  return { ...kept, account: [...new Set([...kept.account, ...ofAccounts])].toSorted() };
}
