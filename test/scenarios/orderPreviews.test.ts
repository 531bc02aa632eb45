import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret, type OrgSecret } from '../../scripts/demo/actions.ts';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import type { Fault } from '../simulators/kit/faults.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { Story } from '../support/customers.ts';
import { FlowVisit } from '../support/interviews.ts';
import { nextMonth, orderSettings } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

/** What people see of the order of a deal before they win it, by the flow of the package and the backend itself. */

const WITHIN = { timeout: 30_000, interval: 50 };
const PREVIEW = '^/v1/orders/preview$';

let story: Story;
let secret: OrgSecret;
let token: string;
let plan: RatePlan;
let accountId: string;
let sales: OrderStory['sales'];
let ordersOf: OrderStory['ordersOf'];
let refuse: OrderStory['refuse'];

beforeAll(async () => {
  ({ story, plan, accountId, sales, ordersOf, refuse } = await beginOrders());
  const { stack } = story;
  secret = await orgSecret(stack, null);
  await connectActions(stack, stack.backend.url, secret);
  await assign(stack, USERS.rep);
  await assign(stack, USERS.otherRep);
  token = await tokenOf();
  await settled(stack);
}, 180_000);
afterAll(() => story.end());
afterEach(() => story.stack.zuora.ctx.faults.set([]));

async function tokenOf(): Promise<string> {
  const response = await fetch(`${story.stack.backend.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: secret.clientId,
      client_secret: secret.secret,
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

type Answer = { status: number; body: Record<string, unknown>; ms: number };
/** Asks as the flow does, for the rep and Acme unless the fields say otherwise. */
async function ask(opportunityId: string, fields: Record<string, string> = {}): Promise<Answer> {
  const { org, orgId } = story.stack.org;
  const began = performance.now();
  const response = await fetch(`${story.stack.backend.url}/actions/previeworder`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      organizationId: orgId,
      userId: org.userNamed(USERS.rep)!.Id,
      accountId,
      opportunityId,
      ...fields,
    }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, ms: performance.now() - began };
}

const visit = (recordId: string, username: string = USERS.rep) =>
  FlowVisit.start(story.stack, username, 'Billing_Preview_Order', { recordId });
const fault = (one: Fault) => story.stack.zuora.ctx.faults.set([one]);
const shown = async (id: string, mode: string) => {
  await vi.waitUntil(() => sales.order(id)?.['Mode__c'] === mode, WITHIN);
  return sales.order(id)!;
};
/** How often Zuora was asked for a preview. */
async function previews(): Promise<number> {
  const calls = (await (await fetch(`${story.stack.zuora.url}/__sim/calls`)).json()) as Record<string, unknown>;
  return Number(/"POST \/v1\/orders\/preview"\s*:\s*(\d+)/.exec(JSON.stringify(calls))?.[1] ?? 0);
}

describe('a seller', () => {
  it('sees what would be ordered, and gets just that once he wins', async () => {
    const { starts } = nextMonth(story);
    const id = sales.open(accountId, [{ plan, quantity: 60, price: 19.99 }], { Billing_Start_Date__c: starts });
    const seen = await visit(id);
    expect(seen.screen).toBe('Outcome');
    for (const words of [
      'Nothing is ordered yet.',
      'Platform Team (Seats: 60 at USD 19.99 a month)',
      'MRR: USD 1,199.40, changed by USD 1,199.40.',
      'ARR: USD 14,392.80.',
      'TCV: USD 14,392.80',
      `First invoice: USD 1,199.40 on ${starts}`,
    ])
      expect(seen.text).toContain(words);
    const preview = await shown(id, 'Preview');
    expect(preview).toMatchObject({
      State__c: 'Ready',
      Order_Number__c: null,
      MRR__c: 1199.4,
      MRR_Change__c: 1199.4,
      ARR__c: 14392.8,
      TCV__c: 14392.8,
      First_Invoice_Amount__c: 1199.4,
      First_Invoice_Date__c: starts,
      As_Of__c: expect.stringMatching(/^\d{4}-/) as string,
    });
    await settled(story.stack);
    expect(await ordersOf(id)).toEqual([]);
    expect(sales.deal(id)).toMatchObject({ Billing_Order_Status__c: null, Billing_Order_Number__c: null });
    sales.win(id);
    await vi.waitUntil(() => sales.order(id)?.['State__c'] === 'Ordered', WITHIN);
    const figures = ['Actions__c', 'MRR__c', 'ARR__c', 'TCV__c', 'First_Invoice_Amount__c', 'First_Invoice_Date__c'];
    const ordered = sales.order(id)!;
    for (const field of figures) expect([field, ordered[field]]).toEqual([field, preview[field]]);
    expect(ordered).toMatchObject({ Mode__c: 'Automatic', Order_Number__c: `SF-${id}` });
    expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  }, 120_000);

  it('reads what to do first, and after it is done another preview', async () => {
    const id = sales.open(accountId, [{ plan, quantity: 3, price: 25 }], { Billing_Term_Months__c: null });
    expect((await visit(id)).text).toContain(
      'Nobody said for how many months it is sold. Enter the term of the opportunity.',
    );
    expect(await shown(id, 'Preview')).toMatchObject({ State__c: 'Not Ready', MRR__c: null });
    sales.edit(id, { Billing_Term_Months__c: 12 });
    expect(await ask(id)).toMatchObject({ status: 200, body: { state: 'Ready', done: true } });
    await vi.waitUntil(() => sales.order(id)!['State__c'] === 'Ready', WITHIN);
    expect(sales.order(id)).toMatchObject({ Faults__c: null, MRR__c: 75 });
  }, 120_000);

  it('sees lines that were changed a moment before, although no event tells of them', async () => {
    const id = sales.open(accountId, [{ plan, quantity: 3, price: 25 }]);
    expect((await ask(id)).body['details']).toContain('MRR: USD 75.00');
    const { org } = story.stack.org;
    const line = org.all('OpportunityLineItem').find((one) => one['OpportunityId'] === id)!;
    person(story.stack, 'rep').edit('OpportunityLineItem', line.Id, { Quantity: 4 });
    expect((await ask(id)).body['details']).toContain('MRR: USD 100.00');
  }, 60_000);

  it('is told of a deal that is won, and of one without an account, what there is instead', async () => {
    const won = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
    sales.win(won);
    await vi.waitUntil(() => sales.order(won)?.['State__c'] === 'Ordered', WITHIN);
    expect((await visit(won)).text).toContain('was ordered already');
    sales.edit(won, { StageName: 'Prospecting' });
    expect(await ask(won)).toMatchObject({ status: 409, body: { code: 'deal_ordered' } });
    const lost = sales.open(accountId, [{ plan, quantity: 2, price: 25 }], { StageName: 'Closed Lost' });
    expect(await ask(lost)).toMatchObject({ status: 409, body: { code: 'deal_closed' } });
    const alone = sales.open(accountId, [{ plan, quantity: 2, price: 25 }], { AccountId: null });
    expect((await visit(alone)).text).toContain('This deal has no account yet.');
    expect(await ordersOf(lost)).toEqual([]);
  }, 120_000);
});

describe('whoever may not see an Opportunity', () => {
  it('gets the answer of one that does not exist, by whatever route', async () => {
    const foreignAccount = await story.account('Globex');
    const foreign = sales.open(foreignAccount, [{ plan, quantity: 9, price: 25 }]);
    const own = sales.open(accountId, [{ plan, quantity: 9, price: 25 }]);
    const admin = person(story.stack);
    const OwnerId = story.stack.org.org.userNamed(USERS.otherRep)!.Id;
    for (const [object, id] of [
      ['Account', foreignAccount],
      ['Opportunity', foreign],
    ] as const)
      admin.edit(object, id, { OwnerId });
    const none = await ask('006000000000000AAA');
    expect(none).toMatchObject({ status: 404, body: { code: 'record_not_found' } });
    for (const answer of [
      await ask(foreign),
      await ask(foreign, { accountId: foreignAccount }),
      // One that the rep may see, with an Account that is not its own; and what is no Opportunity.
      await ask(own, { userId: OwnerId, accountId: foreignAccount }),
      await ask(own, { userId: OwnerId }),
      await ask(accountId),
      await ask(`${own}' OR Name != '`),
      await ask(''),
    ])
      expect([answer.status, answer.body]).toEqual([none.status, none.body]);
    const told = (await visit('006000000000000AAA')).text;
    expect((await visit(foreign)).text).toBe(told);
    await settled(story.stack);
    expect([sales.order(foreign), sales.order(own)]).toEqual([undefined, undefined]);
    const { rows } = await story.database.pool.query(
      `select subject, outcome from org_action where operation = 'previeworder' and subject = $1`,
      [foreign],
    );
    expect(rows).toEqual([
      { subject: foreign, outcome: 'record_not_found' },
      { subject: foreign, outcome: 'record_not_found' },
    ]);
  }, 60_000);
});

describe('a billing system', () => {
  it('that is slow is waited for in time, then the preview comes by itself; a second press meanwhile asks nothing more', async () => {
    const id = sales.open(accountId, [{ plan, quantity: 4, price: 25 }]);
    fault({ path: PREVIEW, latencyMs: 5_500, times: 1 });
    const before = await previews();
    const [first, second] = await Promise.all([ask(id), ask(id)]);
    for (const { status, body, ms } of [first, second]) {
      expect([status, body['state'], body['done']]).toEqual([200, 'Running', false]);
      expect(body['message']).toContain('will be on the page of the opportunity');
      expect(ms).toBeLessThan(5_000);
    }
    expect(await shown(id, 'Preview')).toMatchObject({ State__c: 'Ready', MRR__c: 100 });
    expect((await previews()) - before).toBe(1);
    expect(await ask(id)).toMatchObject({ body: { state: 'Ready', done: true } });
  }, 60_000);

  it('is asked once by two presses at the same time, which get the same answer', async () => {
    const id = sales.open(accountId, [{ plan, quantity: 4, price: 25 }]);
    fault({ path: PREVIEW, latencyMs: 800, times: 1 });
    const before = await previews();
    const [first, second] = await Promise.all([ask(id), ask(id)]);
    expect(first.body).toMatchObject({ state: 'Ready', done: true });
    expect(second.body).toEqual(first.body);
    expect((await previews()) - before).toBe(1);
  }, 60_000);

  it.each<[string, Fault]>([
    ['is down', { path: PREVIEW, status: 500, times: 5 }],
    ['answers with what is no answer', { path: PREVIEW, status: 200, body: '<html>Welcome</html>', times: 5 }],
  ])(
    'that %s is told in a sentence, and asked again by the next press',
    async (_what, one) => {
      const id = sales.open(accountId, [{ plan, quantity: 4, price: 25 }]);
      fault(one);
      const failed = await visit(id);
      expect([failed.screen, failed.text]).toEqual([
        'Failed',
        expect.stringContaining('The order could not be worked out now. Try again in a minute.'),
      ]);
      expect(sales.order(id)).toBeUndefined();
      story.stack.zuora.ctx.faults.set([]);
      await failed.next();
      expect([failed.screen, failed.text]).toEqual(['Outcome', expect.stringContaining('MRR: USD 100.00')]);
    },
    60_000,
  );

  it('that refuses an order is quoted, as what is to be done first', async () => {
    const id = sales.open(accountId, [{ plan, quantity: 4, price: 25 }]);
    await refuse([{ path: PREVIEW, times: 1, code: 40000030 }]);
    const { body } = await ask(id);
    expect(body).toMatchObject({ state: 'Not Ready', done: true, details: expect.stringMatching(/\S/) as string });
    expect(await shown(id, 'Preview')).toMatchObject({ State__c: 'Not Ready', Faults__c: body['details'] });
  }, 60_000);
});

it('a preview of a deal that was won meanwhile does not stand in front of its order', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 3, price: 25 }], { Billing_Term_Months__c: null });
  sales.win(id);
  await shown(id, 'Automatic');
  sales.edit(id, { StageName: 'Prospecting' });
  await settled(story.stack);
  expect((await ask(id)).body).toMatchObject({ state: 'Not Ready' });
  await shown(id, 'Preview');
  sales.win(id);
  // It stands as before, so that nothing of the order is new.
  expect(await shown(id, 'Automatic')).toMatchObject({ State__c: 'Not Ready' });
}, 120_000);

it('where deals are not ordered, or not those of its kind, nothing is previewed, and people are told', async () => {
  await story.stack.restart({ ...story.stack.env, ...orderSettings({ fields: { Type: 'New Business' } }) });
  const id = sales.open(accountId, [{ plan, quantity: 2, price: 25 }]);
  expect(await ask(id)).toMatchObject({ status: 409, body: { code: 'deal_not_ordered' } });
  sales.edit(id, { Type: 'New Business' });
  expect(await ask(id)).toMatchObject({ status: 200, body: { state: 'Ready' } });
  await story.stack.restart({ ...story.stack.env, ...orderSettings({ mode: 'off' }) });
  expect(await ask(id)).toMatchObject({ status: 409, body: { code: 'orders_off' } });
  expect((await visit(id)).text).toContain('Ask your Salesforce admin to switch it on.');
}, 120_000);
