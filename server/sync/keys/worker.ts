import { Counter, Histogram, type Registry } from 'prom-client';
import { partsOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Log } from '../../platform/log.ts';
import { withPriority } from '../../platform/priority.ts';
import { createWakeup, type Wakeup } from '../../platform/wakeup.ts';
import type { KeyHandler, KeyResult } from '../../workflows/ports/keyWork.ts';
import { Collision } from '../mirror/save.ts';
import type { LeasedKey } from './claim.ts';
import { LeaseLost } from './commit.ts';
import { countFailures } from '../failureCount.ts';
import { afterFailure, codeOf, reasonOf } from './failure.ts';
import type { KeyStore } from './store.ts';

export type KeyWorkerOptions = {
  store: KeyStore;
  handler: KeyHandler;
  log: Log;
  metrics?: Registry;
  /** Told by whoever makes keys dirty in this process. */
  wakeup?: Wakeup;
  /** Told when rows for Salesforce wait for the writer. */
  onRows?: () => void;
  /**
   * Asked when a billing system refuses: true when its whole connection is stopped, so that the key waits with it; false
   * when the refusal is this key's own. Throws when nobody could tell.
   */
  isStoppedBy?: (connection: string, fault: Fault) => Promise<boolean>;
  /** Keys worked at the same time. */
  concurrency?: number;
  /** How long a key stays with a worker that died. */
  leaseMs?: number;
  /** How often keys made dirty by other processes are looked for. */
  pollMs?: number;
  /** Longest time a handler may take. */
  handlerTimeoutMs?: number;
  retryBaseMs?: number;
  retryCapMs?: number;
  rearmEveryMs?: number;
  rearmOlderThanMs?: number;
  /** Source of the jitter of waits, 0 to 1. */
  random?: () => number;
};

export type KeyWorker = {
  start(): void;
  /** Claims nothing more, waits for the work in hand for up to `timeoutMs`, then gives the rest back. */
  stop(timeoutMs?: number): Promise<void>;
  /** Works keys that are ready until none is; for tests and one-off runs. @returns how many were worked */
  drain(): Promise<number>;
};

/** Errors after which the same transaction can succeed: serialization failure, deadlock. */
const isConflict = (error: unknown) =>
  error instanceof Collision ||
  (typeof error === 'object' && error !== null && 'code' in error && ['40001', '40P01'].includes(String(error.code)));

async function withinTime(work: Promise<KeyResult>, timeoutMs: number): Promise<KeyResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const publicText = 'Reading the billing system took too long.';
      reject(new Fault({ code: 'key_work_timed_out', kind: 'unavailable', publicText }));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Works dirty keys: claims them by lease, calls the handler, commits what it came to. Several processes may do so. */
export function createKeyWorker(options: KeyWorkerOptions): KeyWorker {
  const { store, handler, log, onRows = () => {}, wakeup = createWakeup() } = options;
  const { concurrency = 64, leaseMs = 4000, pollMs = 200, handlerTimeoutMs = 60_000 } = options;
  const { retryBaseMs = 500, retryCapMs = 60_000, rearmEveryMs = 10_000, rearmOlderThanMs = 30_000 } = options;
  const registers = options.metrics ? [options.metrics] : [];
  const outcomes = new Counter({
    name: 'billing360_key_work_total',
    help: 'Keys worked, by outcome: cleared, again, retry, quarantine, lease_lost, collision, stopped',
    labelNames: ['outcome'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'billing360_key_work_seconds',
    help: 'Time from claim to commit of a key',
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  });
  const countFailure = countFailures(options.metrics);
  const leastFree = Math.ceil(concurrency / 8);
  // The rest is kept free, so that no live key waits for a batch to end.
  const mostBatch = Math.ceil(concurrency / 4);
  const held = new Map<LeasedKey, Promise<void>>();
  let stopping = false;
  let loop: Promise<void> | undefined;
  let timers: NodeJS.Timeout[] = [];

  async function commit(claim: LeasedKey, result: KeyResult): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { cleared, rowsWaiting } = await store.commitResult(claim, result);
        if (rowsWaiting > 0) onRows();
        outcomes.inc({ outcome: cleared ? 'cleared' : 'again' });
        wakeup.notify();
        return;
      } catch (error) {
        // A collision needs what the other worker wrote, so the handler has to look again.
        if (!isConflict(error) || error instanceof Collision || attempt === 5) throw error;
      }
    }
  }

  /** What the failure of a key is: null when its connection is stopped, and the key waits with it. */
  async function judge(claim: LeasedKey, error: unknown): Promise<unknown> {
    if (!(error instanceof Fault) || error.kind !== 'forbidden' || !options.isStoppedBy) return error;
    const { connection } = partsOf(claim.key);
    return options.isStoppedBy(connection, error).then(
      (stopped) => (stopped ? null : error),
      (cause: unknown) => cause,
    );
  }

  async function fail(claim: LeasedKey, thrown: unknown): Promise<void> {
    if (thrown instanceof LeaseLost) return outcomes.inc({ outcome: 'lease_lost' });
    if (thrown instanceof Collision) {
      outcomes.inc({ outcome: 'collision' });
      return store.giveBack([claim]);
    }
    const error = await judge(claim, thrown);
    if (error === null) {
      outcomes.inc({ outcome: 'stopped' });
      return store.giveBack([claim]);
    }
    countFailure(error);
    const failure = afterFailure(error, claim.attempt, retryBaseMs, retryCapMs, options.random);
    outcomes.inc({ outcome: failure.action });
    log[failure.action === 'quarantine' ? 'error' : 'warn'](
      { err: error, key: claim.key, attempt: claim.attempt, ...failure },
      failure.action === 'quarantine' ? 'A key was put aside' : 'A key failed and will be tried again',
    );
    // A try that did not even reach the other side is none.
    const attempt = error instanceof Fault && error.notTried ? claim.attempt - 1 : claim.attempt;
    await store.recordFailure({ ...claim, attempt }, failure, reasonOf(error), codeOf(error));
  }

  async function work(claim: LeasedKey): Promise<void> {
    const end = seconds.startTimer();
    try {
      const { key, events, claimedAt, attempt, pollAt, pollOnly, batch, refetch, generation } = claim;
      const working = withPriority(claim.interactive ? 'interactive' : batch ? 'batch' : 'mirror', () =>
        handler({ key, events, claimedAt, attempt, pollAt, pollOnly, batch, refetch, generation }),
      );
      await commit(claim, await withinTime(working, handlerTimeoutMs));
    } catch (error) {
      // When the database is gone the lease ends by itself and the key is claimed again.
      await fail(claim, error).catch((cause: unknown) =>
        log.warn({ err: cause, key: claim.key }, 'A lease was left to end'),
      );
    } finally {
      end();
    }
  }

  const freeForBatch = (): number => mostBatch - [...held.keys()].filter(({ batch }) => batch).length;

  async function claim(): Promise<Promise<void>[]> {
    const claims = await store.claimKeys(concurrency - held.size, leaseMs, freeForBatch());
    return claims.map((one) => {
      const running = work(one).finally(() => {
        held.delete(one);
        wakeup.notify();
      });
      held.set(one, running);
      return running;
    });
  }

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        // A few at a time: a claim costs the same for one key and for many.
        if (concurrency - held.size < leastFree) {
          await wakeup.wait(pollMs);
          continue;
        }
        if ((await claim()).length > 0) continue;
        const next = await store.nextReadyInMs(freeForBatch());
        await wakeup.wait(Math.min(pollMs, Math.max(1, next ?? pollMs)));
      } catch (error) {
        log.error({ err: error }, 'Keys could not be claimed');
        await wakeup.wait(1000);
      }
    }
  }

  const heartbeat = () =>
    store
      .renewLeases([...held.keys()], leaseMs)
      .catch((error: unknown) => log.warn({ err: error }, 'Leases could not be renewed'));

  return {
    start() {
      timers = [
        setInterval(() => void heartbeat(), leaseMs / 3),
        setInterval(() => {
          store.rearm(rearmOlderThanMs).then(
            (count) => count > 0 && log.warn({ count }, 'Keys with forgotten events were made dirty again'),
            (error: unknown) => log.warn({ err: error }, 'Forgotten events could not be looked for'),
          );
        }, rearmEveryMs),
      ];
      loop = run();
    },
    async stop(timeoutMs = 10_000) {
      stopping = true;
      wakeup.notify();
      await loop;
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
      await Promise.race([Promise.all(held.values()), deadline]);
      clearTimeout(timer);
      for (const each of timers) clearInterval(each);
      await store.giveBack([...held.keys()]);
    },
    async drain() {
      for (let count = 0; ;) {
        const running = await claim();
        if (running.length === 0) return count;
        count += running.length;
        await Promise.all(running);
      }
    },
  };
}
