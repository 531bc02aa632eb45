import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

async function charged(payment_method = 'pm_card_visa', amount = 5_000): Promise<Stripe.Charge> {
  const intent = await rig.stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    payment_method,
    allowed_payment_method_types: ['card'],
    confirm: true,
    expand: ['latest_charge'],
  });
  await rig.sim.settled();
  return intent.latest_charge as Stripe.Charge;
}

async function later(seconds: number): Promise<void> {
  rig.at(new Date(rig.clock.now().getTime() + seconds * 1_000).toISOString());
  await rig.sim.settled();
}

const disputeOf = async (charge: Stripe.Charge) => (await rig.stripe.disputes.list({ charge: charge.id })).data[0]!;

describe('a dispute', () => {
  it('takes the money and a fee from the balance', async () => {
    const mark = rig.mark();
    const charge = await charged('pm_card_createDispute');
    const dispute = await disputeOf(charge);
    expect(dispute).toMatchObject({ status: 'needs_response', reason: 'fraudulent', amount: 5_000, charge: charge.id });
    expect(dispute.balance_transactions).toMatchObject([
      { amount: -5_000, fee: 1_500, net: -6_500, type: 'adjustment' },
    ]);
    expect((await rig.stripe.charges.retrieve(charge.id)).disputed).toBe(true);
    expect(rig.eventTypes(mark).slice(-3)).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.updated',
    ]);
    await expect(rig.stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({ code: 'charge_disputed' });
  });

  it.each([
    ['winning_evidence', 'won', ['charge.dispute.updated', 'charge.dispute.closed', 'charge.dispute.funds_reinstated']],
    ['losing_evidence', 'lost', ['charge.dispute.updated', 'charge.dispute.closed']],
  ])('with %s is %s', async (text, status, events) => {
    const dispute = await disputeOf(await charged('pm_card_createDispute'));
    const mark = rig.mark();
    const sent = await rig.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text } });
    expect(sent).toMatchObject({ status: 'under_review', evidence_details: { submission_count: 1 } });
    await later(60);
    expect((await rig.stripe.disputes.retrieve(dispute.id)).status).toBe(status);
    expect(rig.eventTypes(mark)).toEqual(events);
    await expect(rig.stripe.disputes.close(dispute.id)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('keeps evidence as a draft until it is submitted', async () => {
    const dispute = await disputeOf(await charged('pm_card_createDispute'));
    const draft = await rig.stripe.disputes.update(dispute.id, { evidence: { receipt: 'file_1' }, submit: false });
    expect(draft).toMatchObject({ status: 'needs_response', evidence_details: { has_evidence: true } });
  });

  it('is lost when it is closed or when nobody answers', async () => {
    const closed = await disputeOf(await charged('pm_card_createDispute'));
    expect((await rig.stripe.disputes.close(closed.id)).status).toBe('lost');
    const left = await disputeOf(await charged('pm_card_createDisputeProductNotReceived'));
    await later(9 * 86_400);
    expect(await rig.stripe.disputes.retrieve(left.id)).toMatchObject({
      status: 'lost',
      reason: 'product_not_received',
    });
  });

  it('that is only an inquiry moves no money, and can be opened and decided by hand', async () => {
    const inquiry = await disputeOf(await charged('pm_card_createDisputeInquiry'));
    expect(inquiry).toMatchObject({ status: 'warning_needs_response', balance_transactions: [] });
    const charge = await charged();
    const opened = await rig.act('dispute', { charge: charge.id, reason: 'duplicate' });
    const { id } = opened.body['dispute'] as Stripe.Dispute;
    const decided = await rig.act('decide-dispute', { dispute: id, verdict: 'won' });
    expect(decided.body.events).toEqual(['charge.dispute.closed', 'charge.dispute.funds_reinstated']);
    expect((await rig.act('dispute', { charge: charge.id })).status).toBe(400);
  });
});

describe('a refund', () => {
  it('to a card that delays it is pending first', async () => {
    const charge = await charged('pm_card_pendingRefund');
    const refund = await rig.stripe.refunds.create({ charge: charge.id, amount: 700, metadata: { a: 'b' } });
    expect(refund).toMatchObject({ status: 'pending', amount: 700 });
    const mark = rig.mark();
    await later(30);
    expect((await rig.stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect(rig.eventTypes(mark)).toEqual(['refund.updated', 'charge.refund.updated']);
  });

  it('that fails afterwards gives the money back to the merchant', async () => {
    const charge = await charged('pm_card_refundFail');
    const refund = await rig.stripe.refunds.create({ charge: charge.id });
    expect(refund.status).toBe('succeeded');
    const mark = rig.mark();
    await later(30);
    expect(await rig.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
    });
    expect(await rig.stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(rig.eventTypes(mark)).toEqual([
      'charge.updated',
      'charge.refund.updated',
      'refund.updated',
      'refund.failed',
    ]);
  });

  it('can be described and not canceled once it is made', async () => {
    const refund = await rig.stripe.refunds.create({ charge: (await charged()).id });
    expect(await rig.stripe.refunds.update(refund.id, { metadata: { why: 'late' } })).toMatchObject({
      metadata: { why: 'late' },
    });
    await expect(rig.stripe.refunds.cancel(refund.id)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('is refused for more than is left, and for a charge that failed', async () => {
    const charge = await charged();
    await expect(rig.stripe.refunds.create({ charge: charge.id, amount: 5_001 })).rejects.toMatchObject({
      param: 'amount',
    });
    await expect(rig.stripe.refunds.create({})).rejects.toMatchObject({ code: 'parameter_missing' });
    const error = (await charged('pm_card_chargeDeclined').catch(
      (one: unknown) => one,
    )) as Stripe.errors.StripeCardError;
    await expect(rig.stripe.refunds.create({ charge: error.charge! })).rejects.toMatchObject({
      code: 'charge_not_refundable',
    });
  });
});

describe('the balance', () => {
  it('shows money as available two days after it was paid', async () => {
    const charge = await charged('pm_card_visa', 10_000);
    const id = charge.balance_transaction as string;
    expect(await rig.stripe.balanceTransactions.retrieve(id)).toMatchObject({ status: 'pending', net: 9_710 });
    const before = (await rig.stripe.balance.retrieve()).pending[0]!.amount;
    expect(before).toBeGreaterThanOrEqual(9_710);
    await later(2 * 86_400);
    expect(await rig.stripe.balanceTransactions.retrieve(id)).toMatchObject({ status: 'available' });
    expect((await rig.stripe.balance.retrieve()).pending[0]!.amount).toBe(0);
    const listed = await rig.stripe.balanceTransactions.list({ source: charge.id });
    expect(listed.data.map((one) => one.id)).toEqual([id]);
  });
});
