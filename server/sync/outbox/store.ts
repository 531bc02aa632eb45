import type { OrgRow, OrgWriteResult } from '../../workflows/ports/orgRows.ts';
import type { ApiUsage, OrgState } from './budget.ts';
import type { Backlog, TakenRow, TakeOptions } from './pending.ts';
import type { RowOutcome } from './record.ts';

/** Where rows for Salesforce wait, as the outbox needs it. Times are those of the store's clock. */
export interface OutboxStore {
  /**
   * Looks at rows of these partitions that are ready to be written.
   * @param exceptBatchOf objects whose rows that can wait do not count
   */
  backlogOf(partitions: readonly number[], exceptBatchOf?: readonly string[]): Promise<Backlog>;
  /** Takes up to `most` rows that are ready for a call, and notes that their versions may have been sent. */
  takeRows(partitions: readonly number[], most: number, options?: TakeOptions): Promise<TakenRow[]>;
  /** Records answers, in the order of `rows`. @returns the outcome of each row */
  recordResults(
    rows: readonly TakenRow[],
    results: readonly OrgWriteResult[],
    random: () => number,
  ): Promise<RowOutcome[]>;
  /**
   * Sets rows that Salesforce is to hold.
   * @param batch true for rows that can wait
   * @returns how many rows wait for the writer because of this
   */
  setRows(accountId: string | null, rows: readonly OrgRow[], batch?: boolean): Promise<number>;
  /** @returns ms for which an upstream is to be left alone; 0 when it may be called */
  heldForMs(upstream: string): Promise<number>;
  /** Leaves an upstream alone for a while after a call that failed as a whole. */
  hold(upstream: string, error: unknown, random: () => number): Promise<void>;
  endHold(upstream: string): Promise<void>;
  /** Lets all rows that were put aside, and objects that are paused, be tried anew. @returns how many rows */
  releaseRows(): Promise<number>;
  /** @returns what any process learned of the org that is written to */
  orgState(): Promise<OrgState>;
  noteUsage(usage: ApiUsage): Promise<void>;
  /** Lets one process at a time make a call in spite of an old reading of the budget. */
  mayReadUsage(): Promise<boolean>;
}
