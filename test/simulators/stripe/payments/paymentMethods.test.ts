import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

const byNumber = (number: string, exp_year = 2030, cvc = '123', exp_month = 4) =>
  rig.stripe.paymentMethods.create({ type: 'card', card: { number, exp_month, exp_year, cvc } });

describe('a card', () => {
  it.each([
    ['pm_card_amex', 'amex', 'credit', 'US'],
    ['pm_card_visa_debit', 'visa', 'debit', 'US'],
    ['pm_card_mastercard_prepaid', 'mastercard', 'prepaid', 'US'],
    ['pm_card_de', 'visa', 'credit', 'DE'],
  ])('%s shows what it is', async (id, brand, funding, country) => {
    const customer = await rig.stripe.customers.create({ name: 'Acme' });
    const method = await rig.stripe.paymentMethods.attach(id, { customer: customer.id });
    expect(method).toMatchObject({ customer: customer.id, card: { brand, funding, country } });
  });

  it.each([
    ['4242424242424241', 2030, '123', 4, 'incorrect_number'],
    ['4242424242424242', 2020, '123', 4, 'invalid_expiry_year'],
    ['4242424242424242', 2030, '123', 13, 'invalid_expiry_month'],
    ['4242424242424242', 2030, '99', 4, 'invalid_cvc'],
    ['4539578763621486', 2030, '123', 4, 'card_declined'],
  ])('%s that expires in %d with %s and month %d is refused with %s', async (number, year, cvc, month, code) => {
    await expect(byNumber(number, year, cvc, month)).rejects.toMatchObject({ statusCode: 402, code });
  });

  it('that its bank declines cannot be attached, one that fails later can', async () => {
    const customer = await rig.stripe.customers.create({ name: 'Acme' });
    await expect(
      rig.stripe.paymentMethods.attach('pm_card_chargeDeclinedInsufficientFunds', { customer: customer.id }),
    ).rejects.toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'insufficient_funds' });
    await expect(rig.customer('pm_card_chargeDeclinedExpiredCard')).rejects.toMatchObject({ code: 'expired_card' });
    const method = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    expect(method.customer).toBe(customer.id);
  });

  it('of one customer cannot be attached to another, nor come back once detached', async () => {
    const [one, two] = [await rig.customer(), await rig.stripe.customers.create({ name: 'Two' })];
    const id = one.invoice_settings.default_payment_method as string;
    await expect(rig.stripe.paymentMethods.attach(id, { customer: two.id })).rejects.toMatchObject({ statusCode: 400 });
    const mark = rig.mark();
    expect(await rig.stripe.paymentMethods.detach(id)).toMatchObject({ customer: null });
    expect(rig.eventTypes(mark)).toEqual(['customer.updated', 'payment_method.detached']);
    await expect(rig.stripe.paymentMethods.detach(id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(rig.stripe.paymentMethods.attach(id, { customer: two.id })).rejects.toMatchObject({ statusCode: 400 });
  });

  it('is listed by customer and type, and changed only when it is saved', async () => {
    const customer = await rig.customer();
    const listed = await rig.stripe.customers.listPaymentMethods(customer.id, { type: 'card' });
    expect(listed.data).toHaveLength(1);
    expect((await rig.stripe.paymentMethods.list({ customer: customer.id, type: 'sepa_debit' })).data).toEqual([]);
    const loose = await byNumber('4242424242424242');
    await expect(rig.stripe.paymentMethods.update(loose.id, { card: { exp_year: 2031 } })).rejects.toMatchObject({
      statusCode: 400,
    });
    const changed = await rig.stripe.paymentMethods.update(listed.data[0]!.id, {
      billing_details: { address: { city: 'Graz', country: 'AT' } },
    });
    expect(changed.billing_details.address).toEqual({
      city: 'Graz',
      country: 'AT',
      line1: null,
      line2: null,
      postal_code: null,
      state: null,
    });
  });
});

describe('a setup intent', () => {
  it('saves a method for its customer', async () => {
    const customer = await rig.stripe.customers.create({ name: 'Acme' });
    const mark = rig.mark();
    const setup = await rig.stripe.setupIntents.create({
      customer: customer.id,
      allowed_payment_method_types: ['card'],
    });
    expect(setup).toMatchObject({ status: 'requires_payment_method', usage: 'off_session' });
    const done = await rig.stripe.setupIntents.confirm(setup.id, { payment_method: 'pm_card_visa' });
    expect(done.status).toBe('succeeded');
    expect(await rig.stripe.paymentMethods.retrieve(done.payment_method as string)).toMatchObject({
      customer: customer.id,
    });
    expect(rig.eventTypes(mark)).toEqual(['setup_intent.created', 'payment_method.attached', 'setup_intent.succeeded']);
    await expect(rig.stripe.setupIntents.cancel(setup.id)).rejects.toMatchObject({
      code: 'setup_intent_unexpected_state',
    });
  });

  it('fails with the decline of the card, and can be canceled', async () => {
    const declined = {
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_chargeDeclined',
      confirm: true,
    };
    await expect(rig.stripe.setupIntents.create(declined)).rejects.toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      setup_intent: { status: 'requires_payment_method', last_setup_error: { decline_code: 'generic_decline' } },
    });
    const [last] = (await rig.stripe.setupIntents.list({ limit: 1 })).data;
    expect((await rig.stripe.setupIntents.cancel(last!.id)).status).toBe('canceled');
    expect(rig.eventTypes().slice(-2)).toEqual(['setup_intent.setup_failed', 'setup_intent.canceled']);
  });

  it('is confirmed only with a method', async () => {
    const setup = await rig.stripe.setupIntents.create({ allowed_payment_method_types: ['card'] });
    await expect(rig.stripe.setupIntents.confirm(setup.id)).rejects.toMatchObject({
      code: 'setup_intent_unexpected_state',
    });
  });
});
