import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

const TODAY = new Date().toISOString().slice(0, 10);
const WITHIN = { timeout: 25_000, interval: 100 };

let story: Story;
let price: string;
let plan: RatePlan;
let yearInEuro: RatePlan;
const ON = {
  SALESFORCE_LOG_ACTIVITIES: 'invoices,payments',
  SALESFORCE_OPPORTUNITIES: 'on',
  SALESFORCE_CURRENCY: 'USD',
};

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1', ...ON } });
  price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  const seats = (amount: string) => [
    { name: 'Seats', kind: 'perUnit' as const, price: amount, period: 'Month' as const },
  ];
  plan = await story.zuora.ratePlan('Platform', 'USD', seats('10'));
  yearInEuro = await story.zuora.ratePlan('Platform EU', 'EUR', seats('10'));
});
afterAll(() => story.end());

const tasks = (accountId: string): SRecord[] =>
  story.stack.org.org.all('Task').filter((one) => one['WhatId'] === accountId);
const deals = (accountId: string): SRecord[] =>
  story.stack.org.org.all('Opportunity').filter((one) => one['AccountId'] === accountId);
const run = (...args: string[]) => ops({ DATABASE_URL: story.database.url }, args);

async function stripeCustomer(accountId: string, quantity: number): Promise<{ id: string; subscription: string }> {
  const { id } = await story.stripe.stripe.customers.create({
    name: 'Engines',
    metadata: { salesforce_account_id: accountId },
  });
  await story.stripe.useCard(id, 'pm_card_visa');
  await story.stripe.subscribe(id, [{ price, quantity }]);
  const { data } = await story.stripe.stripe.subscriptions.list({ customer: id });
  return { id, subscription: data[0]!.id };
}

it('an invoice and its payment become one completed activity each, and a new subscription a deal of the owner', async () => {
  const account = await story.account('Engines');
  const { id, subscription } = await stripeCustomer(account, 3);
  await vi.waitUntil(() => tasks(account).length === 2 && deals(account).length === 1, WITHIN);
  await settled(story.stack);
  const [invoice, payment] = tasks(account).toSorted((a, b) =>
    String(a['Subject']).localeCompare(String(b['Subject'])),
  );
  expect(invoice).toMatchObject({ Status: 'Completed', IsClosed: true, ActivityDate: TODAY });
  expect(invoice!['Subject']).toMatch(/^Invoice \S+ of USD 30\.00$/);
  expect(payment!['Subject']).toMatch(/^Payment ch_\S+ of USD 30\.00 received$/);
  const [deal] = deals(account);
  const rep = story.stack.org.org.get('Account', account)!['OwnerId'];
  expect(deal).toMatchObject({
    Name: 'Engines: Growth (new)',
    StageName: 'Closed Won',
    IsWon: true,
    CloseDate: TODAY,
    Type: 'New',
    Amount: 360,
    OwnerId: rep,
    Billing_Key__c: `stripe:subscription:${subscription}:new`,
    Billing_Reported__c: true,
    Billing_Subscription_Number__c: subscription,
    Billing_Subscription_Status__c: 'Active',
    Billing_Currency__c: 'USD',
    Billing_MRR__c: 30,
    Billing_ARR__c: 360,
    Billing_TCV__c: null,
  });

  // What people make of them is theirs, whatever is written later.
  const rep_ = person(story.stack);
  rep_.edit('Task', invoice!.Id, { Subject: 'Called Ada about it', Description: null });
  rep_.edit('Opportunity', deal!.Id, { Name: 'My deal', StageName: 'Negotiation/Review', Amount: 1 });
  const item = (await story.stripe.stripe.subscriptions.retrieve(subscription)).items.data[0]!.id;
  await story.stripe.stripe.subscriptions.update(subscription, { items: [{ id: item, quantity: 5 }] });
  const deal_ = () => story.stack.org.org.get('Opportunity', deal!.Id)!;
  const upgrades = () => deals(account).filter((one) => one['Type'] === 'Upsell');
  await vi.waitUntil(() => deal_()['Billing_MRR__c'] === 50 && upgrades().length > 0, WITHIN);
  await settled(story.stack);
  expect(upgrades()).toMatchObject([
    {
      Name: 'Engines: Growth (upsell)',
      IsWon: true,
      CloseDate: TODAY,
      Amount: 240,
      OwnerId: rep,
      Billing_Reported__c: true,
      Billing_Subscription_Number__c: subscription,
      Billing_MRR__c: 20,
      Billing_ARR__c: 240,
    },
  ]);
  expect(deals(account)).toHaveLength(2);
  expect(deal_()).toMatchObject({ Name: 'My deal', StageName: 'Negotiation/Review', Amount: 1 });

  // Written once more as after a restore: neither is made again, nor what somebody deleted.
  rep_.remove('Task', payment!.Id);
  rep_.remove('Opportunity', deal!.Id);
  expect(await run('restored', '--yes')).toMatchObject({ code: 0 });
  await story.stripe.stripe.customers.update(id, { name: 'Engines Ltd' });
  await vi.waitUntil(() => story.rows('Billing_Account__c', account)[0]!['Name'] === 'Engines Ltd', WITHIN);
  await settled(story.stack);
  const logged = story.stack.org.org.all('Task').filter((one) => one['Billing_Key__c'] != null);
  expect(logged.map((one) => one['Subject'])).toEqual(['Called Ada about it']);
  expect(deals(account)).toHaveLength(1);
  expect((await run('failures')).out).not.toContain('Opportunity');

  await story.stripe.stripe.subscriptions.cancel(subscription);
  await vi.waitUntil(() => story.rows('Billing_Subscription__c', account)[0]!['Status__c'] === 'Canceled', WITHIN);
  await settled(story.stack);
  expect(tasks(account)).toHaveLength(1);
}, 180_000);

it('a term is worth its total contract value, one of another currency has no amount in that of the org', async () => {
  const account = await story.account('Terms');
  const inUsd = await story.zuora.account('Terms US', 'USD', account);
  const inEuro = await story.zuora.account('Terms EU', 'EUR', account);
  await story.zuora.subscribe(inUsd, plan, { start: TODAY, months: 12, quantity: 2 });
  await story.zuora.subscribe(inEuro, yearInEuro, { start: TODAY, months: 12, quantity: 2 });
  await vi.waitUntil(() => deals(account).length === 2, WITHIN);
  await settled(story.stack);
  const byCurrency = deals(account).toSorted((a, b) =>
    String(a['Billing_Currency__c']) < String(b['Billing_Currency__c']) ? -1 : 1,
  );
  expect(byCurrency).toMatchObject([
    { Name: 'Terms EU: Platform EU (new)', Amount: null, Billing_Currency__c: 'EUR', Billing_TCV__c: 240 },
    { Name: 'Terms US: Platform (new)', Amount: 240, Billing_Currency__c: 'USD', Billing_TCV__c: 240 },
  ]);
}, 120_000);

it('what happened before it was switched on gets no record', async () => {
  const account = await story.account('Earlier');
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({
    ...story.stack.env,
    SALESFORCE_LOG_ACTIVITIES: '',
    SALESFORCE_OPPORTUNITIES: 'off',
  });
  const customer = await stripeCustomer(account, 1);
  await vi.waitUntil(() => story.rows('Billing_Subscription__c', account).length === 1, WITHIN);
  await settled(story.stack);
  expect([tasks(account), deals(account)]).toEqual([[], []]);
  await story.stack.backend.stop();
  story.stack.clock.setOffset(86_400_000);
  story.stack.backend = await startBackend(story.stack.env);
  await story.stripe.stripe.customers.update(customer.id, { name: 'Earlier Ltd' });
  await vi.waitUntil(() => story.rows('Billing_Account__c', account)[0]!['Name'] === 'Earlier Ltd', WITHIN);
  await settled(story.stack);
  expect([tasks(account), deals(account)]).toEqual([[], []]);
}, 180_000);
