import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addMonths } from '../../server/domain/time/calendarDate.ts';
import { charges, rows, text, type CatalogCharge, type Loose } from '../simulators/zuora/testClient.ts';
import { nextMonth, orderSettings } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { settled } from '../support/settled.ts';

/** Won deals of what is priced by tiers, by usage or takes something off, from the Opportunity to Zuora and back. */

const WITHIN = { timeout: 30_000, interval: 50 };

let orders: OrderStory;
let tiered: { ratePlanId: string };
let volume: { ratePlanId: string };
let metered: { ratePlanId: string };
let launch: { ratePlanId: string };

/** Ten at 10, the others at 8: 25 of them are 220 tiered, and 200 by volume. */
const BANDS = [
  { Currency: 'USD', StartingUnit: 0, EndingUnit: 10, Price: 10, PriceFormat: 'Per Unit' },
  { Currency: 'USD', StartingUnit: 11, Price: 8, PriceFormat: 'Per Unit' },
];
const SEATS: CatalogCharge = { Name: 'Seats', ChargeModel: 'Tiered Pricing', UOM: 'Each', tiers: BANDS };

beforeAll(async () => {
  orders = await beginOrders();
  const { zuora, sales } = orders;
  const plan = async (charge: CatalogCharge) => ({ ratePlanId: (await zuora.plan([charge])).planId });
  tiered = await plan(SEATS);
  volume = await plan({ ...SEATS, Name: 'Nodes', ChargeModel: 'Volume Pricing' });
  metered = await plan({
    Name: 'Calls',
    ChargeType: 'Usage',
    ChargeModel: 'Per Unit Pricing',
    UOM: 'Each',
    tiers: [{ Currency: 'USD', Price: 0.1 }],
  });
  launch = await plan({
    Name: 'Launch',
    ChargeModel: 'Discount-Percentage',
    ApplyDiscountTo: 2,
    DiscountLevel: 'subscription',
    tiers: [{ Currency: 'USD', DiscountPercentage: 5 }],
  });
  await orders.restart(orderSettings({}));
  await vi.waitUntil(() => [tiered, volume, metered, launch].every((one) => sales.hasProduct(one)), WITHIN);
}, 180_000);
afterAll(() => orders.story.end());

const pricesOf = (charge: Loose): unknown[] => rows(charge.tiers).map(({ price }) => price);
const chargeNamed = (sold: Loose, name: string): Loose[] => charges(sold).filter((one) => String(one.name) === name);

it('a deal comes to what its sales prices and discounts say, and a deal that changes it, too', async () => {
  const { sales, accountId, standing, zuora, story } = orders;
  const { starts } = nextMonth(story);
  const id = sales.open(
    accountId,
    [
      { plan: tiered, quantity: 25, price: 0, fields: { Discount: 10 } },
      { plan: volume, quantity: 25, price: 4 },
      { plan: metered, quantity: 1, price: 0.08 },
      { plan: launch, quantity: 1, price: 0, fields: { Discount: 15 } },
    ],
    { Billing_Start_Date__c: starts },
  );
  sales.win(id);
  const order = await standing(id, 'Ordered');
  // 10 × 9 and 15 × 7.20; 25 × 4; less 15 %: 298 − 44.70 a month, and the first month is billed first.
  expect(order).toMatchObject({ MRR__c: 253.3, TCV__c: 3039.6, First_Invoice_Amount__c: 253.3, Faults__c: null });
  expect(String(order['Actions__c']).split('\n').slice(1)).toEqual([
    expect.stringContaining('(Seats: 25 at USD 9 up to 10, USD 7.2 over 10 a month)'),
    expect.stringContaining('(Nodes: 25 at USD 5 up to 10, USD 4 over 10 a month)'),
    expect.stringContaining('(Calls: at USD 0.08 a unit)'),
    expect.stringContaining('(Launch: 15 % off)'),
  ]);
  const number = `SF-${id}`;
  const sold = await zuora.subscription(number, 'all-segments');
  expect([pricesOf(chargeNamed(sold, 'Seats')[0]!), pricesOf(chargeNamed(sold, 'Nodes')[0]!)]).toEqual([
    [9, 7.2],
    [5, 4],
  ]);
  await settled(story.stack);
  expect(sales.deal(id)).toMatchObject({ Billing_Order_Number__c: number, Billing_Message__c: null });

  const later = sales.open(
    accountId,
    [
      // Half of the 198 that it has.
      { plan: tiered, quantity: 25, price: 3.96 },
      { plan: metered, quantity: 1, price: 0, fields: { Discount: 25 } },
      { plan: launch, quantity: 1, price: 0, fields: { Discount: 10 } },
    ],
    {
      Name: 'Less for Acme',
      Billing_Term_Months__c: null,
      Billing_Subscription_Number__c: number,
      Billing_Start_Date__c: starts,
    },
  );
  sales.win(later);
  const changed = await standing(later, 'Ordered');
  // 99 and 100, less 10 %.
  expect(changed).toMatchObject({ MRR__c: 179.1, MRR_Change__c: -74.2 });
  expect(String(changed['Actions__c']).split('\n').slice(1).toSorted()).toEqual([
    expect.stringMatching(/Calls from USD 0.08 to USD 0.06 a unit/),
    expect.stringMatching(/Launch to 10 % off/),
    expect.stringMatching(/Seats tiers to USD 4.5 up to 10, USD 3.6 over 10 a month/),
  ]);
  const now = await zuora.subscription(number, 'all-segments');
  expect(pricesOf(chargeNamed(now, 'Seats').at(-1)!)).toEqual([4.5, 3.6]);
  expect(text(now.orderNumber)).toBe(`SF-${later}`);
  await settled(story.stack);
  expect([sales.order(id)!['Message__c'], sales.order(later)!['Message__c']]).toEqual([null, null]);

  const [line] = story.stack.org.org.all('OpportunityLineItem').filter((one) => one['OpportunityId'] === later);
  sales.editLine(line!.Id, { UnitPrice: 4 });
  await vi.waitUntil(() => String(sales.order(later)!['Message__c']).includes('was changed after'), WITHIN);
}, 180_000);

it('what cannot be the price of tiers is told, and earns what was sold once it is mended', async () => {
  const { sales, accountId, standing, story, ordersOf } = orders;
  // It holds already, in the time zone of the tenant too.
  const began = addMonths(nextMonth(story).starts, -2);
  const id = sales.open(accountId, [{ plan: volume, quantity: 25, price: -4 }], { Billing_Start_Date__c: began });
  sales.win(id);
  expect(await standing(id, 'Not Ready')).toMatchObject({
    Faults__c: expect.stringContaining('The sales price is below zero') as string,
  });
  expect(await ordersOf(id)).toEqual([]);
  const [line] = story.stack.org.org.all('OpportunityLineItem').filter((one) => one['OpportunityId'] === id);
  sales.editLine(line!.Id, { UnitPrice: 4 });
  sales.edit(id, { Amount: 100 });
  expect(await standing(id, 'Ordered')).toMatchObject({ MRR__c: 100, TCV__c: 1200 });
  await vi.waitUntil(() => sales.deal(id)['Billing_MRR__c'] === 100, WITHIN);
}, 120_000);
