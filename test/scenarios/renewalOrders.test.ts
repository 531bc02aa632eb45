import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { addDays, addMonths, calendarDate, type CalendarDate } from '../../server/domain/time/calendarDate.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { deals, orderSettings } from '../support/orders.ts';
import { renewalSettings } from '../support/renewals.ts';
import { settled } from '../support/settled.ts';

/** Renewals that people win, where won deals are ordered and what billing does is reported: one deal and one renewal. */

const WITHIN = { timeout: 15_000, interval: 50 };

let story: Story;
let sales: ReturnType<typeof deals>;
let zuora: TestClient;
let plan: RatePlan;

beforeAll(async () => {
  const { ORDERS_FILE = '' } = orderSettings({});
  story = await beginStory({
    tls: true,
    env: { SWEEP_SECONDS: '3600', SALESFORCE_OPPORTUNITIES: 'on', ORDERS_FILE, ...renewalSettings({}) },
  });
  sales = deals(story);
  plan = await story.zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  zuora = await new TestClient(story.stack.zuora).signIn();
}, 180_000);
afterAll(() => story.end());

const today = (): CalendarDate => calendarDate(story.stack.clock.now().toISOString().slice(0, 10));
const all = (accountId: string) =>
  story.stack.org.org.all('Opportunity').filter((one) => one['AccountId'] === accountId);

/** A customer whose term of a year ends in a month, and the deal that was opened for it. */
async function renewing(name: string) {
  const accountId = await story.account(name);
  const number = await story.zuora.account(name, 'USD', accountId);
  const start = addMonths(addDays(today(), 30), -12);
  const ends = addMonths(start, 12);
  const subscription = await story.zuora.subscribe(number, plan, { start, months: 12, quantity: 2 });
  await vi.waitUntil(() => all(accountId).length === 1, WITHIN);
  await settled(story.stack);
  return { accountId, number, subscription, ends, id: all(accountId)[0]!.Id };
}
const termOf = async (subscription: string) => {
  const { termStartDate, termEndDate } = await zuora.subscription(subscription);
  return [termStartDate, termEndDate];
};
/** Whether what happens in Zuora is told. */
const tell = (isTold: boolean) => {
  const { webhooks } = story.stack.zuora.ctx;
  webhooks.switches = { ...webhooks.switches, drop: !isTold };
};

it('what a person wins before billing is ordered once, and the renewal that follows makes no second deal', async () => {
  const { accountId, subscription, ends, id } = await renewing('Acme');
  sales.win(id);
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === 'Ordered', WITHIN);
  expect(await termOf(subscription)).toEqual([ends, addMonths(ends, 12)]);
  await vi.waitUntil(() => String(sales.deal(id)['Billing_Message__c']).startsWith('Renewed in billing'), WITHIN);
  await settled(story.stack);
  expect(all(accountId)).toMatchObject([
    {
      Id: id,
      StageName: 'Closed Won',
      Billing_Reported__c: false,
      Billing_Order_Status__c: 'Ordered',
      Billing_Order_Number__c: `SF-${id}`,
    },
  ]);
  expect(await termOf(subscription)).toEqual([ends, addMonths(ends, 12)]);
}, 120_000);

it.each([
  ['as it is', true],
  ['without its day', false],
])(
  'what billing has renewed is not renewed again for a person who wins the deal %s before that is known here',
  async (word, isKept) => {
    const { accountId, number, subscription, ends, id } = await renewing(`Globex ${word}`);
    const start = isKept ? ends : null;
    tell(false);
    try {
      await zuora.act({ number }, subscription, ends, { type: 'RenewSubscription' });
      sales.edit(id, { Billing_Start_Date__c: start });
      sales.win(id);
      await vi.waitUntil(() => sales.order(id)?.['State__c'] === 'Not Ready', WITHIN);
    } finally {
      tell(true);
    }
    expect(sales.order(id)).toMatchObject({
      Order_Number__c: null,
      Faults__c: expect.stringContaining(`Billing has renewed ${subscription} already`) as string,
    });
    await settled(story.stack);
    expect(await termOf(subscription)).toEqual([ends, addMonths(ends, 12)]);
    expect(all(accountId)).toMatchObject([{ Id: id, StageName: 'Closed Won' }]);
  },
  120_000,
);

it('what billing closed is never an order, also when a person reopens and wins it', async () => {
  const { accountId, number, subscription, ends, id } = await renewing('Initech');
  await zuora.act({ number }, subscription, ends, { type: 'RenewSubscription' });
  await vi.waitUntil(() => sales.deal(id)['Billing_Reported__c'] === true, WITHIN);
  sales.edit(id, { StageName: 'Prospecting', Billing_Start_Date__c: null });
  sales.win(id);
  await settled(story.stack);
  expect(sales.order(id)).toBeUndefined();
  expect(await termOf(subscription)).toEqual([ends, addMonths(ends, 12)]);
  expect(all(accountId)).toMatchObject([{ Id: id, Billing_Reported__c: true }]);
}, 120_000);

it('of a person who wins and billing that renews at the same moment, one renews', async () => {
  const { accountId, number, subscription, ends, id } = await renewing('Umbrella');
  const billing = zuora.act({ number }, subscription, ends, { type: 'RenewSubscription' });
  sales.win(id);
  await billing;
  await vi.waitUntil(() => sales.deal(id)['Billing_Reported__c'] === true || sales.order(id) !== undefined, WITHIN);
  await settled(story.stack);
  expect(await termOf(subscription)).toEqual([ends, addMonths(ends, 12)]);
  expect(all(accountId)).toMatchObject([{ Id: id, StageName: 'Closed Won' }]);
}, 120_000);
