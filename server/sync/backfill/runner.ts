import type { Registry } from 'prom-client';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { withPriority } from '../../platform/priority.ts';
import type { BillingAccountList } from '../../workflows/ports/billingAccountList.ts';
import { BILLING_PARTS } from '../../workflows/ports/billingSystem.ts';
import { backoffMs } from '../backoff.ts';
import type { ConnectionWatch } from '../connections/watch.ts';
import { countFailures } from '../failureCount.ts';
import { whileAlone, type LeaseStore } from '../leases.ts';
import { repeat } from '../repeat.ts';
import type { Backfill, BackfillStore } from './store.ts';

export type BackfillRunnerOptions = {
  store: BackfillStore & LeaseStore;
  lists: readonly BillingAccountList[];
  watch: Pick<ConnectionWatch, 'ensure' | 'isStopped' | 'isStoppedBy'>;
  log: Log;
  metrics?: Registry;
  /** Told when keys were made dirty. */
  onListed?: () => void;
  /** Told when a run is over; has to see to it that people are shown it. */
  onDone?: (connection: string) => Promise<void>;
  everyMs?: number;
  /** No further page is asked for while so many keys wait: they would only grow old. */
  mostOutstanding?: number;
  leaseMs?: number;
  random?: () => number;
};

export type BackfillRunner = {
  start(): void;
  stop(): Promise<void>;
  /** Takes every run that is due one step further. @returns whether any got on */
  tick(): Promise<boolean>;
};

const UNEXPECTED = 'Listing billing accounts failed unexpectedly; it is tried again. The log has the details.';
const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 60_000;
const KNOWN_AT_ONCE = 100;

/**
 * Reads whole billing systems: goes through the list of billing accounts, makes each dirty with the keys of batches, and
 * notes how far it is in the transaction that does so. It may be killed at any moment.
 */
export function createBackfillRunner(options: BackfillRunnerOptions): BackfillRunner {
  const { store, watch, log, onListed = () => {}, onDone = async () => {}, everyMs = 1_000 } = options;
  const { mostOutstanding = 500, leaseMs = 30_000 } = options;
  const countFailure = countFailures(options.metrics);
  const lists = new Map(options.lists.map((list) => [list.connection, list]));
  const holder = { store, owner: newId(), leaseMs, log };

  async function listPage(run: Backfill, list: BillingAccountList): Promise<boolean> {
    const { ids, next, asOf } = await withPriority('batch', () => list.page(run.cursor));
    const keys = ids.map((id) => keyOf(run.connection, 'account', id));
    const cursor = next ?? keyOf(run.connection, 'account', '');
    return store.advance(run, { state: next === null ? 'Missing' : 'Listing', cursor, keys, parts: run.parts, asOf });
  }

  /** What is known here and was not in the list may be deleted there: reading it tells. */
  async function readMissing(run: Backfill, outstanding: number): Promise<boolean> {
    // What was listed has to be read first: only then the rest is what the list had not.
    if (outstanding > 0 || run.listedAt === null) return false;
    // When each was read last is not known where only other parts were read.
    const isTold = run.parts.length === 0 || run.parts.includes('account');
    const keys = isTold ? await store.knownBefore(run.connection, run.listedAt, run.cursor ?? '', KNOWN_AT_ONCE) : [];
    const state = keys.length < KNOWN_AT_ONCE ? 'Working' : 'Missing';
    return store.advance(run, { state, cursor: keys.at(-1) ?? run.cursor, keys, parts: BILLING_PARTS, asOf: null });
  }

  async function step(run: Backfill, list: BillingAccountList): Promise<boolean> {
    const outstanding = await store.outstanding(run.connection);
    await store.measure(run, Math.max(run.worked, run.listed - outstanding));
    if (run.state === 'Listing') return outstanding < mostOutstanding && listPage(run, list);
    if (run.state === 'Missing') return readMissing(run, outstanding);
    if (outstanding > 0) return false;
    const ended = await store.advance(run, { state: 'Done', cursor: null, keys: [], parts: [], asOf: null });
    if (!ended) return false;
    log.info({ connection: run.connection, billingAccounts: run.listed }, 'A backfill is done');
    await onDone(run.connection);
    return true;
  }

  async function fail(run: Backfill, error: unknown): Promise<void> {
    countFailure(error);
    let fault = error instanceof Fault ? error : null;
    if (fault?.kind === 'forbidden')
      try {
        await watch.isStoppedBy(run.connection, fault);
      } catch (cause) {
        fault = cause instanceof Fault ? cause : null;
      }
    const waitMs = backoffMs(run.failures + 1, RETRY_BASE_MS, RETRY_CAP_MS, options.random);
    log.warn({ err: error, connection: run.connection, waitMs }, 'A backfill does not get on; it is tried again');
    await store.backfillFailed(run, fault?.publicText ?? UNEXPECTED, Math.max(fault?.retryAfterMs ?? 0, waitMs));
  }

  async function stepLeased(run: Backfill, list: BillingAccountList): Promise<boolean> {
    if (await watch.isStopped(run.connection)) return false;
    let moved = false;
    await whileAlone(holder, `backfill:${run.connection}`, async () => {
      try {
        await watch.ensure(run.connection);
        moved = await step(run, list);
      } catch (error) {
        await fail(run, error);
      }
    });
    return moved;
  }

  async function tick(): Promise<boolean> {
    const steps = (await store.dueBackfills()).map((run) => {
      const list = lists.get(run.connection);
      return list === undefined ? false : stepLeased(run, list);
    });
    const moved = (await Promise.all(steps)).some(Boolean);
    if (moved) onListed();
    return moved;
  }

  const loop = repeat(
    async () => ((await tick()) ? 0 : everyMs),
    everyMs,
    (error) => log.warn({ err: error }, 'Backfills could not be looked at'),
  );

  return {
    start: () => loop.start(0),
    stop: () => loop.stop(),
    tick,
  };
}
