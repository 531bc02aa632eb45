import type { SalesforceClient } from '../client.ts';
import { describeObjects } from '../mapping/describe.ts';
import type { DealFields } from './dealForOrder.ts';

/** What settings name of Salesforce. */
export type WantedDealFields = {
  /** API names of fields of Opportunity, and of OpportunityLineItem. */
  names: readonly string[];
  lineNames: readonly string[];
  recordTypes: boolean;
  /** Of an org that has one alone. */
  currency: string;
};

/** What is read, and what is named and cannot be, a sentence each. */
export type FoundDealFields = { fields: DealFields; faults: readonly string[] };

/** @param anew asks the org now, whatever it said lately */
export type DealFieldsReader = (anew?: boolean) => Promise<FoundDealFields>;

/** An org changes now and then, ms. */
const ASK_AGAIN_MS = 3_600_000;

async function ask(client: SalesforceClient, wanted: WantedDealFields): Promise<FoundDealFields> {
  const describe = describeObjects(client);
  const faults: string[] = [];
  /** One that cannot be read would have the reads of all deals refused. */
  async function readable(object: string, names: readonly string[]): Promise<string[]> {
    const seen = names.length === 0 ? null : await describe(object);
    return [...new Set(names)].filter((name) => {
      const isSeen = seen?.has(name.toLowerCase()) === true;
      if (!isSeen)
        faults.push(
          `The integration user cannot read ${object}.${name}, which ORDERS_FILE names: give it access, or take it out. Deals that it decides over wait.`,
        );
      return isSeen;
    });
  }
  const names = await readable('Opportunity', wanted.names);
  const lineNames = await readable('OpportunityLineItem', wanted.lineNames);
  const deal = await describe('Opportunity');
  const recordTypes = wanted.recordTypes && deal?.has('recordtypeid') === true;
  if (wanted.recordTypes && !recordTypes)
    faults.push('Opportunities have no record types, which ORDERS_FILE names: take them out. No deal is of one.');
  const currency = deal?.has('currencyisocode') === true ? null : wanted.currency;
  return { fields: { names, lineNames, recordTypes, currency }, faults };
}

/** Asks the org, once an hour, what of a deal can be read. Throws Faults. */
export function createDealFieldsReader(client: SalesforceClient, wanted: WantedDealFields): DealFieldsReader {
  let kept: { at: number; found: Promise<FoundDealFields> } | null = null;
  return (anew = false) => {
    if (kept !== null && !anew && performance.now() - kept.at < ASK_AGAIN_MS) return kept.found;
    const asked = { at: performance.now(), found: ask(client, wanted) };
    asked.found.catch(() => {
      if (kept === asked) kept = null;
    });
    kept = asked;
    return asked.found;
  };
}
