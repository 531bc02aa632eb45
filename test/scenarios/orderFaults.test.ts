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

const DAY_MS = 86_400_000;

/** Calls of the API are counted over the last 24 hours of the org's clock. */
async function useUp(): Promise<void> {
  const { url } = story.stack.org;
  const switches = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const { max } = (await (await fetch(`${url}/__sim/limits`, { ...switches, body: '{}' })).json()) as { max: number };
  await fetch(`${url}/__sim/limits`, { ...switches, body: JSON.stringify({ used: max }) });
}

/** Whether the org is left alone, since it said that its calls are used up. */
async function isHeld(): Promise<boolean> {
  const held = await story.database.pool.query('select from upstream where hold_until > now()');
  return held.rowCount! > 0;
}

/** Ends waits of real time that a moved clock does not end, until something is so. */
const afterWaits = (so: () => boolean) =>
  vi.waitUntil(async () => {
    await story.database.pool.query(`
      update upstream set hold_until = now() where hold_until > now();
      update api_budget set read_at = now() - interval '1 hour';
      update dirty set not_before = now() where not_before > now() and quarantined_at is null;
      update org_rows set not_before = now() where pending`);
    return so();
  }, WITHIN);

describe('the calls of the org are used up for a day', () => {
  it('after the order was placed: its number comes to the Opportunity on the next day', async () => {
    const id = open();
    await settled(story.stack);
    let answer = (): void => {};
    const until = new Promise<void>((done) => (answer = done));
    story.stack.zuora.ctx.faults.set([{ path: '^/v1/orders$', times: 1, until }]);
    sales.win(id);
    await vi.waitUntil(() => story.stack.zuora.ctx.faults.list().length === 0, WITHIN);
    await useUp();
    answer();
    await vi.waitUntil(async () => (await ordersOf(id)).length > 0 && (await isHeld()), WITHIN);
    expect([sales.deal(id)['Billing_Order_Number__c'], sales.order(id)?.['Order_Number__c'] ?? null]).toEqual([
      null,
      null,
    ]);
    story.stack.clock.setOffset(story.stack.clock.offsetMs + DAY_MS);
    await afterWaits(() => sales.deal(id)['Billing_Order_Number__c'] !== null);
    await orderedOnce(id);
  }, 120_000);

  it('before the deal is read: it is ordered on the next day', async () => {
    const id = open();
    await settled(story.stack);
    await useUp();
    sales.win(id);
    await vi.waitUntil(isHeld, WITHIN);
    expect([await ordersOf(id), sales.order(id)]).toEqual([[], undefined]);
    story.stack.clock.setOffset(story.stack.clock.offsetMs + DAY_MS);
    await afterWaits(() => sales.deal(id)['Billing_Order_Number__c'] !== null);
    await orderedOnce(id);
  }, 120_000);
});
