import { projectionKeyOf } from '../../../server/domain/billingAccount/key.ts';
import { newId } from '../../../server/platform/ids.ts';
import type { LeasedKey } from '../../../server/sync/keys/claim.ts';
import type { KeyStore } from '../../../server/sync/keys/store.ts';
import type { OrgStamp } from '../../../server/sync/outbox/setRows.ts';
import type { KeyControl } from '../../../server/sync/store.ts';
import { bump, freshKey } from './bump.ts';
import { commitIn } from './commit.ts';
import type { DirtyKey, Memory } from './memory.ts';
import type { Between } from './index.ts';

const EVENTS_PER_KEY = 500;

function undoneOf(memory: Memory, key: string) {
  return memory.inbox
    .values()
    .filter((event) => event.key === key && event.doneAt === null)
    .sort((a, b) => a.id - b.id)
    .slice(0, EVENTS_PER_KEY);
}

function leaseReady(
  memory: Memory,
  count: number,
  leaseMs: number,
): { keys: DirtyKey[]; lease: string; at: number; now: number } {
  const now = memory.now();
  const lease = newId();
  return memory.transaction((at) => {
    const keys = memory.dirty
      .values()
      .filter(
        (row) =>
          row.quarantinedAt === null && row.notBefore <= now && (row.leaseUntil === null || row.leaseUntil < now),
      )
      .sort((a, b) => a.notBefore - b.notBefore)
      .slice(0, count);
    for (const { key } of keys) memory.dirty.patch(key, { leaseOwner: lease, leaseUntil: now + leaseMs });
    return { keys, lease, at, now };
  });
}

export function keysIn(memory: Memory, stamp: OrgStamp, between: Between): KeyStore & KeyControl {
  const isHeld = (claim: LeasedKey) => memory.dirty.get(claim.key)?.leaseOwner === claim.lease;
  const patchHeld = (claims: readonly LeasedKey[], columns: Partial<DirtyKey>) =>
    memory.transaction(() => {
      for (const claim of claims) if (isHeld(claim)) memory.dirty.patch(claim.key, columns);
    });

  return {
    async claimKeys(count, leaseMs) {
      await between();
      const { keys, lease, at, now } = leaseReady(memory, count, leaseMs);
      if (keys.length === 0) return [];
      // A statement of its own in Postgres, too.
      await between();
      return keys.map((row): LeasedKey => {
        const events = undoneOf(memory, row.key);
        return {
          key: row.key,
          generation: row.generation,
          lease,
          snapshot: String(at),
          claimedAt: new Date(now),
          attempt: row.attempt + 1,
          pollAt: row.pollAt === null ? null : new Date(row.pollAt),
          pollOnly: row.polledGeneration === row.generation && events.length === 0,
          events: events.map(({ id, connection, eventId, kind, occurredAt, receivedAt, payload, conflicts }) => ({
            id: String(id),
            connection,
            eventId,
            kind,
            occurredAt,
            receivedAt: new Date(receivedAt),
            payload,
            contested: conflicts > 0,
          })),
          more: events.length === EVENTS_PER_KEY,
          // Nothing here asks for a backfill.
          batch: false,
          refetch: row.refetch,
          refetchGeneration: row.refetchGeneration,
        };
      });
    },
    async renewLeases(claims, leaseMs) {
      await between();
      patchHeld(claims, { leaseUntil: memory.now() + leaseMs });
    },
    async giveBack(claims) {
      await between();
      patchHeld(claims, { leaseOwner: null, leaseUntil: null });
    },
    async nextReadyInMs() {
      await between();
      const waiting = memory.dirty.values().filter((row) => row.quarantinedAt === null && row.leaseUntil === null);
      return waiting.length === 0 ? null : Math.min(...waiting.map(({ notBefore }) => notBefore)) - memory.now();
    },
    async rearm(olderThanMs) {
      await between();
      const before = memory.now() - olderThanMs;
      const forgotten = new Set<string>();
      for (const { key, doneAt, receivedAt } of memory.inbox.values())
        if (key !== null && doneAt === null && receivedAt < before && !memory.dirty.get(key)) forgotten.add(key);
      for (const key of forgotten) memory.dirty.set(key, freshKey(memory, key, memory.now()));
      return forgotten.size;
    },
    async commitResult(claim, result) {
      await between();
      return memory.transaction((id) => commitIn(memory, stamp, claim, result, id));
    },
    async recordFailure(claim, failure, reason) {
      await between();
      const now = memory.now();
      patchHeld([claim], {
        leaseOwner: null,
        leaseUntil: null,
        attempt: claim.attempt,
        reason,
        ...(failure.action === 'retry' ? { notBefore: now + failure.waitMs } : { quarantinedAt: now }),
      });
    },
    async bumpKeys(keys, delayMs = 0) {
      await between();
      memory.transaction(() => bump(memory, keys, delayMs));
    },
    async releaseKeys(keys) {
      await between();
      const aside = memory.dirty
        .values()
        .filter(({ key, quarantinedAt }) => quarantinedAt !== null && (keys === undefined || keys.includes(key)));
      for (const { key } of aside)
        memory.dirty.patch(key, {
          generation: memory.nextGeneration(),
          quarantinedAt: null,
          reason: null,
          attempt: 0,
          notBefore: memory.now(),
        });
      return aside.length;
    },
    async projectAnew() {
      await between();
      const value = `${stamp.orgId}:${stamp.mappingVersion}`;
      return memory.transaction(() => {
        if (memory.settings.get('org_stamp')?.value === value) return 0;
        memory.settings.set('org_stamp', { value });
        const accounts = new Set(memory.links.values().flatMap(({ accountId }) => accountId ?? []));
        bump(memory, [...accounts].map(projectionKeyOf), 0);
        return accounts.size;
      });
    },
  };
}
