import { MAX_ATTEMPTS } from '../../../server/sync/keys/bump.ts';
import type { DirtyKey, Memory } from './memory.ts';

export function freshKey(memory: Memory, key: string, notBefore: number): DirtyKey {
  return {
    key,
    generation: memory.nextGeneration(),
    notBefore,
    leaseOwner: null,
    leaseUntil: null,
    attempt: 0,
    quarantinedAt: null,
    reason: null,
    pollAt: null,
    polledGeneration: null,
  };
}

/** Marks keys as to be worked, as `BUMP` does in Postgres. */
export function bump(memory: Memory, keys: Iterable<string>, delayMs: number): void {
  const notBefore = memory.now() + delayMs;
  for (const key of new Set(keys)) {
    const before = memory.dirty.get(key);
    const aside = before !== undefined && before.quarantinedAt !== null;
    if (!before) memory.dirty.set(key, freshKey(memory, key, notBefore));
    else
      memory.dirty.patch(key, {
        generation: memory.nextGeneration(),
        notBefore: before.attempt === 0 || aside ? Math.min(before.notBefore, notBefore) : before.notBefore,
        attempt: aside ? MAX_ATTEMPTS - 1 : before.attempt,
        quarantinedAt: null,
        reason: aside ? null : before.reason,
      });
  }
}
