import express, { type Request } from 'express';
import { category, notFound, resource, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { OrderRecord } from '../model.ts';
import { statusOn } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';
import { createOrder } from './create.ts';
import { orderSchema, unsupportedActions } from './schema.ts';

/** Refuses by name what Zuora can and this simulator cannot, before the body is parsed. */
function refuseUnsupported(tenant: Tenant, req: Request): void {
  const body = (req.body ?? {}) as {
    subscriptions?: { orderActions?: { type?: unknown }[] }[];
    orderLineItems?: unknown[];
  };
  const refuse = (what: string): never => {
    tenant.ctx.calls.refuse(`orders: ${what}`);
    throw new ZuoraError(category.rule, `${what} is not enabled for this tenant.`, resource.order);
  };
  if (body.orderLineItems?.length) refuse('Order Line Items');
  const parts = Array.isArray(body.subscriptions) ? body.subscriptions : [];
  const types = parts.flatMap((one) =>
    (Array.isArray(one.orderActions) ? one.orderActions : []).map((action) => action.type),
  );
  const unsupported = types.find((type) => unsupportedActions.includes(String(type)));
  if (unsupported !== undefined) refuse(`Order action ${String(unsupported)}`);
}

function orderView(tenant: Tenant, order: OrderRecord): Record<string, unknown> {
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
    customFields: order.customFields,
    invoiceScheduleId: null,
    schedulingOptions: null,
    orderLineItems: [],
    createdBy: tenant.userId,
    createdDate: tenant.dateTime(order.createdDate),
    updatedBy: tenant.userId,
    updatedDate: tenant.dateTime(order.updatedDate),
    subscriptions: order.subscriptions.map((one, index) => ({
      ...one,
      sequence: index,
      subscriptionOwnerAccountNumber: tenant.account(tenant.subscription(one.subscriptionNumber).accountId)
        .accountNumber,
    })),
  };
}

export function orderRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  router.post('/v1/orders', (req, res) => {
    onlyQuery(req, ['returnIds']);
    refuseUnsupported(tenant, req);
    const { order, account, versions, invoices, payment } = createOrder(
      tenant,
      parse(orderSchema, req.body, resource.order),
    );
    const asIds = req.query['returnIds'] === 'true';
    const today = tenant.today();
    const subscriptions = versions.map((one) => ({
      ...(asIds ? { subscriptionId: one.id } : { subscriptionNumber: one.number }),
      status: statusOn(one, today),
    }));
    res.json({
      success: true,
      ...(asIds
        ? { orderId: order.id, accountId: account.id }
        : { orderNumber: order.orderNumber, accountNumber: account.accountNumber }),
      status: order.status,
      ...(versionsOfRequest(req).subscriptionContainers
        ? { subscriptions }
        : { subscriptionNumbers: versions.map((one) => one.number) }),
      ...(invoices.length > 0 && {
        [asIds ? 'invoiceIds' : 'invoiceNumbers']: invoices.map((one) => (asIds ? one.id : one.invoiceNumber)),
      }),
      ...(payment && {
        [asIds ? 'paymentId' : 'paymentNumber']: asIds ? payment.id : payment.number,
        paidAmount: String(payment.appliedAmount),
      }),
    });
  });
  router.get('/v1/orders/subscription/:number', (req, res) => {
    onlyQuery(req, pageParameters);
    const { number } = tenant.subscription(req.params.number);
    const found = tenant.data.orders
      .filter((one) => one.subscriptions.some((part) => part.subscriptionNumber === number))
      .toReversed();
    const { rows, ...next } = page(req, origin(), found);
    res.json({ orders: rows.map((one) => orderView(tenant, one)), ...next, success: true });
  });
  router.get('/v1/orders/:number', (req, res) => {
    onlyQuery(req, []);
    const order = tenant.data.orders.find((one) => one.orderNumber === req.params.number);
    if (!order) throw notFound(req.params.number);
    res.json({ success: true, order: orderView(tenant, order) });
  });
  return router;
}
