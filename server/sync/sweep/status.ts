import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { ANEW, FIRST } from '../backfill/first.ts';
import { refusedInWords } from '../connections/refused.ts';
import type { ConnectionStatus } from '../../workflows/ports/sweep.ts';

/** Lag from which a connection counts as delayed, seconds. */
const DELAYED_SECONDS = 120;
/** Sweeps that may fail in a row before it does. */
const FAILURES_UNNOTICED = 2;
/** While everything is read, by the reason why. */
const FILLING: Readonly<Record<string, string>> = {
  [FIRST]: 'Everything is being read for the first time; figures are not complete yet.',
  [ANEW]: 'Changes were missed, so everything is being read anew; figures may be behind until that is done.',
};

/** Reads how a connection stands. */
export async function statusOf(db: Db, connection: string): Promise<ConnectionStatus> {
  const { rows } = await sql<{
    checked_through: Date | null;
    failures: number;
    broken: boolean;
    message: string;
    lag: number;
    state: 'Connected' | 'Broken' | 'Paused';
    reason: string;
    filling: string | null;
    refused: string[];
  }>`
    select c.checked_through, coalesce(c.failures, 0) as failures, coalesce(c.broken, false) as broken,
      coalesce(c.message, '') as message,
      coalesce((select floor(extract(epoch from now() - min(received_at)))::int from inbox
        where connection = ${connection} and done_at is null
          -- What waits for an object that is not there yet, or to be looked at again, is no lag.
          and not exists (select from dirty where dirty.key = inbox.key and attempt = 0 and quarantined_at is null
            and not_before > now() + interval '1 s')), 0) as lag,
      coalesce(s.state, 'Connected') as state, coalesce(s.reason, '') as reason,
      (select reason from backfill where connection = ${connection} and reason in (${sql.join(Object.keys(FILLING))})
        and ended_at is null) as filling,
      (select coalesce(array_agg(what order by what), '{}') from connection_refused
        where connection = ${connection}) as refused
    from (select 1) as one left join sweep_cursor c on c.connection = ${connection}
    left join connection s on s.name = ${connection}`.execute(db);
  const { checked_through: checkedThrough, lag, state, reason, filling, refused, ...row } = rows[0]!;
  const lagSeconds = Math.max(0, lag);
  if (state !== 'Connected') return { connection, checkedThrough, lagSeconds, state, message: reason };
  if (filling !== null && row.failures <= FAILURES_UNNOTICED)
    return { connection, checkedThrough, lagSeconds, state: 'Delayed', message: FILLING[filling] ?? filling };
  const status = toStatus(connection, { ...row, checkedThrough, lagSeconds });
  const message = [status.message, refusedInWords(refused)].filter((text) => text !== '').join(' ');
  return { ...status, message };
}

/** What the last sweeps and the events that wait say about a connection. */
export function toStatus(
  connection: string,
  row: { checkedThrough: Date | null; failures: number; broken: boolean; message: string; lagSeconds: number },
): ConnectionStatus {
  const { checkedThrough, lagSeconds } = row;
  const base = { connection, checkedThrough, lagSeconds };
  if (row.broken) return { ...base, state: 'Broken', message: row.message };
  if (row.failures > FAILURES_UNNOTICED) return { ...base, state: 'Delayed', message: row.message };
  if (lagSeconds > DELAYED_SECONDS)
    return { ...base, state: 'Delayed', message: 'Changes are waiting to be worked off; figures may be behind.' };
  return { ...base, state: 'Connected', message: '' };
}
