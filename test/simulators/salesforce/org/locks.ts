import { RowFault } from './errors.ts';

/** Accounts that somebody else holds a row lock on; times are real, as locks are. */
export class RowLocks {
  readonly #until = new Map<string, number>();

  hold(accountId: string, ms: number): void {
    this.#until.set(accountId, Date.now() + ms);
  }

  clear(): void {
    this.#until.clear();
  }

  /** @throws RowFault UNABLE_TO_LOCK_ROW when the account is held */
  refuse(accountId: string): void {
    const until = this.#until.get(accountId);
    if (until === undefined) return;
    if (until > Date.now())
      throw new RowFault(
        'UNABLE_TO_LOCK_ROW',
        `unable to obtain exclusive access to this record or 1 records: ${accountId}`,
      );
    this.#until.delete(accountId);
  }
}
