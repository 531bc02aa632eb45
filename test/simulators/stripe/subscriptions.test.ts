import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from './testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

describe('a new subscription', () => {
  it('bills its first period and is active', async () => {
    const customer = await rig.customer();
    const price = await rig.price();
    const mark = rig.mark();
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 3 }],
      expand: ['latest_invoice.payments.data'],
    });
    expect(subscription.status).toBe('active');
    const invoice = subscription.latest_invoice as import('stripe').Stripe.Invoice;
    expect(invoice).toMatchObject({
      status: 'paid',
      total: 6_000,
      amount_paid: 6_000,
      billing_reason: 'subscription_create',
    });
    expect(rig.eventTypes(mark)).toEqual([
      'customer.subscription.created',
      'invoice.created',
      'invoice.finalized',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'customer.subscription.updated',
    ]);
  });
});
