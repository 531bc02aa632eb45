import { projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { today } from '../../domain/time/instant.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import { bumpKeys } from '../keys/bump.ts';

export type DueOptions = {
  db: Db;
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
export function createDueTicker({ db, clock, timeZone, log, onDue = () => {}, everyMs = 1000 }: DueOptions): DueTicker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();

  async function tick(): Promise<number> {
    const day = today(clock.businessNow(), timeZone);
    const due = await db
      .selectFrom('account_due')
      .select('account_id')
      .where('next_change_on', '<=', day)
      .orderBy('next_change_on')
      .limit(MOST_AT_ONCE)
      .execute();
    if (due.length === 0) return 0;
    const accountIds = due.map((row) => row.account_id);
    const count = await db.transaction().execute(async (transaction) => {
      // Keys before due dates, as where the work of a key is committed; that may have set a later date meanwhile.
      await bumpKeys(transaction, accountIds.map(projectionKeyOf));
      const { numDeletedRows } = await transaction
        .deleteFrom('account_due')
        .where('account_id', 'in', accountIds)
        .where('next_change_on', '<=', day)
        .executeTakeFirst();
      return Number(numDeletedRows);
    });
    if (count > 0) onDue();
    return count;
  }

  function next(): void {
    timer = setTimeout(() => {
      running = tick().then(
        () => timer && next(),
        (error: unknown) => {
          log.warn({ err: error }, 'Due dates could not be looked at');
          if (timer) next();
        },
      );
    }, everyMs);
  }

  return {
    start: next,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
    tick,
  };
}
