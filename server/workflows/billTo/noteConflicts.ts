import type { Conflict } from '../../domain/billTo/decide.ts';
import type { BillToDiscrepancy } from '../ports/billTo.ts';

/**
 * @param before what people were told last; null for nothing
 * @param conflicts that are there now; with none, what is open is resolved and keeps its values
 * @param now business time
 */
export function noteConflicts(
  before: BillToDiscrepancy | null,
  conflicts: readonly Conflict[],
  now: Date,
): BillToDiscrepancy | null {
  const isOpen = before !== null && before.resolvedAt === null;
  if (conflicts.length === 0) return isOpen ? { ...before, resolvedAt: now.toISOString() } : before;
  return { foundAt: isOpen ? before.foundAt : now.toISOString(), resolvedAt: null, conflicts };
}
