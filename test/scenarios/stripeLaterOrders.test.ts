import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type Stripe from 'stripe';
import { addDays, addMonths, calendarDate } from '../../server/domain/time/calendarDate.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import type { Story } from '../support/customers.ts';
import { settled } from '../support/settled.ts';
import { beginStripeOrders, type StripeOrderStory } from '../support/stripeOrderStory.ts';

/** Deals that change, end or renew a subscription of Stripe on a later day, or one that a schedule runs. */

const WITHIN = { timeout: 40_000, interval: 50 };
const DAY_MS = 86_400_000;

let story: Story;
let seats: StripeOrderStory['seats'];
let accountId: string;
let customer: string;
let sales: StripeOrderStory['sales'];
let restart: StripeOrderStory['restart'];

beforeAll(async () => {
  ({ story, seats, accountId, customer, sales, restart } = await beginStripeOrders());
}, 180_000);
afterAll(() => story.end());

const stripe = (): Stripe => story.stripe.stripe;
const now = (id: string) => stripe().subscriptions.retrieve(id);
/** First day of the period after so many months, of what begins on the day of the story. */
const after = (months: number) => addMonths(calendarDate(story.stack.clock.now().toISOString().slice(0, 10)), months);
const faults = (some: Parameters<typeof story.stack.stripe.ctx.faults.set>[0]) =>
  story.stack.stripe.ctx.faults.set(some);
const standing = async (id: string, state: string): Promise<SRecord> => {
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === state, WITHIN);
  return sales.order(id)!;
};
const sell = (quantity: number, fields: Record<string, FieldValue> = {}) =>
  sales.open(accountId, [{ plan: seats, quantity, price: 25 }], fields);

/** @returns number of a subscription of five seats without an end, or of so many months */
async function sold(months: number | null = null): Promise<string> {
  const id = sell(5, { Billing_Term_Months__c: months, Billing_Evergreen__c: months === null });
  sales.win(id);
  const { Subscription_Number__c: number } = await standing(id, 'Ordered');
  await settled(story.stack);
  return String(number);
}
/** A deal about a subscription. */
const about = (number: string, quantity: number, fields: Record<string, FieldValue> = {}) =>
  sell(quantity, { Billing_Term_Months__c: null, Billing_Subscription_Number__c: number, ...fields });

const schedulesOf = async (number: string) =>
  (await stripe().subscriptionSchedules.list({ customer, limit: 100 })).data.filter(
    (one) => (one.subscription ?? one.released_subscription) === number,
  );
const quantitiesOf = ({ phases }: Stripe.SubscriptionSchedule) => phases.map(({ items }) => items[0]!.quantity);
const mrrOf = (number: string) =>
  story.stack.org.org.all('Billing_Subscription__c').find((one) => one['Key__c'] === `stripe:subscription:${number}`)?.[
    'MRR__c'
  ];

it('an upsell of a later day is ordered now, and takes effect on that day', async () => {
  const number = await sold();
  const id = about(number, 8, { Billing_Start_Date__c: after(1) });
  sales.win(id);
  expect(await standing(id, 'Ordered')).toMatchObject({
    Order_Number__c: `SF-${id}`,
    Subscription_Number__c: number,
    Actions__c: expect.stringContaining(`From ${after(1)} change Platform`) as string,
    MRR__c: 200,
    MRR_Change__c: 75,
    First_Invoice_Amount__c: 200,
    First_Invoice_Date__c: after(1),
  });
  await settled(story.stack);
  expect((await now(number)).items.data[0]!.quantity).toBe(5);
  expect(mrrOf(number)).toBe(125);
  // A deal that says something else afterwards differs from what billing has, and makes nothing.
  const [line] = story.stack.org.org.all('OpportunityLineItem').filter((one) => one['OpportunityId'] === id);
  sales.editLine(line!.Id, { Quantity: 9 });
  await vi.waitUntil(() => String(sales.order(id)!['Message__c']).includes('was changed after'), WITHIN);
  sales.editLine(line!.Id, { Quantity: 8 });
  await vi.waitUntil(() => sales.order(id)!['Message__c'] === null, WITHIN);
  expect((await schedulesOf(number)).map(quantitiesOf)).toEqual([[5, 8]]);
}, 180_000);

it('an answer that is lost, of the schedule or of its phases, orders it once', async () => {
  for (const path of ['^/v1/subscription_schedules$', '^/v1/subscription_schedules/sub_sched_[^/]+$']) {
    const number = await sold();
    const id = about(number, 8, { Billing_Start_Date__c: after(1) });
    faults([{ method: 'POST', path, times: 1, status: 504, after: true, body: { error: { type: 'api_error' } } }]);
    sales.win(id);
    await standing(id, 'Ordered');
    expect((await schedulesOf(number)).map(quantitiesOf)).toEqual([[5, 8]]);
  }
  expect(await listFailures(story.database.db)).toEqual([]);
}, 180_000);

it('a process that dies between the schedule and its phases leaves no half order', async () => {
  const number = await sold();
  const id = about(number, 8, { Billing_Start_Date__c: after(1) });
  faults([{ method: 'POST', path: '^/v1/subscription_schedules$', answer: 'hang' }]);
  sales.win(id);
  await vi.waitUntil(async () => (await schedulesOf(number)).length > 0, WITHIN);
  await story.stack.backend.stop('SIGKILL');
  faults([]);
  expect((await schedulesOf(number)).map(quantitiesOf)).toEqual([[5]]);
  await restart();
  await standing(id, 'Ordered');
  expect((await schedulesOf(number)).map(quantitiesOf)).toEqual([[5, 8]]);
}, 180_000);

it('what a schedule ends is sold less of, ended before, and made longer', async () => {
  const number = await sold(12);
  const less = about(number, 3, { Billing_Start_Date__c: after(2) });
  sales.win(less);
  expect(await standing(less, 'Ordered')).toMatchObject({ MRR__c: 75, MRR_Change__c: -50 });
  const renewal = about(number, 4, { Billing_Order_Kind__c: 'Renew', Billing_Term_Months__c: 24 });
  sales.win(renewal);
  expect(await standing(renewal, 'Ordered')).toMatchObject({ MRR__c: 100, MRR_Change__c: 25 });
  const [schedule] = await schedulesOf(number);
  expect(quantitiesOf(schedule!)).toEqual([5, 3, 4]);
  const dayOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  expect(dayOf(schedule!.phases.at(-1)!.end_date)).toBe(after(36));

  const end = about(number, 4, { Billing_Order_Kind__c: 'Cancel', Billing_Start_Date__c: after(6) });
  sales.win(end);
  expect(await standing(end, 'Ordered')).toMatchObject({ MRR__c: 0, MRR_Change__c: -75 });
  const [ended] = await schedulesOf(number);
  expect([ended!.end_behavior, quantitiesOf(ended!), dayOf(ended!.phases.at(-1)!.end_date)]).toEqual([
    'cancel',
    [5, 3],
    after(6),
  ]);
}, 180_000);

it('a day after its end, one on which it changes already, and a half period to cancel are told, and nothing is sent', async () => {
  const number = await sold(12);
  const first = about(number, 8, { Billing_Start_Date__c: after(3) });
  sales.win(first);
  await standing(first, 'Ordered');
  const before = await schedulesOf(number);
  const told = async (fields: Record<string, FieldValue>) => {
    const id = about(number, 6, fields);
    sales.win(id);
    return String((await standing(id, 'Not Ready'))['Faults__c']);
  };
  expect(await told({ Billing_Start_Date__c: after(13) })).toContain('Enter a day within as start of the opportunity');
  expect(await told({ Billing_Start_Date__c: after(1) })).toContain(
    `is to change on ${after(3)} already, which would undo this`,
  );
  expect(await told({ Billing_Start_Date__c: addDays(after(0), -1) })).toContain('Stripe changes nothing in the past');
  expect(await told({ Billing_Order_Kind__c: 'Cancel' })).toContain(`ends it on ${after(12)} already`);
  expect(await told({ Billing_Order_Kind__c: 'Cancel', Billing_Start_Date__c: addDays(after(1), 3) })).toContain(
    `such as ${after(2)}`,
  );
  expect(await told({ Billing_Order_Kind__c: 'Renew' })).toContain('Stripe knows no length of later terms');
  expect(await schedulesOf(number)).toEqual(before);
}, 180_000);

it('on its day it is so in Stripe and in Salesforce, and nobody did anything', async () => {
  const number = await sold();
  const [month, changed] = [after(1), about(number, 8, { Billing_Start_Date__c: after(1) })];
  sales.win(changed);
  await standing(changed, 'Ordered');
  await settled(story.stack);
  const days = (Date.parse(`${month}T00:00:00Z`) - story.stack.clock.now().getTime()) / DAY_MS + 2;
  story.stack.clock.setOffset(story.stack.clock.offsetMs + days * DAY_MS);
  await vi.waitUntil(async () => (await now(number)).items.data[0]!.quantity === 8, WITHIN);
  await vi.waitUntil(() => mrrOf(number) === 200, WITHIN);
  const { data } = await stripe().invoices.list({ subscription: number });
  expect(data.map(({ total }) => total)).toEqual([20_000, 12_500]);
  expect((await now(number)).metadata).toMatchObject({ [`salesforce_order_${changed}`]: `SF-${changed}` });
  await settled(story.stack);
  expect(sales.deal(changed)).toMatchObject({ Billing_Order_Status__c: 'Ordered', Billing_MRR__c: 200 });
  expect(await listFailures(story.database.db)).toEqual([]);
}, 180_000);
