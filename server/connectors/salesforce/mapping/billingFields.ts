import type { AccountView } from '../../../domain/account/view.ts';
import { keyOf } from '../../../domain/billingAccount/key.ts';
import { isBillingField, type BillingFieldNames, type KindWithFields } from '../../../workflows/ports/billingFields.ts';
import type { MappingEntry } from '../../../workflows/ports/orgMapping.ts';

/** What the rows of an object show, whose metadata or custom fields can be sources; the Account that of its customers. */
export const FIELDS_OF: Readonly<Record<string, KindWithFields>> = {
  Account: 'account',
  Billing_Account__c: 'account',
  Billing_Subscription__c: 'subscription',
  Billing_Charge__c: 'charge',
  Billing_Invoice__c: 'invoice',
};

/** @returns names of the metadata and custom fields that a mapping has as sources */
export function billingFieldsOf(entries: readonly Pick<MappingEntry, 'object' | 'source'>[]): BillingFieldNames {
  const namesOf = (kind: KindWithFields): string[] => {
    const own = entries.filter(({ object }) => FIELDS_OF[object] === kind).map(({ source }) => source);
    return [...new Set(own.filter((source) => source !== null && isBillingField(source)))].toSorted() as string[];
  };
  return {
    account: namesOf('account'),
    subscription: namesOf('subscription'),
    charge: namesOf('charge'),
    invoice: namesOf('invoice'),
  };
}

/** A text of billing; `differ` where the billing accounts of an Account have several. */
export type BillingText = { text: string | null; differ: boolean };

type Fields = Readonly<Record<string, string>> | undefined;

/** Fields by the object and key of the row that shows what they are of. */
function fieldsByRow({ billingAccounts, subscriptions, invoices }: AccountView): ReadonlyMap<string, Fields> {
  const rows = new Map<string, Fields>();
  const add = (object: string, key: string, fields: Fields) => void rows.set(`${object} ${key}`, fields);
  for (const { account } of billingAccounts) add('Billing_Account__c', account.key, account.fields);
  for (const { subscription, charges } of subscriptions) {
    add('Billing_Subscription__c', subscription.key, subscription.fields);
    for (const { charge, id } of charges)
      add('Billing_Charge__c', keyOf(subscription.connection, 'charge', id), charge.fields);
  }
  for (const { invoice } of invoices) add('Billing_Invoice__c', invoice.key, invoice.fields);
  return rows;
}

/** @returns what the objects of a view say, by the object and key of their rows and the names of the sources of one field */
export function billingTexts(
  view: AccountView,
): (object: string, key: string, sources: readonly string[]) => BillingText {
  // Most mappings name none.
  let rows: ReadonlyMap<string, Fields> | undefined;
  return (object, key, sources) => {
    rows ??= fieldsByRow(view);
    const told =
      object === 'Account' ? view.billingAccounts.map(({ account }) => account.fields) : [rows.get(`${object} ${key}`)];
    const [text = null, ...others] = new Set(told.flatMap((fields) => sources.flatMap((name) => fields?.[name] ?? [])));
    return others.length > 0 ? { text: null, differ: true } : { text, differ: false };
  };
}
