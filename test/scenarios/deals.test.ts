import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { settled } from '../support/settled.ts';

const WITHIN = { timeout: 25_000, interval: 100 };
/** The check of every Account begins within ten seconds of the next business day. */
const CHECKED = { timeout: 60_000, interval: 100 };
const DAY_MS = 86_400_000;
const NOTHING = {
  Billing_Subscription_Status__c: null,
  Billing_Plan__c: null,
  Billing_Currency__c: null,
  Billing_MRR__c: null,
  Billing_ARR__c: null,
  Billing_TCV__c: null,
  Billing_Next_Renewal__c: null,
};

let story: Story;
let price: string;
let acme: string;
let other: string;
let subscription: string;
let othersSubscription: string;

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
  price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  acme = await story.account('Acme');
  other = await story.account('Other');
  subscription = await subscribe('Acme', acme, 2);
  othersSubscription = await subscribe('Other', other, 7);
  await settled(story.stack);
});
afterAll(() => story.end());

async function subscribe(name: string, accountId: string, quantity: number): Promise<string> {
  const customer = await story.stripe.customer(name, accountId);
  await story.stripe.subscribe(customer, [{ price, quantity }]);
  const { data } = await story.stripe.stripe.subscriptions.list({ customer });
  return data[0]!.id;
}

/** As a sales rep makes one by hand. */
function deal(fields: Record<string, FieldValue>): string {
  const { userId } = person(story.stack, 'rep');
  const made = { Name: 'Big deal', StageName: 'Prospecting', CloseDate: '2027-01-31', ...fields };
  const [result] = story.stack.org.org.insert('Opportunity', [made], { userId, origin: '' });
  if (!result!.success) throw new Error(JSON.stringify(result));
  return result!.id!;
}

const held = (id: string): SRecord => story.stack.org.org.get('Opportunity', id)!;
const name = (id: string, number: string | null) =>
  person(story.stack, 'rep').edit('Opportunity', id, { Billing_Subscription_Number__c: number });
const shows = (id: string, fields: Record<string, unknown>) =>
  vi.waitFor(() => expect(held(id)).toMatchObject(fields), WITHIN);
const setQuantity = async (id: string, quantity: number) => {
  const { items } = await story.stripe.stripe.subscriptions.retrieve(id);
  await story.stripe.stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, quantity }] });
};
const followed = async (id: string) =>
  (await story.database.pool.query('select from named_deal where opportunity_id = $1', [id])).rowCount;

it('a subscription number that a rep enters brings what billing says of it, and keeps it current; the deal stays the rep’s', async () => {
  const id = deal({ AccountId: acme, Amount: 5 });
  name(id, subscription);
  await shows(id, {
    Billing_Subscription_Status__c: 'Active',
    Billing_Plan__c: 'Growth',
    Billing_Currency__c: 'USD',
    Billing_MRR__c: 20,
    Billing_ARR__c: 240,
    Billing_TCV__c: null,
    Billing_Message__c: null,
  });
  expect(held(id)['Billing_Next_Renewal__c']).toBe(
    story.rows('Billing_Subscription__c', acme)[0]!['Next_Renewal_Date__c'],
  );
  await setQuantity(subscription, 3);
  await shows(id, { Billing_MRR__c: 30, Billing_ARR__c: 360 });
  await settled(story.stack);
  expect(held(id)).toMatchObject({
    Name: 'Big deal',
    StageName: 'Prospecting',
    Amount: 5,
    Billing_Subscription_Number__c: subscription,
    Billing_Reported__c: false,
    Billing_Key__c: null,
  });
  expect(story.stack.org.org.all('Opportunity').filter((one) => one['AccountId'] === acme)).toHaveLength(1);

  // Taken away again, and what a canceled subscription says is 0, not nothing.
  name(id, null);
  await shows(id, { ...NOTHING, Billing_Message__c: null });
}, 90_000);

it('a canceled subscription earns 0 on its deal', async () => {
  const ended = await subscribe('Acme too', acme, 4);
  const id = deal({ AccountId: acme, Billing_Subscription_Number__c: ended });
  await shows(id, { Billing_MRR__c: 40 });
  await story.stripe.stripe.subscriptions.cancel(ended);
  await shows(id, { Billing_Subscription_Status__c: 'Canceled', Billing_MRR__c: 0, Billing_ARR__c: 0 });
}, 90_000);

it('a term of Zuora brings its total contract value in its own currency, and its cancellation changes what the deal says', async () => {
  const account = await story.account('Terms');
  const seats = { name: 'Seats', kind: 'perUnit' as const, price: '10', period: 'Month' as const };
  const plan = await story.zuora.ratePlan('Platform', 'EUR', [seats]);
  const billing = await story.zuora.account('Terms EU', 'EUR', account);
  const start = story.stack.clock.now().toISOString().slice(0, 10);
  await story.zuora.subscribe(billing, plan, { start, months: 12, quantity: 2 });
  const row = () => story.rows('Billing_Subscription__c', account)[0];
  await vi.waitUntil(() => row() !== undefined, WITHIN);
  const id = deal({ AccountId: account, Billing_Subscription_Number__c: String(row()!['Number__c']) });
  await shows(id, {
    Billing_Subscription_Status__c: 'Active',
    Billing_Plan__c: 'Platform',
    Billing_Currency__c: 'EUR',
    Billing_MRR__c: 20,
    Billing_ARR__c: 240,
    Billing_TCV__c: 240,
    Billing_Next_Renewal__c: row()!['Term_End_Date__c'],
  });
  await story.zuora.cancel(billing, String(row()!['Number__c']), start);
  await shows(id, { Billing_Subscription_Status__c: 'Canceled', Billing_MRR__c: 0, Billing_Next_Renewal__c: null });
}, 90_000);

it('a number that nobody has, and one of another Account, show nothing and say why in the same words', async () => {
  const unknown = deal({ AccountId: acme, Billing_Subscription_Number__c: 'A-S0000' });
  const foreign = deal({ AccountId: acme, Billing_Subscription_Number__c: othersSubscription });
  const why = (number: string) =>
    `No subscription of this account has the number ${number}. Check the number, or the account of the opportunity.`;
  await shows(unknown, { ...NOTHING, Billing_Message__c: why('A-S0000') });
  await shows(foreign, { ...NOTHING, Billing_Message__c: why(othersSubscription) });

  // The Opportunity goes to the Account of the subscription, to one that billing does not know, and to none.
  person(story.stack).edit('Opportunity', foreign, { AccountId: other });
  await shows(foreign, { Billing_MRR__c: 70, Billing_Message__c: null });
  const stranger = await story.account('Stranger');
  person(story.stack).edit('Opportunity', foreign, { AccountId: stranger });
  await shows(foreign, { ...NOTHING, Billing_Message__c: why(othersSubscription) });
  expect(story.stack.org.org.get('Account', stranger)!['Billing_Status__c'] ?? null).toBeNull();
  expect(story.rows('Billing_Health__c', stranger)).toEqual([]);
  person(story.stack).edit('Opportunity', foreign, { AccountId: null });
  await shows(foreign, { ...NOTHING, Billing_Message__c: expect.stringContaining('has no account') });
  person(story.stack).edit('Opportunity', foreign, { AccountId: other });
  await shows(foreign, { Billing_MRR__c: 70, Billing_Message__c: null });
}, 90_000);

it('what an admin edits in the billing fields of a deal is written over', async () => {
  const id = deal({ AccountId: other, Billing_Subscription_Number__c: othersSubscription });
  await shows(id, { Billing_MRR__c: 70 });
  await settled(story.stack);
  person(story.stack).edit('Opportunity', id, { Billing_MRR__c: 1, Billing_Message__c: 'Trust me', Name: 'Renamed' });
  await shows(id, { Billing_MRR__c: 70, Billing_Message__c: null, Name: 'Renamed' });
  const { rows } = await story.database.pool.query(
    `select object, field, billing_value, org_value from discrepancy where key = $1 order by field`,
    [id],
  );
  expect(rows).toEqual([
    { object: 'Named_Opportunity', field: 'Billing_MRR__c', billing_value: 70, org_value: 1 },
    { object: 'Named_Opportunity', field: 'Billing_Message__c', billing_value: null, org_value: 'Trust me' },
  ]);
}, 90_000);

it('a deal that somebody deletes is followed no more and fails nothing; undeleted it is followed again', async () => {
  const id = deal({ AccountId: acme, Billing_Subscription_Number__c: subscription });
  await shows(id, { Billing_MRR__c: 30 });
  person(story.stack).remove('Opportunity', id);
  await setQuantity(subscription, 4);
  await vi.waitFor(async () => expect(await followed(id)).toBe(0), WITHIN);
  await settled(story.stack);
  const failures = await ops({ DATABASE_URL: story.database.url }, ['failures']);
  expect(failures.out).not.toContain(id);
  person(story.stack).undelete('Opportunity', id);
  await shows(id, { Billing_MRR__c: 40 });
  await setQuantity(subscription, 3);
  await shows(id, { Billing_MRR__c: 30 });
}, 90_000);

it('deals of an Account that is deleted go with it, and are followed again when it is back', async () => {
  const gone = await story.account('Gone');
  const number = await subscribe('Gone', gone, 1);
  const id = deal({ AccountId: gone, Billing_Subscription_Number__c: number });
  await shows(id, { Billing_MRR__c: 10 });
  await settled(story.stack);
  person(story.stack).remove('Account', gone);
  await vi.waitFor(async () => expect(await followed(id)).toBe(0), WITHIN);
  await setQuantity(number, 8);
  await settled(story.stack);
  person(story.stack).undelete('Account', gone);
  await shows(id, { Billing_MRR__c: 80, Billing_Message__c: null });
}, 90_000);

it('deals of an Account that is merged are those of the other one', async () => {
  const loser = await story.account('Twin');
  const twins = await subscribe('Twin', loser, 1);
  const id = deal({ AccountId: loser, Billing_Subscription_Number__c: twins });
  await shows(id, { Billing_MRR__c: 10 });
  await settled(story.stack);
  person(story.stack).merge(other, loser);
  await vi.waitFor(() => expect(held(id)['AccountId']).toBe(other), WITHIN);
  await setQuantity(twins, 5);
  await shows(id, { Billing_MRR__c: 50, Billing_Message__c: null });
}, 90_000);

it('what is named and taken away while no process runs is done at the next start, and a resync changes nothing', async () => {
  const [one, two] = [deal({ AccountId: acme }), deal({ AccountId: acme })];
  name(two, subscription);
  await shows(two, { Billing_MRR__c: 30 });
  await settled(story.stack);
  await story.stack.backend.stop();
  name(one, subscription);
  name(two, null);
  await setQuantity(subscription, 6);
  story.stack.backend = await startBackend(story.stack.env);
  await shows(one, { Billing_MRR__c: 60 });
  await shows(two, NOTHING);
  await settled(story.stack);
  const before = [held(one)['Billing_Row_Version__c'], held(two)['Billing_Row_Version__c']];
  expect(await ops({ DATABASE_URL: story.database.url }, ['backfill', 'stripe', '--start', '--follow'])).toMatchObject({
    code: 0,
  });
  await settled(story.stack);
  expect([held(one)['Billing_Row_Version__c'], held(two)['Billing_Row_Version__c']]).toEqual(before);
  // Written once more as after a restore: the same stands there, under a higher version.
  expect(await ops({ DATABASE_URL: story.database.url }, ['restored', '--yes'])).toMatchObject({ code: 0 });
  await vi.waitFor(
    () => expect(Number(held(one)['Billing_Row_Version__c'])).toBeGreaterThan(Number(before[0])),
    WITHIN,
  );
  expect(held(one)).toMatchObject({ Billing_MRR__c: 60, Billing_Message__c: null });
}, 120_000);

it('a schedule that has not begun is named by its id, and stays so when its subscription begins', async () => {
  const later = await story.account('Later');
  const customer = await story.stripe.customer('Later', later);
  const start_date = Math.floor(story.stack.clock.now().getTime() / 1000) + (2 * DAY_MS) / 1000;
  const phases = [{ items: [{ price, quantity: 2 }], duration: { interval: 'month' as const, interval_count: 1 } }];
  const { id: schedule } = await story.stripe.stripe.subscriptionSchedules.create({ customer, start_date, phases });
  const id = deal({ AccountId: later, Billing_Subscription_Number__c: schedule });
  const begins = new Date(start_date * 1000).toISOString().slice(0, 10);
  const rows = () =>
    story
      .rows('Billing_Subscription__c', later)
      .filter((row) => row['Status__c'] !== 'Removed')
      .map((row) => ['Number__c', 'Status__c', 'Plan__c', 'MRR__c', 'Start_Date__c'].map((field) => row[field]));
  await shows(id, { Billing_Subscription_Status__c: 'Pending', Billing_Plan__c: 'Growth', Billing_MRR__c: 0 });
  expect(rows()).toEqual([[schedule, 'Pending', 'Growth', 0, begins]]);

  story.stack.clock.setOffset(3 * DAY_MS);
  await shows(id, { Billing_Subscription_Status__c: 'Active', Billing_MRR__c: 20, Billing_Message__c: null });
  const begun = async () => (await story.stripe.stripe.subscriptions.list({ customer })).data[0]?.id;
  await vi.waitUntil(begun, WITHIN);
  await vi.waitFor(async () => expect(rows()).toEqual([[await begun(), 'Active', 'Growth', 20, begins]]), WITHIN);
  await settled(story.stack);
  expect(held(id)).toMatchObject({ Billing_Subscription_Status__c: 'Active', Billing_MRR__c: 20 });
  expect(story.stack.org.org.get('Account', later)).toMatchObject({ Billing_MRR__c: 20, Billing_Plan__c: 'Growth' });
  const removed = story.rows('Billing_Subscription__c', later).find((row) => row['Number__c'] === schedule)!;
  expect(removed).toMatchObject({ Status__c: 'Removed', MRR__c: 0, ARR__c: 0 });
}, 60_000);

it('a database that is lost finds the deals again by the check of every Account', async () => {
  const id = deal({ AccountId: acme, Billing_Subscription_Number__c: subscription });
  await shows(id, { Billing_Subscription_Status__c: 'Active' });
  const mrr = held(id)['Billing_MRR__c'];
  await settled(story.stack);
  await story.stack.backend.stop();
  const us = person(story.stack, 'integration');
  us.edit('Opportunity', id, { Billing_MRR__c: 2, Billing_Row_Version__c: Number(held(id)['Billing_Row_Version__c']) });
  // Longer ago than what the first sweep of a new database looks back.
  story.stack.org.org.get('Opportunity', id)!['SystemModstamp'] = new Date(Date.now() - DAY_MS).toISOString();
  const fresh = await createTestDatabase();
  try {
    story.stack.backend = await startBackend({ ...story.stack.env, DATABASE_URL: fresh.url });
    await vi.waitUntil(() => story.rows('Billing_Subscription__c', acme).length > 0, WITHIN);
    story.stack.clock.setOffset(4 * DAY_MS);
    await vi.waitFor(() => expect(held(id)).toMatchObject({ Billing_MRR__c: mrr, Billing_Message__c: null }), CHECKED);
  } finally {
    await story.stack.backend.stop();
    story.stack.backend = await startBackend(story.stack.env);
    await fresh.close();
  }
}, 120_000);
