import { z } from 'zod';
import { exact, toDecimal, type Decimal } from '../../domain/money/decimal.ts';
import type { OrderMetrics, PlacedOrder } from '../../domain/order/order.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { maybeNumber, maybeText, orZero } from './schema.ts';

const list = <T extends z.ZodType>(row: T) =>
  z
    .array(row)
    .nullish()
    .transform((value) => value ?? []);

const subscriptions = list(z.object({ subscriptionNumber: maybeText }));

/** Answer to POST /v1/orders. */
export const placedSchema = z.object({ orderNumber: z.string(), status: z.string(), subscriptions });

/** Answer of GET /v1/orders/{number}; custom fields by name. */
export const readOrderSchema = z.object({
  order: placedSchema.extend({ customFields: z.record(z.string(), z.unknown()).nullish() }),
});

/** Answer of GET /v1/subscriptions/{number}, as far as renewals ask for it. */
export const termSchema = z.object({ termEndDate: maybeText });

export function toPlacedOrder({ orderNumber, status, subscriptions }: z.infer<typeof placedSchema>): PlacedOrder {
  return {
    number: orderNumber,
    status,
    subscriptionNumbers: subscriptions.map((one) => one.subscriptionNumber).filter((number) => number !== null),
  };
}

/** What a charge comes to afterwards, and by how much the order changes it; null for what there is none of. */
const amounts = z
  .object({ regular: maybeNumber, discount: maybeNumber, regularDelta: maybeNumber, discountDelta: maybeNumber })
  .nullish()
  .transform((value) => value ?? null);

/** By how much an action changes a charge between two days; the end exclusive, and none without an end. */
const delta = z.object({ currency: maybeText, netAmount: orZero, startDate: maybeText, endDate: maybeText });

/** Answer to POST /v1/orders/preview. */
export const previewSchema = z.object({
  previewResult: z.object({
    chargeMetrics: list(z.object({ charges: list(z.object({ cmrr: amounts, tcv: amounts })) })),
    orderDeltaMetrics: z
      .object({ orderDeltaTcv: list(delta), orderDeltaMrr: list(delta) })
      .nullish()
      .transform((value) => value ?? { orderDeltaTcv: [], orderDeltaMrr: [] }),
    invoices: list(z.object({ amount: orZero, targetDate: z.string() })),
  }),
});

export type ZuoraPreview = z.infer<typeof previewSchema>['previewResult'];

function sum(values: readonly (Decimal | null)[]): Decimal {
  return toDecimal(
    values.reduce((total, value) => total.add(exact(value ?? '0')), exact('0')),
    18,
  );
}

/** @returns the currency that a preview is in, where it says one */
export function currencyOf({ orderDeltaMetrics }: ZuoraPreview): string | null {
  return orderDeltaMetrics.orderDeltaTcv.find(({ currency }) => currency !== null)?.currency ?? null;
}

/** @returns the earliest invoice; what is billed on one day is one */
export function firstInvoiceOf({ invoices }: ZuoraPreview): OrderMetrics['firstInvoice'] {
  const [day] = invoices.map(({ targetDate }) => targetDate.slice(0, 10)).toSorted();
  if (day === undefined) return null;
  const first = invoices.filter(({ targetDate }) => targetDate.startsWith(day));
  return { amount: sum(first.map(({ amount }) => amount)), on: calendarDate(day) };
}

/**
 * MRR is what the order adds on a day, net of discounts (Zuora docs, "Order delta metrics"): `cmrr` of a charge would count what
 * it came to last, also once it has ended. TCV has no amount where one of the charges has no end.
 * @param on when all of the order has taken effect
 */
export function metricsOf(
  { chargeMetrics, orderDeltaMetrics }: ZuoraPreview,
  currency: string,
  on: CalendarDate,
): Omit<OrderMetrics, 'firstInvoice'> {
  const charges = chargeMetrics.flatMap((one) => one.charges);
  const endless = charges.some(
    ({ cmrr, tcv }) => cmrr?.regular != null && !exact(cmrr.regular).equals(0) && tcv?.regular == null,
  );
  const holding = orderDeltaMetrics.orderDeltaMrr.filter(
    ({ startDate, endDate }) =>
      (startDate === null || startDate.slice(0, 10) <= on) && (endDate === null || on < endDate.slice(0, 10)),
  );
  const added = sum(holding.map(({ netAmount }) => netAmount));
  return {
    currency,
    mrr: added,
    mrrChange: added,
    tcv: endless ? null : sum(charges.flatMap(({ tcv }) => [tcv?.regular ?? null, tcv?.discount ?? null])),
    tcvChange: endless ? null : sum(orderDeltaMetrics.orderDeltaTcv.map(({ netAmount }) => netAmount)),
  };
}
