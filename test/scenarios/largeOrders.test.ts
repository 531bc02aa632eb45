import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret } from '../../scripts/demo/actions.ts';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { rows } from '../simulators/zuora/testClient.ts';
import type { Story } from '../support/customers.ts';
import { FlowVisit } from '../support/interviews.ts';
import { ops } from '../support/ops.ts';
import { orderSettings } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { settled } from '../support/settled.ts';

/** Deals that are more than Zuora takes at once: a job of Zuora makes the order, one and the same whatever goes wrong. */

const WITHIN = { timeout: 60_000, interval: 50 };
const PLACING = 'POST /v1/async/orders';

let story: Story;
let plan: RatePlan;
let accountId: string;
let sales: OrderStory['sales'];
let ordersOf: OrderStory['ordersOf'];
let standing: OrderStory['standing'];
let restart: OrderStory['restart'];
let zuora: OrderStory['zuora'];

beforeAll(async () => {
  ({ story, plan, accountId, sales, ordersOf, standing, restart, zuora } = await beginOrders());
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

/** Resolves when the Opportunity has the number of its only order, and nothing was put aside. */
async function orderedOnce(id: string): Promise<void> {
  await vi.waitUntil(() => sales.deal(id)['Billing_Order_Number__c'] === `SF-${id}`, WITHIN);
  await settled(story.stack);
  expect(sales.order(id)).toMatchObject({ State__c: 'Ordered', Faults__c: null, Message__c: null });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  expect(rows((await subscriptionOf(`SF-${id}`)).ratePlans)).toHaveLength(80);
  expect(await listFailures(story.database.db)).toEqual([]);
  expect((await story.database.pool.query('select key from billing_job')).rows).toEqual([]);
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

  it('is ordered once though the server is killed while it holds the answer', async () => {
    await jobsTake(5000);
    const before = asked(PLACING);
    const slow = { method: 'POST', path: '^/v1/async/orders$', times: 1, latencyMs: 4000, after: true };
    story.stack.zuora.ctx.faults.set([slow]);
    const id = open();
    sales.win(id);
    await vi.waitUntil(() => asked(PLACING) > before, WITHIN);
    await story.stack.backend.stop('SIGKILL');
    expect(await ordersOf(id)).toEqual([]);
    await restart(orderSettings({}));
    await orderedOnce(id);
  }, 180_000);

  it('is ordered once though the server is killed while the job goes on', async () => {
    await jobsTake(5000);
    const before = asked(PLACING);
    const id = open();
    sales.win(id);
    await vi.waitUntil(async () => {
      const { rowCount } = await story.database.pool.query("select from billing_job where key like '%:orderjob:%'");
      return rowCount === 1;
    }, WITHIN);
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

  it('whose job does not end is told, and ordered when it has ended', async () => {
    await jobsTake(600_000);
    await jobsTake(600_000);
    const id = open();
    await jobsTake(0);
    await settled(story.stack);
    // Its previews are worked out at once, the order is not.
    story.stack.zuora.ctx.faults.set([{ method: 'POST', path: '^/v1/async/orders$', times: 1, latencyMs: 1500 }]);
    sales.win(id);
    await vi.waitUntil(() => asked('POST /v1/async/orders/preview') > 0 && sales.order(id) !== undefined, WITHIN);
  }, 180_000);
});
