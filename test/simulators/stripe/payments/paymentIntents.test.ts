import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const card = { allowed_payment_method_types: ['card'] } satisfies Partial<Stripe.PaymentIntentCreateParams>;

const pay = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  rig.stripe.paymentIntents.create({ amount: 2_500, currency: 'usd', ...card, ...more });

const failure = (of: Promise<unknown>) => of.catch((one: unknown) => one) as Promise<Stripe.errors.StripeCardError>;

describe('a payment intent', () => {
  it('waits for a method, then for confirmation, then succeeds', async () => {
    const mark = rig.mark();
    const intent = await pay({ metadata: { order: '7' } });
    expect(intent).toMatchObject({ status: 'requires_payment_method', amount_received: 0, payment_method: null });
    const ready = await rig.stripe.paymentIntents.update(intent.id, { payment_method: 'pm_card_visa', amount: 3_000 });
    expect(ready.status).toBe('requires_confirmation');
    const paid = await rig.stripe.paymentIntents.confirm(intent.id, { expand: ['latest_charge'] });
    expect(paid).toMatchObject({
      status: 'succeeded',
      amount_received: 3_000,
      latest_charge: { amount: 3_000, paid: true, metadata: { order: '7' }, payment_intent: intent.id },
    });
    expect(rig.eventTypes(mark)).toEqual(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']);
    await expect(rig.stripe.paymentIntents.confirm(intent.id)).rejects.toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('that takes what the dashboard allows must say where to come back to', async () => {
    await expect(
      rig.stripe.paymentIntents.create({
        amount: 2_500,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: true,
      }),
    ).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining('return_url') as string });
    const options = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } } as const;
    const paid = await rig.stripe.paymentIntents.create({
      amount: 2_500,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      ...options,
    });
    expect(paid.status).toBe('succeeded');
  });

  it('holds money until it is captured, in part', async () => {
    const mark = rig.mark();
    const held = await pay({ payment_method: 'pm_card_visa', confirm: true, capture_method: 'manual' });
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2_500, amount_received: 0 });
    await expect(rig.stripe.paymentIntents.capture(held.id, { amount_to_capture: 9_999 })).rejects.toMatchObject({
      code: 'amount_too_large',
    });
    const captured = await rig.stripe.paymentIntents.capture(held.id, {
      amount_to_capture: 1_000,
      expand: ['latest_charge'],
    });
    expect(captured).toMatchObject({
      status: 'succeeded',
      amount_received: 1_000,
      latest_charge: { captured: true, amount_captured: 1_000, amount_refunded: 1_500 },
    });
    expect(rig.eventTypes(mark)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.captured',
      'payment_intent.succeeded',
    ]);
  });

  it('that nobody captures within seven days ends', async () => {
    rig.at('2026-03-01T12:00:00Z');
    const held = await pay({ payment_method: 'pm_card_visa', confirm: true, capture_method: 'manual' });
    rig.at('2026-03-08T12:00:00Z');
    await rig.sim.settled();
    expect(await rig.stripe.paymentIntents.retrieve(held.id, { expand: ['latest_charge'] })).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
      latest_charge: { refunded: true, captured: false },
    });
    expect(rig.eventTypes().slice(-2)).toEqual(['charge.expired', 'payment_intent.canceled']);
  });

  it('can be canceled until it has succeeded', async () => {
    const intent = await pay();
    expect(await rig.stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' })).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'abandoned',
    });
    await expect(rig.stripe.paymentIntents.cancel(intent.id)).rejects.toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('refuses amounts that are too small, unknown parameters and methods of others', async () => {
    await expect(pay({ amount: 20 })).rejects.toMatchObject({ code: 'amount_too_small', param: 'amount' });
    await expect(pay({ amount: 0 })).rejects.toMatchObject({ code: 'parameter_invalid_integer' });
    await expect(pay({ payment_method_types: ['card'] } as object)).rejects.toMatchObject({
      code: 'parameter_unknown',
    });
    const [one, two] = [await rig.customer(), await rig.customer()];
    const method = one.invoice_settings.default_payment_method as string;
    await expect(pay({ customer: two.id, payment_method: method })).rejects.toMatchObject({ param: 'payment_method' });
    await expect(pay({ payment_method: method })).rejects.toMatchObject({ statusCode: 400 });
  });

  it('uses a method up that belongs to nobody, unless it is saved', async () => {
    const loose = await rig.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    await pay({ payment_method: loose.id, confirm: true });
    await expect(pay({ payment_method: loose.id, confirm: true })).rejects.toMatchObject({ statusCode: 400 });
    const customer = await rig.customer();
    const saved = await pay({
      customer: customer.id,
      payment_method: 'pm_card_mastercard',
      setup_future_usage: 'off_session',
      confirm: true,
    });
    expect(await rig.stripe.paymentMethods.retrieve(saved.payment_method as string)).toMatchObject({
      customer: customer.id,
    });
  });
});

describe('a declined payment', () => {
  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
    ['pm_card_radarBlock', 'card_declined', 'fraudulent'],
  ])('by %s tells %s and %s, with the intent in the error', async (method, code, declineCode) => {
    const error = await failure(pay({ payment_method: method, confirm: true }));
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code });
    expect(error.decline_code || undefined).toBe(declineCode);
    expect(error.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { code, charge: error.charge },
    });
    expect(await rig.stripe.charges.retrieve(error.charge!)).toMatchObject({
      status: 'failed',
      outcome: { type: method.endsWith('Block') ? 'blocked' : 'issuer_declined' },
    });
  });

  it('can be made up for with another card', async () => {
    const error = await failure(pay({ payment_method: 'pm_card_chargeDeclined', confirm: true }));
    const paid = await rig.stripe.paymentIntents.confirm(error.payment_intent!.id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null });
  });
});

describe('3D Secure', () => {
  it('asks the holder on the bank page, which leads back with the outcome', async () => {
    const mark = rig.mark();
    const asked = await pay({
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
      return_url: 'https://shop.example/back?order=7',
    });
    expect(asked).toMatchObject({ status: 'requires_action', latest_charge: null });
    const { url } = asked.next_action!.redirect_to_url!;
    expect(await (await fetch(url!)).text()).toContain('Complete');
    const back = await fetch(url!, {
      method: 'POST',
      body: new URLSearchParams({ outcome: 'succeed' }),
      redirect: 'manual',
    });
    expect(back.status).toBe(303);
    const to = new URL(back.headers.get('location')!);
    expect(Object.fromEntries(to.searchParams)).toEqual({
      order: '7',
      payment_intent: asked.id,
      payment_intent_client_secret: asked.client_secret,
      redirect_status: 'succeeded',
    });
    expect((await rig.stripe.paymentIntents.retrieve(asked.id)).status).toBe('succeeded');
    expect(rig.eventTypes(mark)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
  });

  it('that the holder fails asks for another method', async () => {
    const asked = await pay({ payment_method: 'pm_card_threeDSecure2Required', confirm: true });
    expect(asked.next_action?.type).toBe('use_stripe_sdk');
    await rig.act('authenticate', { intent: asked.id, outcome: 'fail' });
    expect(await rig.stripe.paymentIntents.retrieve(asked.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    const again = await rig.act('authenticate', { intent: asked.id });
    expect(again.status).toBe(400);
  });

  it('passes and the bank declines all the same', async () => {
    const asked = await pay({
      payment_method: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
      confirm: true,
    });
    await rig.act('authenticate', { intent: asked.id });
    expect(await rig.stripe.paymentIntents.retrieve(asked.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { decline_code: 'insufficient_funds' },
    });
  });

  it('is asked of a card that was not set up when its holder is away, and then the payment is declined', async () => {
    const customer = await rig.customer('pm_card_authenticationRequiredOnSetup');
    const method = customer.invoice_settings.default_payment_method as string;
    const away = { customer: customer.id, payment_method: method, confirm: true, off_session: true };
    expect(await failure(pay(away))).toMatchObject({ statusCode: 402, code: 'authentication_required' });
    const setup = await rig.stripe.setupIntents.create({
      customer: customer.id,
      payment_method: method,
      confirm: true,
      allowed_payment_method_types: ['card'],
    });
    expect(setup.status).toBe('requires_action');
    await rig.act('authenticate', { intent: setup.id });
    expect((await rig.stripe.setupIntents.retrieve(setup.id)).status).toBe('succeeded');
    expect((await pay(away)).status).toBe('succeeded');
  });
});

describe('an invoice and its payment intent', () => {
  async function firstInvoice(method: string) {
    const customer = await rig.stripe.customers.create({ name: 'Acme' });
    const price = await rig.price();
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: 'default_incomplete',
    });
    const invoice = await rig.stripe.invoices.retrieve(subscription.latest_invoice as string, {
      expand: ['payments', 'confirmation_secret'],
    });
    const intent = invoice.payments!.data[0]!.payment.payment_intent as string;
    expect(invoice.confirmation_secret?.client_secret.startsWith(`${intent}_secret_`)).toBe(true);
    const confirmed = await rig.stripe.paymentIntents.confirm(intent, { payment_method: method });
    return { subscription: subscription.id, invoice: invoice.id, intent: confirmed };
  }

  it('are paid together, and the subscription becomes active', async () => {
    const { subscription, invoice, intent } = await firstInvoice('pm_card_visa');
    expect(intent.status).toBe('succeeded');
    expect(await rig.stripe.invoices.retrieve(invoice)).toMatchObject({ status: 'paid', amount_remaining: 0 });
    expect((await rig.stripe.subscriptions.retrieve(subscription)).status).toBe('active');
  });

  it('wait together for the holder of the card', async () => {
    const { subscription, invoice, intent } = await firstInvoice('pm_card_authenticationRequired');
    expect(intent.status).toBe('requires_action');
    expect((await rig.stripe.subscriptions.retrieve(subscription)).status).toBe('incomplete');
    await rig.act('authenticate', { intent: intent.id });
    expect((await rig.stripe.invoices.retrieve(invoice)).status).toBe('paid');
    expect((await rig.stripe.subscriptions.retrieve(subscription)).status).toBe('active');
  });

  it('cannot be canceled apart', async () => {
    const customer = await rig.customer();
    const invoice = await rig.stripe.invoices.create({ customer: customer.id, currency: 'usd' });
    await rig.stripe.invoiceItems.create({ customer: customer.id, invoice: invoice.id, amount: 900, currency: 'usd' });
    await rig.stripe.invoices.finalizeInvoice(invoice.id);
    const [payment] = (await rig.stripe.invoicePayments.list({ invoice: invoice.id })).data;
    await expect(rig.stripe.paymentIntents.cancel(payment!.payment.payment_intent as string)).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('that need the holder of the card answer 402 with the reason', async () => {
    const customer = await rig.customer('pm_card_authenticationRequired');
    const invoice = await rig.stripe.invoices.create({ customer: customer.id, currency: 'usd' });
    await rig.stripe.invoiceItems.create({ customer: customer.id, invoice: invoice.id, amount: 900, currency: 'usd' });
    const mark = rig.mark();
    await expect(rig.stripe.invoices.pay(invoice.id)).rejects.toMatchObject({
      statusCode: 402,
      code: 'invoice_payment_intent_requires_action',
    });
    expect(rig.eventTypes(mark)).toContain('invoice.payment_action_required');
  });
});
