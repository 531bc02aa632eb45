import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type Stripe from 'stripe';
import type { Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { orderSettings } from '../support/orders.ts';
import { settled } from '../support/settled.ts';
import { beginStripeOrders, type StripeOrderStory } from '../support/stripeOrderStory.ts';

/** What becomes of won deals that are billed in Stripe, from the Opportunity to the subscription and back. */

const WITHIN = { timeout: 30_000, interval: 50 };

let story: Story;
let seats: StripeOrderStory['seats'];
let accountId: string;
let customer: string;
let sales: StripeOrderStory['sales'];
let restart: StripeOrderStory['restart'];

beforeAll(async () => {
  ({ story, seats, accountId, customer, sales, restart } = await beginStripeOrders({ SALESFORCE_OPPORTUNITIES: 'on' }));
}, 180_000);
afterAll(() => story.end());

/** Subscriptions of the customer that name a deal. */
async function subscriptionsOf(dealId: string): Promise<Stripe.Subscription[]> {
  const { data } = await story.stripe.stripe.subscriptions.list({ customer, status: 'all', limit: 100 });
  return data.filter(({ metadata }) => metadata['salesforce_opportunity_id'] === dealId);
}
const SERVER_ERROR = { error: { type: 'api_error', message: 'Something broke.' } };
const faults = (some: Parameters<typeof story.stack.stripe.ctx.faults.set>[0]) =>
  story.stack.stripe.ctx.faults.set(some);
const opportunities = (): string[] =>
  story.stack.org.org
    .all('Opportunity')
    .filter((one) => one['AccountId'] === accountId)
    .map(({ Id }) => Id);
const standing = async (id: string, state: string) => {
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === state, WITHIN);
  return sales.order(id)!;
};
/** A deal for as long as nobody cancels. */
const open = (quantity: number, price: number, fields: Parameters<typeof sales.open>[2] = {}) =>
  sales.open(accountId, [{ plan: seats, quantity, price }], {
    Billing_Term_Months__c: null,
    Billing_Evergreen__c: true,
    ...fields,
  });

it('a won deal becomes one subscription, whose number and figures stand on the Opportunity', async () => {
  const id = open(60, 19.99);
  sales.win(id);
  const order = await standing(id, 'Ordered');
  const [made, ...more] = await subscriptionsOf(id);
  expect(more).toEqual([]);
  expect(made).toMatchObject({ status: 'active', collection_method: 'send_invoice' });
  expect(order).toMatchObject({
    Order_Number__c: made!.id,
    Subscription_Number__c: made!.id,
    MRR__c: 1199.4,
    ARR__c: 14392.8,
    TCV__c: null,
    Faults__c: null,
  });
  await vi.waitUntil(() => sales.deal(id)['Billing_Subscription_Status__c'] === 'Active', WITHIN);
  await settled(story.stack);
  expect(sales.deal(id)).toMatchObject({
    Billing_Order_Status__c: 'Ordered',
    Billing_Order_Number__c: made!.id,
    Billing_Subscription_Number__c: made!.id,
    Billing_MRR__c: 1199.4,
    Billing_Message__c: null,
  });
  expect(sales.order(id)).toMatchObject({ Message__c: null, State__c: 'Ordered' });
  // What the deal made is told by the deal, and by no other one that reports it.
  expect(opportunities()).toEqual([id]);
}, 120_000);

it('an answer that is lost after the subscription was made makes no second one', async () => {
  const id = open(2, 25);
  faults([{ method: 'POST', path: '^/v1/subscriptions$', times: 1, status: 504, after: true, body: SERVER_ERROR }]);
  sales.win(id);
  const order = await standing(id, 'Ordered');
  expect((await subscriptionsOf(id)).map((one) => one.id)).toEqual([order['Order_Number__c']]);
}, 120_000);

it('a process that dies between the answer of Stripe and what it makes of it makes no second one', async () => {
  const id = open(7, 25);
  faults([{ method: 'POST', path: '^/v1/subscriptions$', answer: 'hang' }]);
  sales.win(id);
  await vi.waitUntil(async () => (await subscriptionsOf(id)).length > 0, WITHIN);
  await story.stack.backend.stop('SIGKILL');
  faults([]);
  await restart();
  await standing(id, 'Ordered');
  expect(await subscriptionsOf(id)).toHaveLength(1);
  await settled(story.stack);
  expect(opportunities().filter((one) => sales.deal(one)['Billing_Reported__c'] === true)).toEqual([]);
}, 180_000);

it('a deal that is won, lost and won again within moments makes one, and so does one that is reopened later', async () => {
  const id = open(3, 25);
  sales.win(id);
  sales.edit(id, { StageName: 'Prospecting' });
  sales.win(id);
  await standing(id, 'Ordered');
  sales.edit(id, { StageName: 'Prospecting' });
  await vi.waitUntil(() => String(sales.order(id)!['Message__c']).includes('was changed after'), WITHIN);
  sales.win(id);
  await vi.waitUntil(() => sales.order(id)!['Message__c'] === null, WITHIN);
  await settled(story.stack);
  expect(await subscriptionsOf(id)).toHaveLength(1);
}, 120_000);

it('too many calls are waited out', async () => {
  const id = open(4, 25);
  const body = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' } };
  faults([{ method: 'POST', path: '^/v1/subscriptions$', times: 2, status: 429, body }]);
  sales.win(id);
  await standing(id, 'Ordered');
  expect(await subscriptionsOf(id)).toHaveLength(1);
}, 120_000);

it('what Stripe cannot do is told all at once, and nothing is sent', async () => {
  const id = open(2.5, 25, { Billing_Start_Date__c: '2026-01-01', Billing_Renewal_Term_Months__c: 12 });
  sales.win(id);
  const faultsOf = String((await standing(id, 'Not Ready'))['Faults__c']).split('\n');
  expect(faultsOf).toHaveLength(3);
  expect(faultsOf.join(' ')).toMatch(/begins nothing in the past.*no length of later terms.*whole units only/);
  expect(await subscriptionsOf(id)).toEqual([]);
}, 120_000);

it('a price that is off sale, and a customer without an address, are told, and ordered once they are mended', async () => {
  const { stripe } = story.stripe;
  const id = open(2, 25);
  const price = (seats as { priceId: string }).priceId;
  await stripe.prices.update(price, { active: false });
  await stripe.customers.update(customer, { email: '' });
  await settled(story.stack);
  sales.win(id);
  const told = String((await standing(id, 'Not Ready'))['Faults__c']);
  expect(told).toContain('is not on sale in billing now');
  expect(told).toContain('has no e-mail address');
  await stripe.customers.update(customer, { email: 'billing@acme.example' });
  await vi.waitUntil(() => !String(sales.order(id)!['Faults__c']).includes('e-mail address'), WITHIN);
  await settled(story.stack);
  expect(sales.order(id)).toMatchObject({ State__c: 'Not Ready' });
  await stripe.prices.update(price, { active: true });
  await standing(id, 'Ordered');
  expect(await subscriptionsOf(id)).toHaveLength(1);
  // The price book follows a second after the last edit of the catalog.
  await vi.waitUntil(() => sales.hasProduct(seats), WITHIN);
}, 120_000);

it('a subscription is changed and ended by further deals, and their orders name it', async () => {
  const id = open(5, 25);
  sales.win(id);
  const { Subscription_Number__c: number } = await standing(id, 'Ordered');
  const of = String(number);
  const now = () => story.stripe.stripe.subscriptions.retrieve(of);
  const more = open(8, 22.5, { Billing_Evergreen__c: false, Billing_Subscription_Number__c: of });
  sales.win(more);
  expect(await standing(more, 'Ordered')).toMatchObject({
    Order_Number__c: `SF-${more}`,
    Subscription_Number__c: of,
    // 8 × 22.50 in place of 5 × 25.
    MRR__c: 180,
    MRR_Change__c: 55,
  });
  const changed = await now();
  expect(changed).toMatchObject({ items: { data: [{ quantity: 8 }] }, metadata: { salesforce_opportunity_id: id } });
  expect(Number(changed.items.data[0]!.price.unit_amount_decimal)).toBe(2250);
  const end = open(8, 22.5, {
    ...{ Billing_Evergreen__c: false, Billing_Subscription_Number__c: of, Billing_Order_Kind__c: 'Cancel' },
  });
  sales.win(end);
  expect(await standing(end, 'Ordered')).toMatchObject({ MRR__c: 0, MRR_Change__c: -180 });
  const { cancel_at: at, items } = await now();
  expect(at).toBe(items.data[0]!.current_period_end);
  await settled(story.stack);
  expect(await subscriptionsOf(id)).toHaveLength(1);
  expect(opportunities().filter((one) => sales.deal(one)['Billing_Reported__c'] === true)).toEqual([]);
}, 120_000);

it('an operator sees what would be sent, in the words of Stripe', async () => {
  const id = open(6, 20);
  const { json } = await ops({ ...story.stack.env, ...orderSettings({ connection: 'stripe' }) }, [
    ...['order', id, '--dry-run', '--json'],
  ]);
  expect(json).toMatchObject({
    worked: { state: 'Ready', metrics: { mrr: '120', tcv: null, firstInvoice: { amount: '120.00' } } },
    request: {
      path: '/v1/subscriptions',
      params: { customer, collection_method: 'send_invoice', items: [{ quantity: 6 }] },
    },
  });
}, 120_000);

it('of several targets the first that fits a deal gets its order; what the deal sells has to be of it', async () => {
  const targets = [{ connection: 'zuora', amountAtLeast: 5000 }, { connection: 'stripe' }];
  await restart(orderSettings({ connection: undefined, targets }));
  const small = open(2, 25);
  sales.win(small);
  await standing(small, 'Ordered');
  expect(await subscriptionsOf(small)).toHaveLength(1);
  // 300 × 25: meant for Zuora, and sold from Stripe.
  const large = open(300, 25);
  sales.win(large);
  const faults = String((await standing(large, 'Not Ready'))['Faults__c']);
  expect(faults).toContain('sold by stripe, but this deal is ordered in zuora. Choose a product of zuora.');
  expect(faults).toContain('The account has no billing account in zuora.');
  expect(await subscriptionsOf(large)).toEqual([]);
  await restart();
}, 180_000);
