import { createAccount } from '../accounts/write.ts';
import { dueItems } from '../billing/billRun.ts';
import { addDays, addMonths } from '../dates.ts';
import { exact, money, sum } from '../decimal.ts';
import { chargeMetrics } from '../metrics/charge.ts';
import { deltaMetrics, type DeltaMetrics, type DeltaRow } from '../metrics/delta.ts';
import { soldIn } from '../metrics/discounts.ts';
import { billingPeriodLength } from '../metrics/length.ts';
import { rampMetrics } from '../metrics/ramp.ts';
import type { Account, InvoiceItem } from '../model.ts';
import { category } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { atomically, changesOf, type Change } from './booking.ts';
import { activeAccount } from './create.ts';
import { lineAmounts, newLineItem } from './lineItems.ts';
import type { OrderLineItem } from './model.ts';
import { described, planned } from './record.ts';
import { refuse } from './refuse.ts';
import type { PreviewOptions, PreviewRequest } from './schema/preview.ts';

/** Thrown to take back what a preview worked out. */
class Undone extends Error {}

/** Runs something as an order would, and takes it back. */
function dryRun<T>(tenant: Tenant, run: () => T): T {
  let result: { value: T } | undefined;
  try {
    atomically(tenant, () => {
      result = { value: run() };
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
  return result!.value;
}

function accountOf(tenant: Tenant, { existingAccountNumber, previewAccountInfo }: PreviewRequest): Account {
  if ((existingAccountNumber === undefined) === (previewAccountInfo === undefined))
    return refuse(category.badValue, 'Give either existingAccountNumber or previewAccountInfo.');
  if (!previewAccountInfo) return activeAccount(tenant, existingAccountNumber!);
  const { billCycleDay, currency } = previewAccountInfo;
  const billToContact = { firstName: 'Preview', lastName: 'Preview' };
  return createAccount(tenant, { name: 'Preview', currency, billCycleDay, billToContact }, {});
}

/** Day through which documents are previewed, and the first day of service that is left out. */
function horizonOf(
  tenant: Tenant,
  options: PreviewOptions,
  changes: readonly Change[],
): { through: string; before: string | null } {
  switch (options.previewThruType) {
    case 'SpecificDate':
      return {
        through:
          options.specificPreviewThruDate ??
          refuse(category.missingField, 'Missing required value: specificPreviewThruDate.'),
        before: null,
      };
    case 'TermEnd': {
      const ends = changes.map(({ next }) => next.termEndDate);
      if (ends.includes(null)) return refuse(category.rule, 'TermEnd is invalid for an evergreen subscription.');
      return { through: (ends as string[]).sort().at(-1) ?? tenant.today(), before: null };
    }
    case 'NumberOfPeriods': {
      const count =
        options.previewNumberOfPeriods ??
        refuse(category.missingField, 'Missing required value: previewNumberOfPeriods.');
      const ends = changes.flatMap(({ next }) =>
        soldIn(next)
          .filter(({ segment }) => segment.type !== 'OneTime')
          .map(({ segment }) => {
            const length = billingPeriodLength(segment, next);
            const from = segment.chargedThroughDate ?? segment.effectiveStartDate;
            return 'months' in length ? addMonths(from, length.months * count) : addDays(from, length.days * count);
          }),
      );
      const through = ends.sort().at(-1) ?? changes[0]?.next.contractEffectiveDate ?? tenant.today();
      return { through, before: through };
    }
    default:
      return refuse(category.missingField, 'Missing required value: previewThruType.');
  }
}

function itemView(item: InvoiceItem, all: readonly InvoiceItem[], sign: 1 | -1): Record<string, unknown> {
  return {
    serviceStartDate: item.serviceStartDate,
    serviceEndDate: item.serviceEndDate,
    amountWithoutTax: item.chargeAmount * sign,
    taxAmount: 0,
    chargeDescription: item.description ?? '',
    chargeName: item.chargeName,
    chargeNumber: item.chargeNumber,
    processingType: item.processingType,
    productName: item.productName,
    productRatePlanChargeId: item.productRatePlanChargeId,
    subscriptionNumber: item.subscriptionNumber,
    orderLineItemNumber: null,
    appliedToChargeNumber: all.find((one) => one.id === item.appliedToItemId)?.chargeNumber ?? null,
    unitPrice: item.unitPrice,
    additionalInfo: { quantity: item.quantity, unitOfMeasure: item.uom ?? '', numberOfDeliveries: null },
    taxationItems: [],
  };
}

/** Invoices and credit memos that the subscriptions of an order would bring through a day, without tax. */
function billingDocuments(
  tenant: Tenant,
  account: Account,
  changes: readonly Change[],
  { through, before }: { through: string; before: string | null },
): Record<string, unknown> {
  const everything = changes.flatMap(({ next }) => soldIn(structuredClone(next)));
  const groups = dueItems(tenant, account, everything, { targetDate: through });
  const documents = groups.flatMap(({ currency, items }) => {
    const kept = items.filter((item) => before === null || item.serviceStartDate < before);
    if (kept.length === 0) return [];
    const total = sum(kept.map((one) => exact(one.chargeAmount)));
    const sign = total.lt(0) ? -1 : 1;
    const amount = money(total.mul(sign), currency);
    const rows = kept.map((item) => itemView(item, kept, sign));
    return [{ credit: sign < 0, amount, amountWithoutTax: amount, taxAmount: 0, targetDate: through, rows }];
  });
  const of = (credit: boolean, name: string) =>
    documents
      .filter((one) => one.credit === credit)
      .map(({ rows, credit: _credit, ...document }) => ({ ...document, [name]: rows }));
  return { invoices: of(false, 'invoiceItems'), creditMemos: of(true, 'creditMemoItems') };
}

/** Order line items have delta TCV and TCB, on the day of their transaction. */
function lineDeltas(
  items: readonly OrderLineItem[],
  currency: string,
): Pick<DeltaMetrics, 'orderDeltaTcv' | 'orderDeltaTcb'> {
  const rows = items.map((item): DeltaRow => {
    const { gross, net } = lineAmounts(item);
    return {
      chargeNumber: null,
      currency,
      startDate: item.transactionStartDate,
      endDate: addDays(item.transactionEndDate, 1),
      grossAmount: money(gross, currency),
      netAmount: money(net, currency),
      orderActionId: null,
      orderActionSequence: null,
      orderActionType: null,
      orderLineItemNumber: item.itemNumber,
      productRatePlanChargeId: item.productRatePlanChargeId,
      ratePlanChargeId: null,
      subscriptionNumber: null,
    };
  });
  return { orderDeltaTcv: rows, orderDeltaTcb: rows };
}

/** What an order would do: the same code as carries it out, and nothing is kept. */
export function previewOrder(tenant: Tenant, request: PreviewRequest): Record<string, unknown> {
  const { previewOptions: options, orderDate, subscriptions = [], orderLineItems = [] } = request;
  if (subscriptions.length + orderLineItems.length === 0)
    return refuse(category.missingField, 'Missing required value: subscriptions.');
  const wants = (type: PreviewOptions['previewTypes'][number]) => options.previewTypes.includes(type);
  if (wants('OrderMetrics'))
    return refuse(category.rule, 'Order Metrics is not enabled for this tenant; use OrderDeltaMetrics.');
  // Refuses custom fields that the tenant has not got, as an order would.
  described(tenant, request);
  planned(tenant, request);
  return dryRun(tenant, () => {
    const found = accountOf(tenant, request);
    const booking = {
      orderDate,
      orderNumber: request.orderNumber ?? '',
      billCycleDays: new Map<string, number>(),
      trace: true,
    };
    const changes = changesOf(tenant, found, subscriptions, booking);
    const lines = orderLineItems.map((one, index) => newLineItem(tenant, one, { orderDate }, found, index));
    const start = changes[0]?.next.subscriptionStartDate ?? orderDate;
    const billCycleDay = booking.billCycleDays.get(found.id) ?? (found.billCycleDay || Number(start.slice(8, 10)));
    const account = { ...found, billCycleDay };
    const ramps = () =>
      changes.flatMap(({ base, next }) =>
        next.ramp ? [rampMetrics(next, next.ramp, billCycleDay, wants('RampDeltaMetrics') ? base : undefined)] : [],
      );
    const deltas = () => {
      const ofLines = lineDeltas(lines, found.currency);
      const all = changes.map((one) => deltaMetrics(one.steps, billCycleDay));
      return {
        orderDeltaMrr: all.flatMap((one) => one.orderDeltaMrr),
        orderDeltaTcv: [...all.flatMap((one) => one.orderDeltaTcv), ...ofLines.orderDeltaTcv],
        orderDeltaTcb: [...all.flatMap((one) => one.orderDeltaTcb), ...ofLines.orderDeltaTcb],
      };
    };
    const horizon =
      options.previewThruType !== undefined || wants('BillingDocs') ? horizonOf(tenant, options, changes) : null;
    return {
      ...(wants('ChargeMetrics') && {
        chargeMetrics: changes.map(({ base, next }) => ({
          subscriptionNumber: next.number,
          charges: chargeMetrics(base, next, billCycleDay),
        })),
      }),
      ...(wants('BillingDocs') && billingDocuments(tenant, account, changes, horizon!)),
      ...(wants('OrderDeltaMetrics') && { orderDeltaMetrics: deltas() }),
      ...((wants('RampMetrics') || wants('RampDeltaMetrics')) && { rampMetrics: ramps() }),
    };
  });
}
