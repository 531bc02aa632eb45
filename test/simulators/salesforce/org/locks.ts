import { RowFault } from './errors.ts';

/**
 * Records that somebody else holds a row lock on. A transaction runs at once here, so that it never meets another one by
 * itself: `holdMs` makes it keep its locks for a while after its end, as a slow one does. Times are real, as locks are.
 */
export class RowLocks {
  /** How long each transaction goes on holding what it locked. */
  holdMs = 0;
  readonly #until = new Map<string, number>();
  #mine: Set<string> | null = null;

  hold(id: string, ms: number): void {
    this.#until.set(id, Date.now() + ms);
  }

  clear(): void {
    this.#until.clear();
    this.holdMs = 0;
  }

  /** Runs one transaction; nested ones belong to the outermost. */
  during<T>(work: () => T): T {
    if (this.#mine) return work();
    const mine = (this.#mine = new Set<string>());
    try {
      return work();
    } finally {
      this.#mine = null;
      if (this.holdMs > 0) for (const id of mine) this.hold(id, this.holdMs);
    }
  }

  /**
   * Locks a record for the running transaction.
   * @throws RowFault UNABLE_TO_LOCK_ROW when another one holds it
   */
  take(id: string): void {
    const until = this.#until.get(id);
    if (until !== undefined && until > Date.now())
      throw new RowFault('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`);
    this.#until.delete(id);
    this.#mine?.add(id);
  }
}
