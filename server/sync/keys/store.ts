import type { KeyResult } from '../../workflows/ports/keyWork.ts';
import type { LeasedKey } from './claim.ts';
import type { Committed } from './commit.ts';
import type { Failure } from './failure.ts';

/** Where dirty keys are kept, as the key worker needs it. Times are those of the store's clock. */
export interface KeyStore {
  /**
   * Leases up to `count` keys that are ready, live ones first, the longest waiting first, and reads their events. Keys of
   * a connection that is broken or paused are not among them.
   * @param mostBatch how many of them may be keys that make way for live ones; all when absent
   */
  claimKeys(count: number, leaseMs: number, mostBatch?: number): Promise<LeasedKey[]>;
  /** Keeps claims for longer; those that are not held any more are left alone. */
  renewLeases(claims: readonly LeasedKey[], leaseMs: number): Promise<void>;
  /** Gives claims back, so that others need not wait for their end. */
  giveBack(claims: readonly LeasedKey[]): Promise<void>;
  /**
   * @param mostBatch 0 or less to leave out keys that make way for live ones; they count when absent
   * @returns ms until a key that nobody works is ready; null when there is none
   */
  nextReadyInMs(mostBatch?: number): Promise<number | null>;
  /** Makes keys dirty whose events nobody works though they came more than `olderThanMs` ago. @returns how many */
  rearm(olderThanMs: number): Promise<number>;
  /**
   * Commits what working a key came to, all of it or nothing.
   * @throws LeaseLost, Collision (another worker on the same rows); errors of the store
   */
  commitResult(claim: LeasedKey, result: KeyResult): Promise<Committed>;
  /** Ends a claim that failed; one that is not held any more is left alone. */
  recordFailure(claim: LeasedKey, failure: Failure, reason: string, code?: string | null): Promise<void>;
}
