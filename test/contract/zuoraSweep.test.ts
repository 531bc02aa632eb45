import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createZuoraConnection, type Connection } from '../../server/connectors/zuora/connection.ts';
import type { ZuoraSweepOptions } from '../../server/connectors/zuora/sweep/sweep.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { startTest, testCard, text, type TestClient } from '../simulators/zuora/testClient.ts';
import { Bench } from './bench.ts';

/** Looking for changes of which no callout told: none is sent here. */

const ACCOUNT = '001000000000001AAA';

let zuora: TestClient;
let connection: Connection;
let bench: Bench;
let found: ReceivedEvent[];
let realNow: Date;
let cursor: string | null;
/** What happens after a page was taken. */
let onPage: (page: number) => Promise<void>;

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
  realNow = new Date('2026-11-21T09:00:00Z');
  [found, cursor, onPage] = [[], null, () => Promise.resolve()];
  connection = connect();
  bench = new Bench([connection.billing], () => zuora.sim.ctx.clock.now());
});
afterEach(async () => {
  await connection.close();
  await zuora.sim.close();
});

function connect(sweep: ZuoraSweepOptions = {}): Connection {
  const { url, clientId, clientSecret, timeZone } = zuora.sim;
  return createZuoraConnection(
    {
      connection: 'zuora',
      baseUrl: url,
      clientId,
      clientSecret,
      timeZone,
      callouts: [{ kind: 'basic', user: 'a', password: new Secret('b') }],
      sweep,
    },
    { clock: { now: () => realNow, businessNow: () => zuora.sim.ctx.clock.now() } },
  );
}

async function reconnect(sweep: ZuoraSweepOptions): Promise<void> {
  await connection.close();
  connection = connect(sweep);
}

async function sweep() {
  found = [];
  let pages = 0;
  const swept = await connection.changes.sweep(cursor, async (events) => {
    found.push(...events);
    bench.receive(events);
    await onPage(++pages);
  });
  cursor = swept.cursor;
  return swept;
}

/** Moves the tenant's clock on, so that what happens now is later than what a sweep has seen. */
function later(seconds: number): void {
  const { clock } = zuora.sim.ctx;
  clock.setOffset(clock.now().getTime() + seconds * 1000 - Date.now());
}

function queries(): number {
  const { counts } = zuora.sim.ctx.calls;
  return [...counts].filter(([route]) => route.includes('/object-query/')).reduce((sum, [, count]) => sum + count, 0);
}

async function invoice(accountId: string, amount = 100): Promise<string> {
  const invoiceItems = [{ amount, serviceStartDate: '2026-11-21', chargeName: 'Fee' }];
  const made = await zuora.post('/v1/invoices', {
    accountId,
    invoiceDate: '2026-11-21',
    status: 'Posted',
    invoiceItems,
  });
  return text(made.id);
}

async function draftOf(accountId: string): Promise<string> {
  const invoiceItems = [{ amount: 40, serviceStartDate: '2026-11-21', chargeName: 'Fee' }];
  return text((await zuora.post('/v1/invoices', { accountId, invoiceDate: '2026-11-21', invoiceItems })).id);
}

async function fill(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await zuora.account({ name: `Account ${index}` })).id);
    if (index % 50 === 49) later(1);
  }
  return ids;
}

const names = () => new Set(found.map(({ key }) => key));
const row = (id: string) => bench.row('Billing_Account__c', `zuora:account:${id}`);

describe('what it finds', () => {
  let account: { id: string; number: string };
  let invoiceId: string;

  beforeEach(async () => {
    account = await zuora.account({ CRMAccountId__c: ACCOUNT });
    invoiceId = await invoice(account.id);
    await sweep();
    await bench.work();
    later(600);
    await sweep();
    await bench.work();
    later(600);
  });

  /** Sweeps after a change and works what was found. @returns kinds of what was found */
  async function findNow(): Promise<string[]> {
    later(10);
    await sweep();
    await bench.work();
    return found.map(({ kind }) => kind).toSorted();
  }

  test('a change of the account', async () => {
    await zuora.call('PUT', `/v1/accounts/${account.id}`, { name: 'New name' });
    expect(await findNow()).toEqual(['swept.accounts']);
    expect(row(account.id)['Name']).toBe('New name');
  });

  test('an invoice, and its payment', async () => {
    const other = await invoice(account.id, 50);
    expect(await findNow()).toEqual(['swept.invoices']);
    expect(row(account.id)['Balance__c']).toBe(150);
    later(600);
    await zuora.post('/__sim/act/pay-invoice', { invoice: other });
    expect(await findNow()).toEqual(['swept.invoices', 'swept.payments']);
    expect(row(account.id)['Balance__c']).toBe(100);
    expect(bench.rowsOf('Billing_Payment__c', ACCOUNT)).toHaveLength(1);
  });

  test('a credit memo, which moves nothing but the account', async () => {
    const { planId, charge } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 25 }] },
    ]);
    await zuora.subscribe(account, planId, '2026-11-01');
    await findNow();
    later(600);
    const memo = await zuora.post('/v1/creditmemos', {
      accountNumber: account.number,
      charges: [{ chargeId: charge['Fee'], productRatePlanChargeId: charge['Fee'] }],
    });
    await zuora.call('PUT', `/v1/creditmemos/${text(memo.id)}/post`, {});
    expect(await findNow()).toContain('swept.credit-memos');
    expect(row(account.id)['Credit_Balance__c']).toBe(25);
  });

  test('a payment method that becomes the one of the account', async () => {
    await zuora.post('/v1/payment-methods', { accountKey: account.id, makeDefault: true, ...testCard() });
    expect(await findNow()).toContain('swept.payment-methods');
    expect(row(account.id)['Card_Last4__c']).toBe('1111');
  });

  test('an order, by the version of the subscription that it made', async () => {
    const { planId } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 25 }] },
    ]);
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    expect(await findNow()).toEqual(['swept.orders', 'swept.subscriptions']);
    expect(bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)['MRR__c']).toBe(25);
  });

  test('that an account was deleted, and with it everything that it had', async () => {
    await zuora.call('DELETE', `/v1/accounts/${account.id}`);
    await findNow();
    expect(row(account.id)['Status__c']).toBe('Canceled');
    expect(bench.rowsOf('Billing_Invoice__c', ACCOUNT).map(({ fields }) => fields['Status__c'])).toEqual(['Removed']);
    expect(invoiceId).not.toBe('');
  });

  test('nothing twice: a second look at the same changes costs one call a kind of object and no fetch', async () => {
    await zuora.call('PUT', `/v1/accounts/${account.id}`, { name: 'New name' });
    await findNow();
    zuora.sim.ctx.calls.clear();
    await sweep();
    await bench.work();
    expect([queries(), zuora.sim.ctx.calls.total()]).toEqual([10, 10]);
  });
});

test('three days in which no callout arrived are made up for: the mirror is as it would be with them', async () => {
  const account = await zuora.account({ CRMAccountId__c: ACCOUNT });
  const { planId } = await zuora.plan([
    { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 25 }] },
  ]);
  await sweep();
  await bench.work();
  const numbers: string[] = [];
  for (let day = 0; day < 3; day += 1) {
    later(86_400);
    numbers.push(await zuora.subscribe(account, planId, '2026-11-01'));
    await zuora.post('/__sim/act/upgrade', { subscription: numbers[0], price: 30 + day });
    const paid = await invoice(account.id, 10);
    await invoice(account.id, 7);
    await zuora.post('/__sim/act/pay-invoice', { invoice: paid });
  }
  later(10);
  await sweep();
  await bench.work();
  const whole = new Bench([connection.billing], () => zuora.sim.ctx.clock.now());
  whole.receive([{ ...found[0]!, eventId: 'all', key: `zuora:account:${account.id}` }]);
  await whole.work();
  const told = (of: Bench) => Object.fromEntries([...of.mirror.records].map(([key, { body }]) => [key, body]));
  expect(told(bench)).toEqual(told(whole));
  // An account, subscriptions, what two orders did to each, invoices and payments.
  expect(Object.keys(told(bench))).toHaveLength(1 + 3 + 3 * 2 + 6 + 3);
  expect(row(account.id)['Balance__c']).toBe(21);
});

describe('what was deleted', () => {
  const deleted = () => found.filter(({ kind }) => kind === 'swept.deleted');

  /** Sweeps until the daily look at what was deleted is over. */
  async function wholeRound(): Promise<ReceivedEvent[]> {
    const all: ReceivedEvent[] = [];
    for (let step = 0; step < 20; step += 1) {
      later(60);
      await sweep();
      all.push(...deleted());
    }
    return all;
  }

  test('is asked for once a day, and gone with what it stood for', async () => {
    const account = await zuora.account({ CRMAccountId__c: ACCOUNT });
    const draft = await draftOf(account.id);
    await sweep();
    await bench.work();
    expect(bench.rowsOf('Billing_Invoice__c', ACCOUNT).map(({ fields }) => fields['Status__c'])).toEqual(['Draft']);
    await zuora.call('DELETE', `/v1/invoices/${draft}`);
    expect(await wholeRound()).toEqual([]);
    later(86_400);
    zuora.sim.ctx.calls.clear();
    expect(await wholeRound()).toMatchObject([{ key: `zuora:account:${account.id}`, payload: { table: 'invoice' } }]);
    expect(zuora.sim.ctx.calls.counts.get('POST /query/jobs')).toBe(7);
    await bench.work();
    expect(bench.rowsOf('Billing_Invoice__c', ACCOUNT).map(({ fields }) => fields['Status__c'])).toEqual(['Removed']);
    expect(await wholeRound()).toEqual([]);
  });

  test('may be the order that made the newest version of a subscription: the one before is true again', async () => {
    const account = await zuora.account({ CRMAccountId__c: ACCOUNT });
    const { planId } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 25 }] },
    ]);
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    const upgrade = await zuora.post('/__sim/act/upgrade', { subscription: number, price: 30 });
    await sweep();
    await bench.work();
    const mrr = () => bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)['MRR__c'];
    expect(mrr()).toBe(30);
    expect((await zuora.call('DELETE', `/v1/orders/${text(upgrade.orderNumber)}`)).status).toBe(200);
    later(86_400);
    expect(await wholeRound()).toMatchObject([{ payload: { table: 'subscription', number, version: 2 } }]);
    await bench.work();
    expect(mrr()).toBe(25);
    later(60);
    await zuora.post('/__sim/act/upgrade', { subscription: number, price: 40 });
    later(10);
    await sweep();
    await bench.work();
    expect(mrr()).toBe(40);
  });

  test('is asked for by jobs that take their time and outlive a restart', async () => {
    const id = await draftOf((await zuora.account()).id);
    await sweep();
    await zuora.call('DELETE', `/v1/invoices/${id}`);
    later(86_400);
    await zuora.post('/__sim/options', { jobMs: 3_600_000 });
    await sweep();
    const kept = cursor;
    expect(await wholeRound()).toEqual([]);
    await zuora.post('/__sim/options', { jobMs: 0 });
    cursor = kept!.replace(/"job":"[^"]+"/, '"job":"lost"');
    expect(await wholeRound()).toEqual([]);
    later(3_600);
    await reconnect({});
    expect(await wholeRound()).toMatchObject([{ payload: { table: 'invoice', id } }]);
  });

  test('is left alone where the tenant has no Data Query: what changed is found all the same', async () => {
    await zuora.account();
    await sweep();
    later(90_000);
    await zuora.post('/__sim/refusals', { refusals: [{ path: '^/query/jobs', code: 50000010 }] });
    const late = await zuora.account();
    await sweep();
    expect([...names()]).toContain(`zuora:account:${late.id}`);
  });

  test('longer ago than Zuora keeps it cannot be asked for: everything has to be read anew', async () => {
    await sweep();
    later(29 * 86_400);
    await sweep();
    await zuora.post('/__sim/refusals', { refusals: [{ path: '^/query/jobs', code: 50000010 }] });
    later(2 * 86_400);
    await expect(sweep()).rejects.toMatchObject({ code: 'changes_forgotten', retryable: false });
  });
});

describe('paging', () => {
  test('rows that change while pages are read are seen, and no other is missed', async () => {
    const ids = await fill(150);
    const changed: string[] = [];
    onPage = async (page) => {
      if (page !== 1) return;
      for (const id of [ids[0]!, ids[140]!]) {
        later(5);
        await zuora.call('PUT', `/v1/accounts/${id}`, { name: 'Changed' });
        changed.push(id);
      }
    };
    await sweep();
    expect(names()).toEqual(new Set(ids.map((id) => `zuora:account:${id}`)));
    const seenLast = found.slice(-2).map(({ key }) => key);
    expect(seenLast).toEqual(changed.map((id) => `zuora:account:${id}`));
  });

  test('a cursor that has ended is left, and the sweep goes on from the last change that it saw', async () => {
    const ids = await fill(150);
    onPage = async (page) => {
      if (page === 1)
        await zuora.post('/__sim/refusals', {
          refusals: [{ path: '^/object-query/accounts', times: 1, code: 50000020 }],
        });
    };
    await sweep();
    expect(names()).toEqual(new Set(ids.map((id) => `zuora:account:${id}`)));
  });

  test('pages that lead in a circle are left, and the sweep goes on from the last change that it saw', async () => {
    await fill(150);
    await zuora.post('/__sim/options', { pagingLoops: true });
    await sweep();
    expect(names().size).toBe(150);
  });

  test('pages that lead in a circle and get no further end the sweep with a fault', async () => {
    await fill(250);
    const { tenant, ctx } = zuora.sim;
    for (const account of tenant.data.accounts) account.updatedDate = ctx.clock.now().getTime();
    tenant.touch();
    await zuora.post('/__sim/options', { pagingLoops: true });
    await expect(sweep()).rejects.toMatchObject({ code: 'zuora_paging_loops', retryable: true });
    expect(queries()).toBeLessThan(10);
    await zuora.post('/__sim/options', { pagingLoops: false });
    await sweep();
    expect(names().size).toBe(250);
  });

  test('a long way is gone in parts, each of which is kept', async () => {
    const ids = await fill(350);
    await reconnect({ mostPages: 1 });
    const seen = new Set<string | null>();
    let sweeps = 0;
    for (let whole = false; !whole; sweeps += 1) {
      await sweep();
      expect(found.length).toBeLessThanOrEqual(99);
      for (const key of names()) seen.add(key);
      whole = (JSON.parse(cursor!) as { marks: { accounts: { whole: boolean } } }).marks.accounts.whole;
      expect(sweeps).toBeLessThan(12);
    }
    expect(seen).toEqual(new Set(ids.map((id) => `zuora:account:${id}`)));
    expect(sweeps).toBeGreaterThan(3);
  });

  test('a sweep that breaks off begins again where the last one ended', async () => {
    const ids = await fill(150);
    await zuora.post('/__sim/refusals', { refusals: [{ path: '^/object-query/accounts', times: 1, code: 50000061 }] });
    await expect(sweep()).rejects.toMatchObject({ retryable: true });
    onPage = (page) => (page === 1 ? Promise.reject(new Error('The database is away.')) : Promise.resolve());
    await expect(sweep()).rejects.toThrow('The database is away.');
    onPage = () => Promise.resolve();
    await sweep();
    expect(names().size).toBe(ids.length);
  });
});

describe('how often', () => {
  test('the calls of a day are spread: an API sandbox with 2,000 of them is looked through every 475 s', async () => {
    await reconnect({ callsPerDay: 2000 });
    await sweep();
    const first = await sweep();
    zuora.sim.ctx.calls.clear();
    realNow = new Date(realNow.getTime() + 475_000);
    expect(await sweep()).toEqual(first);
    expect(queries()).toBe(0);
    realNow = new Date(realNow.getTime() + 1_000);
    await sweep();
    expect(queries()).toBe(10);
  });

  test('the cursor of an earlier build, one time for all objects, is gone on from', async () => {
    const early = await zuora.account();
    later(3600);
    cursor = zuora.sim.ctx.clock.now().toISOString();
    const late = await zuora.account();
    await sweep();
    expect([...names()]).toEqual([`zuora:account:${late.id}`]);
    expect(early.id).not.toBe(late.id);
  });

  test('a tenant without credit memos is swept without them; one whose invoices may not be read is not', async () => {
    await zuora.account();
    const { checkedThrough } = await sweep();
    const refuse = (path: string) =>
      zuora.post('/__sim/refusals', { refusals: [{ path: `^/object-query/${path}$`, code: 50000010 }] });
    await refuse('credit-memos');
    later(600);
    const refused = async () => (await sweep()).access!.filter(({ isRefused }) => isRefused).map(({ what }) => what);
    expect((await sweep()).checkedThrough.getTime()).toBeGreaterThan(checkedThrough.getTime());
    expect(await refused()).toEqual(['changes of credit memos']);
    await zuora.post('/__sim/refusals', { refusals: [{ path: '^/object-query/credit-memos$', code: 50000040 }] });
    expect(await refused()).toEqual([]);
    await refuse('invoices');
    await expect(sweep()).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
