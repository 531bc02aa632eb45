import * as z from 'zod';
import { emit } from '../callouts/emit.ts';
import { fromNow, keyOf } from '../metrics/change.ts';
import { category, notSimulated, ZuoraError } from '../protocol/errors.ts';
import { dateField } from '../protocol/parse.ts';
import type { RatePlan, Segment, SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { nextVersion } from './booking.ts';
import type { OrderRecord } from './model.ts';
import { renumber } from './segments.ts';

/** Six digits that name reverts in error codes (seen live: 70770022, 70770030). */
export const revertResource = 707700;

export const revertSchema = z.strictObject({ orderDate: dateField });

const refuse = (message: string): never => {
  throw new ZuoraError(category.rule, message, revertResource);
};

/** Shrinks a segment to nothing, so that the next bill run gives back what was billed for it. */
const undone = (segment: Segment): Segment => ({ ...segment, effectiveEndDate: segment.effectiveStartDate });

/** Segments as they were, with what was billed since; new ones stay only where something has to be given back. */
function revertedSegments(before: readonly Segment[], now: readonly Segment[]): Segment[] {
  const keys = new Set(before.map(keyOf));
  const restored = before.map((old): Segment => {
    const current = now.findLast((one) => keyOf(one) === keyOf(old));
    return { ...old, chargedThroughDate: current?.chargedThroughDate ?? old.chargedThroughDate };
  });
  return [...restored, ...now.filter((one) => !keys.has(keyOf(one)) && one.chargedThroughDate !== null).map(undone)];
}

function revertedPlans(before: readonly RatePlan[], now: readonly RatePlan[]): RatePlan[] {
  return now.map((plan): RatePlan => {
    const old = before.find((one) => one.subscriptionRatePlanNumber === plan.subscriptionRatePlanNumber);
    if (!old) return { ...plan, lastChangeType: 'Remove', segments: plan.segments.map(undone) };
    return { ...old, segments: revertedSegments(old.segments, plan.segments) };
  });
}

/** A version after `latest` in which everything is as it was in `base`. */
function versionLike(
  tenant: Tenant,
  base: SubscriptionVersion,
  latest: SubscriptionVersion,
  order: { orderNumber: string; orderDate: string },
): SubscriptionVersion {
  const restored = { ...base, version: latest.version, ratePlans: revertedPlans(base.ratePlans, latest.ratePlans) };
  const next = nextVersion(tenant, restored, order);
  for (const plan of next.ratePlans) renumber(plan);
  fromNow(latest, next);
  return next;
}

/**
 * Reverts a completed order by another one that brings its subscriptions back to what they were (Zuora docs, "Revert
 * an order"); only while it is the last one that changed them.
 */
export function revertOrder(tenant: Tenant, order: OrderRecord, orderDate: string): OrderRecord {
  if (order.status !== 'Completed') return refuse(`An order with status ${order.status} cannot be reverted.`);
  const pairs = order.subscriptions.map(({ subscriptionNumber, baseVersion, newVersion }) => {
    const versions = tenant.by('subscriptions', 'number', subscriptionNumber);
    const latest = versions.at(-1)!;
    if (latest.version !== newVersion) return refuse(`Subscription ${subscriptionNumber} has a later version.`);
    const base = versions.find((one) => one.version === baseVersion);
    return base
      ? { base, latest }
      : notSimulated(tenant.ctx.calls, 'orders: revert of an order that created a subscription');
  });
  if (order.orderLineItems.length > 0) notSimulated(tenant.ctx.calls, 'orders: revert of order line items');
  const at = tenant.now();
  const made: OrderRecord = {
    ...structuredClone(order),
    id: tenant.newId(),
    orderNumber: tenant.number('O-'),
    orderDate,
    customFields: {},
    createdDate: at,
    updatedDate: at,
  };
  const versions = pairs.map(({ base, latest }) => versionLike(tenant, base, latest, made));
  made.subscriptions = versions.map((next) => ({
    subscriptionNumber: next.number,
    baseVersion: next.version - 1,
    newVersion: next.version,
    customFields: {},
    quote: {},
    ramp: null,
    orderActions: [],
  }));
  Object.assign(order, { status: 'Reverted', updatedDate: at });
  tenant.data.subscriptions.push(...versions);
  tenant.data.orders.push(made);
  tenant.touch();
  emit(tenant, 'OrderProcessed', tenant.account(order.accountId), { orderNumber: made.orderNumber });
  return made;
}
