import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { person } from '../support/orgPeople.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { settled } from '../support/settled.ts';

const WITHIN = { timeout: 30_000, interval: 100 };

let story: Story;
let price: string;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
  const { org } = story.stack.org;
  const set = org.all('PermissionSet').find((one) => one['Name'] === 'Billing_Operations')!.Id;
  const [assigned] = org.insert(
    'PermissionSetAssignment',
    [{ AssigneeId: org.userNamed(USERS.rep)!.Id, PermissionSetId: set }],
    { userId: org.userNamed(USERS.admin)!.Id },
  );
  expect(assigned).toMatchObject({ success: true });
  price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
});
afterAll(() => story.end());

/** A Stripe customer that names no Account, with a subscription of USD 10 a month and unit. */
async function customer(name: string, email: string, quantity = 1): Promise<string> {
  const id = await story.stripe.customer(name, null);
  await story.stripe.stripe.customers.update(id, { email });
  await story.stripe.subscribe(id, [{ price, quantity }]);
  return id;
}

async function contact(accountId: string, email: string): Promise<void> {
  await orgClient(story.stack).create('Contact', { LastName: 'Lovelace', Email: email, AccountId: accountId });
}

const mrr = (accountId: string) =>
  story.rows('Billing_Subscription__c', accountId).map((row) => [row['Status__c'], row['MRR__c']]);
const link = (customerId: string) =>
  story.stack.org.org.all('Billing_Link__c').find((row) => row['Key__c'] === `stripe:link:${customerId}`);

it('a customer that names no Account is linked to the only one with its email and company, and its rows appear', async () => {
  const account = await story.account('Analytical Engines Ltd');
  await contact(account, 'ada@engines.example');
  const id = await customer('ANALYTICAL ENGINES, Inc.', 'Ada@engines.example', 2);
  await vi.waitUntil(() => mrr(account).length > 0, WITHIN);
  await settled(story.stack);
  expect(mrr(account)).toEqual([['Active', 20]]);
  expect(story.stack.org.org.get('Account', account)).toMatchObject({ Billing_MRR__c: 20 });
  expect(link(id), 'nobody has to be asked').toBeUndefined();
}, 120_000);

it('of two Accounts of one name none is taken: a person chooses, takes it back and chooses the other one', async () => {
  const [first, second] = [await story.account('Twin'), await story.account('TWIN GmbH')];
  const rep = person(story.stack, 'rep');
  const id = await customer('Twin, Inc.', 'x@gmail.com', 3);
  await vi.waitUntil(() => link(id) !== undefined, WITHIN);
  await settled(story.stack);
  expect(link(id)).toMatchObject({
    Name: 'Twin, Inc.',
    State__c: 'Waiting',
    Email__c: 'x@gmail.com',
    Currency_Code__c: 'USD',
    ARR__c: 360,
    Linked_Account__c: null,
    Message__c: 'Choose the Account that it belongs to.',
  });
  const [line, other, ...more] = String(link(id)!['Candidates__c']).split('\n');
  expect([line, other].map((text) => text!.slice(0, 2))).toEqual(['40', '40']);
  expect(more).toEqual([]);
  expect(`${line}${other}`).toContain(first);
  expect(`${line}${other}`).toContain(second);
  expect([...mrr(first), ...mrr(second)]).toEqual([]);

  rep.edit('Billing_Link__c', link(id)!.Id, { Chosen_Account__c: first });
  await vi.waitUntil(() => link(id)!['State__c'] === 'Linked', WITHIN);
  await settled(story.stack);
  expect(mrr(first)).toEqual([['Active', 30]]);
  expect(link(id)).toMatchObject({ Linked_Account__c: first, ARR__c: 0, Outstanding__c: 0, Candidates__c: null });

  rep.edit('Billing_Link__c', link(id)!.Id, { Chosen_Account__c: null });
  await vi.waitUntil(() => link(id)!['State__c'] === 'Waiting', WITHIN);
  await settled(story.stack);
  expect(mrr(first)).toEqual([['Removed', 0]]);
  expect(story.stack.org.org.get('Account', first)).toMatchObject({ Billing_MRR__c: 0 });
  expect(link(id)).toMatchObject({ Linked_Account__c: null, ARR__c: 360 });

  rep.edit('Billing_Link__c', link(id)!.Id, { Chosen_Account__c: second });
  await vi.waitUntil(() => mrr(second).length > 0, WITHIN);
  await settled(story.stack);
  expect([mrr(first), mrr(second)]).toEqual([[], [['Active', 30]]]);
}, 120_000);

it('what billing itself names goes before a match and a choice, and what it no longer names is matched anew', async () => {
  const [matched, named] = [await story.account('Moving House'), await story.account('New House')];
  await contact(matched, 'mo@house.example');
  const id = await customer('Moving House', 'mo@house.example');
  await vi.waitUntil(() => mrr(matched).length > 0, WITHIN);
  await story.stripe.stripe.customers.update(id, { metadata: { salesforce_account_id: named } });
  await vi.waitUntil(() => mrr(named).length > 0, WITHIN);
  await settled(story.stack);
  expect(mrr(matched)).toEqual([]);
  await story.stripe.stripe.customers.update(id, { metadata: { salesforce_account_id: '' } });
  await vi.waitUntil(() => mrr(matched).length > 0, WITHIN);
  await settled(story.stack);
  expect(mrr(named)).toEqual([]);
}, 120_000);

it('an Account that is deleted loses its match, the customer waits, and is linked again when it is back', async () => {
  const account = await story.account('Phoenix');
  await contact(account, 'fawkes@phoenix.example');
  const id = await customer('Phoenix', 'fawkes@phoenix.example', 4);
  await vi.waitUntil(() => mrr(account).length > 0, WITHIN);
  await settled(story.stack);
  const admin = person(story.stack);
  admin.remove('Account', account);
  await vi.waitUntil(() => link(id)?.['State__c'] === 'Waiting', WITHIN);
  expect(link(id)).toMatchObject({ Candidates__c: null, ARR__c: 480 });
  admin.undelete('Account', account);
  await vi.waitUntil(() => link(id)?.['State__c'] === 'Linked', WITHIN);
  await settled(story.stack);
  expect(mrr(account)).toEqual([['Active', 40]]);
}, 120_000);

it('a dismissed customer is left alone until somebody wants it again', async () => {
  const id = await customer('Nobody Knows', 'who@nobody.example');
  const rep = person(story.stack, 'rep');
  await vi.waitUntil(() => link(id) !== undefined, WITHIN);
  rep.edit('Billing_Link__c', link(id)!.Id, { Dismissed__c: true });
  await vi.waitUntil(() => link(id)!['State__c'] === 'Dismissed', WITHIN);
  const account = await story.account('Nobody Knows');
  await contact(account, 'who@nobody.example');
  await story.stripe.stripe.customers.update(id, { name: 'Nobody Knows Ltd' });
  await vi.waitUntil(() => link(id)!['Name'] === 'Nobody Knows Ltd', WITHIN);
  expect(link(id)).toMatchObject({ State__c: 'Dismissed' });
  rep.edit('Billing_Link__c', link(id)!.Id, { Dismissed__c: false });
  await vi.waitUntil(() => mrr(account).length > 0, WITHIN);
}, 120_000);
