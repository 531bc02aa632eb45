import type { Registry } from 'prom-client';
import { Fault } from '../../domain/fault.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { ChangeSource, ConnectionStatus } from '../../workflows/ports/sweep.ts';
import { ANEW, FIRST, type beginWithBackfill } from '../backfill/first.ts';
import type { ConnectionWatch } from '../connections/watch.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { countFailures } from '../failureCount.ts';
import type { Intake } from '../inbox/intake.ts';
import { whileAlone, type LeaseStore } from '../leases.ts';
import { repeat } from '../repeat.ts';
import type { SweepStore } from './store.ts';

export type SweeperOptions = {
  store: SweepStore & LeaseStore;
  sources: readonly ChangeSource[];
  intake: Intake;
  log: Log;
  metrics?: Registry;
  everyMs: number;
  /** Told after each sweep; has to see to it that people are shown it. */
  onStatus: (status: ConnectionStatus) => Promise<void>;
  leaseMs?: number;
  /**
   * Sees to it that all there is of a connection is read, and says where its sweeps begin then; when absent the source is
   * asked for everything.
   */
  begin?: ReturnType<typeof beginWithBackfill>;
  /** Told what the credentials of a connection may and may not look for. */
  onAccess?: (connection: string, what: string, isRefused: boolean) => Promise<void>;
  /** Which connections may be asked, and what a refusal means; every connection when absent. */
  watch?: Pick<ConnectionWatch, 'ensure' | 'isStopped' | 'isStoppedBy'>;
};

export type Sweeper = {
  start(): void;
  stop(): Promise<void>;
  /** Sweeps every connection once, now. */
  sweep(): Promise<void>;
};

const UNEXPECTED = 'Looking for changes failed unexpectedly; it is tried again. The log has the details.';

/** Finds changes that no webhook told, one process a connection at a time, and reports how each connection stands. */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { store, sources, intake, log, everyMs, onStatus, leaseMs = 30_000, watch, begin } = options;
  const countFailure = countFailures(options.metrics);
  const holder = { store, owner: newId(), leaseMs, log };

  async function sweepOne(source: ChangeSource): Promise<void> {
    const { connection } = source;
    if (await watch?.isStopped(connection)) return;
    await watch?.ensure(connection);
    const before = await store.cursorOf(connection);
    const take = async (events: ReceivedEvent[]): Promise<void> => void (await intake.accept(events));
    const swept: Awaited<ReturnType<ChangeSource['sweep']>> = await (before === null && begin
      ? begin(connection, FIRST)
      : source.sweep(before, take).catch((error: unknown) => {
          if (begin === undefined || !(error instanceof Fault) || error.code !== 'changes_forgotten') throw error;
          log.warn({ err: error, connection, cursor: before }, 'Changes were missed; everything is read anew');
          return begin(connection, ANEW);
        }));
    await store.saveCursor(connection, swept.cursor, swept.checkedThrough);
    for (const { what, isRefused } of swept.access ?? []) await options.onAccess?.(connection, what, isRefused);
  }

  async function recordFailure(connection: string, error: unknown): Promise<void> {
    let fault = error instanceof Fault ? error : null;
    if (fault?.kind === 'forbidden' && watch !== undefined)
      try {
        if (await watch.isStoppedBy(connection, fault)) return;
      } catch (cause) {
        fault = cause instanceof Fault ? cause : null;
      }
    const broken = fault !== null && !fault.retryable;
    await store.recordSweepFailure(connection, broken, fault?.publicText ?? UNEXPECTED);
  }

  async function sweepLeased(source: ChangeSource): Promise<void> {
    await whileAlone(holder, `sweep:${source.connection}`, async () => {
      await sweepOne(source).catch(async (error: unknown) => {
        log.warn({ err: error, connection: source.connection }, 'A sweep failed');
        countFailure(error);
        await recordFailure(source.connection, error);
      });
      await onStatus(await store.statusOf(source.connection));
    });
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

  const loop = repeat(sweep, everyMs, (error) => log.error({ err: error }, 'A sweep could not be begun'));

  return {
    start: () => loop.start(0),
    stop: () => loop.stop(),
    sweep,
  };
}
