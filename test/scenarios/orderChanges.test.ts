import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { charges, rows, TestClient, type Loose } from '../simulators/zuora/testClient.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { deals, orderSettings, type LineOf } from '../support/orders.ts';
import { settled } from '../support/settled.ts';

/** What becomes of won deals that change what a customer has, from the Opportunity to Zuora and back. */

const WITHIN = { timeout: 30_000, interval: 50 };

let story: Story;
let seats: RatePlan;
let support: RatePlan;
let accountId: string;
let number: string;
let subscription: string;
let sales: ReturnType<typeof deals>;
let zuora: TestClient;

/** The first day of a month, counted from this one. */
function month(count: number): string {
  const now = story.stack.clock.now();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + count, 1)).toISOString().slice(0, 10);
}

beforeAll(async () => {
  story = await beginStory({ tls: true, env: { SWEEP_SECONDS: '3600' } });
  sales = deals(story);
  sales.makePriceBook();
  seats = await story.zuora.ratePlan('Platform Team', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' },
  ]);
  support = await story.zuora.ratePlan('Support', 'USD', [
    { name: 'Fee', kind: 'flat', price: '500', period: 'Month' },
  ]);
  accountId = await story.account('Acme');
  number = await story.zuora.account('Acme', 'USD', accountId);
  zuora = await new TestClient(story.stack.zuora).signIn();
  const { customFields: defined } = story.stack.zuora.tenant;
  for (const of of ['order', 'subscription', 'ratePlan', 'ratePlanCharge'] as const) defined[of].push('Note__c');
  const [ofDeal, ofLine] = [{ Note__c: 'Name' }, { Note__c: 'Quantity' }];
  const customFields = { order: ofDeal, subscription: ofDeal, ratePlan: ofLine, charge: ofLine };
  await start(customFields);
}, 180_000);
afterAll(() => story.end());

async function start(customFields: object): Promise<void> {
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({ ...story.stack.env, ...orderSettings({ customFields }) });
  await vi.waitUntil(() => sales.hasProduct(seats) && sales.hasProduct(support), WITHIN);
}

/** 60 seats at 25 a month, for the year that began ten months ago. */
beforeEach(async () => {
  const terms = { start: month(-10), months: 12, autoRenew: true, quantity: 60 };
  subscription = await story.zuora.subscribe(number, seats, terms);
  await settled(story.stack);
});

/** Wins a deal about the subscription that takes effect with next month; @returns its id */
function win(lines: readonly LineOf[], fields: Record<string, FieldValue> = {}): string {
  const id = sales.open(accountId, lines, {
    Name: 'More for Acme',
    Billing_Term_Months__c: null,
    Billing_Subscription_Number__c: subscription,
    Billing_Start_Date__c: month(1),
    ...fields,
  });
  sales.win(id);
  return id;
}
const standing = async (id: string, state: string) => {
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === state, WITHIN);
  return sales.order(id)!;
};
const now = (of = subscription): Promise<Loose> => zuora.subscription(of, 'all-segments');
const segments = (sold: Loose) => charges(sold).map((one) => [one.effectiveStartDate, one.quantity, one.price]);
const lines = (...said: string[]): unknown => expect.stringContaining(said.join('\n'));

it('more seats at another price become one change of the subscription, which stays what it is for the rest', async () => {
  const id = win([{ plan: seats, quantity: 80, price: 24.5 }]);
  expect(await standing(id, 'Ordered')).toMatchObject({
    Order_Number__c: `SF-${id}`,
    Subscription_Number__c: subscription,
    // 80 × 24.50 instead of 60 × 25.
    MRR__c: 1960,
    MRR_Change__c: 460,
    // One month of the term is left.
    TCV_Change__c: 460,
    Actions__c: lines(
      `Change of subscription ${subscription} of ${number}`,
      `- From ${month(1)} change Platform Team (Seats from 60 to 80, from USD 25 to USD 24.5 a month)`,
    ),
  });
  expect(segments(await now())).toEqual([
    [month(-10), 60, 25],
    [month(1), 80, 24.5],
  ]);
  expect(await now()).toMatchObject({ version: 2, termEndDate: month(2), autoRenew: true, OpportunityId__c: null });
  await settled(story.stack);
  expect(sales.deal(id)).toMatchObject({
    Billing_Order_Status__c: 'Ordered',
    Billing_Order_Number__c: `SF-${id}`,
    Billing_Subscription_Number__c: subscription,
  });
  // What the product wrote on the deal is no change of it, and a change of it makes nothing more.
  expect(sales.order(id)!['Message__c']).toBeNull();
  sales.edit(id, { Billing_Start_Date__c: month(0) });
  await vi.waitUntil(() => String(sales.order(id)!['Message__c']).includes('was changed after'), WITHIN);
  expect(await now()).toMatchObject({ version: 2 });
}, 120_000);

it('fewer seats and another product in one deal', async () => {
  const id = win([
    { plan: seats, quantity: 40, price: 25 },
    { plan: support, quantity: 1, price: 450 },
  ]);
  expect(await standing(id, 'Ordered')).toMatchObject({ MRR__c: 1450, MRR_Change__c: -50 });
  expect(segments(await now())).toEqual([
    [month(-10), 60, 25],
    [month(1), 40, 25],
    [month(1), 1, 450],
  ]);
}, 120_000);

it('a product that goes, and one that takes the place of another', async () => {
  const gone = win([{ plan: seats, quantity: 60, price: 25, fields: { Billing_Action__c: 'Remove' } }]);
  expect(await standing(gone, 'Ordered')).toMatchObject({
    MRR__c: 0,
    MRR_Change__c: -1500,
    Actions__c: lines(`- From ${month(1)} remove Platform Team`),
  });
  subscription = await story.zuora.subscribe(number, seats, { start: month(-10), months: 12, quantity: 60 });
  const exchanged = win([{ plan: support, quantity: 1, price: 500, fields: { Billing_Action__c: 'Change Plan' } }]);
  expect(await standing(exchanged, 'Ordered')).toMatchObject({ MRR__c: 500, MRR_Change__c: -1000 });
}, 120_000);

it('a renewal takes up where the term ends, with the seats and the term of the deal', async () => {
  const id = win([{ plan: seats, quantity: 70, price: 26 }], {
    Billing_Order_Kind__c: 'Renew',
    Billing_Start_Date__c: null,
    Billing_Term_Months__c: 24,
    Billing_Auto_Renew__c: 'No',
  });
  expect(await standing(id, 'Ordered')).toMatchObject({
    // 70 × 26 instead of 60 × 25, and that for two years more.
    MRR__c: 1820,
    MRR_Change__c: 320,
    TCV_Change__c: 43_680,
    Actions__c: lines(
      '- Terms: does not renew by itself, renewals of 24 months',
      `- From ${month(2)} renew`,
      `- From ${month(2)} change Platform Team (Seats from 60 to 70, from USD 25 to USD 26 a month)`,
    ),
  });
  expect(await now()).toMatchObject({ termStartDate: month(2), termEndDate: month(26), autoRenew: false });
}, 120_000);

it('a cancellation ends it at the end of its term, or on the day that people entered', async () => {
  const atEnd = win([], { Billing_Order_Kind__c: 'Cancel', Billing_Start_Date__c: null });
  expect(await standing(atEnd, 'Ordered')).toMatchObject({ MRR__c: 0, MRR_Change__c: -1500, TCV_Change__c: 0 });
  expect(await now()).toMatchObject({ subscriptionEndDate: month(2), status: 'Active' });
  const again = win([], { Billing_Order_Kind__c: 'Cancel' });
  expect(await standing(again, 'Not Ready')).toMatchObject({
    Faults__c: `Subscription ${subscription} is canceled from ${month(2)} on, so nothing of it can change. Sell a new one, or take the cancellation back in billing.`,
  });
  subscription = await story.zuora.subscribe(number, seats, { start: month(-10), months: 12, quantity: 60 });
  const onDay = win([], { Billing_Order_Kind__c: 'Cancel' });
  expect(await standing(onDay, 'Ordered')).toMatchObject({ MRR__c: 0, TCV_Change__c: -1500 });
  expect(await now()).toMatchObject({ subscriptionEndDate: month(1) });
}, 120_000);

it('a ramp of a new subscription is one plan that grows', async () => {
  const step = (from: number, to: number | null) => ({
    Billing_Start_Date__c: month(from),
    Billing_End_Date__c: to === null ? null : month(to),
  });
  const id = win(
    [
      { plan: seats, quantity: 10, price: 25, fields: step(1, 13) },
      { plan: seats, quantity: 20, price: 24, fields: step(13, null) },
    ],
    { Billing_Subscription_Number__c: null, Billing_Term_Months__c: 24 },
  );
  // A year of 10 × 25 a month, and one of 20 × 24.
  expect(await standing(id, 'Ordered')).toMatchObject({ MRR__c: 480, TCV__c: 8760 });
  expect(segments(await now(`SF-${id}`))).toEqual([
    [month(1), 10, 25],
    [month(13), 20, 24],
  ]);
}, 120_000);

it('fields that settings name go along, to every level of what a deal changes', async () => {
  const id = win([
    { plan: seats, quantity: 80, price: 25 },
    { plan: support, quantity: 1, price: 500 },
  ]);
  await standing(id, 'Ordered');
  const sold = await now();
  const { body } = await zuora.call('GET', `/v1/orders/SF-${id}`);
  expect([body.order!.customFields, sold.Note__c]).toMatchObject([
    { Note__c: 'More for Acme', OpportunityId__c: id },
    'More for Acme',
  ]);
  expect(rows(sold.ratePlans).map((plan) => [plan.Note__c, rows(plan.ratePlanCharges).at(-1)!.Note__c])).toEqual([
    [80, 80],
    [1, 1],
  ]);
}, 120_000);

it('what cannot be done is told, all of it, and nothing is sent; once it is mended it is', async () => {
  const other = await story.account('Bystander');
  const theirs = await story.zuora.account('Bystander', 'USD', other);
  const foreign = await story.zuora.subscribe(theirs, seats, { start: month(-10), months: 12, quantity: 5 });
  const id = win(
    [
      { plan: seats, quantity: 80, price: 25, fields: { Billing_Charge_Number__c: 'C-99999999' } },
      { plan: support, quantity: 2, price: 500 },
    ],
    { Billing_Subscription_Number__c: foreign },
  );
  expect(await standing(id, 'Not Ready')).toMatchObject({
    Faults__c: `The account has no subscription ${foreign} in zuora. Enter the number of one of its own.`,
  });
  sales.edit(id, { Billing_Subscription_Number__c: subscription });
  await vi.waitUntil(() => String(sales.order(id)!['Faults__c']).includes('C-99999999'), WITHIN);
  expect(String(sales.order(id)!['Faults__c']).split('\n')).toEqual([
    'Support: It is sold as a whole, so its quantity can only be 1; it is 2.',
    expect.stringContaining('Platform Team: The subscription has no charge C-99999999. Enter one of C-'),
  ]);
  expect([await now(), await now(foreign)]).toMatchObject([{ version: 1 }, { version: 1 }]);
  const found = story.stack.org.org.all('OpportunityLineItem').filter((one) => one['OpportunityId'] === id);
  sales.editLine(found[0]!.Id, { Billing_Charge_Number__c: null });
  sales.editLine(found[1]!.Id, { Quantity: 1 });
  sales.edit(id, { Description: 'Mended' });
  await standing(id, 'Ordered');
  expect([await now(), await now(foreign)]).toMatchObject([{ version: 2 }, { version: 1 }]);
}, 120_000);

it('an answer that is lost changes nothing twice', async () => {
  const id = win([{ plan: seats, quantity: 61, price: 25 }]);
  story.stack.zuora.ctx.faults.set([{ path: '^/v1/orders$', times: 1, status: 504, after: true }]);
  expect(await standing(id, 'Ordered')).toMatchObject({ Order_Number__c: `SF-${id}` });
  expect(await now()).toMatchObject({ version: 2 });
}, 120_000);

/** Wins a deal whose order does not reach Zuora, has billing go on meanwhile, and waits until that is seen. */
async function winWhileBillingGoesOn(more: readonly LineOf[], goOn: () => Promise<unknown>): Promise<string> {
  story.stack.zuora.ctx.faults.set([{ method: 'POST', path: '^/v1/orders$', status: 504 }]);
  const id = win(more);
  await standing(id, 'Ordering');
  await story.stack.backend.stop('SIGKILL');
  story.stack.zuora.ctx.faults.set([]);
  await goOn();
  await start({});
  const { pool } = story.database;
  const key = `salesforce:Opportunity:${id}`;
  const waits = () => pool.query("select from dirty where key = $1 and code = 'order_not_certain'", [key]);
  await vi.waitUntil(async () => (await waits()).rowCount === 1, WITHIN);
  // What was sent may be on its way still, so that nothing else is sent yet.
  expect(sales.order(id)!['State__c']).toBe('Ordering');
  expect((await zuora.call('GET', `/v1/orders/SF-${id}`)).status).toBe(404);
  // Three minutes later it is not.
  await pool.query("update deal_order set changed_at = now() - interval '3 minutes' where opportunity_id = $1", [id]);
  await pool.query('update dirty set not_before = now() where key = $1', [key]);
  return id;
}

it('an order that was not made is worked out again from what billing has become, under the same number', async () => {
  const id = await winWhileBillingGoesOn([{ plan: seats, quantity: 80, price: 25 }], async () => {
    const [sold] = rows((await now()).ratePlans);
    const [charge] = rows(sold!.ratePlanCharges);
    await zuora.act({ number }, subscription, month(0), {
      type: 'UpdateProduct',
      updateProduct: {
        ratePlanId: sold!.id,
        chargeUpdates: [{ chargeNumber: charge!.number, pricing: { recurringPerUnit: { quantity: 70 } } }],
      },
    });
  });
  expect(await standing(id, 'Ordered')).toMatchObject({
    Order_Number__c: `SF-${id}`,
    Actions__c: lines('(Seats from 70 to 80)'),
    MRR_Change__c: 250,
  });
  expect(segments(await now()).map(([, quantity]) => quantity)).toEqual([60, 70, 80]);
}, 120_000);

it('an order that was not made of a subscription that was canceled meanwhile is not sent', async () => {
  const id = await winWhileBillingGoesOn([{ plan: seats, quantity: 80, price: 25 }], () =>
    zuora.act({ number }, subscription, month(1), {
      type: 'CancelSubscription',
      cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: month(1) },
    }),
  );
  expect(await standing(id, 'Not Ready')).toMatchObject({
    Faults__c: expect.stringContaining('is canceled from') as string,
  });
  await settled(story.stack);
  expect((await zuora.call('GET', `/v1/orders/SF-${id}`)).status).toBe(404);
}, 120_000);

it('a field to send along that the integration user may not read is told, and keeps nothing else back', async () => {
  await start({ order: { Note__c: 'NextStep' } });
  const id = win([{ plan: seats, quantity: 62, price: 25 }]);
  expect(await standing(id, 'Not Ready')).toMatchObject({
    Faults__c:
      'Settings name Opportunity.NextStep, and the integration user cannot read it. Give it access, or take it out of ORDERS_FILE; it is looked at again within the hour.',
  });
  expect(await now()).toMatchObject({ version: 1 });
}, 120_000);
