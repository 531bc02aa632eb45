import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: StripeRig;

beforeEach(async () => {
  rig = await startStripeRig();
});
afterEach(() => rig.close());

/** Everything that Stripe lists of what happened, in the order in which it happened. */
async function listed(): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  const since = String(Math.floor(rig.clock.now().getTime() / 1000) - 3600);
  await rig.connection.changes.sweep(since, (some) => Promise.resolve(void events.push(...some)));
  return events.reverse();
}

async function subscribed(): Promise<{ customer: string; product: string; subscription: string }> {
  const { stripe } = rig;
  const customer = await rig.customer(ACCOUNT);
  const product = await stripe.products.create({ name: 'Growth' });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 49_000,
    recurring: { interval: 'month' },
  });
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  return { customer, product: product.id, subscription: subscription.id };
}

function payments() {
  return rig.bench.rowsOf('Billing_Payment__c', ACCOUNT).map(({ fields }) => fields['Status__c']);
}

describe('an event that names no customer', () => {
  test('of a payment of an invoice leads to the customer through one read, and brings all of it', async () => {
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    const { customer } = await subscribed();
    const paid = (await listed()).filter(({ kind }) => kind === 'invoice_payment.paid');
    expect(paid.map(({ key }) => key)).toEqual([expect.stringMatching(/^stripe:invoice:in_/)]);
    rig.bench.receive(paid);
    rig.sim.ctx.calls.clear();
    await rig.bench.work();
    expect(rig.sim.ctx.calls.counts.get('GET /v1/invoices/:id')).toBe(1);
    expect(rig.bench.row('Billing_Account__c', `stripe:account:${customer}`)['Status__c']).toBe('Active');
    expect(rig.bench.rowsOf('Billing_Invoice__c', ACCOUNT).map(({ fields }) => fields['Status__c'])).toEqual(['Paid']);
  });

  test('of a refund and of a dispute is worked with the customer whose payment it is, without a read', async () => {
    await subscribed();
    await rig.work();
    const [charge] = (await rig.stripe.charges.list({ limit: 1 })).data;
    rig.clock.setOffset(Date.parse('2026-11-22T09:00:00Z') - Date.now());
    // Only the refund itself is told, not the charge.
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    await rig.stripe.refunds.create({ charge: charge!.id });
    const refund = (await listed()).filter(({ kind }) => kind === 'refund.created');
    expect(refund.map(({ key }) => key)).toEqual([`stripe:payment:${charge!.id}`]);
    rig.bench.receive(refund);
    await rig.bench.work();
    expect(payments()).toEqual(['Refunded']);
    expect([...rig.sim.ctx.calls.counts.keys()]).not.toContain('GET /v1/charges/:id');
  });

  test('of a guest concerns nobody and is done', async () => {
    await rig.stripe.paymentIntents.create({
      amount: 2500,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      allowed_payment_method_types: ['card'],
    });
    const [charge] = (await rig.stripe.charges.list({ limit: 1 })).data;
    await rig.stripe.refunds.create({ charge: charge!.id });
    await rig.work();
    expect(rig.bench.open(`stripe:payment:${charge!.id}`)).toBe(0);
    expect(rig.bench.rows.size).toBe(0);
  });
});

describe('an event of an object that is not there yet', () => {
  const early = (id: string, object: object) => ({
    id,
    object: 'event',
    type: 'invoice_payment.paid',
    created: Math.floor(rig.clock.now().getTime() / 1000),
    api_version: '2026-10-28.endive',
    livemode: false,
    data: { object },
  });

  test('waits longer each time and acts once it is there', async () => {
    const { customer } = await subscribed();
    const [invoice] = (await rig.stripe.invoices.list({ customer })).data;
    const key = `stripe:invoice:${invoice!.id}`;
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    await rig.sim.settled();
    rig.bench.inbox.clear();
    rig.bench.dirty.clear();
    const missing = { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such invoice' } };
    rig.sim.ctx.faults.set([{ path: '^/v1/invoices/', status: 404, body: missing, times: 2 }]);
    rig.deliver(early('evt_early', { object: 'invoice_payment', id: 'inpay_1', invoice: invoice!.id }));
    const start = rig.bench.realNow.getTime();
    await rig.work();
    expect([rig.bench.open(key), rig.bench.again.get(key)]).toEqual([1, new Date(start + 6000)]);
    await rig.bench.workAgain(key);
    expect([rig.bench.open(key), rig.bench.again.get(key)]).toEqual([1, new Date(start + 12_000)]);
    await rig.bench.workAgain(key);
    expect(rig.bench.open(key)).toBe(0);
    expect(rig.bench.row('Billing_Account__c', `stripe:account:${customer}`)['Status__c']).toBe('Active');
  });

  test('of a customer that cannot be seen yet waits too, and of a deleted one does not', async () => {
    const gone = await rig.customer(ACCOUNT);
    await rig.stripe.customers.del(gone);
    await rig.sim.settled();
    rig.deliver(early('evt_unseen', { object: 'invoice_payment', id: 'inpay_1', customer: 'cus_unseen' }));
    rig.deliver({
      ...early('evt_charge', { object: 'charge', id: 'ch_1', customer: 'cus_unseen' }),
      type: 'charge.succeeded',
    });
    await rig.work();
    expect(rig.bench.open('stripe:account:cus_unseen')).toBe(1);
    expect(rig.bench.open(`stripe:account:${gone}`)).toBe(0);
  });
});

describe('a thin event', () => {
  const thin = (type: string, related: object, more: object = {}) => ({
    id: 'evt_test_thin',
    object: 'v2.core.event',
    type,
    created: rig.clock.now().toISOString(),
    livemode: false,
    related_object: related,
    ...more,
  });

  test('is re-read, and the snapshot of the same change does nothing more', async () => {
    rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: true };
    const { subscription, customer } = await subscribed();
    const [snapshot] = (await listed()).filter(({ kind }) => kind === 'customer.subscription.created');
    rig.deliver(
      thin(
        'v1.customer.subscription.created',
        { id: subscription, type: 'subscription', url: `/v1/subscriptions/${subscription}` },
        { snapshot_event: snapshot!.eventId },
      ),
    );
    await rig.bench.work();
    expect(rig.bench.row('Billing_Subscription__c', `stripe:subscription:${subscription}`)['MRR__c']).toBe(490);
    rig.sim.ctx.calls.clear();
    rig.bench.receive([snapshot!]);
    expect([rig.bench.dirty.size, rig.bench.inbox.size]).toEqual([0, 1]);
    expect(rig.bench.open(`stripe:account:${customer}`)).toBe(0);
  });

  test('that is older than what is known is done without a call', async () => {
    const { customer, subscription } = await subscribed();
    await rig.work();
    const told = thin('v1.customer.subscription.updated', { id: subscription, type: 'subscription', url: '/' });
    rig.clock.setOffset(Date.parse('2026-11-22T09:00:00Z') - Date.now());
    rig.bench.dirty.add(`stripe:account:${customer}`);
    await rig.work();
    rig.sim.ctx.calls.clear();
    rig.deliver(told);
    await rig.work();
    expect(rig.bench.open(`stripe:account:${customer}`)).toBe(0);
    expect(rig.sim.ctx.calls.total()).toBe(0);
  });

  test.each(['product', 'price'])('of a new %s concerns what can be sold', (type) => {
    rig.deliver(thin(`v1.${type}.created`, { id: 'x_1', type, url: '/' }));
    expect([...rig.bench.inbox.values()]).toMatchObject([{ key: 'stripe:catalog:all' }]);
  });

  test('of what leads to nobody leaves the snapshot to act', () => {
    rig.deliver(
      thin('v1.payment_method.detached', { id: 'pm_1', type: 'payment_method', url: '/' }, { snapshot_event: 'evt_1' }),
    );
    expect([...rig.bench.inbox.values()]).toMatchObject([{ eventId: 'evt_test_thin', key: null }]);
  });
});

describe('an edit of the catalog', () => {
  test('of the name of a product shows on all who have it, once caches are over', async () => {
    const { product, subscription } = await subscribed();
    await rig.work();
    const name = () => rig.bench.row('Billing_Subscription__c', `stripe:subscription:${subscription}`)['Plan__c'];
    expect(name()).toBe('Growth');
    await rig.stripe.products.update(product, { name: 'Growth 2027' });
    await rig.work();
    expect(rig.bench.again.get(`stripe:product:${product}`)).toEqual(new Date(rig.bench.realNow.getTime() + 90_000));
    rig.passCaches();
    await rig.bench.workAgain(`stripe:product:${product}`);
    expect(name()).toBe('Growth 2027');
  });

  test('that shows with no customer concerns what can be sold alone', async () => {
    const { product } = await subscribed();
    await rig.stripe.products.update(product, { description: 'Nobody sees it here' });
    await rig.stripe.products.create({ name: 'Another' });
    await rig.sim.settled();
    const edits = [...rig.bench.inbox.values()].filter(({ kind }) => kind.startsWith('product'));
    expect(edits.map(({ key }) => key)).toEqual(Array(3).fill('stripe:catalog:all'));
  });
});
