import type { Versions } from '../protocol/versions.ts';
import { statusOn } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';
import type { OrderOutcome } from './create.ts';
import { lineItemView } from './lineItems.ts';
import type { OrderRecord } from './model.ts';

/** An order as GET /v1/orders/{number} answers it. */
export function orderView(tenant: Tenant, order: OrderRecord): Record<string, unknown> {
  const account = tenant.account(order.accountId);
  return {
    orderNumber: order.orderNumber,
    orderDate: order.orderDate,
    existingAccountNumber: account.accountNumber,
    category: order.category,
    currency: account.currency,
    description: order.description,
    reasonCode: order.reasonCode,
    status: order.status,
    ...(order.status === 'Cancelled' && { cancelReason: order.cancelReason }),
    customFields: Object.fromEntries(tenant.customFields.order.map((name) => [name, order.customFields[name] ?? null])),
    invoiceScheduleId: null,
    schedulingOptions: order.schedulingOptions,
    orderLineItems: order.orderLineItems.map((one) => lineItemView(tenant, one, order)),
    createdBy: tenant.userId,
    createdDate: tenant.dateTime(order.createdDate),
    updatedBy: tenant.userId,
    updatedDate: tenant.dateTime(order.updatedDate),
    subscriptions: order.subscriptions.map((one, sequence) => {
      const version = tenant.by('subscriptions', 'number', one.subscriptionNumber).at(-1);
      const owner = tenant.account(version?.accountId ?? order.accountId);
      return {
        ...one,
        subscriptionNumber: one.subscriptionNumber || null,
        sequence,
        externallyManagedBy: version?.externallyManagedBy ?? null,
        subscriptionOwnerAccountNumber: owner.accountNumber,
      };
    }),
  };
}

/** The answer to an order that was taken: numbers, or ids for `returnIds=true`. */
export function orderAnswer(
  tenant: Tenant,
  { order, account, versions, invoices, creditMemos, payment }: OrderOutcome,
  asIds: boolean,
  { subscriptionContainers }: Pick<Versions, 'subscriptionContainers'>,
): Record<string, unknown> {
  const today = tenant.today();
  const named = (name: string, rows: readonly { id: string }[], numberOf: (row: never) => string) =>
    rows.length > 0 && {
      [`${name}${asIds ? 'Ids' : 'Numbers'}`]: rows.map((row) => (asIds ? row.id : numberOf(row as never))),
    };
  const subscriptions = versions.map((one) => ({
    ...(asIds ? { subscriptionId: one.id } : { subscriptionNumber: one.number }),
    status: statusOn(one, today),
  }));
  const ramps = versions.flatMap(({ number, ramp }) =>
    ramp ? [{ rampNumber: ramp.number, subscriptionNumber: number }] : [],
  );
  return {
    ...(asIds
      ? { orderId: order.id, accountId: account.id }
      : { orderNumber: order.orderNumber, accountNumber: account.accountNumber }),
    status: order.status,
    ...(versions.length > 0 &&
      (subscriptionContainers
        ? { subscriptions }
        : {
            [asIds ? 'subscriptionIds' : 'subscriptionNumbers']: versions.map((one) => (asIds ? one.id : one.number)),
          })),
    ...(order.orderLineItems.length > 0 && {
      orderLineItems: order.orderLineItems.map(({ id, itemNumber }) => ({ id, itemNumber })),
    }),
    ...(ramps.length > 0 && { ramps }),
    ...named('invoice', invoices, (one: (typeof invoices)[number]) => one.invoiceNumber),
    ...named('creditMemo', creditMemos, (one: (typeof creditMemos)[number]) => one.number),
    ...(payment && {
      [asIds ? 'paymentId' : 'paymentNumber']: asIds ? payment.id : payment.number,
      paidAmount: String(payment.appliedAmount),
    }),
  };
}
