import type { BillingAccountList } from '../../workflows/ports/billingAccountList.ts';
import type { BackfillStore } from './store.ts';

/** Why the backfill of a connection that was never looked at runs. */
export const FIRST = 'The connection is new: everything is read once.';
/** Why that of a connection runs that was not looked at for longer than its billing system tells what changed. */
export const ANEW = 'What changed since the last look can no longer be asked for: everything is read anew.';

/**
 * Begins with a connection whose changes up to now no sweep can tell: what is there is read by a backfill, what changes
 * from now on is told by events and found by sweeps.
 * @returns what begins with one, and says where its sweeps begin
 */
export function beginWithBackfill(
  store: Pick<BackfillStore, 'startBackfill' | 'backfillOf'>,
  lists: readonly BillingAccountList[],
): (connection: string, why: typeof FIRST | typeof ANEW) => Promise<{ cursor: string; checkedThrough: Date }> {
  return async (connection, reason) => {
    const list = lists.find((one) => one.connection === connection);
    if (list === undefined) throw new Error(`There is no list of ${connection}.`);
    const { asOf } = await list.page(null);
    // One that runs has listed billing accounts that may have changed before sweeps begin: it starts from the top.
    const running = await store.backfillOf(connection);
    const rewrite = running !== null && running.endedAt === null && running.rewrite;
    await store.startBackfill({ connection, reason, rewrite }, true);
    return { cursor: list.sweepFrom(asOf), checkedThrough: asOf };
  };
}
