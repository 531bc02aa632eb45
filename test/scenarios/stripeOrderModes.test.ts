import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type Stripe from 'stripe';
import { assign, connectActions, orgSecret } from '../../scripts/demo/actions.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import type { Story } from '../support/customers.ts';
import { finance } from '../support/finance.ts';
import { FlowVisit } from '../support/interviews.ts';
import { orderSettings } from '../support/orders.ts';
import { settled } from '../support/settled.ts';
import { beginStripeOrders, type StripeOrderStory } from '../support/stripeOrderStory.ts';

/** Deals that are billed in Stripe, before they are won, where finance approves, and when their events come as they like. */

const WITHIN = { timeout: 40_000, interval: 50 };

let story: Story;
let seats: StripeOrderStory['seats'];
let accountId: string;
let customer: string;
let sales: StripeOrderStory['sales'];
let restart: StripeOrderStory['restart'];

beforeAll(async () => {
  ({ story, seats, accountId, customer, sales, restart } = await beginStripeOrders());
  const { stack } = story;
  await connectActions(stack, stack.backend.url, await orgSecret(stack, null));
  await assign(stack, USERS.rep);
  finance(stack).hire('otherRep');
  await settled(stack);
}, 180_000);
afterAll(() => story.end());

async function subscriptionsOf(dealId: string): Promise<Stripe.Subscription[]> {
  const { data } = await story.stripe.stripe.subscriptions.list({ customer, status: 'all', limit: 100 });
  return data.filter(({ metadata }) => metadata['salesforce_opportunity_id'] === dealId);
}
const standing = async (id: string, state: string): Promise<SRecord> => {
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === state, WITHIN);
  return sales.order(id)!;
};
/** A deal for as long as nobody cancels. */
const open = (quantity: number, price: number) =>
  sales.open(accountId, [{ plan: seats, quantity, price }], {
    Billing_Term_Months__c: null,
    Billing_Evergreen__c: true,
  });
const FIGURES = ['Actions__c', 'MRR__c', 'ARR__c', 'TCV__c', 'First_Invoice_Amount__c', 'First_Invoice_Date__c'];

it('a seller sees what would be ordered in Stripe, and gets just that once he wins', async () => {
  const id = open(60, 19.99);
  const seen = await FlowVisit.start(story.stack, USERS.rep, 'Billing_Preview_Order', { recordId: id });
  expect(seen.screen).toBe('Outcome');
  for (const words of [
    'Nothing is ordered yet.',
    'Platform (Platform: 60 at USD 19.99 a month)',
    'MRR: USD 1,199.40, changed by USD 1,199.40.',
    'First invoice: USD 1,199.40 on ',
  ])
    expect(seen.text).toContain(words);
  await vi.waitUntil(() => sales.order(id)?.['Mode__c'] === 'Preview', WITHIN);
  const preview = sales.order(id)!;
  expect(preview).toMatchObject({ State__c: 'Ready', Order_Number__c: null, MRR__c: 1199.4, TCV__c: null });
  await settled(story.stack);
  expect(await subscriptionsOf(id)).toEqual([]);
  expect(sales.deal(id)).toMatchObject({ Billing_Order_Status__c: null, Billing_Order_Number__c: null });

  sales.win(id);
  const ordered = await standing(id, 'Ordered');
  for (const field of FIGURES) expect([field, ordered[field]]).toEqual([field, preview[field]]);
  expect(await subscriptionsOf(id)).toHaveLength(1);
}, 120_000);

it('a seller reads what Stripe cannot do before he wins', async () => {
  const id = open(2.5, 25);
  const seen = await FlowVisit.start(story.stack, USERS.rep, 'Billing_Preview_Order', { recordId: id });
  expect(seen.text).toContain('Stripe sells whole units only');
  expect(await subscriptionsOf(id)).toEqual([]);
}, 120_000);

it('events that come twice, late and again in another order make one subscription', async () => {
  const tell = (switches: object) =>
    fetch(`${story.stack.org.url}/__sim/pubsub`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(switches),
    });
  expect((await tell({ duplicate: true, delayMs: 50 })).status).toBe(200);
  const id = open(3, 25);
  sales.win(id);
  sales.edit(id, { Description: 'Touched' });
  sales.edit(id, { NextStep: 'Touched too' });
  await standing(id, 'Ordered');
  await settled(story.stack);
  expect((await tell({ duplicate: false, delayMs: 0 })).status).toBe(200);
  const [made] = await subscriptionsOf(id);
  await story.stack.backend.stop();
  const told = await story.database.pool.query(
    `update inbox set done_at = null, received_at = received_at - id * interval '1 ms'
     where key = $1 or key like 'stripe:%'`,
    [`salesforce:Opportunity:${id}`],
  );
  expect(told.rowCount).toBeGreaterThan(3);
  await story.database.pool.query(
    `insert into dirty (key) select distinct key from inbox where done_at is null on conflict do nothing`,
  );
  await restart();
  expect((await subscriptionsOf(id)).map((one) => one.id)).toEqual([made!.id]);
  expect(sales.order(id)).toMatchObject({ State__c: 'Ordered', Order_Number__c: made!.id, Message__c: null });
  expect(sales.deal(id)).toMatchObject({ Billing_Subscription_Number__c: made!.id, Billing_MRR__c: 75 });
  expect(await listFailures(story.database.db)).toEqual([]);
}, 180_000);

it('a renewal of what goes on by itself is told so, and nothing is sent', async () => {
  const endless = open(5, 25);
  sales.win(endless);
  const number = String((await standing(endless, 'Ordered'))['Subscription_Number__c']);
  const { metadata } = await story.stripe.stripe.subscriptions.retrieve(number);
  const id = sales.open(accountId, [{ plan: seats, quantity: 5, price: 25 }], {
    Billing_Subscription_Number__c: number,
    Billing_Order_Kind__c: 'Renew',
  });
  sales.win(id);
  expect(String((await standing(id, 'Not Ready'))['Faults__c'])).toContain(
    'Stripe renews a subscription by itself with each period. Choose Amend',
  );
  expect((await story.stripe.stripe.subscriptions.retrieve(number)).metadata).toEqual(metadata);
}, 120_000);

it('an order in Stripe waits for finance, is placed as it was approved, and is asked anew when it is changed', async () => {
  await restart(orderSettings({ connection: 'stripe', mode: 'assisted' }));
  const { requestsOf, decide } = finance(story.stack);
  const id = open(4, 25);
  sales.win(id);
  await standing(id, 'Awaiting Approval');
  await vi.waitUntil(() => requestsOf(id).length === 1, WITHIN);
  const [first] = requestsOf(id);
  expect(first).toMatchObject({
    Kind__c: 'Approval',
    State__c: 'Requested',
    Content__c: expect.stringMatching(/\nMRR: USD 100\.00.*\nARR: USD 1,200\.00[^]*4 at USD 25 a month/) as string,
  });
  expect(await subscriptionsOf(id)).toEqual([]);

  const [line] = story.stack.org.org.all('OpportunityLineItem').filter((one) => one['OpportunityId'] === id);
  sales.editLine(line!.Id, { Quantity: 5 });
  await vi.waitUntil(() => requestsOf(id).length === 2, WITHIN);
  await settled(story.stack);
  const [voided, second] = requestsOf(id);
  expect(voided).toMatchObject({
    State__c: 'Failed',
    Message__c: expect.stringContaining('has changed since this was asked') as string,
  });
  expect(await subscriptionsOf(id)).toEqual([]);
  decide('otherRep', second!, 'Approved');
  const order = await standing(id, 'Ordered');
  expect(order).toMatchObject({ Mode__c: 'Assisted', MRR__c: 125 });
  const made = await subscriptionsOf(id);
  expect(made.map((one) => [one.id, one.items.data[0]!.quantity])).toEqual([[order['Order_Number__c'], 5]]);
  await vi.waitUntil(() => requestsOf(id)[1]!['State__c'] === 'Done', WITHIN);
}, 180_000);
