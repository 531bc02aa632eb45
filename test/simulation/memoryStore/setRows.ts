import { partitionOf } from '../../../server/sync/outbox/partition.ts';
import { changesOf, type OrgStamp } from '../../../server/sync/outbox/setRows.ts';
import type { OrgRow } from '../../../server/workflows/ports/orgRows.ts';
import type { Memory } from './memory.ts';

export const rowId = (row: { object: string; key: string }): string => `${row.object}\n${row.key}`;

/** Sets rows that Salesforce is to hold; to be called in a transaction. @returns how many wait because of this */
export function setRowsIn(
  memory: Memory,
  stamp: OrgStamp,
  accountId: string | null,
  rows: readonly OrgRow[],
  transaction: number,
  snapshot: number,
): number {
  const known = rows.flatMap((row) => {
    const entry = memory.orgRows.get(rowId(row));
    if (!entry) return [];
    return [
      {
        object: row.object,
        key: row.key,
        account_id: entry.accountId,
        hash: entry.hash,
        confirmed_hash: entry.confirmedHash,
        confirmed_version: entry.confirmedVersion,
        sent_version: entry.sentVersion,
        seen: entry.changedBy <= snapshot,
      },
    ];
  });
  const changes = changesOf(stamp, accountId, rows, known);
  const now = memory.now();
  for (const { row, hash, waits } of changes) {
    const before = memory.orgRows.get(rowId(row));
    memory.orgRows.set(rowId(row), {
      row: JSON.parse(JSON.stringify(row)) as OrgRow,
      accountId,
      partition: partitionOf(accountId ?? row.partOf ?? row.key),
      hash,
      rowVersion: Math.max((before?.rowVersion ?? 0) + 1, Math.floor(now)),
      changedAt: now,
      changedBy: transaction,
      pending: waits,
      sentVersion: before?.sentVersion ?? null,
      confirmedVersion: before?.confirmedVersion ?? null,
      confirmedHash: before?.confirmedHash ?? null,
      attempt: 0,
      notBefore: now,
      quarantinedAt: null,
      refusal: null,
      code: null,
      message: null,
    });
  }
  return changes.filter(({ waits }) => waits).length;
}
