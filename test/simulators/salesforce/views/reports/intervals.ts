import { periodOf } from '../../soql/dateLiterals.ts';

/** Standard date ranges as date literals, first and last of the range (Metadata API Developer Guide, "UserDateInterval"). */
const LITERALS: Readonly<Record<string, readonly [string, string]>> = {
  INTERVAL_YESTERDAY: ['YESTERDAY', 'YESTERDAY'],
  INTERVAL_TODAY: ['TODAY', 'TODAY'],
  INTERVAL_TOMORROW: ['TOMORROW', 'TOMORROW'],
  INTERVAL_LASTWEEK: ['LAST_WEEK', 'LAST_WEEK'],
  INTERVAL_THISWEEK: ['THIS_WEEK', 'THIS_WEEK'],
  INTERVAL_NEXTWEEK: ['NEXT_WEEK', 'NEXT_WEEK'],
  INTERVAL_LASTMONTH: ['LAST_MONTH', 'LAST_MONTH'],
  INTERVAL_THISMONTH: ['THIS_MONTH', 'THIS_MONTH'],
  INTERVAL_NEXTMONTH: ['NEXT_MONTH', 'NEXT_MONTH'],
  INTERVAL_LASTTHISMONTH: ['LAST_MONTH', 'THIS_MONTH'],
  INTERVAL_THISNEXTMONTH: ['THIS_MONTH', 'NEXT_MONTH'],
  INTERVAL_CURRENTQ: ['THIS_QUARTER', 'THIS_QUARTER'],
  INTERVAL_CURNEXTQ: ['THIS_QUARTER', 'NEXT_QUARTER'],
  INTERVAL_CURPREVQ: ['LAST_QUARTER', 'THIS_QUARTER'],
  INTERVAL_NEXTQ: ['NEXT_QUARTER', 'NEXT_QUARTER'],
  INTERVAL_PREVQ: ['LAST_QUARTER', 'LAST_QUARTER'],
  INTERVAL_CURNEXT3Q: ['THIS_QUARTER', 'NEXT_N_QUARTERS:3'],
  INTERVAL_CURY: ['THIS_YEAR', 'THIS_YEAR'],
  INTERVAL_PREVY: ['LAST_YEAR', 'LAST_YEAR'],
  INTERVAL_NEXTY: ['NEXT_YEAR', 'NEXT_YEAR'],
  INTERVAL_PREVCURY: ['LAST_YEAR', 'THIS_YEAR'],
  INTERVAL_CURNEXTY: ['THIS_YEAR', 'NEXT_YEAR'],
  ...Object.fromEntries(
    [7, 30, 60, 90, 120].flatMap((days) => [
      [`INTERVAL_LAST${days}`, [`LAST_N_DAYS:${days}`, 'TODAY'] as const],
      [`INTERVAL_NEXT${days}`, ['TODAY', `NEXT_N_DAYS:${days}`] as const],
    ]),
  ),
};

export const isInterval = (name: string): boolean => name === 'INTERVAL_CUSTOM' || name in LITERALS;

/** First and last day of a standard date range; not for `INTERVAL_CUSTOM`. */
export function intervalDays(name: string, now: Date): { start: string; end: string } {
  const [first, last] = LITERALS[name]!;
  const end = new Date(periodOf(last, now)!.to.getTime() - 86_400_000);
  return { start: periodOf(first, now)!.from.toISOString().slice(0, 10), end: end.toISOString().slice(0, 10) };
}
