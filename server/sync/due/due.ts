import { today } from '../../domain/time/instant.ts';
import type { Log } from '../../platform/log.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import { repeat } from '../repeat.ts';
import type { DueStore } from './take.ts';

export type DueOptions = {
  store: DueStore;
  clock: Clock;
  /** IANA name of the zone that business days are counted in. */
  timeZone: string;
  log: Log;
  /** Told when keys were made dirty. */
  onDue?: () => void;
  everyMs?: number;
};

export type DueTicker = {
  start(): void;
  stop(): Promise<void>;
  /** Makes every Account dirty whose rows differ by now without any event. @returns how many */
  tick(): Promise<number>;
};

const MOST_AT_ONCE = 1000;

/** Watches business days: an invoice falls overdue, a trial ends, a discount runs out. Business time may jump. */
export function createDueTicker({
  store,
  clock,
  timeZone,
  log,
  onDue = () => {},
  everyMs = 1000,
}: DueOptions): DueTicker {
  async function tick(): Promise<number> {
    const day = today(clock.businessNow(), timeZone);
    const count = await store.takeDue(day, MOST_AT_ONCE);
    if (count > 0) onDue();
    return count;
  }

  const loop = repeat(
    async () => void (await tick()),
    everyMs,
    (error) => log.warn({ err: error }, 'Due dates could not be looked at'),
  );

  return {
    start: () => loop.start(),
    stop: () => loop.stop(),
    tick,
  };
}
