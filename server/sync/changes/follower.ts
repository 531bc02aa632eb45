import { Counter, type Registry } from 'prom-client';
import { Fault } from '../../domain/fault.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { createWakeup } from '../../platform/wakeup.ts';
import type { ChangeFeed, FeedBatch } from '../../workflows/ports/changeFeed.ts';
import { backoffMs } from '../backoff.ts';
import { toInboxRow } from '../inbox/storable.ts';
import { keepLeases, type LeaseStore } from '../leases.ts';
import { NotTheFollower, type PositionStore } from './position.ts';

export type FollowerOptions = {
  feed: ChangeFeed;
  store: PositionStore & LeaseStore;
  log: Log;
  metrics?: Registry;
  /** Told when events were stored. */
  onStored?: () => void;
  /** Told when the feed left changes out, so that they are looked for: which objects, null for all. */
  onGap: (objects: readonly string[] | null) => void;
  /** How long the feed stays with a process that died. */
  leaseMs?: number;
  random?: () => number;
};

export type Follower = { start(): void; stop(): Promise<void> };

const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 60_000;
/** What somebody has to change in the org is asked for again now and then. */
const REFUSED_MS = 300_000;

/** Follows the change events of Salesforce: one process at a time, each batch stored with the position behind it. */
export function createFollower(options: FollowerOptions): Follower {
  const { feed, store, log, onGap, onStored = () => {}, leaseMs = 5000, random = Math.random } = options;
  const registers = options.metrics ? [options.metrics] : [];
  const batches = new Counter({
    name: 'billing360_feed_batches_total',
    help: 'What the change events of Salesforce brought, by kind: events, alive (only the position), gap',
    labelNames: ['kind'] as const,
    registers,
  });
  const streams = new Counter({
    name: 'billing360_feed_streams_total',
    help: 'Subscriptions to the change events of Salesforce, by how they ended: ended, unavailable, refused, position_refused',
    labelNames: ['end'] as const,
    registers,
  });
  const owner = newId();
  const lease = { name: `feed:${feed.topic}`, owner };
  const wakeup = createWakeup();
  let stopping: AbortController | undefined;
  let loop: Promise<void> | undefined;

  async function take(batch: FeedBatch): Promise<void> {
    await store.storeAt(feed.topic, batch.position, batch.events.map(toInboxRow), lease);
    batches.inc({ kind: batch.events.length > 0 ? 'events' : 'alive' });
    if (batch.events.length > 0) onStored();
    if (batch.gaps.length === 0) return;
    batches.inc({ kind: 'gap' });
    log.warn({ objects: batch.gaps }, 'Salesforce left change events out; what changed is looked for');
    onGap(batch.gaps);
  }

  /** Follows for as long as the lease is ours. @throws Fault, NotTheFollower; errors of the database */
  async function follow(stop: AbortSignal, takenAt: number): Promise<void> {
    const lost = new AbortController();
    const kept = keepLeases({ store, owner, leaseMs, log }, [lease.name], takenAt, () => lost.abort());
    try {
      const position = await store.positionOf(feed.topic);
      await feed.follow(position === null ? 'latest' : { after: position }, take, AbortSignal.any([stop, lost.signal]));
    } finally {
      await kept.end();
    }
  }

  /** @returns ms until it is worth trying again */
  async function afterEnd(error: unknown, failures: number): Promise<number> {
    const code = error instanceof Fault ? error.code : '';
    if (error instanceof NotTheFollower) return 0;
    if (code === 'salesforce_position_refused') {
      streams.inc({ end: 'position_refused' });
      log.error(
        { err: error, topic: feed.topic },
        'Change events of Salesforce were missed; what changed is looked for',
      );
      await store.forget(feed.topic);
      onGap(null);
      return 0;
    }
    const refused = code === 'salesforce_feed_refused';
    streams.inc({ end: refused ? 'refused' : 'unavailable' });
    log.warn(
      { err: error, topic: feed.topic },
      'The change events of Salesforce cannot be heard; they are asked for again',
    );
    return backoffMs(failures, RETRY_BASE_MS, refused ? REFUSED_MS : RETRY_CAP_MS, random);
  }

  async function run(stop: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stop.aborted) {
      let waitMs = leaseMs / 3;
      const asked = performance.now();
      try {
        if ((await store.takeLeases([lease.name], owner, leaseMs)).length > 0) {
          const began = Date.now();
          try {
            await follow(stop, asked);
            streams.inc({ end: 'ended' });
            waitMs = backoffMs(1, RETRY_BASE_MS, RETRY_CAP_MS, random);
          } catch (error) {
            failures = Date.now() - began > RETRY_CAP_MS ? 1 : failures + 1;
            waitMs = await afterEnd(error, failures);
          }
        }
      } catch (error) {
        log.error({ err: error }, 'Where the change events stand could not be read');
      }
      // The lease is kept while this process waits to try again, unless the wait is longer than it lasts.
      if (!stop.aborted) await wakeup.wait(waitMs);
    }
    await store.giveLeases([lease.name], owner);
  }

  return {
    start() {
      stopping = new AbortController();
      loop = run(stopping.signal);
    },
    async stop() {
      stopping?.abort();
      wakeup.notify();
      await loop;
    },
  };
}
