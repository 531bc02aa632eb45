export type Interval = 'day' | 'week' | 'month' | 'year';

const daySeconds = 86_400;

/**
 * `from` plus `count` intervals, in seconds since 1970, UTC. A month that is too short gives its last day: 31 January
 * plus one month is 28 or 29 February (Stripe docs, "Billing cycle").
 */
export function addIntervals(from: number, interval: Interval, count: number): number {
  if (interval === 'day' || interval === 'week') return from + count * daySeconds * (interval === 'week' ? 7 : 1);
  const date = new Date(from * 1000);
  const months = date.getUTCMonth() + count * (interval === 'year' ? 12 : 1);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() / 1000;
}

/** The period that contains `at`, of those that are counted from `anchor` in both directions. */
export function periodAround(
  anchor: number,
  interval: Interval,
  count: number,
  at: number,
): { start: number; end: number } {
  const longest = { day: 1, week: 7, month: 31, year: 366 }[interval] * count * daySeconds;
  let periods = Math.floor((at - anchor) / longest) - 1;
  while (addIntervals(anchor, interval, periods * count) <= at) periods++;
  return {
    start: addIntervals(anchor, interval, (periods - 1) * count),
    end: addIntervals(anchor, interval, periods * count),
  };
}
