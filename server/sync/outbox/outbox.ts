import { Counter, Histogram, type Registry } from 'prom-client';
import { Fault } from '../../domain/fault.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { createWakeup, type Wakeup } from '../../platform/wakeup.ts';
import type { OrgRow, OrgWriter, OrgWriteResult } from '../../workflows/ports/orgRows.ts';
import type { LeaseStore } from '../leases.ts';
import { chunksOf, type Chunk } from './chunks.ts';
import { paceOf } from './pace.ts';
import { PARTITIONS } from './partition.ts';
import type { TakenRow } from './pending.ts';
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
  /** Source of the jitter of waits, 0 to 1. */
  random?: () => number;
};

export type Outbox = {
  start(): void;
  /** Starts no further call and waits for those on their way. */
  stop(): Promise<void>;
  /** Sets rows from outside the work of a key, such as those of connections. */
  setRows(accountId: string | null, rows: readonly OrgRow[]): Promise<void>;
  /** Writes what is ready, at once; for tests and one-off runs. @returns how many rows were taken */
  flush(): Promise<number>;
};

const UPSTREAM = 'salesforce';
const MOST_ROWS = 4000;
const partitionNumbers = Array.from({ length: PARTITIONS }, (_, index) => index);

/** Sends rows that wait to Salesforce. Several processes may do so: each works on the partitions that it has leased. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, writer, objectOrder, log, wakeup = createWakeup() } = options;
  const { pollMs = 200, gatherMs = 25, leaseMs = 5000, random = Math.random } = options;
  const registers = options.metrics ? [options.metrics] : [];
  const calls = new Counter({
    name: 'billing360_salesforce_calls_total',
    help: 'Write calls to Salesforce, by object and outcome: answered, failed',
    labelNames: ['object', 'outcome'] as const,
    registers,
  });
  const rowCounter = new Counter({
    name: 'billing360_salesforce_rows_total',
    help: 'Rows in write calls to Salesforce, by outcome: written, newer_is_there, retry, quarantine',
    labelNames: ['object', 'outcome'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'billing360_salesforce_call_seconds',
    help: 'Time of a write call to Salesforce',
    buckets: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  });
  const owner = newId();
  const busy = new Set<number>();
  const running = new Set<Promise<unknown>>();
  let stopping = false;
  let loop: Promise<void> | undefined;
  let lastFlush = 0;
  let rowsPerSecond = 0;

  async function call(object: string, rows: readonly TakenRow[]): Promise<OrgWriteResult[]> {
    const end = seconds.startTimer();
    try {
      const results = await writer.write(object, rows);
      calls.inc({ object, outcome: 'answered' });
      return results;
    } catch (error) {
      calls.inc({ object, outcome: 'failed' });
      throw error;
    } finally {
      end();
    }
  }

  /** A call that Salesforce finds wrong as a whole is halved until the row that spoils it stands alone. */
  async function writeAll(object: string, rows: readonly TakenRow[]): Promise<OrgWriteResult[]> {
    try {
      return await call(object, rows);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'invalid') throw error;
      if (rows.length === 1)
        return [{ outcome: 'refused', retry: 'never', code: error.code, message: error.publicText }];
      const middle = Math.ceil(rows.length / 2);
      const first = await writeAll(object, rows.slice(0, middle));
      return [...first, ...(await writeAll(object, rows.slice(middle)))];
    }
  }

  async function writeChunk({ object, rows }: Chunk): Promise<void> {
    const outcomes = await store.recordResults(rows, await writeAll(object, rows), random);
    for (const outcome of outcomes) rowCounter.inc({ object, outcome });
    outcomes.forEach((outcome, index) => {
      if (outcome === 'quarantine') log.error({ object, key: rows[index]!.row.key }, 'A row was put aside');
    });
  }

  /** Calls of one partition follow each other; calls that share none run side by side. */
  async function writeChunks(chunks: readonly Chunk[]): Promise<void> {
    const lastOf = new Map<number, Promise<void>>();
    let failed: { error: unknown } | undefined;
    const all = chunks.map((chunk) => {
      const partitions = [...new Set(chunk.rows.map(({ partition }) => partition))];
      const before = partitions.map((partition) => lastOf.get(partition));
      const done = Promise.all(before).then(async () => {
        if (failed) return;
        await writeChunk(chunk).catch((error: unknown) => void (failed ??= { error }));
      });
      for (const partition of partitions) lastOf.set(partition, done);
      return done;
    });
    await Promise.all(all);
    if (failed) throw failed.error;
  }

  /** Lets `work` have the partitions that no other process works on. */
  async function leased<T>(partitions: readonly number[], work: (mine: number[]) => Promise<T>): Promise<T> {
    const nameOf = (partition: number) => `outbox:${partition}`;
    for (const partition of partitions) busy.add(partition);
    let mine: string[] = [];
    const heartbeat = setInterval(() => {
      store
        .takeLeases(mine, owner, leaseMs)
        .catch((error: unknown) => log.warn({ err: error }, 'A lease was not renewed'));
    }, leaseMs / 3);
    try {
      mine = await store.takeLeases(partitions.map(nameOf), owner, leaseMs);
      return await work(partitions.filter((partition) => mine.includes(nameOf(partition))));
    } finally {
      clearInterval(heartbeat);
      // One that cannot be given back now ends by itself; the partition is this process's again either way.
      await store
        .giveLeases(mine, owner)
        .catch((error: unknown) => log.warn({ err: error }, 'A lease was left to end'));
      for (const partition of partitions) busy.delete(partition);
    }
  }

  async function flushPartitions(partitions: readonly number[]): Promise<number> {
    return leased(partitions, async (mine) => {
      const rows = mine.length > 0 ? await store.takeRows(mine, MOST_ROWS) : [];
      if (rows.length === 0) return 0;
      noteRate(rows.length);
      try {
        await writeChunks(chunksOf(rows, objectOrder));
        if (wasHeld) await store.endHold(UPSTREAM);
        wasHeld = false;
      } catch (error) {
        wasHeld = true;
        log.warn({ err: error }, 'Salesforce could not be written to; it is left alone for a while');
        await store.hold(UPSTREAM, error, random);
      }
      return rows.length;
    });
  }

  // A hold of an earlier run counts too.
  let wasHeld = true;

  function noteRate(rows: number): void {
    const elapsed = Math.max(50, Date.now() - lastFlush);
    lastFlush = Date.now();
    const weight = Math.min(1, elapsed / 1000);
    rowsPerSecond += (rows / (elapsed / 1000) - rowsPerSecond) * weight;
  }

  /** Starts a flush when it is time. @returns ms until it is worth looking again */
  async function tick(): Promise<number> {
    const held = await store.heldForMs(UPSTREAM);
    if (held > 0) return Math.min(held, pollMs);
    const free = partitionNumbers.filter((partition) => !busy.has(partition));
    const backlog = await store.backlogOf(free);
    if (backlog.rows === 0) return pollMs;
    const pace = paceOf(rowsPerSecond, writer.usage());
    const dueIn = Math.max(gatherMs - backlog.oldestMs, lastFlush + pace.windowMs - Date.now());
    if (dueIn > 1 && backlog.rows < pace.flushRows) return dueIn;
    const flushing = flushPartitions(backlog.partitions)
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
    async setRows(accountId, rows) {
      const waiting = await store.setRows(accountId, rows);
      if (waiting > 0) wakeup.notify();
    },
    flush: () => flushPartitions(partitionNumbers),
  };
}
