import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { addMonths } from '../../server/domain/time/calendarDate.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import type { Story } from '../support/customers.ts';
import { finance } from '../support/finance.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { nextMonth, orderSettings } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { takeAway } from '../support/permissionSets.ts';
import { settled } from '../support/settled.ts';

/** Orders that finance has to approve. Olive is of finance; Riley sells, and is of finance where a story says so. */

const WITHIN = { timeout: 40_000, interval: 50 };
const ASSISTED = orderSettings({ mode: 'assisted', approvalHours: 48 });

let story: Story;
let plan: RatePlan;
let sales: OrderStory['sales'];
let accountId: string;
let number: string;
let ordersOf: OrderStory['ordersOf'];
let standing: OrderStory['standing'];
let restart: OrderStory['restart'];
let zuora: OrderStory['zuora'];
let hire: ReturnType<typeof finance>['hire'];
let requestsOf: ReturnType<typeof finance>['requestsOf'];
let decide: ReturnType<typeof finance>['decide'];
let read: ReturnType<typeof finance>['read'];

const org = () => story.stack.org.org;
const userId = (who: keyof typeof USERS) => org().userNamed(USERS[who])!.Id;

beforeAll(async () => {
  ({ story, plan, sales, accountId, number, ordersOf, standing, restart, zuora } = await beginOrders(ASSISTED));
  ({ hire, requestsOf, decide, read } = finance(story.stack));
  hire('otherRep');
}, 180_000);
afterAll(() => story.end());
beforeEach(() => story.stack.zuora.ctx.faults.set([]));

const tasksOf = (id: string): SRecord[] =>
  org()
    .all('Task')
    .filter((one) => one['WhatId'] === id);

/** A won deal whose order waits for finance. */
async function asked(quantity = 4): Promise<{ id: string; request: SRecord }> {
  const id = sales.open(accountId, [{ plan, quantity, price: 25 }], { Billing_Start_Date__c: nextMonth(story).starts });
  sales.win(id);
  await standing(id, 'Awaiting Approval');
  await vi.waitUntil(() => requestsOf(id).length > 0, WITHIN);
  await settled(story.stack);
  return { id, request: requestsOf(id)[0]! };
}
/** Waits until a decision is taken back. @returns why it does not count */
async function refused(request: SRecord): Promise<string> {
  await vi.waitUntil(() => {
    const { Decision__c: decision, Message__c: message } = read(request);
    return decision === null && message !== null;
  }, WITHIN);
  await settled(story.stack);
  return String(read(request)['Message__c']);
}
/** Nothing was placed, and finance may still decide. */
async function stillOpen(id: string, request: SRecord): Promise<void> {
  expect([await ordersOf(id), sales.order(id)!['State__c']]).toEqual([[], 'Awaiting Approval']);
  expect(read(request)).toMatchObject({ State__c: 'Requested', Decision__c: null });
}

it('an order waits for finance, is placed as it was approved, and says who approved it', async () => {
  const { id, request } = await asked();
  expect(await ordersOf(id)).toEqual([]);
  expect(request).toMatchObject({
    Kind__c: 'Approval',
    State__c: 'Requested',
    Account__c: accountId,
    Payload_Hash__c: expect.stringMatching(/^\S{40,}$/) as string,
    Content__c: expect.stringContaining(
      `MRR: USD 100.00, changed by USD 100.00
ARR: USD 1,200.00
TCV: USD 1,200.00, changed by USD 1,200.00
First invoice: USD 100.00 on ${nextMonth(story).starts}
New subscription SF-${id} of ${number} from ${nextMonth(story).starts} for 12 months, does not renew by itself
- Platform Team (Seats: 4 at USD 25 a month)`,
    ) as string,
  });
  expect(Date.parse(String(request['Expires_At__c'])) - story.stack.clock.now().getTime()).toBeGreaterThan(47 * 3.6e6);
  expect(sales.order(id)).toMatchObject({
    Mode__c: 'Assisted',
    Message__c: expect.stringContaining('Finance has to approve it until') as string,
  });
  expect(tasksOf(id)).toMatchObject([{ OwnerId: userId('otherRep'), Subject: 'Approve or reject an order' }]);
  decide('otherRep', request, 'Approved', 'Fine');
  expect(await standing(id, 'Ordered')).toMatchObject({ Order_Number__c: `SF-${id}`, Message__c: null });
  await vi.waitUntil(() => read(request)['State__c'] === 'Done', WITHIN);
  expect(read(request)).toMatchObject({ Decision__c: 'Approved', Message__c: 'Approved by Olive Other: Fine.' });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  const { rows } = await story.database.pool.query<{ approval: object }>(
    `select body -> 'approvals' -> 0 as approval from deal_order_step
     where opportunity_id = $1 and state = 'Ordering'`,
    [id],
  );
  expect(rows.map(({ approval }) => approval)).toMatchObject([
    {
      state: 'Approved',
      hash: request['Payload_Hash__c'],
      decision: { userId: userId('otherRep'), at: expect.stringMatching(/^\d{4}-/) as string, comment: 'Fine' },
    },
  ]);
  expect(await listFailures(story.database.db)).toEqual([]);
}, 120_000);

it('whoever owns the deal does not approve it, of finance or not', async () => {
  const { id, request } = await asked();
  hire('rep');
  try {
    decide('rep', request, 'Approved');
    expect(await refused(request)).toContain('you own the opportunity, or have changed it');
    await stillOpen(id, request);
  } finally {
    takeAway(org(), USERS.rep, 'Finance_Approver');
  }
  // Somebody else may, although it has the same value as before.
  decide('otherRep', request, 'Approved');
  await standing(id, 'Ordered');
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 120_000);

it('whoever won the deal does not approve it, although another one owns it', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  hire('admin');
  person(story.stack).edit('Opportunity', id, { StageName: 'Closed Won' });
  await standing(id, 'Awaiting Approval');
  await vi.waitUntil(() => requestsOf(id).length > 0, WITHIN);
  const [request] = requestsOf(id);
  decide('admin', request!, 'Approved');
  expect(await refused(request!)).toContain('you own the opportunity, or have changed it');
  await stillOpen(id, request!);
  takeAway(org(), USERS.admin, 'Finance_Approver');
}, 120_000);

it('whoever is not of finance decides nothing, although the org lets them edit', async () => {
  const { id, request } = await asked();
  decide('admin', request, 'Approved');
  expect(await refused(request)).toContain('does not have the permission set Finance_Approver');
  await stillOpen(id, request);
}, 120_000);

it('a deal that is changed after it was asked is asked for anew, and nothing is placed by what was approved', async () => {
  const { id, request } = await asked();
  // Approved and changed before anybody has looked.
  await story.stack.backend.stop();
  decide('otherRep', request, 'Approved');
  sales.edit(id, { Billing_Term_Months__c: 24 });
  await restart(ASSISTED);
  await vi.waitUntil(() => requestsOf(id).length === 2, WITHIN);
  await vi.waitUntil(() => read(request)['State__c'] === 'Failed', WITHIN);
  await settled(story.stack);
  expect([await ordersOf(id), sales.order(id)!['State__c']]).toEqual([[], 'Awaiting Approval']);
  expect(read(request)['Message__c']).toContain('has changed since this was asked');
  const [, second] = requestsOf(id);
  expect(second!['Payload_Hash__c']).not.toBe(request['Payload_Hash__c']);
  // What is over is over, whatever is decided of it.
  decide('otherRep', request, 'Rejected');
  await settled(story.stack);
  expect(read(second!)['State__c']).toBe('Requested');
  decide('otherRep', second!, 'Approved');
  await standing(id, 'Ordered');
  expect((await zuora.call('GET', `/v1/subscriptions/SF-${id}`)).body).toMatchObject({
    termEndDate: addMonths(nextMonth(story).starts, 24),
  });
}, 120_000);

it('what is rejected says so, and is not asked again before something else is to be ordered', async () => {
  const { id, request } = await asked(3);
  decide('otherRep', request, 'Rejected', 'Too cheap');
  expect(await standing(id, 'Failed')).toMatchObject({
    Faults__c: 'Rejected by Olive Other: Too cheap. Change what is ordered, and finance is asked again.',
  });
  await vi.waitUntil(() => tasksOf(id).some((one) => one['OwnerId'] === userId('rep')), WITHIN);
  sales.edit(id, { Description: 'Nothing that matters' });
  await settled(story.stack);
  expect([requestsOf(id).length, await ordersOf(id)]).toEqual([1, []]);
  sales.edit(id, { Billing_Term_Months__c: 36 });
  await vi.waitUntil(() => requestsOf(id).length === 2, WITHIN);
  await standing(id, 'Awaiting Approval');
}, 120_000);

it('a deal that is lost while finance is asked is not asked for any more', async () => {
  const { id, request } = await asked();
  sales.edit(id, { StageName: 'Closed Lost' });
  await vi.waitUntil(() => read(request)['State__c'] === 'Failed', WITHIN);
  decide('otherRep', request, 'Approved');
  await settled(story.stack);
  expect([await ordersOf(id), sales.order(id)!['State__c']]).toEqual([[], 'Not Ready']);
  sales.win(id);
  await vi.waitUntil(() => requestsOf(id).length === 2, WITHIN);
}, 120_000);

it('a fingerprint that a person edited is put back, and the decision does not count', async () => {
  const { id, request } = await asked();
  person(story.stack).edit('Billing_Request__c', request.Id, { Payload_Hash__c: 'of-something-else' });
  decide('otherRep', request, 'Approved');
  expect(await refused(request)).toContain('the fingerprint on this request was changed');
  await vi.waitUntil(() => read(request)['Payload_Hash__c'] === request['Payload_Hash__c'], WITHIN);
  await stillOpen(id, request);
}, 120_000);

it('a request that a person made is answered, and orders nothing', async () => {
  const [made] = org().insert('Billing_Request__c', [{ Kind__c: 'Approval', Decision__c: 'Approved' }], {
    userId: userId('admin'),
  });
  const request = org().get('Billing_Request__c', made!.id!)!;
  await vi.waitUntil(() => read(request)['State__c'] === 'Failed', WITHIN);
  expect(read(request)['Message__c']).toContain('are made by Billing 360 alone');
}, 120_000);

it('a decision of which no change event tells does not count', async () => {
  const { id, request } = await asked();
  await story.stack.backend.stop();
  decide('otherRep', request, 'Approved');
  // The channel is not heard of any more: the sweep alone finds the decision.
  await story.database.pool.query(`delete from replay_position`);
  await restart({ ...ASSISTED, SWEEP_SECONDS: '1' });
  expect(await refused(request)).toContain('who decided could not be established');
  await stillOpen(id, request);
  await restart(ASSISTED);
}, 180_000);

it('approved twice, and told twice and in any order, it is ordered once', async () => {
  const { id, request } = await asked();
  await story.stack.backend.stop();
  for (const decision of ['Rejected', 'Approved', 'Rejected', 'Approved']) decide('otherRep', request, decision);
  await restart(ASSISTED);
  await standing(id, 'Ordered');
  // All of them are told once more, the first one last.
  await story.database.pool.query(
    `update inbox set done_at = null, received_at = received_at - id * interval '1 ms'
    where key = $1`,
    [`salesforce:Billing_Request__c:${request.Id}`],
  );
  await ops({ ...story.stack.env, ...ASSISTED }, ['order', id]);
  await restart(ASSISTED);
  await settled(story.stack);
  expect([await ordersOf(id), read(request)['State__c']]).toEqual([[`SF-${id}`], 'Done']);
}, 180_000);

it('a process that dies between the approval and the order makes one order', async () => {
  const { id, request } = await asked();
  story.stack.zuora.ctx.faults.set([{ path: '^/v1/orders$', status: 504, after: true }]);
  decide('otherRep', request, 'Approved');
  await vi.waitUntil(async () => (await ordersOf(id)).length > 0, WITHIN);
  await story.stack.backend.stop('SIGKILL');
  story.stack.zuora.ctx.faults.set([]);
  await restart(ASSISTED);
  await standing(id, 'Ordered');
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 180_000);

it('what nobody decides in time is over, and a decision that comes later does not count', async () => {
  const { id, request } = await asked();
  const late = await asked();
  await story.stack.backend.stop();
  story.stack.clock.setOffset(49 * 3_600_000);
  decide('otherRep', request, 'Approved');
  await restart(ASSISTED);
  expect(await standing(id, 'Failed')).toMatchObject({
    Faults__c: expect.stringContaining('Nobody of finance decided in time') as string,
  });
  await vi.waitUntil(() => read(request)['State__c'] === 'Expired', WITHIN);
  expect(await ordersOf(id)).toEqual([]);
  // One that nobody touched is over when its Opportunity is looked at.
  await ops({ ...story.stack.env, ...ASSISTED }, ['order', late.id]);
  await standing(late.id, 'Failed');
  await vi.waitUntil(() => read(late.request)['State__c'] === 'Expired', WITHIN);
}, 180_000);
