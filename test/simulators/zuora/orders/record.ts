import { resource } from '../protocol/errors.ts';
import { customFields } from '../protocol/parse.ts';
import type { SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import type { Change } from './booking.ts';
import type { OrderRecord } from './model.ts';
import type { OrderAction } from './schema/actions.ts';
import type { OrderPart, OrderRequest } from './schema/order.ts';
import type { PlanRequest } from './schema/plan.ts';

type Part = OrderRecord['subscriptions'][number];

/** Fields of the record that an order gives itself. */
export const described = (tenant: Tenant, request: OrderRequest) => ({
  orderDate: request.orderDate,
  category: request.category ?? 'NewSales',
  description: request.description ?? null,
  reasonCode: request.reasonCode ?? null,
  externallyManagedBy: request.externallyManagedBy ?? null,
  customFields: customFields(request.customFields ?? {}, tenant.customFields.order, resource.order),
  schedulingOptions: request.schedulingOptions
    ? { scheduledDate: request.schedulingOptions.scheduledDate, scheduledDatePolicy: 'SpecificDate' }
    : null,
});

const actionOf = (tenant: Tenant, action: object & { type: string; customFields?: unknown }, sequence: number) => ({
  ...action,
  id: tenant.newId(),
  sequence,
  customFields: customFields(
    (action.customFields ?? {}) as Record<string, unknown>,
    tenant.customFields.orderAction,
    resource.order,
  ),
});

const partOf = (tenant: Tenant, part: OrderPart, actions: readonly { type: string }[]) => ({
  customFields: (part.customFields ?? {}) as Part['customFields'],
  quote: (part.quote ?? {}) as Part['quote'],
  ramp: part.ramp ?? null,
  orderActions: actions.map((action, sequence) => actionOf(tenant, action, sequence)),
});

/** Parts of an order that is not carried out yet, as reads show them; a new subscription may have no number yet. */
export const planned = (tenant: Tenant, request: OrderRequest): Part[] =>
  (request.subscriptions ?? []).map((part) => {
    const first = part.orderActions[0]!;
    const own = first.type === 'CreateSubscription' ? first.createSubscription.subscriptionNumber : undefined;
    return {
      subscriptionNumber: own ?? part.subscriptionNumber ?? '',
      baseVersion: null,
      newVersion: null,
      ...partOf(tenant, part, part.orderActions),
    };
  });

/** Actions with the ids of the rate plans that they sold, which stand in the subscription in the order of the actions. */
function withPlanIds(actions: readonly OrderAction[], base: SubscriptionVersion | null, next: SubscriptionVersion) {
  const known = new Set((base?.ratePlans ?? []).map((plan) => plan.subscriptionRatePlanNumber));
  const sold = next.ratePlans.filter((plan) => !known.has(plan.subscriptionRatePlanNumber)).values();
  const identified = (plan: PlanRequest) => ({ ...plan, newRatePlanId: sold.next().value?.id ?? null });
  return actions.map((action) => {
    if (action.type === 'CreateSubscription') {
      const subscribeToRatePlans = action.createSubscription.subscribeToRatePlans?.map(identified);
      return { ...action, createSubscription: { ...action.createSubscription, subscribeToRatePlans } };
    }
    if (action.type === 'AddProduct') return { ...action, addProduct: identified(action.addProduct) };
    if (action.type !== 'ChangePlan') return action;
    const newProductRatePlan = identified(action.changePlan.newProductRatePlan);
    return { ...action, changePlan: { ...action.changePlan, newProductRatePlan } };
  });
}

/** Parts of an order that was carried out. */
export const carriedOut = (tenant: Tenant, changes: readonly Change[]): Part[] =>
  changes.map(({ base, next, part }) => ({
    subscriptionNumber: next.number,
    baseVersion: base?.version ?? null,
    newVersion: next.version,
    ...partOf(tenant, part, withPlanIds(part.orderActions, base, next)),
  }));
