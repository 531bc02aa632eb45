import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { NAMED_DEAL, type NamedDeal, type OrgDealReader } from '../../../workflows/ports/deals.ts';
import { nameOf, type HeldFields } from '../../../workflows/ports/org.ts';
import type { SalesforceClient } from '../client.ts';
import { NAMED_DEAL_FIELDS } from '../rows/namedDeal.ts';
import { gather } from './gather.ts';
import { inList, queryAll, type Found } from './query.ts';

const MOST_IDS = 100;
const COLUMNS = ['Id', 'AccountId', 'Billing_Subscription_Number__c', 'LastModifiedById', 'Billing_Row_Version__c'];
const SELECT = `SELECT ${[...COLUMNS, ...NAMED_DEAL_FIELDS].join(', ')} FROM Opportunity WHERE IsDeleted = false`;

/** Opportunities of people that name a subscription or did; those with a key the product made itself. */
export const OF_PEOPLE =
  'Billing_Key__c = null AND (Billing_Subscription_Number__c != null OR Billing_Row_Version__c != null)';

const textOf = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

/** @returns what an Opportunity names; read with AccountId and Billing_Subscription_Number__c */
export function toNamedDeal(record: Found): NamedDeal {
  const account = textOf(record['AccountId']);
  return {
    id: id18(String(record['Id'])),
    accountId: account === null ? null : id18(account),
    subscriptionNumber: textOf(record['Billing_Subscription_Number__c'])?.trim() ?? null,
  };
}

function heldOf(record: Found): HeldFields {
  const values = NAMED_DEAL_FIELDS.map((name) => [name, (record[name] ?? null) as string | number | null] as const);
  return {
    version: Number(record['Billing_Row_Version__c'] ?? 0),
    accountId: toNamedDeal(record).accountId,
    fields: Object.fromEntries(values),
    parents: {},
    changedBy: String(record['LastModifiedById']),
  };
}

/** Reads Opportunities of people; those that are asked for at about the same time share a call. */
export function createOrgDealReader(client: SalesforceClient): OrgDealReader {
  const read = gather<string, Found>(MOST_IDS, async (ids) => {
    const found = await queryAll(client, `${SELECT} AND Billing_Key__c = null AND Id IN ${inList(ids)}`);
    return new Map(found.map((record) => [id18(String(record['Id'])), record]));
  });
  return {
    async deal(id) {
      const record = await read(id);
      return record === undefined ? null : { deal: toNamedDeal(record), held: heldOf(record) };
    },
  };
}

/** @returns what Opportunities of people hold that name a subscription or did, by `nameOf` */
export async function dealsOfAccounts(
  client: SalesforceClient,
  accountIds: readonly string[],
): Promise<[name: string, held: HeldFields][]> {
  const found = await queryAll(client, `${SELECT} AND ${OF_PEOPLE} AND AccountId IN ${inList(accountIds)}`);
  return found.map((record) => [nameOf({ object: NAMED_DEAL, key: id18(String(record['Id'])) }), heldOf(record)]);
}
