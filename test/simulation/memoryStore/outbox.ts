import { holdMs } from '../../../server/sync/outbox/hold.ts';
import type { TakenRow } from '../../../server/sync/outbox/pending.ts';
import { weighResults } from '../../../server/sync/outbox/record.ts';
import type { OrgStamp } from '../../../server/sync/outbox/setRows.ts';
import type { OutboxStore } from '../../../server/sync/outbox/store.ts';
import { Fault } from '../../../server/domain/fault.ts';
import type { Memory, OrgRowEntry } from './memory.ts';
import type { Between } from './index.ts';
import { rowId, setRowsIn } from './setRows.ts';

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byPlace = (a: TakenRow, b: TakenRow) =>
  a.partition - b.partition || compare(a.accountId ?? '', b.accountId ?? '') || compare(a.row.key, b.row.key);

/** Notes what Salesforce holds now; a new row gives children that were put aside for want of it another chance. */
function confirmIn(memory: Memory, rows: readonly TakenRow[]): void {
  const withNewRows = new Set<string>();
  for (const { row, rowVersion, hash } of rows) {
    const entry = memory.orgRows.get(rowId(row));
    if (!entry || (entry.confirmedVersion !== null && entry.confirmedVersion > rowVersion)) continue;
    if (entry.confirmedVersion === null && entry.accountId !== null) withNewRows.add(entry.accountId);
    memory.orgRows.patch(rowId(row), {
      confirmedVersion: rowVersion,
      confirmedHash: hash,
      pending: entry.rowVersion !== rowVersion,
      attempt: 0,
      refusal: null,
      code: null,
      message: null,
    });
  }
  for (const [id, { accountId, quarantinedAt, refusal }] of memory.orgRows.entries())
    if (quarantinedAt !== null && refusal === 'after_parent' && accountId !== null && withNewRows.has(accountId))
      memory.orgRows.patch(id, { quarantinedAt: null, attempt: 0, notBefore: memory.now() });
}

export function outboxIn(memory: Memory, stamp: OrgStamp, between: Between): OutboxStore {
  const ready = (partitions: readonly number[]): [string, OrgRowEntry][] =>
    memory.orgRows
      .entries()
      .filter(
        ([, row]) =>
          row.pending &&
          row.quarantinedAt === null &&
          row.notBefore <= memory.now() &&
          partitions.includes(row.partition),
      );

  return {
    async backlogOf(partitions) {
      await between();
      const rows = ready(partitions).map(([, row]) => row);
      const since = rows.map(({ notBefore, changedAt }) => memory.now() - Math.max(notBefore, changedAt));
      return {
        rows: rows.length,
        partitions: [...new Set(rows.map(({ partition }) => partition))],
        oldestMs: Math.max(0, ...since),
      };
    },
    async takeRows(partitions, most) {
      await between();
      return memory.transaction(() =>
        ready(partitions)
          .sort(([, a], [, b]) => a.notBefore - b.notBefore)
          .slice(0, most)
          .map(([id, entry]): TakenRow => {
            memory.orgRows.patch(id, { sentVersion: entry.rowVersion });
            const { row, accountId, rowVersion, changedAt, partition, hash, attempt } = entry;
            return { row, accountId, rowVersion, syncedAt: new Date(changedAt), partition, hash, attempt };
          })
          .sort(byPlace),
      );
    },
    async recordResults(rows, results, random) {
      await between();
      const { outcomes, confirmed, refusals } = weighResults(rows, results, random);
      memory.transaction(() => {
        confirmIn(memory, confirmed);
        for (const { taken, kind, code, message, waitMs } of refusals) {
          const entry = memory.orgRows.get(rowId(taken.row));
          if (entry?.rowVersion !== taken.rowVersion) continue;
          memory.orgRows.patch(rowId(taken.row), {
            attempt: entry.attempt + 1,
            refusal: kind,
            code,
            message,
            notBefore: memory.now() + (waitMs ?? 0),
            quarantinedAt: waitMs === null ? memory.now() : null,
          });
        }
      });
      return outcomes;
    },
    async setRows(accountId, rows) {
      await between();
      return memory.transaction((id) => setRowsIn(memory, stamp, accountId, rows, id, Infinity));
    },
    async heldForMs(upstream) {
      await between();
      return Math.max(0, (memory.holds.get(upstream)?.until ?? 0) - memory.now());
    },
    async hold(upstream, error, random) {
      await between();
      const failures = (memory.holds.get(upstream)?.failures ?? 0) + 1;
      const reason = error instanceof Fault ? error.publicText : 'The call failed unexpectedly.';
      memory.holds.set(upstream, { until: memory.now() + holdMs(error, failures, random), failures, reason });
    },
    async endHold(upstream) {
      await between();
      memory.holds.delete(upstream);
    },
  };
}
