import { READ_AGAIN_AFTER_MS } from '../../../server/sync/outbox/budget.ts';
import { holdMs } from '../../../server/sync/outbox/hold.ts';
import { pauseMs } from '../../../server/sync/outbox/pause.ts';
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

/** Notes what Salesforce holds now; rows that were put aside get another chance by it, as in record.ts. */
function confirmIn(memory: Memory, rows: readonly TakenRow[]): void {
  const withNewRows = new Set<string>();
  const written = new Set<string>();
  for (const { row, rowVersion, hash } of rows) {
    const entry = memory.orgRows.get(rowId(row));
    if (!entry || (entry.confirmedVersion !== null && entry.confirmedVersion > rowVersion)) continue;
    memory.pauses.delete(row.object);
    if (entry.accountId !== null) written.add(entry.accountId);
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
    if (
      quarantinedAt !== null &&
      accountId !== null &&
      ((refusal === 'after_parent' && withNewRows.has(accountId)) || (refusal === 'soon' && written.has(accountId)))
    )
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
          (memory.pauses.get(row.row.object)?.until ?? 0) <= memory.now() &&
          partitions.includes(row.partition),
      );

  return {
    async backlogOf(partitions) {
      await between();
      const rows = ready(partitions).map(([, row]) => row);
      const since = rows.map(({ notBefore, changedAt }) => memory.now() - Math.max(notBefore, changedAt));
      return {
        rows: rows.length,
        batchRows: 0,
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
      const { outcomes, confirmed, outranked, refusals, paused } = weighResults(rows, results, random);
      memory.transaction(() => {
        confirmIn(memory, confirmed);
        for (const { row, rowVersion } of outranked) {
          const entry = memory.orgRows.get(rowId(row));
          if (entry?.rowVersion !== rowVersion) continue;
          const next = Math.max(rowVersion + 1, memory.now() + entry.attempt ** 2 * 60_000);
          memory.orgRows.patch(rowId(row), { attempt: entry.attempt + 1, notBefore: memory.now(), rowVersion: next });
        }
        for (const { object } of paused) {
          const failures = (memory.pauses.get(object)?.failures ?? 0) + 1;
          memory.pauses.set(object, { until: memory.now() + pauseMs(failures, random), failures });
        }
        for (const { taken, kind, code, message, tries, waitMs } of refusals) {
          const entry = memory.orgRows.get(rowId(taken.row));
          if (entry?.rowVersion !== taken.rowVersion) continue;
          memory.orgRows.patch(rowId(taken.row), {
            attempt: entry.attempt + tries,
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
    async releaseRows() {
      await between();
      for (const [object, pause] of memory.pauses.entries())
        memory.pauses.set(object, { ...pause, until: memory.now() });
      const aside = memory.orgRows.entries().filter(([, row]) => row.quarantinedAt !== null);
      for (const [id] of aside) memory.orgRows.patch(id, { quarantinedAt: null, attempt: 0, notBefore: memory.now() });
      return aside.length;
    },
    async orgState() {
      await between();
      const budget = memory.budgets.get(stamp.orgId);
      return {
        budget: budget ? { used: budget.used, limit: budget.limit, ageMs: memory.now() - budget.readAt } : null,
        blocked: false,
      };
    },
    async noteUsage({ used, limit }) {
      await between();
      memory.budgets.set(stamp.orgId, { used, limit, readAt: memory.now() });
    },
    async mayReadUsage() {
      await between();
      const budget = memory.budgets.get(stamp.orgId);
      if (!budget || memory.now() - budget.readAt <= READ_AGAIN_AFTER_MS) return false;
      memory.budgets.set(stamp.orgId, { ...budget, readAt: memory.now() });
      return true;
    },
  };
}
