import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret } from '../../scripts/demo/actions.ts';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { addDays, addMonths, calendarDate, type CalendarDate } from '../../server/domain/time/calendarDate.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { dieBeforeWriting } from '../support/dyingServer.ts';
import { FlowVisit } from '../support/interviews.ts';
import { ops } from '../support/ops.ts';
import { deals, orderSettings } from '../support/orders.ts';
import { renewalSettings } from '../support/renewals.ts';
import { settled } from '../support/settled.ts';

/** Renewals of what ends together as one deal, which a person wins: one order, and each subscription is renewed once. */

const WITHIN = { timeout: 30_000, interval: 50 };
const DAY_MS = 86_400_000;

let story: Story;
let sales: ReturnType<typeof deals>;
let zuora: TestClient;
let plan: RatePlan;
let env: Record<string, string>;

beforeAll(async () => {
  story = await beginStory({
    tls: true,
    env: { SWEEP_SECONDS: '3600', SALESFORCE_OPPORTUNITIES: 'on', SALESFORCE_CURRENCY: 'USD' },
  });
  sales = deals(story);
  sales.makePriceBook();
  plan = await story.zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '20', period: 'Month' },
  ]);
  zuora = await new TestClient(story.stack.zuora).signIn();
  await story.stack.backend.stop();
  const { ORDERS_FILE = '', CATALOG_PRICE_BOOK = '' } = orderSettings({});
  env = { ...story.stack.env, ORDERS_FILE, CATALOG_PRICE_BOOK, ...renewalSettings({ group: 'billingAccount' }) };
  story.stack.backend = await startBackend(env);
  await vi.waitUntil(() => sales.hasProduct(plan), WITHIN);
  await connectActions(story.stack, story.stack.backend.url, await orgSecret(story.stack, null));
  await assign(story.stack, USERS.rep);
  await settled(story.stack);
}, 180_000);
afterAll(() => story.end());
afterEach(() => story.stack.zuora.ctx.faults.set([]));

const today = (): CalendarDate => calendarDate(story.stack.clock.now().toISOString().slice(0, 10));
const all = (accountId: string): SRecord[] =>
  story.stack.org.org.all('Opportunity').filter((one) => one['AccountId'] === accountId);
const linesOf = (dealId: string): SRecord[] =>
  story.stack.org.org.all('OpportunityLineItem').filter((one) => one['OpportunityId'] === dealId);

/** Whether what happens in Zuora is told. */
const tell = (isTold: boolean) => {
  const { webhooks } = story.stack.zuora.ctx;
  webhooks.switches = { ...webhooks.switches, drop: !isTold };
};

/** How the org tells of changes. */
async function tellEvents(switches: { duplicate: boolean; delayMs: number }): Promise<void> {
  const answer = await fetch(`${story.stack.org.url}/__sim/pubsub`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(switches),
  });
  expect(answer.status).toBe(200);
}

type Customer = { accountId: string; number: string; of: string[]; ends: CalendarDate; id: string };

/** A customer with subscriptions of so many seats at 20 a month, whose year ends in a month, and the one deal for them. */
async function customer(name: string, seats: readonly number[]): Promise<Customer> {
  const accountId = await story.account(name);
  const number = await story.zuora.account(name, 'USD', accountId);
  const start = addMonths(addDays(today(), 30), -12);
  const of: string[] = [];
  // Before the first of them is told, all are there.
  tell(false);
  for (const [index, quantity] of seats.entries()) {
    tell(index === seats.length - 1);
    of.push(await story.zuora.subscribe(number, plan, { start, months: 12, quantity }));
  }
  const worth = seats.reduce((sum, quantity) => sum + quantity * 240, 0);
  await vi.waitUntil(() => all(accountId)[0]?.['Amount'] === worth, WITHIN);
  await settled(story.stack);
  expect(all(accountId)).toHaveLength(1);
  const { Id: id } = all(accountId)[0]!;
  return { accountId, number, of, ends: addMonths(start, 12), id };
}
const termOf = async (subscription: string) => {
  const { termStartDate, termEndDate } = await zuora.subscription(subscription);
  return [termStartDate, termEndDate];
};
const renewedOnce = ({ ends }: Customer) => [ends, addMonths(ends, 12)];
const lineOf = async ({ id }: Customer, subscription: string): Promise<string> => {
  const charge = await story.zuora.chargeNumber(subscription, 'Seats');
  return linesOf(id).find((one) => one['Billing_Charge_Number__c'] === charge)!.Id;
};
const standing = async (id: string, state: string) => {
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === state, WITHIN);
  return sales.order(id)!;
};
const renewInBilling = ({ number, ends }: Customer, subscription: string) =>
  zuora.act({ number }, subscription, ends, { type: 'RenewSubscription' });
/** Numbers of the orders of a deal, under whatever number. */
async function ordersOf({ number, id }: Customer): Promise<string[]> {
  const { body } = await zuora.call('GET', `/v1/orders/invoiceOwner/${number}?pageSize=40`);
  const orders = body.orders as unknown as { orderNumber: string }[];
  return orders.map(({ orderNumber }) => orderNumber).filter((one) => one.includes(id));
}
/** Each is renewed once, by one order, and the only deal of the customer says so. */
async function allRenewedOnce(of: Customer): Promise<void> {
  await vi.waitUntil(() => String(sales.deal(of.id)['Billing_Message__c']).startsWith('Renewed in billing'), WITHIN);
  await settled(story.stack);
  for (const one of of.of) expect(await termOf(one)).toEqual(renewedOnce(of));
  expect(await ordersOf(of)).toEqual([`SF-${of.id}`]);
  expect(all(of.accountId)).toMatchObject([
    { Id: of.id, StageName: 'Closed Won', Billing_Reported__c: false, Billing_Order_Status__c: 'Ordered' },
  ]);
}

it('one order renews each, with what people changed of its lines; its figures are those of the group', async () => {
  const acme = await customer('Acme', [60, 10]);
  const [first, second] = acme.of as [string, string];
  sales.editLine(await lineOf(acme, second), { Quantity: 15, UnitPrice: 216 });
  const seen = await FlowVisit.start(story.stack, USERS.rep, 'Billing_Preview_Order', { recordId: acme.id });
  for (const words of [
    'Nothing is ordered yet.',
    `Change of subscription ${first} of`,
    `Change of subscription ${second} of`,
    'MRR: USD 1,470.00, changed by USD 70.00.',
  ])
    expect(seen.text).toContain(words);
  const look = await ops(env, ['order', acme.id, '--dry-run', '--json']);
  expect(look.json).toMatchObject({
    worked: { state: 'Ready', metrics: { mrr: '1470', mrrChange: '70' } },
    request: {
      orderNumber: `SF-${acme.id}`,
      subscriptions: [{ subscriptionNumber: first }, { subscriptionNumber: second }],
    },
  });
  expect(await ordersOf(acme)).toEqual([]);

  sales.win(acme.id);
  const order = await standing(acme.id, 'Ordered');
  expect(order).toMatchObject({
    Order_Number__c: `SF-${acme.id}`,
    Subscription_Number__c: `${first}, ${second}`,
    // 60 × 20 and 15 × 18, after 60 × 20 and 10 × 20; two years of the first, one of the second and one of it changed.
    MRR__c: 1470,
    MRR_Change__c: 70,
    ARR__c: 17_640,
    TCV__c: 2 * 14_400 + 2400 + 3240,
    TCV_Change__c: 14_400 + 3240,
  });
  expect(String(order['Actions__c']).split('\n')).toEqual([
    `Change of subscription ${first} of ${acme.number}`,
    `- From ${acme.ends} renew`,
    `Change of subscription ${second} of ${acme.number}`,
    `- From ${acme.ends} renew`,
    `- From ${acme.ends} change Platform (Seats from 10 to 15, from USD 20 to USD 18 a month)`,
  ]);
  await allRenewedOnce(acme);
  expect(sales.deal(acme.id)).toMatchObject({
    Billing_Order_Number__c: `SF-${acme.id}`,
    Billing_Subscription_Number__c: null,
    Billing_Message__c: expect.stringContaining(`${first}, ${second}`) as string,
  });
  // What the product writes to the deal is no change of people.
  expect(sales.order(acme.id)).toMatchObject({ Message__c: null });
}, 180_000);

it('what billing renewed and what it canceled before is left out, and told', async () => {
  const globex = await customer('Globex', [1, 2, 3]);
  const [renewed, canceled, left] = globex.of as [string, string, string];
  await renewInBilling(globex, renewed);
  await vi.waitUntil(() => linesOf(globex.id).length === 3, WITHIN);
  await settled(story.stack);
  expect(sales.deal(globex.id)).toMatchObject({ StageName: 'Prospecting' });
  sales.editLine(await lineOf(globex, canceled), { Quantity: 5 });
  await settled(story.stack);
  tell(false);
  try {
    await story.zuora.cancel(globex.number, canceled, globex.ends);
    sales.win(globex.id);
    await standing(globex.id, 'Ordered');
  } finally {
    tell(true);
  }
  const { Actions__c: actions, Subscription_Number__c: numbers, MRR__c: mrr } = sales.order(globex.id)!;
  expect([numbers, mrr]).toEqual([left, 60]);
  expect(String(actions).split('\n')).toEqual([
    `Change of subscription ${left} of ${globex.number}`,
    `- From ${globex.ends} renew`,
    `- Not renewed is ${renewed}: billing has renewed it already, and its term began on ${globex.ends}`,
    `- Not renewed is ${canceled}: it is canceled from ${globex.ends} on; what the opportunity changes of it is not ordered (Platform): change it by an opportunity of its own`,
  ]);
  for (const one of [renewed, left]) expect(await termOf(one)).toEqual(renewedOnce(globex));
  expect((await termOf(canceled))[1]).toBe(globex.ends);
}, 180_000);

it('what keeps one of them from being renewed is told by its number, and nothing is sent until it is mended', async () => {
  const initech = await customer('Initech', [1, 2]);
  const [, second] = initech.of as [string, string];
  const line = await lineOf(initech, second);
  sales.editLine(line, { Quantity: 2.5, UnitPrice: 240.000_001 });
  sales.addLine(initech.id, { plan, quantity: 1, price: 20 });
  sales.win(initech.id);
  const faults = String((await standing(initech.id, 'Not Ready'))['Faults__c']);
  expect(faults).toContain(`Platform: It may be meant for each of ${initech.of.join(', ')}.`);
  expect(await ordersOf(initech)).toEqual([]);
  const [extra] = linesOf(initech.id).filter((one) => one['Billing_Charge_Number__c'] == null);
  sales.editLine(extra!.Id, {
    Billing_Action__c: 'Add',
    Billing_Charge_Number__c: await story.zuora.chargeNumber(second, 'Seats'),
  });
  sales.editLine(line, { Quantity: 2, UnitPrice: 240 });
  await standing(initech.id, 'Ordered');
  expect(sales.order(initech.id)).toMatchObject({ MRR__c: 80, MRR_Change__c: 20 });
  await allRenewedOnce(initech);
}, 180_000);

it('an answer that is lost, and events that come twice, renew each once', async () => {
  const umbrella = await customer('Umbrella', [1, 2]);
  await tellEvents({ duplicate: true, delayMs: 50 });
  const fault = { method: 'POST', path: '^/v1/orders$', times: 1, status: 504, after: true };
  story.stack.zuora.ctx.faults.set([fault]);
  sales.win(umbrella.id);
  sales.edit(umbrella.id, { NextStep: 'Touched' });
  await standing(umbrella.id, 'Ordered');
  await tellEvents({ duplicate: false, delayMs: 0 });
  await allRenewedOnce(umbrella);
}, 180_000);

it('a server that dies between the answer of Zuora and what it would write of it renews each once', async () => {
  const wayne = await customer('Wayne', [1, 2]);
  const { faults } = story.stack.zuora.ctx;
  const { promise: until, resolve: answer } = Promise.withResolvers<void>();
  faults.set([{ method: 'POST', path: '^/v1/orders$', until, times: 1 }]);
  sales.win(wayne.id);
  await vi.waitUntil(() => faults.list().length === 0, WITHIN);
  await dieBeforeWriting(story, 'deal_order', answer);
  expect(await ordersOf(wayne)).toEqual([`SF-${wayne.id}`]);
  expect(sales.deal(wayne.id)['Billing_Order_Number__c']).toBeNull();
  story.stack.backend = await startBackend(env);
  expect(await standing(wayne.id, 'Ordered')).toMatchObject({
    Order_Number__c: `SF-${wayne.id}`,
    Subscription_Number__c: wayne.of.join(', '),
    MRR__c: 60,
  });
  await allRenewedOnce(wayne);
}, 180_000);

it('what billing renews while the order is on its way is not renewed again, and the others are', async () => {
  const hooli = await customer('Hooli', [1, 2]);
  const [first, second] = hooli.of as [string, string];
  const { faults } = story.stack.zuora.ctx;
  const renewed = Promise.withResolvers<void>();
  faults.set([{ method: 'POST', path: '^/v1/orders/preview$', until: renewed.promise, times: 1 }]);
  sales.win(hooli.id);
  await vi.waitUntil(() => faults.list().length === 0, WITHIN);
  await renewInBilling(hooli, first);
  renewed.resolve();
  const order = await standing(hooli.id, 'Ordered');
  expect(order).toMatchObject({ Subscription_Number__c: second, MRR__c: 40, MRR_Change__c: 0 });
  expect(String(order['Actions__c'])).toContain(`- Not renewed is ${first}: billing has renewed it already`);
  await allRenewedOnce(hooli);
}, 180_000);

it('an order on its way of a deal that comes to report what billing has done is followed to its end', async () => {
  const pied = await customer('Pied', [1]);
  const { faults } = story.stack.zuora.ctx;
  const reported = Promise.withResolvers<void>();
  faults.set([{ method: 'POST', path: '^/v1/orders/preview$', until: reported.promise, times: 1 }]);
  sales.win(pied.id);
  await vi.waitUntil(() => faults.list().length === 0, WITHIN);
  await renewInBilling(pied, pied.of[0]!);
  await vi.waitUntil(() => sales.deal(pied.id)['Billing_Reported__c'] === true, WITHIN);
  reported.resolve();
  expect(await standing(pied.id, 'Failed')).toMatchObject({
    Faults__c: expect.stringContaining('its term does not end then any more') as string,
  });
  await settled(story.stack);
  expect([await termOf(pied.of[0]!), await ordersOf(pied)]).toEqual([renewedOnce(pied), []]);
}, 180_000);

it('what is renewed by a person is not renewed by itself when its day comes', async () => {
  const soylent = await customer('Soylent', [1, 2]);
  const offset = story.stack.clock.offsetMs;
  try {
    story.stack.clock.setOffset(offset + 25 * DAY_MS);
    sales.win(soylent.id);
    await standing(soylent.id, 'Ordered');
    story.stack.clock.setOffset(offset + 32 * DAY_MS);
    await zuora.subscription(soylent.of[0]!);
    await allRenewedOnce(soylent);
  } finally {
    story.stack.clock.setOffset(offset);
  }
}, 180_000);
