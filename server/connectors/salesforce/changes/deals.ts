import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { NAMED_DEAL, type NamedDeal, type OrgDealReader } from '../../../workflows/ports/deals.ts';
import { nameOf, type HeldFields } from '../../../workflows/ports/org.ts';
import type { SalesforceClient } from '../client.ts';
import { isUnknownField } from '../errors.ts';
import { NAMED_DEAL_FIELDS, ORDERED_DEAL_FIELDS } from '../rows/namedDeal.ts';
import type { DealFieldsReader } from './dealFields.ts';
import { dealColumns, toDeal, type DealFields } from './dealForOrder.ts';
import { KEPT_LINES, keptOf } from './keptLines.ts';
import { inList, queryAll, restOfList, type Found } from './query.ts';
import { readAhead, type Waiting } from './readAhead.ts';

/** Records of people, of which few are followed. */
export const DEALS = 'Opportunity';

const MOST_IDS = 100;
const OURS = [...NAMED_DEAL_FIELDS, ...ORDERED_DEAL_FIELDS];
/** Fields of an Opportunity of people that are ours to write. */
export const DEAL_FIELDS = [...OURS, 'Billing_Row_Version__c'];
/** What `toNamedDeal` reads. */
export const NAMED_COLUMNS = ['AccountId', 'Billing_Subscription_Number__c', 'Billing_Key__c', 'IsClosed', 'IsWon'];
const COLUMNS = ['Id', ...NAMED_COLUMNS, 'Billing_Reported__c', 'LastModifiedById', 'Billing_Row_Version__c', ...OURS];
const select = (more: readonly string[] = []): string =>
  `SELECT ${[...new Set([...COLUMNS, ...more])].join(', ')} FROM Opportunity WHERE IsDeleted = false`;

/** Those of people, and those that the product opened for people to close; what reports billing is nobody's to follow. */
export const FOLLOWED = '(Billing_Key__c = null OR Billing_Reported__c = false)';

/** Opportunities of people that name a subscription or did; those with a key the product made itself. */
export const OF_PEOPLE =
  'Billing_Key__c = null AND (Billing_Subscription_Number__c != null OR Billing_Row_Version__c != null)';

const textOf = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

/** @returns what an Opportunity names; read with `NAMED_COLUMNS` */
export function toNamedDeal(record: Found): NamedDeal {
  const account = textOf(record['AccountId']);
  const key = textOf(record['Billing_Key__c']);
  return {
    id: id18(String(record['Id'])),
    accountId: account === null ? null : id18(account),
    subscriptionNumber: textOf(record['Billing_Subscription_Number__c'])?.trim() ?? null,
    ...(key && { opened: { key, isClosed: record['IsClosed'] === true, isWon: record['IsWon'] === true } }),
  };
}

const reportsBilling = (record: Found): boolean =>
  textOf(record['Billing_Key__c']) !== null && record['Billing_Reported__c'] === true;

function heldOf(record: Found): HeldFields {
  const values = OURS.map((name) => [name, (record[name] ?? null) as string | number | null] as const);
  return {
    version: Number(record['Billing_Row_Version__c'] ?? 0),
    accountId: toNamedDeal(record).accountId,
    fields: Object.fromEntries(values),
    parents: {},
    changedBy: String(record['LastModifiedById']),
  };
}

/**
 * Reads Opportunities of people; those that are asked for at about the same time share a call.
 * @param fields tells what an order needs of them; null where none is to be made
 * @param waiting Opportunities that will be asked for next
 * @param options.lines whether it is told which products people changed, also where no order is to be made
 * @param options.isBeingOrdered tells of one that reports billing whether an order of it is on its way, which is followed to its end
 */
export function createOrgDealReader(
  client: SalesforceClient,
  fields: DealFieldsReader | null = null,
  waiting: Waiting = () => Promise.resolve([]),
  {
    lines: withLines = false,
    isBeingOrdered = () => Promise.resolve(false),
  }: { lines?: boolean; isBeingOrdered?: (id: string) => Promise<boolean> } = {},
): OrgDealReader {
  const read = readAhead<Found>(MOST_IDS, readMany, waiting);
  const wantedNow = async (anew = false): Promise<DealFields | null> =>
    fields === null ? null : (await fields(anew)).fields;
  function query(ids: readonly string[], wanted: DealFields | null): Promise<Found[]> {
    const columns = wanted !== null ? dealColumns(wanted) : withLines ? [KEPT_LINES] : [];
    return queryAll(client, `${select(columns)} AND Id IN ${inList(ids)}`);
  }
  async function readMany(ids: string[]) {
    const found = await query(ids, await wantedNow()).catch(async (error: unknown) => {
      // One that was taken away since: the others are read all the same.
      if (fields === null || !isUnknownField(error)) throw error;
      return query(ids, await wantedNow(true));
    });
    return new Map(found.map((record) => [id18(String(record['Id'])), record]));
  }
  return {
    async deal(id, generation) {
      const record = await read(id, generation);
      if (record === undefined || (reportsBilling(record) && !(await isBeingOrdered(id)))) return null;
      const wanted = await wantedNow();
      const lines = await restOfList(client, record['OpportunityLineItems']);
      const forOrder = wanted === null ? null : toDeal(record, lines, wanted);
      const deal = toNamedDeal(record);
      const kept = deal.opened ? keptOf(lines) : [];
      const opened = kept.length > 0 ? { opened: { ...deal.opened!, kept } } : {};
      return { deal: { ...deal, ...opened }, held: heldOf(record), forOrder };
    },
  };
}

/** @returns what Opportunities of people hold that name a subscription or did, by `nameOf` */
export async function dealsOfAccounts(
  client: SalesforceClient,
  accountIds: readonly string[],
): Promise<[name: string, held: HeldFields][]> {
  const found = await queryAll(client, `${select()} AND ${OF_PEOPLE} AND AccountId IN ${inList(accountIds)}`);
  return found.map((record) => [nameOf({ object: NAMED_DEAL, key: id18(String(record['Id'])) }), heldOf(record)]);
}
