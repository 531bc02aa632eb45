import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { addDays, addMonths, calendarDate, type CalendarDate } from '../../server/domain/time/calendarDate.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { rows } from '../simulators/zuora/testClient.ts';
import type { Story } from '../support/customers.ts';
import { finance } from '../support/finance.ts';
import { nextMonth, orderSettings } from '../support/orders.ts';
import { beginOrders, type OrderStory } from '../support/orderStory.ts';
import { renewalSettings } from '../support/renewals.ts';
import { settled } from '../support/settled.ts';

/** Orders of many parts that finance has to approve: large ones, which are jobs of Zuora, and those of a group of renewals. */

const WITHIN = { timeout: 40_000, interval: 50 };
const ASSISTED = { ...orderSettings({ mode: 'assisted' }), ...renewalSettings({ group: 'billingAccount' }) };

let story: Story;
let plan: RatePlan;
let sales: OrderStory['sales'];
let accountId: string;
let ownNumber: string;
let standing: OrderStory['standing'];
let restart: OrderStory['restart'];
let zuora: OrderStory['zuora'];
let requestsOf: ReturnType<typeof finance>['requestsOf'];
let decide: ReturnType<typeof finance>['decide'];
let read: ReturnType<typeof finance>['read'];

beforeAll(async () => {
  const begun = await beginOrders(ASSISTED, { env: { SALESFORCE_OPPORTUNITIES: 'on', SALESFORCE_CURRENCY: 'USD' } });
  ({ story, plan, sales, accountId, number: ownNumber, standing, restart, zuora } = begun);
  const { hire, ...seen } = finance(story.stack);
  ({ requestsOf, decide, read } = seen);
  hire('otherRep');
}, 180_000);
afterAll(() => story.end());
afterEach(() => jobsTake(0));

const jobsTake = (ms: number) => zuora.post('/__sim/options', { asyncJobMs: ms });
const ordersOf = (id: string): string[] =>
  story.stack.zuora.tenant.data.orders.map(({ orderNumber }) => orderNumber).filter((one) => one.includes(id));
/** Waits until finance was asked so many times about the order of a deal. @returns what was asked last */
async function asked(id: string, times = 1): Promise<SRecord> {
  await vi.waitUntil(() => requestsOf(id).length === times, WITHIN);
  await standing(id, 'Awaiting Approval');
  await settled(story.stack);
  return requestsOf(id).at(-1)!;
}
const contentOf = (request: SRecord): string[] => String(request['Content__c']).split('\n');
/** What was asked is asked no more, since the order would be another one. */
async function voided(request: SRecord): Promise<void> {
  await vi.waitUntil(() => read(request)['State__c'] === 'Failed', WITHIN);
  expect(read(request)['Message__c']).toContain('has changed since this was asked');
}
async function rejectedAndTold(id: string, request: SRecord): Promise<void> {
  decide('otherRep', request, 'Rejected', 'Too cheap');
  expect(await standing(id, 'Failed')).toMatchObject({
    Faults__c: 'Rejected by Olive Other: Too cheap. Change what is ordered, and finance is asked again.',
  });
  await settled(story.stack);
  expect(ordersOf(id)).toEqual([]);
}
/** The only order of a deal is placed, and what was approved says so. */
async function orderedOnce(id: string, request: SRecord): Promise<void> {
  await standing(id, 'Ordered');
  await vi.waitUntil(() => read(request)['State__c'] === 'Done', WITHIN);
  await settled(story.stack);
  expect(ordersOf(id)).toEqual([`SF-${id}`]);
  expect(await listFailures(story.database.db)).toEqual([]);
}

describe('a large order', () => {
  const placings = (): number => story.stack.zuora.ctx.calls.counts.get('POST /v1/async/orders') ?? 0;
  const plansOf = async (id: string) => rows((await zuora.get(`/v1/subscriptions/SF-${id}`)).body.ratePlans);

  /** A won deal of 60 products whose order waits for finance. */
  async function won(): Promise<{ id: string; request: SRecord }> {
    const lines = Array.from({ length: 60 }, (_, index) => ({ plan, quantity: index + 1, price: 25 }));
    const id = sales.open(accountId, lines, { Billing_Start_Date__c: nextMonth(story).starts });
    sales.win(id);
    return { id, request: await asked(id) };
  }

  it('is shown whole to finance, and is placed once when it is approved, though the server dies meanwhile', async () => {
    await jobsTake(1000);
    const before = placings();
    const { id, request } = await won();
    const { starts } = nextMonth(story);
    const content = contentOf(request);
    expect(content.slice(0, 6)).toEqual([
      'Order of the opportunity New business',
      // 25 × (1 + 2 + … + 60).
      'MRR: USD 45,750.00, changed by USD 45,750.00',
      'ARR: USD 549,000.00',
      'TCV: USD 549,000.00, changed by USD 549,000.00',
      `First invoice: USD 45,750.00 on ${starts}`,
      `New subscription SF-${id} of ${ownNumber} from ${starts} for 12 months, does not renew by itself`,
    ]);
    const sold = Array.from({ length: 60 }, (_, index) => `- Platform Team (Seats: ${index + 1} at USD 25 a month)`);
    expect(content.slice(6).toSorted()).toEqual(sold.toSorted());
    expect([ordersOf(id), placings()]).toEqual([[], before]);
    await jobsTake(4000);
    decide('otherRep', request, 'Approved');
    await vi.waitUntil(() => placings() > before, WITHIN);
    await story.stack.backend.stop('SIGKILL');
    await restart(ASSISTED);
    await orderedOnce(id, request);
    expect([(await plansOf(id)).length, placings()]).toEqual([60, before + 1]);
  }, 180_000);

  it('of a deal that is changed while its approval is worked off is not placed by it, and is asked for anew', async () => {
    await jobsTake(1000);
    const { id, request } = await won();
    sales.edit(id, { Billing_Term_Months__c: 24 });
    decide('otherRep', request, 'Approved');
    const second = await asked(id, 2);
    await voided(request);
    expect(ordersOf(id)).toEqual([]);
    expect(contentOf(second)).toContain('TCV: USD 1,098,000.00, changed by USD 1,098,000.00');
    decide('otherRep', second, 'Approved');
    await orderedOnce(id, second);
  }, 180_000);

  it('that finance rejects says so, and is not placed', async () => {
    const { id, request } = await won();
    await rejectedAndTold(id, request);
  }, 180_000);
});

describe('an order that renews a group', () => {
  const today = (): CalendarDate => calendarDate(story.stack.clock.now().toISOString().slice(0, 10));
  const termEndOf = async (subscription: string) => (await zuora.subscription(subscription)).termEndDate;

  type Customer = { id: string; number: string; of: [string, string]; ends: CalendarDate; request: SRecord };

  /** A customer whose subscriptions of 1 and 2 seats end in a month, and the won deal for both, which waits for finance. */
  async function won(name: string): Promise<Customer> {
    const account = await story.account(name);
    const number = await story.zuora.account(name, 'USD', account);
    const start = addMonths(addDays(today(), 30), -12);
    const subscribe = (quantity: number) => story.zuora.subscribe(number, plan, { start, months: 12, quantity });
    const of: [string, string] = [await subscribe(1), await subscribe(2)];
    const deals = () => story.stack.org.org.all('Opportunity').filter((one) => one['AccountId'] === account);
    // 3 seats for a year at 25 a month.
    await vi.waitUntil(() => deals().some((one) => one['Amount'] === 900), WITHIN);
    await settled(story.stack);
    const { Id: id } = deals().find((one) => one['Amount'] === 900)!;
    sales.win(id);
    return { id, number, of, ends: addMonths(start, 12), request: await asked(id) };
  }

  it('is shown with each subscription, and renews each once when it is approved', async () => {
    const { id, number, of, ends, request } = await won('Globex');
    const [name, ...rest] = contentOf(request);
    expect(name).toMatch(/^Order of the opportunity /);
    expect(rest).toEqual([
      'MRR: USD 75.00, changed by USD 0.00',
      'ARR: USD 900.00',
      'TCV: USD 1,800.00, changed by USD 900.00',
      expect.stringMatching(/^First invoice: /),
      ...of.flatMap((one) => [`Change of subscription ${one} of ${number}`, `- From ${ends} renew`]),
    ]);
    expect(await Promise.all(of.map(termEndOf))).toEqual([ends, ends]);
    decide('otherRep', request, 'Approved');
    await orderedOnce(id, request);
    expect(await Promise.all(of.map(termEndOf))).toEqual([addMonths(ends, 12), addMonths(ends, 12)]);
  }, 180_000);

  it('is asked for anew when billing has renewed one of them meanwhile, and renews what is left', async () => {
    const { id, number, of, ends, request } = await won('Initech');
    const [first, second] = of;
    await zuora.act({ number }, first, ends, { type: 'RenewSubscription' });
    decide('otherRep', request, 'Approved');
    const other = await asked(id, 2);
    await voided(request);
    expect(ordersOf(id)).toEqual([]);
    expect(contentOf(other).slice(5)).toEqual([
      `Change of subscription ${second} of ${number}`,
      `- From ${ends} renew`,
      `- Not renewed is ${first}: billing has renewed it already, and its term began on ${ends}`,
    ]);
    decide('otherRep', other, 'Approved');
    await orderedOnce(id, other);
    expect(await Promise.all(of.map(termEndOf))).toEqual([addMonths(ends, 12), addMonths(ends, 12)]);
  }, 180_000);

  it('that finance rejects says so, and renews none', async () => {
    const { id, of, ends, request } = await won('Umbrella');
    await rejectedAndTold(id, request);
    expect(await Promise.all(of.map(termEndOf))).toEqual([ends, ends]);
  }, 180_000);
});
