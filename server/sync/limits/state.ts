import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { databaseClock } from './take.ts';

/** An upstream that does not answer is asked again after a time at random up to this, which doubles with each try, ms. */
const OPEN_BASE_MS = 1_000;
/** It is a minute at most during the first half hour or so, and five afterwards. */
const OPEN_CAP_MS = 60_000;
const LONG_AFTER_TRIES = 60;
const LONG_OPEN_CAP_MS = 300_000;
/** However often an upstream asks for fewer calls, some go. */
const LEAST_SHARE = 1 / 32;
/** Refusals of calls that went together are one reason to go slower, ms. */
const LOWERED_ONCE_IN_MS = 1_000;

/**
 * Halves what is in force of a limit, and leaves it alone for as long as it asked. @param name row of the limit
 */
export async function slowDown(
  db: Db,
  name: string,
  waitMs: number | null,
  reason: string,
  clock: RawBuilder<Date> = databaseClock,
): Promise<void> {
  await sql`
    with clock as (select ${clock} as at)
    update upstream set
      share = case when lowered_at > at - ${LOWERED_ONCE_IN_MS} * interval '1 ms' then share
        else greatest(${LEAST_SHARE}::float8, share / 2) end,
      lowered_at = case when lowered_at > at - ${LOWERED_ONCE_IN_MS} * interval '1 ms' then lowered_at else at end,
      -- What was saved up is gone, or the next burst would be refused again.
      tokens = least(tokens, 0),
      hold_until = greatest(hold_until, at + ${waitMs}::float8 * interval '1 ms'),
      reason = case when ${waitMs}::float8 is null then reason else ${reason} end
    from clock where name = ${name}`.execute(db);
}

/**
 * Counts an outage; from the `breakerAfter`th in a row on the upstream is left alone for a while, longer each time.
 * @param random full jitter: a number from 0 to 1
 */
export async function countOutage(
  db: Db,
  upstream: string,
  breakerAfter: number,
  reason: string,
  random: () => number = Math.random,
  clock: RawBuilder<Date> = databaseClock,
): Promise<void> {
  const jitter = random();
  await sql`
    with clock as (select ${clock} as at),
    before as (
      -- Calls that were under way when it was found out do not count: they would make the wait longer.
      select name, failures + 1 as failures, failures + 1 - ${breakerAfter}::int as tries
      from upstream where name = ${upstream} and (open_until is null or open_until <= ${clock}) for update
    )
    update upstream u set
      failures = before.failures,
      probe_until = null,
      open_until = case when tries < 0 then u.open_until
        else at + ${jitter}::float8 * interval '1 ms' * least(
          case when tries < ${LONG_AFTER_TRIES}::int then ${OPEN_CAP_MS}::float8 else ${LONG_OPEN_CAP_MS}::float8 end,
          ${OPEN_BASE_MS}::float8 * 2 ^ least(20, tries)) end,
      reason = ${reason}
    from before, clock where u.name = before.name`.execute(db);
}

/** Ends what outages began: the upstream answers. */
export async function countAnswer(db: Db, upstream: string): Promise<void> {
  await sql`update upstream set failures = 0, open_until = null, probe_until = null,
    reason = case when hold_until > clock_timestamp() then reason else '' end
    where name = ${upstream} and (failures > 0 or open_until is not null)`.execute(db);
}

/** How an upstream, a limit or a class of calls of it is doing when it is not called as usual. */
export type Trouble = { name: string; state: 'hold' | 'open'; seconds: number; reason: string };

/** @returns what is left alone now, and for how long yet */
export async function troubles(db: Db): Promise<Trouble[]> {
  const { rows } = await sql<Trouble>`
    select name, reason, case when open_until is not null then 'open' else 'hold' end as state,
      greatest(0, ceil(extract(epoch from greatest(hold_until, open_until) - now())))::int as seconds
    from upstream where hold_until > now() or open_until is not null order by name collate "C"`.execute(db);
  return rows;
}
