import express from 'express';
import { notFound, resource } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { changeLineItem, lineItemView } from './lineItems.ts';
import type { OrderLineItem, OrderRecord } from './model.ts';
import { lineItemChangeSchema, lineItemsChangeSchema } from './schema/lineItem.ts';

/** Order line items one by one, and their change in bulk. */
export function lineItemRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const find = (id: string): { order: OrderRecord; item: OrderLineItem } => {
    for (const order of tenant.data.orders) {
      const item = order.orderLineItems.find((one) => one.id === id);
      if (item) return { order, item };
    }
    throw notFound(id);
  };
  const change = (id: string, body: Parameters<typeof changeLineItem>[2]) => {
    const { order, item } = find(id);
    changeLineItem(tenant, item, body);
    order.updatedDate = tenant.now();
    tenant.touch();
  };
  router.get('/v1/order-line-items/:id', (req, res) => {
    const { order, item } = find(req.params.id);
    res.json({ success: true, orderLineItem: { ...lineItemView(tenant, item, order), fulfillments: [] } });
  });
  router.put('/v1/order-line-items/:id', (req, res) => {
    change(req.params.id, parse(lineItemChangeSchema, req.body, resource.order));
    res.json({ success: true });
  });
  router.post('/v1/order-line-items/bulk', (req, res) => {
    const { orderLineItems } = parse(lineItemsChangeSchema, req.body, resource.order);
    for (const { id } of orderLineItems) find(id);
    for (const { id, ...body } of orderLineItems) change(id, body);
    res.json({ success: true });
  });
  return router;
}
