import type { RawBuilder } from 'kysely';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { currentPriority } from '../../platform/priority.ts';
import type { UpstreamGate, UpstreamLimits, UpstreamSignal } from '../../workflows/ports/upstream.ts';
import { Line, TurnedAway } from './line.ts';
import { countAnswer, countOutage, slowDown } from './state.ts';
import { databaseClock, rowNameOf, type Granted } from './take.ts';

/** Those who were turned away come back at different times, within this, ms. */
const LEAST_SPREAD_MS = 1_000;
const MOST_SPREAD_MS = 20_000;

export type StoppableGate = UpstreamGate & { stop(): Promise<void> };

export type GateOptions = {
  /** Told when what an answer said could not be noted; the answer itself is not spoilt by it. */
  onTrouble?: (error: unknown) => void;
  /** For full jitter: a number from 0 to 1. */
  random?: () => number;
  /** The database's clock, for tests that own it. */
  clock?: () => RawBuilder<Date>;
};

/**
 * The gate of one upstream. What it allows, what asked for fewer calls and what does not answer is one row per limit in
 * the database, so that all processes keep to it together; times are those of the database's clock.
 */
export function createUpstreamGate(db: Db, limits: UpstreamLimits, options: GateOptions = {}): StoppableGate {
  const { onTrouble = () => {}, random = Math.random, clock = () => databaseClock } = options;
  const { upstream, breakerAfter } = limits;
  const lines = new Map<string, Line>();

  function lineOf(endpoint: string): Line {
    const callClass = limits.classOf(endpoint);
    let line = lines.get(callClass.name);
    if (line === undefined) {
      line = new Line(db, upstream, callClass, onTrouble, clock);
      lines.set(callClass.name, line);
    }
    return line;
  }

  function toFault({ granted: { stopped, waitMs, reason } }: TurnedAway): Fault {
    const spread = Math.min(MOST_SPREAD_MS, Math.max(LEAST_SPREAD_MS, waitMs));
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    const later = { retryAfterMs: Math.round(waitMs + random() * spread), notTried: true };
    if (stopped === 'open') {
      const publicText = `${upstream} does not answer and is asked again in ${seconds} s: ${reason}`;
      return new Fault({ code: 'upstream_open', kind: 'unavailable', publicText, ...later });
    }
    const publicText =
      stopped === 'hold'
        ? `${upstream} asked for a pause of ${seconds} s more: ${reason}`
        : `${upstream} is called as often as it may be; it is tried again.`;
    return new Fault({ code: 'upstream_full', kind: 'rate_limited', publicText, ...later });
  }

  async function note(signal: UpstreamSignal, { failures }: Granted, reason: string): Promise<void> {
    if (signal.kind === 'outage') {
      if (breakerAfter !== null) await countOutage(db, upstream, breakerAfter, reason, random, clock());
      return;
    }
    if (failures > 0 && breakerAfter !== null) await countAnswer(db, upstream);
    if (signal.kind === 'slow_down')
      await slowDown(db, rowNameOf(upstream, signal.limit), signal.waitMs, 'It asked for fewer calls.', clock());
    else if (signal.slower != null)
      await slowDown(db, rowNameOf(upstream, signal.slower), null, 'Its limit is nearly used up.', clock());
  }

  return {
    async run(endpoint, work, judge) {
      const line = lineOf(endpoint);
      const granted = await line.enter(currentPriority()).catch((error: unknown) => {
        throw error instanceof TurnedAway ? toFault(error) : error;
      });
      let signal: UpstreamSignal = { kind: 'outage' };
      let reason = 'The answer could not be read.';
      try {
        const answer = await work();
        signal = judge(answer);
        return answer;
      } catch (error) {
        reason = error instanceof Fault ? error.publicText : 'No answer came.';
        throw error;
      } finally {
        line.leave();
        await note(signal, granted, reason).catch(onTrouble);
      }
    },
    async stop() {
      for (const line of lines.values()) line.stop();
    },
  };
}
