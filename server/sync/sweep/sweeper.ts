import { sql } from 'kysely';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { giveLeases, takeLeases } from '../../platform/db/leases.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { ChangeSource, ConnectionStatus } from '../../workflows/ports/sweep.ts';
import type { Intake } from '../inbox/intake.ts';
import { statusOf } from './status.ts';

export type SweeperOptions = {
  db: Db;
  sources: readonly ChangeSource[];
  intake: Intake;
  log: Log;
  everyMs: number;
  /** Told after each sweep; has to see to it that people are shown it. */
  onStatus: (status: ConnectionStatus) => Promise<void>;
  leaseMs?: number;
};

export type Sweeper = {
  start(): void;
  stop(): Promise<void>;
  /** Sweeps every connection once, now. */
  sweep(): Promise<void>;
};

const UNEXPECTED = 'Looking for changes failed unexpectedly; it is tried again. The log has the details.';

async function recordFailure(db: Db, connection: string, error: unknown): Promise<void> {
  const fault = error instanceof Fault ? error : null;
  const values = { broken: fault !== null && !fault.retryable, message: fault?.publicText ?? UNEXPECTED };
  await db
    .insertInto('sweep_cursor')
    .values({ connection, failures: 1, ...values })
    .onConflict((conflict) =>
      conflict.column('connection').doUpdateSet({ failures: sql<number>`sweep_cursor.failures + 1`, ...values }),
    )
    .execute();
}

/** Finds changes that no webhook told, one process a connection at a time, and reports how each connection stands. */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { db, sources, intake, log, everyMs, onStatus, leaseMs = 30_000 } = options;
  const owner = newId();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function sweepOne(source: ChangeSource): Promise<void> {
    const { connection } = source;
    const before = await db
      .selectFrom('sweep_cursor')
      .select('cursor')
      .where('connection', '=', connection)
      .executeTakeFirst();
    const { cursor, checkedThrough } = await source.sweep(before?.cursor ?? null, async (events) => {
      await intake.accept(events);
    });
    const values = {
      cursor,
      checked_through: checkedThrough,
      swept_at: sql<Date>`now()`,
      failures: 0,
      broken: false,
      message: '',
    };
    await db
      .insertInto('sweep_cursor')
      .values({ connection, ...values })
      .onConflict((conflict) => conflict.column('connection').doUpdateSet(values))
      .execute();
  }

  async function sweepLeased(source: ChangeSource): Promise<void> {
    const lease = `sweep:${source.connection}`;
    if ((await takeLeases(db, [lease], owner, leaseMs)).length === 0) return;
    const heartbeat = setInterval(() => {
      takeLeases(db, [lease], owner, leaseMs).catch((error: unknown) =>
        log.warn({ err: error }, 'A lease was not renewed'),
      );
    }, leaseMs / 3);
    try {
      await sweepOne(source).catch(async (error: unknown) => {
        log.warn({ err: error, connection: source.connection }, 'A sweep failed');
        await recordFailure(db, source.connection, error);
      });
      await onStatus(await statusOf(db, source.connection));
    } finally {
      clearInterval(heartbeat);
      await giveLeases(db, [lease], owner);
    }
  }

  async function sweep(): Promise<void> {
    await Promise.all(
      sources.map((source) =>
        sweepLeased(source).catch((error: unknown) =>
          log.error({ err: error, connection: source.connection }, 'A sweep could not be recorded'),
        ),
      ),
    );
  }

  function next(waitMs: number): void {
    timer = setTimeout(() => {
      running = sweep().finally(() => {
        if (timer) next(everyMs);
      });
    }, waitMs);
  }

  return {
    start: () => next(0),
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
    sweep,
  };
}
