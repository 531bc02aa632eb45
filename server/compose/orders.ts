import type { DealFields } from '../connectors/salesforce/changes/dealForOrder.ts';
import { createApprovers } from '../connectors/salesforce/approvers.ts';
import { createOrgDealReader } from '../connectors/salesforce/changes/deals.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { describeObjects, type DescribeObject } from '../connectors/salesforce/mapping/describe.ts';
import { createOrgRequests } from '../connectors/salesforce/requests.ts';
import type { Config } from '../platform/config/config.ts';
import { digestOf } from '../sync/canonical.ts';
import { createOrderBook } from '../sync/orders/book.ts';
import { createPreviewBook } from '../sync/orders/previews.ts';
import { orderedSince } from '../sync/orders/since.ts';
import { decideOrder } from '../workflows/orders/decideOrder.ts';
import { orderDeal } from '../workflows/orders/orderDeal.ts';
import type { PreviewDeps } from '../workflows/orders/previewOrder.ts';
import { workOut } from '../workflows/orders/workOut.ts';
import type { KeyClaim, KeyResult } from '../workflows/ports/keyWork.ts';
import type { OrdersDeal } from '../workflows/ports/orders.ts';
import type { Base } from './base.ts';

type Rules = NonNullable<Config['orders']>;

/** What becomes of won deals; null while nothing does. */
export type Orders = {
  order: OrdersDeal;
  /** Takes in what finance decided. */
  decide: (claim: KeyClaim, requestId: string) => Promise<KeyResult>;
  /** What has to be read of a deal. */
  fields: () => Promise<DealFields>;
};

/** @returns fields of Salesforce that are sent along, of those that the integration user sees; the others are told by the order */
async function sentOf(
  describe: DescribeObject,
  object: string,
  maps: readonly Readonly<Record<string, string>>[],
): Promise<string[]> {
  const names = maps.flatMap((map) => Object.values(map));
  const seen = names.length === 0 ? null : await describe(object);
  return names.filter((name) => seen?.has(name.toLowerCase()) === true);
}

/** @returns what has to be read of a deal by these rules */
export function fieldsForOrders(client: SalesforceClient, rules: Rules): () => Promise<DealFields> {
  const describe = describeObjects(client);
  return async () => {
    const { order, subscription, ratePlan, charge } = rules.customFields;
    const hasCurrencies = (await describe('Opportunity'))?.has('currencyisocode') ?? false;
    return {
      names: [
        ...new Set([...Object.keys(rules.fields), ...(await sentOf(describe, 'Opportunity', [order, subscription]))]),
      ],
      lineNames: [...new Set(await sentOf(describe, 'OpportunityLineItem', [ratePlan, charge]))],
      recordTypes: rules.recordTypes !== null,
      currency: hasCurrencies ? null : rules.currency,
    };
  };
}

/** What works an order out, for who places it and for who only wants to see it. */
function worksOut({ config, database, store, clock, connections }: Base, rules: Rules) {
  const desk = connections.find(({ name }) => name === rules.connection)!.orders;
  const discrepancies = createOrderBook(database.db);
  return { rules, desk, discrepancies, mirror: store, digest: digestOf, clock, timeZone: config.timeZone };
}

/** @param onSaved told when an Account is to be projected */
export async function orders(base: Base, client: SalesforceClient, onSaved: () => void): Promise<Orders | null> {
  const { config, database, clock } = base;
  const rules = config.orders;
  const since = await orderedSince(database.db, rules !== null && rules.mode !== 'off', clock.businessNow());
  if (rules === null || since === null) return null;
  const previews = createPreviewBook(database.db, onSaved);
  const book = createOrderBook(database.db, onSaved);
  const approvers = createApprovers(client);
  const approval = { approvers, approvalHours: rules.approvalHours };
  const order = orderDeal({ ...worksOut(base, rules), book, approval, since });
  return {
    async order(deal, changedBy) {
      if (deal.isClosed) await previews.forget(deal.id, deal.accountId);
      return order(deal, changedBy);
    },
    decide: decideOrder({ requests: createOrgRequests(client), book, approvers, clock }),
    fields: fieldsForOrders(client, rules),
  };
}

/** What previews of orders are made with; null while won deals are not ordered. */
export function ordersToPreview(base: Base, client: SalesforceClient): PreviewDeps['orders'] {
  const rules = base.config.orders;
  if (rules === null || rules.mode === 'off') return null;
  const reader = createOrgDealReader(client, fieldsForOrders(client, rules));
  return {
    rules,
    book: createOrderBook(base.database.db),
    read: async (id) => (await reader.deal(id))?.forOrder ?? null,
    workOut: workOut(worksOut(base, rules)),
  };
}
