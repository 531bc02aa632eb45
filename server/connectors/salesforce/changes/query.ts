import { Fault } from '../../../domain/fault.ts';
import type { SalesforceClient } from '../client.ts';
import { toFault } from '../errors.ts';

/** A record as a query gives it. */
export type Found = Readonly<Record<string, unknown>>;

type Page = { records: Found[]; done: boolean; nextRecordsUrl?: string };

/** Pages of one query; more than anybody has rows, so that an address that leads back to itself ends. */
const MOST_PAGES = 10_000;
/** Queries in one Composite call. Source: REST API Developer Guide, "Composite". */
const MOST_QUERIES = 5;

/** @returns ids as a list of SOQL */
export function inList(ids: readonly string[]): string {
  return `(${ids.map((id) => `'${id.replace(/[^A-Za-z0-9]/g, '')}'`).join(',')})`;
}

/** @returns texts as a list of SOQL */
export function textList(texts: readonly string[]): string {
  return `(${texts.map((text) => `'${text.replace(/[\\']/g, '\\$&')}'`).join(',')})`;
}

function unreadable(): Fault {
  return new Fault({
    code: 'salesforce_unreadable_answer',
    kind: 'unavailable',
    publicText: 'Salesforce answered something that is no list of records; it is asked again.',
  });
}

function toPage(answer: unknown): Page {
  const page = answer as Partial<Page> | null;
  if (!page || !Array.isArray(page.records) || typeof page.done !== 'boolean') throw unreadable();
  if (!page.done && typeof page.nextRecordsUrl !== 'string') throw unreadable();
  return page as Page;
}

/** @yields the pages of a query whose first one is there */
async function* pagesOf(client: SalesforceClient, first: Page): AsyncGenerator<Found[]> {
  yield first.records;
  const seen = new Set<string>();
  for (let page = first; !page.done;) {
    const url = page.nextRecordsUrl!;
    if (seen.has(url) || seen.size > MOST_PAGES) throw unreadable();
    seen.add(url);
    const session = await client.session();
    page = toPage(await session.request(url));
    yield page.records;
  }
}

/**
 * Runs a query over deleted records too (`IsDeleted` tells them apart).
 * @throws Fault
 */
export const queryAll = (client: SalesforceClient, soql: string) => read(client, 'queryAll', soql);

/**
 * Runs a query over records that are there; what lets people do things counts no longer once it was deleted.
 * @throws Fault
 */
export const queryCurrent = (client: SalesforceClient, soql: string) => read(client, 'query', soql);

async function read(client: SalesforceClient, how: 'query' | 'queryAll', soql: string): Promise<Found[]> {
  try {
    const session = await client.session();
    const first = toPage(await session.request(`/${how}?q=${encodeURIComponent(soql)}`));
    const records: Found[] = [];
    for await (const page of pagesOf(client, first)) records.push(...page);
    return records;
  } catch (error) {
    throw toFault(error, 'read from Salesforce');
  }
}

/**
 * @param list of children, as a query with a subquery gives it; null where there are none
 * @returns all of them, also those that are on further pages
 * @throws Fault
 */
export async function restOfList(client: SalesforceClient, list: unknown): Promise<Found[]> {
  if (list == null) return [];
  try {
    const records: Found[] = [];
    for await (const page of pagesOf(client, toPage(list))) records.push(...page);
    return records;
  } catch (error) {
    throw toFault(error, 'read from Salesforce');
  }
}

type CompositeAnswer = { compositeResponse?: { httpStatusCode: number; body: unknown }[] };

/**
 * Runs several queries as `queryAll`, five a call.
 * @param take called with pages of the query at that place
 * @throws Fault when one of them is refused; pages of others may have been taken
 */
export async function queriesAll(
  client: SalesforceClient,
  version: string,
  queries: readonly string[],
  take: (query: number, records: Found[]) => Promise<void>,
): Promise<void> {
  try {
    for (let from = 0; from < queries.length; from += MOST_QUERIES) {
      const some = queries.slice(from, from + MOST_QUERIES);
      const session = await client.session();
      const answer = await session.requestPost<CompositeAnswer>('/composite', {
        compositeRequest: some.map((soql, index) => ({
          method: 'GET',
          url: `/services/data/v${version}/queryAll?q=${encodeURIComponent(soql)}`,
          referenceId: `query${index}`,
        })),
      });
      const responses = answer?.compositeResponse;
      if (!Array.isArray(responses) || responses.length !== some.length) throw unreadable();
      for (const [index, { httpStatusCode, body }] of responses.entries()) {
        if (httpStatusCode !== 200) throw refused(body);
        for await (const page of pagesOf(client, toPage(body))) await take(from + index, page);
      }
    }
  } catch (error) {
    throw toFault(error, 'look for changes in Salesforce');
  }
}

function refused(body: unknown): Error {
  const [first] = (Array.isArray(body) ? body : [body]) as { errorCode?: string; message?: string }[];
  return Object.assign(new Error(first?.message ?? 'no reason given'), { errorCode: first?.errorCode ?? 'UNKNOWN' });
}
