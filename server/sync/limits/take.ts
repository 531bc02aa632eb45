import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { PREPARED } from '../../platform/db/prepared.ts';
import type { RateLimit } from '../../workflows/ports/upstream.ts';

/** A share that was lowered rises by so much a second until the configured limit is in force again. */
const SHARE_RISES_PER_SECOND = 1 / 60;
/** Others wait so long for the one call that finds out whether an upstream works again, ms; no call takes longer. */
const PROBE_MS = 35_000;

export const databaseClock = sql<Date>`clock_timestamp()`;

export type Asked = {
  upstream: string;
  /** Name of the class of calls. */
  callClass: string;
  rates: readonly RateLimit[];
  /** How many calls want to go; 0 only tells how many are under way. */
  calls: number;
  /** Share (0..1) of each limit that is left to work of a higher priority. */
  kept: number;
  /** Most calls of the class that may be under way; null for any number. */
  inFlight: number | null;
  /** This process, how many calls of the class it has under way, and how long the others believe it, ms. */
  process: string;
  held: number;
  leaseMs: number;
};

export type Granted = {
  granted: number;
  /** Time until asking again is worth it, ms; 0 when everything was granted. */
  waitMs: number;
  /** Set when the upstream is left alone: it asked for it (`hold`) or does not answer (`open`). */
  stopped: 'hold' | 'open' | null;
  /** Outages in a row up to now. */
  failures: number;
  /** Why it is left alone, for people. */
  reason: string;
};

export const rowNameOf = (upstream: string, name: string | null): string =>
  name === null ? upstream : `${upstream}:${name}`;

/** Makes the rows of an upstream that are not there yet. */
export async function addRows(db: Db, names: readonly string[]): Promise<void> {
  await sql`insert into upstream (name) select name from unnest(${[...names]}::text[]) as wanted (name)
    order by name collate "C" on conflict do nothing`.execute(db);
}

/** Names of all rows that calls of a class take from: the upstream, the class, and each of its limits. */
export function rowsOf(upstream: string, callClass: string, rates: readonly RateLimit[]): string[] {
  return [
    ...new Set([upstream, rowNameOf(upstream, callClass), ...rates.map(({ name }) => rowNameOf(upstream, name))]),
  ];
}

/**
 * Takes as many calls as may go now, at most those asked for, in one statement: from the bucket of every limit, and from
 * what may be under way. Rows are locked in the order of their names.
 * @param clock the database's clock; another one for tests
 */
export async function take(db: Db, asked: Asked, clock: RawBuilder<Date> = databaseClock): Promise<Granted> {
  const { upstream, callClass, rates, process } = asked;
  const names = rowsOf(upstream, callClass, rates);
  const limits = names.map((name) => rates.find((rate) => rowNameOf(upstream, rate.name) === name));
  // What may go at once and what is added meanwhile are no more than the limit together, in any stretch of its time.
  const perSecond = limits.map((limit) => (limit ? (limit.calls - limit.burst) / limit.perSeconds : null));
  const bursts = limits.map((limit) => limit?.burst ?? null);
  const { rows } = await sql<Granted>`${PREPARED}
    with clock as materialized (select ${clock} as at),
    locked as materialized (
      select u.*, w.per_second, w.burst
      from upstream u
      join unnest(${names}::text[], ${perSecond}::float8[], ${bursts}::float8[]) as w (name, per_second, burst) using (name)
      order by u.name collate "C" for update of u
    ),
    passed as (
      select l.*, 
        -- Whoever waited for the lock looked at the clock before; a clock that was set back begins anew from there.
        case when filled_at > clock.at + interval '5 s' then clock.at else greatest(clock.at, filled_at) end as at, greatest(0, extract(epoch from clock.at - filled_at))::float8 as seconds
      from locked l, clock
    ),
    state as (
      select p.*, least(1, share + seconds * ${SHARE_RISES_PER_SECOND}) as new_share,
        least(burst, coalesce(tokens, burst) + seconds * per_second * share) as filled,
        -- What has to be there for one call: the call, and what is left to others.
        1 + greatest(0, burst - 1) * ${asked.kept}::float8 as needed,
        (select coalesce(sum((other.value ->> 'held')::int), 0) from jsonb_each(in_flight) as other
          where other.key <> ${process} and (other.value ->> 'until')::float8 > extract(epoch from at)) as others
      from passed p
    ),
    room as (
      select
        max(extract(epoch from hold_until - at)) filter (where hold_until > at) as hold,
        max(extract(epoch from open_until - at)) filter (where open_until > at) as open,
        max(extract(epoch from probe_until - at)) filter (where open_until <= at and probe_until > at) as probing,
        bool_or(open_until is not null) as half_open,
        min(floor(filled - needed + 1 + 1e-9)) as tokens,
        -- At least one call may be under way however low the share is.
        min(case when ${asked.inFlight}::int is not null then
            greatest(1, floor(${asked.inFlight}::float8 * (1 - ${asked.kept}::float8) * new_share)) - others - ${asked.held}::int end)
          filter (where name = ${rowNameOf(upstream, callClass)}) as places,
        max(failures) as failures,
        coalesce(max(reason) filter (where hold_until > at or open_until is not null), '') as reason
      from state
    ),
    verdict as (
      select *, case when coalesce(hold, open, probing) is not null then 0
        else greatest(0, least(${asked.calls}::int, tokens, places, case when half_open then 1 end)) end::int as granted
      from room
    ),
    written as (
      update upstream u set
        tokens = case when state.burst is null then u.tokens else state.filled - verdict.granted end,
        filled_at = state.at,
        share = state.new_share,
        probe_until = case when state.open_until is not null and verdict.granted > 0
          then state.at + ${PROBE_MS} * interval '1 ms' else u.probe_until end,
        in_flight = case when ${asked.inFlight}::int is null or u.name <> ${rowNameOf(upstream, callClass)} then u.in_flight
          else (select coalesce(jsonb_object_agg(other.key, other.value), '{}') from jsonb_each(state.in_flight) as other
              where other.key <> ${process} and (other.value ->> 'until')::float8 > extract(epoch from state.at))
            || case when ${asked.held}::int + verdict.granted = 0 then '{}'
              else jsonb_build_object(${process}::text, jsonb_build_object('held', ${asked.held}::int + verdict.granted,
                'until', extract(epoch from state.at) + ${asked.leaseMs}::float8 / 1000)) end end
      from state, verdict where u.name = state.name
      returning 1
    )
    select granted, failures, reason,
      case when hold is not null then 'hold' when open is not null or probing is not null then 'open' end as stopped,
      case when granted = ${asked.calls}::int then 0
        else ceil(1000 * coalesce(greatest(hold, open, case when probing is not null then least(probing, 1) end), greatest(empty, case when places <= granted then 0.05 end), 0.01))
      end::float8 as "waitMs"
    from verdict, (select count(*) from written) as done,
      lateral (select max((needed + granted - filled) / (per_second * new_share)) as empty from state
        where filled < needed + granted) as bucket`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('Taking from the limits of an upstream gave no row.');
  return row;
}
