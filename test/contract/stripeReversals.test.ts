import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type Stripe from 'stripe';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import { unknownWordsOf } from '../../server/domain/account/unknownWords.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: StripeRig;

beforeEach(async () => {
  rig = await startStripeRig();
});
afterEach(() => rig.close());

type Method = { id: string; kind?: 'card' | 'us_bank_account' | 'sepa_debit'; currency?: string };

/** A customer who paid 100 US dollars, or euro, once. */
async function paid({ id, kind = 'card', currency = 'usd' }: Method = { id: 'pm_card_visa' }): Promise<Stripe.Charge> {
  const customer = await rig.customer(ACCOUNT);
  const intent = await rig.stripe.paymentIntents.create({
    amount: 10_000,
    currency,
    customer,
    payment_method: (await rig.stripe.paymentMethods.attach(id, { customer })).id,
    allowed_payment_method_types: [kind],
    confirm: true,
    mandate_data: { customer_acceptance: { type: 'online', online: { ip_address: '127.0.0.1', user_agent: 'test' } } },
  });
  await rig.work();
  return rig.stripe.charges.retrieve(intent.latest_charge as string);
}

const rowOf = (charge: { id: string }) => rig.bench.row('Billing_Payment__c', `stripe:payment:${charge.id}`);

const lifetimeValue = () => rig.bench.rowsOf('Billing_Balance__c', ACCOUNT)[0]?.fields['Lifetime_Value__c'];

/** Lets the clock of Stripe go on; what is due by then happens. */
async function pass(seconds: number): Promise<void> {
  rig.clock.setOffset(rig.clock.now().getTime() + seconds * 1000 - Date.now());
  await rig.work();
}

describe('a refund', () => {
  test('in part leaves the payment partially refunded, with the reason; the rest makes it refunded', async () => {
    const charge = await paid();
    expect(rowOf(charge)).toMatchObject({
      Status__c: 'Succeeded',
      Refunded__c: 0,
      Refunded_At__c: null,
      Refund_Reason__c: null,
      Dispute_Status__c: null,
      Disputed_Amount__c: 0,
    });
    await pass(3600);
    await rig.stripe.refunds.create({ charge: charge.id, amount: 2_500, reason: 'requested_by_customer' });
    await rig.work();
    const { created } = (await rig.stripe.refunds.list({ charge: charge.id })).data[0]!;
    expect(rowOf(charge)).toMatchObject({
      Status__c: 'Partially Refunded',
      Amount__c: 100,
      Refunded__c: 25,
      Refunded_At__c: new Date(created * 1000).toISOString(),
      Refund_Reason__c: 'Requested by customer.',
    });

    await pass(3600);
    await rig.stripe.refunds.create({ charge: charge.id, reason: 'duplicate' });
    await rig.work();
    expect(rowOf(charge)).toMatchObject({
      Status__c: 'Refunded',
      Refunded__c: 100,
      Refund_Reason__c: 'Duplicate. Requested by customer.',
    });
  });

  test('that fails gives nothing back, and says so', async () => {
    const charge = await paid({ id: 'pm_card_refundFail' });
    await rig.stripe.refunds.create({ charge: charge.id, amount: 4_000 });
    await rig.work();
    expect(rowOf(charge)).toMatchObject({ Status__c: 'Partially Refunded', Refunded__c: 40 });
    await pass(60);
    expect(rowOf(charge)).toMatchObject({
      Status__c: 'Succeeded',
      Refunded__c: 0,
      Refunded_At__c: null,
      Refund_Reason__c: 'A refund of USD 40.00 failed: the card has expired or was canceled.',
    });
  });

  test('that waits is on its way until it has arrived', async () => {
    const charge = await paid({ id: 'pm_card_pendingRefund' });
    await rig.stripe.refunds.create({ charge: charge.id, amount: 4_000, reason: 'duplicate' });
    await rig.work();
    expect(rowOf(charge)).toMatchObject({
      Refunded__c: 40,
      Refund_Reason__c: 'Duplicate; USD 40.00 is on its way.',
    });
    await pass(60);
    expect(rowOf(charge)['Refund_Reason__c']).toBe('Duplicate.');
  });

  test('is read to the last one, of more than ten, and costs one call more', async () => {
    const charge = await paid();
    for (let number = 0; number < 12; number += 1)
      await rig.stripe.refunds.create({ charge: charge.id, amount: 100 + number });
    rig.sim.ctx.calls.clear();
    await rig.work();
    expect(rig.sim.ctx.calls.counts.get('GET /v1/refunds')).toBe(1);
    expect(rig.sim.ctx.calls.total()).toBe(2);
    const { body } = rig.bench.mirror.records.get(`stripe:payment:${charge.id}`)!;
    expect(body).toMatchObject({ refunded: { minor: 1_266 } });
    expect((body as { refunds: unknown[] }).refunds).toHaveLength(12);
  });

  test('whose state nobody knows shows it as it is, and raises a counter', async () => {
    const charge = await paid();
    await rig.stripe.refunds.create({ charge: charge.id, amount: 1_000 });
    Object.assign(rig.sim.world.all('refunds')[0]!, { status: 'under_scrutiny' });
    await rig.work();
    expect(rowOf(charge)['Refund_Reason__c']).toBe('USD 10.00 has the state under_scrutiny.');
    const { body } = rig.bench.mirror.records.get(`stripe:payment:${charge.id}`)!;
    expect(unknownWordsOf(body as BillingObject)).toEqual(['refund status']);
  });

  test('stays when something else of its payment changes, which alone is told', async () => {
    const charge = await paid();
    await rig.stripe.refunds.create({ charge: charge.id, amount: 2_500, reason: 'requested_by_customer' });
    await rig.work();
    await pass(60);
    await rig.stripe.charges.update(charge.id, { description: 'First month' });
    await rig.work();
    expect(rowOf(charge)).toMatchObject({ Refunded__c: 25, Refund_Reason__c: 'Requested by customer.' });
  });

  test('that is told after a later state of its payment, in which it does not show, is read all the same', async () => {
    const charge = await paid({ id: 'pm_card_refundFail' });
    const { switches } = rig.sim.ctx.webhooks;
    rig.sim.ctx.webhooks.switches = { ...switches, drop: true };
    await rig.stripe.refunds.create({ charge: charge.id, amount: 4_000 });
    await pass(60);
    rig.sim.ctx.webhooks.switches = { ...switches, drop: false };
    await pass(60);
    await rig.stripe.charges.update(charge.id, { description: 'First month' });
    await rig.work();
    expect(rowOf(charge)['Refund_Reason__c']).toBeNull();
    const failed = (await rig.stripe.events.list({ type: 'refund.failed' })).data[0]!;
    rig.deliver(JSON.parse(JSON.stringify(failed)) as object);
    await rig.work();
    expect(rowOf(charge)['Refund_Reason__c']).toContain('A refund of USD 40.00 failed');
  });

  test('told once more after it was read costs no call, and a late word about it changes nothing', async () => {
    const charge = await paid({ id: 'pm_card_pendingRefund' });
    await rig.stripe.refunds.create({ charge: charge.id, amount: 4_000 });
    const told = (await rig.stripe.events.list({ type: 'refund.created' })).data[0]!;
    await pass(3600);
    await rig.stripe.refunds.create({ charge: charge.id, amount: 1_000 });
    await rig.work();
    const before = rowOf(charge);
    rig.sim.ctx.calls.clear();
    rig.deliver({ ...JSON.parse(JSON.stringify(told)), id: 'evt_again' });
    await rig.work();
    expect(rig.sim.ctx.calls.total()).toBe(0);
    expect(rowOf(charge)).toEqual(before);
  });
});

describe('a dispute', () => {
  test('shows until when it is to be answered, and then how it ended', async () => {
    const charge = await paid();
    await rig.act('dispute', { charge: charge.id, reason: 'product_not_received' });
    await rig.work();
    const [dispute] = (await rig.stripe.disputes.list({ charge: charge.id })).data;
    expect(rowOf(charge)).toMatchObject({
      Status__c: 'Succeeded',
      Dispute_Status__c: 'Needs a response',
      Dispute_Reason__c: 'Product not received',
      Dispute_Due__c: new Date(dispute!.evidence_details.due_by! * 1000).toISOString(),
      Disputed_Amount__c: 100,
    });
    await pass(60);
    await rig.stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
    await rig.work();
    expect(rowOf(charge)).toMatchObject({ Dispute_Status__c: 'Under review', Dispute_Due__c: null });
    await pass(120);
    expect(rowOf(charge)).toMatchObject({ Dispute_Status__c: 'Won', Disputed_Amount__c: 100 });
  });

  test('that is only a question of the bank is told as that, and takes nothing', async () => {
    const charge = await paid();
    await rig.act('dispute', { charge: charge.id, inquiry: true });
    await rig.work();
    expect(rowOf(charge)['Dispute_Status__c']).toBe('Inquiry needs a response');
    const [dispute] = (await rig.stripe.disputes.list({ charge: charge.id })).data;
    await rig.act('decide-dispute', { dispute: dispute!.id, verdict: 'lost' });
    await rig.work();
    expect(rowOf(charge)['Dispute_Status__c']).toBe('Inquiry closed');
    expect(lifetimeValue()).toBe(100);
  });

  test('that is lost takes the payment out of the lifetime value, and one that is open or won does not', async () => {
    const charge = await paid();
    await rig.act('dispute', { charge: charge.id });
    await rig.work();
    expect(lifetimeValue()).toBe(100);
    const [dispute] = (await rig.stripe.disputes.list({ charge: charge.id })).data;
    await rig.act('decide-dispute', { dispute: dispute!.id, verdict: 'lost' });
    await rig.work();
    expect(rowOf(charge)).toMatchObject({ Dispute_Status__c: 'Lost', Dispute_Due__c: null, Disputed_Amount__c: 100 });
    expect(lifetimeValue()).toBe(0);
  });

  test('of a payment that is not known yet leads to its customer', async () => {
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    const charge = await paid();
    expect(rig.bench.mirror.records.size).toBe(0);
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: false };
    await rig.act('dispute', { charge: charge.id });
    await rig.work();
    expect(rowOf(charge)).toMatchObject({ Amount__c: 100, Dispute_Status__c: 'Needs a response' });
  });

  test('costs one call for each disputed payment, and payments that nobody disputes cost none', async () => {
    const charge = await paid();
    rig.sim.ctx.calls.clear();
    rig.bench.dirty.add(`stripe:account:${String(charge.customer)}`);
    await rig.work();
    const without = rig.sim.ctx.calls.total();
    await rig.act('dispute', { charge: charge.id });
    await rig.work();
    rig.sim.ctx.calls.clear();
    rig.bench.dirty.add(`stripe:account:${String(charge.customer)}`);
    await rig.work();
    expect(rig.sim.ctx.calls.total()).toBe(without + 1);
  });
});

describe('what a customer pays with', () => {
  const iban = () =>
    rig.stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban: 'DE89370400440532013000' },
      billing_details: { name: 'Jenny', email: 'jenny@acme.example' },
    });

  test.each<[string, () => Promise<Method>, string | null]>([
    ['Mastercard •••• 4444', () => Promise.resolve({ id: 'pm_card_mastercard' }), '4444'],
    [
      'ACH Direct Debit, STRIPE TEST BANK •••• 6789',
      () => Promise.resolve({ id: 'pm_usBankAccount_success', kind: 'us_bank_account' }),
      null,
    ],
    ['SEPA Direct Debit •••• 3000', async () => ({ id: (await iban()).id, kind: 'sepa_debit', currency: 'eur' }), null],
  ])(
    'shows as %s on the payment and on the billing account, and only of a card as a card',
    async (words, make, last4) => {
      const charge = await paid(await make());
      expect(rowOf(charge)['Method__c']).toBe(words);
      const customer = String(charge.customer);
      await rig.stripe.customers.update(customer, {
        invoice_settings: { default_payment_method: String(charge.payment_method) },
      });
      await rig.work();
      expect(rig.bench.row('Billing_Account__c', `stripe:account:${customer}`)).toMatchObject({
        Payment_Method__c: words,
        Card_Last4__c: last4,
      });
    },
  );
});
