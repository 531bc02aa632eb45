import { createApprovers } from '../connectors/salesforce/approvers.ts';
import { createDealFieldsReader, type DealFieldsReader } from '../connectors/salesforce/changes/dealFields.ts';
import { createOrgDealReader } from '../connectors/salesforce/changes/deals.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { createOrgRequests } from '../connectors/salesforce/requests.ts';
import { Fault } from '../domain/fault.ts';
import { isOrdered, rulesFor, type OrderRules } from '../domain/order/rules.ts';
import type { Config } from '../platform/config/config.ts';
import { digestOf } from '../sync/canonical.ts';
import { createDealReader } from '../sync/deals/reader.ts';
import { createOrderBook } from '../sync/orders/book.ts';
import { createFieldsWatch } from '../sync/orders/fieldsWatch.ts';
import { createPreviewBook } from '../sync/orders/previews.ts';
import { orderedSince } from '../sync/orders/since.ts';
import { createProvisioningBook } from '../sync/provisioning/book.ts';
import { decideOrder } from '../workflows/orders/decideOrder.ts';
import { orderDeal } from '../workflows/orders/orderDeal.ts';
import type { PreviewDeps } from '../workflows/orders/previewOrder.ts';
import { workOut } from '../workflows/orders/workOut.ts';
import type { KeyClaim, KeyResult } from '../workflows/ports/keyWork.ts';
import { begunIn, type OrdersDeal } from '../workflows/ports/orders.ts';
import type { Base } from './base.ts';
import { comingFor } from './provisioning.ts';

type Settings = NonNullable<Config['orders']>;

/** What becomes of won deals; null while nothing does. */
export type Orders = {
  order: OrdersDeal;
  /** Whether billing may be making the order of a deal just now. */
  isOnItsWay: (dealId: string) => Promise<boolean>;
  /** Takes in what finance decided. */
  decide: (claim: KeyClaim, requestId: string) => Promise<KeyResult>;
  /** What has to be read of a deal. */
  fields: DealFieldsReader;
};

/** @returns what tells, of what these settings name, what can be read of a deal */
export function dealFieldsFor(client: SalesforceClient, settings: Settings): DealFieldsReader {
  const { order, subscription, ratePlan, charge } = settings.customFields;
  const named = settings.targets.flatMap(({ fields }) => Object.keys(fields));
  return createDealFieldsReader(client, {
    names: [...named, ...[order, subscription].flatMap((map) => Object.values(map))],
    lineNames: [ratePlan, charge].flatMap((map) => Object.values(map)),
    recordTypes: settings.targets.some(({ recordTypes }) => recordTypes !== null),
    currency: settings.currency,
  });
}

/** What works an order out by the rules of its deal, for who places it and for who only wants to see it. */
function worksOut({ config, database, store, clock, connections }: Base, rules: OrderRules) {
  const desk = connections.find(({ name }) => name === rules.connection)?.orders;
  if (desk === undefined)
    throw new Fault({
      code: 'orders_off',
      kind: 'invalid',
      publicText: `The order is in ${rules.connection}, which is not among the connections any more. Add it again, or look the order up there.`,
    });
  const discrepancies = createOrderBook(database.db);
  const book = createProvisioningBook(database.db, []);
  const coming = comingFor(config.provisioning, rules.connection, book);
  return {
    rules,
    desk,
    discrepancies,
    comingFor: coming,
    mirror: store,
    deals: createDealReader(database.db),
    digest: digestOf,
    clock,
    timeZone: config.timeZone,
  };
}

/** @param onSaved told when an Account is to be projected */
export async function orders(base: Base, client: SalesforceClient, onSaved: () => void): Promise<Orders | null> {
  const { config, database, clock } = base;
  const settings = config.orders;
  const since = await orderedSince(database.db, settings !== null && settings.mode !== 'off', clock.businessNow());
  if (settings === null || since === null) return null;
  const previews = createPreviewBook(database.db, onSaved);
  const book = createOrderBook(database.db, onSaved);
  const approvers = createApprovers(client);
  const approval = { approvers, approvalHours: settings.approvalHours };
  return {
    async order(deal, changedBy) {
      if (deal.isClosed) await previews.forget(deal.id, deal.accountId);
      const known = await book.of(deal.id);
      const rules = rulesFor(settings, deal, begunIn(known?.order ?? null));
      return orderDeal({ ...worksOut(base, rules), book, approval, since })(deal, changedBy, known);
    },
    isOnItsWay: async (dealId) => (await book.of(dealId))?.order.state === 'Ordering',
    decide: decideOrder({ requests: createOrgRequests(client), book, approvers, clock }),
    fields: dealFieldsFor(client, settings),
  };
}

/** What previews of orders are made with; null while won deals are not ordered. */
export function ordersToPreview(base: Base, client: SalesforceClient): PreviewDeps['orders'] {
  const settings = base.config.orders;
  if (settings === null || settings.mode === 'off') return null;
  const reader = createOrgDealReader(client, dealFieldsFor(client, settings));
  return {
    takes: (deal) => isOrdered(rulesFor(settings, deal, null), deal),
    book: createOrderBook(base.database.db),
    read: async (id) => (await reader.deal(id))?.forOrder ?? null,
    workOut: (deal, known, whileUnderWay) =>
      workOut(worksOut(base, rulesFor(settings, deal, begunIn(known))))(deal, known, whileUnderWay),
  };
}

/** What tells of fields that settings of orders name and nobody can read. */
export function orderFieldsWatch({ database, log }: Base, ordered: Orders | null, onStored: () => void) {
  const ask = async () => (ordered === null ? [] : (await ordered.fields(true)).faults);
  const watch = createFieldsWatch({ db: database.db, ask, log, onChange: onStored });
  return { start: () => watch.start(0), stop: () => watch.stop() };
}
