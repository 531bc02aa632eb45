import express, { type Request, type Response } from 'express';
import * as z from 'zod';
import { category, notFound, resource } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import { customFields, parse } from '../protocol/parse.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { Tenant } from '../tenant.ts';
import { createOrder, type OrderOutcome } from './create.ts';
import { activateOrder, cancelOrder, deleteOrder, setTriggerDates, updateOrder } from './held.ts';
import type { OrderRecord } from './model.ts';
import { refuse } from './refuse.ts';
import { revertOrder, revertResource, revertSchema } from './revert.ts';
import { orderFieldsSchema, triggerDatesSchema } from './schema/changes.ts';
import { orderSchema, type OrderPart, type OrderRequest } from './schema/order.ts';
import { refuseUnsupported } from './unsupported.ts';
import { orderAnswer, orderView } from './view.ts';

/** Subscriptions, and actions in all, that one call may carry (Zuora docs, "Order actions"). */
export const limits = { sync: 50, async: 300 };

export function checkLimit(parts: readonly OrderPart[] | undefined, limit: number): void {
  const actions = (parts ?? []).flatMap((one) => one.orderActions);
  if ((parts?.length ?? 0) > limit || actions.length > limit)
    return refuse(category.badValue, `One call takes at most ${limit} subscriptions and ${limit} order actions.`);
}

/** Parses the body of an order, for either limit. */
export function orderRequest(tenant: Tenant, body: unknown, limit: number): OrderRequest {
  refuseUnsupported(tenant, body);
  const request = parse(orderSchema, body, resource.order);
  checkLimit(request.subscriptions, limit);
  return request;
}

const cancelSchema = z.strictObject({ cancelReason: z.string().optional() });

/** Orders one by one; lists are in lists.ts. */
export function orderRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const find = (req: Request): OrderRecord => {
    const number = String(req.params['number']);
    const order = tenant.by('orders', 'orderNumber', number)[0];
    if (!order) throw notFound(number);
    return order;
  };
  const answer = (req: Request, res: Response, outcome: OrderOutcome) =>
    void res.json({
      success: true,
      ...orderAnswer(tenant, outcome, req.query['returnIds'] === 'true', versionsOfRequest(req)),
    });

  router.post('/v1/orders', (req, res) => {
    onlyQuery(req, ['returnIds']);
    answer(req, res, createOrder(tenant, orderRequest(tenant, req.body, limits.sync)));
  });
  router.get('/v1/orders/:number', (req, res) => {
    onlyQuery(req, []);
    res.json({ success: true, order: orderView(tenant, find(req)) });
  });
  router.put('/v1/orders/:number', (req, res) => {
    onlyQuery(req, []);
    answer(req, res, updateOrder(tenant, find(req), orderRequest(tenant, req.body, limits.sync)));
  });
  router.delete('/v1/orders/:number', (req, res) => {
    deleteOrder(tenant, find(req));
    res.json({ success: true });
  });
  router.post('/v1/orders/:number/revert', (req, res) => {
    const order = find(req);
    const { orderDate } = parse(revertSchema, req.body, revertResource);
    const made = revertOrder(tenant, order, orderDate);
    res.json({
      success: true,
      orderNumber: made.orderNumber,
      accountNumber: tenant.account(made.accountId).accountNumber,
      status: made.status,
      subscriptionNumbers: made.subscriptions.map((one) => one.subscriptionNumber),
    });
  });
  router.put('/v1/orders/:number/activate', (req, res) => answer(req, res, activateOrder(tenant, find(req))));
  router.put('/v1/orders/:number/cancel', (req, res) => {
    const order = find(req);
    cancelOrder(tenant, order, parse(cancelSchema, req.body ?? {}, resource.order).cancelReason);
    res.json({
      success: true,
      orderNumber: order.orderNumber,
      accountNumber: tenant.account(order.accountId).accountNumber,
      status: order.status,
      cancelReason: order.cancelReason,
    });
  });
  router.put('/v1/orders/:number/triggerDates', (req, res) =>
    answer(req, res, setTriggerDates(tenant, find(req), parse(triggerDatesSchema, req.body, resource.order))),
  );
  router.put('/v1/orders/:number/customFields', (req, res) => {
    setCustomFields(tenant, find(req), parse(orderFieldsSchema, req.body, resource.order));
    res.json({ success: true });
  });
  return router;
}

function setCustomFields(tenant: Tenant, order: OrderRecord, body: z.output<typeof orderFieldsSchema>): void {
  const { order: ofOrder, orderAction: ofAction } = tenant.customFields;
  const changes = (body.subscriptions ?? []).flatMap(({ subscriptionNumber, orderActions }) =>
    orderActions.map((change) => {
      const part = order.subscriptions.find((one) => one.subscriptionNumber === subscriptionNumber);
      const action = part?.orderActions.find(
        (one) => one.id === change.orderActionId || one.sequence === change.sequence,
      );
      if (!action) return refuse(category.badValue, `The order has no such action on ${subscriptionNumber}.`);
      return { action, fields: customFields(change.customFields ?? {}, ofAction, resource.order) };
    }),
  );
  Object.assign(order.customFields, customFields(body.customFields ?? {}, ofOrder, resource.order));
  for (const { action, fields } of changes)
    action['customFields'] = { ...(action['customFields'] as object | undefined), ...fields };
  order.updatedDate = tenant.now();
  tenant.touch();
}
