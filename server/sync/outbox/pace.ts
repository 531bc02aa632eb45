/** When rows are written: few calls while many rows come in or the API budget runs low, at once otherwise. */
export type Pace = {
  /** Least time between two flushes, ms. */
  windowMs: number;
  /** Rows that are not kept waiting for the window. */
  flushRows: number;
};

const LEAST_WINDOW_MS = 200;
const MOST_WINDOW_MS = 2000;
const ROWS_PER_CALL = 200;
/** Rows a second from which on the window widens. */
const CALM_ROWS_PER_SECOND = 80;
/** Share of the daily API calls from which on the window widens, and at which it is widest. */
const BUDGET_FROM = 0.5;
const BUDGET_TO = 0.8;

/**
 * @param rowsPerSecond rows that lately came in
 * @param usage API calls used and allowed in the last 24 hours; null when unknown
 */
export function paceOf(rowsPerSecond: number, usage: { used: number; limit: number } | null): Pace {
  const byLoad = (rowsPerSecond / CALM_ROWS_PER_SECOND) * LEAST_WINDOW_MS;
  const share = usage && usage.limit > 0 ? usage.used / usage.limit : 0;
  const spent = Math.min(1, Math.max(0, (share - BUDGET_FROM) / (BUDGET_TO - BUDGET_FROM)));
  const byBudget = LEAST_WINDOW_MS + spent * (MOST_WINDOW_MS - LEAST_WINDOW_MS);
  const windowMs = Math.round(Math.min(MOST_WINDOW_MS, Math.max(LEAST_WINDOW_MS, byLoad, byBudget)));
  return { windowMs, flushRows: Math.round((windowMs / LEAST_WINDOW_MS) * ROWS_PER_CALL) };
}
