import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RatePlan, ZuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import { createZuoraConnection } from '../../server/connectors/zuora/connection.ts';
import { BILLING_PARTS } from '../../server/workflows/ports/billingSystem.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import type { SimClock } from '../simulators/kit/clock.ts';
import type { RunningZuoraSim } from '../simulators/zuora/main.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: ZuoraRig;
let clock: SimClock;
let sim: RunningZuoraSim;
let zuora: ZuoraSeeder;
let connection: ZuoraRig['connection'];
let bench: ZuoraRig['bench'];
let intake: ZuoraRig['intake'];

beforeEach(async () => {
  rig = await startZuoraRig();
  ({ clock, sim, zuora, connection, bench, intake } = rig);
});
afterEach(() => rig.close());

const work = () => rig.work();
const act = (name: string, body: object) => rig.act(name, body);

function at(moment: string): void {
  clock.setOffset(Date.parse(moment) - Date.now());
}

/** Lets a callout that a read showed nothing of run out of repetitions. */
async function workOut(): Promise<void> {
  await work();
  bench.realNow = new Date(bench.realNow.getTime() + 61_000);
  for (const key of bench.again.keys()) bench.dirty.add(key);
  await work();
}

function idOf(number: string): string {
  return sim.tenant.account(number).id;
}

function platform(): Promise<RatePlan> {
  return zuora.ratePlan('Platform Enterprise', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '150', period: 'Month' },
  ]);
}

async function transfer(from: string, subscription: string, to: string): Promise<void> {
  const credentials = { grant_type: 'client_credentials', client_id: sim.clientId, client_secret: sim.clientSecret };
  const login = await fetch(`${sim.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(credentials) });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const triggerDates = ['ContractEffective', 'ServiceActivation', 'CustomerAcceptance'].map((name) => ({
    name,
    triggerDate: '2026-11-21',
  }));
  const ownerTransfer = { destinationAccountNumber: to, destinationInvoiceAccountNumber: to };
  const response = await fetch(`${sim.url}/v1/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'zuora-version': '2025-08-12' },
    body: JSON.stringify({
      orderDate: '2026-11-21',
      existingAccountNumber: from,
      subscriptions: [
        { subscriptionNumber: subscription, orderActions: [{ type: 'OwnerTransfer', triggerDates, ownerTransfer }] },
      ],
    }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
}

test('an account with a termed subscription shows with its plan, term, money and reasons', async () => {
  const account = await zuora.account('Acme', 'USD', ACCOUNT);
  const number = await zuora.subscribe(account, await platform(), { start: '2026-05-01', months: 12, quantity: 60 });
  await zuora.bill(account, '2026-05-01');
  await work();

  expect(intake.statuses.every((status) => status === 200)).toBe(true);
  expect(bench.row('Billing_Account__c', `zuora:account:${idOf(account)}`)).toMatchObject({
    Number__c: account,
    Status__c: 'Active',
    Currency_Code__c: 'USD',
    Balance__c: 9000,
    Credit_Balance__c: 0,
    Bill_To_Email__c: 'ap@acme.example',
  });
  expect(bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)).toMatchObject({
    Status__c: 'Active',
    Plan__c: 'Platform Enterprise',
    Billing_Interval__c: 'Monthly',
    Quantity__c: 60,
    MRR__c: 9000,
    ARR__c: 108_000,
    TCV__c: 108_000,
    Term_Type__c: 'Termed',
    Start_Date__c: '2026-05-01',
    Term_Start_Date__c: '2026-05-01',
    Term_End_Date__c: '2027-05-01',
    Next_Renewal_Date__c: '2027-05-01',
    Cancel_On__c: null,
    Auto_Renew__c: true,
    MRR_Reason__c: 'Platform Enterprise: Seats: 60 × USD 150.00 a month = USD 9,000.00 a month.',
  });
  const charges = bench.rowsOf('Billing_Charge__c', ACCOUNT);
  expect(charges.map(({ key }) => key)).toEqual([expect.stringMatching(/^zuora:charge:C-\d+:1$/)]);
  expect(charges[0]).toMatchObject({
    fields: { Name: 'Platform Enterprise: Seats', Status__c: 'Current', Segment__c: 1, Quantity__c: 60, MRR__c: 9000 },
    parents: { Billing_Subscription__r: { key: `zuora:subscription:${number}` } },
  });
  const [invoice] = bench.rowsOf('Billing_Invoice__c', ACCOUNT);
  expect(invoice?.fields).toMatchObject({ Status__c: 'Open', Amount__c: 9000, Balance__c: 9000 });
  expect(invoice?.parents['Billing_Subscription__r']?.key).toBe(`zuora:subscription:${number}`);
});

test('a declined payment puts the Account in dunning; paying takes it out', async () => {
  const account = await zuora.account('Massive Dynamic', 'USD', ACCOUNT);
  await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 2 });
  await zuora.bill(account, '2026-11-21');
  await workOut();
  await act('fail-payment', { account, code: 'insufficient_funds' });
  await workOut();
  const [payment] = bench.rowsOf('Billing_Payment__c', ACCOUNT);
  expect(payment?.fields).toMatchObject({
    Status__c: 'Failed',
    Amount__c: 300,
    Decline_Code__c: 'insufficient_funds',
    Decline_Reason__c:
      'There is not enough money on the account. A later attempt may succeed; another payment method helps at once.',
  });
  expect(bench.row('Account', ACCOUNT)).toMatchObject({ Billing_Status__c: 'In Dunning', Billing_Outstanding__c: 300 });
  at('2026-11-22T20:00:00Z');
  await act('pay-invoice', { account });
  await workOut();
  expect(bench.row('Account', ACCOUNT)).toMatchObject({
    Billing_Status__c: 'Good Standing',
    Billing_Outstanding__c: 0,
    Billing_Last_Payment_Date__c: '2026-11-22',
  });
});

test('usage of the billing period is summed against the included units', async () => {
  const account = await zuora.account('Cyberdyne', 'USD', ACCOUNT);
  const plan = await zuora.ratePlan('Storage', 'USD', [
    { name: 'Storage base', kind: 'flat', price: '900', period: 'Month' },
    { name: 'Storage used', kind: 'overage', price: '0.20', included: 10_000, uom: 'GB' },
  ]);
  const number = await zuora.subscribe(account, plan, { start: '2026-09-22', months: 'evergreen' });
  const charge = await zuora.chargeNumber(number, 'Storage used');
  await zuora.recordUsage(account, number, charge, 'GB', 12_400, '2026-11-21');
  await zuora.recordUsage(account, number, charge, 'GB', 100, '2026-10-15');
  await workOut();
  const current = bench.rowsOf('Usage__c', ACCOUNT).filter(({ fields }) => fields['Status__c'] === 'Current');
  expect(current.map(({ fields }) => fields)).toMatchObject([
    {
      Meter__c: 'Storage used',
      Quantity__c: 12_400,
      Limit__c: 10_000,
      Percent_Used__c: 124,
      Unit__c: 'GB',
      Period_Start__c: '2026-11-01',
      Period_End__c: '2026-12-01',
    },
  ]);
  expect(bench.row('Account', ACCOUNT)).toMatchObject({ Billing_Status__c: 'Over Limit', Billing_MRR__c: 900 });
  // A tenant tells usage only when somebody has made a trigger for it.
  sim.ctx.webhooks.switches.drop = true;
  const before = sim.ctx.calls.total();
  await zuora.recordUsage(account, number, charge, 'GB', 600, '2026-11-21');
  const recorded = sim.ctx.calls.total() - before;
  await bench.poll(`zuora:account:${idOf(account)}`);
  expect(sim.ctx.calls.total() - before - recorded).toBe(3);
  expect(bench.row('Usage__c', `zuora:usage:${charge}:2026-11-01`)['Quantity__c']).toBe(13_000);
});

test('a change is one call, and telling it twice costs nothing', async () => {
  const account = await zuora.account('Globex', 'USD', ACCOUNT);
  const number = await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
  await workOut();
  sim.ctx.calls.clear();
  await act('upgrade', { subscription: number, quantity: 20, date: '2026-11-21' });
  await sim.ctx.webhooks.idle();
  sim.ctx.calls.clear();
  await bench.work();
  expect(sim.ctx.calls.total()).toBe(1);
  expect(bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)['MRR__c']).toBe(3000);

  const orders = [...bench.inbox.values()].filter(({ kind }) => kind.startsWith('Order'));
  const latest = (orders.at(-1)?.payload as { orderNumber: string }).orderNumber;
  const again = orders
    .filter(({ payload }) => (payload as { orderNumber: string }).orderNumber === latest)
    .map((event) => ({ ...event, eventId: `again_${event.eventId}` }));
  sim.ctx.calls.clear();
  bench.receive(again);
  await bench.work();
  expect(sim.ctx.calls.total()).toBe(0);
});

test('a change from a later day counts from that day on, without an event', async () => {
  for (const allSegments of ['flat', 'nested'] as const) {
    sim.tenant.options.allSegments = allSegments;
    const account = await zuora.account('Ramp', 'USD', ACCOUNT);
    const number = await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
    await act('upgrade', { subscription: number, quantity: 20, date: '2026-12-10' });
    await workOut();
    const key = `zuora:subscription:${number}`;
    expect(bench.row('Billing_Subscription__c', key)['MRR__c']).toBe(1500);
    expect(bench.nextChangeOn.get(ACCOUNT), 'the month that begins has a row').toBe('2026-12-01');
    at('2026-12-01T20:00:00Z');
    bench.dirty.add(`account:projection:${ACCOUNT}`);
    await bench.work();
    expect(bench.nextChangeOn.get(ACCOUNT)).toBe('2026-12-10');
    at('2026-12-10T20:00:00Z');
    bench.dirty.add(`account:projection:${ACCOUNT}`);
    await bench.work();
    expect(bench.row('Billing_Subscription__c', key)['MRR__c']).toBe(3000);
    at('2026-11-21T20:00:00Z');
  }
});

test('a cancellation with a later date counts until that day', async () => {
  const account = await zuora.account('Wonka', 'USD', ACCOUNT);
  const number = await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
  await zuora.cancel(account, number, '2026-12-05');
  await workOut();
  const key = `zuora:subscription:${number}`;
  expect(bench.row('Billing_Subscription__c', key)).toMatchObject({
    Status__c: 'Active',
    MRR__c: 1500,
    Cancel_On__c: '2026-12-05',
    Next_Renewal_Date__c: null,
  });
  at('2026-12-05T20:00:00Z');
  bench.dirty.add(`account:projection:${ACCOUNT}`);
  await bench.work();
  expect(bench.row('Billing_Subscription__c', key)).toMatchObject({ Status__c: 'Canceled', MRR__c: 0 });
  expect(bench.row('Account', ACCOUNT)['Billing_Status__c']).toBe('Churned');
});

test('a callout of which a read shows nothing yet is looked at again after 5 and 60 seconds', async () => {
  const account = await zuora.account('Lag', 'USD', ACCOUNT);
  await workOut();
  const key = `zuora:account:${idOf(account)}`;
  bench.receive([
    {
      connection: 'zuora',
      eventId: 'lag',
      kind: 'AccountEdited',
      key,
      occurredAt: null,
      payload: { accountId: idOf(account) },
    },
  ]);
  const received = bench.realNow.getTime();
  await bench.work();
  expect([bench.open(key), bench.again.get(key)?.getTime()]).toEqual([1, received + 5_000]);
  bench.realNow = new Date(received + 5_000);
  bench.dirty.add(key);
  await bench.work();
  expect([bench.open(key), bench.again.get(key)?.getTime()]).toEqual([1, received + 60_000]);
  bench.realNow = new Date(received + 60_000);
  bench.dirty.add(key);
  await bench.work();
  expect([bench.open(key), bench.again.get(key)]).toEqual([0, undefined]);
});

test('callouts as forms are understood, and a callout without login is asked for it', async () => {
  sim.tenant.options.calloutFormat = 'form';
  const account = await zuora.account('Form', 'USD', ACCOUNT);
  await work();
  expect(bench.row('Billing_Account__c', `zuora:account:${idOf(account)}`)['Number__c']).toBe(account);
  sim.tenant.options.callouts = [{ url: intake.url, user: 'zuora', password: 'wrong' }];
  await zuora.account('Refused', 'USD', null);
  await sim.ctx.webhooks.idle();
  expect(intake.statuses.at(-1)).toBe(401);
});

test('a sweep finds what no callout told, and goes on from its cursor', async () => {
  sim.ctx.webhooks.switches = { ...sim.ctx.webhooks.switches, drop: true };
  const account = await zuora.account('Sweep', 'USD', ACCOUNT);
  const first = await connection.changes.sweep(null, (events) => Promise.resolve(bench.receive(events)));
  await bench.work();
  expect(bench.row('Billing_Account__c', `zuora:account:${idOf(account)}`)['Number__c']).toBe(account);
  at('2026-11-21T21:00:00Z');
  const number = await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
  const second = await connection.changes.sweep(first.cursor, (events) => Promise.resolve(bench.receive(events)));
  await bench.work();
  expect(bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)['MRR__c']).toBe(1500);
  sim.ctx.calls.clear();
  await connection.changes.sweep(second.cursor, (events) => Promise.resolve(bench.receive(events)));
  await bench.work();
  // One a kind of object.
  expect(sim.ctx.calls.total()).toBe(10);
});

test('a sweep finds a payment of the same second as the invoice that it pays, though both have one time', async () => {
  const account = await zuora.account('Second', 'USD', ACCOUNT);
  await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
  await work();
  const sweep = (cursor: string | null) =>
    connection.changes.sweep(cursor, (events) => Promise.resolve(bench.receive(events)));
  const { cursor } = await sweep(null);
  // The clock of the simulator runs: set back before each change, all of them are in one second.
  at('2026-11-21T21:00:00.100Z');
  await zuora.bill(account, '2026-11-21');
  await work();
  await sweep(cursor);
  await bench.work();
  sim.ctx.webhooks.switches = { ...sim.ctx.webhooks.switches, drop: true };
  at('2026-11-21T21:00:00.200Z');
  await zuora.pay(account);
  at('2026-11-21T21:00:05Z');
  await sweep(cursor);
  await bench.work();
  const [invoice] = bench.rowsOf('Billing_Invoice__c', ACCOUNT);
  expect(invoice?.fields).toMatchObject({ Status__c: 'Paid', Balance__c: 0 });
});

test('a token that ended is renewed once for many calls, and a wrong client is told', async () => {
  const account = await zuora.account('Token', 'USD', ACCOUNT);
  await connection.billing.fetch(idOf(account), ['account']);
  for (const token of Object.keys(sim.tenant.data.tokens)) sim.tenant.data.tokens[token] = 0;
  sim.ctx.calls.clear();
  await Promise.all([1, 2, 3].map(() => connection.billing.fetch(idOf(account), ['account'])));
  expect(sim.ctx.calls.counts.get('POST /oauth/token')).toBe(1);

  const wrong = createZuoraConnection(
    {
      connection: 'zuora',
      baseUrl: sim.url,
      clientId: 'x',
      clientSecret: 'y',
      callouts: [{ kind: 'basic', user: 'a', password: new Secret('b') }],
    },
    { clock: { now: () => new Date(), businessNow: () => clock.now() } },
  );
  await expect(wrong.billing.fetch('A1', ['account'])).rejects.toMatchObject({ kind: 'forbidden', retryable: false });
  await wrong.close();
});

test('an account that is asked for by its number is kept under its id', async () => {
  const account = await zuora.account('Number', 'USD', ACCOUNT);
  bench.receive([
    {
      connection: 'zuora',
      eventId: 'n',
      kind: 'callout',
      key: `zuora:account:${account}`,
      occurredAt: null,
      payload: {},
    },
  ]);
  await bench.work();
  expect([...bench.mirror.records.keys()]).toEqual([`zuora:account:${idOf(account)}`]);
});

describe('calls', () => {
  test('a burst of 100 changed subscriptions costs 1.1 calls for each at most, though each is told three times', async () => {
    const plan = await platform();
    const numbers: string[] = [];
    for (let index = 0; index < 100; index += 1) {
      const account = await zuora.account(`Burst ${index}`, 'USD', null);
      numbers.push(await zuora.subscribe(account, plan, { start: '2026-11-01', months: 12, quantity: 10 }));
    }
    await workOut();
    sim.ctx.webhooks.switches = { ...sim.ctx.webhooks.switches, shuffle: true, duplicate: true };
    const before = bench.inbox.size;
    for (const subscription of numbers) await act('upgrade', { subscription, quantity: 20, date: '2026-11-21' });
    await sim.ctx.webhooks.idle();
    expect(bench.inbox.size - before).toBeGreaterThanOrEqual(200);
    sim.ctx.calls.clear();
    await workOut();
    const sweep = await connection.changes.sweep(new Date(clock.now().getTime() - 60_000).toISOString(), (events) =>
      Promise.resolve(bench.receive(events)),
    );
    await workOut();
    expect(sweep.checkedThrough.getTime()).toBeGreaterThan(0);
    const queries = [...sim.ctx.calls.counts].filter(([route]) => route.includes('object-query'));
    const swept = queries.reduce((sum, [, count]) => sum + count, 0);
    expect(sim.ctx.calls.total() - swept).toBeLessThanOrEqual(110);
    for (const number of numbers)
      expect(bench.mirror.records.get(`zuora:subscription:${number}`)).toMatchObject({ version: 2 });
  });
});

describe('callouts that name no account', () => {
  async function tell(payload: Record<string, string>): Promise<void> {
    const { port } = new URL(intake.url);
    const answer = await fetch(`http://127.0.0.1:${port}/hook`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('zuora:secret').toString('base64')}`,
        'content-type': 'application/json',
        'zuora-notification-id': `told ${JSON.stringify(payload)}`,
      },
      body: JSON.stringify(payload),
    });
    expect(answer.status).toBe(200);
  }

  test.each<[string, (of: Record<string, string>) => Record<string, string>, number]>([
    ['subscription', ({ subscription }) => ({ event: 'SubscriptionCreated', subscriptionNumber: subscription! }), 0],
    ['order', ({ order }) => ({ event: 'OrderProcessed', 'Order.OrderNumber': order! }), 2],
    ['account by its number', ({ account }) => ({ event: 'OrderProcessed', accountNumber: account! }), 1],
  ])('that name a known %s are worked with %i reads more', async (_, payloadOf, reads) => {
    const account = await zuora.account('Told', 'USD', ACCOUNT);
    const number = await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
    await workOut();
    sim.ctx.webhooks.switches.drop = true;
    await act('upgrade', { subscription: number, quantity: 20, date: '2026-11-21' });
    const order = sim.tenant.data.orders.at(-1)!.orderNumber;
    const payload = payloadOf({ subscription: number, order, account });
    sim.ctx.calls.clear();
    await tell(payload);
    await bench.work();
    expect(bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)['MRR__c']).toBe(3000);
    const fetched = sim.ctx.calls.total();
    expect(fetched).toBe(1 + reads);
  });

  test('that name an invoice or a payment, known or not, are worked', async () => {
    const account = await zuora.account('Told', 'USD', ACCOUNT);
    await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
    await workOut();
    sim.ctx.webhooks.switches.drop = true;
    await zuora.bill(account, '2026-11-21');
    const invoice = sim.tenant.data.invoices.at(-1)!;
    await tell({ event: 'InvoicePosted', invoiceId: invoice.id, accountId: '' });
    await bench.work();
    expect(bench.row('Account', ACCOUNT)['Billing_Outstanding__c']).toBe(1500);
    await zuora.pay(account);
    await tell({ event: 'PaymentProcessed', paymentNumber: sim.tenant.data.payments.at(-1)!.number });
    await bench.work();
    expect(bench.row('Account', ACCOUNT)['Billing_Outstanding__c']).toBe(0);
  });

  test('that name what nobody knows yet wait with growing distance, hold up nobody, and are worked once it is there', async () => {
    const account = await zuora.account('Later', 'USD', ACCOUNT);
    const other = await zuora.account('Other', 'USD', null);
    await workOut();
    await tell({ event: 'InvoicePosted', invoiceNumber: 'INV00000001' });
    await tell({ event: 'AccountEdited', accountId: idOf(other) });
    const key = 'zuora:invoice:INV00000001';
    const received = bench.realNow.getTime();
    await bench.work();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const next = bench.again.get(key)!;
      waits.push(next.getTime() - bench.realNow.getTime());
      bench.realNow = next;
      bench.dirty.add(key);
      await bench.work();
    }
    expect([waits, bench.open(key)]).toEqual([[5_000, 6_000, 12_000, 24_000], 1]);
    expect(bench.realNow.getTime()).toBe(received + 48_000);
    await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
    sim.ctx.webhooks.switches.drop = true;
    await zuora.bill(account, '2026-11-21');
    bench.dirty.add(key);
    await bench.work();
    expect(bench.open(key)).toBe(0);
    expect(bench.row('Billing_Invoice__c', key)['Status__c']).toBe('Open');
  });
});

describe('what is made between two reads', () => {
  /** Reads everything of an account while the read of `path` is held up, and lets `happen` come in between. */
  async function readWhile(account: string, path: string, happen: () => Promise<unknown>) {
    sim.ctx.faults.set([{ method: 'GET', path, latencyMs: 400, times: 1 }]);
    const reading = connection.billing.fetch(account, BILLING_PARTS);
    await expect.poll(() => sim.ctx.faults.list().length).toBe(0);
    await happen();
    const fetched = await reading;
    return fetched.found ? fetched.parts.flatMap(({ records }) => records.map(({ body }) => body)) : [];
  }

  test('an invoice is read with the subscription that it bills', async () => {
    const account = await zuora.account('Torn', 'USD', ACCOUNT);
    await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 3 });
    const bodies = await readWhile(account, '/object-query/invoices', () => zuora.bill(account, '2026-11-21'));
    const invoices = bodies.filter(({ kind }) => kind === 'invoice');
    expect(invoices).toMatchObject([{ subscriptionKey: expect.stringContaining('zuora:subscription:') as string }]);
  });

  test('a payment is read with the card that it was made by', async () => {
    const account = await zuora.account('Torn', 'USD', ACCOUNT);
    await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 3 });
    await zuora.bill(account, '2026-11-21');
    const bodies = await readWhile(account, '/v1/payments$', () => zuora.failPayment(account));
    const payments = bodies.filter(({ kind }) => kind === 'payment');
    expect(payments).toMatchObject([{ method: expect.stringContaining('4242') as string, status: 'Failed' }]);
  });
});

describe('reads that lag', () => {
  test('a change that cannot be read yet is taken over once it can, and nothing flips back', async () => {
    const account = await zuora.account('Lag', 'USD', ACCOUNT);
    const number = await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
    await workOut();
    const key = `zuora:account:${idOf(account)}`;
    const mrr = () => bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)['MRR__c'];
    sim.tenant.options.readLagMs = 600_000;
    // Until the first write reads show the present; it is of no matter here.
    await zuora.account('Any', 'USD', null);
    await act('upgrade', { subscription: number, quantity: 20, date: '2026-11-21' });
    await work();
    expect(mrr()).toBe(1500);
    expect(bench.open(key)).toBeGreaterThan(0);
    sim.tenant.options.readLagMs = 0;
    bench.realNow = new Date(bench.realNow.getTime() + 5_000);
    bench.dirty.add(key);
    await bench.work();
    expect([mrr(), bench.open(key)]).toEqual([3000, 0]);
  });
});

describe('what comes late or moves', () => {
  test('an order that is told after a later one of the same subscription changes nothing', async () => {
    const account = await zuora.account('Late', 'USD', ACCOUNT);
    const number = await zuora.subscribe(account, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
    await workOut();
    await act('upgrade', { subscription: number, quantity: 20, date: '2026-11-21' });
    await sim.ctx.webhooks.idle();
    const first = [...bench.inbox.values()].slice(-2);
    for (const event of first) bench.inbox.delete(event.id);
    bench.dirty.clear();
    await act('upgrade', { subscription: number, quantity: 30, date: '2026-11-21' });
    await workOut();
    const mrr = () => bench.row('Billing_Subscription__c', `zuora:subscription:${number}`)['MRR__c'];
    expect(mrr()).toBe(4500);
    bench.receive(first);
    await workOut();
    expect(mrr()).toBe(4500);
    expect(bench.open(`zuora:account:${idOf(account)}`)).toBe(0);
  });

  test('a subscription that changes its owner leaves the one and comes to the other, whoever is told first', async () => {
    const OTHER = '001000000000002AAA';
    for (const first of ['from', 'to'] as const) {
      const from = await zuora.account('From', 'USD', ACCOUNT);
      const to = await zuora.account('To', 'USD', OTHER);
      const number = await zuora.subscribe(from, await platform(), { start: '2026-11-01', months: 12, quantity: 10 });
      await workOut();
      sim.ctx.webhooks.switches.drop = true;
      await transfer(from, number, to);
      sim.ctx.webhooks.switches.drop = false;
      const account = first === 'from' ? from : to;
      bench.receive([
        {
          connection: 'zuora',
          eventId: `transfer ${number} ${first}`,
          kind: 'OrderProcessed',
          key: `zuora:account:${idOf(account)}`,
          occurredAt: null,
          payload: {
            accountId: idOf(account),
            subscriptionNumber: number,
            orderNumber: sim.tenant.data.orders.at(-1)!.orderNumber,
          },
        },
      ]);
      await workOut();
      const key = `zuora:subscription:${number}`;
      expect(bench.mirror.records.get(key)).toMatchObject({
        billingAccountKey: `zuora:account:${idOf(to)}`,
        deleted: false,
      });
      expect(bench.rows.get(`Billing_Subscription__c ${key}`)).toMatchObject({
        accountId: OTHER,
        fields: { MRR__c: 1500 },
      });
      expect(bench.row('Billing_Account__c', `zuora:account:${idOf(from)}`)['Status__c']).toBe('Active');
    }
  });
});
