import { fromStripeAmount } from '../../domain/money/money.ts';
import type { Dispute, DisputeStatus } from '../../domain/payment/dispute.ts';
import type { Refund, RefundStatus } from '../../domain/payment/refund.ts';
import { fromUnixSeconds } from '../../domain/time/instant.ts';
import type { StripeDispute, StripeRefund } from './schema.ts';

/** Stripe docs, "The Refund object": one that waits for the customer to say where to is on its way as well. */
const REFUND_STATUS: Readonly<Record<string, RefundStatus>> = {
  pending: 'Pending',
  requires_action: 'Pending',
  succeeded: 'Succeeded',
  failed: 'Failed',
  canceled: 'Canceled',
};

/** Stripe docs, "The Dispute object". */
const DISPUTE_STATUS: Readonly<Record<string, DisputeStatus>> = {
  warning_needs_response: 'Inquiry needs a response',
  warning_under_review: 'Inquiry under review',
  warning_closed: 'Inquiry closed',
  needs_response: 'Needs a response',
  under_review: 'Under review',
  appeal_needs_response: 'Appeal needs a response',
  appeal_under_review: 'Appeal under review',
  won: 'Won',
  lost: 'Lost',
  prevented: 'Prevented',
};

export function fromStripeRefund(refund: StripeRefund): Refund {
  const status = refund.status ?? 'pending';
  return {
    id: refund.id,
    amount: fromStripeAmount(refund.amount, refund.currency),
    status: REFUND_STATUS[status] ?? status,
    reason: refund.reason,
    failure: status === 'failed' ? refund.failure_reason : null,
    at: fromUnixSeconds(refund.created),
  };
}

export function fromStripeDispute(dispute: StripeDispute): Dispute {
  const due = dispute.evidence_details?.due_by ?? null;
  return {
    id: dispute.id,
    amount: fromStripeAmount(dispute.amount, dispute.currency),
    lost: fromStripeAmount(dispute.status === 'lost' ? dispute.amount : 0, dispute.currency),
    status: DISPUTE_STATUS[dispute.status] ?? dispute.status,
    reason: dispute.reason,
    openedAt: fromUnixSeconds(dispute.created),
    dueAt: due === null ? null : fromUnixSeconds(due),
  };
}
