import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const mandate = {
  mandate_data: { customer_acceptance: { type: 'online', online: { ip_address: '127.0.0.1', user_agent: 'test' } } },
} satisfies Partial<Stripe.PaymentIntentCreateParams>;

const debit = (method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  rig.stripe.paymentIntents.create({
    amount: 4_000,
    currency: 'usd',
    allowed_payment_method_types: ['us_bank_account'],
    payment_method: method,
    confirm: true,
    ...mandate,
    ...more,
  });

async function later(seconds: number): Promise<void> {
  rig.at(new Date(rig.clock.now().getTime() + seconds * 1_000).toISOString());
  await rig.sim.settled();
}

describe('a debit of a US bank account', () => {
  it('is processing until the bank has answered', async () => {
    const mark = rig.mark();
    const intent = await debit('pm_usBankAccount_success');
    expect(intent).toMatchObject({ status: 'processing', amount_received: 0 });
    expect(await rig.stripe.charges.retrieve(intent.latest_charge as string)).toMatchObject({
      id: expect.stringMatching(/^py_/) as string,
      status: 'pending',
      paid: false,
      payment_method_details: { type: 'us_bank_account', us_bank_account: { last4: '6789' } },
    });
    await later(30);
    expect((await rig.stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded');
    expect(rig.eventTypes(mark)).toEqual([
      'payment_intent.created',
      'payment_intent.processing',
      'charge.pending',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
  });

  it.each([
    ['accountClosed', 'account_closed'],
    ['noAccount', 'no_account'],
    ['insufficientFunds', 'insufficient_funds'],
    ['debitNotAuthorized', 'debit_not_authorized'],
  ])('fails later for %s with %s', async (name, code) => {
    const intent = await debit(`pm_usBankAccount_${name}`);
    await later(30);
    expect(await rig.stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] })).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code },
      latest_charge: { status: 'failed', failure_code: code },
    });
  });

  it('stays in processing for the account that never answers', async () => {
    const intent = await debit('pm_usBankAccount_processing');
    await later(86_400);
    expect((await rig.stripe.paymentIntents.retrieve(intent.id)).status).toBe('processing');
  });

  it('needs a mandate, and an account that was verified by deposits', async () => {
    await expect(debit('pm_usBankAccount_success', { mandate_data: '' })).rejects.toMatchObject({ statusCode: 400 });
    const method = await rig.stripe.paymentMethods.create({
      type: 'us_bank_account',
      us_bank_account: { account_number: '000123456789', routing_number: '110000000', account_holder_type: 'company' },
      billing_details: { name: 'Acme' },
    });
    const intent = await debit(method.id);
    expect(intent).toMatchObject({ status: 'requires_action', next_action: { type: 'verify_with_microdeposits' } });
    await expect(rig.stripe.paymentIntents.verifyMicrodeposits(intent.id, { amounts: [1, 2] })).rejects.toMatchObject({
      code: 'payment_method_microdeposit_verification_amounts_mismatch',
    });
    const verified = await rig.stripe.paymentIntents.verifyMicrodeposits(intent.id, { amounts: [32, 45] });
    expect(verified.status).toBe('processing');
  });

  it('pays an invoice: the subscription runs while the bank has yet to answer, and is past due when it refuses', async () => {
    const customer = await rig.stripe.customers.create({ name: 'Bank' });
    const setup = await rig.stripe.setupIntents.create({
      customer: customer.id,
      payment_method: 'pm_usBankAccount_insufficientFunds',
      allowed_payment_method_types: ['us_bank_account'],
      confirm: true,
      ...mandate,
    });
    expect(setup).toMatchObject({ status: 'succeeded', mandate: expect.stringMatching(/^mandate_/) as string });
    expect(await rig.stripe.mandates.retrieve(setup.mandate as string)).toMatchObject({ status: 'active' });
    const price = await rig.price();
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      default_payment_method: setup.payment_method as string,
    });
    const status = async () => (await rig.stripe.subscriptions.retrieve(subscription.id)).status;
    expect(await status()).toBe('active');
    const invoice = subscription.latest_invoice as string;
    expect(await rig.stripe.invoices.retrieve(invoice)).toMatchObject({ status: 'open', attempted: true });
    await later(30);
    expect((await rig.stripe.invoices.retrieve(invoice)).status).toBe('open');
    expect(await status()).toBe('past_due');
    expect(rig.eventTypes()).toContain('invoice.payment_failed');
  });
});

describe('a SEPA debit', () => {
  const iban = (number: string) =>
    rig.stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban: number },
      billing_details: { name: 'Jenny', email: 'jenny@acme.example' },
    });
  const euro = { currency: 'eur', allowed_payment_method_types: ['sepa_debit'] };

  it('succeeds at once or after three minutes, by its test IBAN', async () => {
    const fast = await debit((await iban('DE89370400440532013000')).id, euro);
    const slow = await debit((await iban('DE08370400440532013003')).id, euro);
    await later(30);
    expect((await rig.stripe.paymentIntents.retrieve(fast.id)).status).toBe('succeeded');
    expect((await rig.stripe.paymentIntents.retrieve(slow.id)).status).toBe('processing');
    await later(150);
    expect((await rig.stripe.paymentIntents.retrieve(slow.id)).status).toBe('succeeded');
  });

  it('refuses an IBAN that is no test account, and one without an email', async () => {
    await expect(iban('DE00000000000000000000')).rejects.toMatchObject({ code: 'account_number_invalid' });
    await expect(
      rig.stripe.paymentMethods.create({
        type: 'sepa_debit',
        sepa_debit: { iban: 'DE89370400440532013000' },
        billing_details: { name: 'Jenny' },
      }),
    ).rejects.toMatchObject({ code: 'parameter_missing', param: 'billing_details[email]' });
  });
});
