import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';

const WITHIN = { timeout: 25_000, interval: 100 };
const ON = { CATALOG_PRICE_BOOK: 'Billing', SALESFORCE_CURRENCY: 'USD' };

let story: Story;
let price: string;
let euro: string;
let plan: RatePlan;
let theirs: string;

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
  price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  euro = await story.stripe.price({ name: 'Wachstum', amountMinor: 900, currency: 'eur' });
  plan = await story.zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' },
  ]);
  byAdmin('Pricebook2', { Name: 'Billing', IsActive: true });
  theirs = byAdmin('Product2', { Name: 'Consulting', IsActive: true });
  byAdmin('PricebookEntry', { Product2Id: theirs, Pricebook2Id: standardBook(), UnitPrice: 150, IsActive: true });
});
afterAll(() => story.end());

const all = (object: string): SRecord[] => story.stack.org.org.all(object);
const standardBook = (): string => all('Pricebook2').find((one) => one['IsStandard'] === true)!.Id;
const run = (...args: string[]) => ops({ DATABASE_URL: story.database.url }, args);

function byAdmin(object: string, fields: Record<string, FieldValue>): string {
  const [result] = story.stack.org.org.insert(object, [fields], { userId: person(story.stack).userId });
  if (!result!.success) throw new Error(JSON.stringify(result!.errors));
  return result!.id!;
}

async function restart(env: Record<string, string> = {}): Promise<void> {
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({ ...story.stack.env, ...env });
}

const product = (key: string): SRecord | undefined => all('Product2').find((one) => one['Billing_Key__c'] === key);
const entries = (key: string): SRecord[] =>
  all('PricebookEntry').filter((one) => String(one['Billing_Key__c']).startsWith(`${key}:`));
const keys = () => ({
  price: `stripe:price:${price}`,
  euro: `stripe:price:${euro}`,
  plan: `zuora:productrateplan:${plan.ratePlanId}`,
});
/** What of the catalog is written, and in which state. */
const held = () =>
  ['Product2', 'PricebookEntry'].flatMap((object) =>
    all(object).map((one) => ({ ...one, LastViewedDate: null, LastReferencedDate: null })),
  );

it('nothing is made of the catalog while it is not switched on', async () => {
  await settled(story.stack);
  expect(all('Product2').map((one) => one.Id)).toEqual([theirs]);
}, 120_000);

it('everything on sale becomes a product, with a price in the standard price book and in the named one', async () => {
  const before = { product: story.stack.org.org.get('Product2', theirs), prices: all('PricebookEntry') };
  await restart(ON);
  await vi.waitUntil(() => entries(keys().price).length === 2 && entries(keys().plan).length === 2, WITHIN);
  await vi.waitUntil(() => product(keys().euro) !== undefined, WITHIN);
  await settled(story.stack);
  expect(product(keys().price)).toMatchObject({
    Name: 'Growth: USD 10.00 a unit, a month',
    IsActive: true,
    Billing_Price_Id__c: price,
    Billing_Interval__c: 'Monthly',
    Billing_Message__c: null,
  });
  expect(product(keys().plan)).toMatchObject({ Name: 'Platform', Billing_Price_Id__c: plan.ratePlanId });
  const named = all('Pricebook2').find((one) => one['Name'] === 'Billing')!.Id;
  for (const [key, unitPrice] of [
    [keys().price, 10],
    [keys().plan, 25],
  ] as const) {
    expect(
      entries(key)
        .map((one) => one['Pricebook2Id'])
        .sort(),
    ).toEqual([standardBook(), named].sort());
    for (const one of entries(key)) expect(one).toMatchObject({ UnitPrice: unitPrice, IsActive: true });
  }
  expect(entries(keys().euro)).toEqual([]);
  expect(product(keys().euro)!['Billing_Message__c']).toMatch(/^It is not in the price book, which is in USD/);
  expect(story.stack.org.org.get('Product2', theirs)).toEqual(before.product);
  for (const one of before.prices) expect(story.stack.org.org.get('PricebookEntry', one.Id)).toEqual(one);
  expect((await run('failures')).out).not.toMatch(/Pricebook|Product2|catalog/);
}, 120_000);

it('a start reads all of it, and writes nothing that is as it was', async () => {
  const before = held();
  await restart(ON);
  await settled(story.stack);
  expect(held()).toEqual(before);
}, 120_000);

it('what is made and archived in billing follows, names of people stay', async () => {
  person(story.stack).edit('Product2', product(keys().price)!.Id, { Name: 'Growth (new name)', Description: 'Hot' });
  const { product: productId } = await story.stripe.stripe.prices.retrieve(price);
  const yearly = await story.stripe.stripe.prices.create({
    product: String(productId),
    currency: 'usd',
    unit_amount: 9_600,
    recurring: { interval: 'year' },
  });
  await vi.waitUntil(() => entries(`stripe:price:${yearly.id}`).length === 2, WITHIN);
  expect(product(`stripe:price:${yearly.id}`)).toMatchObject({ Billing_Interval__c: 'Annual', IsActive: true });
  await story.stripe.stripe.prices.update(price, { active: false });
  await vi.waitUntil(() => entries(keys().price).every((one) => one['IsActive'] === false), WITHIN);
  await settled(story.stack);
  expect(product(keys().price)).toMatchObject({ Name: 'Growth (new name)', Description: 'Hot', IsActive: false });
  await story.stripe.stripe.prices.update(price, { active: true });
  await vi.waitUntil(() => entries(keys().price).every((one) => one['IsActive'] === true), WITHIN);
}, 120_000);

it('a price that is edited in Zuora, and a plan that goes, are seen when all of it is read again', async () => {
  const client = await new TestClient(story.stack.zuora).signIn();
  const charge = plan.charges[0]!.id;
  const tiers = await client.call(
    'GET',
    `/object-query/product-rate-plan-charge-tiers?filter[]=productRatePlanChargeId.EQ:${charge}`,
  );
  const tier = (tiers.body.data as unknown as { id: string }[])[0]!.id;
  const edited = await client.call('PUT', `/v1/object/product-rate-plan-charge-tier/${tier}`, { Price: 27.5 });
  expect(edited.status).toBe(200);
  await restart(ON);
  await vi.waitUntil(() => entries(keys().plan).every((one) => one['UnitPrice'] === 27.5), WITHIN);
  await client.call('PUT', `/v1/object/product-rate-plan/${plan.ratePlanId}`, { EffectiveEndDate: '2021-01-01' });
  await restart(ON);
  await vi.waitUntil(() => product(keys().plan)!['IsActive'] === false, WITHIN);
  await vi.waitUntil(() => entries(keys().plan).every((one) => one['IsActive'] === false), WITHIN);
}, 120_000);

it('what somebody deleted is not made again, and switched off nothing is written', async () => {
  person(story.stack).remove('Product2', product(keys().euro)!.Id);
  await story.stripe.stripe.prices.update(euro, { nickname: 'Monatlich' });
  await restart(ON);
  await settled(story.stack);
  expect(product(keys().euro)).toBeUndefined();
  await restart();
  const before = held();
  await story.stripe.stripe.prices.update(price, { active: false });
  await settled(story.stack);
  expect(held()).toEqual(before);
}, 120_000);

it('a price book that is not there is told, with what to do', async () => {
  await restart({ ...ON, CATALOG_PRICE_BOOK: 'Partners' });
  await vi.waitUntil(async () => {
    const text = await (await fetch(`${story.stack.backend.url}/metrics`)).text();
    return /billing360_failures_total\{[^}]*price_book_missing/.test(text);
  }, WITHIN);
}, 120_000);
