import { MOST_ENTRIES, TIMELINE_DAYS } from '../../domain/timeline/timeline.ts';
import type { ZuoraClient } from './client.ts';
import { queryPages } from './paging.ts';
import { orderSchema, type ZuoraOrder } from './schema.ts';

const DAY_MS = 86_400_000;

/** Orders come with their actions (Zuora docs, "Expand, filter, fields, and sort"). */
export const WITH_ACTIONS = ['expand[]', 'orderActions'] as const;

/** @returns the moment from which on orders are told, for filters of Object Query */
export function ordersSince(now: Date): Date {
  return new Date(now.getTime() - (TIMELINE_DAYS + 1) * DAY_MS);
}

/**
 * Reads the orders of an account that the timeline goes back to, the newest.
 * @param now provider time
 * @throws Fault; also where the tenant has no orders, or its user may not read them
 */
export async function readOrders(client: ZuoraClient, accountId: string, now: Date): Promise<ZuoraOrder[]> {
  const orders: ZuoraOrder[] = [];
  const query = [
    ['filter[]', `accountid.EQ:${accountId}`],
    ['filter[]', `updateddate.GE:${ordersSince(now).toISOString().slice(0, 19)}Z`],
    ['sort[]', 'updateddate.desc'],
    WITH_ACTIONS,
  ] as const;
  for await (const page of queryPages(client, 'reading orders', 'orders', query, orderSchema)) {
    orders.push(...page.rows);
    if (orders.length >= MOST_ENTRIES) break;
  }
  return orders;
}
