import express from 'express';
import type { OrderRecord } from '../orders/model.ts';
import { notFound } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import type { Tenant } from '../tenant.ts';

const shownTypes = ['AddProduct', 'UpdateProduct', 'RemoveProduct'];

/** The order that last changed a rate plan, as `GET /v1/rateplans/{id}` has it; null for one that never was. */
function orderOf(order: OrderRecord | undefined, number: string): Record<string, unknown> | null {
  const part = order?.subscriptions.find((one) => one.subscriptionNumber === number);
  const actions = (part?.orderActions ?? []).filter((one) => shownTypes.includes(one.type));
  if (!order || actions.length === 0) return null;
  return { id: order.id, orderNumber: order.orderNumber, orderActions: actions };
}

/** `GET /v1/rateplans/{id}`: a rate plan of a subscription, with what the order did that last changed it. */
export function ratePlanRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.get('/v1/rateplans/:id', (req, res) => {
    onlyQuery(req, []);
    const { id } = req.params;
    for (const subscription of tenant.data.subscriptions) {
      const plan = subscription.ratePlans.find((one) => one.id === id);
      if (!plan) continue;
      const product = tenant.one('productRatePlans', plan.productRatePlanId);
      const { name, sku } = tenant.one('products', product.productId);
      return void res.json({
        success: true,
        id,
        lastChangeType: plan.lastChangeType,
        productId: product.productId,
        productName: name,
        productSku: sku,
        productRatePlanId: plan.productRatePlanId,
        ratePlanName: plan.name,
        subscriptionId: subscription.id,
        subscriptionVersion: subscription.version,
        externallyManagedPlanId: plan.externallyManagedPlanId,
        amendment: null,
        order: orderOf(tenant.by('orders', 'orderNumber', subscription.orderNumber)[0], subscription.number),
      });
    }
    throw notFound(id);
  });
  return router;
}
