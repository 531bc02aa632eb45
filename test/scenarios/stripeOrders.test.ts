import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type Stripe from 'stripe';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { deals, orderSettings, type Sold } from '../support/orders.ts';
import { settled } from '../support/settled.ts';

/** What becomes of won deals that are billed in Stripe, from the Opportunity to the subscription and back. */

const WITHIN = { timeout: 30_000, interval: 50 };

let story: Story;
let seats: Sold;
let accountId: string;
let customer: string;
let sales: ReturnType<typeof deals>;

beforeAll(async () => {
  story = await beginStory({ tls: true, env: { SWEEP_SECONDS: '3600' } });
  sales = deals(story);
  sales.makePriceBook();
  seats = { priceId: await story.stripe.price({ name: 'Platform', amountMinor: 2500, currency: 'usd' }) };
  accountId = await story.account('Acme');
  customer = await story.stripe.customer('Acme', accountId);
  await restart(orderSettings({ connection: 'stripe' }));
}, 180_000);
afterAll(() => story.end());

async function restart(env: Record<string, string>): Promise<void> {
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({ ...story.stack.env, ...env });
  await vi.waitUntil(() => sales.hasProduct(seats), WITHIN);
  await settled(story.stack);
}

/** Subscriptions of the customer that name a deal. */
async function subscriptionsOf(dealId: string): Promise<Stripe.Subscription[]> {
  const { data } = await story.stripe.stripe.subscriptions.list({ customer, status: 'all', limit: 100 });
  return data.filter(({ metadata }) => metadata['salesforce_opportunity_id'] === dealId);
}
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
  await restart(orderSettings({ connection: 'stripe' }));
}, 180_000);
