import { gather } from '../../../platform/gather.ts';
import type { RenewalOrg } from '../../../workflows/ports/renewals.ts';
import { queryAll, textList } from '../changes/query.ts';
import type { SalesforceClient } from '../client.ts';

const MOST_KEYS = 100;

type There = { key: string; isClosed: boolean; isWon: boolean; isReported: boolean };

/** Finds renewal deals by their keys; those that are asked for at about the same time share a call. */
export function createRenewalFinder(client: SalesforceClient): RenewalOrg['dealsBy'] {
  const read = gather<string, There>(MOST_KEYS, async (keys) => {
    const found = await queryAll(
      client,
      `SELECT Billing_Key__c, IsClosed, IsWon, Billing_Reported__c FROM Opportunity WHERE IsDeleted = false AND Billing_Key__c IN ${textList(keys)}`,
    );
    return new Map(
      found.map((record) => {
        const key = String(record['Billing_Key__c']);
        const isReported = record['Billing_Reported__c'] === true;
        return [key, { key, isClosed: record['IsClosed'] === true, isWon: record['IsWon'] === true, isReported }];
      }),
    );
  });
  return async (keys) => {
    const found = await Promise.all(keys.map(read));
    return new Map(found.flatMap((one) => (one === undefined ? [] : [[one.key, one]])));
  };
}
