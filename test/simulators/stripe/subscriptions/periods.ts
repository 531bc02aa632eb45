import type { Price, Subscription, SubscriptionItem } from '../protocol/wire.ts';
import { periodAround, type Interval } from '../time/calendar.ts';
import type { World } from '../world.ts';
import { itemsOf } from './items.ts';

export type Period = { start: number; end: number };
type Priced = { price: Pick<Price, 'recurring'> };

export const periodEnd = (world: World, subscription: Subscription): number =>
  Math.min(...itemsOf(world, subscription).map((item) => item.current_period_end));

/** The whole period of a price that contains `at`, counted from the subscription's anchor. */
export function wholePeriod({ price }: Priced, anchor: number, at: number): Period {
  const { interval = 'month', interval_count: count = 1 } = price.recurring ?? {};
  return periodAround(anchor, interval as Interval, count, at);
}

/**
 * The period of a price that begins at `at`. An anchor that lies ahead ends the first one, even if that is more than an
 * interval away.
 */
export function periodOf(item: Priced, anchor: number, at: number): Period {
  return { start: at, end: at < anchor ? anchor : wholePeriod(item, anchor, at).end };
}

/** Periods of all items begin anew at `at`, which becomes the anchor. */
export function restartPeriods(world: World, one: Subscription, at: number): void {
  one.billing_cycle_anchor = at;
  for (const item of itemsOf(world, one)) setPeriod(item, periodOf(item, at, at));
}

export function setPeriod(item: SubscriptionItem, period: Period): void {
  item.current_period_start = period.start;
  item.current_period_end = period.end;
}
