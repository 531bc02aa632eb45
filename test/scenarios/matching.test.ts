import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { freePort, startBackend } from '../support/backend.ts';
import { ops } from '../support/ops.ts';
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
  const { id } = await story.stripe.stripe.customers.create({ name, email });
  await story.stripe.useCard(id, 'pm_card_visa');
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

it('an operator lists who waits, links from the command line, and takes it back', async () => {
  const account = await story.account('Far Away');
  const id = await customer('Near By', 'nora@near.example');
  const key = `stripe:account:${id}`;
  await vi.waitUntil(() => link(id) !== undefined, WITHIN);
  const run = (...args: string[]) => ops({ DATABASE_URL: story.database.url }, args);
  const listed = (await run('links', '--json')).json as { key: string }[];
  expect(listed.map((one) => one.key)).toContain(key);
  expect(await run('link', key, account)).toMatchObject({ code: 0 });
  await vi.waitUntil(() => mrr(account).length > 0, WITHIN);
  await vi.waitUntil(() => link(id)!['State__c'] === 'Linked', WITHIN);
  expect(await run('unlink', key)).toMatchObject({ code: 0 });
  await vi.waitUntil(() => mrr(account)[0]?.[0] === 'Removed', WITHIN);
  await vi.waitUntil(() => link(id)!['State__c'] === 'Waiting', WITHIN);
  expect((await run('history')).out).toContain('unlink');
}, 120_000);

it('a row that a person deletes is written again, and what had been chosen holds', async () => {
  const account = await story.account('Kept');
  const id = await customer('Kept At Heart', 'k@kept.example');
  await vi.waitUntil(() => link(id) !== undefined, WITHIN);
  const rep = person(story.stack, 'rep');
  rep.edit('Billing_Link__c', link(id)!.Id, { Chosen_Account__c: account });
  await vi.waitUntil(() => link(id)!['State__c'] === 'Linked', WITHIN);
  const { Id: before } = link(id)!;
  await settled(story.stack);
  rep.remove('Billing_Link__c', before);
  await vi.waitUntil(() => link(id) !== undefined && link(id)!.Id !== before, WITHIN);
  await settled(story.stack);
  expect(link(id)).toMatchObject({ State__c: 'Linked', Linked_Account__c: account });
  expect(mrr(account)).toEqual([['Active', 10]]);
}, 120_000);

it('two processes link each of twenty customers once', async () => {
  const other = await startBackend({ ...story.stack.env, PORT: String(await freePort()) });
  try {
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const name = `Racing ${String.fromCharCode(65 + index)}`;
        const account = await story.account(name);
        await contact(account, `${index}@racing.example`);
        return { account, id: await customer(name, `${index}@racing.example`, index + 1) };
      }),
    );
    await vi.waitUntil(() => made.every(({ account }) => mrr(account).length > 0), WITHIN);
    await settled(story.stack);
    expect(made.map(({ account }) => mrr(account))).toEqual(made.map((_, index) => [['Active', (index + 1) * 10]]));
    const { rows } = await story.database.pool.query<{ key: string; count: number }>(
      `select billing_account_key as key, count(*)::int as count from billing_link_log
       where billing_account_key = any($1) group by 1`,
      [made.map(({ id }) => `stripe:account:${id}`)],
    );
    expect(rows.map(({ count }) => count)).toEqual(made.map(() => 1));
  } finally {
    await other.stop();
  }
}, 180_000);

it('a Zuora account that names no Account is matched by name and domain, and never by a provider of mail for everybody', async () => {
  const { zuora, stack } = story;
  const client = orgClient(stack);
  const account = await client.create('Account', { Name: 'Zed Works', Website: 'https://www.zed-works.example' });
  await client.create('Account', { Name: 'Free Works', Website: 'gmail.com' });
  const plan = await zuora.ratePlan('Platform', 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '100', period: 'Month' },
  ]);
  const day = new Date().toISOString().slice(0, 10);
  const numbers: string[] = [];
  for (const [name, email] of [
    ['Zed Works', 'ap@billing.zed-works.example'],
    ['Free Works', 'free.works@gmail.com'],
  ] as const) {
    const number = await zuora.account(name, 'EUR', null, email);
    await zuora.subscribe(number, plan, { start: day, months: 12, quantity: 2 });
    numbers.push(number);
  }
  await vi.waitUntil(() => mrr(account).length > 0, WITHIN);
  await vi.waitUntil(() => stack.org.org.all('Billing_Link__c').some((row) => row['Number__c'] === numbers[1]), WITHIN);
  await settled(stack);
  expect(mrr(account)).toEqual([['Active', 200]]);
  expect(stack.org.org.all('Billing_Link__c').find((row) => row['Number__c'] === numbers[1])).toMatchObject({
    State__c: 'Waiting',
    Source__c: 'Zuora',
    Currency_Code__c: 'EUR',
    ARR__c: 2400,
    Candidates__c: expect.stringMatching(/^40 {2}Free Works/) as string,
  });
}, 120_000);
