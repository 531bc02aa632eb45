import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { startBackend, freePort } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

const TODAY = new Date().toISOString().slice(0, 10);
const WITHIN = { timeout: 60_000, interval: 100 };

let story: Story;
let price: string;
let plan: RatePlan;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1', STRIPE_CREATE_ACCOUNTS: 'on', ZUORA_CREATE_ACCOUNTS: 'on' } });
  price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  plan = await story.zuora.ratePlan('Platform', 'USD', [
    { name: 'Platform', kind: 'flat', price: '500', period: 'Month' },
  ]);
});
afterAll(() => story.end());

const named = (name: string): SRecord[] => story.stack.org.org.all('Account').filter((one) => one['Name'] === name);
const contactsOf = (accountId: string) =>
  story.stack.org.org.all('Contact').filter((one) => one['AccountId'] === accountId);
const mrr = (accountId: string) =>
  story.rows('Billing_Subscription__c', accountId).map((row) => [row['Status__c'], row['MRR__c']]);

async function customer(name: string, email: string): Promise<string> {
  const { id } = await story.stripe.stripe.customers.create({ name, email });
  await story.stripe.useCard(id, 'pm_card_visa');
  await story.stripe.subscribe(id, [{ price, quantity: 2 }]);
  return id;
}

it('a customer of both billing systems whom nobody knows gets one Account, by two processes, with the rows of both', async () => {
  const second = await startBackend({ ...story.stack.env, PORT: String(await freePort()) });
  try {
    const ofStripe = customer('Difference Engines', 'ada@difference.example');
    const ofZuora = (async () => {
      const account = await story.zuora.account('Difference Engines', 'USD', null, 'ada@difference.example');
      await story.zuora.subscribe(account, plan, { start: TODAY, months: 12 });
    })();
    const [stripeId] = await Promise.all([ofStripe, ofZuora]);
    await vi.waitUntil(() => named('Difference Engines').length > 0, WITHIN);
    const { Id: accountId } = named('Difference Engines')[0]!;
    await vi.waitUntil(() => mrr(accountId).length > 0, WITHIN);
    await vi.waitUntil(() => story.rows('Billing_Account__c', accountId).length === 2, WITHIN);
    await vi.waitUntil(() => mrr(accountId).length === 2, WITHIN);
    await settled(story.stack);
    expect(named('Difference Engines')).toHaveLength(1);
    expect(mrr(accountId).toSorted()).toEqual([
      ['Active', 20],
      ['Active', 500],
    ]);
    expect(story.stack.org.org.get('Account', accountId)).toMatchObject({ Billing_MRR__c: 520 });
    expect(contactsOf(accountId)).toMatchObject([{ Email: 'ada@difference.example' }]);

    await story.stripe.stripe.customers.del(stripeId);
    await vi.waitUntil(() => mrr(accountId).some(([status]) => status !== 'Active'), WITHIN);
    await settled(story.stack);
    expect(named('Difference Engines'), 'what billing ends stays in Salesforce').toHaveLength(1);
    expect(contactsOf(accountId)).toHaveLength(1);
  } finally {
    await second.stop();
  }
}, 180_000);

it('an Account that was made is merged into another: Contacts and rows go with it, and none is made again', async () => {
  const id = await customer('Merging Machines', 'mo@merging.example');
  await vi.waitUntil(() => named('Merging Machines').length > 0, WITHIN);
  const { Id: made } = named('Merging Machines')[0]!;
  await vi.waitUntil(() => mrr(made).length > 0, WITHIN);
  await settled(story.stack);
  const master = await orgClient(story.stack).create('Account', { Name: 'Merging Machines Group' });
  person(story.stack).merge(master, made);
  await vi.waitUntil(() => mrr(master).some(([status]) => status === 'Active'), WITHIN);
  await settled(story.stack);
  expect(contactsOf(master)).toMatchObject([{ Email: 'mo@merging.example' }]);
  await story.stripe.stripe.customers.update(id, { name: 'Merging Machines Ltd' });
  await vi.waitUntil(
    () => story.rows('Billing_Account__c', master).some((row) => row['Name'] === 'Merging Machines Ltd'),
    WITHIN,
  );
  await settled(story.stack);
  expect([...named('Merging Machines'), ...named('Merging Machines Ltd')]).toEqual([]);
}, 180_000);

it('taking a customer away leaves the Account that was made, and says so', async () => {
  const id = await customer('Undone Works', 'u@undone.example');
  await vi.waitUntil(() => named('Undone Works').length > 0, WITHIN);
  const { Id: made } = named('Undone Works')[0]!;
  await vi.waitUntil(() => mrr(made).length > 0, WITHIN);
  const run = (...args: string[]) => ops({ DATABASE_URL: story.database.url }, args);
  expect((await run('unlink', '--help')).out).toContain('themselves stay');
  expect(await run('unlink', `stripe:account:${id}`)).toMatchObject({ code: 0 });
  await vi.waitUntil(() => mrr(made)[0]?.[0] === 'Removed', WITHIN);
  await settled(story.stack);
  expect(named('Undone Works')).toHaveLength(1);
}, 120_000);

it('a Zuora account below a linked one goes to the Account of its name below that Account, and names its parent', async () => {
  const top = await story.account('Holding');
  const below = await orgClient(story.stack).create('Account', { Name: 'Holding', ParentId: top });
  const parent = await story.zuora.account('Holding', 'USD', top, 'top@holding.example');
  await vi.waitUntil(() => story.rows('Billing_Account__c', top).length === 1, WITHIN);
  await settled(story.stack);
  const child = await story.zuora.account('Holding', 'USD', null, 'child@holding.example', parent);
  await story.zuora.subscribe(child, plan, { start: TODAY, months: 12 });
  await vi.waitUntil(() => mrr(below).length === 1, WITHIN);
  await settled(story.stack);
  const [row] = story.rows('Billing_Account__c', top);
  expect(story.rows('Billing_Account__c', below)).toMatchObject([{ Number__c: child, Parent_Key__c: row!['Key__c'] }]);
  expect(row).toMatchObject({ Number__c: parent, Parent_Key__c: null });
  expect(story.stack.org.org.get('Account', top)).toMatchObject({ Billing_MRR__c: 0 });
  expect(story.stack.org.org.get('Account', below)).toMatchObject({ Billing_MRR__c: 500 });
}, 120_000);
