import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { addDays, addMonths, calendarDate, type CalendarDate } from '../../server/domain/time/calendarDate.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { deals, orderSettings } from '../support/orders.ts';
import { person } from '../support/orgPeople.ts';
import { renewalSettings } from '../support/renewals.ts';
import { settled } from '../support/settled.ts';

/** Renewal deals with the products that go on: what billing and people make of them, and what is ordered. */

const WITHIN = { timeout: 15_000, interval: 50 };

let story: Story;
let sales: ReturnType<typeof deals>;
let zuora: TestClient;
let seats: RatePlan;
let support: RatePlan;
let foreign: RatePlan;

beforeAll(async () => {
  story = await beginStory({ tls: true, env: { SWEEP_SECONDS: '1' } });
  sales = deals(story);
  sales.makePriceBook();
  seats = await story.zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '20', period: 'Month' },
  ]);
  support = await story.zuora.ratePlan('Support', 'USD', [
    { name: 'Fee', kind: 'flat', price: '1000', period: 'Annual' },
  ]);
  foreign = await story.zuora.ratePlan('Plattform', 'EUR', [
    { name: 'Plätze', kind: 'perUnit', price: '20', period: 'Month' },
  ]);
  zuora = await new TestClient(story.stack.zuora).signIn();
  await restart({});
}, 180_000);
afterAll(() => story.end());

async function restart(rules: object): Promise<void> {
  await story.stack.backend.stop();
  const { ORDERS_FILE = '', CATALOG_PRICE_BOOK = '' } = orderSettings({});
  const env = { ORDERS_FILE, CATALOG_PRICE_BOOK, ...renewalSettings(rules) };
  story.stack.backend = await startBackend({ ...story.stack.env, ...env });
  await vi.waitUntil(() => sales.hasProduct(seats) && sales.hasProduct(support), WITHIN);
  await settled(story.stack);
}

const today = (): CalendarDate => calendarDate(story.stack.clock.now().toISOString().slice(0, 10));
const dealsOf = (accountId: string): SRecord[] =>
  story.stack.org.org.all('Opportunity').filter((one) => one['AccountId'] === accountId);
const linesOf = (dealId: string): SRecord[] =>
  story.stack.org.org
    .all('OpportunityLineItem')
    .filter((one) => one['OpportunityId'] === dealId)
    .toSorted((a, b) => (String(a['Billing_Key__c']) < String(b['Billing_Key__c']) ? -1 : 1));
const shows = (dealId: string, lines: object[]) =>
  vi.waitFor(() => expect(linesOf(dealId)).toMatchObject(lines), WITHIN);

type Customer = { accountId: string; number: string; subscription: string; ends: CalendarDate; id: string };

/** A customer with 60 seats, whose term of a year ends in a month, and the deal that was opened for it. */
async function customer(name: string, plan = seats, currency = 'USD'): Promise<Customer> {
  const accountId = await story.account(name);
  const number = await story.zuora.account(name, currency, accountId);
  const start = addMonths(addDays(today(), 30), -12);
  const subscription = await story.zuora.subscribe(number, plan, { start, months: 12, quantity: 60 });
  await vi.waitUntil(() => dealsOf(accountId).length === 1, WITHIN);
  await settled(story.stack);
  return { accountId, number, subscription, ends: addMonths(start, 12), id: dealsOf(accountId)[0]!.Id };
}
const chargeOf = async ({ subscription }: Customer) => {
  const { ratePlans } = await zuora.subscription(subscription);
  const plans = ratePlans as unknown as { id: string; ratePlanCharges: { number: string }[] }[];
  return { ratePlanId: plans[0]!.id, chargeNumber: plans[0]!.ratePlanCharges[0]!.number };
};
async function setSeats(of: Customer, quantity: number): Promise<void> {
  const { ratePlanId, chargeNumber } = await chargeOf(of);
  await zuora.act(of, of.subscription, today(), {
    type: 'UpdateProduct',
    updateProduct: { ratePlanId, chargeUpdates: [{ chargeNumber, pricing: { recurringPerUnit: { quantity } } }] },
  });
}
const add = (of: Customer, plan: RatePlan) =>
  zuora.act(of, of.subscription, today(), {
    type: 'AddProduct',
    addProduct: { productRatePlanId: plan.ratePlanId },
  });
const termOf = async ({ subscription }: Customer) => {
  const { termStartDate, termEndDate } = await zuora.subscription(subscription);
  return [termStartDate, termEndDate];
};
/** Quantity and price of every segment. */
const soldOf = async ({ subscription }: Customer) => {
  const { ratePlans } = await zuora.subscription(subscription, 'all-segments');
  return (ratePlans as unknown as { ratePlanCharges: { quantity: number; price: number }[] }[])
    .flatMap(({ ratePlanCharges }) => ratePlanCharges)
    .map(({ quantity, price }) => [quantity, price]);
};

it('the deal has what goes on at the price of the whole term, follows billing, and is won with the renewal', async () => {
  const acme = await customer('Acme');
  const { chargeNumber } = await chargeOf(acme);
  const { id } = acme;
  expect(linesOf(id)).toMatchObject([
    {
      Billing_Key__c: `zuora:subscription:${acme.subscription}:renewal:${acme.ends}:line:${chargeNumber}`,
      Billing_Charge_Number__c: chargeNumber,
      Billing_Start_Date__c: acme.ends,
      Billing_Price_Months__c: 12,
      Quantity: 60,
      UnitPrice: 240,
      TotalPrice: 14_400,
    },
  ]);
  expect(sales.deal(id)).toMatchObject({
    Amount: 14_400,
    Billing_Renewal_Value__c: 14_400,
    Billing_Currency__c: 'USD',
    Billing_Message__c: null,
  });
  await setSeats(acme, 70);
  await shows(id, [{ Quantity: 70, UnitPrice: 240 }]);
  await add(acme, support);
  await shows(id, [{ Quantity: 70 }, { Quantity: 1, UnitPrice: 1000 }]);
  expect(sales.deal(id)).toMatchObject({ Amount: 17_800, Billing_Renewal_Value__c: 17_800 });

  await zuora.act(acme, acme.subscription, acme.ends, { type: 'RenewSubscription' });
  await vi.waitUntil(() => sales.deal(id)['StageName'] === 'Closed Won', WITHIN);
  await settled(story.stack);
  expect(linesOf(id)).toMatchObject([{ Quantity: 70 }, { Quantity: 1 }]);
  expect(sales.deal(id)).toMatchObject({ Amount: 17_800, Billing_Reported__c: true });
  expect(sales.order(id)).toBeUndefined();
}, 120_000);

it('a line that a person changed stays theirs, and is ordered with the renewal; what nobody changed is not touched by it', async () => {
  const globex = await customer('Globex');
  const { id } = globex;
  await add(globex, support);
  await shows(id, [{ Quantity: 60 }, { Quantity: 1 }]);
  const [own] = linesOf(id);
  sales.editLine(own!.Id, { Quantity: 80, UnitPrice: 216 });
  await vi.waitUntil(() => String(sales.deal(id)['Billing_Message__c']).includes('Changed by people'), WITHIN);
  await setSeats(globex, 65);
  await vi.waitUntil(() => sales.deal(id)['Billing_Renewal_Value__c'] === 16_600, WITHIN);
  await settled(story.stack);
  expect(linesOf(id)).toMatchObject([{ Quantity: 80, UnitPrice: 216 }, { Quantity: 1 }]);
  expect(sales.deal(id)).toMatchObject({
    Amount: 18_280,
    Billing_Message__c:
      'Changed by people, so it does not follow billing: Platform: Seats. In billing the next term is worth USD 16,600.00.',
  });
  sales.win(id);
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === 'Ordered', WITHIN);
  expect(String(sales.order(id)!['Actions__c']).split('\n').slice(1)).toEqual([
    `- From ${globex.ends} renew`,
    `- From ${globex.ends} change Platform (Seats from 65 to 80, from USD 20 to USD 18 a month)`,
  ]);
  expect(await termOf(globex)).toEqual([globex.ends, addMonths(globex.ends, 12)]);
  await settled(story.stack);
  expect((await soldOf(globex)).filter(([, price]) => price === 18)).toEqual([[80, 18]]);
  expect(linesOf(id)).toMatchObject([{ Quantity: 80, UnitPrice: 216 }, { Quantity: 1 }]);
  expect(sales.order(id)!['Message__c']).toBeNull();
}, 120_000);

it('what a person wins as it stands is ordered as a renewal and nothing else, once', async () => {
  const initech = await customer('Initech');
  sales.win(initech.id);
  await vi.waitUntil(() => sales.order(initech.id)?.['State__c'] === 'Ordered', WITHIN);
  await settled(story.stack);
  expect(String(sales.order(initech.id)!['Actions__c']).split('\n').slice(1)).toEqual([`- From ${initech.ends} renew`]);
  expect(await termOf(initech)).toEqual([initech.ends, addMonths(initech.ends, 12)]);
  expect(dealsOf(initech.accountId)).toHaveLength(1);
  expect(linesOf(initech.id)).toHaveLength(1);
}, 120_000);

it('a product that billing takes away goes from the deal, one that a person added stays, one that a person deleted is not made again', async () => {
  const umbrella = await customer('Umbrella');
  const { id } = umbrella;
  await add(umbrella, support);
  await shows(id, [{ Quantity: 60 }, { Quantity: 1 }]);
  const [first, second] = linesOf(id);
  const added = sales.addLine(id, { plan: support, quantity: 1, price: 9 });
  const { ratePlans } = await zuora.subscription(umbrella.subscription);
  const [, sold] = ratePlans as unknown as { id: string }[];
  await zuora.act(umbrella, umbrella.subscription, today(), {
    type: 'RemoveProduct',
    removeProduct: { ratePlanId: sold!.id },
  });
  await vi.waitUntil(() => linesOf(id).every((one) => one.Id !== second!.Id), WITHIN);
  expect(
    linesOf(id)
      .map((one) => one.Id)
      .sort(),
  ).toEqual([first!.Id, added].sort());
  person(story.stack, 'rep').remove('OpportunityLineItem', first!.Id);
  await setSeats(umbrella, 61);
  await vi.waitUntil(() => sales.deal(id)['Billing_MRR__c'] === 1220, WITHIN);
  await settled(story.stack);
  expect(linesOf(id).map((one) => one.Id)).toEqual([added]);
}, 120_000);

it('in another currency than that of the org there are no products and no amount, but the value', async () => {
  const hooli = await customer('Hooli', foreign, 'EUR');
  expect(linesOf(hooli.id)).toEqual([]);
  expect(sales.deal(hooli.id)).toMatchObject({
    Amount: null,
    Billing_Renewal_Value__c: 14_400,
    Billing_Currency__c: 'EUR',
  });
}, 120_000);

it('told again, out of order, or by a database that was lost, it has no second line and none of a person is put back', async () => {
  const wayne = await customer('Wayne');
  const stark = await customer('Stark');
  const [theirs] = linesOf(stark.id);
  sales.editLine(theirs!.Id, { Quantity: 90 });
  await settled(story.stack);
  const { webhooks } = story.stack.zuora.ctx;
  webhooks.switches = { ...webhooks.switches, duplicate: true, shuffle: true };
  for (const quantity of [61, 62, 63]) await setSeats(wayne, quantity);
  webhooks.switches = { ...webhooks.switches, duplicate: false, shuffle: false };
  await shows(wayne.id, [{ Quantity: 63 }]);
  await story.stack.backend.stop();
  for (const table of ['org_rows', 'named_deal']) await story.database.pool.query(`delete from ${table}`);
  await story.database.pool.query(`update dirty set not_before = now()`);
  await restart({ daysBefore: 91 });
  await setSeats(wayne, 64);
  await setSeats(stark, 64);
  await shows(wayne.id, [{ Quantity: 64, TotalPrice: 15_360 }]);
  await vi.waitUntil(() => sales.deal(stark.id)['Billing_Renewal_Value__c'] === 15_360, WITHIN);
  await settled(story.stack);
  expect(linesOf(stark.id)).toMatchObject([{ Id: theirs!.Id, Quantity: 90 }]);
}, 120_000);
