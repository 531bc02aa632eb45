import type { Registry } from 'prom-client';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { createWakeup, type Wakeup } from '../../platform/wakeup.ts';
import { ROWS_A_CHUNK, type OrgRow, type OrgWriter } from '../../workflows/ports/orgRows.ts';
import { countFailures } from '../failureCount.ts';
import { withLeases, type LeaseStore } from '../leases.ts';
import { READ_AGAIN_AFTER_MS } from './budget.ts';
import { paceOf } from './pace.ts';
import { leaseOf, PARTITIONS } from './partition.ts';
import { createSend } from './send.ts';
import type { OutboxStore } from './store.ts';

export type OutboxOptions = {
  store: OutboxStore & LeaseStore;
  writer: OrgWriter;
  /** API names of objects, parents before children. */
  objectOrder: readonly string[];
  log: Log;
  metrics?: Registry;
  /** Told when rows wait. */
  wakeup?: Wakeup;
  pollMs?: number;
  /** How long the first row waits for the others of the same change. */
  gatherMs?: number;
  leaseMs?: number;
  /** Share (0..1) of the API calls of a day that rows leave to people and other programs. */
  reserve?: number;
  /** Objects whose rows that can wait go by bulk jobs. */
  bulkObjects?: () => readonly string[];
  /** Source of the jitter of waits, 0 to 1. */
  random?: () => number;
};

export type Outbox = {
  start(): void;
  /** Starts no further call and waits for those on their way. */
  stop(): Promise<void>;
  /** Sets rows from outside the work of a key, such as those of connections; with `batch` they can wait. */
  setRows(accountId: string | null, rows: readonly OrgRow[], batch?: boolean): Promise<void>;
  /** Writes what is ready, at once; for tests and one-off runs. @returns how many rows were taken */
  flush(): Promise<number>;
};

/** What a flush may take. */
type Allowance = { batch: boolean; most: number };

const UPSTREAM = 'salesforce';
const MOST_ROWS = 4000;
const partitionNumbers = Array.from({ length: PARTITIONS }, (_, index) => index);

/** Sends rows that wait to Salesforce. Several processes may do so: each works on the partitions that it has leased. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, writer, objectOrder, log, wakeup = createWakeup() } = options;
  const {
    pollMs = 200,
    gatherMs = 25,
    leaseMs = 5000,
    reserve = 0.2,
    random = Math.random,
    bulkObjects = () => [],
  } = options;
  const send = createSend({ store, writer, objectOrder, log, metrics: options.metrics, random });
  const countFailure = countFailures(options.metrics);
  const holder = { store, owner: newId(), leaseMs, log };
  const busy = new Set<number>();
  const running = new Set<Promise<unknown>>();
  let stopping = false;
  let loop: Promise<void> | undefined;
  let lastFlush = 0;
  let lastBatch = -Infinity;
  let rowsPerSecond = 0;

  /** Lets `work` have those of the partitions that no other process works on. */
  async function leased<T>(
    partitions: readonly number[],
    work: (mine: number[], held: () => boolean) => Promise<T>,
  ): Promise<T> {
    for (const partition of partitions) busy.add(partition);
    try {
      return await withLeases(holder, partitions.map(leaseOf), (mine, held) =>
        work(
          partitions.filter((partition) => mine.includes(leaseOf(partition))),
          held,
        ),
      );
    } finally {
      for (const partition of partitions) busy.delete(partition);
    }
  }

  async function flushPartitions(partitions: readonly number[], { batch, most }: Allowance): Promise<number> {
    return leased(partitions, async (mine, held) => {
      const rows = mine.length > 0 ? await store.takeRows(mine, most, { batch, except: bulkObjects() }) : [];
      if (rows.length === 0) return 0;
      noteRate(rows.length);
      try {
        await send(rows, held);
        if (wasHeld) await store.endHold(UPSTREAM);
        wasHeld = false;
      } catch (error) {
        wasHeld = true;
        countFailure(error);
        log.warn({ err: error }, 'Salesforce could not be written to; it is left alone for a while');
        await store.hold(UPSTREAM, error, random);
      }
      const usage = writer.usage();
      if (usage) await store.noteUsage(usage);
      return rows.length;
    });
  }

  // A hold of an earlier run counts too.
  let wasHeld = true;

  function noteRate(rows: number): void {
    const elapsed = Math.max(50, performance.now() - lastFlush);
    lastFlush = performance.now();
    const weight = Math.min(1, elapsed / 1000);
    rowsPerSecond += (rows / (elapsed / 1000) - rowsPerSecond) * weight;
  }

  /** Starts a flush when it is time. @returns ms until it is worth looking again */
  async function tick(): Promise<number> {
    const held = await store.heldForMs(UPSTREAM);
    if (held > 0) return Math.min(held, pollMs);
    const free = partitionNumbers.filter((partition) => !busy.has(partition));
    const backlog = await store.backlogOf(free, bulkObjects());
    if (backlog.rows + backlog.batchRows === 0) return pollMs;
    const { budget, blocked } = await store.orgState();
    if (blocked) return pollMs;
    const pace = paceOf(rowsPerSecond, budget, reserve);
    const batch = pace.batchWaitMs !== null && performance.now() - lastBatch >= pace.batchWaitMs;
    const rows = backlog.rows + (batch ? backlog.batchRows : 0);
    let allowance: Allowance = { batch, most: MOST_ROWS };
    if (pace.stopped || (rows === 0 && pace.batchWaitMs === null)) {
      if (!budget || budget.ageMs < READ_AGAIN_AFTER_MS || !(await store.mayReadUsage())) return pollMs;
      allowance = { batch: true, most: ROWS_A_CHUNK };
    } else {
      if (rows === 0) return pollMs;
      const dueIn = Math.max(gatherMs - backlog.oldestMs, lastFlush + pace.windowMs - performance.now());
      if (dueIn > 1 && rows < pace.flushRows) return dueIn;
    }
    if (batch) lastBatch = performance.now();
    const flushing = flushPartitions(backlog.partitions, allowance)
      .catch((error: unknown) => log.error({ err: error }, 'Rows could not be written'))
      .finally(() => {
        running.delete(flushing);
        wakeup.notify();
      });
    running.add(flushing);
    return pollMs;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        await wakeup.wait(await tick());
      } catch (error) {
        log.error({ err: error }, 'Rows that wait could not be looked for');
        await wakeup.wait(1000);
      }
    }
  }

  return {
    start() {
      loop = run();
    },
    async stop() {
      stopping = true;
      wakeup.notify();
      await loop;
      await Promise.all(running);
    },
    async setRows(accountId, rows, batch) {
      const waiting = await store.setRows(accountId, rows, batch);
      if (waiting > 0) wakeup.notify();
    },
    async flush() {
      if ((await store.orgState()).blocked) return 0;
      return flushPartitions(partitionNumbers, { batch: true, most: MOST_ROWS });
    },
  };
}
