import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import type { Fault } from '../simulators/kit/faults.ts';
import type { Story } from '../support/customers.ts';
import { person } from '../support/orgPeople.ts';
import { orderSettings } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { settled } from '../support/settled.ts';

/** What goes wrong between a won deal and its order: one order, and its number on the Opportunity, whatever it is. */

const WITHIN = { timeout: 60_000, interval: 50 };
const busyZuora = { reasons: [{ code: 50000070, message: 'Rate limit exceeded' }] };

let story: Story;
let plan: RatePlan;
let accountId: string;
let sales: OrderStory['sales'];
let ordersOf: OrderStory['ordersOf'];
let restart: OrderStory['restart'];

beforeAll(async () => {
  ({ story, plan, accountId, sales, ordersOf, restart } = await beginOrders());
}, 180_000);
afterAll(() => story.end());
afterEach(() => story.stack.zuora.ctx.faults.set([]));

const open = () => sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);

/** Resolves when the Opportunity has the number of its only order, and nothing was put aside. */
async function orderedOnce(id: string): Promise<void> {
  await vi.waitUntil(() => sales.deal(id)['Billing_Order_Number__c'] === `SF-${id}`, WITHIN);
  await settled(story.stack);
  expect(sales.order(id)).toMatchObject({ State__c: 'Ordered', Faults__c: null });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  expect(await listFailures(story.database.db)).toEqual([]);
}

describe('a limit that is reached', () => {
  const often = (fault: Fault): Fault => ({ times: 2, ...fault });

  it.each([
    ['while Zuora previews the order', { path: '^/v1/orders/preview$' }],
    ['while Zuora takes the order', { path: '^/v1/orders$' }],
  ])(
    '%s is waited out',
    async (_when, where) => {
      const fault = often({ ...where, status: 429, headers: { 'Retry-After': '1' }, body: busyZuora });
      story.stack.zuora.ctx.faults.set([fault]);
      const id = open();
      sales.win(id);
      await orderedOnce(id);
      expect(story.stack.zuora.ctx.faults.list()).toEqual([]);
    },
    120_000,
  );
});

/** How the org tells of changes. */
async function tell(switches: { duplicate: boolean; delayMs: number }): Promise<void> {
  const answer = await fetch(`${story.stack.org.url}/__sim/pubsub`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(switches),
  });
  expect(answer.status).toBe(200);
}

it('change events that come twice, late and again in another order make one order', async () => {
  await tell({ duplicate: true, delayMs: 50 });
  const id = open();
  sales.win(id);
  sales.edit(id, { Description: 'Touched' });
  sales.edit(id, { NextStep: 'Touched too' });
  await orderedOnce(id);
  await tell({ duplicate: false, delayMs: 0 });
  await story.stack.backend.stop();
  const told = await story.database.pool.query(
    `update inbox set done_at = null, received_at = received_at - id * interval '1 ms' where key = $1`,
    [`salesforce:Opportunity:${id}`],
  );
  expect(told.rowCount).toBeGreaterThan(3);
  await story.database.pool.query('insert into dirty (key) values ($1)', [`salesforce:Opportunity:${id}`]);
  await restart(orderSettings({}));
  await orderedOnce(id);
}, 120_000);

it('two users who win and lose a deal within a second make no more than what it is in the end', async () => {
  const lost = open();
  const won = open();
  sales.win(lost);
  person(story.stack).edit('Opportunity', lost, { StageName: 'Closed Lost' });
  sales.win(won);
  person(story.stack).edit('Opportunity', won, { StageName: 'Closed Lost' });
  sales.win(won);
  await orderedOnce(won);
  expect([await ordersOf(lost), sales.deal(lost)['Billing_Order_Number__c']]).toEqual([[], null]);
}, 120_000);

it('a deal that somebody has locked is ordered once, and gets its number when it is free again', async () => {
  const id = open();
  await settled(story.stack);
  sales.win(id);
  story.stack.org.org.locks.hold(id, 3000);
  await vi.waitUntil(async () => (await ordersOf(id)).length > 0, WITHIN);
  await orderedOnce(id);
}, 120_000);
