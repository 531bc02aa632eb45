/** Full jitter. @returns ms to wait after try `attempt`: at random between 0 and base × 2^(attempt − 1), at most `capMs` */
export function backoffMs(attempt: number, baseMs: number, capMs: number, random: () => number = Math.random): number {
  const whole = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(whole * random());
}
