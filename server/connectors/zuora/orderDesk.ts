import { keyOf } from '../../domain/billingAccount/key.ts';
import { Fault, type FaultKind } from '../../domain/fault.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import { doneOn } from '../../domain/order/afterChange.ts';
import { fractionFaults } from '../../domain/order/fractions.ts';
import type { ChargeOnSale, Order, PlacedOrder, PlanOnSale } from '../../domain/order/order.ts';
import { earliest } from '../../domain/time/calendarDate.ts';
import { today } from '../../domain/time/instant.ts';
import { gather } from '../../platform/gather.ts';
import { recent } from '../../platform/recent.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import type { OrderDesk } from '../../workflows/ports/orders.ts';
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
import { queryAll } from './paging.ts';
import {
  catalogChargeSchema,
  catalogPlanWithProductSchema,
  catalogTierSchema,
  type CatalogChargeOfZuora,
  type CatalogTier,
} from './schema.ts';
import { isOnSale, toCatalogCharge } from './sellables.ts';
import { readSubscriptionToChange } from './subscriptionToChange.ts';
import { toZuoraOrder } from './toZuoraOrder.ts';
import { createUnitDigits } from './units.ts';

/** Ids that one filter names: they stand in the address, which must not grow too long. */
const MOST_IDS = 40;
const ID = /^[0-9a-z]+$/i;
/** A plan is not read again for orders that are worked out at about the same time, ms. */
const PLANS_FOR_MS = 250;

const PREVIEW_TYPES = ['ChargeMetrics', 'BillingDocs', 'OrderDeltaMetrics'];

/** Bills nothing and takes no payment by itself: that stays with bill runs and payment runs. */
const PROCESSING = { processingOptions: { runBilling: false, collectPayment: false } };

const oneOf = (field: string, ids: readonly string[]) => ['filter[]', `${field}.IN:[${ids.join(',')}]`] as const;

const COUNTED: ReadonlySet<string> = new Set<ChargeOnSale['model']>(['perUnit', 'graduated', 'volume']);

function toChargeOnSale(
  charge: CatalogChargeOfZuora,
  rows: readonly CatalogTier[],
  digits: ReadonlyMap<string, number>,
): ChargeOnSale {
  const { id, defaultQuantity, uOM } = charge;
  const sold = toCatalogCharge(charge, rows);
  const isCounted = sold.kind !== 'usage' && COUNTED.has(sold.model) && defaultQuantity !== null;
  const quantityDigits = digits.get(uOM ?? '') ?? null;
  return { ...sold, id, quantity: isCounted ? toDecimal(exact(defaultQuantity), 18) : null, quantityDigits };
}

/** @returns whether a refusal is about a number that is taken; only then is Zuora's wording looked at */
const isTaken = ({ publicText }: Fault): boolean => /order number.*exist/i.test(publicText);

/** Reads of Zuora may lag behind writes for moments. */
function notYetThere(number: string, cause: Fault): Fault {
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
): OrderDesk {
  const { connection, timeZone, dealField } = context;
  const refused = (refusal: ZuoraRefusal): Fault => toOrderFault(refusal, dealField);

  const unitDigits = createUnitDigits(client);

  /** Children are read by lists of their own: those of an expanded object end at a page without a word. */
  async function readPlans(ids: readonly string[]): Promise<Map<string, PlanOnSale>> {
    const [plans, charges] = await Promise.all([
      queryAll(
        client,
        'reading product rate plans',
        'product-rate-plans',
        [oneOf('id', ids), ['expand[]', 'product']],
        catalogPlanWithProductSchema,
      ),
      queryAll(
        client,
        'reading product charges',
        'product-rate-plan-charges',
        [oneOf('productrateplanid', ids)],
        catalogChargeSchema,
      ),
    ]);
    const tiers: CatalogTier[] = [];
    for (let from = 0; from < charges.length; from += MOST_IDS) {
      const some = charges.slice(from, from + MOST_IDS).map(({ id }) => id);
      const query = [oneOf('productrateplanchargeid', some)];
      tiers.push(
        ...(await queryAll(client, 'reading prices', 'product-rate-plan-charge-tiers', query, catalogTierSchema)),
      );
    }
    const digits = await unitDigits(charges.flatMap(({ uOM }) => uOM ?? []));
    const chargesOf = Map.groupBy(charges, ({ productRatePlanId }) => productRatePlanId);
    const tiersOf = Map.groupBy(tiers, ({ productRatePlanChargeId }) => productRatePlanChargeId);
    const day = today(clock.businessNow(), timeZone);
    return new Map(
      plans.map((plan) => {
        const { id, product } = plan;
        const own = (chargesOf.get(id) ?? []).map((one) => toChargeOnSale(one, tiersOf.get(one.id) ?? [], digits));
        return [
          id,
          {
            key: keyOf(connection, 'productrateplan', id),
            id,
            name: product.name === plan.name ? plan.name : `${product.name}: ${plan.name}`,
            active: isOnSale(product, day) && isOnSale(plan, day),
            charges: own,
          },
        ];
      }),
    );
  }

  const planOf = recent(PLANS_FOR_MS, gather(MOST_IDS, readPlans));

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

  async function previewOf(order: Order, options: object): Promise<ZuoraPreview> {
    const body = {
      ...toZuoraOrder(order, dealField),
      previewOptions: { ...options, previewTypes: PREVIEW_TYPES },
    };
    const answer = await client.post('previewing an order', '/v1/orders/preview', body, previewSchema, refused);
    return answer.data.previewResult;
  }

  return {
    backdates: true,

    async plans(ids) {
      const known = [...new Set(ids)].filter((id) => ID.test(id));
      const found = await Promise.all(known.map(planOf));
      return new Map(found.filter((plan) => plan !== undefined).map((plan) => [plan.id, plan]));
    },

    subscription: (number) => readSubscriptionToChange(client, number, context),

    async preview(order) {
      const day = earliest(order.actions.map(({ startsOn }) => startsOn));
      const onFirstDay = await previewOf(order, { previewThruType: 'SpecificDate', specificPreviewThruDate: day });
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
          firstInvoiceOf(await previewOf(order, { previewThruType: 'NumberOfPeriods', previewNumberOfPeriods: 1 })),
      };
    },

    faultsOf: fractionFaults,

    toRequest: async (order) => toRequest(order),

    async place(order, effectId) {
      const body = toRequest(order);
      const key = `billing360-order-${effectId}`;
      try {
        await checkTerms(order);
        return toPlacedOrder(await client.effect('placing an order', '/v1/orders', body, placedSchema, key, refused));
      } catch (error) {
        if (!(error instanceof Fault) || error.outcomeUnknown || error.notTried) throw error;
        if (NOT_DEALT_WITH.has(error.kind)) throw error;
        return placedBefore(order, error);
      }
    },

    async find({ number }) {
      const found = await read(number);
      return found === null ? null : toPlacedOrder(found);
    },
  };
}
