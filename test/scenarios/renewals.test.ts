import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import {
  addDays,
  addMonths,
  calendarDate,
  dayInWords,
  type CalendarDate,
} from '../../server/domain/time/calendarDate.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { renewalSettings } from '../support/renewals.ts';
import { settled } from '../support/settled.ts';

/** What becomes of terms that end: deals ahead of them, and what billing and people make of those. */

const WITHIN = { timeout: 15_000, interval: 50 };
const DAY_MS = 86_400_000;

let story: Story;
let zuora: TestClient;
let plan: RatePlan;

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1', ...renewalSettings({}) } });
  plan = await story.zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  zuora = await new TestClient(story.stack.zuora).signIn();
}, 180_000);
afterAll(() => story.end());

const today = (): CalendarDate => calendarDate(story.stack.clock.now().toISOString().slice(0, 10));
const deals = (accountId: string): SRecord[] =>
  story.stack.org.org.all('Opportunity').filter((one) => one['AccountId'] === accountId);
const shows = (accountId: string, fields: object) =>
  vi.waitFor(() => expect(deals(accountId)).toMatchObject([fields]), WITHIN);

type Customer = { accountId: string; number: string; subscription: string; ends: CalendarDate };

/** A customer with one termed subscription of two seats at 10.00, whose term of a year ends in so many days. */
async function customer(name: string, endsInDays: number, autoRenew = true): Promise<Customer> {
  const accountId = await story.account(name);
  const number = await story.zuora.account(name, 'USD', accountId);
  const ends = addDays(today(), endsInDays);
  const start = addMonths(ends, -12);
  const subscription = await story.zuora.subscribe(number, plan, { start, months: 12, quantity: 2, autoRenew });
  return { accountId, number, subscription, ends: addMonths(start, 12) };
}

async function setSeats({ number, subscription }: Customer, quantity: number): Promise<void> {
  const { ratePlans } = await zuora.subscription(subscription);
  const [sold] = ratePlans as unknown as { id: string; ratePlanCharges: { number: string }[] }[];
  await zuora.act({ number }, subscription, today(), {
    type: 'UpdateProduct',
    updateProduct: {
      ratePlanId: sold!.id,
      chargeUpdates: [{ chargeNumber: sold!.ratePlanCharges[0]!.number, pricing: { recurringPerUnit: { quantity } } }],
    },
  });
}
const renew = ({ number, subscription, ends }: Customer) =>
  zuora.act({ number }, subscription, ends, { type: 'RenewSubscription' });
const keyOf = ({ subscription, ends }: Customer) => `zuora:subscription:${subscription}:renewal:${ends}`;

type Report = { mode: string; faults: string[]; entries: { accountId: string; step: string }[] };
const report = async (): Promise<Report> => {
  const { out, code } = await ops({ DATABASE_URL: story.database.url }, ['renewals', '--as-of', today(), '--json']);
  expect(code).toBe(0);
  return JSON.parse(out) as Report;
};

async function restart(env: Record<string, string>): Promise<void> {
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({ ...story.stack.env, ...env });
}

it('a deal is opened for what renews by itself, follows an upsell, and is won when billing renews it: one deal', async () => {
  const acme = await customer('Acme', 60);
  const rep = story.stack.org.org.get('Account', acme.accountId)!['OwnerId'];
  await shows(acme.accountId, { Billing_Key__c: keyOf(acme) });
  await settled(story.stack);
  expect(deals(acme.accountId)).toMatchObject([
    {
      Name: `Acme: Platform (renewal ${dayInWords(acme.ends)})`,
      StageName: 'Prospecting',
      IsClosed: false,
      CloseDate: acme.ends,
      Type: 'Renewal',
      Amount: 240,
      OwnerId: rep,
      Billing_Reported__c: false,
      Billing_Order_Kind__c: 'Renew',
      Billing_Start_Date__c: acme.ends,
      Billing_Subscription_Number__c: acme.subscription,
      Billing_Subscription_Status__c: 'Active',
      Billing_MRR__c: 20,
      Billing_Message__c: null,
    },
  ]);
  // The stage is people's while it is open.
  const { Id } = deals(acme.accountId)[0]!;
  person(story.stack, 'rep').edit('Opportunity', Id, { StageName: 'Negotiation/Review', Name: 'Our renewal' });
  await setSeats(acme, 5);
  await shows(acme.accountId, { Amount: 600, Billing_MRR__c: 50 });
  expect(deals(acme.accountId)).toMatchObject([{ StageName: 'Negotiation/Review', Name: 'Our renewal' }]);

  await renew(acme);
  await shows(acme.accountId, { StageName: 'Closed Won' });
  await settled(story.stack);
  expect(deals(acme.accountId)).toMatchObject([
    {
      Id,
      Billing_Key__c: keyOf(acme),
      IsWon: true,
      Billing_Reported__c: true,
      Amount: 600,
      Name: 'Our renewal',
      Billing_Message__c: `Renewed in billing from ${dayInWords(acme.ends)}: ${acme.subscription}.`,
    },
  ]);
}, 120_000);

it('one that is canceled with its term is lost, with the reason; so is one that runs out', async () => {
  const globex = await customer('Globex', 50);
  const initech = await customer('Initech', 3, false);
  await shows(globex.accountId, { IsClosed: false });
  await shows(initech.accountId, { IsClosed: false });
  await story.zuora.cancel(globex.number, globex.subscription, globex.ends);
  await shows(globex.accountId, {
    StageName: 'Closed Lost',
    IsWon: false,
    Billing_Reported__c: true,
    Billing_Message__c: `${globex.subscription} is canceled in billing from ${dayInWords(globex.ends)}.`,
  });
  story.stack.clock.setOffset(4 * DAY_MS);
  await shows(initech.accountId, {
    StageName: 'Closed Lost',
    Billing_Reported__c: true,
    Billing_Message__c: `${initech.subscription} expired on ${dayInWords(initech.ends)} without being renewed.`,
  });
}, 120_000);

it('nothing for what has no term, and nothing before its day: then it is there by itself', async () => {
  const later = await customer('Later', 97);
  const evergreen = await story.account('Evergreen');
  const number = await story.zuora.account('Evergreen', 'USD', evergreen);
  await story.zuora.subscribe(number, plan, { start: today(), months: 'evergreen', quantity: 2 });
  await vi.waitUntil(() => story.rows('Billing_Subscription__c', evergreen).length === 1, WITHIN);
  await vi.waitUntil(() => story.rows('Billing_Subscription__c', later.accountId).length === 1, WITHIN);
  await settled(story.stack);
  expect([deals(later.accountId), deals(evergreen)]).toEqual([[], []]);
  story.stack.clock.setOffset(12 * DAY_MS);
  await shows(later.accountId, { Billing_Key__c: keyOf(later), IsClosed: false });
  await settled(story.stack);
  expect(deals(evergreen)).toEqual([]);
}, 120_000);

it.each([
  ['won', 'Closed Won'],
  ['lost', 'Closed Lost'],
])(
  'what a person %s stays as the person left it, whatever billing says then; nobody opens it again',
  async (word, stage) => {
    const umbrella = await customer(`Umbrella ${word}`, 40);
    await shows(umbrella.accountId, { IsClosed: false, Amount: 240 });
    const { Id } = deals(umbrella.accountId)[0]!;
    person(story.stack, 'rep').edit('Opportunity', Id, { StageName: stage, Amount: 7, CloseDate: today() });
    const closed = { Id, StageName: stage, Amount: 7, CloseDate: today(), Billing_Reported__c: false };
    await vi.waitUntil(
      async () =>
        (await story.database.pool.query('select from named_deal where key = $1 and is_closed', [keyOf(umbrella)]))
          .rowCount === 1,
      WITHIN,
    );
    await setSeats(umbrella, 3);
    await shows(umbrella.accountId, { ...closed, Billing_MRR__c: 30 });
    await renew(umbrella);
    await shows(umbrella.accountId, {
      ...closed,
      Billing_Message__c: `Renewed in billing from ${dayInWords(umbrella.ends)}: ${umbrella.subscription}.`,
    });
    await settled(story.stack);
    expect(deals(umbrella.accountId)).toMatchObject([closed]);
  },
  120_000,
);

it('a deal of an Account whose owner is not active goes to the user of the settings', async () => {
  const { org } = story.stack.org;
  const fallback = org.userNamed(USERS.admin)!;
  await restart(renewalSettings({ owner: fallback['Username'] }));
  const hooli = await story.account('Hooli');
  const leaver = org.userNamed(USERS.rep)!;
  person(story.stack).edit('User', leaver.Id, { IsActive: false });
  try {
    const number = await story.zuora.account('Hooli', 'USD', hooli);
    const start = addMonths(addDays(today(), 30), -12);
    await story.zuora.subscribe(number, plan, { start, months: 12, quantity: 1 });
    await shows(hooli, { OwnerId: fallback.Id, Amount: 120 });
  } finally {
    person(story.stack).edit('User', leaver.Id, { IsActive: true });
  }
}, 120_000);

it('a database that is lost opens nothing a second time, and nothing that people closed', async () => {
  const wayne = await customer('Wayne', 45);
  const stark = await customer('Stark', 45);
  await shows(wayne.accountId, { IsClosed: false });
  await shows(stark.accountId, { IsClosed: false });
  const rep = person(story.stack, 'rep');
  rep.edit('Opportunity', deals(wayne.accountId)[0]!.Id, { StageName: 'Closed Lost', Name: 'Gone' });
  rep.edit('Opportunity', deals(stark.accountId)[0]!.Id, { StageName: 'Negotiation/Review', Name: 'Warm' });
  await settled(story.stack);
  await story.stack.backend.stop();
  for (const table of ['org_rows', 'named_deal']) await story.database.pool.query(`delete from ${table}`);
  await story.database.pool.query(`update dirty set not_before = now()`);
  await restart(renewalSettings({ daysBefore: 91 }));
  await setSeats(wayne, 4);
  await setSeats(stark, 4);
  await shows(stark.accountId, { StageName: 'Negotiation/Review', Name: 'Warm', Amount: 480, Billing_MRR__c: 40 });
  await shows(wayne.accountId, { StageName: 'Closed Lost', Name: 'Gone', Amount: 240, Billing_MRR__c: 40 });
}, 120_000);

it('a stage that the org does not have keeps all of it waiting, with the reason', async () => {
  await restart(renewalSettings({ stages: { open: 'Dreaming', won: 'Closed Won', lost: 'Closed Lost' } }));
  const soylent = await customer('Soylent', 30);
  await vi.waitUntil(() => story.rows('Billing_Subscription__c', soylent.accountId).length === 1, WITHIN);
  await settled(story.stack);
  expect(deals(soylent.accountId)).toEqual([]);
  expect(await report()).toMatchObject({
    mode: 'automatic',
    faults: [expect.stringContaining('no active stage "Dreaming"') as string],
  });
  await restart(renewalSettings({}));
  await shows(soylent.accountId, { IsClosed: false });
}, 120_000);

it('what one billing account has that ends together is one deal by that rule: won when one is renewed and the other is not', async () => {
  await restart(renewalSettings({ group: 'billingAccount' }));
  const accountId = await story.account('Massive');
  const number = await story.zuora.account('Massive', 'USD', accountId);
  const start = addMonths(addDays(today(), 40), -12);
  const ends = addMonths(start, 12);
  // Before the first of them is told, both are there.
  const { webhooks } = story.stack.zuora.ctx;
  webhooks.switches = { ...webhooks.switches, drop: true };
  const one = await story.zuora.subscribe(number, plan, { start, months: 12, quantity: 1 });
  webhooks.switches = { ...webhooks.switches, drop: false };
  const other = await story.zuora.subscribe(number, plan, { start, months: 12, quantity: 2 });
  await shows(accountId, { Amount: 360, IsClosed: false });
  expect(deals(accountId)[0]!['Billing_Key__c']).toMatch(new RegExp(`^zuora:account:.+:renewal:${ends}:USD$`));
  expect(deals(accountId)[0]!['Billing_Message__c']).toBe(`It renews 2 subscriptions: ${one}, ${other}.`);
  await story.zuora.cancel(number, one, ends);
  await shows(accountId, { Amount: 240, IsClosed: false });
  await zuora.act({ number }, other, ends, { type: 'RenewSubscription' });
  await shows(accountId, { Amount: 240, StageName: 'Closed Won', Billing_Reported__c: true });
  expect(deals(accountId)[0]!['Billing_Message__c']).toContain(`${one} is canceled in billing`);
}, 120_000);

it('in shadow nothing is written', async () => {
  await restart(renewalSettings({ mode: 'shadow' }));
  const tyrell = await customer('Tyrell', 30);
  await vi.waitUntil(() => story.rows('Billing_Subscription__c', tyrell.accountId).length === 1, WITHIN);
  await settled(story.stack);
  expect(deals(tyrell.accountId)).toEqual([]);
  const { mode, faults, entries } = await report();
  expect([mode, faults]).toEqual(['shadow', []]);
  const ofTyrell = entries.filter(({ accountId }) => accountId === tyrell.accountId);
  expect(ofTyrell).toEqual([
    {
      key: keyOf(tyrell),
      accountId: tyrell.accountId,
      step: 'open',
      on: tyrell.ends,
      closesOn: tyrell.ends,
      worth: { amount: '240.00', currency: 'USD' },
      subscriptions: [tyrell.subscription],
      outcome: null,
    },
  ]);
  // Also of what was opened before, and of what people closed.
  expect(new Set(entries.map(({ step }) => step))).toEqual(new Set(['open', 'follow', 'people']));
}, 120_000);
