import type Stripe from 'stripe';
import type { Rig } from '../testing.ts';

/**
 * Brings subscriptions into every state that this simulator knows.
 * @returns paths of lists of what belongs to them
 */
export async function liveSubscriptions(rig: Rig): Promise<string[]> {
  const { stripe } = rig;
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'repeating', duration_in_months: 3 });
  const meter = await stripe.billing.meters.create({
    display_name: 'Seats',
    event_name: 'seats',
    default_aggregation: { formula: 'sum' },
  });
  const plain = await rig.price();
  const metered = await rig.price({ recurring: { interval: 'month', usage_type: 'metered', meter: meter.id } });
  const tiered = await rig.price({
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 5, unit_amount: 100 },
      { up_to: 'inf', unit_amount: 50, flat_amount: 10 },
    ],
    unit_amount: undefined as never,
  });
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: rig.clock.seconds(), name: 'Clock' });
  const [customer, broke, bound] = [
    await rig.customer(),
    await rig.customer('pm_card_chargeCustomerFail'),
    await rig.customer('pm_card_visa', { test_clock: clock.id }),
  ];
  const items = [
    { price: plain.id, quantity: 2, discounts: [{ coupon: coupon.id }] },
    { price: metered.id },
    { price: tiered.id, quantity: 7 },
  ];
  const active = await stripe.subscriptions.create({
    customer: customer.id,
    items,
    discounts: [{ coupon: coupon.id }],
    metadata: { a: '1' },
  });
  await stripe.subscriptions.create({ customer: broke.id, items: [{ price: plain.id }] });
  await stripe.subscriptions.create({ customer: bound.id, items: [{ price: plain.id }], trial_period_days: 30 });
  const sent = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: plain.id }],
    collection_method: 'send_invoice',
    days_until_due: 10,
  });
  await stripe.subscriptions.update(sent.id, { pause_collection: { behavior: 'void' }, cancel_at: 'max_period_end' });
  const paused = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plain.id }] });
  await stripe.subscriptions.pause(paused.id);
  const planned = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plain.id }] });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: planned.id });
  const [phase] = schedule.phases;
  await stripe.subscriptionSchedules.update(schedule.id, {
    phases: [
      { items: [{ price: plain.id }], start_date: phase!.start_date, end_date: phase!.end_date },
      {
        items: [{ price: tiered.id, discounts: [{ coupon: coupon.id }] }],
        duration: { interval: 'month' },
        discounts: [{ coupon: coupon.id }],
        collection_method: 'send_invoice',
        invoice_settings: { days_until_due: 5 },
      },
    ],
  });
  rig.at('2026-03-16T00:00:00Z');
  await stripe.subscriptions.update(active.id, { items: [{ id: active.items.data[0]!.id, quantity: 5 }] });
  const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
  await stripe.subscriptions.update(active.id, { default_payment_method: bad.id });
  await stripe.subscriptions.update(active.id, {
    items: [{ id: active.items.data[0]!.id, quantity: 9 }],
    payment_behavior: 'pending_if_incomplete',
    proration_behavior: 'always_invoice',
  });
  const ended = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plain.id }] });
  await stripe.subscriptions.cancel(ended.id, { cancellation_details: { feedback: 'unused', comment: 'None' } });
  const invoices = await stripe.invoices.list({ customer: customer.id, limit: 100 });
  return [
    ...invoices.data.map((one) => `/v1/invoices/${one.id}/lines?limit=100`),
    `/v1/invoice_payments?invoice=${String(active.latest_invoice)}`,
    `/v1/subscription_items?subscription=${active.id}`,
    `/v1/payment_methods?customer=${customer.id}`,
  ];
}

/** Money that goes every way that this simulator knows. */
export async function moveMoney(rig: Rig): Promise<void> {
  const { stripe } = rig;
  const pay = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({
      amount: 2_500,
      currency: 'usd',
      payment_method,
      confirm: true,
      allowed_payment_method_types: ['card', 'us_bank_account'],
      mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
      ...more,
    });
  const paid = await pay('pm_card_visa', { shipping: { name: 'Acme', address: { city: 'Linz' } } });
  await stripe.refunds.create({ payment_intent: paid.id, amount: 500 });
  await stripe.refunds.create({ payment_intent: (await pay('pm_card_refundFail')).id });
  await pay('pm_card_visa', { capture_method: 'manual' });
  await pay('pm_card_authenticationRequired', { return_url: 'https://shop.example/' });
  await pay('pm_card_chargeDeclined').catch(() => undefined);
  await pay('pm_card_radarBlock').catch(() => undefined);
  const disputed = await pay('pm_card_createDispute');
  const [dispute] = (await stripe.disputes.list({ payment_intent: disputed.id })).data;
  await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  await pay('pm_usBankAccount_success');
  await pay('pm_usBankAccount_accountClosed');
  const setUp = (payment_method: string) =>
    stripe.setupIntents.create({
      payment_method,
      confirm: true,
      allowed_payment_method_types: ['card', 'us_bank_account'],
      mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
    });
  await setUp('pm_card_visa');
  await setUp('pm_usBankAccount_success');
  await setUp('pm_card_authenticationRequired');
  await setUp('pm_card_chargeDeclined').catch(() => undefined);
  const customer = await rig.customer('pm_card_visa', { tax_id_data: [{ type: 'eu_vat', value: 'ATU12345678' }] });
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
  const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
  const invoice = await stripe.invoices.create({
    customer: customer.id,
    currency: 'usd',
    default_tax_rates: [rate.id],
    discounts: [{ promotion_code: code.id }],
  });
  await stripe.invoices.addLines(invoice.id, { lines: [{ amount: 5_000, description: 'Work' }] });
  const open = await stripe.invoices.finalizeInvoice(invoice.id);
  await stripe.creditNotes.create({
    invoice: invoice.id,
    lines: [{ type: 'invoice_line_item', invoice_line_item: open.lines.data[0]!.id, amount: 1_000 }],
  });
  await stripe.invoices.pay(invoice.id);
  await stripe.creditNotes.create({ invoice: invoice.id, amount: 900, refund_amount: 400, credit_amount: 500 });
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  await stripe.billing.alerts.create({
    alert_type: 'usage_threshold',
    title: 'Much',
    usage_threshold: { gte: 1, meter: meter.id, recurrence: 'one_time' },
  });
  await stripe.billing.meterEvents.create({
    event_name: 'calls',
    payload: { stripe_customer_id: customer.id, value: '5' },
    identifier: 'one',
  });
  const price = await rig.price();
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'https://shop.example/',
  });
  await rig.act('complete-checkout', { session: session.id });
  await stripe.checkout.sessions.create({ mode: 'setup', currency: 'usd', success_url: 'https://shop.example/' });
  await stripe.billingPortal.configurations.create({ features: { invoice_history: { enabled: true } } });
  await stripe.billingPortal.sessions.create({
    customer: customer.id,
    flow_data: { type: 'payment_method_update' },
  });
  await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', enabled_events: ['invoice.paid'] });
}
