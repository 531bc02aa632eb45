import { Fault, type FaultKind } from '../../domain/fault.ts';
import { doneOn } from '../../domain/order/afterChange.ts';
import { fractionFaults } from '../../domain/order/fractions.ts';
import type { Order, OrderMetrics, PlacedOrder } from '../../domain/order/order.ts';
import { earliest } from '../../domain/time/calendarDate.ts';
import type { JobBook } from '../../workflows/ports/billingJobs.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import { AT_ONCE, type OrderDesk } from '../../workflows/ports/orders.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';
import { toOrderFault, type ZuoraRefusal } from './errors.ts';
import {
  currencyOf,
  firstInvoiceOf,
  metricsOf,
  placedSchema,
  previewSchema,
  readOrderSchema,
  termSchema,
  toPlacedOrder,
  type ZuoraPreview,
} from './orderAnswers.ts';
import { createOrderJobs, isLarge, orderJobKey, previewJobKey, STUCK_AFTER_MS } from './orderJobs.ts';
import { createPlanReader } from './planReader.ts';
import { readSubscriptionToChange } from './subscriptionToChange.ts';
import { toZuoraOrder } from './toZuoraOrder.ts';

const PREVIEW_TYPES = ['ChargeMetrics', 'BillingDocs', 'OrderDeltaMetrics'];

/** Bills nothing and takes no payment by itself: that stays with bill runs and payment runs. */
const PROCESSING = { processingOptions: { runBilling: false, collectPayment: false } };

/** @returns whether a refusal is about a number that is taken; only then is Zuora's wording looked at */
const isTaken = ({ publicText }: Fault): boolean => /order number.*exist/i.test(publicText);

/** Reads of Zuora may lag behind writes for moments. */
function notYetThere(number: string, cause?: Fault): Fault {
  return new Fault({
    code: 'zuora_conflict',
    kind: 'conflict',
    retryable: true,
    publicText: `Zuora has taken order ${number} and does not show it yet; it is looked for again.`,
    cause,
  });
}

export type OrderDeskContext = ZuoraContext & {
  /** Custom field (text) of orders and of subscriptions that names the Opportunity. */
  dealField: string;
};

/** Of faults after which nobody needs to look for the order: Zuora did not deal with it. */
const NOT_DEALT_WITH: ReadonlySet<string> = new Set<FaultKind>(['forbidden', 'rate_limited']);

/**
 * Orders of one Zuora tenant. No order is made twice: Zuora takes an order number once, and whatever it answers to a second
 * one, the first is what is returned. For a day it also repeats its answer, a refusal too, to what comes with the same
 * effect id (Zuora docs, "Idempotent requests"): whoever tries again after an answer takes another effect id.
 */
export function createZuoraOrderDesk(
  client: ZuoraClient,
  context: OrderDeskContext,
  clock: Pick<Clock, 'businessNow'>,
  jobBook: JobBook,
): OrderDesk {
  const { connection, dealField } = context;
  const refused = (refusal: ZuoraRefusal): Fault => toOrderFault(refusal, dealField);
  const jobs = createOrderJobs(client, jobBook, refused);

  async function read(number: string) {
    const path = `/v1/orders/${encodeURIComponent(number)}`;
    const answer = await client.get('reading an order', path, [], readOrderSchema).catch((error: unknown) => {
      if (error instanceof Fault && error.kind === 'not_found') return null;
      throw error;
    });
    return answer?.data.order ?? null;
  }

  /** @returns the order that has the number already, where it is of the same deal. @throws `why` where there is none */
  async function placedBefore({ number, dealId }: Order, why: Fault): Promise<PlacedOrder> {
    const found = await read(number);
    if (found === null) throw isTaken(why) ? notYetThere(number, why) : why;
    const named = found.customFields?.[dealField] ?? dealId;
    if (named === dealId) return toPlacedOrder(found);
    throw new Fault({
      code: 'order_refused',
      kind: 'invalid',
      publicText: `Order ${number} is in Zuora already and belongs to another opportunity. Nothing was ordered.`,
      cause: why,
    });
  }

  /** Zuora renews as often as it is told to, so what it has renewed since the order was worked out is not renewed again. */
  async function checkTerms({ actions }: Order): Promise<void> {
    const renewals = actions.filter(({ type }) => type === 'RenewSubscription');
    await Promise.all(
      renewals.map(async ({ subscriptionNumber: number, startsOn }) => {
        const path = `/v1/subscriptions/${encodeURIComponent(number)}`;
        const { data } = await client.get('reading a subscription', path, [], termSchema);
        if (data.termEndDate === startsOn) return;
        throw new Fault({
          code: 'order_refused',
          kind: 'invalid',
          publicText: `Subscription ${number} was to be renewed from ${startsOn}, and its term does not end then any more.`,
        });
      }),
    );
  }

  const toRequest = (order: Order): object => ({ ...toZuoraOrder(order, dealField), ...PROCESSING });

  /** @returns what an order comes to by such options. @throws Fault `underWay` where it is large */
  type Preview = (options: object) => Promise<ZuoraPreview>;

  const previewBody = (order: Order, options: object): object => ({
    ...toZuoraOrder(order, dealField),
    previewOptions: { ...options, previewTypes: PREVIEW_TYPES },
  });

  const atOnce =
    (order: Order): Preview =>
    async (options) => {
      const body = previewBody(order, options);
      const answer = await client.post('previewing an order', '/v1/orders/preview', body, previewSchema, refused);
      return answer.data.previewResult;
    };

  async function worksOut(order: Order, previewOf: Preview): Promise<OrderMetrics> {
    const day = earliest(order.actions.map(({ startsOn }) => startsOn));
    const onFirstDay = await previewOf({ previewThruType: 'SpecificDate', specificPreviewThruDate: day });
    const currency = currencyOf(onFirstDay);
    if (currency !== null && currency !== order.currency)
      throw new Fault({
        code: 'order_refused',
        kind: 'invalid',
        publicText: `Zuora bills account ${order.billingAccountNumber} in ${currency}, and the opportunity is in ${order.currency}.`,
      });
    return {
      ...metricsOf(onFirstDay, order.currency, doneOn(order)),
      // What is billed in arrears alone is not due on the first day.
      firstInvoice:
        firstInvoiceOf(onFirstDay) ??
        firstInvoiceOf(await previewOf({ previewThruType: 'NumberOfPeriods', previewNumberOfPeriods: 1 })),
    };
  }

  /** Its jobs are known until all of it is worked out, so that none is begun twice. */
  async function worksOutLater(order: Order): Promise<OrderMetrics> {
    const keys: string[] = [];
    const metrics = await worksOut(order, async (options) => {
      const body = previewBody(order, options);
      const key = previewJobKey(connection, order, body);
      keys.push(key);
      return (await jobs.previewed(key, body, previewSchema)).previewResult;
    });
    await jobs.forget(keys);
    return metrics;
  }

  async function followed(order: Order, effectId: string): Promise<PlacedOrder | null> {
    const ended = await jobs.placed(orderJobKey(connection, effectId), order, placedSchema);
    if (ended === null) return null;
    return 'failed' in ended ? placedBefore(order, ended.failed) : toPlacedOrder(ended.result);
  }

  return {
    backdates: true,

    plans: createPlanReader(client, context, clock),

    subscription: (number) => readSubscriptionToChange(client, number, context),

    preview: (order) => (isLarge(order) ? worksOutLater(order) : worksOut(order, atOnce(order))),

    faultsOf: fractionFaults,

    toRequest: async (order) => toRequest(order),

    deliveryOf: (order) => (isLarge(order) ? { isJob: true, certainAfterMs: STUCK_AFTER_MS } : AT_ONCE),

    async place(order, effectId) {
      const body = toRequest(order);
      const key = `billing360-order-${effectId}`;
      try {
        await checkTerms(order);
        if (!isLarge(order))
          return toPlacedOrder(await client.effect('placing an order', '/v1/orders', body, placedSchema, key, refused));
        await jobs.begin(orderJobKey(connection, effectId), body, key);
      } catch (error) {
        if (!(error instanceof Fault) || error.outcomeUnknown || error.notTried) throw error;
        if (NOT_DEALT_WITH.has(error.kind)) throw error;
        return placedBefore(order, error);
      }
      // null where another process was faster to see it end.
      return (await followed(order, effectId)) ?? placedBefore(order, notYetThere(order.number));
    },

    follow: followed,

    async find({ number }) {
      const found = await read(number);
      return found === null ? null : toPlacedOrder(found);
    },
  };
}
