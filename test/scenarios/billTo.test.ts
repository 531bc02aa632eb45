import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { billToSettings } from '../support/billTo.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

/** Whom invoices name: people change it in Salesforce, and billing follows. */

const WITHIN = { timeout: 30_000, interval: 50 };
const AUTOMATIC = { mode: 'automatic' };

let story: Story;
let zuora: TestClient;
beforeAll(async () => {
  story = await beginStory({
    tls: true,
    env: { SWEEP_SECONDS: '1', ...billToSettings({ zuora: AUTOMATIC, stripe: AUTOMATIC }) },
  });
  zuora = await new TestClient(story.stack.zuora).signIn();
}, 180_000);
afterAll(() => story.end());
beforeEach(() => {
  story.stack.zuora.ctx.faults.set([]);
  writes();
});

const MARKET_ST = {
  Street: '1 Market St',
  City: 'San Francisco',
  State: 'CA',
  PostalCode: '94105',
  Country: 'United States',
};
const addressFields = (prefix: string, address: Record<string, FieldValue>) =>
  Object.fromEntries(Object.entries(address).map(([part, value]) => [`${prefix}${part}`, value]));
const billing = (address: Record<string, FieldValue>) => addressFields('Billing', address);
const mailing = (address: Record<string, FieldValue>) => addressFields('Mailing', address);

const edit = (object: string, id: string, fields: Record<string, FieldValue>) =>
  person(story.stack, 'rep').edit(object, id, fields);

/** @returns id of an Account with an address */
async function account(name: string): Promise<string> {
  const id = await story.account(name);
  edit('Account', id, billing(MARKET_ST));
  return id;
}
const contact = (AccountId: string, fields: Record<string, FieldValue> = {}): Promise<string> =>
  orgClient(story.stack).create('Contact', {
    ...{ AccountId, FirstName: 'Accounts', LastName: 'Payable', Email: 'ap@acme.example', ...fields },
  });

const tenant = () => story.stack.zuora.tenant;
const billed = (number: string) => tenant().contact(tenant().account(number).billToId);
const customerOf = (id: string) => story.stripe.stripe.customers.retrieve(id);
const discrepancies = (accountId: string) => story.rows('Billing_Discrepancy__c', accountId);
/** Changes of accounts that Zuora was asked for since it was counted last. */
function writes(): number {
  const { counts } = story.stack.zuora.ctx.calls;
  const route = 'PUT /v1/accounts/:key';
  const count = counts.get(route) ?? 0;
  counts.set(route, 0);
  return count;
}
const mirrored = (accountId: string, count = 1) =>
  vi.waitUntil(() => story.rows('Billing_Account__c', accountId).length === count, WITHIN);

/** A customer of Zuora whose bill-to both sides agree on. */
async function customer(name: string): Promise<{ accountId: string; contactId: string; number: string }> {
  const accountId = await account(name);
  const contactId = await contact(accountId);
  const number = await story.zuora.account(name, 'USD', accountId, 'ap@acme.example');
  await mirrored(accountId);
  await settled(story.stack);
  return { accountId, contactId, number };
}

it('a new email of the Contact reaches Zuora and Stripe, and nothing goes on after that', async () => {
  const { accountId, contactId, number } = await customer('Acme');
  const { id } = await story.stripe.stripe.customers.create({
    ...{ name: 'Acme', email: 'ap@acme.example', metadata: { salesforce_account_id: accountId } },
  });
  await mirrored(accountId, 2);
  await vi.waitUntil(
    async () => ((await customerOf(id)) as { individual_name?: string }).individual_name === 'Accounts Payable',
    WITHIN,
  );
  writes();
  edit('Contact', contactId, { Email: 'Billing@Acme.Example', Phone: '+1 415 555 0100' });
  await vi.waitUntil(() => billed(number).workEmail === 'Billing@acme.example', WITHIN);
  await vi.waitUntil(
    async () => ((await customerOf(id)) as { email?: string }).email === 'Billing@acme.example',
    WITHIN,
  );
  await settled(story.stack);
  expect(billed(number)).toMatchObject({ workPhone: '+1 415 555 0100', firstName: 'Accounts', city: 'San Francisco' });
  expect(await customerOf(id)).toMatchObject({
    name: 'Acme',
    individual_name: 'Accounts Payable',
    phone: '+1 415 555 0100',
    address: { line1: '1 Market St', state: 'CA', country: 'US' },
  });
  expect(writes()).toBe(1);
}, 90_000);

it('a Contact without an address is billed to that of the Account, until it has one of its own', async () => {
  const { accountId, contactId, number } = await customer('Globex');
  edit('Account', accountId, billing({ ...MARKET_ST, Street: '2 Market St\nFloor 3', State: 'California' }));
  await vi.waitUntil(() => billed(number).address1 === '2 Market St', WITHIN);
  expect(billed(number)).toMatchObject({ address2: 'Floor 3', city: 'San Francisco', state: 'CA', country: 'US' });
  edit(
    'Contact',
    contactId,
    mailing({ Street: 'Herrengasse 1', City: 'Graz', PostalCode: '8010', Country: 'Österreich' }),
  );
  await settled(story.stack);
  expect(billed(number), 'a country that is none is not handed on').toMatchObject({ address1: '2 Market St' });
  expect(discrepancies(accountId)).toMatchObject([
    {
      Kind__c: 'Bill-to differs',
      State__c: 'Open',
      Salesforce_Value__c: 'address: Herrengasse 1, Graz, 8010, Österreich',
      Billing_Value__c: 'address: 2 Market St, Floor 3, San Francisco, CA, 94105, US',
    },
  ]);
  edit('Contact', contactId, mailing({ Country: 'Austria' }));
  await vi.waitUntil(() => billed(number).address1 === 'Herrengasse 1', WITHIN);
  await settled(story.stack);
  expect(billed(number)).toMatchObject({ city: 'Graz', zipCode: '8010', country: 'AT' });
  expect(discrepancies(accountId)).toMatchObject([{ State__c: 'Resolved' }]);
  expect(writes()).toBe(2);
}, 90_000);

it('what somebody changes in billing is put back, and told as a discrepancy with both values', async () => {
  const { accountId, number } = await customer('Initech');
  const change = { billToContact: { workEmail: 'intruder@initech.example' } };
  await zuora.call('PUT', `/v1/accounts/${number}`, change);
  await vi.waitUntil(() => billed(number).workEmail === 'ap@acme.example', WITHIN);
  await vi.waitUntil(() => discrepancies(accountId)[0]?.['State__c'] === 'Resolved', WITHIN);
  await settled(story.stack);
  expect(discrepancies(accountId)).toMatchObject([
    {
      Salesforce_Value__c: 'email: ap@acme.example',
      Billing_Value__c: 'email: intruder@initech.example',
      Connection__c: 'zuora',
      Account__c: accountId,
    },
  ]);
  expect(discrepancies(accountId)[0]!['Owner_Rule__c']).toMatch(/^Salesforce: /);
  expect(writes(), 'theirs and ours').toBe(2);
}, 90_000);

it('both sides are edited at once: Salesforce holds, and billing gets back nothing else', async () => {
  const { accountId, contactId, number } = await customer('Hooli');
  const change = { name: 'Hooli Inc', billToContact: { workEmail: 'theirs@hooli.example', firstName: 'Gavin' } };
  edit('Contact', contactId, { Email: 'ours@hooli.example' });
  await zuora.call('PUT', `/v1/accounts/${number}`, change);
  await vi.waitUntil(() => discrepancies(accountId)[0]?.['State__c'] === 'Resolved', WITHIN);
  await settled(story.stack);
  expect(billed(number)).toMatchObject({ workEmail: 'ours@hooli.example', firstName: 'Accounts' });
  expect(tenant().account(number).name).toBe('Hooli');
}, 90_000);

it('two billing accounts of one Account follow the Contact of each, and nothing of the Account', async () => {
  const { accountId, contactId, number } = await customer('Umbrella');
  const second = await story.zuora.account('Umbrella East', 'USD', accountId, 'east@umbrella.example');
  await mirrored(accountId, 2);
  const key = `zuora:account:${tenant().account(second).id}`;
  // As the integration makes a Contact for a customer of billing.
  const [made] = story.stack.org.org.insert(
    'Contact',
    [{ AccountId: accountId, FirstName: 'Ada', LastName: 'East', Email: 'east@umbrella.example', Billing_Key__c: key }],
    { userId: person(story.stack, 'integration').userId, origin: '', allOrNone: true },
  );
  const east = made!.id!;
  edit('Contact', east, { Email: 'new@umbrella.example' });
  edit('Contact', contactId, { Email: 'west@umbrella.example' });
  edit('Account', accountId, { Name: 'Umbrella Group' });
  await vi.waitUntil(() => billed(second).workEmail === 'new@umbrella.example', WITHIN);
  await settled(story.stack);
  expect(billed(second).lastName).toBe('East');
  expect(tenant().account(second).name).toBe('Umbrella East');
  expect(billed(number), 'nobody is said to be billed for this one').toMatchObject({ workEmail: 'ap@acme.example' });
}, 90_000);

it('what billing refuses is a failure in its words that holds up nobody, and goes once it is corrected', async () => {
  const { accountId, contactId, number } = await customer('Stark');
  // A state of the post of the armed forces, which this tenant has not got.
  edit('Account', accountId, billing({ ...MARKET_ST, State: 'AA' }));
  const failed = async () =>
    (await ops({ DATABASE_URL: story.database.url }, ['failures', '--json'])).out.includes('The state AA is invalid');
  await vi.waitUntil(failed, WITHIN);
  const other = await customer('Wayne');
  edit('Contact', other.contactId, { Phone: '+1 415 555 0199' });
  await vi.waitUntil(() => billed(other.number).workPhone === '+1 415 555 0199', WITHIN);
  edit('Account', accountId, billing({ ...MARKET_ST, State: 'NV', City: 'Reno' }));
  edit('Contact', contactId, { Phone: '+1 415 555 0198' });
  await vi.waitUntil(() => billed(number).city === 'Reno', WITHIN);
  await vi.waitUntil(async () => !(await failed()), WITHIN);
}, 120_000);

it('an answer that is lost after the change was made has nothing made twice', async () => {
  const { contactId, number } = await customer('Soylent');
  story.stack.zuora.ctx.faults.set([{ method: 'PUT', path: '^/v1/accounts/', times: 1, status: 504, after: true }]);
  edit('Contact', contactId, { Email: 'green@soylent.example' });
  await vi.waitUntil(() => billed(number).workEmail === 'green@soylent.example', WITHIN);
  await settled(story.stack);
  expect(writes()).toBe(1);
}, 90_000);

it('a server that is killed before the answer finds it done when it is back', async () => {
  const { accountId, contactId, number } = await customer('Tyrell');
  story.stack.zuora.ctx.faults.set([{ method: 'PUT', path: '^/v1/accounts/', status: 504, after: true }]);
  edit('Contact', contactId, { Email: 'roy@tyrell.example' });
  await vi.waitUntil(() => billed(number).workEmail === 'roy@tyrell.example', WITHIN);
  await story.stack.backend.stop('SIGKILL');
  story.stack.zuora.ctx.faults.set([]);
  writes();
  await story.stack.restart();
  await settled(story.stack);
  expect(writes()).toBe(0);
  expect(discrepancies(accountId)).toEqual([]);
}, 120_000);

it('a Contact that is deleted while no event tells of it is found by the sweep, told, and empties nothing', async () => {
  const { env } = story.stack;
  await story.stack.restart({ ...env, SALESFORCE_PUBSUB_ADDRESS: 'none' });
  const { accountId, contactId, number } = await customer('Weyland');
  // Chosen by an Account that it does not belong to.
  const other = await customer('Yutani');
  edit('Account', other.accountId, { Billing_Contact__c: contactId });
  edit('Contact', contactId, { Email: 'bishop@weyland.example' });
  await vi.waitUntil(
    () => [number, other.number].every((one) => billed(one).workEmail === 'bishop@weyland.example'),
    WITHIN,
  );
  await settled(story.stack);
  writes();
  person(story.stack).remove('Contact', contactId);
  await vi.waitUntil(() => discrepancies(accountId).some((row) => row['State__c'] === 'Open'), WITHIN);
  expect(discrepancies(accountId)[0]!['Billing_Value__c']).toBe(
    'name: Accounts Payable\nemail: bishop@weyland.example',
  );
  await vi.waitUntil(() => billed(other.number).workEmail === 'ap@acme.example', WITHIN);
  await settled(story.stack);
  expect(billed(number)).toMatchObject({ workEmail: 'bishop@weyland.example', lastName: 'Payable' });
  expect(writes(), 'that of the other Account').toBe(1);
  await contact(accountId, { LastName: 'Receivable', Email: 'ar@weyland.example' });
  await vi.waitUntil(() => billed(number).workEmail === 'ar@weyland.example', WITHIN);
  await vi.waitUntil(() => discrepancies(accountId)[0]!['State__c'] === 'Resolved', WITHIN);
  story.stack.env = env;
}, 120_000);

it('in shadow nothing is changed, and what would be is shown; off does not even look', async () => {
  const settings = billToSettings({ zuora: { mode: 'shadow' }, stripe: { mode: 'off' } });
  await story.stack.restart({ ...story.stack.env, ...settings });
  const accountId = await account('Vandelay');
  await contact(accountId);
  const { id } = await story.stripe.stripe.customers.create({
    ...{ name: 'Vandelay', email: 'art@vandelay.example', metadata: { salesforce_account_id: accountId } },
  });
  const number = await story.zuora.account('Vandelay', 'USD', accountId, 'art@vandelay.example');
  await vi.waitUntil(() => discrepancies(accountId).length > 0, WITHIN);
  await settled(story.stack);
  expect(discrepancies(accountId)).toMatchObject([
    {
      State__c: 'Open',
      Salesforce_Value__c: 'email: ap@acme.example',
      Billing_Value__c: 'email: art@vandelay.example',
    },
  ]);
  const { code, json } = await ops({ ...story.stack.env, DATABASE_URL: story.database.url }, [
    ...['bill-to', accountId, '--dry-run', '--json'],
  ]);
  expect(code).toBe(0);
  expect(json).toMatchObject({
    asked: false,
    billTos: [{ mode: 'shadow', decision: { changes: [{ field: 'email', after: 'ap@acme.example' }], kept: [] } }],
  });
  expect(billed(number).workEmail).toBe('art@vandelay.example');
  expect(await customerOf(id)).toMatchObject({ email: 'art@vandelay.example' });
  expect(writes()).toBe(0);
}, 120_000);
