import { Fault } from '../../domain/fault.ts';
import type { BillingAccountList } from '../../workflows/ports/billingAccountList.ts';
import type { BackfillStore } from './store.ts';

/** Why the backfill of a connection that was never looked at runs. */
export const FIRST = 'The connection is new: everything is read once.';

/**
 * Begins with a connection that was never looked at: what is there is read by a backfill, what changes from now on is
 * told by events and found by sweeps.
 * @returns where sweeps begin
 */
export function beginWithBackfill(
  store: Pick<BackfillStore, 'startBackfill'>,
  lists: readonly BillingAccountList[],
): (connection: string) => Promise<{ cursor: string; checkedThrough: Date }> {
  return async (connection) => {
    const list = lists.find((one) => one.connection === connection);
    if (list === undefined) throw new Error(`There is no list of ${connection}.`);
    const { asOf } = await list.page(null);
    await store.startBackfill({ connection, reason: FIRST }).catch((error: unknown) => {
      // Begun before by a process that did not come to note its cursor.
      if (!(error instanceof Fault) || error.kind !== 'conflict') throw error;
    });
    return { cursor: list.sweepFrom(asOf), checkedThrough: asOf };
  };
}
