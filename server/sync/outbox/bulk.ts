import { Fault } from '../../domain/fault.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { createWakeup } from '../../platform/wakeup.ts';
import type { OrgBulkWriter } from '../../workflows/ports/orgRows.ts';
import { whileAlone, withLeases, type LeaseStore } from '../leases.ts';
import type { BulkJob, BulkStore } from './bulkJobs.ts';
import { paceOf } from './pace.ts';
import { leaseOf, PARTITIONS, partitionLeased } from './partition.ts';
import type { TakenRow } from './pending.ts';
import type { OutboxStore } from './store.ts';

export type BulkOptions = {
  store: OutboxStore & LeaseStore;
  jobs: BulkStore;
  bulk: OrgBulkWriter;
  objectOrder: readonly string[];
  log: Log;
  /** Share (0..1) of the API calls of a day that is left to others. */
  reserve?: number;
  /** From more rows of one object than this on, a job costs less than calls do. */
  threshold?: number;
  /** First wait for a job to end, ms; it doubles. */
  pollMs?: number;
  leaseMs?: number;
  random?: () => number;
};

/** Runs jobs for rows that can wait. One at a time, in one process; others go on when it dies. */
export type BulkLane = {
  start(): void;
  /** Leaves a job that runs where it is; the next process goes on with it. */
  stop(): Promise<void>;
  /** Objects whose rows go by job and not by calls, as last looked. */
  objects(): readonly string[];
  /** Ends jobs that were left, and runs those that are due, one after the other; for tests. @returns rows of new jobs */
  runOnce(): Promise<number>;
};

const UPSTREAM = 'salesforce';
const LEASE = 'outbox:bulk';
/** Keeps memory flat; Salesforce works off 10,000 at a time. */
const MOST_ROWS = 20_000;
const RECORD_ROWS = 1000;
const IDLE_MS = 1000;
const MOST_POLL_MS = 30_000;
/** After a job that came to nothing rows go by calls for so long, ms: those find out why. */
const OFF_MS = 600_000;

/** What passes by itself; anything else is a job that Salesforce will not have. */
const passes = ({ kind }: Fault) => kind === 'unavailable' || kind === 'rate_limited';

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function createBulkLane(options: BulkOptions): BulkLane {
  const { store, jobs, bulk, objectOrder, log, reserve = 0.2 } = options;
  const { threshold = 2000, pollMs = 1000, leaseMs = 15_000, random = Math.random } = options;
  const holder = { store, owner: newId(), leaseMs, log };
  const wakeup = createWakeup();
  const partitionNames = Array.from({ length: PARTITIONS }, (_, index) => leaseOf(index));
  let objects: readonly string[] = [];
  let offUntil = 0;
  let wasHeld = false;
  let stopping = false;
  let loop: Promise<void> | undefined;

  /** Reserves rows of one shape while no call with rows of their partitions is on its way. */
  async function reserveRows(id: string, object: string): Promise<TakenRow[]> {
    const before = objectOrder.slice(0, Math.max(0, objectOrder.indexOf(object)));
    return withLeases(holder, partitionNames, async (mine) => {
      const rows = await jobs.bulkRows(object, before, mine.map(partitionLeased), MOST_ROWS);
      const shapes = Map.groupBy(rows, (row) => bulk.shapeOf(row));
      shapes.delete(null);
      const most = [...shapes.values()].sort((a, b) => b.length - a.length)[0] ?? [];
      if (most.length <= threshold) {
        // Rows that no job takes, or of too many shapes for one, go by calls until it is looked again.
        if (rows.length > threshold) objects = objects.filter((one) => one !== object);
        return [];
      }
      const sorted = most.sort(
        (a, b) => compare(a.accountId ?? '', b.accountId ?? '') || compare(a.row.key, b.row.key),
      );
      return jobs.addBulkJob(id, object, sorted);
    });
  }

  async function record(job: BulkJob): Promise<void> {
    const rows = new Map((await jobs.rowsOfBulkJob(job.id)).map((row) => [row.row.key, row]));
    const known = (await bulk.results(job.salesforceId!)).flatMap(({ key, rowVersion, result }) => {
      const taken = rows.get(key);
      // One that changed meanwhile is sent again anyway.
      return taken?.rowVersion === rowVersion ? [{ taken, result }] : [];
    });
    for (let from = 0; from < known.length; from += RECORD_ROWS) {
      const some = known.slice(from, from + RECORD_ROWS);
      await store.recordResults(
        some.map(({ taken }) => taken),
        some.map(({ result }) => result),
        random,
      );
    }
    log.info({ object: job.object, rows: rows.size, answered: known.length }, 'A bulk job is done');
  }

  /** Waits for a job and records what it came to. Row versions make rows that are sent again harmless. */
  async function finish(job: BulkJob): Promise<void> {
    if (job.salesforceId === null) return jobs.endBulkJob(job.id);
    for (let wait = pollMs; ; wait = Math.min(MOST_POLL_MS, wait * 2)) {
      const state = await bulk.state(job.salesforceId);
      if (state === 'open') await bulk.abort(job.salesforceId);
      if (state === 'done') await record(job);
      if (state === 'failed') {
        log.error({ object: job.object, job: job.salesforceId }, 'A bulk job failed; its rows go by calls');
        offUntil = performance.now() + OFF_MS;
      }
      if (state !== 'running') return jobs.endBulkJob(job.id);
      await wakeup.wait(wait);
      if (stopping) return;
    }
  }

  async function runJob(object: string): Promise<number> {
    const job: BulkJob = { id: newId(), object, salesforceId: null };
    const rows = await reserveRows(job.id, object);
    if (rows.length === 0) return 0;
    job.salesforceId = await bulk.create(object);
    await jobs.noteBulkJob(job.id, job.salesforceId);
    await bulk.upload(job.salesforceId, rows);
    await finish(job);
    return rows.length;
  }

  /** A job that is gone, or that Salesforce will not have, is let go; any other failure is tried again later. */
  async function resume(job: BulkJob): Promise<void> {
    try {
      await finish(job);
    } catch (error) {
      if (!(error instanceof Fault) || passes(error)) throw error;
      log.warn({ err: error, object: job.object }, 'A bulk job is given up; its rows are sent again');
      await jobs.endBulkJob(job.id);
    }
  }

  async function look(): Promise<readonly string[]> {
    if (performance.now() < offUntil) return [];
    return jobs.bulkObjects(
      objectOrder.filter((object) => object !== 'Account'),
      threshold,
    );
  }

  /** Ends jobs that were left, and begins one. @returns rows of the new one */
  async function runJobs(mayBegin: readonly string[]): Promise<number> {
    try {
      for (const job of await jobs.bulkJobs()) await resume(job);
      let rows = 0;
      for (const object of stopping ? [] : mayBegin) if (rows === 0) rows = await runJob(object);
      if (wasHeld) await store.endHold(UPSTREAM);
      wasHeld = false;
      return rows;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      wasHeld = passes(error);
      if (wasHeld) await store.hold(UPSTREAM, error, random);
      else offUntil = performance.now() + OFF_MS;
      throw error;
    }
  }

  async function runOnce(): Promise<number> {
    const left = await jobs.bulkJobs();
    objects = await look();
    if (left.length === 0 && objects.length === 0) return 0;
    const { budget, blocked } = await store.orgState();
    const mayStart = paceOf(0, budget, reserve).batchWaitMs !== null;
    if (blocked || (left.length === 0 && !mayStart) || (await store.heldForMs(UPSTREAM)) > 0) return 0;
    let rows = 0;
    await whileAlone(holder, LEASE, async () => {
      rows = await runJobs(mayStart ? objects : []);
    });
    return rows;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      const rows = await runOnce().catch((error: unknown) => {
        log.warn({ err: error }, 'Rows could not be written by a bulk job; it is tried again');
        return 0;
      });
      if (rows === 0 && !stopping) await wakeup.wait(IDLE_MS);
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
    },
    objects: () => objects,
    runOnce,
  };
}
