import { setTimeout as sleep } from 'node:timers/promises';
import { createOrgDealReader } from '../connectors/salesforce/changes/deals.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { Fault } from '../domain/fault.ts';
import type { Order } from '../domain/order/order.ts';
import { rulesFor } from '../domain/order/rules.ts';
import type { Config } from '../platform/config/config.ts';
import type { Db } from '../platform/db/database.ts';
import { digestOf } from '../sync/canonical.ts';
import { createDealReader } from '../sync/deals/reader.ts';
import { createMirrorReader } from '../sync/mirror/reader.ts';
import { createOrderBook } from '../sync/orders/book.ts';
import { createProvisioningBook } from '../sync/provisioning/book.ts';
import { rememberedSince } from '../sync/orders/since.ts';
import { whyNot } from '../workflows/orders/whyNot.ts';
import { enteredIn, isRefused, workOut, type WhileUnderWay } from '../workflows/orders/workOut.ts';
import type { Clock } from '../workflows/ports/clock.ts';
import { begunIn, type OrderDesk } from '../workflows/ports/orders.ts';
import type { OrderLook, OrgTools } from '../workflows/ports/orgTools.ts';
import { dealFieldsFor } from './orders.ts';
import { comingFor } from './provisioning.ts';

type Sent = Pick<OrderLook, 'request' | 'isJob'>;

/** @returns what was sent, and how; nothing where it cannot be told any more, since what it changed has gone */
async function sentAs(desk: OrderDesk, order: Order): Promise<Sent> {
  const { isJob } = desk.deliveryOf(order);
  try {
    return { request: await desk.toRequest(order), isJob };
  } catch (error) {
    if (isRefused(error)) return { request: null, isJob };
    throw error;
  }
}

/** So long a command waits for what billing works out, ms. */
const WAIT_MS = 60_000;

function waitsFor(ms: number): WhileUnderWay {
  const until = performance.now() + ms;
  return async (_draft, why) => {
    if (performance.now() > until) throw why;
    await sleep(why.retryAfterMs!);
  };
}

/** @param openDesk of the connection that gets orders; null where orders are off */
export function lookAtOrder(
  { orders: settings, provisioning, timeZone }: Config,
  db: Db,
  client: SalesforceClient,
  clock: Clock,
  openDesk: (connection: string) => OrderDesk,
): OrgTools['order'] {
  return async (dealId) => {
    if (settings === null)
      throw new Fault({
        code: 'orders_off',
        kind: 'invalid',
        publicText: 'ORDERS_FILE is not among the settings, so nothing is ordered.',
      });
    const found = await createOrgDealReader(client, dealFieldsFor(client, settings)).deal(dealId);
    if (found?.forOrder == null) return null;
    const deal = found.forOrder;
    const book = createOrderBook(db);
    const known = (await book.of(dealId))?.order ?? null;
    const standing = known === null ? null : { order: known, steps: await book.stepsOf(dealId) };
    const rules = rulesFor(settings, deal, begunIn(known));
    const desk = openDesk(rules.connection);
    if (begunIn(known) !== null)
      return { deal, standing, whyNot: null, worked: null, ...(await sentAs(desk, known!.order!)) };
    const deps = {
      rules,
      desk,
      discrepancies: book,
      comingFor: comingFor(provisioning, rules.connection, createProvisioningBook(db, [])),
      mirror: createMirrorReader(db),
      deals: createDealReader(db),
      digest: digestOf,
      clock,
      timeZone,
    };
    const worked = await workOut(deps)(deal, known, waitsFor(WAIT_MS));
    const entered = digestOf(enteredIn(deal, rules));
    return {
      deal,
      standing,
      whyNot: whyNot(deal, known, { rules, since: await rememberedSince(db), entered }),
      worked,
      ...(worked.order === null
        ? { request: null, isJob: false }
        : { request: await desk.toRequest(worked.order), isJob: desk.deliveryOf(worked.order).isJob }),
    };
  };
}
