import { Fault } from '../../domain/fault.ts';
import { withPriority } from '../../platform/priority.ts';
import type { BatchReads } from '../../workflows/ports/org.ts';
import { READ_AGAIN_AFTER_MS, type ApiUsage } from './budget.ts';
import { paceOf } from './pace.ts';
import type { OutboxStore } from './store.ts';

export type BatchReadsOptions = {
  store: Pick<OutboxStore, 'orgState' | 'mayReadUsage' | 'noteUsage'>;
  /** Share (0..1) of the API calls that is kept for others. */
  reserve: number;
  /** What the latest answer of the org said of its API calls; null when it said nothing. */
  usage: () => Promise<ApiUsage | null>;
};

/** Reads of the org that can wait stop where rows stop that can wait, and tell what is left of the calls as writes do. */
export function createBatchReads({ store, reserve, usage }: BatchReadsOptions): BatchReads {
  async function mayCall(): Promise<boolean> {
    const { budget } = await store.orgState();
    if (paceOf(0, budget, reserve).batchWaitMs !== null) return true;
    return budget !== null && budget.ageMs >= READ_AGAIN_AFTER_MS && store.mayReadUsage();
  }

  return async (work) => {
    if (!(await mayCall()))
      throw new Fault({
        code: 'salesforce_calls_reserved',
        kind: 'rate_limited',
        publicText:
          'Salesforce is not asked what has changed: what is left of its daily API calls is kept for others. It is asked again by itself.',
        retryAfterMs: READ_AGAIN_AFTER_MS,
        notTried: true,
      });
    try {
      return await withPriority('batch', work);
    } finally {
      const seen = await usage().catch(() => null);
      if (seen) await store.noteUsage(seen);
    }
  };
}
