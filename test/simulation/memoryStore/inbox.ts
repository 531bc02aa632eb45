import { isDeepStrictEqual } from 'node:util';
import type { InboxStore, Stored } from '../../../server/sync/inbox/store.ts';
import { COMPARABLE, type InboxRow } from '../../../server/sync/inbox/storable.ts';
import { BILLING_PARTS } from '../../../server/workflows/ports/billingSystem.ts';
import { bump } from './bump.ts';
import type { Memory } from './memory.ts';
import type { Between } from './index.ts';

const idOf = (row: { connection: string; eventId: string }) => `${row.connection}\n${row.eventId}`;
const byId = (a: InboxRow, b: InboxRow) => (idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0);
/** The oldest time that Postgres stores: 4713 BC. */
const OLDEST = Date.UTC(-4712, 0, 1);

function insert(memory: Memory, rows: readonly InboxRow[], delayMs: number): Set<string> {
  const fresh = new Set<string>();
  const keys = new Set<string>();
  const now = memory.now();
  for (const row of rows.toSorted(byId)) {
    if (row.occurredAt !== null && row.occurredAt.getTime() < OLDEST)
      throw Object.assign(new Error('timestamp out of range'), { code: '22008' });
    if (memory.inbox.get(idOf(row))) continue;
    memory.inbox.set(idOf(row), {
      id: memory.nextInboxId(),
      connection: row.connection,
      eventId: row.eventId,
      kind: row.kind,
      key: row.key,
      occurredAt: row.occurredAt,
      receivedAt: now,
      payload: JSON.parse(row.payload) as unknown,
      digest: row.digest,
      conflicts: 0,
      doneAt: row.key === null ? now : null,
    });
    fresh.add(idOf(row));
    if (row.key !== null) keys.add(row.key);
  }
  bump(memory, keys, delayMs);
  return fresh;
}

/** @returns places of deliveries with another content than the one that was stored */
function countConflicts(memory: Memory, rows: readonly (readonly [place: number, row: InboxRow])[]): number[] {
  const keys = new Set<string>();
  const differing = rows.filter(([, row]) => {
    const stored = memory.inbox.get(idOf(row));
    if (stored?.digest !== COMPARABLE || isDeepStrictEqual(stored.payload, JSON.parse(row.payload))) return false;
    for (const key of [stored.key, row.key]) if (key !== null) keys.add(key);
    memory.inbox.patch(idOf(row), { conflicts: stored.conflicts + 1 });
    return true;
  });
  bump(memory, keys, 0, BILLING_PARTS);
  return differing.map(([place]) => place);
}

export function inboxIn(memory: Memory, between: Between): InboxStore {
  return {
    async storeRows(rows, delayMs) {
      await between();
      const fresh = memory.transaction(() => insert(memory, rows, delayMs));
      const result = rows.map((row): Stored => (fresh.delete(idOf(row)) ? 'stored' : 'duplicate'));
      const known = [...rows.entries()].filter(([place, row]) => result[place] === 'duplicate' && row.digest !== '');
      if (known.length === 0) return result;
      await between();
      for (const place of memory.transaction(() => countConflicts(memory, known))) result[place] = 'conflict';
      return result;
    },
  };
}
