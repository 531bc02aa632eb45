import type { Money } from '../money/money.ts';
import type { Instant } from '../time/instant.ts';

/**
 * State of a dispute; a word of a billing system that is not among these stands as it came. An inquiry is a question of
 * the bank before money is taken.
 */
export const DISPUTE_STATUSES = [
  'Inquiry needs a response',
  'Inquiry under review',
  'Inquiry closed',
  'Needs a response',
  'Under review',
  'Appeal needs a response',
  'Appeal under review',
  'Won',
  'Lost',
  'Prevented',
] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number] | (string & {});

/** A customer's bank takes a payment back, or asks about it. */
export type Dispute = {
  id: string;
  amount: Money;
  status: DisputeStatus;
  /** What it took for good and the billing system does not count as refunded: zero unless it was lost. */
  lost: Money;
  /** Why, as the billing system says it; null where it says nothing. */
  reason: string | null;
  openedAt: Instant | null;
  /** Until when evidence counts; null where there is no such time. */
  dueAt: Instant | null;
};

const NEEDS_RESPONSE = /needs a response$/i;
const OVER: ReadonlySet<DisputeStatus> = new Set(['Inquiry closed', 'Won', 'Lost', 'Prevented']);

/** @returns whether somebody has to answer the bank, until `dueAt` */
export function needsResponse({ status }: Dispute): boolean {
  return NEEDS_RESPONSE.test(status);
}

/** @returns the dispute that matters: one to be answered, else one that is not over, else the last one; null when there is none */
export function disputeOf(disputes: readonly Dispute[]): Dispute | null {
  const rank = (one: Dispute): number => (needsResponse(one) ? 2 : OVER.has(one.status) ? 0 : 1);
  const sorted = disputes.toSorted(
    (a, b) => rank(b) - rank(a) || (b.openedAt ?? '').localeCompare(a.openedAt ?? '') || a.id.localeCompare(b.id),
  );
  return sorted[0] ?? null;
}
