import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

async function openInvoice(currency = 'usd', amount = 5_000, card = 'pm_card_visa') {
  const customer = await rig.customer(card);
  const invoice = await rig.stripe.invoices.create({ customer: customer.id, currency });
  await rig.stripe.invoiceItems.create({
    customer: customer.id,
    invoice: invoice.id,
    amount,
    currency,
    description: 'Set-up',
  });
  return rig.stripe.invoices.finalizeInvoice(invoice.id);
}

describe('an invoice', () => {
  it('goes from draft over open to paid, joined to its charge by InvoicePayments', async () => {
    const customer = await rig.customer();
    const draft = await rig.stripe.invoices.create({ customer: customer.id, currency: 'usd' });
    expect(draft).toMatchObject({ status: 'draft', number: null, total: 0 });
    await rig.stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount: 5_000, currency: 'usd' });
    const open = await rig.stripe.invoices.finalizeInvoice(draft.id);
    expect(open).toMatchObject({ status: 'open', amount_due: 5_000, attempted: false });
    expect(open.number).toMatch(/^[0-9A-Z]{8}-0001$/);
    const page = await fetch(open.hosted_invoice_url!);
    expect(await page.text()).toContain('$50.00');
    const paid = await rig.stripe.invoices.pay(draft.id);
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 5_000, amount_remaining: 0 });
    const payments = await rig.stripe.invoicePayments.list({ invoice: draft.id });
    const intentId = payments.data[0]!.payment.payment_intent as string;
    const intent = await rig.stripe.paymentIntents.retrieve(intentId, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(intent).toMatchObject({
      status: 'succeeded',
      amount_received: 5_000,
      latest_charge: {
        status: 'succeeded',
        payment_method_details: { card: { brand: 'visa', last4: '4242' } },
        balance_transaction: { fee: 145, net: 4_855 },
      },
    });
    const byIntent = await rig.stripe.invoicePayments.list({
      payment: { type: 'payment_intent', payment_intent: intentId },
    });
    expect(byIntent.data.map((one) => one.invoice)).toEqual([draft.id]);
  });

  it('can be voided and written off, and not paid after that', async () => {
    const one = await openInvoice();
    expect(await rig.stripe.invoices.voidInvoice(one.id)).toMatchObject({ status: 'void' });
    await expect(rig.stripe.invoices.pay(one.id)).rejects.toMatchObject({ statusCode: 400 });
    const two = await openInvoice();
    expect(await rig.stripe.invoices.markUncollectible(two.id)).toMatchObject({ status: 'uncollectible' });
  });

  it('in yen has no minor unit', async () => {
    const invoice = await openInvoice('jpy', 68_000);
    expect(invoice).toMatchObject({ currency: 'jpy', amount_due: 68_000 });
    expect(await (await fetch(invoice.hosted_invoice_url!)).text()).toContain('¥68,000');
    expect(await rig.stripe.invoices.pay(invoice.id)).toMatchObject({ amount_paid: 68_000 });
  });
});

describe('a declined card', () => {
  it.each([
    ['card_declined', 'card_declined', 'generic_decline', 'Your card was declined.'],
    ['insufficient_funds', 'card_declined', 'insufficient_funds', 'Your card has insufficient funds.'],
    ['expired_card', 'expired_card', undefined, 'Your card has expired.'],
  ])('with %s says why, in the error, the charge and the intent', async (because, code, declineCode, message) => {
    const invoice = await openInvoice();
    await rig.act('decline-card', { customer: invoice.customer, declineCode: because });
    const error = (await rig.stripe.invoices
      .pay(invoice.id)
      .catch((one: unknown) => one)) as Stripe.errors.StripeCardError;
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, message });
    expect(error.decline_code).toBe(declineCode ?? '');
    const charge = await rig.stripe.charges.retrieve(error.charge!, { expand: ['payment_intent'] });
    expect(charge).toMatchObject({
      status: 'failed',
      paid: false,
      failure_code: code,
      failure_message: message,
      outcome: { type: 'issuer_declined', network_status: 'declined_by_network', reason: declineCode ?? code },
      payment_intent: { status: 'requires_payment_method', last_payment_error: { code, charge: charge.id } },
    });
    expect(await rig.stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: 'open', attempt_count: 1 });
  });

  it('is repeated under the same idempotency key without a second charge', async () => {
    const invoice = await openInvoice('usd', 5_000, 'pm_card_chargeCustomerFail');
    const pay = () => rig.stripe.invoices.pay(invoice.id, {}, { idempotencyKey: `pay-${invoice.id}` });
    await expect(pay()).rejects.toMatchObject({ statusCode: 402 });
    await expect(pay()).rejects.toMatchObject({ statusCode: 402 });
    expect((await rig.stripe.charges.list({ customer: invoice.customer as string })).data).toHaveLength(1);
  });
});

describe('a refund', () => {
  it('lowers the charge, in part and then in full', async () => {
    const invoice = await openInvoice();
    await rig.stripe.invoices.pay(invoice.id);
    const [charge] = (await rig.stripe.charges.list({ customer: invoice.customer as string })).data;
    const mark = rig.mark();
    await rig.stripe.refunds.create({ charge: charge!.id, amount: 1_000 });
    expect(await rig.stripe.charges.retrieve(charge!.id)).toMatchObject({ amount_refunded: 1_000, refunded: false });
    await rig.stripe.refunds.create({ payment_intent: charge!.payment_intent as string });
    const after = await rig.stripe.charges.retrieve(charge!.id, { expand: ['refunds'] });
    expect(after).toMatchObject({ amount_refunded: 5_000, refunded: true });
    expect(after.refunds?.data.map((one) => one.amount)).toEqual([4_000, 1_000]);
    expect(rig.eventTypes(mark)).toEqual(['refund.created', 'charge.refunded', 'refund.created', 'charge.refunded']);
    await expect(rig.stripe.refunds.create({ charge: charge!.id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
  });
});

describe('a test card by number', () => {
  it('keeps its expiry and can be renewed', async () => {
    const method = await rig.stripe.paymentMethods.create({
      type: 'card',
      card: { number: '4242424242424242', exp_month: 4, exp_year: 2026 },
    });
    const customer = await rig.stripe.customers.create({ name: 'Expiring' });
    await rig.stripe.paymentMethods.attach(method.id, { customer: customer.id });
    expect((await rig.stripe.paymentMethods.list({ customer: customer.id })).data).toMatchObject([
      { id: method.id, card: { exp_month: 4, exp_year: 2026, last4: '4242' } },
    ]);
    const renewed = await rig.stripe.paymentMethods.update(method.id, { card: { exp_year: 2029 } });
    expect(renewed.card).toMatchObject({ exp_month: 4, exp_year: 2029 });
  });
});
