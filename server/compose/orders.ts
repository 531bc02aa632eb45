import type { DealFields } from '../connectors/salesforce/changes/dealForOrder.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { describeObjects } from '../connectors/salesforce/mapping/describe.ts';
import type { Deal } from '../domain/order/deal.ts';
import type { Config } from '../platform/config/config.ts';
import { digestOf } from '../sync/canonical.ts';
import { createOrderBook } from '../sync/orders/book.ts';
import { orderedSince } from '../sync/orders/since.ts';
import { orderDeal } from '../workflows/orders/orderDeal.ts';
import type { Base } from './base.ts';

/** What becomes of won deals; null while nothing does. */
export type Orders = {
  order: (deal: Deal) => Promise<void>;
  /** What has to be read of a deal. */
  fields: () => Promise<DealFields>;
};

/** @returns names of fields of Salesforce: those that hold something, and those that are sent along */
const distinct = (held: object, ...sent: readonly Readonly<Record<string, string>>[]): string[] => [
  ...new Set([...Object.keys(held), ...sent.flatMap((map) => Object.values(map))]),
];

/** @returns what has to be read of a deal by these rules */
export function fieldsForOrders(
  client: SalesforceClient,
  rules: NonNullable<Config['orders']>,
): () => Promise<DealFields> {
  const describe = describeObjects(client);
  return async () => {
    const { order, subscription, ratePlan, charge } = rules.customFields;
    const hasCurrencies = (await describe('Opportunity'))?.has('currencyisocode') ?? false;
    return {
      names: distinct(rules.fields, order, subscription),
      lineNames: distinct({}, ratePlan, charge),
      recordTypes: rules.recordTypes !== null,
      currency: hasCurrencies ? null : rules.currency,
    };
  };
}

/** @param onSaved told when an Account is to be projected */
export async function orders(
  { config, database, store, clock, connections }: Base,
  client: SalesforceClient,
  onSaved: () => void,
): Promise<Orders | null> {
  const rules = config.orders;
  const since = await orderedSince(database.db, rules !== null && rules.mode !== 'off', clock.businessNow());
  if (rules === null || since === null) return null;
  const desk = connections.find(({ name }) => name === rules.connection)!.orders!;
  return {
    order: orderDeal({
      rules,
      desk,
      book: createOrderBook(database.db, onSaved),
      mirror: store,
      digest: digestOf,
      clock,
      timeZone: config.timeZone,
      since,
    }),
    fields: fieldsForOrders(client, rules),
  };
}
