import { invalid, missing } from './errors.ts';
import { integer, text, type Range } from './params.ts';
import type { List } from './wire.ts';
import type { World } from '../world.ts';

/** Parameters that every list takes. */
export const paging = { limit: integer, starting_after: text, ending_before: text };

export type Paging = { limit?: number; starting_after?: string; ending_before?: string };

/** Tables of the objects that filters of lists name. */
const filters = {
  charge: 'charges',
  customer: 'customers',
  invoice: 'invoices',
  meter: 'meters',
  payment_intent: 'paymentIntents',
  price: 'prices',
  product: 'products',
  subscription: 'subscriptions',
  test_clock: 'testClocks',
} as const;

/** @throws 400 when a filter names what never was; what was deleted may be named */
export function checkFilters(world: World, params: Record<string, unknown>): void {
  for (const [name, table] of Object.entries(filters)) {
    const id = params[name];
    if (typeof id === 'string' && !Object.hasOwn(world.state.deleted, id)) world.get(table, id, name);
  }
}

/** Whether a time is in a range of `created[gte]` and the like. */
export function within(at: number, range: Range | undefined): boolean {
  if (!range) return true;
  return (
    (range.gt === undefined || at > range.gt) &&
    (range.gte === undefined || at >= range.gte) &&
    (range.lt === undefined || at < range.lt) &&
    (range.lte === undefined || at <= range.lte)
  );
}

/**
 * One page, newest first; among those of the same second the one made last comes first.
 * @param rows in the order in which they were made
 * @param keep which rows the filters let through; a cursor may point at a row outside of them
 * @throws 400 for a limit outside 1 to 100, for two cursors, and for a cursor that is not there
 */
export function page<T extends { id: string; created: number }>(
  url: string,
  rows: readonly T[],
  keep: (row: T) => boolean,
  paging: Paging,
): List<T> {
  const limit = paging.limit ?? 10;
  if (limit < 1) throw invalid('This value must be greater than or equal to 1.', 'limit', 'parameter_invalid_integer');
  if (limit > 100) throw invalid('Limit must be at most 100.', 'limit', 'parameter_invalid_integer');
  const { starting_after: after, ending_before: before } = paging;
  if (after !== undefined && before !== undefined)
    throw invalid('You can only use one of starting_after and ending_before.', 'ending_before');
  const newest = rows.toReversed().sort((a, b) => b.created - a.created);
  const cursor = after ?? before;
  const at = cursor === undefined ? -1 : newest.findIndex((row) => row.id === cursor);
  if (cursor !== undefined && at < 0)
    throw missing('object', cursor, after === undefined ? 'ending_before' : 'starting_after');
  const side = before === undefined ? newest.slice(at + 1) : newest.slice(0, at);
  const kept = side.filter(keep);
  return {
    object: 'list',
    data: before === undefined ? kept.slice(0, limit) : kept.slice(-limit),
    has_more: kept.length > limit,
    url,
  };
}

/** A list inside an object: its first ten rows. */
export function inline<T>(url: string, rows: readonly T[], limit = 10): List<T> {
  return { object: 'list', data: rows.slice(0, limit), has_more: rows.length > limit, url };
}
