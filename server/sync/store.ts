import type { MirrorLookup, MirrorReader } from '../workflows/ports/mirror.ts';
import type { MrrHistory } from '../workflows/ports/mrrHistory.ts';
import type { OrgRowsReader } from '../workflows/ports/orgRows.ts';
import type { DueStore } from './due/take.ts';
import type { InboxStore } from './inbox/store.ts';
import type { KeyStore } from './keys/store.ts';
import type { LeaseStore } from './leases.ts';
import type { OutboxStore } from './outbox/store.ts';
import type { SweepStore } from './sweep/store.ts';

/** What is done to keys from outside the key worker. */
export interface KeyControl {
  /** Marks keys as to be worked, after `delayMs` where nothing else is planned. */
  bumpKeys(keys: readonly string[], delayMs?: number): Promise<void>;
  /** Lets keys in quarantine be tried anew, all of them when none is named. @returns how many */
  releaseKeys(keys?: readonly string[]): Promise<number>;
  /**
   * Projects every Account anew when the org or the mapping is another one than at the last start.
   * @returns how many Accounts
   */
  projectAnew(): Promise<number>;
}

/**
 * Everything that the loops of this folder keep. Each asks for its own part; `test/contract/store` says what all of it has
 * to do, and is held to Postgres and to the memory of the simulation.
 */
export interface Store
  extends
    InboxStore,
    KeyStore,
    KeyControl,
    OutboxStore,
    LeaseStore,
    SweepStore,
    DueStore,
    MirrorReader,
    MirrorLookup,
    OrgRowsReader,
    MrrHistory {}
