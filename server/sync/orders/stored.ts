import type { DealOrder } from '../../workflows/ports/orders.ts';

/** What an older build did not store. */
const LATER: Pick<DealOrder, 'tasks' | 'approvals' | 'changedBy' | 'discrepancy'> = {
  tasks: [],
  approvals: [],
  changedBy: [],
  discrepancy: null,
};

/** @param body as a build of any age stored it */
export const toDealOrder = (body: unknown): DealOrder => ({ ...LATER, ...(body as DealOrder) });
