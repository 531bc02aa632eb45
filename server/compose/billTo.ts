import {
  billToFieldsInOrg,
  createBillToReader,
  type FieldsOfConnections,
} from '../connectors/salesforce/billTo/reader.ts';
import type { Ourselves } from '../connectors/salesforce/changes/events.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import type { BillToConfig } from '../platform/config/billToFile.ts';
import { createBillToBook } from '../sync/billTo/book.ts';
import { lookAnewWhen } from '../sync/billTo/lookAnew.ts';
import { followBillTo } from '../workflows/billTo/followBillTo.ts';
import { followRecords, type BillToTriggers } from '../workflows/billTo/followRecords.ts';
import type { BillToBook, BillToRules } from '../workflows/ports/billTo.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { Base } from './base.ts';

/** What has billing say what Salesforce says of whom invoices name. */
export type BillTos = {
  book: BillToBook;
  triggers: BillToTriggers;
  /** What is listened to in Salesforce because of it. */
  heard: NonNullable<Ourselves['heard']>;
  /** By connection. */
  handlers: ReadonlyMap<string, KeyHandler>;
};

/** @returns what a connection takes over; null for nothing */
export function billToRulesOf(config: BillToConfig, connection: string): BillToRules | null {
  const rules = config[connection];
  if (rules === undefined || rules.mode === 'off') return null;
  const more = Object.keys(rules.accountFields).map((name) => `more.${name}` as const);
  return { mode: rules.mode, fields: [...rules.fields, ...more] };
}

/** @returns what else of an Account is taken over, by connection */
export function accountFieldsOf(config: BillToConfig): FieldsOfConnections {
  const on = Object.entries(config).filter(([, { mode }]) => mode !== 'off');
  return new Map(on.map(([connection, { accountFields }]) => [connection, accountFields]));
}

/**
 * @param onSaved told when an Account is to be projected
 * @returns null where no connection takes anything over
 */
export async function billTos(base: Base, client: SalesforceClient, onSaved: () => void): Promise<BillTos | null> {
  const { config, database, store: mirror, clock, connections } = base;
  const book = createBillToBook(database.db, onSaved);
  const more = accountFieldsOf(config.billTo);
  const reader = createBillToReader(client, more);
  const handlers = new Map(
    connections.flatMap(({ name, billTo: desk }): [string, KeyHandler][] => {
      const rules = billToRulesOf(config.billTo, name);
      return rules === null ? [] : [[name, followBillTo({ mirror, reader, desk, book, rules, clock })]];
    }),
  );
  for (const { name } of connections) await lookAnewWhen(database.db, name, billToRulesOf(config.billTo, name));
  if (handlers.size === 0) return null;
  const triggers = followRecords(book, reader, new Set(handlers.keys()));
  return { book, triggers, heard: billToFieldsInOrg(more), handlers };
}
