import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret } from '../../scripts/demo/actions.ts';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { charges, rows } from '../simulators/zuora/testClient.ts';
import type { Story } from '../support/customers.ts';
import { dieBeforeWriting } from '../support/dyingServer.ts';
import { FlowVisit } from '../support/interviews.ts';
import { ops } from '../support/ops.ts';
import { nextMonth, orderSettings, type LineOf } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { settled } from '../support/settled.ts';

/** Deals that are more than Zuora takes at once: a job of Zuora makes the order, one and the same whatever goes wrong. */

const WITHIN = { timeout: 60_000, interval: 50 };
const PLACING = 'POST /v1/async/orders';

let story: Story;
let plan: RatePlan;
let accountId: string;
let number: string;
let sales: OrderStory['sales'];
let ordersOf: OrderStory['ordersOf'];
let standing: OrderStory['standing'];
let restart: OrderStory['restart'];
let zuora: OrderStory['zuora'];

beforeAll(async () => {
  ({ story, plan, accountId, number, sales, ordersOf, standing, restart, zuora } = await beginOrders());
}, 180_000);
afterAll(() => story.end());
afterEach(async () => {
  story.stack.zuora.ctx.faults.set([]);
  await refuseWork([]);
  await jobsTake(0);
});

/** Real time that jobs of Zuora take. */
const jobsTake = (ms: number) => zuora.post('/__sim/options', { asyncJobMs: ms });
/** Has jobs that place orders fail with such codes, once each. */
const refuseWork = (codes: readonly number[]) =>
  zuora.post('/__sim/refusals', {
    refusals: codes.map((code) => ({ method: 'JOB', path: '^/v1/async/orders$', times: 1, code })),
  });
const asked = (route: string): number => story.stack.zuora.ctx.calls.counts.get(route) ?? 0;

const many = (count: number, fields = {}) =>
  Array.from({ length: count }, () => ({ plan, quantity: 2, price: 25, fields }));
/** @returns a deal of 80 products that is not won yet */
const open = (fields = {}) => sales.open(accountId, many(80), fields);
const subscriptionOf = async (number: string) => (await zuora.get(`/v1/subscriptions/${number}`)).body;

/** Keys of jobs that have not ended, as far as the server knows. */
async function jobsOfOrders(): Promise<string[]> {
  const { rows: found } = await story.database.pool.query<{ key: string }>(
    "select key from billing_job where key like '%:orderjob:%'",
  );
  return found.map(({ key }) => key);
}

/** Resolves when the Opportunity has the number of its only order, and nothing was put aside. */
async function orderedOnce(id: string): Promise<void> {
  await vi.waitUntil(() => sales.deal(id)['Billing_Order_Number__c'] === `SF-${id}`, WITHIN);
  await settled(story.stack);
  expect(sales.order(id)).toMatchObject({ State__c: 'Ordered', Faults__c: null, Message__c: null });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  expect(rows((await subscriptionOf(`SF-${id}`)).ratePlans)).toHaveLength(80);
  expect(await listFailures(story.database.db)).toEqual([]);
  expect(await jobsOfOrders()).toEqual([]);
}

/** Wins a deal, and resolves when Zuora holds back what it does with its order until it is let go. */
async function winAndHold(id = open()): Promise<{ id: string; letGo: () => void }> {
  const { faults } = story.stack.zuora.ctx;
  const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
  faults.set([{ method: 'POST', path: '^/v1/async/orders$', times: 1, until }]);
  sales.win(id);
  await vi.waitUntil(() => faults.list().length === 0, WITHIN);
  return { id, letGo };
}

describe('a deal of 80 products that is won', () => {
  it('becomes one order of 80 rate plans, and is readable meanwhile', async () => {
    await jobsTake(3000);
    const before = asked(PLACING);
    const id = open();
    sales.win(id);
    expect(await standing(id, 'Not Ready')).toMatchObject({
      Faults__c: 'Zuora works out what this large order comes to. It goes on by itself.',
      Actions__c: expect.stringContaining('Seats: 2 at USD 25 a month') as string,
    });
    expect(await standing(id, 'Ordering')).toMatchObject({
      Faults__c: null,
      Message__c: expect.stringContaining('Zuora works on this large order.') as string,
      // 80 × 2 × 25.
      MRR__c: 4000,
    });
    await orderedOnce(id);
    expect(asked(PLACING) - before).toBe(1);
    const steps = await story.database.pool.query<{ state: string }>(
      'select state from deal_order_step where opportunity_id = $1 order by id',
      [id],
    );
    expect(steps.rows.map(({ state }) => state)).toEqual(['Not Ready', 'Ordering', 'Ordering', 'Ordered']);
    const told = story.stack.org.org.all('Task').filter((one) => String(one['Billing_Key__c']).includes(id));
    expect(told).toEqual([]);
  }, 180_000);

  it('is ordered once though the answer to its order is lost', async () => {
    await jobsTake(1500);
    const lost = { method: 'POST', path: '^/v1/async/orders$', times: 1, status: 504, after: true };
    story.stack.zuora.ctx.faults.set([lost]);
    const id = open();
    sales.win(id);
    await orderedOnce(id);
    expect(story.stack.zuora.ctx.faults.list()).toEqual([]);
  }, 180_000);

  it('is ordered once though the server is killed before it knows which job makes its order', async () => {
    await jobsTake(5000);
    const before = asked(PLACING);
    const { id, letGo } = await winAndHold();
    await dieBeforeWriting(story, 'billing_job', letGo);
    expect(asked(PLACING) - before).toBe(1);
    expect(await jobsOfOrders()).toEqual([]);
    await restart(orderSettings({}));
    await orderedOnce(id);
  }, 180_000);

  it('is ordered once though the server is killed while the job goes on', async () => {
    await jobsTake(5000);
    const before = asked(PLACING);
    const id = open();
    sales.win(id);
    await vi.waitUntil(async () => (await jobsOfOrders()).length === 1, WITHIN);
    await story.stack.backend.stop('SIGKILL');
    await restart(orderSettings({}));
    await orderedOnce(id);
    expect(asked(PLACING) - before).toBe(1);
  }, 180_000);

  it('is tried again when its job met a lock, and told in words when Zuora refuses it', async () => {
    const id = open();
    await refuseWork([40000050]);
    sales.win(id);
    await orderedOnce(id);
    const refused = open();
    await refuseWork([58730030]);
    sales.win(refused);
    expect(await standing(refused, 'Failed')).toMatchObject({
      Faults__c: expect.stringMatching(/^Zuora refuses the order: "/) as string,
    });
    await settled(story.stack);
    expect(await ordersOf(refused)).toEqual([]);
    sales.edit(refused, { Billing_Term_Months__c: 24 });
    await orderedOnce(refused);
  }, 180_000);

  it('is told to operations when its job does not end, and is ordered when it has', async () => {
    const { pool } = story.database;
    const { id, letGo } = await winAndHold();
    // Its previews are done; the order takes longer.
    await jobsTake(10_000);
    letGo();
    await vi.waitUntil(async () => (await jobsOfOrders()).length === 1, WITHIN);
    await pool.query("update billing_job set asked_at = asked_at - interval '2 hours'");
    const lookNow = () =>
      pool.query('update dirty set not_before = now() where key = $1', [`salesforce:Opportunity:${id}`]);
    await lookNow();
    await vi.waitUntil(async () => (await listFailures(story.database.db, { retrying: true })).length > 0, WITHIN);
    expect(await listFailures(story.database.db, { retrying: true })).toMatchObject([
      { code: 'order_job_stuck', reason: expect.stringContaining('Ask the support of Zuora about job') as string },
    ]);
    await vi.waitUntil(() => String(sales.order(id)?.['Message__c']).includes('for more than an hour'), WITHIN);
    expect(sales.order(id)).toMatchObject({ State__c: 'Ordering' });
    await vi.waitUntil(async () => (await ordersOf(id)).length > 0, WITHIN);
    await lookNow();
    await orderedOnce(id);
  }, 180_000);
});

/** @returns number of a subscription of 2 seats */
async function subscribed(): Promise<string> {
  const first = sales.open(accountId, many(1));
  sales.win(first);
  await standing(first, 'Ordered');
  await settled(story.stack);
  return `SF-${first}`;
}
/** @returns a deal that adds 60 products to a subscription */
function openChange(subscription: string, more: readonly LineOf[] = [], fields: LineOf['fields'] = {}): string {
  const named = { Billing_Subscription_Number__c: subscription, Billing_Term_Months__c: null, ...fields };
  return sales.open(accountId, [...many(60, { Billing_Action__c: 'Add' }), ...more], named);
}

it('more changes of a subscription than Zuora takes at once are one order', async () => {
  const subscription = await subscribed();
  await jobsTake(500);
  const id = openChange(subscription);
  sales.win(id);
  expect(await standing(id, 'Ordered')).toMatchObject({ MRR_Change__c: 3000 });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  expect(rows((await subscriptionOf(subscription)).ratePlans)).toHaveLength(61);
}, 180_000);

describe('a large change that its job refuses, since billing went on meanwhile', () => {
  const act = (subscription: string, day: string, action: Record<string, unknown>) =>
    zuora.act({ number }, subscription, day, action);
  const today = () => story.stack.clock.now().toISOString().slice(0, 10);

  it('is placed as it is by then, though the server dies before it is worked out again', async () => {
    const { starts } = nextMonth(story);
    const subscription = await subscribed();
    const [held] = rows((await subscriptionOf(subscription)).ratePlans);
    const before = asked(PLACING);
    const more = { plan, quantity: 5, price: 25, fields: { Billing_Action__c: 'Update' } };
    const { id, letGo } = await winAndHold(openChange(subscription, [more], { Billing_Start_Date__c: starts }));
    // What is to become 5 seats is now another rate plan.
    await act(subscription, today(), {
      type: 'RemoveProduct',
      removeProduct: { ratePlanId: held!.id },
    });
    await act(subscription, today(), { type: 'AddProduct', addProduct: { productRatePlanId: plan.ratePlanId } });
    await jobsTake(2000);
    letGo();
    const refused = `select from deal_order_step where opportunity_id = $1 and body -> 'faults' -> 0 ->> 'code' = 'order_refused'`;
    await vi.waitUntil(async () => (await story.database.pool.query(refused, [id])).rowCount === 1, WITHIN);
    await story.stack.backend.stop('SIGKILL');
    await restart(orderSettings({}));
    expect(await standing(id, 'Ordered')).toMatchObject({ Faults__c: null, Message__c: null });
    expect([await ordersOf(id), asked(PLACING) - before]).toEqual([[`SF-${id}`], 2]);
    const sold = charges(await zuora.subscription(subscription, 'all-segments'));
    expect(
      sold.filter((one) => (one.effectiveStartDate as unknown) === starts).map(({ quantity }) => quantity),
    ).toEqual([5, ...Array.from({ length: 60 }, () => 2)]);
  }, 180_000);

  it('is told where it cannot be placed any more', async () => {
    const subscription = await subscribed();
    const before = asked(PLACING);
    const { starts } = nextMonth(story);
    const { id, letGo } = await winAndHold(openChange(subscription, [], { Billing_Start_Date__c: starts }));
    await act(subscription, starts, {
      type: 'CancelSubscription',
      cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: starts },
    });
    letGo();
    expect(await standing(id, 'Not Ready')).toMatchObject({
      Faults__c: expect.stringContaining(`Subscription ${subscription} is canceled from ${starts} on`) as string,
    });
    await settled(story.stack);
    expect([await ordersOf(id), asked(PLACING) - before]).toEqual([[], 1]);
  }, 180_000);

  it('fails when what it is by then is refused as well', async () => {
    const subscription = await subscribed();
    const [held] = rows((await subscriptionOf(subscription)).ratePlans);
    const before = asked(PLACING);
    const more = { plan, quantity: 5, price: 25, fields: { Billing_Action__c: 'Update' } };
    const { id, letGo } = await winAndHold(openChange(subscription, [more]));
    const [charge] = rows(held!.ratePlanCharges);
    await act(subscription, today(), {
      type: 'UpdateProduct',
      updateProduct: {
        ratePlanId: held!.id,
        chargeUpdates: [{ chargeNumber: charge!.number, pricing: { recurringPerUnit: { quantity: 4 } } }],
      },
    });
    await refuseWork([58730030, 58730030]);
    letGo();
    expect(await standing(id, 'Failed')).toMatchObject({
      Faults__c: expect.stringMatching(/^Zuora refuses the order: "/) as string,
      Message__c: null,
      Actions__c: expect.stringContaining('Seats from 4 to 5') as string,
    });
    await settled(story.stack);
    expect([await ordersOf(id), asked(PLACING) - before]).toEqual([[], 2]);
  }, 180_000);
});

it('an operator is told that it goes as a job, and what it comes to', async () => {
  await jobsTake(500);
  const run = (...args: string[]) => ops({ ...story.stack.env, ...orderSettings({}) }, ['order', ...args]);
  const id = open();
  const dry = await run(id, '--dry-run');
  expect([dry.code, dry.err]).toEqual([0, '']);
  expect(dry.out).toContain('It is a large order: billing takes it as a job');
  expect(dry.out).toContain('MRR: USD 4,000.00');
  expect((await run(id, '--dry-run', '--json')).json).toMatchObject({
    isJob: true,
    request: { orderNumber: `SF-${id}` },
  });
  const small = sales.open(accountId, many(2));
  expect((await run(small, '--dry-run', '--json')).json).toMatchObject({ isJob: false });
  await settled(story.stack);
  expect([await ordersOf(id), sales.order(id)]).toEqual([[], undefined]);
}, 180_000);

it('a preview before it is won comes to the page by itself when Zuora takes long', async () => {
  const { stack } = story;
  await connectActions(stack, stack.backend.url, await orgSecret(stack, null));
  await assign(stack, USERS.rep);
  await jobsTake(7000);
  const id = open();
  const seen = await FlowVisit.start(stack, USERS.rep, 'Billing_Preview_Order', { recordId: id });
  expect(seen.text).toContain('This takes longer than usual. It goes on by itself');
  await vi.waitUntil(() => sales.order(id)?.['Mode__c'] === 'Preview', WITHIN);
  expect(sales.order(id)).toMatchObject({ State__c: 'Ready', MRR__c: 4000, Order_Number__c: null });
  expect(await ordersOf(id)).toEqual([]);
}, 180_000);
