import { isDeepStrictEqual } from 'node:util';
import { MAX_ATTEMPTS } from '../../../server/sync/keys/bump.ts';
import { BILLING_PARTS } from '../../../server/workflows/ports/billingSystem.ts';
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
    refetch: [],
    refetchGeneration: null,
  };
}

/**
 * Marks keys as to be worked, as `BUMP` and, where parts are asked for, `REFETCH` do in Postgres.
 * @param parts empty where events say what is to be read
 */
export function bump(memory: Memory, keys: Iterable<string>, delayMs: number, parts: readonly string[] = []): void {
  const notBefore = memory.now() + delayMs;
  for (const key of new Set(keys)) {
    const before = memory.dirty.get(key);
    const aside = before !== undefined && before.quarantinedAt !== null;
    const asked = parts.length > 0 ? { refetch: parts, refetchGeneration: memory.nextGeneration() } : {};
    if (!before) memory.dirty.set(key, { ...freshKey(memory, key, notBefore), ...asked });
    else
      memory.dirty.patch(key, {
        ...asked,
        refetch: isDeepStrictEqual(before.refetch, parts) ? parts : BILLING_PARTS,
        generation: memory.nextGeneration(),
        notBefore: before.attempt === 0 || aside ? Math.min(before.notBefore, notBefore) : before.notBefore,
        attempt: aside ? MAX_ATTEMPTS - 1 : before.attempt,
        quarantinedAt: null,
        reason: aside ? null : before.reason,
      });
  }
}
