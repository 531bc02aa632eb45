import type { Store } from '../../server/sync/store.ts';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import type { Memory } from './memoryStore/memory.ts';

const revisionOf = (body: unknown) => Number((body as BillingObject).sourceUrl.split('rev=')[1]);

/**
 * Sees to it that nothing is committed without its lease, that no record goes back to an older state, and that none comes
 * back that was deleted.
 */
export function watched(store: Store, memory: Memory, onViolation: (what: string) => void): Store {
  const seen = new Map<string, { revision: number; deleted: boolean }>();
  return {
    ...store,
    async commitResult(claim, result) {
      // A claim that has lost its lease never has it again.
      const held = memory.dirty.get(claim.key)?.leaseOwner === claim.lease;
      const committed = await store.commitResult(claim, result);
      if (!held) onViolation(`${claim.key} was committed without its lease`);
      for (const key of new Set((result.mirror ?? []).map(({ record }) => record.key))) {
        const record = memory.mirror.get(key)?.record;
        if (!record) continue;
        const [now, before] = [{ revision: revisionOf(record.body), deleted: record.deleted }, seen.get(key)];
        // Usage is a sum of ours: it is gone while its subscription is not in force.
        if (before?.deleted && !now.deleted && record.kind !== 'usage') onViolation(`${key} was deleted and came back`);
        if (before && !now.deleted && now.revision < before.revision)
          onViolation(`${key} went back from revision ${before.revision} to ${now.revision}`);
        seen.set(key, now);
      }
      return committed;
    },
  };
}
