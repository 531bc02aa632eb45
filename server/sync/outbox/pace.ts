/** When rows are written: few calls while many rows come in or the API budget runs low, at once otherwise. */
export type Pace = {
  /** Least time between two flushes, ms. */
  windowMs: number;
  /** Rows that are not kept waiting for the window. */
  flushRows: number;
  /** Least time between two flushes with rows that can wait, ms; null while none of them is written. */
  batchWaitMs: number | null;
  /** True while nothing is written, because what is left of the budget is for others. */
  stopped: boolean;
};

const LEAST_WINDOW_MS = 200;
const MOST_WINDOW_MS = 2000;
const MOST_BATCH_WAIT_MS = 60_000;
const ROWS_PER_CALL = 200;
/** Rows a second from which on the window widens. */
const CALM_ROWS_PER_SECOND = 80;
/** Share of the daily API calls from which on rows slow down. */
const SLOWER_FROM = 0.5;
/** Rows that can wait stop so much of the budget before the others do. */
const BATCH_STOPS_EARLIER = 0.1;

/**
 * @param rowsPerSecond rows that lately came in
 * @param usage API calls used and allowed in the last 24 hours; null when unknown
 * @param reserve share (0..1) of the calls that is kept for others
 */
export function paceOf(rowsPerSecond: number, usage: { used: number; limit: number } | null, reserve: number): Pace {
  // In whole thousandths, so that 1 - 0.2 - 0.1 is 0.7.
  const stop = Math.round((1 - reserve) * 1000) / 1000;
  const share = usage && usage.limit > 0 ? usage.used / usage.limit : 0;
  const byLoad = (rowsPerSecond / CALM_ROWS_PER_SECOND) * LEAST_WINDOW_MS;
  const byBudget = LEAST_WINDOW_MS + spent(share, stop) * (MOST_WINDOW_MS - LEAST_WINDOW_MS);
  const windowMs = Math.round(Math.min(MOST_WINDOW_MS, Math.max(LEAST_WINDOW_MS, byLoad, byBudget)));
  const batchStop = Math.round((stop - BATCH_STOPS_EARLIER) * 1000) / 1000;
  return {
    windowMs,
    flushRows: Math.round((windowMs / LEAST_WINDOW_MS) * ROWS_PER_CALL),
    batchWaitMs: share >= batchStop ? null : Math.round(spent(share, batchStop) * MOST_BATCH_WAIT_MS),
    stopped: share >= stop,
  };
}

/** How far the usage has come on its way from where rows slow down to where they stop, 0 to 1. */
function spent(share: number, stop: number): number {
  if (share >= stop) return 1;
  return Math.max(0, (share - SLOWER_FROM) / (stop - SLOWER_FROM));
}
