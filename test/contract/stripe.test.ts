import { afterEach, beforeEach, expect, test } from 'vitest';
import Stripe from 'stripe';
import { projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { createStripeConnection, type Connection } from '../../server/connectors/stripe/connection.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { SimClock } from '../simulators/kit/clock.ts';
import { startStripeSim, type StripeSim } from '../simulators/stripe/main.ts';
import { Bench, startIntake } from './bench.ts';

const ACCOUNT = '001000000000001AAA';

let clock: SimClock;
let sim: StripeSim;
let stripe: Stripe;
let connection: Connection;
let bench: Bench;
let intake: Awaited<ReturnType<typeof startIntake>>;

beforeEach(async () => {
  clock = new SimClock(Date.parse('2026-11-21T09:00:00Z') - Date.now());
  intake = await startIntake(
    () => connection.verifier,
    (events) => bench.receive(events),
  );
  sim = await startStripeSim({ clock, webhookEndpoints: [{ url: intake.url, secret: 'whsec_contract' }] });
  connection = createStripeConnection(
    { connection: 'stripe', apiKey: sim.secretKey, webhookSecrets: ['whsec_old', 'whsec_contract'], apiBase: sim.url },
    { clock: { now: () => new Date(), businessNow: () => clock.now() } },
  );
  bench = new Bench([connection.billing], () => clock.now());
  const { hostname, port } = new URL(sim.url);
  stripe = new Stripe(sim.secretKey, { host: hostname, port, protocol: 'http', telemetry: false });
});

afterEach(async () => {
  await sim.close();
  await intake.close();
});

function at(moment: string): void {
  clock.setOffset(Date.parse(moment) - Date.now());
}

async function work(): Promise<void> {
  await sim.settled();
  await bench.work();
}

function calls(): number {
  return sim.ctx.calls.total();
}

async function customer(card = 'pm_card_visa'): Promise<string> {
  const { id } = await stripe.customers.create({
    name: 'Acme',
    email: 'billing@acme.example',
    payment_method: card,
    invoice_settings: { default_payment_method: card },
    metadata: { salesforce_account_id: ACCOUNT },
  });
  return id;
}

async function price(more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
  const product = await stripe.products.create({ name: 'Growth' });
  const made = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 49_000,
    recurring: { interval: 'month' },
    ...more,
  });
  return made.id;
}

async function act(name: string, body: object): Promise<void> {
  const response = await fetch(`${sim.url}/__sim/act/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.clone().text()).toBe(200);
}

test('a new subscription shows on the Account with its plan, money and reasons', async () => {
  const id = await customer();
  const subscription = await stripe.subscriptions.create({
    customer: id,
    items: [{ price: await price(), quantity: 3 }],
  });
  await work();

  expect(intake.statuses.every((status) => status === 200)).toBe(true);
  expect(bench.row('Billing_Account__c', `stripe:account:${id}`)).toMatchObject({
    Number__c: id,
    Status__c: 'Active',
    Currency_Code__c: 'USD',
    Balance__c: 0,
    Card_Brand__c: 'visa',
    Card_Last4__c: '4242',
    Bill_To_Email__c: 'billing@acme.example',
    Source_Url__c: `https://dashboard.stripe.com/customers/${id}`,
  });
  expect(bench.row('Billing_Subscription__c', `stripe:subscription:${subscription.id}`)).toMatchObject({
    Status__c: 'Active',
    Plan__c: 'Growth',
    Billing_Interval__c: 'Monthly',
    Quantity__c: 3,
    MRR__c: 1470,
    ARR__c: 17640,
    TCV__c: null,
    Term_Type__c: 'Evergreen',
    Start_Date__c: '2026-11-21',
    Next_Renewal_Date__c: '2026-12-21',
    MRR_Reason__c: 'Growth: 3 × USD 490.00 a month = USD 1,470.00 a month.',
  });
  const item = subscription.items.data[0]!.id;
  expect(bench.row('Billing_Charge__c', `stripe:charge:${item}`)).toMatchObject({
    Name: 'Growth',
    Status__c: 'Current',
    Kind__c: 'Recurring',
    Model__c: 'Per Unit',
    Quantity__c: 3,
    Price__c: 490,
    Price_Period__c: 'a month',
    Billing_Interval__c: 'Monthly',
    MRR__c: 1470,
    MRR_Reason__c: '3 × USD 490.00 a month = USD 1,470.00\nUSD 1,470.00 a month',
  });
  const [payment] = bench.rowsOf('Billing_Payment__c', ACCOUNT);
  const [invoice] = bench.rowsOf('Billing_Invoice__c', ACCOUNT);
  expect(payment?.fields).toMatchObject({ Status__c: 'Succeeded', Amount__c: 1470, Method__c: 'Visa •••• 4242' });
  expect(payment?.parents['Billing_Invoice__r']).toEqual({ object: 'Billing_Invoice__c', key: invoice?.key });
  expect(invoice?.fields).toMatchObject({ Status__c: 'Paid', Amount__c: 1470, Balance__c: 0 });
  expect(bench.row('Account', ACCOUNT)).toMatchObject({
    Billing_Status__c: 'Good Standing',
    Billing_MRR__c: 1470,
    Billing_Last_Payment_Date__c: '2026-11-21',
  });
});

test('a failed payment puts the Account in dunning with the reason, and a paid invoice takes it out', async () => {
  const id = await customer();
  await stripe.subscriptions.create({ customer: id, items: [{ price: await price() }] });
  await work();
  at('2026-11-22T09:00:00Z');
  await act('fail-payment', { customer: id, declineCode: 'insufficient_funds' });
  await work();

  const failed = bench.rowsOf('Billing_Payment__c', ACCOUNT).find(({ fields }) => fields['Status__c'] === 'Failed');
  expect(failed?.fields).toMatchObject({
    Decline_Code__c: 'insufficient_funds',
    Decline_Reason__c:
      'There is not enough money on the account. A later attempt may succeed; another payment method helps at once.',
  });
  expect(bench.row('Account', ACCOUNT)).toMatchObject({ Billing_Status__c: 'In Dunning', Billing_Outstanding__c: 490 });
  expect(bench.row('Billing_Health__c', `account:health:${ACCOUNT}`)['Summary__c']).toMatch(
    /^In dunning: payment of USD 490\.00 failed once, last on 22 Nov 2026; next attempt \d+ \w+ 2026\./,
  );
  const open = bench.rowsOf('Billing_Invoice__c', ACCOUNT).find(({ fields }) => fields['Status__c'] === 'Open');
  expect(failed?.parents['Billing_Invoice__r']?.key).toBe(open?.key);
  expect(open?.fields).toMatchObject({ Balance__c: 490, Attempt_Count__c: 1 });

  at('2026-11-22T10:00:00Z');
  await act('pay-invoice', { customer: id });
  await work();
  expect(bench.row('Account', ACCOUNT)).toMatchObject({
    Billing_Status__c: 'Good Standing',
    Billing_Outstanding__c: 0,
  });
});

test('a swept copy of an event has the id of the delivered one and is known as a copy', async () => {
  const id = await customer();
  await stripe.subscriptions.create({ customer: id, items: [{ price: await price({ unit_amount: 1_999 }) }] });
  await sim.settled();
  const swept: ReceivedEvent[] = [];
  const since = String(Math.floor(clock.now().getTime() / 1000) - 60);
  await connection.changes.sweep(since, (events) => Promise.resolve(void swept.push(...events)));
  expect(swept.length).toBeGreaterThan(5);
  expect(new Set(swept.map(({ eventId }) => `stripe ${eventId}`))).toEqual(new Set(bench.inbox.keys()));
  expect(swept.every(({ isCopy }) => isCopy)).toBe(true);
});

test('usage is polled against what the price includes', async () => {
  const meter = await stripe.billing.meters.create({
    display_name: 'API calls',
    event_name: 'api_calls',
    default_aggregation: { formula: 'sum' },
  });
  const product = await stripe.products.create({ name: 'API calls' });
  const { id: metered } = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 100_000, unit_amount: 0 },
      { up_to: 'inf', unit_amount_decimal: Stripe.Decimal.from('0.05') },
    ],
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
  });
  const id = await customer();
  await stripe.subscriptions.create({ customer: id, items: [{ price: metered }] });
  await work();
  const key = `stripe:account:${id}`;
  expect(bench.polls.get(key)).toEqual(new Date(bench.realNow.getTime() + 300_000));
  await act('record-usage', { customer: id, eventName: 'api_calls', value: 120_000 });
  const before = calls();
  await bench.poll(key);
  expect(calls() - before).toBe(2);
  const [usage] = bench.rowsOf('Usage__c', ACCOUNT);
  expect(usage?.fields).toMatchObject({
    Meter__c: 'API calls',
    Quantity__c: 120_000,
    Limit__c: 100_000,
    Percent_Used__c: 120,
    Period_Start__c: '2026-11-21',
    Period_End__c: '2026-12-21',
    Status__c: 'Current',
  });
  expect(bench.row('Account', ACCOUNT)).toMatchObject({ Billing_Status__c: 'Over Limit', Billing_MRR__c: 0 });
});

test('a renewal costs few calls, and an event told twice or late costs none', async () => {
  const id = await customer();
  await stripe.subscriptions.create({ customer: id, items: [{ price: await price() }] });
  await work();
  at('2026-12-21T10:00:00Z');
  sim.ctx.calls.clear();
  await work();
  const renewed = [...bench.rowsOf('Billing_Invoice__c', ACCOUNT)].length;
  expect(renewed).toBe(2);
  expect(calls()).toBeLessThanOrEqual(2);

  at('2026-12-21T11:00:00Z');
  bench.dirty.add(`stripe:account:${id}`);
  await work();
  const before = JSON.stringify([...bench.rows.values()]);
  sim.ctx.calls.clear();
  const events = [...bench.inbox.values()].map((event) => ({ ...event, eventId: `again_${event.eventId}` }));
  bench.receive(events.reverse());
  await bench.work();
  expect(calls()).toBe(0);
  expect(JSON.stringify([...bench.rows.values()])).toBe(before);
});

test('events in any order, doubled, end in the same rows', async () => {
  const id = await customer();
  await stripe.subscriptions.create({ customer: id, items: [{ price: await price() }] });
  at('2026-11-22T09:00:00Z');
  await act('fail-payment', { customer: id, declineCode: 'expired_card' });
  at('2026-11-23T09:00:00Z');
  await act('pay-invoice', { customer: id });
  await act('upgrade', { customer: id, quantity: 4 });
  await work();
  const rows = (one: Bench) => [...one.rows.values()].map((row) => JSON.stringify(row)).toSorted();
  const expected = rows(bench);
  const events = [...bench.inbox.values()];
  for (const order of [events.toReversed(), [...events.slice(5), ...events.slice(0, 5)]]) {
    const other = new Bench([connection.billing], () => clock.now());
    for (const event of [...order, ...order]) {
      other.receive([event]);
      await other.work();
    }
    expect(rows(other)).toEqual(expected);
  }
});

test('a deleted customer leaves nothing behind, whatever arrives late', async () => {
  const id = await customer();
  await stripe.subscriptions.create({ customer: id, items: [{ price: await price() }] });
  await work();
  const late = [...bench.inbox.values()].map((event) => ({ ...event, eventId: `late_${event.eventId}` }));
  at('2026-11-22T09:00:00Z');
  await stripe.customers.del(id);
  await work();
  bench.receive(late);
  await work();
  for (const row of [
    ...bench.rowsOf('Billing_Subscription__c', ACCOUNT),
    ...bench.rowsOf('Billing_Charge__c', ACCOUNT),
    ...bench.rowsOf('Billing_Invoice__c', ACCOUNT),
  ])
    expect(row.fields['Status__c']).toBe('Removed');
  expect(bench.rowsOf('Billing_Charge__c', ACCOUNT)).toMatchObject([{ fields: { MRR__c: 0, Quantity__c: 0 } }]);
  expect(bench.row('Account', ACCOUNT)).toMatchObject({ Billing_Status__c: 'No Subscription', Billing_MRR__c: 0 });
});

test('a subscription of more items than a list holds has a charge for each, whose parts sum to its MRR', async () => {
  const id = await customer();
  const prices = await Promise.all(Array.from({ length: 12 }, () => price()));
  const subscription = await stripe.subscriptions.create({
    customer: id,
    items: prices.map((one, index) => ({ price: one, quantity: index + 1 })),
  });
  await work();
  const charges = bench.rowsOf('Billing_Charge__c', ACCOUNT);
  expect(charges).toHaveLength(12);
  const sum = charges.reduce((all, { fields }) => all + Number(fields['MRR__c']), 0);
  expect(sum).toBe(490 * 78);
  expect(bench.row('Billing_Subscription__c', `stripe:subscription:${subscription.id}`)['MRR__c']).toBe(sum);
  await stripe.subscriptionItems.del(subscription.items.data[0]!.id);
  await work();
  const left = bench.rowsOf('Billing_Charge__c', ACCOUNT).map(({ fields }) => [fields['Status__c'], fields['MRR__c']]);
  expect(left.filter(([status]) => status === 'Removed')).toEqual([['Removed', 0]]);
  expect(left.reduce((all, [, mrr]) => all + Number(mrr), 0)).toBe(490 * 77);
});

test('months of MRR tell what an Account did, also the month in which nothing happened', async () => {
  const id = await customer();
  const growth = await price();
  const subscription = await stripe.subscriptions.create({ customer: id, items: [{ price: growth, quantity: 2 }] });
  const item = subscription.items.data[0]!.id;
  await work();
  const project = async () => {
    bench.dirty.add(projectionKeyOf(ACCOUNT));
    await bench.work();
  };
  expect(bench.nextChangeOn.get(ACCOUNT)).toBe('2026-12-01');
  at('2026-12-01T09:00:00Z');
  await project();
  at('2027-01-10T09:00:00Z');
  await stripe.subscriptionItems.update(item, { quantity: 3 });
  await work();
  at('2027-01-20T09:00:00Z');
  await stripe.subscriptions.cancel(subscription.id);
  await work();
  const told = bench
    .rowsOf('Billing_MRR_Month__c', ACCOUNT)
    .map(({ key, fields }) => [
      key.split(':').slice(3).join(' '),
      fields['Status__c'],
      ...['Opening__c', 'New__c', 'Expansion__c', 'Churn__c', 'Closing__c'].map((name) => fields[name]),
    ]);
  expect(told.toSorted()).toEqual([
    ['USD 2026-11', 'Past', 0, 980, 0, 0, 980],
    ['USD 2026-12', 'Past', 980, 0, 0, 0, 980],
    ['USD 2027-01', 'Current', 980, 0, 490, -1470, 0],
  ]);
});

test('a customer that names another Account moves there with all its rows', async () => {
  const other = '001000000000002AAA';
  const id = await customer();
  const subscription = await stripe.subscriptions.create({ customer: id, items: [{ price: await price() }] });
  await work();
  at('2026-11-22T09:00:00Z');
  await stripe.customers.update(id, { metadata: { salesforce_account_id: other } });
  await work();
  expect(bench.rows.get(`Billing_Subscription__c stripe:subscription:${subscription.id}`)).toMatchObject({
    accountId: other,
    fields: { Status__c: 'Active', MRR__c: 490 },
  });
  expect(bench.rows.get(`Billing_Charge__c stripe:charge:${subscription.items.data[0]!.id}`)).toMatchObject({
    accountId: other,
    fields: { Status__c: 'Current', MRR__c: 490 },
  });
  expect(bench.row('Account', ACCOUNT)).toMatchObject({ Billing_MRR__c: 0, Billing_Status__c: 'No Subscription' });
  expect(bench.row('Billing_Balance__c', `account:balance:${ACCOUNT}:USD`)).toMatchObject({
    Status__c: 'Removed',
    MRR__c: 0,
  });
  expect(bench.row('Account', other)).toMatchObject({ Billing_MRR__c: 490 });
});

test('a sweep finds what no webhook told, and goes on from its cursor', async () => {
  sim.ctx.webhooks.switches = { ...sim.ctx.webhooks.switches, drop: true };
  const id = await customer();
  const mark = String(Date.parse('2026-11-21T08:00:00Z') / 1000);
  const first = await connection.changes.sweep(mark, (events) => Promise.resolve(bench.receive(events)));
  await bench.work();
  expect(bench.row('Billing_Account__c', `stripe:account:${id}`)['Number__c']).toBe(id);
  at('2026-11-21T10:00:00Z');
  const subscription = await stripe.subscriptions.create({ customer: id, items: [{ price: await price() }] });
  const second = await connection.changes.sweep(first.cursor, (events) => Promise.resolve(bench.receive(events)));
  await bench.work();
  expect(bench.row('Billing_Subscription__c', `stripe:subscription:${subscription.id}`)['MRR__c']).toBe(490);
  expect(second.checkedThrough.toISOString()).toBe('2026-11-21T10:00:00.000Z');
});

test('a wrong key and an outage become faults that say what to do', async () => {
  const clockPort = { now: () => new Date(), businessNow: () => clock.now() };
  const options = { connection: 'stripe', webhookSecrets: ['whsec_x'], apiBase: sim.url };
  const wrong = createStripeConnection({ ...options, apiKey: 'sk_test_wrong' }, { clock: clockPort });
  await expect(wrong.billing.fetch('cus_1', ['account'])).rejects.toMatchObject({
    kind: 'forbidden',
    retryable: false,
  });
  const gone = createStripeConnection(
    { ...options, apiKey: 'sk_test_x', apiBase: 'http://127.0.0.1:9' },
    { clock: clockPort },
  );
  await expect(gone.billing.fetch('cus_1', ['account'])).rejects.toMatchObject({
    kind: 'unavailable',
    retryable: true,
  });
});

test.each([
  // Minor units of Stripe, and what the Account shows in major units.
  ['jpy', 50_000, -1_500, 50_000, -1_500],
  ['kwd', 12_340, -1_500, 12.34, -1.5],
  ['usd', 49_990, -1_505, 499.9, -15.05],
])(
  'amounts in %s are exact, those of an invoice below zero too, and the Account has their sum',
  async (currency, ...amounts) => {
    const [bought, credited, shownBought, shownCredited] = amounts;
    const id = await customer();
    const invoice = async (amount: number) => {
      const draft = await stripe.invoices.create({ customer: id, currency, auto_advance: false });
      await stripe.invoiceItems.create({ customer: id, currency, amount, invoice: draft.id! });
      return stripe.invoices.finalizeInvoice(draft.id!);
    };
    const credit = await invoice(credited);
    const bill = await invoice(bought);
    await work();
    const row = (object: string, key: string) => bench.row(object, `stripe:${key}`);
    expect(credit.total).toBe(credited);
    expect(row('Billing_Invoice__c', `invoice:${credit.id}`)).toMatchObject({
      Amount__c: shownCredited,
      Balance__c: 0,
    });
    expect(row('Billing_Invoice__c', `invoice:${bill.id}`)).toMatchObject({
      Amount__c: shownBought,
      // The credit is taken off what is still to be paid.
      Balance__c: Number((shownBought + shownCredited).toFixed(3)),
      Currency_Code__c: currency.toUpperCase(),
    });
    const invoices = bench.rowsOf('Billing_Invoice__c', ACCOUNT).map(({ fields }) => Number(fields['Balance__c']));
    const [balance] = bench.rowsOf('Billing_Balance__c', ACCOUNT);
    expect(balance!.fields['Outstanding__c']).toBe(invoices.reduce((sum, one) => sum + one, 0));
  },
);
