import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { billingAccountOfLinkRow, matchKeyOf, orgKeyOf } from '../../../domain/billingAccount/key.ts';
import type { DealReader, NamedDeal } from '../../../workflows/ports/deals.ts';
import type { BatchReads } from '../../../workflows/ports/org.ts';
import type { ChangeSource } from '../../../workflows/ports/sweep.ts';
import type { ReceivedEvent } from '../../../workflows/ports/webhook.ts';
import type { SalesforceClient } from '../client.ts';
import { REQUESTS } from '../requests.ts';
import { DEALS, FOLLOWED, NAMED_COLUMNS, OF_PEOPLE, toNamedDeal } from './deals.ts';
import { queriesAll, type Found } from './query.ts';

export type ChangeSweepOptions = {
  /** Such as `66.0`. */
  apiVersion: string;
  /** Mirrored objects, besides Account. */
  objects: readonly string[];
  userId: () => Promise<string>;
  now: () => Date;
  reads: BatchReads;
  /** Opportunities of people that are followed already. */
  deals: Pick<DealReader, 'known'>;
  /** Whether Opportunities are followed that are won, since they become orders. */
  won: boolean;
  /** Whether it matters what people change in the products of Opportunities. */
  lines: boolean;
  /** Stages that matter when an Opportunity is at one of them. */
  stages: readonly string[];
  /** Whether Contacts are followed. */
  contacts: boolean;
};

/** Looked at again by each sweep: transactions that commit late, and clocks that differ by minutes. */
const OVERLAP_MS = 10 * 60_000;
/** A record may change once more within the second that its time names. */
const SAME_SECOND_MS = 10_000;

/** Rows that belong to no Account. */
const LINKS = 'Billing_Link__c';
const CONTACTS = 'Contact';
/** A change of one that leaves the Amount alone touches neither its Opportunity nor that one's change events. */
const LINES = 'OpportunityLineItem';

const timeOf = (record: Found): Date => new Date(String(record['SystemModstamp']));

/** Id of the event: that of the last sweep's for the same state, so that it is stored once when the state is sure. */
function eventIdOf(object: string, record: Found, sweptAt: Date): string {
  const early = timeOf(record).getTime() > sweptAt.getTime() - SAME_SECOND_MS;
  const gone = record['IsDeleted'] === true ? ':deleted' : '';
  return `${object}:${id18(String(record['Id']))}:${timeOf(record).toISOString()}${gone}${early ? `:at ${sweptAt.toISOString()}` : ''}`;
}

function toEvent(object: string, record: Found, sweptAt: Date): ReceivedEvent {
  const deleted = record['IsDeleted'] === true;
  const account = id18(String(object === 'Account' ? record['Id'] : record['Account__c']));
  return {
    connection: 'salesforce',
    eventId: eventIdOf(object, record, sweptAt),
    kind: `${object}.${deleted ? 'swept_deleted' : 'swept'}`,
    key: orgKeyOf('Account', account),
    occurredAt: timeOf(record),
    payload: {
      id: id18(String(record['Id'])),
      changedBy: record['LastModifiedById'],
      rows: object === 'Account' || typeof record['Key__c'] !== 'string' ? [] : [{ object, key: record['Key__c'] }],
    },
  };
}

/** A row of a billing account that waits; what a person entered in it is read when its key is worked. */
function toLinkEvent(object: string, record: Found, sweptAt: Date): ReceivedEvent[] {
  const key = record['Key__c'];
  if (typeof key !== 'string' || !/^[a-z][a-z0-9-]*:link:./.test(key)) return [];
  return [
    {
      connection: 'salesforce',
      eventId: eventIdOf(object, record, sweptAt),
      kind: `${object}.swept`,
      key: matchKeyOf(billingAccountOfLinkRow(key)),
      occurredAt: timeOf(record),
      payload: { id: id18(String(record['Id'])), changedBy: record['LastModifiedById'] },
    },
  ];
}

/** Whether it is followed or to be, and anybody but us has written it, or people since it was last looked at. */
function isNews(
  record: Found,
  known: NamedDeal | undefined,
  userId: string,
  { won, stages }: Pick<ChangeSweepOptions, 'won' | 'stages'>,
): boolean {
  if (record['IsDeleted'] === true) return known !== undefined;
  const { accountId, subscriptionNumber, opened } = toNamedDeal(record);
  const isFollowed = (won && record['IsWon'] === true) || stages.includes(String(record['StageName']));
  if (known === undefined) return subscriptionNumber !== null || opened != null || isFollowed;
  const isOurs = id18(String(record['LastModifiedById'])) === userId;
  return !isOurs || known.accountId !== accountId || known.subscriptionNumber !== subscriptionNumber;
}

/** A record that is its own key: what it says is read when the key is worked. */
function toRecordEvent(object: string, record: Found, sweptAt: Date): ReceivedEvent {
  const id = id18(String(record['Id']));
  return {
    connection: 'salesforce',
    eventId: eventIdOf(object, record, sweptAt),
    kind: `${object}.swept`,
    key: orgKeyOf(object, id),
    occurredAt: timeOf(record),
    payload: { id, changedBy: record['LastModifiedById'] },
  };
}

/** Products of an Opportunity that is followed, or won: whatever changed of one, its Opportunity is read with all of them. */
function toLineEvent(record: Found, sweptAt: Date): ReceivedEvent {
  const deal = id18(String(record['OpportunityId']));
  const own = toRecordEvent(LINES, record, sweptAt);
  return { ...own, key: orgKeyOf(DEALS, deal), payload: { id: deal, changedBy: record['LastModifiedById'] } };
}

/**
 * Finds what others than the integration user changed or deleted, whether or not an event told it: Accounts, the rows that
 * are ours, Opportunities in which people name a subscription, and what people ask for by a record. Products of Opportunities
 * are asked for where somebody acts on them.
 */
export function createChangeSweep(client: SalesforceClient, options: ChangeSweepOptions): ChangeSource {
  return {
    connection: 'salesforce',
    async sweep(cursor, take) {
      const sweptAt = options.now();
      const since = cursor ?? new Date(sweptAt.getTime() - OVERLAP_MS).toISOString();
      const userId = await options.userId();
      const where = `WHERE SystemModstamp >= ${since} AND (IsDeleted = true OR LastModifiedById != '${userId}')`;
      const queries = ['Account', ...options.objects].map((object) => ({
        object,
        soql: `SELECT Id, IsDeleted, SystemModstamp, LastModifiedById${object === 'Account' ? '' : ', Key__c, Account__c'} FROM ${object} ${where}`,
      }));
      // Of these a row that we wrote after a person is looked at, too: it holds what the person entered.
      const others = `LastModifiedById != '${userId}' OR Chosen_Account__c != null OR Dismissed__c = true`;
      queries.push({
        object: LINKS,
        soql: `SELECT Id, IsDeleted, SystemModstamp, LastModifiedById, Key__c FROM ${LINKS} WHERE SystemModstamp >= ${since} AND (IsDeleted = true OR ${others})`,
      });
      // Of these one that we wrote last, too: people may have named another subscription just before.
      queries.push({
        object: DEALS,
        soql: `SELECT Id, IsDeleted, SystemModstamp, LastModifiedById, StageName, ${NAMED_COLUMNS.join(', ')} FROM ${DEALS} WHERE SystemModstamp >= ${since} AND ((${FOLLOWED} AND LastModifiedById != '${userId}') OR IsDeleted = true OR (${OF_PEOPLE}))`,
      });
      queries.push({
        object: REQUESTS,
        soql: `SELECT Id, SystemModstamp, LastModifiedById FROM ${REQUESTS} WHERE SystemModstamp >= ${since} AND IsDeleted = false AND State__c IN ('Requested', 'Running')`,
      });
      if (options.contacts)
        queries.push({
          object: CONTACTS,
          soql: `SELECT Id, IsDeleted, SystemModstamp, LastModifiedById FROM ${CONTACTS} ${where}`,
        });
      if (options.lines)
        queries.push({
          object: LINES,
          soql: `SELECT Id, IsDeleted, SystemModstamp, LastModifiedById, OpportunityId, Opportunity.IsWon FROM ${LINES} WHERE SystemModstamp >= ${since} AND LastModifiedById != '${userId}'`,
        });
      await options.reads(() =>
        queriesAll(
          client,
          options.apiVersion,
          queries.map(({ soql }) => soql),
          async (query, records) => {
            const { object } = queries[query]!;
            if (object === DEALS) {
              const known = await options.deals.known(records.map(({ Id }) => id18(String(Id))));
              const news = records.filter((one) => isNews(one, known.get(id18(String(one['Id']))), userId, options));
              return take(news.map((record) => toRecordEvent(DEALS, record, sweptAt)));
            }
            if (object === LINES) {
              const known = await options.deals.known(records.map((one) => id18(String(one['OpportunityId']))));
              const isWon = (one: Found) => (one['Opportunity'] as Found | null)?.['IsWon'] === true;
              const news = records.filter(
                (one) => known.has(id18(String(one['OpportunityId']))) || (options.won && isWon(one)),
              );
              return take(news.map((record) => toLineEvent(record, sweptAt)));
            }
            if (object === REQUESTS || object === CONTACTS)
              return take(records.map((record) => toRecordEvent(object, record, sweptAt)));
            const toEvents = object === LINKS ? toLinkEvent : (...of: Parameters<typeof toEvent>) => [toEvent(...of)];
            await take(records.flatMap((record) => toEvents(object, record, sweptAt)));
          },
        ),
      );
      const next = Math.max(Date.parse(since), sweptAt.getTime() - OVERLAP_MS);
      return { cursor: new Date(next).toISOString(), checkedThrough: sweptAt };
    },
  };
}
