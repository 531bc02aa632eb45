import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { flag, mergeMetadata, metadata, range, shape, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Charge, Dispute } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { book } from './balance.ts';

const feeAmount = 1_500;
const answerSeconds = 9 * 86_400;
/** Test disputes are decided soon after their evidence was submitted. */
const decisionSeconds = 60;

const evidenceTexts = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;

type EvidenceText = (typeof evidenceTexts)[number];

const noEvidence = (): Dispute['evidence'] => ({
  ...(Object.fromEntries(evidenceTexts.map((name) => [name, null])) as Record<EvidenceText, null>),
  enhanced_evidence: {},
});

const isInquiry = (dispute: Dispute): boolean => dispute.status.startsWith('warning_');

/** A customer's bank takes a payment back; an inquiry only asks. */
export function addDispute(world: World, charge: Charge, start: { reason: string; inquiry?: boolean }): Dispute {
  const card = charge.payment_method_details?.card;
  const dispute: Dispute = {
    id: world.id('du'),
    object: 'dispute',
    amount: charge.amount_captured - charge.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: world.now() + answerSeconds,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: start.inquiry ?? false,
    livemode: false,
    metadata: {},
    network_reason_code: start.reason === 'fraudulent' ? '10.4' : '13.1',
    payment_intent: charge.payment_intent,
    ...(card && {
      payment_method_details: {
        card: {
          brand: card.brand ?? 'visa',
          case_type: start.inquiry ? 'inquiry' : 'chargeback',
          network: card.network ?? 'visa',
          network_reason_code: start.reason === 'fraudulent' ? '10.4' : '13.1',
        },
        type: 'card',
      },
    }),
    reason: start.reason,
    status: start.inquiry ? 'warning_needs_response' : 'needs_response',
  };
  world.change(charge, null, (one) => (one.disputed = true));
  if (!start.inquiry) move(world, dispute, -1);
  world.insert('disputes', dispute, 'charge.dispute.created');
  if (!start.inquiry) world.emit('charge.dispute.funds_withdrawn', dispute);
  world.emit('charge.updated', charge, { disputed: false });
  world.at(world.now() + answerSeconds, 'dispute-due', dispute.id);
  return dispute;
}

/** The disputed amount leaves the balance together with a fee; it comes back when the dispute is won, the fee does not. */
function move(world: World, dispute: Dispute, sign: 1 | -1): void {
  const booked = book(world, {
    amount: sign * dispute.amount,
    currency: dispute.currency,
    description: `Chargeback ${sign < 0 ? 'withdrawal' : 'reversal'} for ${String(dispute.charge)}`,
    fee: sign < 0 ? feeAmount : 0,
    feeDescription: 'Dispute fee',
    source: dispute.id,
    type: 'adjustment',
    reporting_category: sign < 0 ? 'dispute' : 'dispute_reversal',
    wait: 0,
  });
  dispute.balance_transactions = [...dispute.balance_transactions, structuredClone(booked)];
}

export type Verdict = 'won' | 'lost';

/** Ends a dispute: the bank has decided, or the merchant has accepted it. */
export function decide(world: World, dispute: Dispute, verdict: Verdict): Dispute {
  if (['won', 'lost', 'warning_closed'].includes(dispute.status))
    throw invalid('This dispute is already closed.', undefined, 'status_transition_invalid');
  const inquiry = isInquiry(dispute);
  world.change(dispute, null, (one) => {
    one.status = inquiry ? 'warning_closed' : verdict;
    if (!inquiry && verdict === 'won') move(world, one, 1);
  });
  world.emit('charge.dispute.closed', dispute);
  if (!inquiry && verdict === 'won') world.emit('charge.dispute.funds_reinstated', dispute);
  return dispute;
}

/** Bank's decision on test evidence: `winning_evidence` wins, anything else loses (Stripe docs, "Testing": disputes). */
const verdictOf = (dispute: Dispute): Verdict =>
  dispute.evidence.uncategorized_text === 'winning_evidence' ? 'won' : 'lost';

export function addDisputeRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('disputes', id ?? '');
  routes.get('/v1/disputes', { ...paging, created: range, charge: text, payment_intent: text }, ({ params }) =>
    page(
      '/v1/disputes',
      world.all('disputes'),
      (one) =>
        within(one.created, params.created) &&
        (params.charge === undefined || one.charge === params.charge) &&
        (params.payment_intent === undefined || one.payment_intent === params.payment_intent),
      params,
    ),
  );
  routes.get('/v1/disputes/:id', {}, ({ path }) => find(path['id']));
  const evidence = shape(
    Object.fromEntries(evidenceTexts.map((name) => [name, text])) as Record<EvidenceText, typeof text>,
  );
  routes.post('/v1/disputes/:id', { evidence, metadata, submit: flag }, ({ path, params }) => {
    const dispute = find(path['id']);
    const open = dispute.status === 'needs_response' || dispute.status === 'warning_needs_response';
    if (params.evidence && !open)
      throw invalid('This dispute can no longer be updated: its evidence was submitted or it is closed.');
    const submit = params.evidence !== undefined && params.submit !== false;
    return world.change(dispute, 'charge.dispute.updated', (one) => {
      one.metadata = mergeMetadata(one.metadata, params.metadata);
      if (!params.evidence) return;
      Object.assign(one.evidence, params.evidence);
      one.evidence_details.has_evidence = true;
      if (!submit) return;
      one.evidence_details.submission_count++;
      one.evidence_details.submission_method = 'manual';
      one.status = isInquiry(one) ? 'warning_under_review' : 'under_review';
      world.at(world.now() + decisionSeconds, 'dispute-decision', one.id);
    });
  });
  routes.post('/v1/disputes/:id/close', {}, ({ path }) => decide(world, find(path['id']), 'lost'));
  world.onTimer('dispute-decision', (id) => {
    const dispute = world.find('disputes', id);
    if (dispute?.status.endsWith('under_review')) decide(world, dispute, verdictOf(dispute));
  });
  world.onTimer('dispute-due', (id) => {
    const dispute = world.find('disputes', id);
    if (dispute?.status.endsWith('needs_response')) decide(world, dispute, 'lost');
  });
}
