import type Stripe from 'stripe';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: StripeRig;
let customer: string;

beforeEach(async () => {
  rig = await startStripeRig();
  customer = await rig.customer(ACCOUNT);
});
afterEach(() => rig.close());

async function openInvoice(amount: number): Promise<string> {
  await rig.stripe.invoiceItems.create({ customer, amount, currency: 'usd', description: 'Setup' });
  const draft = await rig.stripe.invoices.create({
    customer,
    collection_method: 'send_invoice',
    days_until_due: 30,
    pending_invoice_items_behavior: 'include',
  });
  await rig.stripe.invoices.finalizeInvoice(draft.id!);
  await rig.work();
  return draft.id!;
}

const invoiceRow = (id: string) => rig.bench.row('Billing_Invoice__c', `stripe:invoice:${id}`);

test('an invoice that was paid outside of Stripe is paid, without a payment', async () => {
  const invoice = await openInvoice(5_000);
  expect(invoiceRow(invoice)).toMatchObject({ Status__c: 'Open', Balance__c: 50 });
  await rig.stripe.invoices.pay(invoice, { paid_out_of_band: true });
  await rig.work();
  expect(invoiceRow(invoice)).toMatchObject({ Status__c: 'Paid', Amount__c: 50, Balance__c: 0 });
  expect(rig.bench.rowsOf('Billing_Payment__c', ACCOUNT)).toEqual([]);
  expect(rig.bench.row('Account', ACCOUNT)['Billing_Outstanding__c']).toBe(0);
});

test('a customer whose first payment never succeeded had nothing that could be lost', async () => {
  const { id: refused } = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
  const product = await rig.stripe.products.create({ name: 'Growth' });
  const price = { currency: 'usd', unit_amount: 4_900, recurring: { interval: 'month' }, product: product.id } as const;
  const { id } = await rig.stripe.subscriptions.create({
    customer,
    default_payment_method: refused,
    items: [{ price_data: price }],
    payment_behavior: 'allow_incomplete',
  });
  rig.clock.setOffset(rig.clock.now().getTime() + 24 * 3_600_000 - Date.now());
  await rig.work();
  expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('incomplete_expired');
  expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${id}`)).toMatchObject({
    Status__c: 'Incomplete',
    MRR__c: 0,
  });
  expect(rig.bench.row('Account', ACCOUNT)['Billing_Status__c']).toBe('No Subscription');
});

test('an invoice that several payments pay is the invoice of each of them', async () => {
  const invoice = await openInvoice(5_000);
  const intents: Stripe.PaymentIntent[] = [];
  for (const amount of [2_000, 3_000])
    intents.push(
      await rig.stripe.paymentIntents.create({
        amount,
        currency: 'usd',
        customer,
        payment_method: (await rig.stripe.paymentMethods.attach('pm_card_visa', { customer })).id,
        allowed_payment_method_types: ['card'],
        confirm: true,
      }),
    );
  await rig.work();
  // The simulator does not attach payments to invoices: Stripe's answer is made of its own.
  const page = JSON.parse(JSON.stringify(await rig.stripe.invoices.list({ customer, expand: ['data.payments'] }))) as {
    data: Record<string, unknown>[];
  };
  const payments = intents.map(({ id }, index) => ({
    id: `inpay_${index}`,
    invoice,
    payment: { type: 'payment_intent', payment_intent: id },
  }));
  Object.assign(page.data[0]!, { status: 'paid', amount_remaining: 0, payments: { data: payments, has_more: false } });
  rig.sim.ctx.faults.set([{ path: '^/v1/invoices$', status: 200, body: page }]);
  // Stripe tells time in whole seconds: what is read now is to be later than what was read before.
  rig.clock.setOffset(rig.clock.offsetMs + 2000);
  rig.bench.dirty.add(`stripe:account:${customer}`);
  await rig.work();

  const paid = rig.bench.rowsOf('Billing_Payment__c', ACCOUNT);
  expect(paid.map(({ fields }) => fields['Amount__c']).toSorted()).toEqual([20, 30]);
  for (const { parents } of paid) expect(parents['Billing_Invoice__r']?.key).toBe(`stripe:invoice:${invoice}`);
});

test('a decline that only the customer can mend is mended by another default payment method, from then on', async () => {
  const product = await rig.stripe.products.create({ name: 'Growth' });
  const recurring = { interval: 'month' as const };
  const price = await rig.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 5_000, recurring });
  await rig.stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  await rig.act('fail-payment', { customer, declineCode: 'expired_card' });
  await rig.work();
  const dunning = () => rig.bench.rowsOf('Dunning_Case__c', ACCOUNT)[0]!.fields;
  expect(dunning()).toMatchObject({ Status__c: 'Open', Stage__c: 'Customer Action', Decline_Code__c: 'expired_card' });

  rig.clock.setOffset(rig.clock.offsetMs + 60_000);
  const other = await rig.stripe.paymentMethods.attach('pm_card_mastercard', { customer });
  await rig.stripe.customers.update(customer, { invoice_settings: { default_payment_method: other.id } });
  await rig.work();
  expect(dunning()).toMatchObject({ Status__c: 'Open', Stage__c: 'Retrying', Decline_Code__c: 'expired_card' });
  expect(dunning()['Next_Step__c']).toBe(
    'Payment is tried again by itself. The customer has another payment method since 21 Nov 2026.',
  );
  expect(dunning()['Next_Step_At__c']).not.toBeNull();
});

test('credit and debt of a customer come by the events of the balance, and are no invoice', async () => {
  await rig.stripe.invoiceItems.create({ customer, amount: 100, currency: 'usd', description: 'Sets the currency' });
  await rig.work();
  const balance = () => rig.bench.row('Billing_Account__c', `stripe:account:${customer}`);
  await rig.stripe.customers.createBalanceTransaction(customer, { amount: -5_000, currency: 'usd' });
  await rig.work();
  expect(balance()).toMatchObject({ Credit_Balance__c: 50, Balance__c: 0 });
  rig.clock.setOffset(rig.clock.now().getTime() + 60_000 - Date.now());
  await rig.stripe.customers.createBalanceTransaction(customer, { amount: 7_500, currency: 'usd' });
  await rig.work();
  expect(balance()).toMatchObject({ Credit_Balance__c: 0, Balance__c: 25 });
});

test('a customer costs seven calls to read, and tiers that a subscription does not show are one more', async () => {
  const product = await rig.stripe.products.create({ name: 'Growth' });
  const shared = { product: product.id, currency: 'usd', recurring: { interval: 'month' as const } };
  const flat = await rig.stripe.prices.create({ ...shared, unit_amount: 1_000 });
  const tiers = [
    { up_to: 10, unit_amount: 1_000 },
    { up_to: 'inf' as const, unit_amount: 500 },
  ];
  const tiered = await rig.stripe.prices.create({
    ...shared,
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers,
  });
  const read = async (): Promise<Record<string, number>> => {
    rig.passCaches();
    rig.sim.ctx.calls.clear();
    rig.bench.dirty.add(`stripe:account:${customer}`);
    await rig.work();
    return Object.fromEntries(rig.sim.ctx.calls.counts);
  };
  await rig.stripe.subscriptions.create({ customer, items: [{ price: flat.id }] });
  await rig.work();
  const lists = {
    'GET /v1/customers/:id': 1,
    'GET /v1/subscriptions': 1,
    'GET /v1/invoices': 1,
    'GET /v1/credit_notes': 1,
    'GET /v1/charges': 1,
    'GET /v1/products/:id': 1,
    'GET /v1/subscription_schedules': 1,
  };
  expect(await read()).toEqual(lists);

  const { id } = await rig.stripe.subscriptions.create({ customer, items: [{ price: tiered.id, quantity: 12 }] });
  await rig.work();
  expect(await read()).toEqual({ ...lists, 'GET /v1/prices/:id': 1 });
  expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${id}`)['MRR__c']).toBe(110);
});
