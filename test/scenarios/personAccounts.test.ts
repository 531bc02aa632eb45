import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { billToSettings } from '../support/billTo.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { deals, nextMonth, orderSettings } from '../support/orders.ts';
import { person } from '../support/orgPeople.ts';
import { prospects, provisioningSettings } from '../support/provisioning.ts';
import { settled } from '../support/settled.ts';

/** Accounts that are people: they are billed to themselves, without any Contact to choose. */

const WITHIN = { timeout: 30_000, interval: 50 };
const AUTOMATIC = { mode: 'automatic' };
const RULES = { fields: { Billing_Account_Wanted__c: true }, onWonDeal: true };

let story: Story;
let sales: ReturnType<typeof prospects>;
let shop: ReturnType<typeof deals>;
let plan: RatePlan;
beforeAll(async () => {
  const settings = {
    ...orderSettings({}),
    ...provisioningSettings(RULES),
    ...billToSettings({ zuora: AUTOMATIC, stripe: AUTOMATIC }),
  };
  // Change events alone: nothing is found by a sweep.
  story = await beginStory({ tls: true, personAccounts: true, env: { SWEEP_SECONDS: '3600' } });
  sales = prospects(story);
  shop = deals(story);
  shop.makePriceBook();
  plan = await story.zuora.ratePlan('Solo', 'USD', [{ name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' }]);
  await story.stack.restart({ ...story.stack.env, ...settings });
}, 180_000);
afterAll(() => story.end());

const HOME = {
  PersonMailingStreet: '1 Home St',
  PersonMailingCity: 'Reno',
  PersonMailingState: 'NV',
  PersonMailingPostalCode: '89501',
  PersonMailingCountry: 'USA',
};

/** @returns id of an Account of the sales rep that is a person */
function insertPerson(lastName: string, fields: Record<string, FieldValue> = {}): string {
  const { org } = story.stack.org;
  const given = { FirstName: 'Ada', LastName: lastName, PersonEmail: `ada@${lastName.toLowerCase()}.example` };
  const [result] = org.insert(
    'Account',
    [{ ...given, OwnerId: person(story.stack, 'rep').userId, Phone: '+1 775 555 0100', ...HOME, ...fields }],
    { userId: person(story.stack).userId, origin: '', allOrNone: true },
  );
  if (!result?.success) throw new Error(JSON.stringify(result?.errors));
  return result.id!;
}
const edit = (id: string, fields: Record<string, FieldValue>) => person(story.stack).edit('Account', id, fields);
const status = (id: string, is: string) => vi.waitUntil(() => sales.status(id) === is, WITHIN);

const tenant = () => story.stack.zuora.tenant;
const inZuora = (id: string) => tenant().data.accounts.filter((one) => one.customFields['CRMAccountId__c'] === id);
const billed = (id: string) => tenant().contact(inZuora(id)[0]!.billToId);
const inStripe = (id: string) =>
  Object.values(story.stack.stripe.world.state.tables.customers).find(
    ({ metadata }) => metadata['salesforce_account_id'] === id,
  );

it('a person gets an account in Zuora, and what changes of the person goes there', async () => {
  const id = insertPerson('Byron', { Billing_Account_Wanted__c: true });
  await status(id, 'Created');
  await settled(story.stack);
  expect(inZuora(id)).toMatchObject([{ name: 'Ada Byron', currency: 'USD' }]);
  expect(billed(id)).toMatchObject({
    ...{ firstName: 'Ada', lastName: 'Byron', workEmail: 'ada@byron.example', workPhone: '+1 775 555 0100' },
    ...{ address1: '1 Home St', city: 'Reno', state: 'Nevada', country: 'United States' },
  });
  edit(id, { PersonEmail: 'countess@byron.example', LastName: 'Lovelace' });
  await vi.waitUntil(() => billed(id).workEmail === 'countess@byron.example', WITHIN);
  await settled(story.stack);
  expect(billed(id)).toMatchObject({ lastName: 'Lovelace', workPhone: '+1 775 555 0100' });
  expect(inZuora(id)[0]!.name).toBe('Ada Lovelace');
  edit(id, { Phone: '+1 775 555 0199' });
  await vi.waitUntil(() => billed(id).workPhone === '+1 775 555 0199', WITHIN);
  edit(id, { PersonMailingStreet: '2 Home St' });
  await vi.waitUntil(() => billed(id).address1 === '2 Home St', WITHIN);
  await settled(story.stack);
  expect(story.rows('Billing_Discrepancy__c', id)).toEqual([]);
}, 120_000);

it('what is missing of a person is told, and it goes on once it is there', async () => {
  const nowhere = Object.fromEntries(Object.keys(HOME).map((name) => [name, null]));
  const id = insertPerson('Nowhere', {
    Billing_Account_Wanted__c: true,
    PersonEmail: null,
    FirstName: null,
    ...nowhere,
  });
  await status(id, 'Not Ready');
  expect(sales.message(id).split('\n')).toEqual([
    'The Billing Contact has no first name, without which Zuora takes nobody. Enter it.',
    'The Billing Contact has no email. Enter one.',
    'There is no country. Enter the mailing address of the Billing Contact, or the billing address of the Account.',
  ]);
  edit(id, { FirstName: 'Ada', PersonEmail: 'ada@somewhere.example' });
  await vi.waitUntil(() => sales.message(id).split('\n').length === 1, WITHIN);
  edit(id, { BillingStreet: '3 Work St', BillingCity: 'Graz', BillingCountry: 'Austria' });
  await status(id, 'Created');
  expect(billed(id)).toMatchObject({ workEmail: 'ada@somewhere.example', address1: '3 Work St', country: 'Austria' });
}, 120_000);

it('a Contact that people chose goes before the person, until it is taken back', async () => {
  const { contactId } = await sales.make('Agency');
  const id = insertPerson('Star', { Billing_Contact__c: contactId, Billing_Account_Wanted__c: true });
  await status(id, 'Created');
  expect(billed(id)).toMatchObject({ lastName: 'Byron', workEmail: 'ada@agency.example' });
  await vi.waitUntil(() => sales.billed(id).length === 1, WITHIN);
  await settled(story.stack);
  edit(id, { Billing_Contact__c: null });
  await vi.waitUntil(() => billed(id).workEmail === 'ada@star.example', WITHIN);
  await settled(story.stack);
  expect(billed(id)).toMatchObject({ lastName: 'Star', address1: '1 Home St' });
}, 120_000);

it('a deal that a person wins finds whom to bill, and is ordered; companies of the same org are billed as ever', async () => {
  await vi.waitUntil(() => shop.hasProduct(plan), WITHIN);
  const { starts } = nextMonth(story);
  const { accountId: company } = await sales.make('Company');
  for (const id of [insertPerson('Winner'), company]) {
    const deal = shop.open(id, [{ plan, quantity: 1, price: 25 }], { Billing_Start_Date__c: starts });
    shop.win(deal);
    await vi.waitUntil(() => shop.order(deal)?.['State__c'] === 'Ordered', WITHIN);
    expect(inZuora(id)).toHaveLength(1);
  }
  expect(billed(company).workEmail).toBe('ada@company.example');
}, 180_000);

it('a person gets a customer in Stripe, and a change of the person goes there', async () => {
  const settings = provisioningSettings({ ...RULES, connection: 'stripe' });
  await story.stack.restart({ ...story.stack.env, ...settings });
  const id = insertPerson('Hopper', { Billing_Account_Wanted__c: true });
  await status(id, 'Created');
  await vi.waitUntil(() => sales.billed(id).length === 1, WITHIN);
  await settled(story.stack);
  expect(inStripe(id)).toMatchObject({
    ...{ name: 'Ada Hopper', individual_name: 'Ada Hopper', email: 'ada@hopper.example', phone: '+1 775 555 0100' },
    address: { line1: '1 Home St', city: 'Reno', state: 'NV', country: 'US' },
  });
  edit(id, { PersonEmail: 'grace@hopper.example', FirstName: 'Grace' });
  await vi.waitUntil(() => inStripe(id)!.email === 'grace@hopper.example', WITHIN);
  await settled(story.stack);
  expect(inStripe(id)).toMatchObject({ name: 'Grace Hopper', individual_name: 'Grace Hopper' });
}, 120_000);
