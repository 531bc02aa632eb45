import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { addMonths } from '../../server/domain/time/calendarDate.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import type { Story } from '../support/customers.ts';
import { hideFields } from '../support/hiddenFields.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { nextMonth, orderSettings, type LineOf } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { settled } from '../support/settled.ts';

/**
 * Deals that are won with something wrong: each says on its order what, and what to do, makes nothing in Zuora, and is
 * ordered once when that is done, in the deal or in billing.
 */

const WITHIN = { timeout: 30_000, interval: 50 };

type Customer = {
  accountId: string;
  /** Of the billing account. */
  number: string;
};

let story: Story;
let acme: Customer;
let sales: OrderStory['sales'];
let zuora: OrderStory['zuora'];
let seats: RatePlan;
let fee: RatePlan;
let storage: RatePlan;
let standing: OrderStory['standing'];
let restart: OrderStory['restart'];

beforeAll(async () => {
  const begun = await beginOrders();
  ({ story, sales, zuora, standing, restart, plan: seats } = begun);
  acme = begun;
  // Seats are counted in whole ones, which Zuora would round to.
  const whole = { UomName: 'Each', DecimalPlaces: 0 };
  await zuora.post('/v1/action/create', { type: 'UnitOfMeasure', objects: [whole] });
  fee = await story.zuora.ratePlan('Support', 'USD', [{ name: 'Fee', kind: 'flat', price: '500', period: 'Month' }]);
  storage = await story.zuora.ratePlan('Storage', 'USD', [
    { name: 'Volumes', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  await restart(orderSettings({}));
  await vi.waitUntil(() => sales.hasProduct(fee) && sales.hasProduct(storage), WITHIN);
}, 180_000);
afterAll(() => story.end());

const ordersSent = (): number => story.stack.zuora.ctx.calls.counts.get('POST /v1/orders') ?? 0;
const ordersOf = (id: string) =>
  story.stack.zuora.tenant.data.orders.filter(({ orderNumber }) => orderNumber.includes(id));
const admin = () => person(story.stack);

/** @returns a customer with a billing account in a currency */
async function customer(name: string, currency = 'USD'): Promise<Customer> {
  const accountId = await story.account(name);
  const number = await story.zuora.account(name, currency, accountId);
  await settled(story.stack);
  return { accountId, number };
}

async function inZuora(method: string, path: string, body: object): Promise<void> {
  const answer = await zuora.call(method, path, body);
  expect(answer.status, answer.text).toBe(200);
}
const idOf = (number: string) =>
  story.stack.zuora.tenant.data.accounts.find(({ accountNumber }) => accountNumber === number)!.id;
const keyOf = (number: string) => `zuora:account:${idOf(number)}`;
const cancelAccount = (number: string) => inZuora('PUT', `/v1/object/account/${idOf(number)}`, { Status: 'Canceled' });
const setEmail = (number: string, workEmail: string) =>
  inZuora('PUT', `/v1/accounts/${number}`, { billToContact: { workEmail } });

const lineOf = (dealId: string): string =>
  story.stack.org.org.all('OpportunityLineItem').find((one) => one['OpportunityId'] === dealId)!.Id;

/** What is in Zuora's catalog is read each hour: that time is over. */
async function readCatalog(): Promise<void> {
  await story.database.pool.query("update dirty set not_before = now() where key = 'zuora:catalog:all'");
}
/** Prices the volumes of Storage in these currencies. */
const priceStorage = async (...currencies: string[]): Promise<void> => {
  const tiers = currencies.map((Currency) => ({ Currency, Price: 10 }));
  await inZuora('PUT', `/v1/object/product-rate-plan-charge/${storage.charges[0]!.id}`, {
    ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: tiers },
  });
};
/** Sells Storage until a day. */
const sellStorageUntil = (EffectiveEndDate: string): Promise<void> =>
  inZuora('PUT', `/v1/object/product-rate-plan/${storage.ratePlanId}`, { EffectiveEndDate });

/** Adds a product that somebody made in Salesforce alone; @returns id of its line */
function addHandMade(dealId: string): string {
  const { org } = story.stack.org;
  const insert = (object: string, fields: Record<string, FieldValue>): string => {
    const [made] = org.insert(object, [fields], { userId: admin().userId, origin: '', allOrNone: true });
    if (!made?.success) throw new Error(JSON.stringify(made?.errors));
    return made.id!;
  };
  const entry = { Product2Id: insert('Product2', { Name: 'Handmade', IsActive: true }), UnitPrice: 10, IsActive: true };
  const standard = org.all('Pricebook2').find((one) => one['IsStandard'] === true)!;
  insert('PricebookEntry', { ...entry, Pricebook2Id: standard.Id });
  const PricebookEntryId = insert('PricebookEntry', {
    ...entry,
    Pricebook2Id: String(sales.deal(dealId)['Pricebook2Id']),
  });
  return insert('OpportunityLineItem', { OpportunityId: dealId, PricebookEntryId, Quantity: 1, UnitPrice: 10 });
}

type Bad = {
  id: string;
  /** What stands on its order. */
  says: string;
  /** What people do about it, in the deal or in billing. */
  mend: () => Promise<void> | void;
};

const seat = (quantity: number, fields: LineOf['fields'] = {}): LineOf => ({
  plan: seats,
  quantity,
  price: 25,
  fields,
});
/** A deal of a customer who can be billed, and what a change of its only line does. */
const badLine = (line: LineOf, says: string, mended: Record<string, FieldValue>): Bad => {
  const id = sales.open(acme.accountId, [line]);
  return { id, says, mend: () => sales.editLine(lineOf(id), mended) };
};
/** Another billing account of the customer, which the deal then names. */
async function billAnother({ accountId }: Customer, id: string): Promise<void> {
  const other = await story.zuora.account('Other', 'USD', accountId);
  await settled(story.stack);
  sales.edit(id, { Billing_Account_Key__c: keyOf(other) });
}

const BAD: [string, () => Bad | Promise<Bad>][] = [
  [
    'a product without a mapping',
    () => {
      const id = sales.open(acme.accountId, [seat(2)]);
      const line = addHandMade(id);
      return {
        id,
        says: 'Handmade: Billing does not know this product. Choose one from the price book of billing, or have it mapped.',
        mend: () => admin().remove('OpportunityLineItem', line),
      };
    },
  ],
  [
    'a price book in another currency',
    async () => {
      const euros = await customer('Euro', 'EUR');
      const id = sales.open(euros.accountId, [seat(2)]);
      return {
        id,
        says: `The opportunity is in USD, the billing account ${euros.number} in EUR. Use a price book in EUR, or bill another account.`,
        mend: () => billAnother(euros, id),
      };
    },
  ],
  [
    'a product that billing has no price of in the currency',
    async () => {
      const id = sales.open(acme.accountId, [{ plan: storage, quantity: 2, price: 10 }]);
      await priceStorage('EUR');
      return {
        id,
        says: 'Storage: Billing has no price of Volumes in USD. Add one there, or sell it in another currency.',
        mend: async () => {
          await priceStorage('EUR', 'USD');
          await readCatalog();
        },
      };
    },
  ],
  [
    'a product that is not on sale',
    async () => {
      const id = sales.open(acme.accountId, [{ plan: storage, quantity: 2, price: 10 }]);
      await sellStorageUntil('2021-01-01');
      return {
        id,
        says: 'Storage: Storage is not on sale in billing now. Choose a product that is.',
        mend: async () => {
          await sellStorageUntil('2040-01-01');
          await readCatalog();
        },
      };
    },
  ],
  [
    'a quantity below zero',
    () =>
      badLine(seat(-2), 'Platform Team: The quantity is -2. Enter how many are sold, or remove the line.', {
        Quantity: 2,
      }),
  ],
  [
    'half of what is sold as a whole',
    () =>
      badLine(
        { plan: fee, quantity: 0.5, price: 500 },
        'Support: It is sold as a whole, so its quantity can only be 1; it is 0.5.',
        { Quantity: 1 },
      ),
  ],
  [
    'a fraction of what is counted in whole units',
    () =>
      badLine(
        seat(2.5),
        'Platform Team: The quantity is 2.5, and Seats is counted in whole units: it would be rounded. Enter one without a fraction.',
        { Quantity: 3 },
      ),
  ],
  [
    'an end before the start',
    () => {
      const { starts, aYearLater } = nextMonth(story);
      const late = addMonths(aYearLater, 12);
      const id = sales.open(acme.accountId, [seat(2, { Billing_End_Date__c: aYearLater })], {
        Billing_Start_Date__c: late,
      });
      return {
        id,
        says: `Platform Team: It begins on ${late} and ends on ${aYearLater}. Enter an end after its start.`,
        mend: () => sales.edit(id, { Billing_Start_Date__c: starts }),
      };
    },
  ],
  [
    'a cancelled subscription',
    async () => {
      const { starts, aYearLater } = nextMonth(story);
      const terms = { start: starts, months: 12, quantity: 2 };
      const [canceled, other] = [
        await story.zuora.subscribe(acme.number, seats, terms),
        await story.zuora.subscribe(acme.number, seats, terms),
      ];
      await story.zuora.cancel(acme.number, canceled, aYearLater);
      const id = sales.open(acme.accountId, [seat(9)], {
        Billing_Subscription_Number__c: canceled,
        Billing_Start_Date__c: starts,
      });
      return {
        id,
        says: `Subscription ${canceled} is canceled from ${aYearLater} on, so nothing of it can change. Sell a new one, or take the cancellation back in billing.`,
        mend: () => sales.edit(id, { Billing_Subscription_Number__c: other }),
      };
    },
  ],
  [
    'an account on hold',
    async () => {
      const held = await customer('Held');
      await cancelAccount(held.number);
      await settled(story.stack);
      const id = sales.open(held.accountId, [seat(2)]);
      return {
        id,
        says: `The billing account ${held.number} is Canceled and cannot be billed. Open it in billing, or bill another one.`,
        mend: () => billAnother(held, id),
      };
    },
  ],
  [
    'a contact without email',
    async () => {
      const silent = await customer('Silent');
      await setEmail(silent.number, '');
      await settled(story.stack);
      return {
        id: sales.open(silent.accountId, [seat(2)]),
        says: `The bill-to contact of ${silent.number} has no e-mail address, so no invoice would arrive. Enter one.`,
        mend: () => setEmail(silent.number, 'ap@silent.example'),
      };
    },
  ],
];

it.each(BAD)(
  '%s is told with what to do, orders nothing, and is ordered once when it is done',
  async (_what, make) => {
    const { id, says, mend } = await make();
    await settled(story.stack);
    const before = ordersSent();
    sales.win(id);
    expect(await standing(id, 'Not Ready')).toMatchObject({ Faults__c: says, Order_Number__c: null, Actions__c: null });
    await vi.waitUntil(() => sales.deal(id)['Billing_Order_Status__c'] === 'Not Ready', WITHIN);
    await settled(story.stack);
    expect([ordersSent() - before, ordersOf(id)]).toEqual([0, []]);
    await mend();
    expect(await standing(id, 'Ordered')).toMatchObject({ Faults__c: null, Order_Number__c: `SF-${id}` });
    await settled(story.stack);
    expect([ordersSent() - before, ordersOf(id)]).toMatchObject([1, [{ status: 'Completed' }]]);
    expect(await listFailures(story.database.db)).toEqual([]);
  },
  120_000,
);

it('quantity 0 is refused by Salesforce itself', () => {
  expect(() => sales.open(acme.accountId, [seat(0)])).toThrow('Quantity must be nonzero');
});

it('a field that decides which deals are ordered, and is taken away, is told; once it is back it decides', async () => {
  const hidden = hideFields(story.stack.org.org);
  const settings = orderSettings({ fields: { Type: 'New Business' } });
  const unreadable = 'The integration user cannot read Opportunity.Type';
  const status = async () => (await ops({ ...story.stack.env, ...settings }, ['status'])).out;
  await restart(settings);
  expect(await status()).not.toContain(unreadable);
  hidden.add('Opportunity.Type');
  const [meant, other] = ['New Business', 'Existing Business'].map((Type) =>
    sales.open(acme.accountId, [seat(2)], { Type }),
  ) as [string, string];
  for (const id of [meant, other]) sales.win(id);
  for (const id of [meant, other])
    expect(await standing(id, 'Not Ready')).toMatchObject({
      Faults__c:
        'Settings name Opportunity.Type, and the integration user cannot read it. Give it access, or take it out of ORDERS_FILE; it is looked at again within the hour.',
    });
  await restart(settings);
  expect(await status()).toContain(unreadable);
  hidden.clear();
  await restart(settings);
  await standing(meant, 'Ordered');
  await vi.waitUntil(() => !String(sales.order(other)!['Faults__c'] ?? '').includes('cannot read'), WITHIN);
  await settled(story.stack);
  expect([ordersOf(meant), ordersOf(other)]).toMatchObject([[{ status: 'Completed' }], []]);
  expect(await status()).not.toContain(unreadable);
  expect(await listFailures(story.database.db)).toEqual([]);
}, 180_000);
