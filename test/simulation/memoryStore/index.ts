import type { OrgStamp } from '../../../server/sync/outbox/setRows.ts';
import type { Store } from '../../../server/sync/store.ts';
import { inboxIn } from './inbox.ts';
import { keysIn } from './keys.ts';
import type { Memory } from './memory.ts';
import { outboxIn } from './outbox.ts';
import { dueIn, leasesIn, readersOf, sweepsIn } from './readers.ts';

/** Awaited before each statement that is a transaction of its own: others may run there. */
export type Between = () => Promise<void>;

/** A store in memory that does what the one in Postgres does (test/contract/store), without its waits. */
export function createMemoryStore(memory: Memory, stamp: OrgStamp, between: Between = () => Promise.resolve()): Store {
  return {
    ...inboxIn(memory, between),
    ...keysIn(memory, stamp, between),
    ...outboxIn(memory, stamp, between),
    ...leasesIn(memory, between),
    ...sweepsIn(memory, between),
    ...dueIn(memory, between),
    ...readersOf(memory, between),
  };
}
