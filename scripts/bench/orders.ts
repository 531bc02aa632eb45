import { startBackend } from '../../test/support/backend.ts';
import { deals, orderSettings } from '../../test/support/orders.ts';
import { settled } from '../../test/support/settled.ts';
import { startStack, type Stack } from '../../test/support/stack.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import { orgClient } from '../demo/org.ts';
import { zuoraSeeder, type RatePlan } from '../demo/seed-zuora.ts';
import { benchDatabase } from './database.ts';
import type { Figure } from './figure.ts';
import { cpuMsOf, cpuMsOfChildren } from './processes.ts';

const alone = 60;
const everyMs = 500;
const together = 1000;
const accounts = 100;
const rowsAnUpdate = 200;
/** What Zuora takes for an order or a preview, ms; without it nothing would be under way at the same time. */
const answerMs = 250;
/** Calls for orders that we let be under way at the same time (server/connectors/zuora/limits.ts). */
const inFlight = 50;
const patienceMs = 300_000;

type Sales = ReturnType<typeof deals>;

/** What it takes from a won Opportunity to the number of its order on it, one by one and a thousand at once. */
export async function measureOrders(say: (text: string) => void): Promise<Figure[]> {
  const database = await benchDatabase();
  const stack = await startStack({ tls: true, databaseUrl: database.url, env: { SWEEP_SECONDS: '3600' } });
  try {
    say(`making ${accounts} customers`);
    const { plan, accountIds, sales } = await prepare(stack);
    const open = (_: unknown, index: number) =>
      sales.open(accountIds[index % accounts]!, [{ plan, quantity: 5, price: 19.99 }]);

    say(`${alone} deals, one each ${everyMs} ms`);
    const ones = Array.from({ length: alone }, open);
    await settled(stack, patienceMs);
    const times = await winEach(ones, sales);
    const p = (share: number) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)]!;

    say(`${together} deals, all in one update`);
    const all = Array.from({ length: together }, open);
    await settled(stack, patienceMs);
    stack.zuora.ctx.faults.set([{ method: 'POST', path: '/v1/orders', latencyMs: answerMs }]);
    stack.org.ctx.calls.clear();
    stack.zuora.ctx.calls.clear();
    const started = Date.now();
    const cpuBefore = cpuOf(stack, database.pid);
    winTogether(stack, all);
    const placed = () => stack.zuora.ctx.calls.counts.get('POST /v1/orders') ?? 0;
    await until(() => placed() >= together, 'Zuora has all orders');
    const placing = (Date.now() - started) / 1000;
    await allNumbered(all, sales);
    const seconds = (Date.now() - started) / 1000;
    const [server, postgres, simulators] = cpuOf(stack, database.pid).map((ms, at) => (ms - cpuBefore[at]!) / together);
    await settled(stack, patienceMs);
    stack.zuora.ctx.faults.set([]);
    const calls = (stack.org.ctx.calls.total() * 200) / together;
    const forOrders = ['POST /v1/orders', 'POST /v1/orders/preview']
      .map((route) => stack.zuora.ctx.calls.counts.get(route) ?? 0)
      .reduce((sum, count) => sum + count, 0);
    const underWay = (forOrders * answerMs) / (placing * 1000);
    const numbers = orderNumbers(stack);
    const wrong = all.filter((id) => numbers.filter((number) => number.includes(id)).length !== 1).length;
    return [
      { name: 'deal won to order number on it, p50', value: p(0.5), unit: 'ms' },
      { name: 'the same, p95', value: p(0.95), unit: 'ms', goal: '≤ 3000', met: p(0.95) <= 3000 },
      { name: `${together} deals won at once: time`, value: seconds, unit: 's' },
      { name: 'the same: until the last was sent to Zuora', value: placing, unit: 's' },
      { name: 'the same: deals without just one order', value: wrong, unit: '', goal: '0', met: wrong === 0 },
      { name: 'the same: Salesforce calls per 200 deals', value: calls, unit: '', goal: '≤ 10', met: calls <= 10 },
      {
        name: `the same: orders and previews that Zuora works meanwhile, of ${inFlight}, mean`,
        value: underWay,
        unit: '',
      },
      { name: 'the same: CPU of the server a deal', value: server!, unit: 'ms' },
      { name: 'the same: CPU of Postgres a deal', value: postgres!, unit: 'ms' },
      { name: 'the same: CPU of the simulators a deal', value: simulators!, unit: 'ms' },
      { name: 'the same: calls of Zuora a deal', value: stack.zuora.ctx.calls.total() / together, unit: '' },
    ];
  } finally {
    await stack.stop();
    await database.stop();
  }
}

/** @returns CPU so far of the server, of Postgres, and of the simulators, which are in this process; ms */
function cpuOf(stack: Stack, postgresPid: number): number[] {
  const { user, system } = process.cpuUsage();
  return [cpuMsOf(stack.backend.process.pid!), cpuMsOfChildren(postgresPid), (user + system) / 1000];
}

/** Customers, and what they buy, in a price book; then orders are switched on. */
async function prepare(stack: Stack): Promise<{ plan: RatePlan; accountIds: string[]; sales: Sales }> {
  const org = orgClient(stack);
  const sales = deals({ stack });
  const zuora = await zuoraSeeder({
    url: stack.zuora.url,
    clientId: stack.secrets.zuoraClientId,
    clientSecret: stack.secrets.zuoraClientSecret,
  });
  sales.makePriceBook();
  const plan = await zuora.ratePlan('Platform Team', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' },
  ]);
  const accountIds: string[] = [];
  for (let index = 0; index < accounts; index++) {
    const accountId = await org.create('Account', { Name: `Bench ${index}` });
    await zuora.account(`Bench ${index}`, 'USD', accountId);
    accountIds.push(accountId);
  }
  await stack.backend.stop();
  stack.backend = await startBackend({ ...stack.env, ...orderSettings({}) });
  await until(() => sales.hasProduct(plan), 'the product is in the price book');
  await settled(stack, patienceMs);
  return { plan, accountIds, sales };
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !holds();) {
    if (Date.now() > deadline) throw new Error(`Not within ${patienceMs / 1000} s: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

const numbered = (id: string, sales: Sales): Promise<void> =>
  until(() => sales.deal(id)['Billing_Order_Number__c'] === `SF-${id}`, `the number of its order on deal ${id}`);

/** One look at a time, and at those that are left: what looks at all of them at once takes a core from what is measured. */
async function allNumbered(ids: readonly string[], sales: Sales): Promise<void> {
  for (const id of ids) await numbered(id, sales);
}

/** @returns times from won to numbered, sorted, ms */
async function winEach(ids: readonly string[], sales: Sales): Promise<number[]> {
  const times: Promise<number>[] = [];
  for (const id of ids) {
    const at = performance.now();
    sales.win(id);
    times.push(numbered(id, sales).then(() => performance.now() - at));
    await new Promise((done) => setTimeout(done, everyMs));
  }
  return (await Promise.all(times)).sort((a, b) => a - b);
}

/** As one call of a data loader does: a commit for each 200. */
function winTogether({ org }: Stack, ids: readonly string[]): void {
  const userId = org.org.userNamed(USERS.rep)!.Id;
  for (let from = 0; from < ids.length; from += rowsAnUpdate) {
    const records = ids.slice(from, from + rowsAnUpdate).map((Id) => ({ Id, StageName: 'Closed Won' }));
    const refused = org.org.update('Opportunity', records, { userId, origin: '', allOrNone: true });
    if (refused.some(({ success }) => !success)) throw new Error(JSON.stringify(refused[0]));
  }
}

/** Numbers of every order that Zuora has. */
function orderNumbers({ zuora }: Stack): string[] {
  return zuora.tenant.data.orders.map(({ orderNumber }) => orderNumber);
}
