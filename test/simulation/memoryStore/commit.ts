import { isProjection, projectionKeyOf } from '../../../server/domain/billingAccount/key.ts';
import type { MrrLevel } from '../../../server/domain/metrics/movements.ts';
import type { LeasedKey } from '../../../server/sync/keys/claim.ts';
import { LeaseLost, type Committed } from '../../../server/sync/keys/commit.ts';
import { acceptWrites, type StoredRecord } from '../../../server/sync/mirror/save.ts';
import type { OrgStamp } from '../../../server/sync/outbox/setRows.ts';
import { BILLING_PARTS } from '../../../server/workflows/ports/billingSystem.ts';
import type { KeyResult } from '../../../server/workflows/ports/keyWork.ts';
import type { AccountLink, MirrorWrite } from '../../../server/workflows/ports/mirror.ts';
import { bump } from './bump.ts';
import type { Memory } from './memory.ts';
import { setRowsIn } from './setRows.ts';

/** @returns billing accounts whose content changed */
function saveMirrorIn(memory: Memory, writes: readonly MirrorWrite[]): Set<string> {
  const stored = new Map<string, StoredRecord>();
  for (const { record } of writes) {
    const entry = memory.mirror.get(record.key);
    if (entry) stored.set(record.key, { ...entry.record, digest: entry.digest });
  }
  const { records, changed } = acceptWrites(stored, writes);
  for (const [key, { record, digest }] of records) {
    // As a database would, so that nothing which is not JSON survives.
    const body = JSON.parse(JSON.stringify(record.body)) as unknown;
    memory.mirror.set(key, { record: { ...record, body }, digest });
  }
  return changed;
}

/** @returns Accounts that have to look: old, new, and those that rows are still with */
function saveLinkIn(memory: Memory, { billingAccountKey, accountId }: AccountLink): string[] {
  const before = memory.links.get(billingAccountKey);
  if (before && before.accountId === accountId) return [];
  memory.links.set(billingAccountKey, { accountId });
  const mirrored = new Set(
    memory.mirror
      .values()
      .filter(({ record }) => record.billingAccountKey === billingAccountKey)
      .map(({ record }) => record.key),
  );
  const holders = memory.orgRows.values().filter(({ row }) => mirrored.has(row.key));
  return [before?.accountId ?? null, accountId, ...holders.map((row) => row.accountId)].filter((id) => id !== null);
}

function saveLevelsIn(memory: Memory, accountId: string, levels: readonly MrrLevel[]): void {
  const set = new Set(levels.map(({ mrr }) => mrr.currency));
  const kept = memory.levels.get(accountId)?.levels.filter(({ mrr }) => !set.has(mrr.currency)) ?? [];
  if (set.size > 0) memory.levels.set(accountId, { levels: [...kept, ...levels] });
}

/** Clears the key when nothing came for it meanwhile. */
function clearIn(memory: Memory, claim: LeasedKey, { againAt, pollAt }: KeyResult): boolean {
  const next = againAt !== undefined && (pollAt === undefined || againAt < pollAt) ? againAt : pollAt;
  const unchanged = memory.dirty.get(claim.key)?.generation === claim.generation;
  if (unchanged && !next && !claim.more) return memory.dirty.delete(claim.key);
  // A request that came meanwhile has another generation and stays.
  const met = memory.dirty.get(claim.key)?.refetchGeneration === claim.refetchGeneration;
  memory.dirty.patch(claim.key, {
    ...(met ? { refetch: [], refetchGeneration: null } : {}),
    leaseOwner: null,
    leaseUntil: null,
    attempt: 0,
    reason: null,
    notBefore: unchanged && next && !claim.more ? next.getTime() : memory.now(),
    pollAt: pollAt?.getTime() ?? null,
    polledGeneration: pollAt ? claim.generation : null,
  });
  return false;
}

/** Commits what working a key came to; to be called in a transaction. */
export function commitIn(
  memory: Memory,
  stamp: OrgStamp,
  claim: LeasedKey,
  result: KeyResult,
  transaction: number,
): Committed {
  if (memory.dirty.get(claim.key)?.leaseOwner !== claim.lease) throw new LeaseLost(claim.key);
  const changed = saveMirrorIn(memory, result.mirror ?? []);
  const moved = result.link ? saveLinkIn(memory, result.link) : [];
  const accounts = [...changed].flatMap((key) => memory.links.get(key)?.accountId ?? []);
  const [projections, others] = [true, false].map((wanted) =>
    (result.dirty ?? []).filter((key) => isProjection(key) === wanted),
  ) as [string[], string[]];
  bump(memory, others, 0, result.moved ? [] : BILLING_PARTS);
  if (result.refetch) bump(memory, result.refetch.keys, 0, result.refetch.parts);
  bump(memory, [...projections, ...[...moved, ...accounts].map(projectionKeyOf)], 0);
  let rowsWaiting = 0;
  if (result.catalog) rowsWaiting = setRowsIn(memory, stamp, null, result.catalog, transaction, Number(claim.snapshot));
  if (result.projection) {
    const { accountId, rows, nextChangeOn, levels = [] } = result.projection;
    saveLevelsIn(memory, accountId, levels);
    rowsWaiting = setRowsIn(memory, stamp, accountId, rows, transaction, Number(claim.snapshot));
    if (nextChangeOn === null) memory.due.delete(accountId);
    else memory.due.set(accountId, { nextChangeOn });
  }
  const done = new Set(result.done);
  for (const [key, event] of memory.inbox.entries())
    if (event.doneAt === null && done.has(String(event.id))) memory.inbox.patch(key, { doneAt: memory.now() });
  if (result.moved) {
    const { to, events } = result.moved;
    for (const [key, event] of memory.inbox.entries())
      if (event.doneAt === null && events.includes(String(event.id))) memory.inbox.patch(key, { key: to });
  }
  return { cleared: clearIn(memory, claim, result), rowsWaiting };
}
