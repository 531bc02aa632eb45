import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { nextMonth, orderSettings } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

/** What becomes of won deals, from the Opportunity to Zuora and back. */

const WITHIN = { timeout: 30_000, interval: 50 };

let story: Story;
let plan: RatePlan;
let accountId: string;
let number: string;
let sales: OrderStory['sales'];
let ordersOf: OrderStory['ordersOf'];
let standing: OrderStory['standing'];
let restart: OrderStory['restart'];
let refuse: OrderStory['refuse'];
let zuora: OrderStory['zuora'];

beforeAll(async () => {
  ({ story, plan, accountId, number, sales, ordersOf, standing, restart, refuse, zuora } = await beginOrders());
}, 180_000);
afterAll(() => story.end());

/** Tasks about the order of a deal, the latest last. */
const tasksOf = (id: string) =>
  story.stack.org.org
    .all('Task')
    .filter((one) => String(one['Billing_Key__c']).startsWith(`salesforce:ordertask:${id}`))
    .sort((a, b) => (a.Id < b.Id ? -1 : 1));

const discrepanciesOf = (id: string) =>
  story.stack.org.org.all('Billing_Discrepancy__c').filter((one) => one['Opportunity__c'] === id);

const setRole = (username: string, role: string | null) =>
  person(story.stack).edit('User', story.stack.org.org.userNamed(username)!.Id, { UserRoleId: role });
function makeRole(name: string, above: string | null): string {
  const [made] = story.stack.org.org.insert('UserRole', [{ Name: name, ParentRoleId: above }], {
    userId: person(story.stack).userId,
  });
  return made!.id!;
}
/** Lets the integration user close Tasks of sellers, as where activities are controlled by what they are about. */
function giveRoleAbove(): void {
  const top = makeRole('Integrations', null);
  setRole(USERS.integration, top);
  setRole(USERS.rep, makeRole('Sellers', top));
}
const takeRoles = () => [USERS.integration, USERS.rep].forEach((name) => setRole(name, null));

it('a won deal becomes one order, whose numbers and figures stand on the Opportunity', async () => {
  const { starts, aYearLater } = nextMonth(story);
  const id = sales.open(accountId, [{ plan, quantity: 60, price: 19.99 }], { Billing_Start_Date__c: starts });
  await settled(story.stack);
  expect([await ordersOf(id), sales.order(id)]).toEqual([[], undefined]);
  sales.win(id);
  expect(await standing(id, 'Ordered')).toMatchObject({
    Mode__c: 'Automatic',
    Order_Number__c: `SF-${id}`,
    Subscription_Number__c: `SF-${id}`,
    Currency_Code__c: 'USD',
    // 60 × 19.99, and twelve months of it.
    MRR__c: 1199.4,
    MRR_Change__c: 1199.4,
    ARR__c: 14392.8,
    TCV__c: 14392.8,
    Faults__c: null,
    Actions__c: expect.stringContaining('Seats: 60 at USD 19.99 a month') as string,
  });
  // It has not begun, and earns nothing yet.
  await vi.waitUntil(() => sales.deal(id)['Billing_Subscription_Status__c'] === 'Pending', WITHIN);
  await settled(story.stack);
  expect(sales.deal(id)).toMatchObject({
    Billing_Order_Status__c: 'Ordered',
    Billing_Order_Number__c: `SF-${id}`,
    Billing_Subscription_Number__c: `SF-${id}`,
    Billing_Message__c: null,
  });
  const { body } = await zuora.call('GET', `/v1/subscriptions/SF-${id}`);
  expect(body).toMatchObject({
    accountNumber: number,
    termStartDate: starts,
    termEndDate: aYearLater,
    ratePlans: [{ ratePlanCharges: [{ quantity: 60, price: 19.99 }] }],
  });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  expect(sales.order(id)).toMatchObject({
    Source__c: 'Zuora',
    Source_Url__c: expect.stringMatching(new RegExp(`Subscription\\.do\\?method=view&id=SF-${id}$`)) as string,
  });
}, 120_000);

it('a deal that was changed, reopened and won again makes nothing new, and says so', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 5, price: 25 }]);
  sales.win(id);
  await standing(id, 'Ordered');
  await settled(story.stack);
  expect(discrepanciesOf(id)).toEqual([]);
  sales.edit(id, { StageName: 'Prospecting' });
  await vi.waitUntil(() => String(sales.order(id)!['Message__c']).includes('was changed after'), WITHIN);
  await vi.waitUntil(() => discrepanciesOf(id).length > 0, WITHIN);
  const discrepancy = {
    Account__c: accountId,
    Order_Number__c: `SF-${id}`,
    Subscription_Number__c: `SF-${id}`,
    Billing_Value__c: expect.stringContaining('Seats: 5 at USD 25 a month') as string,
    Owner_Rule__c: expect.stringContaining('what was ordered stands') as string,
  };
  const reopened = expect.stringContaining('Stage Prospecting, not won') as string;
  expect(discrepanciesOf(id)).toMatchObject([{ ...discrepancy, State__c: 'Open', Salesforce_Value__c: reopened }]);
  const foundAt = discrepanciesOf(id)[0]!['Found_At__c'];
  sales.win(id);
  await vi.waitUntil(() => sales.order(id)!['Message__c'] === null, WITHIN);
  await vi.waitUntil(() => discrepanciesOf(id)[0]!['State__c'] === 'Resolved', WITHIN);
  expect(discrepanciesOf(id)).toMatchObject([{ Found_At__c: foundAt, Resolved_At__c: expect.any(String) as string }]);
  sales.edit(id, { Billing_Term_Months__c: 24 });
  await vi.waitUntil(() => String(sales.order(id)!['Message__c']).includes('was changed after'), WITHIN);
  await settled(story.stack);
  expect(discrepanciesOf(id)).toMatchObject([
    {
      ...discrepancy,
      State__c: 'Open',
      Resolved_At__c: null,
      Salesforce_Value__c: expect.stringContaining('Term of 24 months') as string,
    },
  ]);
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  expect(sales.order(id)).toMatchObject({ State__c: 'Ordered', Order_Number__c: `SF-${id}` });
}, 120_000);

it('the next order of a subscription waits until its deal says again what was ordered', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 5, price: 25 }]);
  sales.win(id);
  await standing(id, 'Ordered');
  sales.edit(id, { Billing_Term_Months__c: 24 });
  await vi.waitUntil(() => discrepanciesOf(id)[0]?.['State__c'] === 'Open', WITHIN);
  const next = sales.open(accountId, [{ plan, quantity: 7, price: 25 }], {
    Billing_Subscription_Number__c: `SF-${id}`,
  });
  sales.win(next);
  expect(await standing(next, 'Not Ready')).toMatchObject({
    Faults__c: expect.stringContaining(`(${id}) was changed after its order`) as string,
  });
  await settled(story.stack);
  expect(await ordersOf(next)).toEqual([]);
  sales.edit(id, { Billing_Term_Months__c: 12 });
  await standing(next, 'Ordered');
  expect(discrepanciesOf(id)).toMatchObject([{ State__c: 'Resolved' }]);
  expect(await ordersOf(next)).toEqual([`SF-${next}`]);
}, 120_000);

it('what keeps it from being ordered stands on its order, and goes when it is mended', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 3, price: 25 }], { Billing_Term_Months__c: null });
  sales.win(id);
  expect(await standing(id, 'Not Ready')).toMatchObject({
    Faults__c: 'Nobody said for how many months it is sold. Enter the term of the opportunity.',
    Order_Number__c: null,
  });
  await vi.waitUntil(() => sales.deal(id)['Billing_Order_Status__c'] === 'Not Ready', WITHIN);
  expect(await ordersOf(id)).toEqual([]);
  sales.edit(id, { Billing_Term_Months__c: 12 });
  expect(await standing(id, 'Ordered')).toMatchObject({ Faults__c: null, Order_Number__c: `SF-${id}` });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 120_000);

it('the owner of a won deal gets one Task for what is wrong, which is closed when nothing is any more', async () => {
  giveRoleAbove();
  const open = { Billing_Term_Months__c: null, Billing_Account_Key__c: 'zuora:account:gone' };
  const id = sales.open(accountId, [{ plan, quantity: 3, price: 25 }], open);
  await settled(story.stack);
  expect(tasksOf(id)).toEqual([]);
  sales.win(id);
  await standing(id, 'Not Ready');
  await vi.waitUntil(() => tasksOf(id).length > 0, WITHIN);
  const lines = String(sales.order(id)!['Faults__c']).split('\n');
  expect(lines).toHaveLength(2);
  const task = {
    WhatId: id,
    OwnerId: sales.deal(id)['OwnerId'],
    Subject: 'This won deal cannot be ordered yet',
    Status: 'Not Started',
    Description: expect.stringContaining(lines.join('\n')) as string,
  };
  expect(tasksOf(id)).toMatchObject([task]);
  // Somebody takes it up; half of it is mended: that is no news.
  person(story.stack).edit('Task', tasksOf(id)[0]!.Id, { Status: 'In Progress' });
  sales.edit(id, { Billing_Term_Months__c: 12 });
  await vi.waitUntil(() => !String(sales.order(id)!['Faults__c']).includes('\n'), WITHIN);
  await settled(story.stack);
  expect(tasksOf(id)).toMatchObject([{ ...task, Status: 'In Progress' }]);
  // Something else is wrong.
  sales.edit(id, { Billing_Account_Key__c: 'zuora:account:nobody' });
  await vi.waitUntil(() => tasksOf(id).length === 2, WITHIN);
  await vi.waitUntil(() => tasksOf(id)[0]!['Status'] === 'Completed', WITHIN);
  expect(tasksOf(id)).toMatchObject([{}, { ...task, Description: expect.stringContaining('nobody') as string }]);
  // A deal that is lost has nothing to be done; won again, the same has to be done again.
  sales.edit(id, { StageName: 'Closed Lost' });
  await vi.waitUntil(() => tasksOf(id)[1]!['Status'] === 'Completed', WITHIN);
  sales.win(id);
  await vi.waitUntil(() => tasksOf(id)[1]!['Status'] === 'Not Started', WITHIN);
  sales.edit(id, { Billing_Account_Key__c: null });
  await standing(id, 'Ordered');
  await vi.waitUntil(() => tasksOf(id)[1]!['Status'] === 'Completed', WITHIN);
  await settled(story.stack);
  expect(tasksOf(id)).toHaveLength(2);
}, 120_000);

it('a Task that is its owner’s alone is left to its owner, which is no failure', async () => {
  takeRoles();
  const id = sales.open(accountId, [{ plan, quantity: 3, price: 25 }], { Billing_Term_Months__c: null });
  sales.win(id);
  await standing(id, 'Not Ready');
  await vi.waitUntil(() => tasksOf(id).length > 0, WITHIN);
  sales.edit(id, { Billing_Term_Months__c: 12 });
  await standing(id, 'Ordered');
  await settled(story.stack);
  expect(tasksOf(id)).toMatchObject([{ Status: 'Not Started' }]);
  expect(await listFailures(story.database.db)).toEqual([]);
}, 120_000);

it('a Task that Salesforce refuses holds up no order', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 3, price: 25 }], { Billing_Term_Months__c: null });
  const admin = person(story.stack);
  const owner = String(sales.deal(id)['OwnerId']);
  sales.win(id);
  admin.edit('User', owner, { IsActive: false });
  try {
    await standing(id, 'Not Ready');
    await settled(story.stack);
    expect(tasksOf(id)).toEqual([]);
    admin.edit('Opportunity', id, { Billing_Term_Months__c: 12 });
    await standing(id, 'Ordered');
  } finally {
    admin.edit('User', owner, { IsActive: true });
  }
}, 120_000);

it('an answer that is lost after the order was made makes no second one', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  story.stack.zuora.ctx.faults.set([{ path: '^/v1/orders$', times: 1, status: 504, after: true }]);
  sales.win(id);
  expect(await standing(id, 'Ordered')).toMatchObject({ Order_Number__c: `SF-${id}` });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 120_000);

it('a lock is waited out, although Zuora would repeat it to the same call', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  await refuse([{ path: '^/v1/orders$', times: 1, code: 40000050 }]);
  sales.win(id);
  await standing(id, 'Ordered');
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 120_000);

it('a deal that is lost before its order could be placed is not ordered, until it is won again', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  await refuse([{ path: '^/v1/orders$', times: 1000, code: 40000050 }]);
  sales.win(id);
  await standing(id, 'Ordering');
  const events = async (which: string) => {
    const key = `salesforce:Opportunity:${id}`;
    return (await story.database.pool.query(`select 1 from inbox where key = $1 and ${which}`, [key])).rowCount!;
  };
  const before = await events('true');
  sales.edit(id, { StageName: 'Prospecting' });
  // Heard of and worked: what was begun before goes on with the deal as it was.
  await vi.waitUntil(async () => (await events('true')) > before && (await events('done_at is null')) === 0, WITHIN);
  await refuse([]);
  await settled(story.stack);
  expect([await ordersOf(id), sales.order(id)!['State__c']]).toEqual([[], 'Ordering']);
  // So long after it was sent it does not come any more.
  await story.database.pool.query(
    "update deal_order set changed_at = now() - interval '3 minutes' where opportunity_id = $1",
    [id],
  );
  sales.edit(id, { Description: 'Touched' });
  expect(await standing(id, 'Not Ready')).toMatchObject({
    Message__c: expect.stringMatching(/never came.* not won/) as string,
    Faults__c: null,
  });
  await settled(story.stack);
  expect(await ordersOf(id)).toEqual([]);
  sales.win(id);
  await standing(id, 'Ordered');
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 120_000);

it('what Zuora refuses is told in its words, and tried again when the deal is changed', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  await refuse([{ path: '^/v1/orders$', times: 1, code: 40000030 }]);
  sales.win(id);
  expect(await standing(id, 'Failed')).toMatchObject({
    Order_Number__c: null,
    Faults__c: expect.stringMatching(/\S/) as string,
  });
  await settled(story.stack);
  expect(await ordersOf(id)).toEqual([]);
  sales.edit(id, { Billing_Term_Months__c: 24 });
  expect(await standing(id, 'Ordered')).toMatchObject({ Faults__c: null });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 120_000);

it('a process that dies between the answer of Zuora and what it makes of it makes no second order', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 7, price: 25 }]);
  story.stack.zuora.ctx.faults.set([{ path: '^/v1/orders$', status: 504, after: true }]);
  sales.win(id);
  await vi.waitUntil(async () => (await ordersOf(id)).length > 0, WITHIN);
  await story.stack.backend.stop('SIGKILL');
  story.stack.zuora.ctx.faults.set([]);
  await restart(orderSettings({}));
  expect(await standing(id, 'Ordered')).toMatchObject({ Order_Number__c: `SF-${id}` });
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
}, 120_000);

/** @returns a won deal whose order Zuora took and holds */
async function pending(): Promise<{ id: string; complete: () => void }> {
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  story.stack.zuora.ctx.faults.set([{ path: '^/v1/orders$', status: 504, after: true }]);
  sales.win(id);
  await vi.waitUntil(async () => (await ordersOf(id)).length > 0, WITHIN);
  const held = story.stack.zuora.tenant.data.orders.find(({ orderNumber }) => orderNumber === `SF-${id}`)!;
  held.status = 'Pending';
  story.stack.zuora.ctx.faults.set([]);
  expect(await standing(id, 'Pending')).toMatchObject({
    Message__c: expect.stringContaining('holds it as Pending') as string,
  });
  await settled(story.stack);
  return { id, complete: () => (held.status = 'Completed') };
}

it('an order that Zuora holds is looked at again when billing says something of the customer', async () => {
  const { id, complete } = await pending();
  complete();
  await story.zuora.subscribe(number, plan, { start: nextMonth(story).starts, months: 12, quantity: 1 });
  expect(await standing(id, 'Ordered')).toMatchObject({ Message__c: null, Order_Number__c: `SF-${id}` });
  await vi.waitUntil(() => sales.deal(id)['Billing_Order_Status__c'] === 'Ordered', WITHIN);
}, 120_000);

it('an order that Zuora holds is looked at again after some minutes, whether or not billing says anything', async () => {
  const { id, complete } = await pending();
  const key = `salesforce:Opportunity:${id}`;
  const { pool } = story.database;
  const due = await pool.query("select from dirty where key = $1 and not_before < now() + interval '10 minutes'", [
    key,
  ]);
  expect(due.rowCount).toBe(1);
  await pool.query('update dirty set not_before = now() where key = $1', [key]);
  await settled(story.stack);
  expect(sales.order(id)).toMatchObject({ State__c: 'Pending' });
  complete();
  await pool.query('update dirty set not_before = now() where key = $1', [key]);
  await standing(id, 'Ordered');
}, 120_000);

it('an operator sees what would be sent and why not, and sends nothing twice', async () => {
  const { starts } = nextMonth(story);
  const id = sales.open(accountId, [{ plan, quantity: 6, price: 20 }], { Billing_Start_Date__c: starts });
  await settled(story.stack);
  const run = (...args: string[]) => ops({ ...story.stack.env, ...orderSettings({}) }, ['order', id, ...args]);
  type Look = { worked: unknown; standing: unknown; whyNot: string; request: object; asked: boolean };
  const before = await run('--dry-run', '--json');
  expect(before).toMatchObject({ code: 0 });
  expect(before.json).toMatchObject({
    standing: null,
    whyNot: 'It is not won.',
    asked: false,
    worked: { state: 'Ready', metrics: { mrr: '120', tcv: '1440', firstInvoice: { amount: '120', on: starts } } },
    request: { orderNumber: `SF-${id}`, existingAccountNumber: number, processingOptions: { runBilling: false } },
  });
  expect((await run('--dry-run')).out).toContain(
    '(Seats: 6 at USD 20 a month)\nMRR: USD 120.00, changed by USD 120.00\n',
  );
  sales.win(id);
  await standing(id, 'Ordered');
  const after = await run('--json');
  expect(after.json).toMatchObject({ worked: null, whyNot: null, asked: true });
  // What is shown is what was sent.
  expect((after.json as Look).request).toEqual((before.json as Look).request);
  const told = await run();
  expect(told.out).toContain(`stands as Ordered as SF-${id}`);
  expect(told.out).toMatch(/Ordering\n.*Ordered +SF-/);
  await settled(story.stack);
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  const sloppy = sales.open(accountId, [{ plan, quantity: 6, price: 20 }], { Billing_Term_Months__c: null });
  expect((await ops({ ...story.stack.env, ...orderSettings({}) }, ['order', sloppy, '--dry-run'])).out).toContain(
    'It cannot be ordered:\n- Nobody said for how many months',
  );
  expect((await run('extra')).code).toBe(2);
  expect(await ops({ ...story.stack.env, ...orderSettings({}) }, ['order', '006000000000000AAA'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is not in Salesforce') as string,
  });
  expect(await ops(story.stack.env, ['order', id])).toMatchObject({
    code: 1,
    err: expect.stringContaining('ORDERS_FILE is not among the settings') as string,
  });
}, 120_000);

it('a deal that was won before orders were switched on is not ordered', async () => {
  await restart({ SALESFORCE_CURRENCY: 'USD', CATALOG_PRICE_BOOK: 'Billing' });
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  sales.win(id);
  await settled(story.stack);
  await restart(orderSettings({}));
  sales.edit(id, { Description: 'Touched' });
  const next = sales.open(accountId, [{ plan, quantity: 3, price: 25 }]);
  sales.win(next);
  await standing(next, 'Ordered');
  await settled(story.stack);
  expect([await ordersOf(id), sales.order(id)]).toEqual([[], undefined]);
}, 120_000);

it('the daily check of the org leaves orders alone', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  sales.win(id);
  await standing(id, 'Ordered');
  await settled(story.stack);
  const checked = async () =>
    (await story.database.pool.query<{ checked: number }>('select checked from org_check where ended')).rows[0]
      ?.checked;
  await story.stack.backend.stop();
  await story.database.pool.query('delete from org_check');
  // Late in the day, when all Accounts are due.
  const lateToday = Date.parse(`${story.stack.clock.now().toISOString().slice(0, 10)}T23:59:00Z`);
  const before = story.stack.clock.offsetMs;
  story.stack.clock.setOffset(lateToday - Date.now());
  await restart(orderSettings({}));
  await vi.waitUntil(async () => (await checked()) !== undefined, WITHIN);
  await settled(story.stack);
  story.stack.clock.setOffset(before);
  expect(await listFailures(story.database.db)).toEqual([]);
}, 120_000);

it('in shadow the order is worked out and shown, and nothing is made', async () => {
  await restart(orderSettings({ mode: 'shadow' }));
  const id = sales.open(accountId, [{ plan, quantity: 4, price: 25 }]);
  sales.win(id);
  expect(await standing(id, 'Ready')).toMatchObject({ Mode__c: 'Shadow', MRR__c: 100, Order_Number__c: null });
  await settled(story.stack);
  expect(await ordersOf(id)).toEqual([]);
}, 120_000);
