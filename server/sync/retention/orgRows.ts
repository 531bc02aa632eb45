import { Counter, type Registry } from 'prom-client';
import type { Db } from '../../platform/db/database.ts';
import { leasesIn } from '../../platform/db/leases.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { BatchReads } from '../../workflows/ports/org.ts';
import type { OrgRowRemover } from '../../workflows/ports/orgRetention.ts';
import { ROWS_A_CHUNK } from '../../workflows/ports/orgRows.ts';
import { whileAlone, withLeases } from '../leases.ts';
import { leaseOf, PARTITIONS, partitionLeased } from '../outbox/partition.ts';
import { repeat } from '../repeat.ts';
import { dropRemoved, dueRemovals, forgetRemovals, keepProjected, recordRemovals } from './orgRowStore.ts';

export type OrgPruneOptions = {
  db: Db;
  remover: OrgRowRemover;
  /** Lets calls through while the org's API calls are not kept for others. */
  batch: BatchReads;
  /** Days for which a row stays in the org after billing has nothing of it any more; null to keep it for good. */
  removedDays: number | null;
  log: Log;
  metrics?: Registry;
  everyMs?: number;
};

export type OrgPrune = {
  start(): void;
  stop(): Promise<void>;
  /** Deletes what is due, unless another process does. @returns how many rows the org deleted */
  tick(): Promise<number>;
};

const LEASE = 'org-prune';
const LEASE_MS = 60_000;
/** Batches of one look: others want the partitions, too. */
const MOST_BATCHES = 20;
const DROPPED_AT_ONCE = 1000;

/**
 * Deletes rows that have fallen out of the org, two hundred a call, as work that can wait. No row of their partitions is on
 * its way to the org meanwhile; what arrives late is found by a second look.
 */
export function createOrgPrune(options: OrgPruneOptions): OrgPrune {
  const { db, remover, batch, removedDays, log, metrics, everyMs = 60_000 } = options;
  const holder = { store: leasesIn(db), owner: newId(), leaseMs: LEASE_MS, log };
  const partitionNames = Array.from({ length: PARTITIONS }, (_, index) => leaseOf(index));
  const deleted = new Counter({
    name: 'billing360_org_rows_deleted_total',
    help: 'Rows that were deleted in Salesforce because they had fallen out, by object',
    labelNames: ['object'] as const,
    registers: metrics ? [metrics] : [],
  });
  let stopping = false;

  /** @returns rows that were looked at, and how many of them the org deleted */
  async function removeSome(): Promise<{ looked: number; removed: number }> {
    const [first] = await dueRemovals(db, [...partitionNames.keys()], null, 1);
    if (first === undefined) return { looked: 0, removed: 0 };
    return withLeases(holder, partitionNames, async (mine) => {
      const due = await dueRemovals(db, mine.map(partitionLeased), first.object, ROWS_A_CHUNK);
      if (due.length === 0) return { looked: 0, removed: 0 };
      const keys = due.map(({ key }) => key);
      const results = await batch(() => remover.remove(first.object, keys));
      await recordRemovals(db, first.object, results);
      const removed = results.filter(({ outcome }) => outcome === 'removed').length;
      const refused = results.find((one) => one.outcome === 'refused');
      if (refused)
        log.error({ object: first.object, reason: refused.message }, 'Rows that have fallen out could not be deleted');
      if (removed > 0) log.info({ object: first.object, rows: removed }, 'Rows that have fallen out were deleted');
      deleted.inc({ object: first.object }, removed);
      return { looked: due.length, removed };
    });
  }

  async function tick(): Promise<number> {
    let count = 0;
    await whileAlone(holder, LEASE, async (held) => {
      if (removedDays !== null) while ((await dropRemoved(db, removedDays, DROPPED_AT_ONCE)) === DROPPED_AT_ONCE);
      await keepProjected(db);
      for (let batches = 0; batches < MOST_BATCHES && held() && !stopping; batches += 1) {
        const { looked, removed } = await removeSome();
        if (looked === 0) break;
        count += removed;
      }
      await forgetRemovals(db);
    });
    return count;
  }

  const loop = repeat(
    async () => void (await tick()),
    everyMs,
    (error) => log.warn({ err: error }, 'Rows that have fallen out could not be deleted; it is tried again'),
  );

  return {
    start: () => loop.start(),
    async stop() {
      stopping = true;
      await loop.stop();
    },
    tick,
  };
}
