import type { Backfill } from './store.ts';

/** How far a backfill is, for people and for `--json`. */
export type BackfillProgress = {
  connection: string;
  state: Backfill['state'];
  reason: string;
  /** Parts that are read; empty for all. */
  parts: readonly string[];
  rewrite: boolean;
  worked: number;
  /** null while nobody knows. */
  total: number | null;
  remaining: number | null;
  ratePerSecond: number;
  /** At this rate; null while it is not known, and once it is over. */
  secondsLeft: number | null;
  /** Why it does not get on; empty while it does. */
  message: string;
  startedAt: string;
  endedAt: string | null;
};

export function progressOf(backfill: Backfill): BackfillProgress {
  const { connection, state, reason, parts, rewrite, worked, total, rate, message, startedAt, endedAt } = backfill;
  const remaining = total === null ? null : Math.max(0, total - worked);
  const known = endedAt === null && remaining !== null && rate > 0;
  return {
    connection,
    state,
    reason,
    parts,
    rewrite,
    worked,
    total,
    remaining,
    ratePerSecond: Math.round(rate * 10) / 10,
    secondsLeft: known ? Math.ceil(remaining / rate) : null,
    message,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** @returns one line, such as `1,200 of about 5,000 billing accounts read, 24 a second` */
export function progressInWords({ state, worked, listed, total, rate }: Backfill): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const of =
    total === null ? `${number(listed)} found so far` : `${state === 'Listing' ? 'about ' : ''}${number(total)}`;
  return `${number(worked)} of ${of} billing accounts read, ${Math.round(rate)} a second`;
}
