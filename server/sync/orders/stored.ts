import type { Order } from '../../domain/order/order.ts';
import type { DealOrder } from '../../workflows/ports/orders.ts';

/** What an older build did not store. */
const LATER: Pick<DealOrder, 'tasks' | 'approvals' | 'changedBy' | 'discrepancy'> = {
  tasks: [],
  approvals: [],
  changedBy: [],
  discrepancy: null,
};

/** An order as an older build stored it, which was of one subscription. */
type OfOne = Order & { subscriptionNumber?: string };

function toOrder({ subscriptionNumber, actions, ...rest }: OfOne): Order {
  if (subscriptionNumber === undefined) return { ...rest, actions };
  return { ...rest, actions: actions.map((action) => ({ ...action, subscriptionNumber })) };
}

/** @param body as a build of any age stored it */
export function toDealOrder(body: unknown): DealOrder {
  const stored = body as DealOrder;
  return { ...LATER, ...stored, order: stored.order && toOrder(stored.order) };
}
